/** FIFO between two clocks of any ratio: what carries streams from one domain to another. */

import { clog2, isPowerOfTwo } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { bool, type Type, uint } from "../core/types.ts";
import { type Bits, constant, type Data } from "../core/values.ts";
import { toGray } from "./bits.ts";
import { type CdcOptions, checkStages, fromClock, toClock } from "./cdc.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";
import { synchronised } from "./synchronised.ts";

export interface AsyncFifoOptions extends CdcOptions {
  /** `distributed` (the default): LUT RAM. `block`: block RAM and a register for its next word, one cycle later. */
  readonly style?: "distributed" | "block";
}
export interface AsyncFifoPorts<P extends Data> {
  readonly push: Port<Bundle<Stream<P>>>;
  readonly pop: Port<Bundle<Stream<P>>>;
  readonly [key: string]: Port;
}

/**
 * FIFO of `depth` entries, a power of two from 2 on: `push` belongs to the clock `from`, `pop` to the clock `to`. Pointers
 * cross in Gray code, so that each side sees the other's place late but never wrong. Both sides must be reset together.
 *
 * First-word latency: 1 edge of `from`, then `stages` edges of `to`, 1 more with `block`. A place that was given back is
 * seen as free after 1 edge of `to` and `stages` of `from`. One beat a cycle of the slower clock, where `depth` covers
 * both latencies: 16 does for two stages at any ratio.
 */
export const asyncFifo = <P extends Data, I>(
  of: Type<P, I>,
  depth: number,
  options: AsyncFifoOptions = {},
): HardwareModule<AsyncFifoPorts<P>> => {
  const { stages = 2, style = "distributed" } = options;
  if (!isPowerOfTwo(depth) || depth < 2) refuse(`asyncFifo of ${depth} entries: a power of two from 2 on is needed`);
  const addressBits = clog2(depth);
  const pointer = uint(addressBits + 1) as Type<Bits>;
  const name = [
    "async_fifo",
    `${of.name}x${depth}`,
    ...(style === "block" ? [style] : []),
    ...(checkStages(stages) === 2 ? [] : [`s${stages}`]),
  ].join("_");
  return module(
    name,
    { push: input(stream(of), { clock: fromClock }), pop: output(stream(of), { clock: toClock }) },
    ({ push, pop }, h) => {
      const cells = h.memory("cells", of, depth, { style });
      const { tail, tail_gray } = h.clocked(fromClock, () =>
        h.registers({ /** Where the next beat goes, with one bit more than an address. */ tail: pointer, tail_gray: pointer }),
      );
      const { head, head_gray } = h.clocked(toClock, () => h.registers({ /** The oldest entry. */ head: pointer, head_gray: pointer }));

      h.clocked(fromClock, () => {
        const head_seen = synchronised(h, "head_seen", head_gray, stages);
        // Full: a whole round ahead, which in Gray code inverts the two top bits.
        push.ready.drive(tail_gray.ne(head_seen.xor(constant(pointer.width, `0b11${"0".repeat(addressBits - 1)}`))));
        const { tail_next } = h.nets({ tail_next: tail.add(1) });
        h.when(push.fire, () => {
          cells.write(tail.trunc(addressBits), push.payload);
          tail.next(tail_next);
          tail_gray.next(toGray(tail_next));
        });
      });

      h.clocked(toClock, () => {
        const tail_seen = synchronised(h, "tail_seen", tail_gray, stages);
        const { empty } = h.nets({ empty: head_gray.eq(tail_seen) });
        const { head_next } = h.nets({ head_next: head.add(1) });
        const address = head.trunc(addressBits);
        const take = (): void => {
          head.next(head_next);
          head_gray.next(toGray(head_next));
        };
        if (style === "block") {
          const { fetched } = h.registers({ /** The register at the memory's output holds a beat. */ fetched: bool });
          const { taken } = h.nets({ taken: empty.not().and(fetched.not().or(pop.ready)) });
          pop.valid.drive(fetched);
          pop.payload.drive(cells.readSync("word", address, taken));
          h.when(taken, () => {
            fetched.next(1);
            take();
          }).elseWhen(pop.ready, () => fetched.next(0));
        } else {
          pop.valid.drive(empty.not());
          pop.payload.drive(cells.read(address));
          h.when(pop.fire, take);
        }
      });
    },
  ) as unknown as HardwareModule<AsyncFifoPorts<P>>;
};
