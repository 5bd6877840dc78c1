/**
 * What is done with a frame that has its verdict, with any memory: commits are those of the deliveries, in order, each after
 * memory has answered for all of its bytes, and words of the buffer are given back in order. Bytes themselves are the
 * realigner's and the DMA writer's proofs (nic-realigner.formal.ts, nic-dma.formal.ts).
 */
import { type Bits, cat, constant, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { popcount, resize } from "#hdl/lib/bits.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { ringCommit } from "#rtl/ict/interface.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { decidedFrame } from "#rtl/udp/rx-verdict.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { checkBurst, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const config = { ...small, rxBuffer: 256 };
const total = uint(6);

/** Datagrams of up to `most` bytes; `others`: frames that are dropped or go the ordinary path, too. */
export const commitsFollowMemory = (most: number, others: boolean, block = rxDeliver(config)) =>
  module(
    others ? "all_frames_leave_in_order" : "commits_follow_memory",
    {
      decided: input(decidedFrame(config, config.busBits)),
      b: input(stream(responseBeat(config))),
      aw: output(stream(addressBeat(config))),
      w: output(stream(writeBeat(config))),
      ordinary: output(stream(packetBeat(config.busBits))),
      commit: output(ringCommit(config)),
    },
    (io, h) => {
      const { decided } = io;
      // Bytes do not matter here.
      const dut = h.instance("dut", block, { decided, readData: constant(config.busBits, 0), b: io.b });
      io.aw.connect(dut.aw);
      io.w.connect(dut.w);
      io.ordinary.connect(dut.ordinary);
      io.commit.drive(dut.commit);
      io.b.check(h, "assume");
      checkBurst(h, io.aw);
      for (const s of [io.w, io.ordinary]) s.check(h, "assert");
      h.ghost(() => {
        const { fate, run, bytes, mask, offset, base } = decided;
        h.assume("a frame is decided on where there is room", decided.valid.implies(dut.room));
        h.assume("a verdict is one of three", fate.asBits().le(2));
        if (!others) h.assume("all are for a slot", fate.is("DELIVER"));
        h.assume("frames of two words at most", decided.beats.ne(0).and(decided.beats.le(2)));
        h.assume("of as many bytes", decided.length.add(31).shr(5).trunc(decided.beats.width).eq(decided.beats).and(decided.length.le(64)));
        h.assume("a slot's payload lies in one word", run.beats.eq(mux(fate.is("DELIVER"), constant(run.beats.width, 1), decided.beats)));
        h.assume("short ones", bytes.ne(0).and(bytes.le(most)).and(decided.datagram.not()).and(decided.tagged.not()));
        h.assume("a ring of a line", mask.eq(63).and(offset.le(mask)).and(base.eq(0)));

        // Deliveries: slot, tail, and the number of all bytes up to their end.
        const { due, written, answered } = h.registers({ due: total, written: total, answered: total });
        const model = new QueueModel(h, uint(1 + 7 + 6) as Type<Bits>, 4, "deliveries");
        const delivers = decided.valid.and(fate.is("DELIVER"));
        const after = due.add(bytes.trunc(6));
        h.when(delivers, () => due.next(after));
        const { commit } = io;
        model.take(model.with([{ when: delivers, value: cat(decided.slot, decided.pointer, after) }]), commit.valid);
        const oldest = model.entries[0] as Bits;
        h.assume("few datagrams are under way", model.count.lt(4));
        h.assert("no commit is made up", commit.valid.implies(model.count.ne(0)));
        h.assert(
          "commits are the deliveries, in order",
          commit.valid.implies(cat(commit.slot, commit.pointer).eq(oldest.slice(13, 6) as never)),
        );

        // What memory was asked for, has the data of, and has answered.
        const { asked, filled, filling } = h.registers({ asked: uint(2), filled: uint(2), filling: uint(1) });
        const { in0, in1, wrong } = h.registers({ in0: total, in1: total, wrong: uint(1) });
        const { id } = io.b.payload;
        h.assume("memory answers what it has", io.b.valid.implies(asked.bit(id).and(filled.bit(id))));
        h.when(io.b.fire, () => {
          asked.bit(id).next(0);
          filled.bit(id).next(0);
          answered.next(answered.add(mux(id.bit(0), in1, in0)));
          h.when(id.bit(0), () => in1.next(0)).otherwise(() => in0.next(0));
          h.when(io.b.payload.response.bit(1), () => wrong.next(1));
        });
        h.when(io.aw.fire, () => asked.bit(io.aw.payload.id).next(1));
        const now = resize(popcount(io.w.payload.strobe), 6);
        h.when(io.w.fire, () => {
          written.next(written.add(now as never));
          h.when(filling, () => in1.next(in1.add(now as never))).otherwise(() => in0.next(in0.add(now as never)));
          h.when(io.w.payload.last, () => {
            filled.bit(filling).next(1);
            filling.next(filling.add(1));
          });
        });
        const done = oldest.slice(5, 0);
        h.assert("a tail covers no byte that memory has not answered for", commit.valid.implies(answered.sub(done as never).lt(32)));
        h.assert("the last commit leaves no burst without its answer", commit.valid.and(model.count.eq(1)).implies(asked.eq(0)));
        h.assert("no more is written than was delivered", due.sub(written).lt(32));
        h.assert("no datagram fails where memory has no errors", commit.valid.and(commit.failed).implies(wrong.eq(1)));

        // The buffer's words.
        const words = new QueueModel(h, uint(2) as Type<Bits>, 8, "frames");
        words.take(words.with([{ when: decided.valid, value: decided.beats.trunc(2) }]), dut.freed);
        h.assert(
          "words are given back in order",
          dut.freed.implies(words.count.ne(0).and(dut.freedBeats.eq((words.entries[0] as Bits).zext(dut.freedBeats.width) as never))),
        );
        h.cover("a datagram is committed", commit.valid.and(commit.failed.not()));
        h.cover("one is not", commit.valid.and(commit.failed));
        if (others) h.cover("a frame leaves for the ordinary path", io.ordinary.fire.and(io.ordinary.payload.last));
        else h.cover("one over the ring's end is committed", commit.valid.and(h.past(asked, 3).eq(3)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "deliver: commits in order, after memory", module: () => commitsFollowMemory(2, false), mode: "bmc", depth: 8, timeout: 600 },
  { name: "deliver: all frames leave, in order", module: () => commitsFollowMemory(1, true), mode: "bmc", depth: 7 },
  { name: "deliver: commits, and around the end", module: () => commitsFollowMemory(2, false), mode: "cover", depth: 11 },
  { name: "deliver: slots and the ordinary path", module: () => commitsFollowMemory(1, true), mode: "cover", depth: 10 },
];
