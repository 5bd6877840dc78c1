/** Width converters and byte shifters of packets: the bytes that go in come out, in order, and packets end where they did. */
import { type Bits, type Bool, cat, constant, input, module, output, type Stream, type Type, uint } from "#hdl";
import { popcount } from "#hdl/lib/bits.ts";
import { type AnyBeat, checkPackets, packetStart, packetStream } from "#hdl/lib/packet.ts";
import { shiftDown, shiftUp } from "#hdl/lib/packet-shift.ts";
import { narrow, widen } from "#hdl/lib/packet-width.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

/** A byte and whether its packet ends with it. */
const entry = uint(9) as Type<Bits>;
const byteOf = (data: Bits, lane: number): Bits => data.slice(8 * lane + 7, 8 * lane);
/** The bytes of a beat that moves, lowest first, without its `skipped` lowest ones. */
const bytesOf = (s: Stream<AnyBeat>, skipped: Bits | null): { when: Bool; value: Bits }[] => {
  const { data, keep, last } = s.payload;
  return Array.from({ length: keep.width }, (_, lane) => {
    const above = lane === keep.width - 1 ? constant(1, 0) : keep.bit(lane + 1);
    const counts = skipped === null ? keep.bit(lane) : keep.bit(lane).and(skipped.le(lane));
    return { when: s.fire.and(counts), value: cat(last.and(above.not()), byteOf(data, lane)) };
  });
};

/** `to` gives the bytes of `from`, in order, with their ends; `lowest` is the number of the lowest byte of its present beat. */
const sameBytes = (
  h: Parameters<typeof checkPackets>[0],
  from: Stream<AnyBeat>,
  to: Stream<AnyBeat>,
  capacity: number,
  skipped: Bits | null,
  lowest: Bits,
): void =>
  h.ghost(() => {
    const model = new QueueModel(h, entry, capacity);
    const all = model.with(bytesOf(from, skipped));
    const { data, keep, last } = to.payload;
    const count = popcount(keep);
    h.assert("no byte is made up", to.fire.implies(all.count.ge(count.zext(all.count.width))));
    for (let lane = 0; lane < keep.width; lane++) {
      // The entry that belongs to a lane: its number less the lowest lane's.
      const wanted = all.entries.slice(0, lane + 1).reduce<Bits>((v, e, k) => mask(lowest.zext(4).add(k).eq(lane), e).or(v), entry.of(0));
      const here = to.fire.and(keep.bit(lane));
      h.assert(`lane ${lane}: bytes come in order and unchanged`, here.implies(wanted.slice(7, 0).eq(byteOf(data, lane))));
      const top = lane === keep.width - 1 ? constant(1, 1) : keep.bit(lane + 1).not();
      h.assert(`lane ${lane}: packets end where they did`, here.implies(wanted.bit(8).eq(last.and(top))));
    }
    h.assert("holds no more than it can", model.count.le(capacity));
    h.cover("a packet of three bytes, and another", to.fire.and(last).and(h.past(last.and(to.fire), 2)));
    model.take(all, to.fire.repeat(count.width).and(count));
  });
const mask = (when: Bool, value: Bits): Bits => when.repeat(value.width).and(value);

const converter = (which: "widen" | "narrow") => {
  const [a, b] = which === "widen" ? [8, 16] : [16, 8];
  return module(`${which}_keeps_bytes`, { from: input(packetStream(a)), to: output(packetStream(b)) }, ({ from, to }, h) => {
    const dut = h.instance("dut", which === "widen" ? widen(8, 16) : narrow(16, 8), { from });
    to.connect(dut.to);
    checkPackets(h, from, "assume");
    checkPackets(h, to, "assert");
    if (which === "widen") sameBytes(h, from, to, 2, null, constant(1, 0));
    else
      h.ghost(() => {
        // Nothing is held here: the parts are those of the beat that waits at the input.
        const { part } = h.registers({ part: uint(1) });
        const { data, keep, last } = from.payload;
        const ends = part.eq(1).or(keep.bit(1).not());
        h.when(to.fire, () => part.next(ends.not()));
        h.assert("each part is offered in its turn", to.valid.eq(from.valid));
        h.assert(
          "bytes come in order and unchanged",
          to.valid.implies(
            to.payload.data.eq(
              data
                .slice(7, 0)
                .and(part.not().repeat(8))
                .or(data.slice(15, 8).and(part.repeat(8))),
            ),
          ),
        );
        h.assert("packets end where they did", to.valid.implies(to.payload.last.eq(last.and(ends))));
        h.assert("a beat is taken with its last part", from.fire.eq(to.fire.and(ends)));
        h.cover("two packets", from.fire.and(last).and(h.past(from.fire.and(last))));
      });
  });
};

const shifter = (which: "down" | "up") =>
  module(
    `shift_${which}_keeps_bytes`,
    { by: input(uint(1)), from: input(packetStream(16)), to: output(packetStream(16)) },
    ({ by, from, to }, h) => {
      const dut = h.instance("dut", which === "down" ? shiftDown(16) : shiftUp(16), { from });
      // One offset for all packets, any.
      h.assume("the offset stays", h.pastValid().implies(by.eq(h.past(by))));
      dut.offset.valid.drive(1);
      dut.offset.payload.drive(by);
      to.connect(dut.to);
      checkPackets(h, from, "assume");
      const first = h.ghost(() => packetStart(h, from));
      const starts = h.ghost(() => packetStart(h, to));
      if (which === "down") {
        checkPackets(h, to, "assert");
        h.assume(
          "something is left of every packet",
          first.and(from.valid).implies(from.payload.keep.bit(1).or(by.eq(0)).or(from.payload.last.not())),
        );
        sameBytes(h, from, to, 2, first.repeat(1).and(by), constant(1, 0));
      } else {
        to.check(h, "assert");
        h.assert("the first beat begins at the offset", to.valid.implies(to.payload.keep.bit(0).eq(starts.not().or(by.eq(0)))));
        sameBytes(h, from, to, 2, null, starts.and(by));
      }
    },
  );

export const tasks: readonly FormalTask[] = [
  ...(["widen", "narrow"] as const).flatMap((which): FormalTask[] => [
    { name: `${which} packets: every byte, every end`, module: () => converter(which), mode: "bmc", depth: 18 },
    { name: `${which} packets: packets pass`, module: () => converter(which), mode: "cover", depth: 10 },
  ]),
  ...(["down", "up"] as const).flatMap((which): FormalTask[] => [
    { name: `shift packets ${which}: every byte, every end`, module: () => shifter(which), mode: "bmc", depth: 18 },
    { name: `shift packets ${which}: packets pass`, module: () => shifter(which), mode: "cover", depth: 10 },
  ]),
];
