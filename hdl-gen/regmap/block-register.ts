/** One register of a block, or an array of them: its fields and queues behind the accesses that reach it. */
import type { Builder } from "../core/builder.ts";
import { transparent, writtenAt } from "../core/source.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import type { Stream } from "../lib/stream.ts";
import type { Part } from "./assemble.ts";
import { type Access, bitsIn, FieldCell, type RequestWires } from "./block-fields.ts";
import { entryOf } from "./block-ports.ts";
import { connectPop, PushQueue } from "./block-queues.ts";
import { type Field, kinds } from "./fields.ts";
import type { Register } from "./nodes.ts";
import type { Slot } from "./spaces.ts";

transparent(import.meta.url);

/** Bits of a bus word that a slot's readable fields have. */
export const readableMask = (slots: readonly Slot[]): bigint =>
  slots.reduce(
    (m, s) =>
      Object.values(s.register.fields).reduce(
        (n, f) => (f.readable ? n | (((1n << BigInt(f.type.width)) - 1n) << BigInt(s.byte * 8 + f.lowest)) : n),
        m,
      ),
    0n,
  );
/** The hardware of one register. */
export class RegisterHardware {
  readonly #accesses: readonly Access[];
  readonly #cells = new Map<string, FieldCell>();
  readonly #popped: ReadonlyMap<string, Bits>;
  readonly #push: PushQueue | null;
  readonly #fields: readonly (readonly [string, Field])[];
  constructor(
    h: Builder,
    r: Register,
    name: string,
    port: Record<string, unknown>,
    count: number | null,
    w: RequestWires,
    accesses: readonly Access[],
  ) {
    this.#accesses = accesses;
    this.#fields = Object.entries(r.fields);
    const [first] = accesses as [Access];
    writtenAt(r.at, () => {
      const stored = this.#fields.filter(([, f]) => kinds[f.kind].stored);
      const specs = Object.fromEntries(stored.map(([key, f]) => [`${name}_${key}_q`, FieldCell.storage(f, count)]));
      const q: Record<string, Data> = stored.length === 0 ? {} : (h.registers(specs, { doc: r.doc }) as Record<string, Data>);
      for (const [key, f] of this.#fields)
        this.#cells.set(key, new FieldCell(h, f, `${name}_${key}`, port[key], count, w, q[`${name}_${key}_q`] ?? null));
    });
    this.#popped =
      port.pop === undefined || !this.#fields.some(([, f]) => f.kind === "pop")
        ? new Map()
        : writtenAt(r.at, () => connectPop(w, first, port.pop as Stream));
    const entry = entryOf(r, "push", name);
    this.#push = entry === null ? null : writtenAt(r.at, () => new PushQueue(h, w, first, port.push as Stream, entry, name));
  }
  /** What the register itself has against a write that the map allows. */
  refusesWrite(a: Access): readonly Bool[] {
    const cells = [...this.#cells.values()].map((c) => c.refusesWrite(a)).filter((c) => c !== null);
    return this.#push === null ? cells : [...cells, this.#push.refusesWrite()];
  }
  /** Parts of the bus word that a read through this access gives. */
  read(a: Access): readonly Part[] {
    return this.#fields.flatMap(([key, f]) => {
      const value = this.#popped.get(key) ?? this.#cells.get(key)?.read(a) ?? null;
      return value === null ? [] : [{ lo: bitsIn(f, a.slot).lo, value }];
    });
  }
  connect(h: Builder): void {
    const cells = [...this.#cells.values()];
    const [first] = this.#accesses as readonly [Access];
    for (const c of cells) c.drive(this.#accesses);
    const each = (some: readonly FieldCell[], condition: Bool, act: (c: FieldCell, a: Access) => void): void => {
      if (some.length > 0)
        h.when(condition, () => {
          for (const c of some) for (const a of this.#accesses) act(c, a);
        });
    };
    each(
      cells.filter((c) => c.stores),
      first.write,
      (c, a) => c.store(a),
    );
    each(
      cells.filter((c) => c.clearsOnRead),
      first.read,
      (c, a) => c.clear(a),
    );
    this.#push?.connect();
  }
}
