/**
 * The I/O connection table (paper section 4): connection state beside the packet engines, as many slots as fit into block
 * RAM. Lookups by hash, the ready queues, the slots' state with one owner for each word of it, and the commands of the
 * register port; docs/decisions/slot-store.md says why it is cut like this.
 */
import { array, bool, input, module, mux, output, stream, uint } from "#hdl";
import { fromBits } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import {
  currentThread,
  frameSent,
  receiveState,
  receiveVerdict,
  ringCommit,
  slotEvent,
  slotReply,
  slotRequest,
  slotStatus,
  transmitDone,
  transmitReturn,
  transmitTurn,
} from "#rtl/ict/interface.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { readyQueue } from "#rtl/ict/ready-queue.ts";
import { slotCommands } from "#rtl/ict/slot-commands.ts";
import { slotDrain } from "#rtl/ict/slot-drain.ts";
import { slotReceive } from "#rtl/ict/slot-receive.ts";
import { slotTransmit } from "#rtl/ict/slot-transmit.ts";

export const connectionTable = (c: Config) => {
  const slot = uint(derived(c).slotBits);
  return module(
    `connection_table_${c.slots}x${c.harts}`,
    {
      // Registers: requests of slots, the running threads, and which harts want interrupts.
      request: input(stream(slotRequest(c))),
      reply: output(slotReply),
      current: input(array(currentThread, c.harts)),
      mask: input(uint(c.harts)),
      hashKey: input(uint(64)),
      /** Level, one line per hart: a sleeping thread goes before the running one. */
      irq: output(uint(c.harts)),
      // Receive; lookup.ts says how keys and `advance` go together.
      key: input(stream(tuple)),
      advance: input(bool),
      hit: output(bool),
      found: output(slot),
      receiveSlot: input(slot),
      receive: output(receiveState(c)),
      /** The slot of the datagram that waits for its verdict, the cycle of the verdict included. */
      judging: input(slotEvent(c)),
      verdict: input(receiveVerdict(c)),
      commit: input(ringCommit(c)),
      /** The cycle after a commit: the tail has moved, or the datagram is lost. */
      moved: output(slotEvent(c)),
      /** What the status line says of the slot's receiving is new: its tail has moved, or it was opened. */
      fresh: output(slotEvent(c)),
      lost: output(slotEvent(c)),
      /** Memory's first error for a slot. */
      fails: output(slotEvent(c)),
      // Transmit.
      turn: output(stream(transmitTurn(c))),
      others: output(bool),
      returned: input(transmitReturn(c)),
      planned: input(bool),
      building: input(slot),
      torn: output(bool),
      done: input(transmitDone(c)),
      sent: input(frameSent(c)),
      // Status lines: a slot's state in the cycle after it was named.
      statusSlot: input(slot),
      status: output(slotStatus(c)),
      /** A doorbell's tail lies outside its ring. */
      malformed: output(slotEvent(c)),
    },
    (io, h) => {
      const commands = h.instance("commands", slotCommands(c), { request: io.request, current: io.current });
      const receive = h.instance("receive_half", slotReceive(c), {
        at: io.receiveSlot,
        verdict: io.verdict,
        commit: io.commit,
        shownAt: commands.at,
        apply: commands.setReceive,
        setting: commands.receiveSetting,
        setHead: commands.setHead,
        head: commands.head,
        clear: commands.clear,
        statusAt: io.statusSlot,
      });
      const drain = h.instance("drain", slotDrain(c), {
        start: commands.drain,
        at: commands.at,
        placed: io.verdict.valid.and(io.verdict.placed).and(io.verdict.writes),
        committed: io.commit.valid,
        planned: io.planned,
        done: io.done.valid,
        failed: io.done.failed,
        sent: io.sent.valid,
        judging: io.judging,
      });
      const transmit = h.instance("transmit_half", slotTransmit(c), {
        returned: io.returned,
        building: io.building,
        done: io.done,
        sent: io.sent,
        shownAt: commands.at,
        apply: commands.setTransmit,
        setting: commands.transmitSetting,
        setOpen: commands.setOpen,
        open: commands.open,
        setTail: commands.setTail,
        tail: commands.tail,
        outside: commands.outside,
        hasWork: commands.hasWork,
        clear: commands.clear,
        sweep: commands.sweep,
        listedAt: drain.look,
        statusAt: io.statusSlot,
      });
      const find = h.instance("find", lookup({ slots: c.slots }), {
        hashKey: io.hashKey,
        key: io.key,
        advance: io.advance,
        command: commands.find,
      });
      const ready = h.instance("ready", readyQueue(c), {
        access: commands.access,
        received: receive.moved,
        sent: transmit.roomy,
        accelerated: fromBits(Array.from({ length: c.harts }, (_, k) => io.current.at(k).accelerated)),
        mask: io.mask,
      });
      for (let k = 0; k < c.harts; k++) ready.running.at(k).drive(io.current.at(k).priority);

      io.reply.drive(commands.reply);
      io.irq.drive(ready.irq);
      io.malformed.drive(commands.malformed);
      io.hit.drive(find.hit);
      io.found.drive(find.slot);
      io.receive.drive(receive.state);
      io.moved.drive(receive.moved);
      const { moved } = receive;
      io.fresh.drive({ valid: moved.valid.or(commands.opened.valid), slot: mux(moved.valid, moved.slot, commands.opened.slot) });
      io.lost.drive(receive.lost);
      io.fails.drive(receive.fails);
      io.turn.connect(transmit.turn);
      io.others.drive(transmit.others);
      io.torn.drive(transmit.torn);
      io.status.drive({ open: transmit.statusOpen, rxTail: receive.tail, txHead: transmit.head });
      drain.listed.drive(transmit.listed);

      commands.found.connect(find.result);
      commands.findReady.drive(find.ready);
      commands.answer.drive(ready.answer);
      commands.receive.drive(receive.shown);
      commands.moved.drive(receive.moved);
      commands.transmit.drive(transmit.shown);
      commands.listing.drive(transmit.listing);
      commands.roomy.drive(transmit.roomy);
      commands.cleared.drive(
        fromBits([receive.clearedPlaces, receive.clearedTail, transmit.clearedRead, transmit.clearedHead, transmit.clearedTime]),
      );
      commands.drainReady.drive(drain.ready);
      commands.draining.drive(drain.busy);
    },
  );
};
