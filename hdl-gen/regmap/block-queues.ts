/** Registers that are queues: a read pops an entry, a write pushes one. */
import type { Builder } from "../core/builder.ts";
import { choose, mux } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { array, bool, type StructType, type Type } from "../core/types.ts";
import { type Bits, type Bool, constant, type Data, type Vec } from "../core/values.ts";
import type { Stream } from "../lib/stream.ts";
import type { Access, RequestWires } from "./block-fields.ts";
import { bitsIn, bytesIn, someOf } from "./block-fields.ts";
import type { Field } from "./fields.ts";

transparent(import.meta.url);

const many = (port: Stream | readonly Stream[]): readonly Stream[] =>
  Array.isArray(port) ? (port as readonly Stream[]) : [port as Stream];
const fieldsOf = (a: Access, kind: "pop" | "push"): readonly (readonly [string, Field])[] =>
  Object.entries(a.slot.register.fields).filter(([, f]) => f.kind === kind);
const covered = (w: RequestWires, a: Access, fields: readonly (readonly [string, Field])[]): Bool => {
  const [, first] = fields[0] as readonly [string, Field];
  return someOf(w.strobe, bytesIn(first, a.slot));
};
/** The value of the element that is accessed. */
const chosen = <D extends Data>(a: Access, values: readonly D[]): D => (a.element === null ? (values[0] as D) : choose(a.element, values));

/** A pop register: its stream is read where the access covers the entry. Returns what software reads of each field. */
export const connectPop = (w: RequestWires, a: Access, port: Stream | readonly Stream[]): ReadonlyMap<string, Bits> => {
  const streams = many(port);
  const fields = fieldsOf(a, "pop");
  const taken = a.read.and(covered(w, a, fields));
  for (const [i, s] of streams.entries()) s.ready.drive(a.row === null ? taken : taken.and(a.row.eq(i)));
  const valid = chosen(
    a,
    streams.map((s) => s.valid),
  );
  return new Map(
    fields.map(([name, f]) => {
      const value = chosen(
        a,
        streams.map((s) => f.type.toBits((s.payload as unknown as Record<string, never>)[name] as never) as Bits),
      );
      return [name, mux(valid, value, constant(f.type.width, 0) as Bits)];
    }),
  );
};

/** A push register: an entry waits in flip-flops until the hardware takes it. */
export class PushQueue {
  readonly #h: Builder;
  readonly #w: RequestWires;
  readonly #a: Access;
  readonly #streams: readonly Stream[];
  readonly #valid: Bool | Vec<Bool>;
  readonly #entry: Data | Vec<Data>;
  constructor(h: Builder, w: RequestWires, a: Access, port: Stream | readonly Stream[], entry: StructType<any>, name: string) {
    this.#h = h;
    this.#w = w;
    this.#a = a;
    this.#streams = many(port);
    const count = Array.isArray(port) ? port.length : null;
    const made = h.registers({
      [`${name}_push_full_q`]: count === null ? (bool as Type) : array(bool as Type, count),
      [`${name}_push_q`]: (count === null ? (entry as Type) : array(entry as Type, count)).noReset(),
    }) as Record<string, Data>;
    this.#valid = made[`${name}_push_full_q`] as Bool;
    this.#entry = made[`${name}_push_q`] as Data;
  }
  #of<D>(value: unknown, i: number): D {
    return (this.#a.row === null ? value : (value as Vec<D>).at(i)) as D;
  }
  /** The write would find no room. */
  refusesWrite(): Bool {
    const a = this.#a;
    const full = chosen(
      a,
      this.#streams.map((s, i) => this.#of<Bool>(this.#valid, i).and(s.ready.not())),
    );
    return covered(this.#w, a, fieldsOf(a, "push")).and(full);
  }
  connect(): void {
    const h = this.#h;
    const a = this.#a;
    const fields = fieldsOf(a, "push");
    const added = a.write.and(covered(this.#w, a, fields));
    for (const [i, s] of this.#streams.entries()) {
      const valid = this.#of<Bool>(this.#valid, i);
      const entry = this.#of<Data>(this.#entry, i);
      s.valid.drive(valid);
      s.payload.drive(entry);
      h.when(s.ready, () => valid.next(0));
      h.when(a.row === null ? added : added.and(a.row.eq(i)), () => {
        valid.next(1);
        entry.next(
          Object.fromEntries(
            fields.map(([name, f]) => {
              const { hi, lo } = bitsIn(f, a.slot);
              return [name, f.type.fromBits(this.#w.data.slice(hi, lo))];
            }),
          ),
        );
      });
    }
  }
}
