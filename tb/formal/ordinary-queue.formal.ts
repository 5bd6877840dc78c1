/**
 * Indices of an ordinary queue never pass each other: no descriptor is read or given that was not offered, none of a read
 * that failed, each with its own number; completions are written in order, once, to places whose owner has given them up,
 * and count when memory has answered.
 */
import { array, type Bits, bool, cat, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { popcount } from "#hdl/lib/bits.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { ordinaryCompletions } from "#rtl/nic/ordinary-completions.ts";
import { fetchedDescriptor, ordinaryFetch } from "#rtl/nic/ordinary-fetch.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { checkBurst, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const ids = small.dmaInFlight;
/** Entries of the rings. */
const size = 8;

export const fetchesWhatIsOffered = (block = ordinaryFetch(small, 8)) =>
  module(
    "ordinary_fetch_reads_what_is_offered",
    {
      runs: input(bool),
      doorbell: input(bool),
      doorbellIndex: input(uint(16)),
      r: input(stream(readBeat(small))),
      ar: output(stream(addressBeat(small))),
      out: output(stream(fetchedDescriptor)),
    },
    ({ runs, doorbell, doorbellIndex, r, ar, out }, h) => {
      const dut = h.instance("dut", block, { begins: 0, runs, base: 0, size, doorbell, doorbellIndex, r });
      ar.connect(dut.ar);
      out.connect(dut.out);
      checkBurst(h, ar);
      r.check(h, "assume");
      h.ghost(() => {
        // The driver may offer anything; the model takes what is possible.
        const { offered, told, stopped } = h.registers({ offered: uint(16), told: uint(16), stopped: bool });
        const { malformed, failed, fetched } = dut;
        h.assume("a queue that has stopped stays so", runs.implies(stopped.not()));
        h.when(malformed.or(failed).or(h.pastValid().and(h.past(runs)).and(runs.not())), () => stopped.next(1));
        const ahead = doorbellIndex.sub(fetched);
        const rings = runs.and(doorbell);
        const fits = ahead.le(size).and(ahead.ge(offered.sub(fetched)));
        h.assert("an index is refused where it goes back or beyond the ring, and only there", malformed.eq(rings.and(fits.not())));
        h.when(rings.and(fits), () => offered.next(doorbellIndex));
        h.assert("no more is asked for than was offered", offered.sub(fetched).le(size));
        h.assert("producer is the last index that was taken", dut.producer.eq(offered));

        // Memory: each descriptor holds its own address; bursts of two words at most.
        const { asked, at, left } = h.registers({ asked: array(bool, ids), at: array(uint(7), ids), left: array(uint(2), ids) });
        const { id } = r.payload;
        h.assert("an ID is free when it is used", ar.valid.implies(asked.at(ar.payload.id).not()));
        h.assert("reads stay in the ring", ar.valid.implies(ar.payload.address.lt(16 * size)));
        h.assume("memory answers what it was asked", r.valid.implies(asked.at(id).and(r.payload.last.eq(left.at(id).eq(1)))));
        const low = at.at(id).zext(128);
        h.assume("memory holds addresses", r.payload.data.eq(cat(low.add(16), low) as never));
        h.when(r.fire, () => {
          at.at(id).next(at.at(id).add(32));
          left.at(id).next(left.at(id).sub(1));
          h.when(r.payload.last, () => asked.at(id).next(0));
        });
        h.when(ar.fire, () => {
          asked.at(ar.payload.id).next(1);
          at.at(ar.payload.id).next(ar.payload.address.trunc(7) as Bits<7>);
          left.at(ar.payload.id).next(ar.payload.length.trunc(2).add(1) as Bits<2>);
        });
        // What leaves.
        h.when(out.fire, () => told.next(told.add(1)));
        h.assert("a descriptor leaves that was offered", out.valid.implies(told.sub(offered).bit(15).and(runs)));
        h.assert("with its number", out.valid.implies(out.payload.index.eq(told)));
        h.assert("from its place in the ring", out.valid.implies(out.payload.bits.eq(told.trunc(3).zext(128).shl(4) as never)));
        const { refused } = h.registers({ /** Descriptors of lines that came before the first that failed. */ refused: bool });
        h.when(r.fire.and(r.payload.response.bit(1)), () => refused.next(1));
        h.assert("nothing fails without a reason", failed.implies(refused));
        h.cover("a descriptor of the second line leaves", out.fire.and(told.eq(4)));
        h.cover("a read fails", failed);
      });
    },
  );

/** `answered`: completions in bursts that memory has answered well. */
export const completionsAreWrittenOnce = (block = ordinaryCompletions(small)) =>
  module(
    "ordinary_completions_are_written_once",
    {
      discards: input(bool),
      from: input(stream(uint(64))),
      consumes: input(bool),
      consumedIndex: input(uint(16)),
      b: input(stream(responseBeat(small))),
      aw: output(stream(addressBeat(small))),
      w: output(stream(writeBeat(small))),
    },
    ({ discards, from, consumes, consumedIndex, b, aw, w }, h) => {
      const dut = h.instance("dut", block, { begins: 0, discards, base: 0, size, from, consumes, consumedIndex, b });
      aw.connect(dut.aw);
      w.connect(dut.w);
      checkBurst(h, aw);
      w.check(h, "assert");
      for (const s of [from, b]) s.check(h, "assume");
      h.assume("the queue does not end", discards.not());
      h.assume("small completions", from.payload.slice(63, 2).eq(0));
      h.ghost(() => {
        const { given, written, consumed } = h.registers({ given: uint(16), written: uint(16), consumed: uint(16) });
        const fits = given.sub(consumedIndex).le(given.sub(consumed));
        h.assert("an index is refused where it goes back or ahead of all, and only there", dut.malformed.eq(consumes.and(fits.not())));
        h.when(consumes.and(fits), () => consumed.next(consumedIndex));
        h.when(from.fire, () => given.next(given.add(1)));
        h.assert("nothing is taken that has no place", from.fire.implies(given.sub(consumed).lt(size)));
        h.assert("writes stay in the ring", aw.valid.implies(aw.payload.address.lt(8 * size)));

        // Where each burst's words go, and what they are: the completions in order, each with its phase.
        const places = new QueueModel(h, uint(2) as Type<Bits>, 3, "places");
        const model = new QueueModel(h, uint(2) as Type<Bits>, 10, "model");
        const bursts = places.with([{ when: aw.fire, value: aw.payload.address.slice(5, 4) as Bits }]);
        const { beat } = h.registers({ beat: uint(1) });
        const word = bursts.entries[0] as Bits;
        const lanes = Array.from({ length: 4 }, (_, i) => w.payload.strobe.slice(8 * i + 7, 8 * i));
        const used = lanes.map((l) => l.eq(255));
        h.assert("whole completions", w.valid.implies(lanes.map((l) => l.eq(255).or(l.eq(0))).reduce((x, y) => x.and(y))));
        h.assert("data follows its address", w.valid.implies(bursts.count.ne(0)));
        const rank = (i: number): Bits => used.slice(0, i).reduce<Bits>((n, u) => n.add(u.zext(3)), uint(3).of(0) as Bits);
        for (const [i, u] of used.entries()) {
          const number = written.add(rank(i).zext(16));
          const entry = [0, 1, 2, 3].reduce<Bits>(
            (v, k) => mux(rank(i).eq(k), model.entries[k] as Bits, v as never),
            model.entries[0] as Bits,
          );
          const lane = w.payload.data.slice(64 * i + 63, 64 * i);
          const stands = w.valid.and(u);
          h.assert(`lane ${i} holds one that was given`, stands.implies(model.count.gt(rank(i).zext(model.count.width))));
          h.assert(
            `lane ${i} holds the next one`,
            stands.implies(
              lane
                .slice(1, 0)
                .eq(entry as never)
                .and(lane.slice(62, 2).eq(0)),
            ),
          );
          h.assert(`lane ${i} has the phase of its pass`, stands.implies(lane.bit(63).eq(number.bit(3).not())));
          // A line of eight: bit 1 of the burst's first word and the beat say which half.
          h.assert(`lane ${i} is its place`, stands.implies(number.trunc(3).eq(cat(word.bit(1).xor(beat), uint(2).of(i)) as never)));
          // A driver may have given places up before it could see what was written there.
          h.assert(`lane ${i} is not the driver's`, stands.implies(number.sub(consumed).lt(size).or(number.sub(consumed).bit(15))));
        }
        const now = popcount(cat(...used));
        const entries = model.with([{ when: from.fire, value: from.payload.trunc(2) as Bits }]);
        model.take(entries, mux(w.fire, now as Bits, uint(now.width).of(0) as never).trunc(3) as Bits);
        h.when(w.fire, () => {
          written.next(written.add(now.zext(16)));
          beat.next(mux(w.payload.last, uint(1).of(0), beat.add(1)));
        });
        places.take(bursts, w.fire.and(w.payload.last));

        // What memory has answered, by ID.
        const { open, held, filling, answered } = h.registers({
          open: array(bool, ids),
          held: array(uint(4), ids),
          filling: uint(1),
          answered: uint(16),
        });
        const { filled } = h.registers({ filled: array(bool, ids) });
        const { id } = b.payload;
        h.assume("memory answers what it has", b.valid.implies(open.at(id).and(filled.at(id))));
        h.when(b.fire, () => {
          open.at(id).next(0);
          filled.at(id).next(0);
          h.when(b.payload.response.bit(1).not(), () => answered.next(answered.add(held.at(id).zext(16))));
        });
        h.when(aw.fire, () => {
          open.at(aw.payload.id).next(1);
          held.at(aw.payload.id).next(0);
        });
        h.when(w.fire, () => {
          held.at(filling).next(held.at(filling).add(now.zext(4)));
          h.when(w.payload.last, () => {
            filled.at(filling).next(1);
            filling.next(filling.add(1));
          });
        });
        h.assert("what counts was answered", dut.completed.le(answered));
        h.assert("what was answered was given", answered.le(written).and(written.le(given)));
        h.assert(
          "pending is what counts and was not consumed",
          dut.pending.eq(mux(dut.completed.lt(consumed), uint(16).of(0), dut.completed.sub(consumed))),
        );
        h.cover("two in one burst", w.fire.and(now.eq(2)));
        h.cover("all counted", dut.completed.eq(2).and(given.eq(2)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "ordinary fetch: what was offered, in order", module: () => fetchesWhatIsOffered(), mode: "bmc", depth: 8 },
  { name: "ordinary fetch: two lines, a failure", module: () => fetchesWhatIsOffered(), mode: "cover", depth: 16 },
  { name: "ordinary completions: in order, once, answered", module: () => completionsAreWrittenOnce(), mode: "bmc", depth: 9 },
  { name: "ordinary completions: counted", module: () => completionsAreWrittenOnce(), mode: "cover", depth: 16 },
];
