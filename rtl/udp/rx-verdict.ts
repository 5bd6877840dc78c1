/**
 * What becomes of a received frame: finds its slot, asks for the slot's state, and gives the verdict. Frames stay in order,
 * and a verdict is given once: it is never taken back, because all checks on a frame are over when it comes here.
 */
import { type Bits, bool, cat, enumeration, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fromBits, resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, datagramHeaderBytes, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, receiveVerdict, slotEvent } from "#rtl/ict/interface.ts";
import { lookupLatency } from "#rtl/ict/lookup.ts";
import { readRun } from "#rtl/nic/buffer-reader.ts";
import { tableMiss } from "#rtl/nic/control-event-sources.ts";
import { frameRecord, rxAddressBits } from "#rtl/udp/rx-ingress.ts";
import { frameFault } from "#rtl/udp/rx-parse.ts";

/** Bytes of a frame before the UDP payload, without a tag and with one. */
export const payloadAt = { plain: 42, tagged: 46 } as const;
export const fate = enumeration("fate", ["DROP", "ORDINARY", "DELIVER"]);

/** A frame with its verdict; `dataBits` is the width of the receive buffer. */
export const decidedFrame = (c: Config, dataBits: number) => {
  const { slotBits, pointerBits } = derived(c);
  const addressBits = rxAddressBits({ ...c, busBits: dataBits });
  return struct(
    {
      valid: bool,
      fate,
      /** Words to read of the buffer, unless it is dropped: all, or those with bytes for the slot. */
      run: readRun(addressBits),
      /** Words to give back. */
      beats: uint(addressBits + 1),
      length: uint(16),
      tagged: bool,
      // For a slot: `bytes` to write at `offset` of its ring, with a header where it is of datagrams. Then its tail is `pointer`.
      slot: uint(slotBits),
      base: uint(64),
      mask: uint(pointerBits),
      offset: uint(pointerBits),
      pointer: uint(pointerBits),
      datagram: bool,
      bytes: uint(16),
      payload: uint(16),
      peerPort: uint(16),
      peerIp: uint(32),
      timestamp: uint(64),
    },
    `decided_frame_${c.slots}_${dataBits}`,
  );
};

/**
 * One frame a cycle. Its key goes to the table's lookup, where six steps later the answer stands; the rest of it waits in a
 * queue meanwhile. In the cycle of the answer the state of its slot is asked for, and in the next one it is judged. While
 * it cannot leave it asks again in each cycle, so that the state it is judged by is never old.
 */
