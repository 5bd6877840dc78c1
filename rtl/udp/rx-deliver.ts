/**
 * Takes frames out of the receive buffer: looks their slot up, gives the verdict, and moves the bytes to the slot's ring, to
 * the ordinary path, or nowhere. The tail moves when every byte of the datagram is in memory.
 */
import { type Bits, bool, cat, constant, enumeration, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fromBits, lowMask, resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { type Config, datagramHeaderBytes, dropCauses, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { receiveState, ringAllocation, ringCommit } from "#rtl/ict/table.ts";
import { aligner, makeAlignJob } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { addressBeat, dmaWrite, responseBeat, ringJob, writeBeat } from "#rtl/nic/dma-write.ts";
import { frameRecord, rxAddressBits } from "#rtl/udp/rx-ingress.ts";
import { frameFault } from "#rtl/udp/rx-parse.ts";

const fate = enumeration("fate", ["DROP", "ORDINARY", "DELIVER"]);
/** Datagrams whose data is on its way to memory. */
const commitDepth = 32;

export const rxDeliver = (c: Config) => {
  const { busBytes, pointerBits, slotBits, maxFrame } = derived(c);
  const addressBits = rxAddressBits(c),
    shift = Math.log2(busBytes);
  const pointer = uint(pointerBits);
  const job = struct(
    {
      fate,
      start: uint(addressBits),
      beats: uint(addressBits + 1),
      length: uint(16),
      tagged: bool,
      /** For a slot: bytes to write and where; `header` for datagram framing. */
      datagram: bool,
      bytes: uint(16),
      payload: uint(16),
      offset: pointer,
      peerPort: uint(16),
      peerIp: uint(32),
      timestamp: uint(64),
    },
    `rx_job_${c.slots}`,
  );
  const commitment = struct({ slot: uint(slotBits), pointer, epoch: uint(2) }, `commitment_${c.slots}`);
  return module(
    `rx_deliver_${c.busBits}`,
    {
      /** Frames in the buffer, in order; its words; the oldest frame's words given back. */
      frames: input(stream(frameRecord(c))),
      readAddress: output(uint(addressBits)),
      readEnable: output(bool),
      readData: input(uint(c.busBits)),
      freed: output(bool),
      freedBeats: output(uint(addressBits + 1)),
      // The table's side.
      key: output(tuple),
      advance: output(bool),
      hit: input(bool),
      found: input(uint(slotBits)),
      receiveSlot: output(uint(slotBits)),
      receive: input(receiveState(c)),
      allocate: output(ringAllocation(c)),
      commit: output(ringCommit(c)),
      drop: output(bool),
      dropSlot: output(uint(slotBits)),
      // Memory and the ordinary path.
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ordinary: output(stream(packetBeat(c.busBits))),
      /** Verdicts, one pulse each. */
      accepted: output(bool),
      /** With `accepted`: it has no bytes to write, and nothing will be committed. */
      acceptedEmpty: output(bool),
      toOrdinary: output(bool),
      /** Drops by cause. What fails when it is written is told by the table. */
      verdicts: output(uint(dropCauses.length)),
    },
    (io, h) => {
      // ---- find the slot: two steps in the table, then the verdict ---------------------------
      // What the verdict needs of a frame once its four-tuple has gone to the table.
      const verdict = struct(
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
        },
        "verdict",
      );
      const steps = h.registers({ step1_valid: bool, step1: verdict.noReset(), step2_valid: bool, step2: verdict.noReset() });
      const jobs = h.instance("jobs", fifo(job, 4));
      const reads = h.instance("reads", fifo(struct({ start: uint(addressBits), beats: uint(addressBits + 1) }, `run_${addressBits}`), 4));
      // Addresses of writes run ahead of their data, so that one datagram's end and the next one's beginning overlap.
      const writes = h.instance("writes", fifo(ringJob(c), 4));
      const commits = h.instance("commits", fifo(commitment, commitDepth));
      const { can_go } = h.nets({ can_go: jobs.push.ready.and(reads.push.ready).and(writes.push.ready).and(commits.push.ready) });
      const { moves } = h.nets({ moves: steps.step2_valid.not().or(can_go) });
      io.frames.ready.drive(moves);
      io.key.drive(io.frames.payload.facts.tuple);
      io.advance.drive(moves);
      h.when(moves, () => {
        steps.step1_valid.next(io.frames.valid);
        const { start, beats, facts } = io.frames.payload;
        steps.step1.next({
          start,
          beats,
          length: facts.length,
          plain: facts.plain,
          tagged: facts.tagged,
          fault: facts.fault,
          payload: facts.payload,
          timestamp: facts.timestamp,
          peerIp: facts.tuple.remoteIp,
          peerPort: facts.tuple.remotePort,
        });
        steps.step2_valid.next(steps.step1_valid);
        steps.step2.next(steps.step1);
      });

      const facts = steps.step2;
      const slot = io.receive;
      io.receiveSlot.drive(io.found);
      const { mine } = h.nets({ mine: facts.plain.and(io.hit).and(slot.ready) });
      const { bytes } = h.nets({ bytes: facts.payload.add(mux(slot.datagram, uint(16).of(datagramHeaderBytes), uint(16).of(0))) });
      // A record of datagram framing takes whole multiples of 16 bytes, so that the next header never wraps.
      const { taken } = h.nets({ taken: mux(slot.datagram, bytes.add(15).and("0xfff0"), bytes) });
      const { room } = h.nets({ room: slot.head.sub(slot.write).sub(1).and(slot.mask) });
      const width = Math.max(16, pointerBits);
      const { full } = h.nets({ full: resize(taken, width).gt(resize(room, width)) });
      const { whole } = h.nets({ whole: facts.fault.is("NONE").and(slot.stopped.not()).and(full.not()) });
      const { go } = h.nets({ go: steps.step2_valid.and(can_go) });
      const { delivered } = h.nets({ delivered: mine.and(whole) });
      const { too_long } = h.nets({ too_long: facts.length.gt(maxFrame) });
      const next = slot.write.add(resize(taken, pointerBits)).and(slot.mask);
      const empty = bytes.eq(0);
      const drops = mine.and(whole.not());

      io.verdicts.drive(
        fromBits(
          dropCauses.map((name) => {
            if (name === "dma_error") return go.and(drops).and(facts.fault.is("NONE")).and(slot.stopped);
            if (name === "ring_full") return go.and(drops).and(facts.fault.is("NONE")).and(slot.stopped.not());
            return go.and(drops).and(facts.fault.is(name.toUpperCase() as "TTL"));
          }),
        ),
      );
      io.drop.drive(go.and(drops));
      io.dropSlot.drive(io.found);
      io.accepted.drive(go.and(delivered));
      io.acceptedEmpty.drive(go.and(delivered).and(empty));
      io.toOrdinary.drive(go.and(mine.not()).and(too_long.not()));
      io.allocate.drive({ valid: go.and(delivered), slot: io.found, pointer: next });

      // Where the bytes to write begin in the frame: at the payload, or 16 bytes before it, over what the header replaces.
      const { first_byte } = h.nets({
        first_byte: mux(facts.tagged, uint(6).of(46), uint(6).of(42)).sub(
          mux(slot.datagram, uint(6).of(datagramHeaderBytes), uint(6).of(0)),
        ),
      });
      const skip = busBytes === 64 ? uint(3).of(0) : first_byte.slice(5, shift).zext(3);
      const beatsIn = first_byte
        .slice(shift - 1, 0)
        .zext(20)
        .add(bytes.zext(20))
        .sub(1)
        .slice(shift + addressBits, shift)
        .add(1);
      const writing = delivered.and(empty.not());
      jobs.push.valid.drive(go);
      jobs.push.payload.drive({
        fate: mux(writing, fate.of("DELIVER"), mux(mine.or(too_long), fate.of("DROP"), fate.of("ORDINARY"))),
        start: steps.step2.start,
        beats: steps.step2.beats,
        length: facts.length,
        tagged: facts.tagged,
        datagram: slot.datagram,
        bytes,
        payload: facts.payload,
        offset: slot.write,
        peerPort: facts.peerPort,
        peerIp: facts.peerIp,
        timestamp: facts.timestamp,
      });
      reads.push.valid.drive(go.and(writing.or(mine.or(too_long).not())));
      reads.push.payload.drive({
        start: mux(mine, steps.step2.start.add(resize(skip, addressBits)), steps.step2.start as Bits),
        beats: mux(mine, beatsIn as Bits, steps.step2.beats as Bits),
      });
      writes.push.valid.drive(go.and(writing));
      writes.push.payload.drive({ base: slot.base, offset: slot.write, mask: slot.mask, bytes });
      commits.push.valid.drive(go.and(writing));
      commits.push.payload.drive({ slot: io.found, pointer: next, epoch: slot.epoch });

      // ---- move the bytes ------------------------------------------------------------------------
      const reader = h.instance("reader", bufferReader(addressBits, c.busBits), { run: reads.pop, data: io.readData });
      io.readAddress.drive(reader.address);
      io.readEnable.drive(reader.enable);
      const j = jobs.pop.payload;
      const { delivers, ordinary_job } = h.nets({
        delivers: jobs.pop.valid.and(j.fate.is("DELIVER")),
        ordinary_job: jobs.pop.valid.and(j.fate.is("ORDINARY")),
      });
      const { beat } = h.registers({ beat: uint(addressBits + 1) });

      // Ordinary path: the frame as it came.
      const { ordinary_last } = h.nets({ ordinary_last: beat.add(1).eq(j.beats) });
      const tailBytes =
        shift === 0
          ? j.length
          : j.length
              .sub(1)
              .slice(shift - 1, 0)
              .zext(shift + 1)
              .add(1);
      io.ordinary.valid.drive(ordinary_job.and(reader.out.valid));
      io.ordinary.payload.drive({
        data: reader.out.payload,
        keep: mux(ordinary_last, lowMask(tailBytes, busBytes) as Bits, constant(busBytes, (1n << BigInt(busBytes)) - 1n) as Bits),
        last: ordinary_last,
      });

      // A slot: the datagram header over the bytes before the payload, then turned to the ring's alignment and written.
      const start42 = (26 % busBytes) * 8,
        start46 = (30 % busBytes) * 8;
      const header = cat(j.timestamp, j.peerIp, j.peerPort, j.payload);
      const overlayBeats = Math.ceil((datagramHeaderBytes + busBytes - 1) / busBytes);
      const spread = overlayBeats * c.busBits;
      const place = (value: Bits, by: number): Bits => value.zext(spread).shl(by);
      const headerMask = constant(128, (1n << 128n) - 1n) as Bits;
      const { header_bits, header_mask } = h.nets({
        header_bits: mux(j.tagged, place(header, start46), place(header, start42)),
        header_mask: mux(j.tagged, place(headerMask, start46), place(headerMask, start42)),
      });
      const pick = (value: Bits, k: number): Bits => value.slice((k + 1) * c.busBits - 1, k * c.busBits);
      const overlaid = Array.from({ length: overlayBeats }, (_, k) => k).reduce<Bits>(
        (data, k) =>
          mux(j.datagram.and(beat.eq(k)), reader.out.payload.and(pick(header_mask, k).not()).or(pick(header_bits, k)) as Bits, data),
        reader.out.payload as Bits,
      );
      const align = h.instance("align", aligner(busBytes));
      const from = mux(j.tagged, uint(6).of(46), uint(6).of(42))
        .sub(mux(j.datagram, uint(6).of(16), uint(6).of(0)))
        .slice(shift - 1, 0);
      align.job.valid.drive(delivers);
      align.job.payload.drive(makeAlignJob(busBytes, from, j.offset.slice(shift - 1, 0), j.bytes) as never);
      align.data.valid.drive(delivers.and(reader.out.valid));
      align.data.payload.drive(overlaid);
      reader.out.ready.drive(mux(ordinary_job, io.ordinary.ready, delivers.and(align.data.ready)));

      const dma = h.instance("dma", dmaWrite(c), { job: writes.pop, data: align.out });
      io.aw.connect(dma.aw);
      io.w.connect(dma.w);
      dma.b.connect(io.b);
      const { finished } = h.nets({
        finished: mux(delivers, align.job.ready, mux(ordinary_job, io.ordinary.fire.and(ordinary_last), jobs.pop.valid)),
      });
      jobs.pop.ready.drive(finished);
      h.when(finished, () => beat.next(0)).elseWhen(reader.out.fire, () => beat.next(beat.add(1)));
      io.freed.drive(finished);
      io.freedBeats.drive(j.beats);

      // ---- commit --------------------------------------------------------------------------------
      dma.done.ready.drive(1);
      commits.pop.ready.drive(dma.done.fire);
      io.commit.drive({
        valid: dma.done.fire,
        slot: commits.pop.payload.slot,
        pointer: commits.pop.payload.pointer,
        epoch: commits.pop.payload.epoch,
        failed: dma.done.payload,
      });
      h.assert("a write that is done has its commitment", dma.done.fire.implies(commits.pop.valid));
    },
  );
};
