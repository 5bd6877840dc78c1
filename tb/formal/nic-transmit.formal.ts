/**
 * The transmit planner with any table and any memory: what is read lies between the slot's head and tail; every packet has
 * its read, and the reads their kinds, in order; a slot is stopped for its own descriptor alone, and only for one that
 * cannot be.
 */
import { type Bits, bool, cat, input, module, mux, output, stream, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { ringMove, slotLife, transmitState } from "#rtl/ict/table.ts";
import { fetchedBeat } from "#rtl/nic/dma-read.ts";
import { ringJob } from "#rtl/nic/dma-write.ts";
import { packetJob, txPlan } from "#rtl/udp/tx-plan.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { assumeJobState, small } from "./nic-small.ts";

export const plannerKeepsToSlot = (block = txPlan(small)) =>
  module(
    "transmit_planner_keeps_to_its_slot",
    {
      enable: input(uint(1)),
      largest: input(uint(16)),
      workValid: input(uint(1)),
      workSlot: input(uint(1)),
      transmit: input(transmitState(small)),
      header: input(stream(fetchedBeat(small))),
      reads: output(stream(ringJob(small))),
      isHeader: output(stream(uint(1))),
      packets: output(stream(packetJob(small))),
      advanceRead: output(ringMove(small)),
      stop: output(slotLife(small)),
    },
    (io, h) => {
      const { enable, largest, workValid, workSlot, transmit, header } = io;
      const dut = h.instance("dut", block, { enable, largest, workValid, workSlot, transmit, header });
      for (const name of ["reads", "isHeader", "packets"] as const) {
        (io[name] as { connect(from: unknown): void }).connect(dut[name]);
        io[name].check(h, "assert");
      }
      io.advanceRead.drive(dut.advanceRead);
      io.stop.drive(dut.stop);
      header.check(h, "assume");
      assumeJobState(h, transmit);
      h.ghost(() => {
        const { reads, isHeader, packets } = io;
        const { advanceRead, stop, stops, malformed, failed } = dut;
        h.assume("a header is one bus word", header.valid.implies(header.payload.last));

        // The slot that is being planned: the one that the table offered when the last step was over.
        const { planning, slot, epoch } = h.registers({ planning: uint(1), slot: uint(1), epoch: uint(2) });
        const { read, tail, mask, datagram } = h.registers({ read: uint(7), tail: uint(7), mask: uint(7), datagram: uint(1) });
        const { fetched, bytes, unread } = h.registers({ fetched: uint(1), bytes: uint(16), unread: uint(1) });
        const over = advanceRead.valid.or(stops);
        const picks = planning.not().and(enable).and(workValid);
        h.when(picks, () => {
          planning.next(1);
          slot.next(workSlot);
          epoch.next(transmit.epoch);
          read.next(transmit.read);
          tail.next(transmit.tail);
          mask.next(transmit.mask);
          datagram.next(transmit.datagram);
          fetched.next(0);
        });
        h.when(header.fire, () => {
          fetched.next(1);
          unread.next(header.payload.failed);
          const word = header.payload.data;
          bytes.next(
            uint(16)
              .of(0)
              .or(read.bit(4).not().repeat(16).and(word.slice(15, 0)))
              .or(read.bit(4).repeat(16).and(word.slice(143, 128))),
          );
        });
        h.when(over, () => planning.next(0));
        const used = tail.sub(read).and(mask);
        h.assert("a step ends only where one began", over.implies(planning));
        h.assert(
          "news is of the slot that was picked, in its life",
          advanceRead.valid.implies(advanceRead.slot.eq(slot).and(advanceRead.epoch.eq(epoch))),
        );
        h.assert("so is a stop", stops.implies(stop.slot.eq(slot).and(stop.epoch.eq(epoch))));
        h.assert("a slot goes on or stops", advanceRead.valid.and(stops).not());
        h.assert("a stop has one reason", stops.eq(malformed.xor(failed)).and(malformed.and(failed).not()));
        h.assert("streams are never stopped here", stops.implies(datagram));
        const moved = advanceRead.pointer.sub(read).and(mask);
        h.assert("it goes on in the ring", advanceRead.valid.implies(advanceRead.pointer.le(mask)));
        h.assert("and with records at multiples of 16", advanceRead.valid.and(datagram).implies(advanceRead.pointer.trunc(4).eq(0)));
        h.assert("what is planned lies before the tail", advanceRead.valid.implies(moved.le(used)));

        // A record that is there, and that the largest payload and the tail allow, is no reason to stop.
        const limit = small.mtu - 28;
        const most = largest
          .eq(0)
          .or(largest.gt(limit))
          .repeat(16)
          .and(limit)
          .or(largest.ne(0).and(largest.le(limit)).repeat(16).and(largest)) as Bits<16>;
        const record = bytes.zext(17).add(31).and("0x1fff0");
        const whole = fetched
          .and(unread.not())
          .and(bytes.le(most))
          .and(record.le(used.zext(17)));
        h.assert("who stops has no record that can be sent", stops.implies(whole.not()));
        h.assert("who goes on has one, or nothing, or a stream", advanceRead.valid.and(datagram).implies(whole.or(used.eq(0))));
        h.assert("a header is waited for once", header.fire.implies(fetched.not().and(planning)));

        // Packets and reads: as many of each, counted as they leave.
        const { payloads, filled } = h.registers({ payloads: uint(4), filled: uint(4) });
        h.when(isHeader.fire.and(isHeader.payload.not()), () => payloads.next(payloads.add(1)));
        h.when(packets.fire.and(packets.payload.payload.ne(0)), () => filled.next(filled.add(1)));
        const { planned } = h.registers({ planned: uint(4) });
        h.when(advanceRead.valid.and(used.ne(0)), () => planned.next(planned.add(1)));
        h.assert("a packet leaves after it was planned", packets.valid.implies(planned.sub(filled).ne(0)));
        h.assert(
          "no payload is read that was not planned",
          isHeader.valid.and(isHeader.payload.not()).implies(planned.sub(payloads).ne(0)),
        );
        h.assert(
          "a read has at least one byte, and starts in the ring",
          reads.valid.implies(reads.payload.bytes.ne(0).and(reads.payload.offset.le(reads.payload.mask))),
        );
        h.assert("a read is no longer than the ring", reads.valid.implies(reads.payload.bytes.le(reads.payload.mask.zext(16))));
        h.cover("a record is planned", advanceRead.valid.and(datagram).and(bytes.ne(0)));
        h.cover("a record cannot be", malformed.and(fetched));
        h.cover("a header cannot be read", failed);
        h.cover("a stream is planned", advanceRead.valid.and(datagram.not()).and(used.ne(0)));
      });
    },
  );

/** What the planner gives in one cycle fits together, without the queues that it goes into. */
export const plansFit = (block = txPlan(small)) => {
  const ring = fifo(ringJob(small), 2);
  const open = layOpen(block, { read_queue: ring, kind_queue: fifo(bool, 16), packet_queue: fifo(packetJob(small), 2) });
  return around(open, "what_is_planned_fits_together", {}, (io, h) => {
    const [read, kind, packet] = [io.read_queue__push, io.kind_queue__push, io.packet_queue__push];
    const { payload, offset } = packet.payload;
    const forHeader = kind.valid.and(kind.payload);
    h.assert("each read has its kind", read.valid.eq(kind.valid));
    h.assert("nothing is lost for want of room", cat(read.valid, packet.valid).any().implies(read.ready.and(kind.ready).and(packet.ready)));
    h.assert("a header comes before its packet", forHeader.implies(packet.valid.not()));
    h.assert("a payload is read with its packet", read.valid.and(kind.payload.not()).implies(packet.valid));
    h.assert(
      "and is the packet's, byte for byte",
      packet.valid.implies(
        mux(payload.eq(0), read.valid.not(), read.valid.and(read.payload.offset.eq(offset)).and(read.payload.bytes.eq(payload))),
      ),
    );
    h.assert(
      "a packet's record is behind its head",
      packet.valid.implies(io.advanceRead.valid.and(packet.payload.head.eq(io.advanceRead.pointer))),
    );
    h.assert(
      "in the life that it was picked in",
      packet.valid.implies(packet.payload.slot.eq(io.advanceRead.slot).and(packet.payload.epoch.eq(io.advanceRead.epoch))),
    );
    h.assert("who stops sends nothing", io.stops.implies(packet.valid.or(read.valid).not()));
  });
};

export const tasks: readonly FormalTask[] = [
  { name: "transmit planner: its slot alone, between head and tail", module: () => plannerKeepsToSlot(), mode: "bmc", depth: 8 },
  { name: "transmit planner: packets and their reads", module: () => plansFit(), mode: "induction", depth: 1 },
  { name: "transmit planner: plans and stops", module: () => plannerKeepsToSlot(), mode: "cover", depth: 7 },
];
