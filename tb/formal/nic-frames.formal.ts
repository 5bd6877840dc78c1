/** Blocks that keep frames: the store gives whole frames or nothing and loses none unasked, the reader keeps the order. */
import { array, type Bits, type Bool, bool, cat, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { checkPackets, packetStream } from "#hdl/lib/packet.ts";
import { bufferReader, readRun } from "#rtl/nic/buffer-reader.ts";
import { frameStore } from "#rtl/nic/frame-store.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const words = 4;
/** What is followed of a beat: two bits of its byte, and whether its frame ends with it. */
const entry = uint(3) as Type<Bits>;
const entryOf = (data: Bits, last: Bool): Bits => cat(last, data.slice(1, 0));

/** The store beside two queues: beats of the frame that is coming, and beats of whole frames. */
export const storeIsWhole = (drop: boolean, block = frameStore({ dataBits: 8, words, drop })) =>
  module(
    `frame_store_${drop ? "drops" : "waits"}_and_keeps_frames_whole`,
    { from: input(packetStream(8, bool)), to: output(packetStream(8)) },
    ({ from, to }, h) => {
      const dut = h.instance("dut", block, { from });
      to.connect(dut.to);
      checkPackets(h, from, "assume");
      checkPackets(h, to, "assert");
      h.ghost(() => {
        const { last, user, data } = from.payload;
        const { length, crowded } = h.registers({ length: uint(3), crowded: bool });
        // The wire may bring what is longer than the store; who waits for room must not.
        h.assume("frames are short", from.valid.and(last.not()).implies(length.lt(drop ? words + 1 : words - 1)));
        h.when(from.fire, () => length.next(mux(last, uint(3).of(0), length.add(1))));

        const { coming } = h.registers({ coming: array(entry, words) });
        const whole = new QueueModel(h, entry, words + 1, "whole");
        const ends = from.fire.and(last);
        const kept = ends.and(dut.overflowed.not()).and(dut.spoiled.not());
        const beat = entryOf(data, last);
        h.when(from.fire, () => coming.at(length.trunc(Math.log2(words))).next(beat));
        // All that is kept of a frame goes over in the cycle of its last beat.
        const all = whole.with(
          Array.from({ length: words }, (_, i) => ({
            when: kept.and(length.ge(i)),
            value: mux(length.eq(i), beat, coming.at(i)),
          })),
        );
        h.assert("a frame that is kept fits", kept.implies(length.lt(words)));
        h.assert(
          "losses are told at a frame's end, once",
          dut.overflowed.or(dut.spoiled).implies(ends).and(dut.overflowed.and(dut.spoiled).not()),
        );
        h.assert("a bad frame never stays", ends.and(user).implies(kept.not()));
        h.assert("only a bad frame is spoiled", dut.spoiled.implies(user));
        if (drop) {
          const crowds = from.fire.and(whole.count.add(length.zext(whole.count.width)).ge(words));
          h.when(from.fire, () => crowded.next(last.not().and(crowded.or(crowds))));
          h.assert("the wire is never held up", from.ready);
          h.assert("a frame is lost only where there was no room", dut.overflowed.implies(crowded.or(crowds)));
        } else h.assert("nothing is lost where the sender waits", dut.overflowed.not());

        h.assert("no beat of a frame that is not whole", to.valid.implies(whole.count.ne(0)));
        h.assert(
          "beats come out in the order in which they went in",
          to.valid.implies(entryOf(to.payload.data, to.payload.last).eq(whole.entries[0] as Bits)),
        );
        h.assert("no gap within a frame", h.past(to.fire.and(to.payload.last.not())).implies(to.valid));
        h.assert("a whole frame is offered within two cycles", h.past(whole.count.ne(0).and(to.fire.not())).implies(to.valid));
        h.cover("full", whole.count.eq(words));
        h.cover("two frames, one bad between them", to.fire.and(to.payload.last).and(h.past(dut.spoiled, 3)));
        if (drop) h.cover("a frame is lost", dut.overflowed);
        whole.take(all, to.fire);
      });
    },
  );

/** The reader at a buffer of any contents. */
export const readerKeepsOrder = (block = bufferReader(2, 2)) =>
  module(
    "buffer_reader_keeps_order",
    { contents: input(uint(8)), run: input(stream(readRun(2))), data: input(uint(2)), out: output(stream(uint(2))) },
    ({ contents, run, data, out }, h) => {
      const dut = h.instance("dut", block, { run, data });
      out.connect(dut.out);
      run.check(h, "assume");
      out.check(h, "assert");
      h.assume("the buffer keeps its contents", h.pastValid().implies(contents.eq(h.past(contents))));
      h.assume("a run has 1 to 4 words", run.valid.implies(run.payload.beats.ne(0).and(run.payload.beats.le(4))));
      const at = (address: Bits): Bits =>
        [0, 1, 2, 3].reduce<Bits>((v, i) => mux(address.eq(i), contents.slice(2 * i + 1, 2 * i) as Bits, v), uint(2).of(0) as Bits);
      h.ghost(() => {
        const { fetched } = h.registers({ fetched: uint(2) });
        h.when(dut.enable, () => fetched.next(at(dut.address) as Bits<2>));
        h.assume("the buffer answers in the next cycle", data.eq(fetched));

        // Runs as they are first offered, and the words given of the oldest.
        const { fresh, given } = h.registers({ fresh: bool.reset(1), given: uint(3) });
        h.when(run.valid, () => fresh.next(run.fire));
        const model = new QueueModel(h, uint(5) as Type<Bits>, 3);
        const all = model.with([{ when: run.valid.and(fresh), value: cat(run.payload.beats, run.payload.start) }]);
        const oldest = model.entries[0] as Bits;
        const ends = given.add(1).eq(oldest.slice(4, 2) as Bits<3>);
        h.assert("no word is made up", out.valid.implies(model.count.ne(0)));
        h.assert("words come in order", out.valid.implies(out.payload.eq(at(oldest.slice(1, 0).add(given.trunc(2))) as Bits<2>)));
        h.assert("no gap while there is a run and room", h.past(run.valid.and(out.valid.not().or(out.ready))).implies(out.valid));
        h.assert("never more than two runs at once", model.count.le(2));
        h.when(out.fire, () => given.next(mux(ends, uint(3).of(0), given.add(1))));
        h.cover(
          "two runs, the second one long",
          out.fire
            .and(ends)
            .and(given.eq(3))
            .and(h.past(given.eq(0), 4)),
        );
        model.take(all, out.fire.and(ends) as Bool);
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  ...[true, false].flatMap((drop): FormalTask[] => [
    { name: `frame store, ${drop ? "drops" : "waits"}: whole frames or nothing`, module: () => storeIsWhole(drop), mode: "bmc", depth: 10 },
    { name: `frame store, ${drop ? "drops" : "waits"}: frames pass`, module: () => storeIsWhole(drop), mode: "cover", depth: 12 },
  ]),
  { name: "buffer reader: keeps order", module: () => readerKeepsOrder(), mode: "bmc", depth: 16 },
  { name: "buffer reader: runs pass", module: () => readerKeepsOrder(), mode: "cover", depth: 12 },
];
