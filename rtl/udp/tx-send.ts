/**
 * Sends frames: headers from registers, the payload behind them from the frame buffer's words, zeros up to the shortest
 * frame. Ethernet, IPv4 (RFC 791) and UDP (RFC 768); checksums in two steps, as RFC 1071 adds them.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, stream, uint } from "#hdl";
import { lowMask, resize, sum } from "#hdl/lib/bits.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { type Config, fold, wireBytes } from "#rtl/common.ts";
import { frameSent } from "#rtl/ict/interface.ts";
import { frameBytesOf, frameHeaderBytes, txFrame, wordsOf } from "#rtl/udp/tx-packet.ts";

const halves = (value: Bits): Bits[] => Array.from({ length: value.width / 16 }, (_, i) => value.slice(i * 16 + 15, i * 16));

/** @param frameBits  width of a beat and of the buffer's words */
export const txSend = (c: Config, frameBits = c.busBits) => {
  const bytes = frameBits / 8,
    shift = Math.log2(bytes);
  /** Beats that are headers alone, and bytes of headers in the beat behind them. */
  const headBeats = Math.floor(frameHeaderBytes / bytes),
    headRest = frameHeaderBytes % bytes;
  const beatBits = 16 - shift;
  return module(
    `tx_send_${frameBits}`,
    {
      mac: input(uint(48)),
      now: input(uint(64)),
      frames: input(stream(txFrame(c))),
      payload: input(stream(uint(frameBits))),
      wire: output(stream(packetBeat(frameBits))),
      /** A frame's last beat leaves. */
      sent: output(frameSent(c)),
    },
    (io, h) => {
      // ---- first step: sums that do not need each other ----------------------------------------------------------
      const f = io.frames.payload;
      const { identification } = h.registers({ identification: uint(16) });
      const first = h.registers({
        first_valid: bool,
        frame: txFrame(c).noReset(),
        first_total: uint(16).noReset(),
        first_udp: uint(16).noReset(),
        first_id: uint(16).noReset(),
        /** Of both addresses; of the rest of IPv4's header; of ports, lengths and payload. */
        addresses: uint(18).noReset(),
        ip_rest: uint(19).noReset(),
        udp_rest: uint(19).noReset(),
        beats: uint(beatBits).noReset(),
        words: uint(beatBits).noReset(),
        end_byte: uint(shift).noReset(),
      });
      const head = h.registers({
        head_valid: bool,
        sending: txFrame(c).noReset(),
        /** As it was when the frame began. */
        source: uint(48).noReset(),
        sending_total: uint(16).noReset(),
        sending_udp: uint(16).noReset(),
        sending_id: uint(16).noReset(),
        ip_sum: uint(16).noReset(),
        udp_sum: uint(16).noReset(),
        last_beat: uint(beatBits).noReset(),
        /** The beat behind the last that has payload from the buffer. */
        words_end: uint(beatBits).noReset(),
        last_keep: uint(bytes).noReset(),
      });
      const { head_ends } = h.nets({ head_ends: io.wire.fire.and(io.wire.payload.last) });
      const { moves } = h.nets({ moves: head.head_valid.not().or(head_ends) });
      const { loads } = h.nets({ loads: first.first_valid.not().or(moves) });
      io.frames.ready.drive(loads);
      const { udp_length } = h.nets({ udp_length: f.payload.add(8) });
      const { total_length } = h.nets({ total_length: f.payload.add(28) });
      const { frame_bytes } = h.nets({ frame_bytes: frameBytesOf(f.payload) });
      h.when(loads, () => {
        first.first_valid.next(io.frames.valid);
        first.frame.next(f);
        first.first_total.next(total_length);
        first.first_udp.next(udp_length);
        first.first_id.next(identification);
        first.addresses.next(sum([...halves(f.tuple.localIp), ...halves(f.tuple.remoteIp)]));
        // Version and length 0x4500, flags 0x4000 (do not fragment), protocol 17.
        first.ip_rest.next(
          resize(sum([cat(constant(8, 0x45), f.tos), total_length, identification, constant(16, 0x4000), cat(f.ttl, constant(8, 17))]), 19),
        );
        const udpWords = [f.tuple.localPort, f.tuple.remotePort, udp_length, udp_length, constant(16, 17), ...halves(f.sum)] as Bits[];
        first.udp_rest.next(sum(udpWords));
        first.beats.next(wordsOf(frame_bytes, bytes).trunc(beatBits));
        first.words.next(wordsOf(f.payload, bytes).trunc(beatBits));
        first.end_byte.next(frame_bytes.sub(1).trunc(shift));
      });
      h.when(io.frames.fire, () => identification.next(identification.add(1)));

      // ---- second step: the two checksums ------------------------------------------------------------------------
      const { udp_folded } = h.nets({ udp_folded: fold(first.addresses.zext(20).add(first.udp_rest.zext(20))).not() });
      h.when(moves, () => {
        head.head_valid.next(first.first_valid);
        head.sending.next(first.frame);
        head.source.next(io.mac);
        head.sending_total.next(first.first_total);
        head.sending_udp.next(first.first_udp);
        head.sending_id.next(first.first_id);
        head.ip_sum.next(fold(first.addresses.zext(20).add(first.ip_rest.zext(20))).not());
        // Zero means "no checksum" (RFC 768), so a sum of zero is sent as all ones.
        head.udp_sum.next(
          mux(first.frame.noChecksum, uint(16).of(0), mux(udp_folded.eq(0), uint(16).of("0xffff"), udp_folded as Bits<16>) as Bits<16>),
        );
        head.last_beat.next(first.beats.sub(1));
        head.words_end.next(first.words.add(headBeats));
        head.last_keep.next(lowMask(first.end_byte.zext(shift + 1).add(1), bytes));
      });
      const s = head.sending;
      const fields = [
        s.nextHop,
        head.source,
        constant(16, 0x0800),
        constant(8, 0x45),
        s.tos,
        head.sending_total,
        head.sending_id,
        constant(16, 0x4000),
        s.ttl,
        constant(8, 17),
        head.ip_sum,
        s.tuple.localIp,
        s.tuple.remoteIp,
        s.tuple.localPort,
        s.tuple.remotePort,
        head.sending_udp,
        head.udp_sum,
      ] as Bits[];
      const { header } = h.nets({ header: wireBytes(cat(...fields)) });

      // ---- out: headers, then each word of the payload over two beats --------------------------------------------
      const { beat, carry } = h.registers({ beat: uint(beatBits), carry: uint(headRest * 8).noReset() });
      const { last } = h.nets({ last: beat.eq(head.last_beat) });
      const { needs } = h.nets({ needs: (headBeats === 0 ? constant(1, 1) : beat.ge(headBeats)).and(beat.lt(head.words_end)) });
      const word = io.payload.payload;
      const low = word.trunc(frameBits - headRest * 8),
        high = word.slice(frameBits - 1, frameBits - headRest * 8);
      const fromPayload = mux(needs, low as Bits, constant(low.width, 0) as Bits);
      const behind = cat(fromPayload, carry);
      const beats = Array.from({ length: headBeats + 1 }, (_, k) =>
        k < headBeats
          ? header.slice((k + 1) * frameBits - 1, k * frameBits)
          : cat(fromPayload, header.slice(frameHeaderBytes * 8 - 1, k * frameBits)),
      );
      const data = beats.reduce<Bits>((rest, value, k) => mux(beat.eq(k), value, rest), behind);
      io.wire.valid.drive(head.head_valid.and(needs.not().or(io.payload.valid)));
      io.wire.payload.drive({
        data: data as never,
        keep: mux(last, head.last_keep as Bits, constant(bytes, (1n << BigInt(bytes)) - 1n) as Bits),
        last,
      });
      io.payload.ready.drive(head.head_valid.and(needs).and(io.wire.ready));
      h.when(io.wire.fire, () => {
        beat.next(mux(last, uint(beatBits).of(0), beat.add(1)));
        carry.next(mux(needs, high as Bits, constant(high.width, 0) as Bits));
      });
      io.sent.drive({ valid: head_ends, slot: s.slot, timestamp: io.now });
    },
  );
};
