/**
 * The parser with any frames: facts come for each frame, in order and six cycles after its end; whatever is called plain
 * and without fault is a UDP datagram to us in every field, and lies within its frame; each fault is of a field that has it.
 * Sums are left to simulation: a solver would only add up once more.
 */
import { type Bits, type Bool, cat, constant, input, module, mux, output, uint } from "#hdl";
import { maskCount } from "#hdl/lib/bits.ts";
import { checkPackets, packetStream } from "#hdl/lib/packet.ts";
import { networkField } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { frameFacts, rxParse } from "#rtl/udp/rx-parse.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { small } from "./nic-small.ts";

/** Frames of two beats, of which the longest are too long. */
const config = { ...small, mtu: 40 };
const { maxFrame, busBytes } = derived(config);
/** Cycles from a frame's last beat to its facts. */
const latency = 6;

export const parserIsRight = (block = rxParse(config)) =>
  module(
    "parser_says_what_the_fields_say",
    { wire: input(packetStream(config.busBits)), mac: input(uint(48)), now: input(uint(64)), facts: output(frameFacts) },
    ({ wire, mac, now, facts }, h) => {
      wire.ready.drive(1);
      checkPackets(h, wire, "assume");
      const { data, keep, last } = wire.payload;
      const dut = h.instance("dut", block, { beat: { data, keep, last }, valid: wire.valid, mac, now });
      facts.drive(dut.facts);
      h.ghost(() => {
        // The frame that comes: beats so far, the first two of them, and the time of the first.
        const { beats, first, second, began } = h.registers({ beats: uint(4), first: uint(256), second: uint(256), began: uint(64) });
        h.assume("our address stays", h.pastValid().implies(mac.eq(h.past(mac))));
        h.assume("a frame has an end", beats.lt(15));
        h.when(wire.valid, () => {
          beats.next(mux(last, uint(4).of(0), beats.add(1)));
          h.when(beats.eq(0), () => {
            first.next(data as never);
            began.next(now);
          });
          h.when(beats.eq(1), () => second.next(data as never));
        });
        const ends = wire.valid.and(last);
        const low = mux(beats.eq(0), data as Bits, first as Bits);
        const high = mux(beats.eq(1), data as Bits, second as Bits);
        const field = (at: number, count: number): Bits => (at < 32 && at + count > 32 ? across(at, count) : part(at, count));
        const part = (at: number, count: number): Bits => (at < 32 ? networkField(low, at, count) : networkField(high, at - 32, count));
        const across = (at: number, count: number): Bits =>
          Array.from({ length: count }, (_, i) => part(at + i, 1).zext(8 * count)).reduce((v, b) => v.shl(8).or(b) as Bits);
        const tagged = field(12, 2).eq(0x8100);
        /** A field of the packet behind the Ethernet header, with a tag or without. */
        const behind = (at: number, count: number): Bits => mux(tagged, field(18 + at, count), field(14 + at, count));
        const length = beats.zext(16).shl(Math.log2(busBytes)).add(maskCount(keep).zext(16)) as Bits<16>;
        const tag = tagged.zext(17).shl(2);

        const total = behind(2, 2).zext(17),
          datagram = behind(24, 2).zext(17);
        const to = low.trunc(48).swapBytes() as Bits;
        // To a group that a socket may be bound to: a broadcast to an address that ends in two ones, or a multicast with its group.
        const group = behind(16, 4);
        const multicast = cat(constant(25, 0x0200bc), group.trunc(23));
        const bindable = mux(to.all(), group.trunc(2).all(), to.eq(multicast as Bits).and(group.slice(31, 28).eq(14)));
        const ours = to.eq(mac as Bits).or(bindable);
        const is = {
          ends,
          length,
          tagged,
          began: mux(beats.eq(0), now, began),
          forUs: ours
            .and(mux(tagged, field(16, 2), field(12, 2)).eq(0x0800))
            .and(behind(0, 1).eq(0x45))
            .and(behind(9, 1).eq(17))
            // More fragments, or a fragment's offset.
            .and(behind(6, 1).trunc(6).or(behind(7, 1).trunc(6)).eq(0))
            .and(behind(7, 1).eq(0)),
          whole: length.zext(17).ge(tag.add(42)).and(length.le(maxFrame)),
          dead: behind(8, 1).eq(0),
          packetFits: total.ge(20).and(total.add(tag).add(14).le(length.zext(17))),
          datagramFits: datagram.ge(8).and(datagram.add(20).le(total)),
          fills: datagram.add(20).eq(total),
          withinMtu: total.le(config.mtu),
          summed: behind(26, 2).ne(0),
          payload: datagram.sub(8).trunc(16),
          localIp: behind(16, 4),
          remoteIp: behind(12, 4),
          localPort: behind(22, 2),
          remotePort: behind(20, 2),
        };
        // What is known at a frame's end, when its facts come.
        const then = Object.fromEntries(Object.entries(is).map(([name, value]) => [name, h.past(value, latency, name)])) as {
          readonly [K in keyof typeof is]: (typeof is)[K];
        };
        const { done } = dut;
        const none = facts.fault.is("NONE");
        const says = (what: Bool): Bool => done.and(what);
        h.assert("facts come for each frame, in order, six cycles after its end", done.eq(then.ends));
        h.assert("length and time are the frame's", done.implies(facts.length.eq(then.length).and(facts.timestamp.eq(then.began))));
        h.assert(
          "what is plain is UDP for us, whole and no fragment",
          says(facts.plain).implies(then.forUs.and(then.whole).and(facts.tagged.eq(then.tagged))),
        );
        const fills = then.packetFits.and(then.datagramFits).and(then.fills).and(then.withinMtu);
        h.assert("what is for a slot lives, fills its packet, and fits", says(facts.plain.and(none)).implies(then.dead.not().and(fills)));
        const end = facts.payload.zext(18).add(42).add(facts.tagged.zext(18).shl(2));
        h.assert(
          "its payload is the datagram's, and within the frame",
          says(facts.plain.and(none)).implies(facts.payload.eq(then.payload as Bits<16>).and(end.le(facts.length.zext(18)))),
        );
        const { localIp, localPort, remoteIp, remotePort } = facts.tuple;
        h.assert(
          "so is its four-tuple",
          says(facts.plain).implies(
            localIp
              .eq(then.localIp as Bits<32>)
              .and(remoteIp.eq(then.remoteIp as Bits<32>))
              .and(localPort.eq(then.localPort as Bits<16>))
              .and(remotePort.eq(then.remotePort as Bits<16>)),
          ),
        );
        // Faults, in their order; a wrong header sum may stand before those of lengths.
        const fault = (name: "TTL" | "IP_CHECKSUM" | "IP_LENGTH" | "UDP_LENGTH" | "UDP_CHECKSUM"): Bool => says(facts.fault.is(name));
        h.assert("TTL: just where it is zero", done.implies(facts.fault.is("TTL").eq(then.dead)));
        h.assert("IP_LENGTH: of a packet that is not in its frame", fault("IP_LENGTH").implies(then.packetFits.not()));
        h.assert(
          "UDP_LENGTH: of a datagram that is not in its packet",
          fault("UDP_LENGTH").implies(then.packetFits.and(then.datagramFits.not())),
        );
        h.assert(
          "UDP_CHECKSUM: only of a datagram that has one, and lies in its frame",
          fault("UDP_CHECKSUM").implies(then.summed.and(then.packetFits).and(then.datagramFits)),
        );
        h.assert(
          "a frame for us is not plain only where it is cut, too long, or a detour",
          says(then.forUs.and(then.whole).and(facts.plain.not())).implies(
            none.or(facts.fault.is("UDP_CHECKSUM")).and(then.fills.and(then.withinMtu).not()),
          ),
        );
        h.cover("a datagram for a slot", says(facts.plain.and(none)).and(then.summed));
        h.cover("one with a tag, behind another frame", says(facts.plain.and(none).and(facts.tagged)).and(h.past(done, 2)));
        for (const name of ["TTL", "IP_CHECKSUM", "IP_LENGTH", "UDP_LENGTH", "UDP_CHECKSUM"] as const)
          h.cover(`a plain frame with the fault ${name}`, fault(name).and(facts.plain));
        h.cover(
          "a detour: sound, and its datagram does not fill the packet",
          says(facts.plain.not()).and(then.forUs).and(then.fills.not()).and(none),
        );
        h.cover("a broadcast that a slot may have", says(facts.plain).and(facts.tuple.localIp.eq(0xffffffff)));
        h.cover("a frame that is too long", says(facts.plain.not()).and(then.forUs).and(then.length.gt(maxFrame)));
        h.cover("a frame that is not for us", says(facts.plain.not()).and(then.forUs.not()).and(then.whole));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "receive parser: what is for a slot is UDP for us", module: () => parserIsRight(), mode: "bmc", depth: 8 },
  { name: "receive parser: each class comes", module: () => parserIsRight(), mode: "cover", depth: 10, timeout: 600 },
];
