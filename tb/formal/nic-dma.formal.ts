/**
 * DMA: both engines keep AXI4 (what is offered stays; a burst is one line of whole bus words; no ID twice in flight), move
 * every word of a job in order, and say that a job is over, or has failed, when memory has said so of all its bursts.
 */
import { array, type Bits, type Bool, type Builder, bool, cat, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { alignedBeat } from "#rtl/nic/aligner.ts";
import { dmaRead, fetchedBeat, readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, dmaWrite, responseBeat, ringJob, writeBeat } from "#rtl/nic/dma-write.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { assumeJob, busBytes, checkBurst, checkInRing, chosen, jobWords, small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const ids = small.dmaInFlight;
const entry = uint(8) as Type<Bits>;

/** Jobs counted as their last burst is asked for, and of one of them, whichever: bursts without answer, and errors. */
const followJob = (
  h: Builder,
  s: {
    readonly picked: Bits;
    /** A burst is asked for; it is its job's last. */
    readonly asked: Bool;
    readonly ends: Bool;
    readonly id: Bits;
    /** A burst's last answer; any answer, and it is an error. */
    readonly answered: Bool;
    readonly refused: Bool;
    readonly answerId: Bits;
  },
) => {
  const { number, open, bad } = h.registers({ number: uint(3), open: uint(4), bad: bool });
  const { mine } = h.registers({ /** The burst of this ID is the job's that is followed. */ mine: array(bool, ids) });
  const asks = s.asked.and(number.eq(s.picked as Bits<3>));
  const answers = s.answered.and(mine.at(s.answerId));
  h.when(s.asked, () => mine.at(s.id).next(asks));
  h.when(s.ends, () => number.next(number.add(1)));
  open.next(open.add(asks.zext(4)).sub(answers.zext(4)));
  h.when(s.refused.and(mine.at(s.answerId)), () => bad.next(1));
  return { asked: number.gt(s.picked as Bits<3>), open, bad };
};
/** Number of the job that is given, of no more than eight in a proof. */
const counted = (h: Builder, name: string, done: Bool): Bits => {
  const { [name]: number } = h.registers({ [name]: uint(3) }) as Record<string, Bits>;
  h.when(done, () => (number as Bits).next((number as Bits).add(1)));
  return number as Bits;
};

export const writesKeepProtocol = (block = dmaWrite(small)) =>
  module(
    "dma_write_keeps_the_protocol",
    {
      picked: input(uint(3)),
      job: input(stream(ringJob(small))),
      data: input(stream(alignedBeat(busBytes))),
      aw: output(stream(addressBeat(small))),
      w: output(stream(writeBeat(small))),
      b: input(stream(responseBeat(small))),
      done: output(stream(bool)),
    },
    ({ picked, job, data, aw, w, b, done }, h) => {
      const dut = h.instance("dut", block, { job, data, b });
      aw.connect(dut.aw);
      w.connect(dut.w);
      done.connect(dut.done);
      assumeJob(h, job);
      for (const s of [data, b]) s.check(h, "assume");
      checkBurst(h, aw);
      checkInRing(h, aw, job.payload);
      for (const s of [w, done]) s.check(h, "assert");
      chosen(h, picked, "picked");
      h.ghost(() => {
        // Data of a job that has been offered, as many beats as its bytes touch.
        const { fresh, taken } = h.registers({ fresh: bool.reset(1), taken: uint(8) });
        h.when(job.valid, () => fresh.next(job.fire));
        const waiting = new QueueModel(h, entry, 4, "waiting");
        const now = waiting.with([{ when: job.valid.and(fresh), value: jobWords(job.payload) }]);
        const ends = taken.add(1).eq(now.entries[0] as Bits<8>);
        h.assume("few jobs wait for data", waiting.count.lt(4));
        h.assume("data belongs to a job", data.valid.implies(now.count.ne(0)));
        h.assume("last comes with a job's last beat", data.valid.implies(data.payload.last.eq(ends)));
        h.when(data.fire, () => taken.next(mux(ends, uint(8).of(0), taken.add(1))));
        waiting.take(now, data.fire.and(ends));

        // Bursts that are asked for, in the order in which their data goes.
        const { sent, asked, filled } = h.registers({ sent: uint(8), asked: array(bool, ids), filled: array(bool, ids) });
        const { filling } = h.registers({ filling: uint(1) });
        const lengths = new QueueModel(h, entry, 4, "lengths");
        const bursts = lengths.with([{ when: aw.fire, value: aw.payload.length }]);
        h.assert("no data before its address", w.valid.implies(bursts.count.ne(0)));
        h.assert("last with a burst's last beat", w.valid.implies(w.payload.last.eq(sent.eq(bursts.entries[0] as Bits<8>))));
        h.when(w.fire, () => sent.next(mux(w.payload.last, uint(8).of(0), sent.add(1))));
        lengths.take(bursts, w.fire.and(w.payload.last));
        h.assert("an ID is free when it is used", aw.valid.implies(asked.at(aw.payload.id).not()));
        h.assume(
          "memory answers what it was asked, when it has the data",
          b.valid.implies(asked.at(b.payload.id).and(filled.at(b.payload.id))),
        );
        h.when(b.fire, () => {
          asked.at(b.payload.id).next(0);
          filled.at(b.payload.id).next(0);
        });
        h.when(aw.fire, () => asked.at(aw.payload.id).next(1));
        h.when(w.fire.and(w.payload.last), () => {
          filled.at(filling).next(1);
          filling.next(filling.add(1));
        });

        const error = b.payload.response.bit(1);
        const follow = followJob(h, {
          picked,
          asked: aw.fire,
          ends: job.fire,
          id: aw.payload.id,
          answered: b.fire,
          refused: b.fire.and(error),
          answerId: b.payload.id,
        });
        const mine = done.valid.and(counted(h, "finished", done.fire).eq(picked));
        h.assert("a job is done when all of its bursts were asked for and answered", mine.implies(follow.asked.and(follow.open.eq(0))));
        h.assert("a job has failed where memory refused a burst of it, and only there", mine.implies(done.payload.eq(follow.bad)));
        h.cover(
          "a job of two bursts fails",
          done.fire
            .and(done.payload)
            .and(picked.eq(0))
            .and(mine)
            .and(h.past(follow.open.eq(2), 3)),
        );
        h.cover("answers come in the other order", b.fire.and(h.past(b.fire)).and(b.payload.id.eq(0)).and(h.past(b.payload.id).eq(1)));
      });
    },
  );

export const readsKeepProtocol = (block = dmaRead(small)) =>
  module(
    "dma_read_keeps_the_protocol",
    {
      picked: input(uint(3)),
      job: input(stream(ringJob(small))),
      ar: output(stream(addressBeat(small))),
      r: input(stream(readBeat(small))),
      out: output(stream(fetchedBeat(small))),
    },
    ({ picked, job, ar, r, out }, h) => {
      const dut = h.instance("dut", block, { job, r });
      ar.connect(dut.ar);
      out.connect(dut.out);
      assumeJob(h, job);
      r.check(h, "assume");
      checkBurst(h, ar);
      checkInRing(h, ar, job.payload);
      out.check(h, "assert");
      chosen(h, picked, "picked");
      h.ghost(() => {
        // Memory: answers bursts in any order and interleaved; each word holds its address.
        const { asked, at, left } = h.registers({ asked: array(bool, ids), at: array(uint(3), ids), left: array(uint(2), ids) });
        const { id } = r.payload;
        const lastBeat = left.at(id).eq(1);
        h.assert("an ID is free when it is used", ar.valid.implies(asked.at(ar.payload.id).not()));
        h.assume("memory answers what it was asked", r.valid.implies(asked.at(id).and(r.payload.last.eq(lastBeat))));
        h.assume("memory holds addresses", r.payload.data.eq(at.at(id).zext(small.busBits)));
        h.when(r.fire, () => {
          at.at(id).next(at.at(id).add(1));
          left.at(id).next(left.at(id).sub(1));
          h.when(lastBeat, () => asked.at(id).next(0));
        });
        h.when(ar.fire, () => {
          asked.at(ar.payload.id).next(1);
          at.at(ar.payload.id).next(ar.payload.address.slice(7, 5) as Bits<3>);
          left.at(ar.payload.id).next(ar.payload.length.trunc(2).add(1) as Bits<2>);
        });

        // What leaves: the words of the jobs, around the ring's end, in order.
        const { fresh, given } = h.registers({ fresh: bool.reset(1), given: uint(3) });
        h.when(job.valid, () => fresh.next(job.fire));
        const model = new QueueModel(h, uint(10) as Type<Bits>, 4);
        const { base, offset, mask } = job.payload;
        const value = cat(base.bit(6), mask.bit(6), offset.slice(6, 5), jobWords(job.payload).trunc(6));
        const all = model.with([{ when: job.valid.and(fresh), value }]);
        const oldest = all.entries[0] as Bits;
        // Word of the ring; a ring of one line stays in it.
        const word = oldest.slice(7, 6).add(given.trunc(2));
        const inRing = mux(oldest.bit(8), word, word.and(1));
        const line = inRing.zext(3).add(oldest.bit(9).zext(3).shl(1));
        h.assume("few jobs wait", model.count.lt(4));
        h.assert("no word is made up", out.valid.implies(all.count.ne(0)));
        h.assert("words come in order", out.valid.implies(out.payload.data.trunc(2).eq(line.trunc(2))));
        const ends = given.zext(6).add(1).eq(oldest.slice(5, 0));
        h.assert("last comes with a job's last word", out.valid.implies(out.payload.last.eq(ends)));
        h.when(out.fire, () => given.next(mux(ends, uint(3).of(0), given.add(1))));
        model.take(all, out.fire.and(ends));

        const follow = followJob(h, {
          picked,
          asked: ar.fire,
          ends: job.fire,
          id: ar.payload.id,
          answered: r.fire.and(r.payload.last),
          refused: r.fire.and(r.payload.response.bit(1)),
          answerId: id,
        });
        const over = out.valid.and(out.payload.last);
        const mine = over.and(counted(h, "finished", out.fire.and(out.payload.last)).eq(picked));
        h.assert("a job ends when all of its bursts were asked for and answered", mine.implies(follow.asked.and(follow.open.eq(0))));
        h.assert("a job has failed where memory refused a word of it, and only there", mine.implies(out.payload.failed.eq(follow.bad)));
        h.assert("nothing fails before its end", out.valid.and(out.payload.failed).implies(out.payload.last));
        h.cover("a job around the ring's end fails", out.fire.and(out.payload.failed).and(given.eq(2)));
        h.cover("lines come in the other order", r.fire.and(id.eq(1)).and(asked.at(uint(1).of(0)).and(left.at(uint(1).of(0)).eq(2))));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "dma write: protocol, completions", module: () => writesKeepProtocol(), mode: "bmc", depth: 7 },
  { name: "dma write: fails, answers out of order", module: () => writesKeepProtocol(), mode: "cover", depth: 14 },
  { name: "dma read: protocol, order, errors", module: () => readsKeepProtocol(), mode: "bmc", depth: 6 },
  { name: "dma read: fails, answers out of order", module: () => readsKeepProtocol(), mode: "cover", depth: 14 },
];
