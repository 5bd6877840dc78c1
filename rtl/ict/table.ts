/**
 * The I/O connection table (paper section 4): connection state beside the packet engines. This first form holds every
 * slot in registers and finds one by comparing all at once; the words the kernel sees are in `slot-layout.ts`.
 */
import { array, type Bits, bool, cat, choose, constant, input, module, mux, output, reduce, struct, uint } from "#hdl";
import { priorityEncode, resize } from "#hdl/lib/bits.ts";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { controlBits, slotWords } from "#rtl/ict/slot-layout.ts";

/** Kernel access to one word of one slot; a read's data comes one cycle later. */
export const slotAccess = (c: Config) =>
  struct(
    { valid: bool, write: bool, slot: uint(derived(c).slotBits), word: uint(5), data: uint(64), strobe: uint(8) },
    `slot_access_${c.slots}`,
  );
/** What placing a datagram needs to know of its slot. */
export const receiveState = (c: Config) =>
  struct(
    {
      ready: bool,
      stopped: bool,
      datagram: bool,
      base: uint(64),
      mask: uint(derived(c).pointerBits),
      head: uint(derived(c).pointerBits),
      write: uint(derived(c).pointerBits),
      epoch: uint(2),
    },
    `receive_state_${c.slots}`,
  );
/** What building a packet needs to know of its slot. */
export const transmitState = (c: Config) =>
  struct(
    {
      datagram: bool,
      connected: bool,
      base: uint(64),
      mask: uint(derived(c).pointerBits),
      read: uint(derived(c).pointerBits),
      tail: uint(derived(c).pointerBits),
      tuple,
      nextHop: uint(48),
      epoch: uint(2),
    },
    `transmit_state_${c.slots}`,
  );
/** Ring space taken for a datagram that is on its way. */
export const ringAllocation = (c: Config) =>
  struct({ valid: bool, slot: uint(derived(c).slotBits), pointer: uint(derived(c).pointerBits) }, `ring_allocation_${c.slots}`);
/**
 * A pointer that an engine moves. `epoch` is the slot's when the work began: news of an earlier life of the slot is
 * ignored.
 */
export const ringMove = (c: Config) =>
  struct({ valid: bool, slot: uint(derived(c).slotBits), pointer: uint(derived(c).pointerBits), epoch: uint(2) }, `ring_move_${c.slots}`);
/** The end of a datagram's writes; `failed` where memory answered with an error. */
export const ringCommit = (c: Config) =>
  struct(
    { valid: bool, slot: uint(derived(c).slotBits), pointer: uint(derived(c).pointerBits), epoch: uint(2), failed: bool },
    `ring_commit_${c.slots}`,
  );
/** A slot that cannot go on. `torn`: a packet of it is missing, so those that were planned behind it must not leave. */
export const slotStop = (c: Config) =>
  struct({ valid: bool, slot: uint(derived(c).slotBits), epoch: uint(2), torn: bool }, `slot_stop_${c.slots}`);
/** A slot in one of its lives. */
export const slotLife = (c: Config) => struct({ slot: uint(derived(c).slotBits), epoch: uint(2) }, `slot_life_${c.slots}`);

