/** A register map in words: the facts that the Markdown and the HTML page both show, so that they cannot differ. */
import { bytesOf, enumerationOf, type Field, highest, isSigned, kinds } from "./fields.ts";
import type { PlacedRegister } from "./layout.ts";
import type { RegisterMap } from "./map.ts";
import { hex } from "./names.ts";
import type { Nodes } from "./nodes.ts";

export interface FieldText {
  /** "15:0" or "3". */
  readonly bits: string;
  readonly name: string;
  /** "rw", "w1c", ...; "constant". */
  readonly access: string;
  readonly type: string;
  readonly reset: string;
  readonly doc: string;
  /** What the access means. */
  readonly meaning: string;
  readonly members: readonly { readonly name: string; readonly value: string }[];
}
export interface RegisterText {
  readonly title: string;
  readonly anchor: string;
  /** "0x100 + 0x20 x RX". */
  readonly offset: string;
  readonly width: number;
  readonly doc: string;
  readonly notes: readonly string[];
  readonly fields: readonly FieldText[];
}

const typeText = (f: Field): string => {
  const type = enumerationOf(f)?.name ?? (f.type.width === 1 ? "bool" : `${isSigned(f) ? "int" : "uint"} ${f.type.width}`);
  return f.kind === "counter" ? `${type}, ${f.overflow}s` : type;
};
const resetText = (f: Field): string => {
  if (!kinds[f.kind].stored && f.kind !== "fixed") return "-";
  const member = enumerationOf(f)?.members.find((m) => m.value === f.reset)?.name;
  if (member !== undefined) return member;
  return isSigned(f) ? `${BigInt.asIntN(f.type.width, f.reset)}` : f.reset < 10n ? `${f.reset}` : hex(f.reset);
};
const fieldText = (name: string, f: Field): FieldText => ({
  bits: f.type.width === 1 ? `${f.lowest}` : `${highest(f)}:${f.lowest}`,
  name,
  access: f.kind === "fixed" ? "constant" : f.kind === "external" ? "rw hw" : f.kind,
  type: typeText(f),
  reset: resetText(f),
  doc: f.doc,
  meaning: kinds[f.kind].text,
  members: (enumerationOf(f)?.members ?? []).map((m) => ({ name: m.name, value: `${m.value}` })),
});
const notesOf = (p: PlacedRegister): readonly string[] => {
  const fields = Object.values(p.register.fields);
  const wide = (some: readonly Field[]): boolean => new Set(some.flatMap((f) => [bytesOf(f).first, bytesOf(f).last])).size > 1;
  const pops = fields.filter((f) => f.kind === "pop");
  const given = fields.filter((f) => f.kind === "push");
  const alone = fields.filter((f) => f.kind === "rc" || f.kind === "command").filter((f) => wide([f]));
  return [
    ...(wide(pops) ? ["A read has to cover the whole entry, or none of it."] : []),
    ...(wide(given) ? ["A write has to cover the whole entry, or none of it."] : []),
    ...(alone.length > 0 ? ["An access has to cover these fields whole, or leave them out."] : []),
  ];
};

/** A link target, as Markdown viewers make it of a heading. */
export const anchorOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "");
/** Where a register is, arrays as sums. */
export const offsetText = (p: Pick<PlacedRegister, "offset" | "arrays">): string =>
  [hex(p.offset, 3), ...p.arrays.map((a) => `${hex(a.stride)} x ${a.path.at(-1)}`)].join(" + ");

/** Registers by address, in words. */
export const registerTexts = (map: RegisterMap): readonly RegisterText[] =>
  [...map.registers]
    .sort((a, b) => a.offset - b.offset)
    .map((p) => ({
      title: p.title,
      anchor: anchorOf(p.title),
      offset: offsetText(p),
      width: p.bytes * 8,
      doc: p.register.doc,
      notes: notesOf(p),
      fields: Object.entries(p.register.fields)
        .sort(([, a], [, b]) => b.lowest - a.lowest)
        .map(([name, f]) => fieldText(name, f)),
    }));

/** Groups and arrays, in words. */
export const groupTexts = (map: RegisterMap): readonly (readonly [name: string, elements: string, stride: string, doc: string])[] => {
  const visit = (nodes: Nodes, prefix: string): readonly (readonly [string, string, string, string])[] =>
    Object.entries(nodes).flatMap(([name, n]) => {
      if (n.node === "window" || (n.node === "register" && n.count === null)) return [];
      const own = [prefix + name, n.count === null ? "-" : `${n.count}`, n.count === null ? "-" : hex(n.stride), n.doc] as const;
      return n.node === "group" ? [own, ...visit(n.nodes, `${prefix}${name}.`)] : [own];
    });
  return visit(map.nodes, "");
};

/** What holds for every access to a map. */
export const accessRules = (map: RegisterMap): readonly string[] =>
  map.memory
    ? ["Little-endian. Bits that no field has are written as zero and ignored when read."]
    : [
        `Accesses of ${[1, 2, 4, 8]
          .filter((n) => n <= map.busBytes)
          .map((n) => n * 8)
          .join(", ")} bits, naturally aligned. Bits that no field has read zero and ignore writes.`,
        "An access that touches no register, reads what is write only, writes what is read only, or takes part of what moves as a whole is refused with a bus error: it reads zero and changes nothing.",
        "Where software clears a flag in the cycle in which hardware sets it, it stays set: no event is lost.",
      ];
