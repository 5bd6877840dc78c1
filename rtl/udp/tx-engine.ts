/**
 * UDP transmit (paper section 5, TX path): payload comes from the slot's ring into the frame buffer while its checksum is
 * summed; then the frame leaves with its headers. The head moves when the payload has been read.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, stream, struct, uint } from "#hdl";
import { lowMask, resize, sum } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { byteOf, type Config, fold, tuple, wireBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { ringMove, slotLife, slotStop, transmitState } from "#rtl/ict/table.ts";
import { aligner, makeAlignJob } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead, readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat } from "#rtl/nic/dma-write.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";

/** Ethernet, IPv4 without options, UDP. */
const headerBytes = 42;
/** Shortest frame without its check sequence (RFC 894: 46 bytes of data). */
const shortest = 60;

export const txEngine = (c: Config) => {
  const { busBytes, slotBits } = derived(c);
  const words = c.txBuffer / busBytes,
    addressBits = Math.log2(words),
    shift = Math.log2(busBytes);
  const ready = struct(
    { start: uint(addressBits), beats: uint(addressBits + 1), payload: uint(16), sum: uint(32), tuple, nextHop: uint(48) },
    `ready_${addressBits}`,
  );
  return module(
    "tx_engine",
    {
      enable: input(bool),
      mac: input(uint(48)),
      largest: input(uint(16)),
      ttl: input(uint(8)),
      tos: input(uint(8)),
      workValid: input(bool),
      workSlot: input(uint(slotBits)),
      transmit: input(transmitState(c)),
      advanceRead: output(ringMove(c)),
      sent: output(ringMove(c)),
      stop: output(slotStop(c)),
      /** Asks the table whether the packet that is being built may still leave. */
      building: output(slotLife(c)),
      buildingLives: input(bool),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      wire: output(stream(packetBeat(c.busBits))),
      /** Pulses for the counters. */
      frame: output(bool),
      malformed: output(bool),
      failed: output(bool),
    },
    (io, h) => {
      const plan = h.instance("plan", txPlan(c), {
        enable: io.enable,
        largest: io.largest,
        workValid: io.workValid,
        workSlot: io.workSlot,
        transmit: io.transmit,
      });
      io.advanceRead.drive(plan.advanceRead);
      const dma = h.instance("dma", dmaRead(c), { job: plan.reads });
      io.ar.connect(dma.ar);
      dma.r.connect(io.r);

      // Fetched words are a header for the planner or payload for the frame.
      const { for_header } = h.nets({ for_header: plan.isHeader.valid.and(plan.isHeader.payload) });
      const { for_payload } = h.nets({ for_payload: plan.isHeader.valid.and(plan.isHeader.payload.not()) });
      const align = h.instance("align", aligner(busBytes));
      plan.header.valid.drive(dma.out.valid.and(for_header));
      plan.header.payload.drive(dma.out.payload);
      align.data.valid.drive(dma.out.valid.and(for_payload));
      align.data.payload.drive(dma.out.payload.data);
      dma.out.ready.drive(mux(for_header, plan.header.ready, for_payload.and(align.data.ready)));
      plan.isHeader.ready.drive(dma.out.fire.and(dma.out.payload.last));

      // ---- the frame buffer ------------------------------------------------------------------
      const pointer = uint(addressBits + 1);
      const { write, free } = h.registers({ write: pointer, free: pointer });
      const job = plan.packets.payload;
      const { frame_bytes } = h.nets({
        frame_bytes: mux(job.payload.lt(shortest - headerBytes), uint(16).of(shortest), job.payload.add(headerBytes)),
      });
      const { frame_beats } = h.nets({ frame_beats: resize(frame_bytes.add(busBytes - 1).shr(shift), addressBits + 1) });
      const { used } = h.nets({ used: write.sub(free) });
      const { fits } = h.nets({ fits: used.addCarry(frame_beats).le(words) });
      const sends = h.instance("sends", fifo(ready, 16));
      const { may_start } = h.nets({ may_start: plan.packets.valid.and(fits).and(sends.push.ready) });
      const { no_payload } = h.nets({ no_payload: job.payload.eq(0) });

      align.job.valid.drive(may_start.and(no_payload.not()));
      align.job.payload.drive(
        makeAlignJob(busBytes, job.offset.slice(shift - 1, 0), constant(shift, headerBytes % busBytes) as Bits, job.payload) as never,
      );
      align.out.ready.drive(1);
      const { given } = h.registers({ given: uint(addressBits) });
      const buffer = h.memory("buffer", uint(c.busBits), words, { style: "block" });
      buffer.write(
        write
          .trunc(addressBits)
          .add(Math.floor(headerBytes / busBytes))
          .add(given),
        align.out.payload.data,
        align.out.valid,
      );
      h.when(align.out.fire, () => given.next(mux(align.out.payload.last, uint(addressBits).of(0), given.add(1))));

      // The UDP checksum covers just the bytes the strobes name; words stand at even bytes because the headers do.
      const strobe = align.out.payload.strobe;
      const beatWords = Array.from({ length: busBytes / 2 }, (_, i) =>
        cat(
          byteOf(align.out.payload.data, 2 * i).and(strobe.bit(2 * i).repeat(8) as Bits<8>),
          byteOf(align.out.payload.data, 2 * i + 1).and(strobe.bit(2 * i + 1).repeat(8) as Bits<8>),
        ),
      );
      const { beat_sum } = h.nets({ beat_sum: sum(beatWords) });
      const { payload_sum, bad } = h.registers({ payload_sum: uint(32), bad: bool });
      const { total } = h.nets({ total: payload_sum.add(mux(align.out.valid, beat_sum.zext(32), uint(32).of(0))) });
      const { fails } = h.nets({ fails: bad.or(align.data.fire.and(dma.out.payload.failed)) });
      const { built } = h.nets({ built: may_start.and(no_payload.or(align.job.ready)) });
      h.when(align.out.fire, () => payload_sum.next(total));
      h.when(fails, () => bad.next(1));
      h.when(built, () => {
        payload_sum.next(0);
        bad.next(0);
      });
      plan.packets.ready.drive(built);
      // Behind a packet that could not be read nothing more of its slot leaves, and nothing of a slot that was closed.
      const { sound } = h.nets({ sound: built.and(fails.not()).and(io.buildingLives) });
      io.building.drive({ slot: job.slot, epoch: job.epoch });
      sends.push.valid.drive(sound);
      sends.push.payload.drive({
        start: write.trunc(addressBits),
        beats: frame_beats,
        payload: job.payload,
        sum: total,
        tuple: job.tuple,
        nextHop: job.nextHop,
      });
      h.when(sound, () => write.next(write.add(frame_beats)));
      const news = { slot: job.slot, pointer: job.head, epoch: job.epoch };
      io.sent.drive({ ...news, valid: sound });
      // A slot whose memory cannot be read stops, and its packet is not sent. A stop of the planner's that comes in the same
      // cycle is lost, and comes again: its slot still has work.
      const { own_stop } = h.nets({ own_stop: built.and(fails).and(io.buildingLives) });
      io.stop.drive({
        valid: own_stop.or(plan.stops),
        slot: mux(own_stop, job.slot as Bits, plan.stop.slot as Bits),
        epoch: mux(own_stop, job.epoch, plan.stop.epoch),
        torn: own_stop,
      });
      io.failed.drive(own_stop.or(plan.failed));
      io.malformed.drive(plan.malformed.and(own_stop.not()));

      // ---- out with headers --------------------------------------------------------------------
      const { identification } = h.registers({ identification: uint(16) });
      const s = sends.pop.payload;
      const head = h.registers({
        head_valid: bool,
        head: uint(64 * 8).noReset(),
        head_bytes: uint(16).noReset(),
        head_beats: uint(addressBits + 1).noReset(),
      });
      const udpLength = s.payload.add(8),
        totalLength = s.payload.add(28);
      const halves = (value: Bits): Bits[] => Array.from({ length: value.width / 16 }, (_, i) => value.slice(i * 16 + 15, i * 16));
      const ipWords = [
        constant(16, 0x4500).or(io.tos.zext(16)),
        totalLength,
        identification,
        constant(16, 0x4000),
        cat(io.ttl, constant(8, 17)),
        ...halves(s.tuple.localIp),
        ...halves(s.tuple.remoteIp),
      ] as Bits[];
      const { ip_sum } = h.nets({ ip_sum: fold(sum(ipWords)).not() });
      const pseudo = sum([
        ...halves(s.tuple.localIp),
        ...halves(s.tuple.remoteIp),
        constant(16, 17),
        udpLength,
        s.tuple.localPort,
        s.tuple.remotePort,
        udpLength,
      ] as Bits[]);
      const folded = s.sum.trunc(16).zext(17).add(s.sum.slice(31, 16).zext(17));
      const { udp_sum } = h.nets({ udp_sum: fold(folded.zext(22).add(pseudo.zext(22))).not() });
      // Zero means "no checksum" on the wire (RFC 768), so a sum of zero is sent as all ones.
      const udpChecksum = mux(udp_sum.eq(0), uint(16).of("0xffff"), udp_sum);
      const fields: Bits[] = [
        s.nextHop,
        io.mac,
        constant(16, 0x0800),
        constant(8, 0x45),
        io.tos,
        totalLength,
        identification,
        constant(16, 0x4000),
        io.ttl,
        constant(8, 17),
        ip_sum,
        s.tuple.localIp,
        s.tuple.remoteIp,
        s.tuple.localPort,
        s.tuple.remotePort,
        udpLength,
        udpChecksum,
      ] as Bits[];
      const { header } = h.nets({ header: wireBytes(cat(...fields)) });

      const reader = h.instance("reader", bufferReader(addressBits, c.busBits));
      const { head_ends } = h.nets({ head_ends: io.wire.fire.and(io.wire.payload.last) });
      const { takes } = h.nets({ takes: head.head_valid.not().or(head_ends) });
      const runs = h.instance("runs", fifo(struct({ start: uint(addressBits), beats: uint(addressBits + 1) }, `run_${addressBits}`), 2));
      reader.run.connect(runs.pop);
      sends.pop.ready.drive(takes.and(runs.push.ready));
      runs.push.valid.drive(sends.pop.fire);
      runs.push.payload.drive({ start: s.start, beats: s.beats });
      h.when(sends.pop.fire, () => {
        head.head_valid.next(1);
        head.head.next(header.zext(512));
        head.head_bytes.next(totalLength.add(14));
        head.head_beats.next(s.beats);
        identification.next(identification.add(1));
      }).elseWhen(head_ends, () => head.head_valid.next(0));
      reader.data.drive(buffer.readSync("buffer_word", reader.address, reader.enable));

      const { beat } = h.registers({ beat: uint(addressBits + 1) });
      const { last } = h.nets({ last: beat.add(1).eq(head.head_beats) });
      const overlayBeats = Math.ceil(headerBytes / busBytes);
      const maskBits = (k: number): bigint =>
        (((1n << BigInt(headerBytes * 8)) - 1n) >> BigInt(k * c.busBits)) & ((1n << BigInt(c.busBits)) - 1n);
      const overlaid = Array.from({ length: overlayBeats }, (_, k) => k).reduce<Bits>(
        (data, k) =>
          mux(
            beat.eq(k),
            reader.out.payload
              .and(constant(c.busBits, ~maskBits(k) & ((1n << BigInt(c.busBits)) - 1n)))
              .or(head.head.slice((k + 1) * c.busBits - 1, k * c.busBits).and(constant(c.busBits, maskBits(k)))) as Bits,
            data,
          ),
        reader.out.payload as Bits,
      );
      // Behind the datagram: zeros up to the shortest frame.
      const at = cat(resize(beat, 16 - shift), constant(shift, 0));
      const { left } = h.nets({ left: head.head_bytes.sub(at) });
      const { past_end } = h.nets({ past_end: at.ge(head.head_bytes) });
      const { valid_bytes } = h.nets({
        valid_bytes: mux(past_end, uint(shift + 1).of(0), mux(left.ge(busBytes), uint(shift + 1).of(busBytes), left.trunc(shift + 1))),
      });
      const byteMask = lowMask(valid_bytes, busBytes);
      const bitMask = cat(...Array.from({ length: busBytes }, (_, i) => byteMask.bit(busBytes - 1 - i).repeat(8)));
      const { frame_end } = h.nets({ frame_end: mux(head.head_bytes.lt(shortest), uint(16).of(shortest), head.head_bytes) });
      const endBytes = frame_end
        .sub(1)
        .slice(shift - 1, 0)
        .zext(shift + 1)
        .add(1);
      io.wire.valid.drive(head.head_valid.and(reader.out.valid));
      io.wire.payload.drive({
        data: overlaid.and(bitMask) as never,
        keep: mux(last, lowMask(endBytes, busBytes) as Bits, constant(busBytes, (1n << BigInt(busBytes)) - 1n) as Bits),
        last,
      });
      reader.out.ready.drive(head.head_valid.and(io.wire.ready));
      h.when(io.wire.fire, () => {
        beat.next(mux(last, uint(addressBits + 1).of(0), beat.add(1)));
        h.when(last, () => free.next(free.add(head.head_beats)));
      });
      io.frame.drive(head_ends);
    },
  );
};
