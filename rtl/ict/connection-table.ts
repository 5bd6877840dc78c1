/**
 * The I/O connection table (paper section 4): connection state beside the packet engines, as many slots as fit into block
 * RAM. Lookups by hash, the ready queues, the slots' state with one owner for each word of it, and the commands of the
 * register port; docs/decisions/slot-store.md says why it is cut like this.
 */
import {
  array,
  type Bits,
  type Bool,
  bool,
  constant,
  type Data,
  type Io,
  input,
  module,
  mux,
  output,
  type Stream,
  stream,
  type Type,
  uint,
} from "#hdl";
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
import { slotCommands, slotGuest } from "#rtl/ict/slot-commands.ts";
import { slotDrain } from "#rtl/ict/slot-drain.ts";
import { loadAnswer, slotImage, unloadAnswer, unloadRequest } from "#rtl/ict/slot-image.ts";
import { receiveBeginning, slotReceive } from "#rtl/ict/slot-receive.ts";
import { slotTransfer } from "#rtl/ict/slot-transfer.ts";
import { slotTransmit, transmitBeginning } from "#rtl/ict/slot-transmit.ts";

/** Slots as a whole, in and out, for the table walker. */
const walkerPorts = (c: Config) => ({
  load: input(stream(slotImage(c))),
  loaded: output(loadAnswer),
  unload: input(stream(unloadRequest(c))),
  unloaded: output(unloadAnswer(c)),
});
/** The walker's side of a connection table that has one. */
export type TablePinsOfWalker = ReturnType<typeof walkerPorts>;
export type TableOfWalker = Io<TablePinsOfWalker>;

/** With `walker` in the configuration it has the pins `load`, `loaded`, `unload` and `unloaded`, too: see `slot_transfer`. */
export const connectionTable = (c: Config) => {
  const slot = uint(derived(c).slotBits);
  return module(
    `connection_table_${c.slots}x${c.harts}${c.walker ? "_walker" : ""}`,
    {
      ...(c.walker ? walkerPorts(c) : {}),
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
      const transfer = c.walker ? h.instance("transfer", slotTransfer(c), { idle: commands.idle }) : undefined;
      /** What the commands say, and while they stand still what the transfer says. */
      const either = <T extends Data>(mine: T, other: T | undefined): T =>
        transfer === undefined || other === undefined ? mine : mux(transfer.works, other, mine);
      const any = (mine: Bool, other: Bool | undefined): Bool => (other === undefined ? mine : mine.or(other));
      const zero = <S extends Data>(of: Type<S>): S => of.fromBits(constant(of.width, 0) as Bits);
      commands.guest.drive(transfer?.guest ?? zero(slotGuest(c)));

      const receive = h.instance("receive_half", slotReceive(c), {
        at: io.receiveSlot,
        verdict: io.verdict,
        commit: io.commit,
        shownAt: commands.at,
        apply: any(commands.setReceive, transfer?.sets),
        setting: either(commands.receiveSetting, transfer?.receiveSetting),
        setHead: any(commands.setHead, transfer?.sets),
        head: either(commands.head, transfer?.head),
        clear: any(commands.clear, transfer?.sets),
        beginning: transfer === undefined ? zero(receiveBeginning(c)) : either(zero(receiveBeginning(c)), transfer.receiveBeginning),
        statusAt: io.statusSlot,
      });
      const drain = h.instance("drain", slotDrain(c), {
        start: any(commands.drain, transfer?.drain),
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
        apply: any(commands.setTransmit, transfer?.sets),
        setting: either(commands.transmitSetting, transfer?.transmitSetting),
        setOpen: any(commands.setOpen, transfer?.setOpen),
        open: either(commands.open, transfer?.open),
        setTail: any(commands.setTail, transfer?.sets),
        tail: either(commands.tail, transfer?.tail),
        outside: commands.outside,
        hasWork: any(commands.hasWork, transfer?.hasWork),
        clear: any(commands.clear, transfer?.sets),
        beginning: transfer === undefined ? zero(transmitBeginning(c)) : either(zero(transmitBeginning(c)), transfer.transmitBeginning),
        sweep: commands.sweep,
        listedAt: drain.look,
        statusAt: io.statusSlot,
      });
      const find = h.instance("find", lookup({ slots: c.slots, waits: c.walker }), {
        hashKey: io.hashKey,
        key: io.key,
        advance: io.advance,
      });
      const ready = h.instance("ready", readyQueue(c), {
        received: receive.moved,
        sent: transmit.roomy,
        accelerated: fromBits(Array.from({ length: c.harts }, (_, k) => io.current.at(k).accelerated)),
        mask: io.mask,
      });
      for (let k = 0; k < c.harts; k++) ready.running.at(k).drive(io.current.at(k).priority);
      /** Of a stream that both may ask, one at a time. */
      const asks = <P extends Data>(to: Stream<P>, mine: Stream<P>, other: Stream<P> | undefined): void => {
        to.valid.drive(any(mine.valid, other?.valid));
        to.payload.drive(either(mine.payload, other?.payload));
        mine.ready.drive(to.ready);
        other?.ready.drive(to.ready);
      };
      asks(find.command, commands.find, transfer?.find);
      asks(ready.access, commands.access, transfer?.access);

      io.reply.drive(commands.reply);
      io.irq.drive(ready.irq);
      io.malformed.drive(commands.malformed);
      io.hit.drive(find.hit);
      io.found.drive(find.slot);
      io.receive.drive(receive.state);
      io.moved.drive(receive.moved);
      const { moved } = receive;
      const opened = either(commands.opened, transfer?.opened);
      io.fresh.drive({ valid: moved.valid.or(opened.valid), slot: mux(moved.valid, moved.slot, opened.slot) });
      io.lost.drive(receive.lost);
      io.fails.drive(receive.fails);
      io.turn.connect(transmit.turn);
      io.others.drive(transmit.others);
      io.torn.drive(transmit.torn);
      io.status.drive({ open: transmit.statusOpen, rxTail: receive.tail, txHead: transmit.head });
      drain.listed.drive(transmit.listed);

      const cleared = fromBits([
        receive.clearedPlaces,
        receive.clearedTail,
        transmit.clearedRead,
        transmit.clearedHead,
        transmit.clearedTime,
      ]);
      commands.findReady.drive(find.ready);
      find.result.ready.drive(any(commands.found.ready, transfer?.found.ready));
      for (const who of [commands, ...(transfer === undefined ? [] : [transfer])]) {
        who.found.valid.drive(find.result.valid);
        who.found.payload.drive(find.result.payload);
        who.answer.drive(ready.answer);
        who.receive.drive(receive.shown);
        who.moved.drive(receive.moved);
        who.transmit.drive(transmit.shown);
        who.listing.drive(transmit.listing);
        who.cleared.drive(cleared);
        who.drainReady.drive(drain.ready);
        who.draining.drive(drain.busy);
      }
      commands.roomy.drive(transmit.roomy);
      if (transfer === undefined) return;
      (find as unknown as { readonly unready: Bool }).unready.drive(transfer.unready);
      const walker = io as unknown as TableOfWalker;
      transfer.load.connect(walker.load);
      transfer.unload.connect(walker.unload);
      walker.loaded.drive(transfer.loaded);
      walker.unloaded.drive(transfer.unloaded);
    },
  );
};