export const rxVerdict = (c: Config, dataBits: number = c.busBits) => {
  const { pointerBits, slotBits, maxFrame } = derived(c);
  const wide = { ...c, busBits: dataBits };
  const addressBits = rxAddressBits(wide),
    shift = Math.log2(dataBits / 8);
  const record = struct(
    {
      start: uint(addressBits),
      beats: uint(addressBits + 1),
      length: uint(16),
      plain: bool,
      tagged: bool,
      fault: frameFault,
      payload: uint(16),
      timestamp: uint(64),
      peerIp: uint(32),
      peerPort: uint(16),
      localPort: uint(16),
    },
    `rx_record_${addressBits}`,
  );
  return module(
    `rx_verdict_${dataBits}_${c.slots}`,
    {
      frames: input(stream(frameRecord(wide))),
      // The table's side: lookup, then state, then verdict.
      key: output(stream(tuple)),
      advance: output(bool),
      hit: input(bool),
      found: input(uint(slotBits)),
      /** Whose state `receive` is in the next cycle. */
      receiveSlot: output(uint(slotBits)),
      receive: input(receiveState(c)),
      /** The slot of the frame that is about to be judged. */
      judging: output(slotEvent(c)),
      verdict: output(receiveVerdict(c)),
      decided: output(decidedFrame(c, dataBits)),
      /** A frame could be decided on now. */
      room: input(bool),
      // Pulses, the cycle after a verdict.
      accepted: output(bool),
      /** With `accepted`: it has no bytes to write, and nothing will be committed. */
      acceptedEmpty: output(bool),
      toOrdinary: output(bool),
      /** Drops by cause. What fails when it is written is told by the table. */
      verdicts: output(uint(dropCauses.length)),
      /** A datagram found no room in this slot's ring; one has no slot. Its local address is not told: it is 0. */
      full: output(slotEvent(c)),
      missed: output(tableMiss),
    },
    (io, h) => {
      // ---- lookup --------------------------------------------------------------------------------
      const { alive } = h.registers({ /** Steps of the lookup with a frame, the newest lowest. */ alive: uint(lookupLatency) });
      const waiting = h.instance("waiting", fifo(record, 8));
      const { facts } = io.frames.payload;
      io.key.valid.drive(io.frames.valid);
      io.key.payload.drive(facts.tuple);
      io.frames.ready.drive(io.key.ready);
      waiting.push.valid.drive(io.frames.fire);
      waiting.push.payload.drive({
        start: io.frames.payload.start,
        beats: io.frames.payload.beats,
        length: facts.length,
        plain: facts.plain,
        tagged: facts.tagged,
        fault: facts.fault,
        payload: facts.payload,
        timestamp: facts.timestamp,
        peerIp: facts.tuple.remoteIp,
        peerPort: facts.tuple.remotePort,
        localPort: facts.tuple.localPort,
      });
      const { answered } = h.nets({ answered: alive.bit(lookupLatency - 1) });
      const { judged } = h.registers({ /** A frame is at its verdict. */ judged: bool });
      const { moves } = h.nets({ moves: judged.not().or(io.room) });
      // Steps in front of an empty one go on.
      const { advances } = h.nets({ advances: moves.or(answered.not()) });
      io.advance.drive(advances);
      h.when(advances, () => alive.next(cat(alive.slice(lookupLatency - 2, 0), io.key.fire)));
      waiting.pop.ready.drive(moves.and(answered));

      // ---- the frame at its verdict, with all that is known before its slot's state ------------------
      const at = h.registers({
        frame: record.noReset(),
        slot: uint(slotBits).noReset(),
        /** It is a slot's. */
        mine: bool.noReset(),
        sound: bool.noReset(),
        too_long: bool.noReset(),
        /** Bytes that a record of datagram framing takes: whole multiples of 16, so that the next header never wraps. */
        record_bytes: uint(16).noReset(),
        /** The word of the payload's last byte, counted from the frame's first. */
        last_word: uint(addressBits + 1).noReset(),
      });
      const next = waiting.pop.payload;
      const { payload_end } = h.nets({
        payload_end: next.payload.zext(20).add(mux(next.tagged, uint(20).of(payloadAt.tagged - 1), uint(20).of(payloadAt.plain - 1))),
      });
      h.when(moves, () => {
        judged.next(answered);
        at.frame.next(next);
        at.slot.next(io.found);
        at.mine.next(io.hit.and(next.plain));
        at.sound.next(next.fault.is("NONE"));
        at.too_long.next(next.length.gt(maxFrame));
        at.record_bytes.next(next.payload.add(datagramHeaderBytes + 15).and("0xfff0"));
        at.last_word.next(payload_end.slice(shift + addressBits, shift));
      });
      io.receiveSlot.drive(mux(moves, io.found, at.slot));
      io.judging.drive({ valid: judged.and(at.mine), slot: at.slot });

      // ---- verdict -------------------------------------------------------------------------------
      const { frame, mine } = at;
      const { receive } = io;
      const { datagram } = receive;
      const { bytes } = h.nets({ bytes: frame.payload.add(mux(datagram, uint(16).of(datagramHeaderBytes), uint(16).of(0))) });
      const { taken } = h.nets({ taken: mux(datagram, at.record_bytes, frame.payload) });
      const { free_bytes } = h.nets({ free_bytes: receive.head.sub(receive.write).sub(1).and(receive.mask) });
      const width = Math.max(16, pointerBits);
      const { full } = h.nets({ full: resize(taken, width).gt(resize(free_bytes, width)) });
      const { empty } = h.nets({ empty: frame.payload.eq(0).and(datagram.not()) });
      const { placed } = h.nets({ placed: mine.and(at.sound).and(receive.stopped.not()).and(full.not()) });
      const { writes } = h.nets({ writes: placed.and(empty.not()) });
      const { go } = h.nets({ go: judged.and(io.room) });
      const after: Bits = receive.write.add(resize(taken, pointerBits)).and(receive.mask);
      io.verdict.drive({ valid: go.and(mine), slot: at.slot, placed, writes, pointer: after as never, timestamp: frame.timestamp });

      // A slot's bytes begin at the payload, or at what becomes their header: in a word that no tag changes.
      const skip = mux(
        datagram,
        uint(addressBits).of((payloadAt.plain - datagramHeaderBytes) >> shift),
        uint(addressBits).of(payloadAt.plain >> shift),
      );
      io.decided.drive({
        valid: go,
        fate: mux(writes, fate.of("DELIVER"), mux(mine.or(at.too_long), fate.of("DROP"), fate.of("ORDINARY"))),
        run: {
          start: mux(mine, frame.start.add(skip), frame.start as Bits) as never,
          beats: mux(mine, at.last_word.sub(skip.zext(addressBits + 1)).add(1), frame.beats as Bits) as never,
        },
        beats: frame.beats,
        length: frame.length,
        tagged: frame.tagged,
        slot: at.slot,
        base: receive.base,
        mask: receive.mask,
        offset: receive.write,
        pointer: after as never,
        datagram,
        bytes,
        payload: frame.payload,
        peerPort: frame.peerPort,
        peerIp: frame.peerIp,
        timestamp: frame.timestamp,
      });

      // ---- counters ------------------------------------------------------------------------------
      const { drops } = h.nets({ drops: go.and(mine).and(placed.not()) });
      const { out } = h.registers({
        out: struct({ accepted: bool, empty: bool, ordinary: bool, causes: uint(dropCauses.length) }, "rx_verdicts"),
      });
      const causeOf = (name: (typeof dropCauses)[number]): Bits<1> => {
        if (name === "dma_error") return at.sound.and(receive.stopped);
        if (name === "ring_full") return at.sound.and(receive.stopped.not());
        return frame.fault.is(name.toUpperCase() as "TTL");
      };
      out.next({
        accepted: go.and(placed),
        empty: go.and(placed).and(empty),
        ordinary: go.and(mine.or(at.too_long).not()),
        causes: fromBits(dropCauses.map((name) => drops.and(causeOf(name)))) as never,
      });
      io.accepted.drive(out.accepted);
      io.acceptedEmpty.drive(out.empty);
      io.toOrdinary.drive(out.ordinary);
      io.verdicts.drive(out.causes);
      const { missed } = h.registers({ missed: bool });
      const { told } = h.registers({
        told: struct({ slot: uint(slotBits), ip: uint(32), port: uint(16), local: uint(16) }, "rx_told").noReset(),
      });
      missed.next(go.and(frame.plain).and(mine.or(at.too_long).not()));
      told.next({ slot: at.slot, ip: frame.peerIp, port: frame.peerPort, local: frame.localPort });
      io.full.drive({ valid: out.causes.bit(dropCauses.indexOf("ring_full")), slot: told.slot });
      io.missed.drive({ valid: missed, tuple: { localIp: 0, localPort: told.local, remoteIp: told.ip, remotePort: told.port } });
      h.assert("a frame has room beside its lookup", waiting.push.valid.implies(waiting.push.ready));
      h.assert("an answer has its frame", answered.implies(waiting.pop.valid));
    },
  );
};
