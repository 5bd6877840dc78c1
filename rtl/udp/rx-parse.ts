/**
 * Looks at every frame as it passes: class, four-tuple, lengths and checksums, known a fixed six cycles after the
 * frame's last beat. It never stalls the wire. Formats: RFC 894 (Ethernet), 791 (IPv4), 768 (UDP), 1071 (checksum).
 */
import { type Bits, bool, cat, constant, enumeration, input, module, mux, output, struct, uint } from "#hdl";
import { maskCount, sum } from "#hdl/lib/bits.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { byteOf, type Config, fold, networkField, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";

/** What is wrong with a frame that an accelerated slot would otherwise take; first cause in this order wins. */
export const frameFault = enumeration("fault", ["NONE", "TTL", "IP_CHECKSUM", "IP_LENGTH", "UDP_LENGTH", "UDP_CHECKSUM"]);

/** Facts about one frame. */
export const frameFacts = struct(
  {
    /** Bytes on the wire, without the check sequence. */
    length: uint(16),
    /** IPv4 and UDP without options or fragments, to our address or to a group that a slot may be bound to: a slot may take it. */
    plain: bool,
    /** An 802.1Q tag moves everything up by four bytes. */
    tagged: bool,
    fault: frameFault,
    tuple,
    /** Bytes of UDP payload. */
    payload: uint(16),
    /** The hardware clock when the first beat came. */
    timestamp: uint(64),
  },
  "facts",
);

const ethertypeIpv4 = "0x0800",
  ethertypeVlan = "0x8100",
  protocolUdp = 17;
/**
 * May a socket that is bound to a frame's destination `ip` have it, although it is to no single station? A multicast frame
 * is to its group (RFC 1112, section 6.4), and a broadcast one to an address that can be a broadcast one: those end in two
 * ones, whatever the subnet. All others are the kernel's business (RFC 1122, section 3.3.6).
 */
const toGroup = (mac: Bits, ip: Bits): Bits<1> => {
  const multicast = mac.eq(cat(constant(25, 0x01005e << 1), ip.trunc(23))).and(ip.slice(31, 28).eq(14));
  return mux(mac.all(), ip.trunc(2).all(), multicast);
};
const words = (value: Bits): Bits[] => Array.from({ length: value.width / 16 }, (_, i) => networkField(value, i * 2, 2));

