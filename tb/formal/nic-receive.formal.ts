/**
 * What becomes of a frame, with any frame in the buffer, any table and any memory: only a sound datagram that fits its ring
 * is delivered, each drop has its own cause, and commits are those of the deliveries, in order, each after memory was asked
 * for all of its bytes and has answered.
 */
import { type Bits, type Bool, cat, input, module, output, stream, type Type, uint } from "#hdl";
import { atMostOne } from "#hdl/lib/bits.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { dropCauses } from "#rtl/common.ts";
import { receiveState, ringAllocation, ringCommit } from "#rtl/ict/table.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { rxDeliver } from "#rtl/udp/rx-deliver.ts";
import { frameRecord } from "#rtl/udp/rx-ingress.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { checkBurst, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const config = { ...small, rxBuffer: 256 };

/** `short`: datagrams of one byte for one ring, which leaves the solver strength for their whole way to the commit. */
export const onlySoundDatagrams = (short: boolean, block = rxDeliver(config)) =>
  module(
    short ? "short_datagrams_are_committed" : "only_sound_datagrams_are_delivered",
    {
      frames: input(stream(frameRecord(config))),
      readData: input(uint(config.busBits)),
      hit: input(uint(1)),
      found: input(uint(1)),
      receive: input(receiveState(config)),
      b: input(stream(responseBeat(config))),
      aw: output(stream(addressBeat(config))),
      w: output(stream(writeBeat(config))),
      ordinary: output(stream(packetBeat(config.busBits))),
      allocate: output(ringAllocation(config)),
      commit: output(ringCommit(config)),
    },
    (io, h) => {
      const { frames, hit, found, receive } = io;
      const dut = h.instance("dut", block, { frames, readData: io.readData, hit, found, receive, b: io.b });
      io.aw.connect(dut.aw);
      io.w.connect(dut.w);
      io.ordinary.connect(dut.ordinary);
      io.allocate.drive(dut.allocate);
      io.commit.drive(dut.commit);
      frames.check(h, "assume");
      io.b.check(h, "assume");
      checkBurst(h, io.aw);
      for (const s of [io.w, io.ordinary]) s.check(h, "assert");
      h.ghost(() => {
        const { facts, beats } = frames.payload;
        const kept = h.pastValid().and(h.past(dut.readEnable).not());
        h.assume("the buffer holds a word until another is asked for", kept.implies(io.readData.eq(h.past(io.readData))));
        // What the parser and the buffer promise: a datagram lies within its frame, and the frame within the buffer.
        const room = facts.length.sub(facts.tagged.zext(16).shl(2));
        h.assume("a frame is short", facts.length.ne(0).and(facts.length.le(192)));
        h.assume("a fault is one of the six", facts.fault.asBits().le(5));
        h.assume("its words are counted", beats.eq(facts.length.add(31).shr(5).trunc(beats.width) as never));
        const sound = facts.plain.and(facts.fault.is("NONE"));
        h.assume("a datagram lies in its frame", facts.plain.implies(facts.length.ge(46)));
        h.assume("so does its payload", sound.implies(facts.payload.add(42).le(room).and(facts.payload.le(150))));
        const { mask, head, write } = receive;
        h.assume("a receive ring of 64 or 128 bytes at a line", mask.eq(63).or(mask.eq(127)).and(receive.base.slice(5, 0).eq(0)));
        h.assume("in the lowest 8 KiB", receive.base.slice(63, 13).eq(0));
        h.assume("its pointers are in it", head.le(mask).and(write.le(mask)));

        if (short) {
          h.assume("one byte", facts.payload.eq(1).and(facts.length.eq(60)).and(facts.tagged.not()).and(sound));
          h.assume("one ring of bare bytes", receive.datagram.not().and(mask.eq(63)).and(receive.base.eq(0)).and(head.eq(0)));
          h.assume("that goes on", hit.and(receive.ready).and(receive.stopped.not()));
          h.assume("nothing else in the buffer", io.readData.eq(0).and(frames.payload.start.eq(0)));
        }

        // The frame that the verdict is on: two steps behind the one that is looked up.
        const names = ["step1", "step2"] as const;
        const [first, second] = names.map((name) => {
          const r = h.registers({
            [`${name}_valid`]: uint(1),
            [`${name}_sound`]: uint(1),
            [`${name}_plain`]: uint(1),
            [`${name}_payload`]: uint(16),
            [`${name}_fault`]: uint(3),
          }) as Record<string, Bits>;
          const get = (what: string): Bits => r[`${name}_${what}`] as Bits;
          return { valid: get("valid"), sound: get("sound"), plain: get("plain"), payload: get("payload"), fault: get("fault") };
        }) as [
          Record<"valid" | "sound" | "plain" | "payload" | "fault", Bits>,
          Record<"valid" | "sound" | "plain" | "payload" | "fault", Bits>,
        ];
        h.when(dut.advance, () => {
          for (const key of ["valid", "sound", "plain", "payload", "fault"] as const) (second[key] as Bits).next(first[key]);
          first.valid.next(frames.valid);
          first.sound.next(sound);
          first.plain.next(facts.plain);
          first.payload.next(facts.payload);
          first.fault.next(facts.fault.asBits());
        });
        const { accepted, acceptedEmpty, toOrdinary, verdicts } = dut;
        const mine = second.valid.and(second.plain).and(hit).and(receive.ready);
        const bytes = second.payload.add(receive.datagram.zext(16).shl(4));
        const space = head.sub(write).sub(1).and(mask);
        h.assert("one verdict at a time", atMostOne(cat(accepted, toOrdinary, verdicts)));
        h.assert(
          "a verdict is on a frame",
          cat(accepted, toOrdinary, verdicts)
            .any()
            .implies(second.valid as Bool),
        );
        h.assert(
          "only a sound datagram for a slot that goes on is accepted",
          accepted.implies(mine.and(second.sound).and(receive.stopped.not())),
        );
        h.assert("and only where its ring has room", accepted.implies(bytes.le(space.zext(16))));
        h.assert("what is a slot's does not go the ordinary path", toOrdinary.implies(mine.not()));
        for (const [i, cause] of ["ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum"].entries())
          h.assert(
            `dropped for ${cause} where that is its fault`,
            verdicts.bit(dropCauses.indexOf(cause as "ttl")).implies(mine.and(second.fault.eq(i + 1))),
          );
        h.assert(
          "dropped for the ring where it is full",
          verdicts.bit(dropCauses.indexOf("ring_full")).implies(mine.and(second.sound).and(bytes.add(15).gt(space.zext(16)))),
        );
        h.assert(
          "dropped for memory where the slot has stopped",
          verdicts.bit(dropCauses.indexOf("dma_error")).implies(mine.and(second.sound).and(receive.stopped)),
        );
        h.assert("a drop is told to its slot", dut.drop.eq(verdicts.any()).and(dut.drop.implies(dut.dropSlot.eq(found))));
        h.assert(
          "ring space goes to what is accepted",
          io.allocate.valid.eq(accepted).and(accepted.implies(io.allocate.slot.eq(found).and(io.allocate.pointer.le(mask)))),
        );

        // Deliveries: slot, tail, life.
        const model = new QueueModel(h, uint(10) as Type<Bits>, 5);
        const delivery = cat(found, io.allocate.pointer, receive.epoch);
        const all = model.with([{ when: accepted.and(acceptedEmpty.not()), value: delivery }]);
        const { commit } = io;
        h.assume("few datagrams are under way", model.count.lt(5));
        h.assert("no commit is made up", commit.valid.implies(model.count.ne(0)));
        h.assert(
          "commits are the deliveries, in order",
          commit.valid.implies(cat(commit.slot, commit.pointer, commit.epoch).eq(model.entries[0] as Bits<10>)),
        );
        model.take(all, commit.valid);

        // Bursts asked for and not answered; memory answers what it was asked and has the data of.
        const { asked, filled } = h.registers({ asked: uint(2), filled: uint(2) });
        const { filling } = h.registers({ filling: uint(1) });
        const { id } = io.b.payload;
        h.assume("memory answers what it has", io.b.valid.implies(asked.bit(id).and(filled.bit(id))));
        h.when(io.b.fire, () => {
          asked.bit(id).next(0);
          filled.bit(id).next(0);
        });
        h.when(io.aw.fire, () => asked.bit(io.aw.payload.id).next(1));
        h.when(io.w.fire.and(io.w.payload.last), () => {
          filled.bit(filling).next(1);
          filling.next(filling.add(1));
        });
        h.assert("the last commit leaves no burst without its answer", commit.valid.and(model.count.eq(1)).implies(asked.eq(0)));
        h.cover("a datagram is committed", commit.valid.and(commit.failed.not()));
        h.cover("dropped for want of room", verdicts.bit(dropCauses.indexOf("ring_full")));
        h.cover("a frame leaves for the ordinary path", io.ordinary.fire.and(io.ordinary.payload.last));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "receive: only sound datagrams, each drop its cause", module: () => onlySoundDatagrams(false), mode: "bmc", depth: 5 },
  { name: "receive: commits in order, after memory", module: () => onlySoundDatagrams(true), mode: "bmc", depth: 9 },
  { name: "receive: delivers, drops, passes on", module: () => onlySoundDatagrams(false), mode: "cover", depth: 9 },
];
