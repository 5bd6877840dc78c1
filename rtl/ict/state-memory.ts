/** Memories of slot state: one writer, and readers that see what was written up to the cycle in which they asked. */
import { type Bits, bool, type Data, type HardwareModule, input, module, mux, output, type Port, type Type, uint } from "#hdl";

/** Slots from which on state lies in block RAM. */
const blockFrom = 256;
/** A reader `name`: the slot at `nameAt`, its word on `name` in the next cycle. */
type Readers<S, I, R extends string> = { readonly [K in R as `${K}At`]: Port<Type<Bits>> } & { readonly [K in R]: Port<Type<S, I>> };
type Writer<S, I> = {
  readonly write: Port<Type<Bits<1>>>;
  readonly writeAt: Port<Type<Bits>>;
  readonly value: Port<Type<S, I>>;
};

/**
 * A word of type `of` for each of `slots` slots. What is written in the cycle in which a reader asks reaches it past the
 * memory, so that memories are plain ones with a port to write and one to read; `patient` readers do without, and get
 * what was there before. Contents are unknown at reset.
 */
export const stateMemory = <S extends Data, I, const R extends string>(
  of: Type<S, I>,
  slots: number,
  readers: readonly R[],
  patient: readonly R[] = [],
): HardwareModule<Readers<S, I, R> & Writer<S, I>> => {
  const slot = uint(Math.log2(slots));
  const ports = {
    write: input(bool),
    writeAt: input(slot),
    value: input(of),
    ...Object.fromEntries(readers.flatMap((r) => [[`${r}At`, input(slot)] as const, [r, output(of)] as const])),
  };
  return module(
    `${of.name}_memory_${slots}_${readers.map((r) => (patient.includes(r) ? `${r}_later` : r)).join("_")}`,
    ports as Record<string, Port>,
    (io, h) => {
      const { write, writeAt, value } = io as unknown as { write: Bits<1>; writeAt: Bits; value: S };
      const latest =
        patient.length < readers.length ? h.register("latest", uint(of.width).noReset(), { doc: "What was written last" }) : undefined;
      if (latest !== undefined) h.when(write, () => latest.next(value.asBits()));
      readers.forEach((r, i) => {
        const at = (io as unknown as Record<string, Bits>)[`${r}At`] as Bits;
        // A block RAM has one port for writes and one for reads: each reader has its own copy.
        const cells = h.memory(`cells${i}`, uint(of.width), slots, { style: slots < blockFrom ? "distributed" : "block" });
        cells.write(writeAt, value.asBits(), write);
        const word = cells.readSync(`word${i}`, at);
        const answer = (io as unknown as Record<string, { drive: (v: S) => void }>)[r];
        if (latest === undefined || patient.includes(r)) {
          answer?.drive(of.fromBits(word as Bits));
          return;
        }
        const met = h.register(`met${i}`, bool.noReset(), { doc: "It was written in the cycle of asking" });
        met.next(write.and(writeAt.eq(at)));
        answer?.drive(of.fromBits(mux(met, latest as Bits, word as Bits)));
      });
    },
  ) as unknown as HardwareModule<Readers<S, I, R> & Writer<S, I>>;
};
