/** Packet streams between widths: a narrow side and a wide one, whose ratio is a whole number. */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { choose, mux } from "../core/select.ts";
import { bool, index, type Type } from "../core/types.ts";
import { type Bits, type Bool, constant } from "../core/values.ts";
import { bitList } from "./bits.ts";
import { packetBeat, packetStream, userOf, userSuffix } from "./packet.ts";
import { refuse } from "./refuse.ts";
import type { Stream } from "./stream.ts";

export interface WidthPorts {
  readonly from: Port<Bundle<Stream<any>>>;
  readonly to: Port<Bundle<Stream<any>>>;
  readonly [key: string]: Port;
}
const ratioOf = (narrow: number, wide: number, what: string): number => {
  if (!Number.isInteger(narrow) || !Number.isInteger(wide) || narrow < 8 || narrow % 8 !== 0 || wide % narrow !== 0 || wide === narrow)
    refuse(`${what}: from ${narrow} to ${wide} bits is no whole ratio of whole bytes`);
  return wide / narrow;
};

/**
 * Joins `wideBits / narrowBits` beats into one, fewer where a packet ends. Takes one narrow beat a cycle without a pause;
 * a wide beat leaves the cycle after its last part came. One wide register. `user` is that of the last part.
 */
export const widen = (narrowBits: number, wideBits: number, user?: Type): HardwareModule<WidthPorts> => {
  const ratio = ratioOf(narrowBits, wideBits, "widen");
  const bytes = narrowBits / 8;
  return module(
    `widen_${narrowBits}to${wideBits}${userSuffix(user)}`,
    { from: input(packetStream(narrowBits, user)), to: output(packetStream(wideBits, user)) },
    ({ from, to }, h) => {
      const { part, valid, beat } = h.registers({
        /** Where the next narrow beat goes. */
        part: index(ratio),
        valid: bool,
        beat: packetBeat(wideBits, user).noReset(),
      });
      const { complete } = h.nets({ complete: from.payload.last.or(part.eq(ratio - 1)) });
      from.ready.drive(valid.not().or(to.ready));
      to.valid.drive(valid);
      to.payload.drive(beat);
      h.when(to.ready, () => valid.next(0));
      h.when(from.fire, () => {
        valid.next(complete);
        part.next(mux(complete, index(ratio).of(0), part.add(1)));
        for (let i = 0; i < ratio; i++) {
          const lane = (value: Bits, width: number): Bits => value.slice((i + 1) * width - 1, i * width);
          h.when(part.eq(i), () => {
            lane(beat.data, narrowBits).next(from.payload.data);
            lane(beat.keep, bytes).next(from.payload.keep);
          });
          // Lanes above the first are empty until something comes.
          if (i > 0) h.when(part.eq(0), () => lane(beat.keep, bytes).next(0));
        }
        beat.last.next(from.payload.last);
        userOf(beat).user?.next(userOf(from.payload).user);
      });
    },
  ) as unknown as HardwareModule<WidthPorts>;
};

/**
 * Cuts each beat into `wideBits / narrowBits`, fewer where a packet ends. Gives one narrow beat a cycle without a pause,
 * at once (latency 0); the wide beat waits at the input meanwhile, so there is no payload register. `user` goes to every
 * part.
 */
export const narrow = (wideBits: number, narrowBits: number, user?: Type): HardwareModule<WidthPorts> => {
  const ratio = ratioOf(narrowBits, wideBits, "narrow");
  const bytes = narrowBits / 8;
  return module(
    `narrow_${wideBits}to${narrowBits}${userSuffix(user)}`,
    { from: input(packetStream(wideBits, user)), to: output(packetStream(narrowBits, user)) },
    ({ from, to }, h) => {
      const { part } = h.registers({ /** Which part of the beat that waits at the input goes next. */ part: index(ratio) });
      const lanes = (value: Bits, width: number): readonly Bits[] =>
        Array.from({ length: ratio }, (_, i) => value.slice((i + 1) * width - 1, i * width));
      // A part is the beat's last where the one above it is empty.
      const firsts = lanes(from.payload.keep, bytes).map((keep) => keep.bit(0));
      const { done } = h.nets({ done: choose<Bool>(part, [...firsts.slice(1).map((f) => f.not()), constant(1, 1)]) });
      to.valid.drive(from.valid);
      from.ready.drive(to.ready.and(done));
      to.payload.drive({
        data: choose(part, lanes(from.payload.data, narrowBits)),
        keep: choose(part, lanes(from.payload.keep, bytes)),
        last: from.payload.last.and(done),
        ...userOf(from.payload),
      });
      h.when(to.fire, () => part.next(mux(done, index(ratio).of(0), part.add(1))));
      h.assert(
        "a wide beat has its bytes from byte 0 on",
        from.valid.implies(bitList(from.payload.keep).reduce((a, b, i, all) => (i === 0 ? b : a.and(b.implies(all[i - 1] as Bool))))),
      );
    },
  ) as unknown as HardwareModule<WidthPorts>;
};
