/** The chain of registers in every clock crossing. */
import type { Builder } from "../core/builder.ts";
import { transparent } from "../core/source.ts";
import { typeOf } from "../core/type-of.ts";
import type { Bits } from "../core/values.ts";

transparent(import.meta.url);

/**
 * `value`, which belongs to any clock, in the current one: `stages` edges later, each bit by itself. Registers `NAME_0`,
 * `NAME_1`, ... that start at zero.
 */
export const synchronised = <N extends number>(h: Builder, name: string, value: Bits<N>, stages = 2): Bits<N> => {
  const keys = Array.from({ length: stages }, (_, i) => `${name}_${i}`);
  const chain = h.registers(Object.fromEntries(keys.map((key) => [key, typeOf(value)])), {
    synchroniser: true,
    doc: "From another clock: nothing reads it before the last stage",
  });
  return keys.reduce((before, key) => {
    const stage = chain[key] as Bits<N>;
    stage.next(before as never);
    return stage;
  }, value);
};
