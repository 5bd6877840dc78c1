/**
 * The receive engine, with any frames, buffers and memory: nothing is ever written outside the buffers that were given, and
 * a buffer's completion comes when memory has answered its writes, in the order of the buffers.
 */
import { array, type Bits, bool, input, module, output, type Stream, stream, type Type, uint } from "#hdl";
import type { PacketBeat } from "#hdl/lib/packet.ts";
import { memoryFields } from "#hdl/regmap/index.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { fetchedDescriptor } from "#rtl/nic/ordinary-fetch.ts";
import { receiveCompletion, receiveDescriptor } from "#rtl/nic/ordinary-formats.ts";
import { ordinaryIngress, ordinaryRecord } from "#rtl/nic/ordinary-ingress.ts";
import { ordinaryReceive } from "#rtl/nic/ordinary-receive.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { layOpen } from "./lay-open.ts";
import { checkBurst, chosen, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const ids = small.dmaInFlight;
const options = { words: 8, patience: 2, frames: 2 };
/** Frames of any length stand for the ingress: what is in its buffer does not matter here. */
const opened = () => layOpen(ordinaryReceive(small, options), { ingress: ordinaryIngress(small, options) });
const record = ordinaryRecord(3);
interface Unplugged {
  readonly from: Stream<PacketBeat>;
  readonly ingress__from: Stream<PacketBeat>;
}
/** What leads to the ingress and from it goes nowhere. */
const unplug = (dut: Unplugged): void => {
  dut.from.valid.drive(0);
  dut.from.payload.drive({ data: 0, keep: 0, last: 0 });
  dut.ingress__from.ready.drive(0);
};

export const writesOnlyBuffers = (block = opened()) =>
  module(
    "ordinary_receive_writes_only_buffers",
    {
      /** Any byte of memory, and any buffer. */
      watched: input(uint(8)),
      picked: input(uint(2)),
      runs: input(bool),
      records: input(stream(record)),
      descriptors: input(stream(fetchedDescriptor)),
      completions: output(stream(uint(64))),
      b: input(stream(responseBeat(small))),
      aw: output(stream(addressBeat(small))),
      w: output(stream(writeBeat(small))),
    },
    ({ watched, picked, runs, records, descriptors, completions, b, aw, w }, h) => {
      const dut = h.instance("dut", block, {
        runs,
        longest: 0xffff,
        descriptors,
        b,
        ingress__records: records,
        ingress__data: 0,
        ingress__dropped: 0,
      } as never);
      unplug(dut);
      aw.connect(dut.aw);
      w.connect(dut.w);
      completions.connect(dut.completions);
      for (const s of [records, descriptors, b]) s.check(h, "assume");
      checkBurst(h, aw);
      for (const s of [w, completions]) s.check(h, "assert");
      chosen(h, watched, "watched");
      chosen(h, picked, "picked");
      h.ghost(() => {
        const { BUFFER, SIZE } = memoryFields(receiveDescriptor, descriptors.payload.bits);
        const { length, beats, start } = records.payload;
        h.assume(
          "a frame lies in the buffer",
          length
            .ne(0)
            .and(length.le(96))
            .and(beats.eq(length.add(31).shr(5).trunc(4) as never))
            .and(start.eq(0)),
        );
        h.assume("buffers lie in the lowest 256 bytes", BUFFER.address.slice(63, 8).eq(0));
        h.assume(
          "and are short",
          SIZE.bytes
            .ne(0)
            .and(SIZE.bytes.le(48))
            .and(BUFFER.address.trunc(9).add(SIZE.bytes.trunc(9)).le(256)),
        );
        const at = watched.zext(9);
        const first = BUFFER.address.trunc(9);
        h.assume("no buffer has the byte that is watched", at.lt(first).or(at.ge(first.add(SIZE.bytes.trunc(9)))));

        // Where data goes: words in the order of their addresses.
        const places = new QueueModel(h, uint(3) as Type<Bits>, 4, "places");
        const bursts = places.with([{ when: aw.fire, value: aw.payload.address.slice(7, 5) as Bits }]);
        const { beat, filling, filled } = h.registers({ beat: uint(3), filling: uint(1), filled: array(bool, ids) });
        const word = (bursts.entries[0] as Bits).add(beat as never);
        h.assert("data follows its address", w.valid.implies(bursts.count.ne(0)));
        h.assert("writes stay where buffers lie", aw.valid.implies(aw.payload.address.slice(63, 8).eq(0)));
        const hits = w.valid.and(word.eq(watched.slice(7, 5) as never)).and(w.payload.strobe.shr(watched.slice(4, 0)).bit(0));
        h.assert("what is in no buffer is not written", hits.not());
        h.when(w.fire, () => beat.next(beat.add(1)));
        h.when(w.fire.and(w.payload.last), () => {
          beat.next(0);
          filled.at(filling).next(1);
          filling.next(filling.add(1));
        });
        places.take(bursts, w.fire.and(w.payload.last));

        // Memory answers what it has, in any order.
        const { open } = h.registers({ open: array(bool, ids) });
        h.assume("memory answers what it has", b.valid.implies(open.at(b.payload.id).and(filled.at(b.payload.id))));
        h.when(b.fire, () => {
          open.at(b.payload.id).next(0);
          filled.at(b.payload.id).next(0);
        });
        h.when(aw.fire, () => open.at(aw.payload.id).next(1));

        // One buffer: bytes that its completion may tell of were asked for and answered.
        const { given, told, its_bytes } = h.registers({ given: uint(3), told: uint(3), its_bytes: uint(16) });
        h.when(descriptors.fire, () => {
          given.next(given.add(1));
          h.when(given.eq(picked.zext(3)), () => its_bytes.next(SIZE.bytes));
        });
        const status = memoryFields(receiveCompletion, completions.payload).STATUS;
        h.when(completions.fire, () => told.next(told.add(1)));
        h.assert(
          "a completion is of a buffer that was given",
          completions.valid.implies(told.lt(given).or(given.lt(told).and(given.lt(4)))),
        );
        const mine = completions.valid.and(told.eq(picked.zext(3)));
        h.assert("it tells of no more bytes than the buffer has", mine.implies(status.bytes.ne(0).and(status.bytes.le(its_bytes))));
        h.assert("a frame goes on where a buffer is full, and only there", mine.and(status.last.not()).implies(status.bytes.eq(its_bytes)));
        h.cover("a frame over two buffers", completions.fire.and(status.last).and(status.first.not()));
        h.cover("an answer that refuses", completions.fire.and(status.failed));
      });
    },
  );

/** Frames of one word into buffers within one: each buffer is one burst, so that answers can be counted. */
export const completesWhatIsAnswered = (block = opened()) =>
  module(
    "ordinary_receive_completes_what_is_answered",
    {
      picked: input(uint(2)),
      records: input(stream(record)),
      descriptors: input(stream(fetchedDescriptor)),
      completions: output(stream(uint(64))),
      b: input(stream(responseBeat(small))),
    },
    ({ picked, records, descriptors, completions, b }, h) => {
      const dut = h.instance("dut", block, {
        runs: 1,
        longest: 0xffff,
        descriptors,
        b,
        ingress__records: records,
        ingress__data: 0,
        ingress__dropped: 0,
      } as never);
      unplug(dut);
      const { aw, w } = dut;
      aw.ready.drive(1);
      w.ready.drive(1);
      completions.connect(dut.completions);
      for (const s of [records, descriptors, b]) s.check(h, "assume");
      chosen(h, picked, "picked");
      h.ghost(() => {
        const { BUFFER, SIZE } = memoryFields(receiveDescriptor, descriptors.payload.bits);
        const { length, beats, start } = records.payload;
        h.assume("short frames", length.eq(32).and(beats.eq(1)).and(start.eq(0)));
        h.assume("each in one buffer of a word", BUFFER.address.eq(0).and(SIZE.bytes.eq(32)));
        const { asked, finished, mine_open, mine_id, answered, bad, filled, open, filling } = h.registers({
          asked: uint(3),
          finished: uint(3),
          mine_open: bool,
          mine_id: uint(1),
          answered: bool,
          bad: bool,
          filled: array(bool, ids),
          open: array(bool, ids),
          filling: uint(1),
        });
        h.when(w.fire, () => {
          filled.at(filling).next(1);
          filling.next(filling.add(1));
        });
        h.assume("memory answers what it has", b.valid.implies(open.at(b.payload.id).and(filled.at(b.payload.id))));
        h.when(b.fire, () => {
          open.at(b.payload.id).next(0);
          filled.at(b.payload.id).next(0);
          h.when(mine_open.and(b.payload.id.eq(mine_id)), () => {
            mine_open.next(0);
            answered.next(1);
            bad.next(b.payload.response.bit(1));
          });
        });
        h.when(aw.fire, () => {
          open.at(aw.payload.id).next(1);
          asked.next(asked.add(1));
          h.when(asked.eq(picked.zext(3)), () => {
            mine_open.next(1);
            mine_id.next(aw.payload.id);
          });
        });
        const status = memoryFields(receiveCompletion, completions.payload).STATUS;
        h.when(completions.fire, () => finished.next(finished.add(1)));
        const mine = completions.valid.and(finished.eq(picked.zext(3)));
        h.assert("a buffer is complete when memory has answered its write", mine.implies(answered));
        h.assert("it has failed where memory refused, and only there", mine.implies(status.failed.eq(bad)));
        h.assert("it is a whole frame", mine.implies(status.first.and(status.last)));
        h.cover("the second is complete", completions.fire.and(finished.eq(1)).and(picked.eq(1)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "ordinary receive: writes only buffers", module: () => writesOnlyBuffers(), mode: "bmc", depth: 5 },
  { name: "ordinary receive: scatters", module: () => writesOnlyBuffers(), mode: "cover", depth: 14 },
  { name: "ordinary receive: complete when answered", module: () => completesWhatIsAnswered(), mode: "bmc", depth: 10 },
  { name: "ordinary receive: completes", module: () => completesWhatIsAnswered(), mode: "cover", depth: 12 },
];
