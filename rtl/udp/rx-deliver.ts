/**
 * Takes frames that have their verdict out of the receive buffer: to the slot's ring, to the ordinary path, or nowhere. The
 * commit of a datagram comes when every byte of it is in memory, in the order of the verdicts.
 */
import { type Bits, type Bool, bool, cat, constant, type Io, input, module, mux, output, stream, struct, uint } from "#hdl";
import { lowMask } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { narrow as narrowPackets } from "#hdl/lib/packet-width.ts";
import { slice } from "#hdl/lib/slice.ts";
import { type Config, datagramHeaderBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { ringCommit } from "#rtl/ict/interface.ts";
import { alignedBeat } from "#rtl/nic/aligner.ts";
import { beatNarrow } from "#rtl/nic/beat-narrow.ts";
import { bufferReader, readRun } from "#rtl/nic/buffer-reader.ts";
import { addressBeat, dmaWrite, responseBeat, ringJob, writeBeat } from "#rtl/nic/dma-write.ts";
import { makeRealignJob, realigner, realignJob } from "#rtl/nic/realigner.ts";
import { offeredAddressBits, parkingToken } from "#rtl/udp/rx-parking.ts";
import { decidedFrame, fate, payloadAt } from "#rtl/udp/rx-verdict.ts";

/** Datagrams whose data is on its way to memory. */
const commitDepth = 32;
const headerBits = 8 * datagramHeaderBytes;

/** Pins beside a waiting room. */
const parkingPins = (dataBits: number) => ({
  /** The words that `readEnable` asks for are there. */
  readWaited: output(bool),
  /** A frame that waits from now on. */
  parked: output(packetStream(dataBits)),
  /** A frame that has waited has gone: `freed` is not for it. */
  left: output(struct({ valid: bool, token: parkingToken() }, "left_token")),
});
export type DeliverOfParking = Io<ReturnType<typeof parkingPins>>;
interface Waited {
  readonly waited: Bool;
  readonly token: Bits;
}
/** Only where there is a waiting room. */
const waitedOf = (of: unknown): Waited => {
  const { waited, token } = of as Waited;
  return { waited, token };
};

/** `dataBits`: width of the receive buffer, and of all that moves bytes before they go to memory. */
export const rxDeliver = (c: Config, dataBits: number = c.busBits) => {
  const { busBytes, pointerBits, slotBits } = derived(c);
  const dataBytes = dataBits / 8,
    addressBits = offeredAddressBits(c, dataBits),
    shift = Math.log2(dataBytes);
  const waiting = c.walker ? { waited: bool, token: parkingToken() } : {};
  const where = { fate, beats: uint(addressBits + 1), length: uint(16), tagged: bool, datagram: bool, ...waiting };
  /** Words to read, of the waiting room or of the buffer. */
  const read = struct({ run: readRun(addressBits), ...(c.walker ? { waited: bool } : {}) }, `rx_read_${addressBits}`);
  const header = uint(headerBits);
  const job = struct(
    { ...where, bytes: uint(16), to: uint(shift), payload: uint(16), peerPort: uint(16), peerIp: uint(32), timestamp: uint(64) },
    `rx_job_${dataBits}`,
  );
  const plan = struct({ ...where, align: realignJob(dataBytes), header }, `rx_plan_${dataBits}`);
  const commitment = struct({ slot: uint(slotBits), pointer: uint(pointerBits) }, `commitment_${c.slots}`);
  const narrow = dataBits > c.busBits;
  return module(
    `rx_deliver_${dataBits}${narrow ? `to${c.busBits}` : ""}${c.walker ? "_walker" : ""}`,
    {
      ...(c.walker ? parkingPins(dataBits) : {}),
      decided: input(decidedFrame(c, dataBits)),
      /** 1: a decided frame would be taken. */
      room: output(bool),
      /** The buffer's words, a cycle after they were asked for; the oldest frame's words are given back. */
      readAddress: output(uint(addressBits)),
      readEnable: output(bool),
      readData: input(uint(dataBits)),
      freed: output(bool),
      freedBeats: output(uint(addressBits + 1)),
      commit: output(ringCommit(c)),
      // Memory and the ordinary path.
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ordinary: output(stream(packetBeat(c.busBits))),
    },
    (io, h) => {
      // ---- who does what -------------------------------------------------------------------------
      const jobs = h.instance("jobs", fifo(job, 4));
      const reads = h.instance("reads", fifo(read, 4));
      // Addresses of writes run ahead of their data, so that one datagram's end and the next one's beginning overlap.
      const writes = h.instance("writes", fifo(ringJob(c), 4));
      const commits = h.instance("commits", fifo(commitment, commitDepth));
      const { can_go } = h.nets({ can_go: jobs.push.ready.and(reads.push.ready).and(writes.push.ready).and(commits.push.ready) });
      io.room.drive(can_go);
      const d = io.decided;
      const { writing, dropping } = h.nets({ writing: d.fate.is("DELIVER"), dropping: d.fate.is("DROP") });
      jobs.push.valid.drive(d.valid);
      jobs.push.payload.drive({
        fate: d.fate,
        beats: d.beats,
        length: d.length,
        tagged: d.tagged,
        datagram: d.datagram,
        ...(c.walker ? waitedOf(d) : {}),
        bytes: d.bytes,
        to: d.offset.trunc(shift) as never,
        payload: d.payload,
        peerPort: d.peerPort,
        peerIp: d.peerIp,
        timestamp: d.timestamp,
      });
      reads.push.valid.drive(d.valid.and(dropping.not()));
      reads.push.payload.drive({ run: d.run, ...(c.walker ? { waited: waitedOf(d).waited } : {}) });
      writes.push.valid.drive(d.valid.and(writing));
      writes.push.payload.drive({ base: d.base, offset: d.offset, mask: d.mask, bytes: d.bytes });
      commits.push.valid.drive(d.valid.and(writing));
      commits.push.payload.drive({ slot: d.slot, pointer: d.pointer });

      // ---- the frame that is moved: planned in the cycle in which its first word is read -----------
      const planned = h.instance("planned", slice(plan, "forward"));
      planned.from.connect(
        jobs.pop.map(plan, (j) => {
          const from = mux(j.tagged, uint(6).of(payloadAt.tagged), uint(6).of(payloadAt.plain))
            .sub(mux(j.datagram, uint(6).of(datagramHeaderBytes), uint(6).of(0)))
            .slice(shift - 1, 0);
          return {
            fate: j.fate,
            beats: j.beats,
            length: j.length,
            tagged: j.tagged,
            datagram: j.datagram,
            ...(c.walker ? waitedOf(j) : {}),
            align: makeRealignJob(dataBytes, from, j.to, j.bytes) as never,
            header: cat(j.timestamp, j.peerIp, j.peerPort, j.payload) as never,
          };
        }),
      );
      const p = planned.to.payload;
      const reader = h.instance("reader", bufferReader(addressBits, dataBits), { data: io.readData });
      reader.run.connect(reads.pop.map(readRun(addressBits), ({ run }) => run));
      io.readAddress.drive(reader.address);
      io.readEnable.drive(reader.enable);
      const { delivers, passes } = h.nets({
        delivers: planned.to.valid.and(p.fate.is("DELIVER")),
        passes: planned.to.valid.and(p.fate.is("ORDINARY")),
      });
      const { beat } = h.registers({ beat: uint(addressBits + 1) });

      // Ordinary path, and the waiting room: the frame as it came.
      const { ordinary_last } = h.nets({ ordinary_last: beat.add(1).eq(p.beats) });
      const lastBytes: Bits = p.length
        .sub(1)
        .slice(shift - 1, 0)
        .zext(shift + 1)
        .add(1);
      const frame = narrow ? h.instance("cut_frame", narrowPackets(dataBits, c.busBits)) : undefined;
      const ordinary = (frame?.from ?? io.ordinary) as typeof io.ordinary;
      if (frame !== undefined) io.ordinary.connect(frame.to);
      ordinary.valid.drive(passes.and(reader.out.valid));
      const whole = {
        data: reader.out.payload,
        keep: mux(ordinary_last, lowMask(lastBytes, dataBytes), constant(dataBytes, (1n << BigInt(dataBytes)) - 1n) as Bits) as never,
        last: ordinary_last,
      };
      ordinary.payload.drive(whole);
      const parking = c.walker ? (io as unknown as DeliverOfParking) : undefined;
      const goesWhole = (room: DeliverOfParking) => {
        const { parks } = h.nets({ parks: planned.to.valid.and(p.fate.is("PARK")) });
        room.parked.valid.drive(parks.and(reader.out.valid));
        room.parked.payload.drive(whole);
        return h.nets({ goes_whole: passes.or(parks), takes_whole: mux(parks, room.parked.ready, ordinary.ready) });
      };
      const { goes_whole, takes_whole } = parking === undefined ? { goes_whole: passes, takes_whole: ordinary.ready } : goesWhole(parking);

      // A slot: the datagram header over the bytes before the payload, then turned to the ring's alignment and written.
      const overlayBeats = Math.ceil((datagramHeaderBytes + dataBytes - 1) / dataBytes);
      const at = (bytesBefore: number): number => ((bytesBefore - datagramHeaderBytes) % dataBytes) * 8;
      const spread = (value: Bits, by: number): Bits => value.zext(overlayBeats * dataBits).shl(by);
      const ones = constant(headerBits, (1n << BigInt(headerBits)) - 1n) as Bits;
      const laid = (value: Bits): Bits => mux(p.tagged, spread(value, at(payloadAt.tagged)), spread(value, at(payloadAt.plain)));
      const { header_bits, header_mask } = h.nets({ header_bits: laid(p.header), header_mask: laid(ones) });
      const pick = (value: Bits, k: number): Bits => value.slice((k + 1) * dataBits - 1, k * dataBits);
      const overlaid = Array.from({ length: overlayBeats }, (_, k) => k).reduce<Bits>(
        (data, k) =>
          mux(p.datagram.and(beat.eq(k)), reader.out.payload.and(pick(header_mask, k).not()).or(pick(header_bits, k)) as Bits, data),
        reader.out.payload as Bits,
      );
      const align = h.instance("align", realigner(dataBytes));
      align.job.valid.drive(delivers);
      align.job.payload.drive(p.align);
      align.data.valid.drive(delivers.and(reader.out.valid));
      align.data.payload.drive(overlaid as never);
      reader.out.ready.drive(mux(goes_whole, takes_whole, delivers.and(align.data.ready)));
      const { finished } = h.nets({
        finished: mux(delivers, align.job.ready, mux(goes_whole, reader.out.valid.and(takes_whole).and(ordinary_last), planned.to.valid)),
      });
      planned.to.ready.drive(finished);
      h.when(finished, () => beat.next(0)).elseWhen(reader.out.fire, () => beat.next(beat.add(1)));
      const here = waitedOf(p);
      io.freed.drive(c.walker ? finished.and(here.waited.not()) : finished);
      parking?.left.drive({ valid: finished.and(here.waited), token: here.token });
      parking?.readWaited.drive(waitedOf(reads.pop.payload).waited);
      io.freedBeats.drive(p.beats);

      // ---- memory --------------------------------------------------------------------------------
      // A wide beat waits to be cut, so that the next one is turned meanwhile.
      const cut = (): typeof align.out => {
        const line = h.instance("line", slice(alignedBeat(dataBytes), "forward"), { from: align.out });
        return h.instance("cut", beatNarrow(dataBytes, busBytes), { from: line.to }).to;
      };
      const data = narrow ? cut() : align.out;
      const address = h.instance("address", slice(ringJob(c), "forward"), { from: writes.pop });
      const dma = h.instance("dma", dmaWrite(c), { job: address.to, data });
      io.aw.connect(dma.aw);
      io.w.connect(dma.w);
      dma.b.connect(io.b);
      dma.done.ready.drive(1);
      commits.pop.ready.drive(dma.done.fire);
      const { slot, pointer } = commits.pop.payload;
      io.commit.drive({ valid: dma.done.fire, slot, pointer, failed: dma.done.payload });
      h.assert("nothing is decided without room", d.valid.implies(can_go));
      h.assert("a write that is done has its commitment", dma.done.fire.implies(commits.pop.valid));
    },
  );
};