export const connectionTable = (c: Config) => {
  const { slotBits, pointerBits, hartBits } = derived(c);
  const n = c.slots,
    slot = uint(slotBits),
    pointer = uint(pointerBits);
  return module(
    `connection_table_${n}`,
    {
      access: input(slotAccess(c)),
      readData: output(uint(64)),
      /** Lookup: the slot for a four-tuple, else for its local half, two `advance`s later. */
      key: input(tuple),
      advance: input(bool),
      hit: output(bool),
      found: output(slot),
      receiveSlot: input(slot),
      receive: output(receiveState(c)),
      allocate: input(ringAllocation(c)),
      commit: input(ringCommit(c)),
      drop: input(bool),
      dropSlot: input(slot),
      /** A commit that was refused: an error of its own, or after one. */
      commitLost: output(bool),
      /** Round robin over slots with something to send. */
      workValid: output(bool),
      workSlot: output(slot),
      transmit: output(transmitState(c)),
      advanceRead: input(ringMove(c)),
      sent: input(ringMove(c)),
      stop: input(slotStop(c)),
      /** May a packet that was planned in this life still leave? Not when the slot was closed since, or is torn. */
      building: input(slotLife(c)),
      buildingLives: output(bool),
      irq: output(uint(c.harts)),
    },
    (io, h) => {
      const flags = h.registers({
        enabled: uint(n),
        connected: uint(n),
        datagram: uint(n),
        rx_suspended: uint(n),
        rx_available: uint(n),
        rx_stopped: uint(n),
        tx_stopped: uint(n),
        tx_torn: uint(n),
        work: uint(n),
      });
      const { hart, epoch } = h.registers({ hart: array(uint(hartBits), n), epoch: array(uint(2), n) });
      const keys = h.registers({
        local_ip: array(uint(32), n),
        local_port: array(uint(16), n),
        remote_ip: array(uint(32), n),
        remote_port: array(uint(16), n),
      });
      const p = h.registers({
        rx_head: array(pointer, n),
        rx_tail: array(pointer, n),
        rx_write: array(pointer, n),
        tx_head: array(pointer, n),
        tx_tail: array(pointer, n),
        tx_read: array(pointer, n),
        rx_drops: array(uint(32), n),
      });
      const { rx_mask, tx_mask, rx_ring, tx_ring } = h.registers({
        rx_mask: array(pointer, n),
        tx_mask: array(pointer, n),
        rx_ring: uint(n),
        tx_ring: uint(n),
      });
      const rxBase = h.memory("rx_base", uint(64), n, { style: "distributed" });
      const txBase = h.memory("tx_base", uint(64), n, { style: "distributed" });
      const nextHop = h.memory("next_hop", uint(48), n, { style: "distributed" });

      // ---- kernel access ----------------------------------------------------------------------
      const { access } = io;
      const at = access.slot;
      const sizeOf = (mask: Bits, ring: Bits): Bits => mux(ring.bit(at), mask.zext(64).add(1) as Bits, uint(64).of(0) as Bits);
      const wide = (value: Bits): Bits => resize(value, 64);
      const words: Record<keyof typeof slotWords, Bits> = {
        control: wide(cat(hart.at(at), constant(5, 0), flags.datagram.bit(at), flags.connected.bit(at), flags.enabled.bit(at))),
        status: wide(cat(flags.work.bit(at), flags.tx_stopped.bit(at), flags.rx_stopped.bit(at), flags.rx_available.bit(at))),
        local: wide(cat(keys.local_port.at(at), keys.local_ip.at(at))),
        remote: wide(cat(keys.remote_port.at(at), keys.remote_ip.at(at))),
        nextHop: wide(nextHop.read(at)),
        rxSuspend: wide(flags.rx_suspended.bit(at)),
        rxBase: rxBase.read(at),
        rxSize: sizeOf(rx_mask.at(at), rx_ring),
        rxHead: wide(p.rx_head.at(at)),
        rxTail: wide(p.rx_tail.at(at)),
        txBase: txBase.read(at),
        txSize: sizeOf(tx_mask.at(at), tx_ring),
        txHead: wide(p.tx_head.at(at)),
        txTail: wide(p.tx_tail.at(at)),
        rxDrops: wide(p.rx_drops.at(at)),
      };
      const listed = Array.from({ length: 32 }, (_, i) => {
        const entry = Object.entries(slotWords).find(([, offset]) => offset === i * 8);
        return entry === undefined ? (uint(64).of(0) as Bits) : words[entry[0] as keyof typeof slotWords];
      });
      const { word } = h.nets({ word: choose(access.word, listed) });
      const { read_data } = h.registers({ read_data: uint(64).noReset() });
      h.when(access.valid, () => read_data.next(word as Bits<64>));
      io.readData.drive(read_data);

      const strobes = cat(...Array.from({ length: 8 }, (_, i) => access.strobe.bit(7 - i).repeat(8)));
      const { written } = h.nets({ written: word.and(strobes.not()).or(access.data.and(strobes)) });
      const { writes } = h.nets({ writes: access.valid.and(access.write) });
      const isWord = (name: keyof typeof slotWords) => writes.and(access.word.eq(slotWords[name] / 8));
      // The field alone: what is written beside it is ignored.
      const size = written.trunc(pointerBits + 1);
      const { size_ok } = h.nets({ size_ok: size.and(size.sub(1)).eq(0).and(size.ge(64)).and(size.le(c.ringLimit)) });

      // ---- engines' news, then the kernel's writes, which win --------------------------------
      const { commit, allocate, advanceRead, sent, stop } = io;
      const current = (news: Pick<typeof commit, "valid" | "slot" | "epoch">) =>
        news.valid.and(flags.enabled.bit(news.slot)).and(epoch.at(news.slot).eq(news.epoch));
      const { commit_ok } = h.nets({ commit_ok: current(commit).and(flags.rx_stopped.bit(commit.slot).not()).and(commit.failed.not()) });
      const { commit_lost } = h.nets({ commit_lost: commit.valid.and(commit_ok.not()) });
      io.commitLost.drive(commit_lost);
      h.when(allocate.valid, () => p.rx_write.at(allocate.slot).next(allocate.pointer));
      h.when(commit_ok, () => {
        p.rx_tail.at(commit.slot).next(commit.pointer);
        h.when(commit.pointer.ne(p.rx_head.at(commit.slot)), () => flags.rx_available.bit(commit.slot).next(1));
      });
      h.when(current(commit).and(commit.failed), () => flags.rx_stopped.bit(commit.slot).next(1));
      h.when(io.drop, () => p.rx_drops.at(io.dropSlot).next(p.rx_drops.at(io.dropSlot).add(1)));
      // What was accepted and then not written is lost to the slot too, and may meet a drop of the same cycle.
      h.when(commit_lost.and(current(commit)), () => {
        const twice = io.drop.and(io.dropSlot.eq(commit.slot));
        p.rx_drops.at(commit.slot).next(p.rx_drops.at(commit.slot).add(mux(twice, uint(32).of(2), uint(32).of(1))));
      });
      h.when(current(advanceRead), () => {
        p.tx_read.at(advanceRead.slot).next(advanceRead.pointer);
        h.when(advanceRead.pointer.eq(p.tx_tail.at(advanceRead.slot)), () => flags.work.bit(advanceRead.slot).next(0));
      });
      h.when(current(sent), () => p.tx_head.at(sent.slot).next(sent.pointer));
      h.when(current(stop), () => {
        flags.tx_stopped.bit(stop.slot).next(1);
        flags.work.bit(stop.slot).next(0);
        h.when(stop.torn, () => flags.tx_torn.bit(stop.slot).next(1));
      });

      io.buildingLives.drive(
        flags.enabled
          .bit(io.building.slot)
          .and(epoch.at(io.building.slot).eq(io.building.epoch))
          .and(flags.tx_torn.bit(io.building.slot).not()),
      );

      h.when(isWord("control"), () => {
        flags.enabled.bit(at).next(written.bit(controlBits.enable));
        flags.connected.bit(at).next(written.bit(controlBits.connected));
        flags.datagram.bit(at).next(written.bit(controlBits.datagram));
        hart.at(at).next(written.slice(controlBits.hart + hartBits - 1, controlBits.hart));
        // A slot begins its life empty: software sets it up while it is disabled and enables it last.
        h.when(written.bit(controlBits.enable).and(flags.enabled.bit(at).not()), () => {
          epoch.at(at).next(epoch.at(at).add(1));
          for (const ring of [p.rx_head, p.rx_tail, p.rx_write, p.tx_head, p.tx_tail, p.tx_read]) ring.at(at).next(0);
          p.rx_drops.at(at).next(0);
          const { rx_available, rx_stopped, tx_stopped, tx_torn, work, rx_suspended } = flags;
          for (const flag of [rx_available, rx_stopped, tx_stopped, tx_torn, work, rx_suspended]) flag.bit(at).next(0);
        });
        h.when(written.bit(controlBits.enable).not(), () => flags.work.bit(at).next(0));
      });
      h.when(isWord("local"), () => {
        keys.local_ip.at(at).next(written.slice(31, 0));
        keys.local_port.at(at).next(written.slice(47, 32));
      });
      h.when(isWord("remote"), () => {
        keys.remote_ip.at(at).next(written.slice(31, 0));
        keys.remote_port.at(at).next(written.slice(47, 32));
      });
      nextHop.write(at, written.trunc(48), isWord("nextHop"));
      // Rings begin at lines, whatever is written, so that a burst of a line never crosses 4 KiB.
      const wholeLines = cat(written.slice(63, 6), constant(6, 0)) as Bits<64>;
      rxBase.write(at, wholeLines, isWord("rxBase"));
      txBase.write(at, wholeLines, isWord("txBase"));
      h.when(isWord("rxSize"), () => {
        rx_mask.at(at).next(written.trunc(pointerBits).sub(1));
        rx_ring.bit(at).next(size_ok);
      });
      h.when(isWord("txSize"), () => {
        tx_mask.at(at).next(written.trunc(pointerBits).sub(1));
        tx_ring.bit(at).next(size_ok);
      });
      h.when(isWord("rxSuspend"), () => flags.rx_suspended.bit(at).next(written.bit(0)));
      h.when(isWord("rxHead"), () => {
        p.rx_head.at(at).next(written.trunc(pointerBits));
        // Data that commits in this very cycle keeps the slot available: the newest tail decides.
        const tail = mux(commit_ok.and(commit.slot.eq(at)), commit.pointer as Bits, p.rx_tail.at(at) as Bits);
        flags.rx_available.bit(at).next(written.trunc(pointerBits).ne(tail));
      });
      h.when(isWord("txTail").and(flags.enabled.bit(at)), () => {
        p.tx_tail.at(at).next(written.trunc(pointerBits));
        // A tail outside the ring is the owner's mistake: the slot stops, nothing else does.
        h.when(
          written
            .slice(63, pointerBits)
            .any()
            .or(written.trunc(pointerBits).gt(tx_mask.at(at))),
          () => {
            flags.tx_stopped.bit(at).next(1);
            flags.work.bit(at).next(0);
          },
        ).otherwise(() =>
          flags.work.bit(at).next(
            tx_ring.bit(at).and(
              written
                .trunc(pointerBits)
                .ne(p.tx_read.at(at))
                .or(current(advanceRead).and(advanceRead.slot.eq(at))),
            ),
          ),
        );
      });

      // ---- lookup -----------------------------------------------------------------------------
      const { exact, local_only } = h.registers({ exact: uint(n), local_only: uint(n) });
      const each = (f: (i: number) => Bits<1>): Bits => cat(...Array.from({ length: n }, (_, i) => f(n - 1 - i)));
      const localEq = (i: number): Bits<1> =>
        keys.local_ip
          .at(i)
          .eq(io.key.localIp)
          .and(keys.local_port.at(i).eq(io.key.localPort))
          .and(flags.enabled.bit(i))
          .and(rx_ring.bit(i));
      h.when(io.advance, () => {
        exact.next(
          each((i) =>
            localEq(i)
              .and(flags.connected.bit(i))
              .and(keys.remote_ip.at(i).eq(io.key.remoteIp))
              .and(keys.remote_port.at(i).eq(io.key.remotePort)),
          ),
        );
        local_only.next(each((i) => localEq(i).and(flags.connected.bit(i).not())));
      });
      const { lookup_hit, lookup_slot } = h.registers({ lookup_hit: bool, lookup_slot: slot.noReset() });
      const { found_next } = h.nets({ found_next: priorityEncode(mux(exact.any(), exact, local_only)).index });
      h.when(io.advance, () => {
        lookup_hit.next(exact.any().or(local_only.any()));
        lookup_slot.next(found_next as Bits);
      });
      // A slot that changes while a lookup is under way is found no longer: whoever has it then must not get the datagram.
      h.when(isWord("control").or(isWord("local")).or(isWord("remote")), () => {
        exact.bit(at).next(0);
        local_only.bit(at).next(0);
        h.when(mux(io.advance, found_next, lookup_slot).eq(at), () => lookup_hit.next(0));
      });
      io.hit.drive(lookup_hit);
      io.found.drive(lookup_slot);

      // ---- state for the engines ----------------------------------------------------------------
      const rs = io.receiveSlot;
      io.receive.drive({
        ready: flags.enabled.bit(rs).and(rx_ring.bit(rs)),
        stopped: flags.rx_stopped.bit(rs),
        datagram: flags.datagram.bit(rs),
        base: rxBase.read(rs),
        mask: rx_mask.at(rs),
        head: p.rx_head.at(rs),
        write: p.rx_write.at(rs),
        epoch: epoch.at(rs),
      });
      const { turn } = h.registers({ turn: slot });
      const { candidates } = h.nets({ candidates: flags.work.and(flags.enabled).and(flags.tx_stopped.not()) });
      const later = cat(
        ...Array.from({ length: n }, (_, i) => n - 1 - i).map((i) => (i === 0 ? bool.of(0) : candidates.bit(i).and(turn.lt(i)))),
      ) as Bits;
      const { pick } = h.nets({ pick: mux(later.any(), priorityEncode(later).index, priorityEncode(candidates).index) });
      io.workValid.drive(candidates.any());
      io.workSlot.drive(pick as Bits);
      h.when(advanceRead.valid, () => turn.next(advanceRead.slot));
      io.transmit.drive({
        datagram: flags.datagram.bit(pick),
        connected: flags.connected.bit(pick),
        base: txBase.read(pick),
        mask: tx_mask.at(pick),
        read: p.tx_read.at(pick),
        tail: p.tx_tail.at(pick),
        tuple: {
          localIp: keys.local_ip.at(pick),
          localPort: keys.local_port.at(pick),
          remoteIp: keys.remote_ip.at(pick),
          remotePort: keys.remote_port.at(pick),
        },
        nextHop: nextHop.read(pick),
        epoch: epoch.at(pick),
      });

      // A hart's line is high while one of its threads sleeps on data that is there.
      const { wake } = h.nets({ wake: flags.enabled.and(flags.rx_suspended).and(flags.rx_available) });
      io.irq.drive(
        cat(
          ...Array.from({ length: c.harts }, (_, k) => c.harts - 1 - k).map((k) =>
            c.harts === 1
              ? wake.any()
              : reduce(
                  Array.from({ length: n }, (_, i) => wake.bit(i).and(hart.at(i).eq(k))),
                  (a, b) => a.or(b),
                ),
          ),
        ),
      );
    },
  );
};