/** One beat a cycle in; one pulse of `facts` per frame out. */
export const rxParse = (c: Config) => {
  const { busBytes, maxFrame } = derived(c);
  const headerBeats = 64 / busBytes;
  return module(
    `rx_parse_${c.busBits}`,
    {
      beat: input(packetBeat(c.busBits)),
      valid: input(bool),
      /** Our Ethernet address, first byte on the wire most significant. */
      mac: input(uint(48)),
      now: input(uint(64)),
      facts: output(frameFacts),
      done: output(bool),
    },
    ({ beat, valid, mac, now, facts, done }, h) => {
      // A: the beat, and where in the frame it stands.
      const { position, timestamp } = h.registers({ position: uint(16), timestamp: uint(64).noReset() });
      const a = h.registers({ a_valid: bool, a_beat: packetBeat(c.busBits).noReset(), a_position: uint(16).noReset() });
      a.a_valid.next(valid);
      h.when(valid, () => {
        a.a_beat.next(beat);
        a.a_position.next(position);
        // A frame that never ends stays too long instead of wrapping round to a short one.
        position.next(mux(beat.last, uint(16).of(0), mux(position.ge("0xf000"), position, position.add(busBytes))));
        h.when(position.eq(0), () => timestamp.next(now));
      });

      // B: the header so far, this beat included; the first 64 bytes of the frame.
      const { header } = h.registers({ header: uint(512).noReset() });
      const b = h.registers({
        b_valid: bool,
        b_beat: packetBeat(c.busBits).noReset(),
        b_position: uint(16).noReset(),
        b_time: uint(64).noReset(),
      });
      b.b_valid.next(a.a_valid);
      h.when(a.a_valid, () => {
        b.b_beat.next(a.a_beat);
        b.b_position.next(a.a_position);
        for (let k = 0; k < headerBeats; k++)
          h.when(a.a_position.eq(k * busBytes), () => header.slice((k + 1) * c.busBits - 1, k * c.busBits).next(a.a_beat.data));
      });
      b.b_time.next(timestamp);
      const { b_tagged } = h.nets({ b_tagged: networkField(header, 12, 2).eq(ethertypeVlan) });
      // From the Ethernet type on: 2 bytes of type, 20 of IPv4, 8 of UDP.
      const { b_layers } = h.nets({ b_layers: mux(b_tagged, header.slice(46 * 8 - 1, 16 * 8), header.slice(42 * 8 - 1, 12 * 8)) });
      const totalLength = networkField(b_layers, 4, 2);
      const ipStart = mux(b_tagged, uint(17).of(18), uint(17).of(14));
      const frameLength = b.b_position.add(maskCount(b.b_beat.keep).zext(16));

      // C: which of the beat's words the UDP checksum covers; the header's fields held for the end of the frame.
      const cc = h.registers({
        c_valid: bool,
        c_data: uint(c.busBits).noReset(),
        c_last: bool.noReset(),
        c_position: uint(17).noReset(),
        c_start: uint(17).noReset(),
        c_end: uint(17).noReset(),
        c_layers: uint(240).noReset(),
        c_tagged: bool.noReset(),
        c_ours: bool.noReset(),
        c_group: bool.noReset(),
        c_length: uint(16).noReset(),
        c_time: uint(64).noReset(),
      });
      cc.c_valid.next(b.b_valid);
      h.when(b.b_valid, () => {
        cc.c_data.next(b.b_beat.data);
        cc.c_last.next(b.b_beat.last);
        cc.c_position.next(b.b_position.zext(17));
        cc.c_start.next(ipStart.add(20));
        cc.c_end.next(ipStart.add(totalLength.zext(17)));
        cc.c_layers.next(b_layers as Bits<240>);
        cc.c_tagged.next(b_tagged);
        cc.c_ours.next(networkField(header, 0, 6).eq(mac as Bits));
        cc.c_group.next(toGroup(networkField(header, 0, 6), networkField(b_layers, 18, 4)));
        cc.c_length.next(frameLength);
        cc.c_time.next(b.b_time);
      });
      const covered = Array.from({ length: busBytes }, (_, i) => {
        const at = cc.c_position.add(i);
        return at.ge(cc.c_start).and(at.lt(cc.c_end));
      });
      const coveredWords = Array.from({ length: busBytes / 2 }, (_, i) =>
        cat(
          byteOf(cc.c_data, 2 * i).and((covered[2 * i] as Bits<1>).repeat(8) as Bits<8>),
          byteOf(cc.c_data, 2 * i + 1).and((covered[2 * i + 1] as Bits<1>).repeat(8) as Bits<8>),
        ),
      );

      // D: sum of this beat's words; sums of the fixed fields.
      const layers = cc.c_layers;
      const field = (from: number, count: number): Bits => networkField(layers, from, count);
      const ipWords = words(layers.slice(22 * 8 - 1, 2 * 8));
      const pseudoWords = [...ipWords.slice(6, 10), uint(16).of(protocolUdp) as Bits, field(26, 2)];
      const d = h.registers({
        d_valid: bool,
        d_first: bool.noReset(),
        d_last: bool.noReset(),
        d_sum: uint(sum(coveredWords).width).noReset(),
        d_ip_sum: uint(sum(ipWords).width).noReset(),
        d_pseudo: uint(sum(pseudoWords).width).noReset(),
        d_facts: frameFacts.noReset(),
        d_sum_used: bool.noReset(),
        d_detour: bool.noReset(),
      });
      d.d_valid.next(cc.c_valid);
      const udpLength = field(26, 2),
        totalC = field(4, 2);
      const ipPayload = totalC.sub(20);
      const unfragmented = field(8, 2).and("0x3fff").eq(0);
      const { plain } = h.nets({
        plain: cc.c_ours
          .or(cc.c_group)
          .and(field(0, 2).eq(ethertypeIpv4))
          .and(byteOf(layers, 2).eq("0x45"))
          .and(byteOf(layers, 11).eq(protocolUdp))
          .and(unfragmented)
          .and(cc.c_length.ge(mux(cc.c_tagged, uint(16).of(46), uint(16).of(42))))
          .and(cc.c_length.le(maxFrame)),
      });
      const { ip_length_bad, udp_length_bad } = h.nets({
        ip_length_bad: totalC.lt(20).or(cc.c_end.gt(cc.c_length.zext(17))),
        udp_length_bad: udpLength.lt(8).or(udpLength.gt(ipPayload)),
      });
      h.when(cc.c_valid, () => {
        d.d_first.next(cc.c_position.eq(0));
        d.d_last.next(cc.c_last);
        d.d_sum.next(sum(coveredWords));
        d.d_ip_sum.next(sum(ipWords));
        d.d_pseudo.next(sum(pseudoWords));
        d.d_sum_used.next(field(28, 2).ne(0));
        // Bytes behind the UDP datagram, or a packet over the MTU: legal and rare, so the kernel sees to it.
        d.d_detour.next(udpLength.lt(ipPayload).or(totalC.gt(c.mtu)));
        d.d_facts.next({
          length: cc.c_length,
          plain,
          tagged: cc.c_tagged,
          payload: udpLength.sub(8) as Bits<16>,
          timestamp: cc.c_time,
          tuple: {
            localIp: field(18, 4) as Bits<32>,
            localPort: field(24, 2) as Bits<16>,
            remoteIp: field(14, 4) as Bits<32>,
            remotePort: field(22, 2) as Bits<16>,
          },
          fault: mux(
            byteOf(layers, 10).eq(0),
            frameFault.of("TTL"),
            mux(ip_length_bad, frameFault.of("IP_LENGTH"), mux(udp_length_bad, frameFault.of("UDP_LENGTH"), frameFault.of("NONE"))),
          ),
        });
      });

      // E: the frame's sum so far; at its last beat everything is in it.
      const e = h.registers({
        e_done: bool,
        e_sum: uint(32).noReset(),
        e_ip_ok: bool.noReset(),
        e_facts: frameFacts.noReset(),
        e_sum_used: bool.noReset(),
        e_detour: bool.noReset(),
      });
      e.e_done.next(d.d_valid.and(d.d_last));
      h.when(d.d_valid, () => {
        // The pseudo header is known with the last beat, and comes in there.
        const pseudo = mux(d.d_last, d.d_pseudo.zext(32), uint(32).of(0));
        e.e_sum.next(
          mux(d.d_first, uint(32).of(0), e.e_sum)
            .add(d.d_sum.zext(32))
            .add(pseudo as Bits<32>),
        );
        e.e_ip_ok.next(fold(d.d_ip_sum).eq("0xffff"));
        e.e_facts.next(d.d_facts);
        e.e_sum_used.next(d.d_sum_used);
        e.e_detour.next(d.d_detour);
      });

      // Out: faults in their order.
      const out = h.registers({ out_done: bool, out_facts: frameFacts.noReset() });
      out.out_done.next(e.e_done);
      const udpSum = fold(e.e_sum);
      const none = frameFault.of("NONE");
      const early = e.e_facts.fault;
      const { of_headers } = h.nets({ of_headers: mux(early.is("TTL").or(e.e_ip_ok), early, frameFault.of("IP_CHECKSUM")) });
      const of_sum = mux(e.e_sum_used.and(udpSum.ne("0xffff")), frameFault.of("UDP_CHECKSUM"), none);
      h.when(e.e_done, () =>
        out.out_facts.next(
          frameFacts.with(e.e_facts, {
            // Only a frame of sound headers may leave for the kernel: a broken one is dropped and counted.
            plain: e.e_facts.plain.and(e.e_detour.and(of_headers.is("NONE")).not()),
            fault: mux(of_headers.is("NONE"), of_sum, of_headers),
          }),
        ),
      );
      facts.drive(out.out_facts);
      done.drive(out.out_done);
    },
  );
};
