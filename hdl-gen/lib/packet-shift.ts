/**
 * Packets from one alignment to another: bytes that stand somewhere in memory words become a packet that begins at byte
 * 0, and the other way round. One barrel shifter, one register of a beat, each.
 */

import { clog2, isPowerOfTwo } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, type Type, uint } from "../core/types.ts";
import { type Bits, cat, constant } from "../core/values.ts";
import { type AnyBeat, packetBeat, packetStream, userOf, userSuffix } from "./packet.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";

export interface ShiftPorts {
  /** How many bytes, one value per packet; it is taken with the packet's last beat. */
  readonly offset: Port<Bundle<Stream<Bits>>>;
  readonly from: Port<Bundle<Stream<AnyBeat>>>;
  readonly to: Port<Bundle<Stream<AnyBeat>>>;
  readonly [key: string]: Port;
}
const bytesOf = (dataBits: number, what: string): number => {
  const bytes = dataBits / 8;
  return isPowerOfTwo(bytes) && bytes > 1 ? bytes : refuse(`${what}: ${dataBits} data bits; a power of two from 16 on is needed`);
};
/** `{ upper, lower }` seen `count` bytes (or bits, for keep) further up: as wide as each of them. */
const window = (upper: Bits, lower: Bits, count: Bits): Bits => cat(upper, lower).shr(count).trunc(lower.width);
const inBits = (bytes: Bits): Bits => cat(bytes, constant(3, 0));

/**
 * Takes the first `offset` bytes off each packet, less than a beat of them: what follows moves down to byte 0. The keep bits
 * of those bytes may be anything, so a beat may be a whole memory word. A packet must have more than `offset` bytes.
 * Takes one beat a cycle without a pause between packets; latency 1. `user` of a beat is that of the last beat in it.
 */
export const shiftDown = (dataBits: number, user?: Type): HardwareModule<ShiftPorts> => {
  const shift = clog2(bytesOf(dataBits, "shiftDown"));
  const beat = packetBeat(dataBits, user);
  return module(
    `shift_down_${dataBits}${userSuffix(user)}`,
    { offset: input(stream(uint(shift))), from: input(packetStream(dataBits, user)), to: output(packetStream(dataBits, user)) },
    ({ offset, from, to }, h) => {
      const { holds, held } = h.registers({ /** A beat is held whose bytes are not all given. */ holds: bool, held: beat.noReset() });
      const { by, next } = { by: offset.payload, next: from.payload };
      const { alone, rest } = h.nets({
        /** What is given now comes from the held beat only. */
        alone: held.last.or(by.eq(0)),
        /** Bytes of the next beat that are not given with the held one. */
        rest: next.keep.shr(by),
      });
      const { finished } = h.nets({
        /** The next beat is the last and goes out with the held one. */ finished: alone.not().and(next.last).and(rest.any().not()),
      });
      to.valid.drive(holds.and(offset.valid).and(alone.or(from.valid)));
      to.payload.drive({
        // What does not belong to this packet must not show: it may change while the beat waits.
        data: window(mux(held.last, beat.fields.data.of(0), next.data), held.data, inBits(by)),
        keep: window(mux(held.last, beat.fields.keep.of(0), next.keep), held.keep, by),
        last: held.last.or(finished),
        ...(user === undefined ? {} : { user: mux(alone, userOf(held).user as Bits, userOf(next).user as Bits) }),
      });
      offset.ready.drive(to.fire.and(to.payload.last));
      from.ready.drive(holds.not().or(to.fire));
      h.when(from.ready, () => holds.next(from.valid.and(holds.and(finished).not())));
      h.when(from.fire, () => held.next(next));
      h.assert("something is left of every packet", to.valid.implies(to.payload.keep.bit(0)));
    },
  ) as unknown as HardwareModule<ShiftPorts>;
};

/**
 * Moves each packet up by `offset` bytes, less than a beat: its first beat has no bytes below that, and one more beat may
 * come at its end. What leaves is for a memory: `keep` are byte strobes. Gives one beat a cycle without a pause between
 * packets; latency 0. `user` is that of the last beat whose bytes are in it.
 */
export const shiftUp = (dataBits: number, user?: Type): HardwareModule<ShiftPorts> => {
  const bytes = bytesOf(dataBits, "shiftUp");
  const shift = clog2(bytes);
  return module(
    `shift_up_${dataBits}${userSuffix(user)}`,
    { offset: input(stream(uint(shift))), from: input(packetStream(dataBits, user)), to: output(packetStream(dataBits, user)) },
    ({ offset, from, to }, h) => {
      const { flush, above, held } = h.registers({
        /** The packet has come; some of its bytes have not gone. */
        flush: bool,
        /** Bytes of the beat before, which come below those of the present one; none before a packet's first beat. */
        above: uint(bytes),
        held: uint(dataBits).noReset(),
      });
      const held_user = user === undefined ? null : (h.registers({ held_user: user.noReset() }).held_user as Bits);
      const { by, now } = { by: offset.payload, now: from.payload };
      const up = (upper: Bits, lower: Bits, count: Bits): Bits =>
        cat(upper, lower)
          .shl(count)
          .slice(2 * lower.width - 1, lower.width);
      const { spills } = h.nets({ /** Bytes that find no place in this beat. */ spills: up(constant(bytes, 0), now.keep, by).any() });
      to.valid.drive(offset.valid.and(flush.or(from.valid)));
      to.payload.drive({
        data: up(mux(flush, uint(dataBits).of(0), now.data as Bits), held, inBits(by)),
        keep: up(mux(flush, uint(bytes).of(0), now.keep as Bits), above, by),
        last: flush.or(now.last.and(spills.not())),
        ...(held_user === null ? {} : { user: mux(flush, held_user, userOf(now).user as Bits) }),
      });
      offset.ready.drive(to.fire.and(to.payload.last));
      from.ready.drive(offset.valid.and(to.ready).and(flush.not()));
      h.when(to.fire, () => {
        flush.next(to.payload.last.not().and(now.last));
        above.next(mux(to.payload.last, uint(bytes).of(0), now.keep as Bits));
        held.next(now.data);
        held_user?.next(userOf(now).user as Bits);
      });
    },
  ) as unknown as HardwareModule<ShiftPorts>;
};
