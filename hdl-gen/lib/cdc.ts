/**
 * Clock domain crossings: the only way from one clock to another beside the asynchronous FIFO. Each block has its clocks
 * by name, `from` and `to` (or `to` alone), to be mapped at the instance; the functions at the end do that in line.
 *
 * Synchronisers are chains of registers that nothing else reads before their end: the first may go metastable, the others
 * give it time. Two stages do for most clocks; three where they are fast or the product is many.
 */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, clock, input, output, type Port } from "../core/ports.ts";
import { bool, type Type, uint } from "../core/types.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";
import { synchronised } from "./synchronised.ts";

/** The clocks of the blocks here, by the names of their pins: `from_clk`, `to_clk`. */
export const fromClock = clock("from");
export const toClock = clock("to");

export interface CdcOptions {
  /** Registers of a synchroniser; 2 unless said. */
  readonly stages?: number;
}
export const checkStages = (stages: number): number =>
  Number.isInteger(stages) && stages >= 2 && stages <= 8 ? stages : refuse(`${stages} stages: a synchroniser has 2 to 8 registers`);

/**
 * Brings a level into the clock `to`, `stages` edges later. Each bit crosses by itself, so bits that change together may
 * arrive a cycle apart: for single flags, Gray codes, and values that stand still while they are looked at.
 */
export const bitSynchroniser = (
  width: number,
  { stages = 2 }: CdcOptions = {},
): HardwareModule<{ readonly value: Port<Type<Bits>>; readonly synchronised: Port<Type<Bits>> }> =>
  module(
    `bit_synchroniser_${width}x${checkStages(stages)}`,
    { value: input(uint(width) as Type<Bits>, { clock: fromClock }), synchronised: output(uint(width) as Type<Bits>, { clock: toClock }) },
    ({ value, synchronised: out }, h) => h.clocked(toClock, () => out.drive(synchronised(h, "stage", value, stages))),
  );

/**
 * Makes an asynchronous reset end together with its clock: `reset` is 1 at once when the pin `rst` is, and goes to 0
 * `stages` edges after it. For the pin of a board or the reset of another clock.
 */
export const resetSynchroniser = ({ stages = 2 }: CdcOptions = {}): HardwareModule<{ readonly reset: Port<Type<Bool>> }> =>
  module(`reset_synchroniser_${checkStages(stages)}`, { reset: output(bool) }, ({ reset }, h) => {
    const chain = h.registers(Object.fromEntries(Array.from({ length: stages }, (_, i) => [`stage_${i}`, bool.asyncReset(1)])), {
      synchroniser: true,
      doc: "Set by the reset at once, cleared one by one after it",
    });
    const list = Object.values(chain) as Bool[];
    for (const [i, s] of list.entries()) s.next(i === 0 ? 0 : (list[i - 1] as Bool));
    reset.drive(list.at(-1) as Bool);
  });

/**
 * Brings single-cycle pulses from one clock to another: each pulse of `pulse` becomes one of `arrived`. While `busy` is 1
 * the last one is on its way and another would be lost (asserted). Latency: 1 edge of `from`, then `stages` of `to`;
 * `busy` until it is known there, about as long again. The clocks may have any ratio.
 */
export const pulseSynchroniser = ({
  stages = 2,
}: CdcOptions = {}): HardwareModule<{
  readonly pulse: Port<Type<Bool>>;
  readonly busy: Port<Type<Bool>>;
  readonly arrived: Port<Type<Bool>>;
}> =>
  module(
    `pulse_synchroniser_${checkStages(stages)}`,
    { pulse: input(bool, { clock: fromClock }), busy: output(bool, { clock: fromClock }), arrived: output(bool, { clock: toClock }) },
    ({ pulse, busy, arrived }, h) => {
      const { sent } = h.clocked(fromClock, () => h.registers({ /** Changes with each pulse. */ sent: bool }));
      const { seen } = h.clocked(toClock, () => h.registers({ /** `sent`, when its last change was told. */ seen: bool }));
      h.clocked(toClock, () => {
        const now = synchronised(h, "sent_to", sent, stages);
        arrived.drive(now.ne(seen));
        seen.next(now);
      });
      h.clocked(fromClock, () => {
        const back = synchronised(h, "seen_from", seen, stages);
        busy.drive(sent.ne(back));
        h.when(pulse, () => sent.next(sent.not()));
        h.assume("no pulse while one is on its way", pulse.implies(sent.eq(back)));
      });
    },
  );

/**
 * Brings whole words from one clock to another, one at a time, in order and without loss: a request and an answer cross,
 * the word waits in a register until they have. For settings and rare events; `asyncFifo` is for streams of data.
 * Latency: 1 edge of `from`, then `stages + 1` of `to`; the next word after about twice as long.
 */
export const busSynchroniser = <P extends Data, I>(
  of: Type<P, I>,
  { stages = 2 }: CdcOptions = {},
): HardwareModule<{ readonly push: Port<Bundle<Stream<P>>>; readonly pop: Port<Bundle<Stream<P>>> }> =>
  module(
    `bus_synchroniser_${of.name}x${checkStages(stages)}`,
    { push: input(stream(of), { clock: fromClock }), pop: output(stream(of), { clock: toClock }) },
    ({ push, pop }, h) => {
      const { sent, word } = h.clocked(fromClock, () =>
        h.registers({ /** Changes with each word. */ sent: bool, /** Stands still from its request to its answer. */ word: of.noReset() }),
      );
      const { taken } = h.clocked(toClock, () => h.registers({ /** `sent`, when its word was taken over here. */ taken: bool }));
      h.clocked(fromClock, () => {
        const back = synchronised(h, "taken_from", taken, stages);
        push.ready.drive(sent.eq(back));
        h.when(push.fire, () => {
          sent.next(sent.not());
          word.next(push.payload);
        });
      });
      h.clocked(toClock, () => {
        const now = synchronised(h, "sent_to", sent, stages);
        const { valid } = h.registers({ valid: bool });
        const { arrived } = h.registers(
          { arrived: of.noReset() },
          { synchroniser: true, doc: "The word, which has stood still for at least `stages` edges when it is taken over" },
        );
        pop.valid.drive(valid);
        pop.payload.drive(arrived);
        h.when(pop.ready, () => valid.next(0));
        h.when(now.ne(taken).and(valid.not().or(pop.ready)), () => {
          valid.next(1);
          arrived.next(word);
          taken.next(now);
        });
      });
    },
  );
