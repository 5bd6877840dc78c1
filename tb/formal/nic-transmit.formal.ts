/**
 * The transmit planner with any table and any memory: what is read lies between the slot's head and tail; every packet has
 * its read, and the reads their kinds, in order; a slot is stopped for its own descriptor alone, and only for one that
 * cannot be.
 */
import { type Bits, input, module, output, stream, uint } from "#hdl";
import { ringMove, slotLife, transmitState } from "#rtl/ict/table.ts";
import { fetchedBeat } from "#rtl/nic/dma-read.ts";
import { ringJob } from "#rtl/nic/dma-write.ts";
import { packetJob, txPlan } from "#rtl/udp/tx-plan.ts";
import type { FormalTask } from "#sim/formal/index.ts";
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

export const tasks: readonly FormalTask[] = [
  { name: "transmit planner: its slot alone, between head and tail", module: () => plannerKeepsToSlot(), mode: "bmc", depth: 8 },
  { name: "transmit planner: plans and stops", module: () => plannerKeepsToSlot(), mode: "cover", depth: 7 },
];
