/**
 * The receive buffer, at a parser that knows lengths alone (nic-parser.formal.ts has the rest): the wire is never held up, a
 * frame is there whole or is told as lost, for a reason, and the words of a frame that is there stay until they are given
 * back. That the 64 records can run out is left to simulation.
 */
import { array, type Bits, type Bool, bool, cat, constant, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { atMostOne, maskCount } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { checkPackets, packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { frameRecord, rxIngress } from "#rtl/udp/rx-ingress.ts";
import { frameFacts } from "#rtl/udp/rx-parse.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { withInstance } from "../rtl/with-instance.ts";
import { small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

/** Four words of eight bytes each; a frame of more than three words is too long. */
const words = 4,
  longest = 3;
const config = { ...small, busBits: 64, wireBits: 64, rxBuffer: 8 * words, mtu: 8 * longest - 18 };
/** Cycles from a frame's last beat to its facts. */
const latency = 6;

/** What the receive buffer sees of the parser: a frame's length, as late as the parser tells it. */
const lengths = module(
  "lengths_alone",
  {
    beat: input(packetBeat(config.busBits)),
    valid: input(bool),
    mac: input(uint(48)),
    now: input(uint(64)),
    facts: output(frameFacts),
    done: output(bool),
  },
  ({ beat, valid, facts, done }, h) => {
    const { earlier } = h.registers({ earlier: uint(3) });
    h.when(valid, () => earlier.next(mux(beat.last, uint(3).of(0), earlier.add(1))));
    let ends: Bits = valid.and(beat.last),
      known: Bits = cat(earlier, constant(3, 0)).add(maskCount(beat.keep).zext(6));
    for (let i = 1; i <= latency; i++) {
      const stage = h.registers({ [`ends${i}`]: bool, [`known${i}`]: uint(6) }) as Record<string, Bits>;
      (stage[`ends${i}`] as Bits).next(ends);
      (stage[`known${i}`] as Bits).next(known);
      ends = stage[`ends${i}`] as Bits;
      known = stage[`known${i}`] as Bits;
    }
    done.drive(ends as Bool);
    facts.drive(frameFacts.with(frameFacts.fromBits(constant(frameFacts.width, 0)), { length: known.zext(16) as Bits<16> }));
  },
);

/** The buffer with that parser, and with a queue for as many records as there are words. */
const ingress = withInstance(withInstance(rxIngress(config), "parse", lengths), "queue", fifo(frameRecord(config), words));

export const framesAreWhole = (block = ingress) =>
  module(
    "received_frames_are_whole_or_lost",
    {
      wire: input(packetStream(config.busBits, bool)),
      enable: input(bool),
      readAddress: input(uint(2)),
      readEnable: input(bool),
      freed: input(bool),
      freedBeats: input(uint(3)),
      frames: output(stream(frameRecord(config))),
    },
    ({ wire, enable, readAddress, readEnable, freed, freedBeats, frames }, h) => {
      const taken = new QueueModel(h, uint(3) as Type<Bits>, 4, "taken");
      const given = { mac: constant(48, 0), now: constant(64, 0) };
      const dut = h.instance("dut", block, { wire, ...given, enable, readAddress, readEnable, freed, freedBeats });
      frames.connect(dut.frames);
      checkPackets(h, wire, "assume");
      frames.check(h, "assert");
      h.ghost(() => {
        const { valid } = wire;
        const { last, user, data } = wire.payload;
        h.assume(
          "frames that were taken are given back, oldest first",
          freed.implies(taken.count.ne(0).and(freedBeats.eq(taken.entries[0] as Bits<3>))),
        );
        h.assert("the wire is never held up", wire.ready);

        // What should be in the buffer: words of frames that are kept, then those of the frame that comes.
        const { held, coming, start, oldest, out } = h.registers({
          held: uint(3),
          coming: uint(3),
          start: uint(2),
          oldest: uint(2),
          out: uint(3),
        });
        const { underway, off, crowded, length } = h.registers({ underway: bool, off: bool, crowded: bool, length: uint(3) });
        const { memory } = h.registers({ memory: array(uint(2), words) });
        const mine = valid.and(mux(underway, off, enable.not()).not());
        const full = held.add(coming).eq(words);
        const crowds = crowded.or(full);
        const ends = mine.and(last);
        const kept = ends.and(crowds.not()).and(user.not());
        h.assume("frames are short", valid.and(last.not()).implies(length.lt(words)));
        h.when(valid, () => {
          underway.next(last.not());
          h.when(underway.not(), () => off.next(enable.not()));
        });
        h.when(mine, () => {
          length.next(mux(last, uint(3).of(0), length.add(1)));
          crowded.next(crowds.and(last.not()));
          h.when(crowds.not(), () => memory.at(start.add(coming.trunc(2))).next(data.trunc(2)));
          coming.next(mux(last, uint(3).of(0), coming.add(crowds.not().zext(3))));
        });
        const whole = coming.add(1);
        h.when(kept, () => start.next(start.add(whole.trunc(2))));
        const zero = uint(3).of(0);
        const back = mux(freed, freedBeats, zero);
        held.next(held.add(mux(kept, whole, zero)).sub(back));
        h.when(freed, () => oldest.next(oldest.add(freedBeats.trunc(2))));

        // What becomes of each frame is told when its facts are known.
        const then = (value: Bool): Bool => h.past(value, latency);
        const { seen, overflow, spoiled, oversize } = dut;
        const long = length.add(1).gt(longest);
        h.assert("each frame is counted once, six cycles after its end", seen.eq(then(ends)));
        h.assert("one reason for a loss", atMostOne(cat(overflow, spoiled, oversize)));
        h.assert("spoiled: what the wire says is bad", spoiled.eq(then(ends.and(user))));
        h.assert("oversize: what is too long", oversize.eq(then(ends.and(user.not()).and(long))));
        h.assert("overflow: what found no room", overflow.eq(then(ends.and(user.not()).and(long.not()).and(crowds))));

        // Records of what was kept, in order.
        const records = new QueueModel(h, uint(5) as Type<Bits>, words, "records");
        const all = records.with([{ when: kept, value: cat(start, whole) }]);
        const { facts, beats } = frames.payload;
        h.assert("no record is made up", frames.valid.implies(records.count.ne(0)));
        h.assert(
          "a record is of the oldest frame: where it is, and all of it",
          frames.valid.implies(
            cat(frames.payload.start, beats)
              .eq(records.entries[0] as Bits<5>)
              .and(facts.length.add(7).shr(3).eq(beats.zext(16))),
          ),
        );
        records.take(all, frames.fire);
        const { known } = h.registers({ known: uint(3) });
        known.next(known.add(then(kept).zext(3)).sub(frames.fire.zext(3)));
        h.assert("a frame whose facts are known is there", known.ne(0).implies(frames.valid));

        // The bus side: what was taken and not given back holds the frames' words.
        taken.take(taken.with([{ when: frames.fire, value: beats }]), freed);
        out.next(out.add(mux(frames.fire, beats, zero)).sub(back));
        const looks = readEnable.and(readAddress.sub(oldest).zext(3).lt(out));
        h.assert(
          "a word of a frame that was taken is as it came",
          h.past(looks).implies(dut.readData.trunc(2).eq(h.past(memory.at(readAddress)))),
        );
        h.cover("the buffer is full, of frames that were taken", out.eq(words));
        h.cover("a frame goes round the buffer's end, and is read", h.past(looks).and(oldest.eq(3)).and(freedBeats.gt(1)));
        h.cover("a frame is lost for want of room", overflow);
        h.cover("one is too long, and kept", frames.fire.and(facts.length.gt(8 * longest)));
        h.cover("one came while the receiver was off, and then one that is kept", kept.and(h.past(valid.and(last).and(mine.not()))));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "receive buffer: whole frames or a counted loss", module: () => framesAreWhole(), mode: "bmc", depth: 11 },
  { name: "receive buffer: frames pass, fill it, are lost", module: () => framesAreWhole(), mode: "cover", depth: 14 },
];
