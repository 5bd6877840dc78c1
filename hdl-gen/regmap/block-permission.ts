/** What a map says of an access to a word: reads and writes as its registers allow, side effects whole or not at all. */
import { reduce } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { type Bits, type Bool, cat } from "../core/values.ts";
import { bytesIn, someOf } from "./block-fields.ts";
import { type Field, isWritable } from "./fields.ts";
import type { Register } from "./nodes.ts";
import type { Slot } from "./spaces.ts";

transparent(import.meta.url);

const readableIn = (r: Register): boolean => Object.values(r.fields).some((f) => f.readable);
const writableIn = (r: Register): boolean => Object.values(r.fields).some(isWritable);
/** May the word's registers be accessed that way? Constant where no strobe matters. */
export interface Permission {
  readonly read: Bool | boolean;
  readonly write: Bool | boolean;
}
/** All of these; constants are folded. */
export const all = (terms: readonly (Bool | boolean)[]): Bool | boolean => {
  if (terms.includes(false)) return false;
  const open = terms.filter((t) => typeof t !== "boolean");
  return open.length === 0 ? true : reduce(open, (a, b) => a.and(b));
};
const any = (terms: readonly (Bool | boolean)[]): Bool | boolean => {
  if (terms.includes(true)) return true;
  const open = terms.filter((t) => typeof t !== "boolean");
  return open.length === 0 ? false : reduce(open, (a, b) => a.or(b));
};
const not = (term: Bool | boolean): Bool | boolean => (typeof term === "boolean" ? !term : term.not());

/** Groups of fields that an access has to cover whole or leave out. */
const wholes = (r: Register, write: boolean): readonly (readonly Field[])[] => {
  const fields = Object.values(r.fields);
  const queue = fields.filter((f) => f.kind === (write ? "push" : "pop"));
  const alone = fields.filter((f) => f.kind === (write ? "command" : "rc"));
  return [...(queue.length > 0 ? [queue] : []), ...alone.map((f) => [f])];
};
/** All bytes of these fields, or none of them. */
const allOrNone = (strobe: Bits, fields: readonly Field[], slot: Slot): Bool | boolean => {
  const bytes = new Set(
    fields.flatMap((f) => {
      const { first, last } = bytesIn(f, slot);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    }),
  );
  if (bytes.size === 1) return true;
  const bits = cat(...[...bytes].sort((a, b) => b - a).map((b) => strobe.bit(b)));
  return bits.all().or(bits.any().not());
};
/** What the rules of the map say of an access to a word; `exists` tells which slots are there in this row. */
export const permission = (slots: readonly Slot[], strobe: Bits, exists: (s: Slot) => Bool | null): Permission => {
  const touched = (s: Slot): Bool | boolean => {
    const bytes = s.bytes === strobe.width ? true : someOf(strobe, { first: s.byte, last: s.byte + s.bytes - 1 });
    return all([bytes, exists(s) ?? true]);
  };
  const covered = slots.reduce((n, s) => n + (exists(s) === null ? s.bytes : 0), 0) === strobe.width;
  const rule = (possible: (r: Register) => boolean, write: boolean): Bool | boolean =>
    slots.some((s) => possible(s.register))
      ? all([
          covered ? true : any(slots.map(touched)),
          ...slots.filter((s) => !possible(s.register)).map((s) => not(touched(s))),
          ...slots.flatMap((s) => wholes(s.register, write).map((fields) => any([allOrNone(strobe, fields, s), not(exists(s) ?? true)]))),
        ])
      : false;
  // Where both directions have the same rule it is one expression, so that it is printed once.
  const same = slots.every(
    (s) => readableIn(s.register) === writableIn(s.register) && wholes(s.register, false).length + wholes(s.register, true).length === 0,
  );
  const read = rule(readableIn, false);
  return { read, write: same ? read : rule(writableIn, true) };
};
