/**
 * Writes runs of bytes into rings: bursts of one line, a rotating ID each, as many in flight as there are IDs, answers in
 * any order, completions in the order of the jobs. Data comes already in the ring's alignment.
 */
import { array, bool, input, module, mux, output, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { alignedBeat } from "#rtl/nic/aligner.ts";

/** A run of bytes in a ring: from `offset` on, wrapping where `mask` ends. At least one byte. */
export const ringJob = (c: Config) =>
  struct(
    { base: uint(64), offset: uint(derived(c).pointerBits), mask: uint(derived(c).pointerBits), bytes: uint(16) },
    `ring_job_${derived(c).pointerBits}`,
  );
export const idBits = (c: Config): number => Math.log2(c.dmaInFlight);
export const addressBeat = (c: Config) => struct({ address: uint(64), length: uint(8), id: uint(idBits(c)) }, `address_i${idBits(c)}`);
export const writeBeat = (c: Config) => struct({ data: uint(c.busBits), strobe: uint(c.busBits / 8), last: bool }, `write${c.busBits}`);
export const responseBeat = (c: Config) => struct({ id: uint(idBits(c)), response: uint(2) }, `response_i${idBits(c)}`);

export const dmaWrite = (c: Config) => {
  const { busBytes, pointerBits } = derived(c);
  const ids = c.dmaInFlight,
    idWidth = idBits(c);
  const shift = Math.log2(busBytes),
    beatBits = Math.max(1, Math.log2(lineBytes / busBytes));
  return module(
    `dma_write_${c.busBits}_p${pointerBits}_i${ids}`,
    {
      job: input(stream(ringJob(c))),
      data: input(stream(alignedBeat(busBytes))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      /** One per job, in order: 1 where any of its bursts was answered with an error. */
      done: output(stream(bool)),
    },
    ({ job, data, aw, w, b, done }, h) => {
      const { moved } = h.registers({ moved: uint(16) });
      const { issue, retire } = h.registers({ issue: uint(idWidth), retire: uint(idWidth) });
      const { busy, answered, failed, ends } = h.registers({
        busy: array(bool, ids),
        answered: array(bool, ids),
        failed: array(bool, ids),
        ends: array(bool, ids).noReset(),
      });

      // One burst: what is left of the job in this line.
      const { at, left } = h.nets({
        at: job.payload.offset.add(moved.trunc(Math.min(16, pointerBits)).zext(pointerBits)).and(job.payload.mask),
        left: job.payload.bytes.sub(moved),
      });
      const { in_line } = h.nets({ in_line: at.trunc(6) });
      const room = in_line.zext(7).neg().add(lineBytes);
      const { chunk } = h.nets({ chunk: mux(left.lt(room.zext(16)), left, room.zext(16)) });
      const { last_burst } = h.nets({ last_burst: chunk.eq(left) });
      const lastByte = in_line.zext(7).add(chunk.trunc(7)).sub(1);
      const beatsMinusOne = lineBytes === busBytes ? uint(1).of(0) : lastByte.slice(5, shift).sub(in_line.slice(5, shift));
      const burst = uint(beatBits);
      // What the data side must know of each burst: its last beat, and whether the job ends with it.
      const beats = h.instance("beats", fifo(struct({ last: burst, ends: bool }, `burst_${beatBits}`), ids));

      aw.valid.drive(job.valid.and(busy.at(issue).not()).and(beats.push.ready));
      aw.payload.drive({
        address: job.payload.base.add(at.zext(64).and(~BigInt(busBytes - 1) & ((1n << 64n) - 1n))),
        length: beatsMinusOne.zext(8),
        id: issue,
      });
      beats.push.valid.drive(aw.fire);
      beats.push.payload.drive({ last: beatsMinusOne, ends: last_burst });
      job.ready.drive(aw.fire.and(last_burst));

      // Data follows the addresses, burst by burst.
      const { sent } = h.registers({ sent: burst });
      const { burst_end } = h.nets({ burst_end: sent.eq(beats.pop.payload.last) });
      w.valid.drive(data.valid.and(beats.pop.valid));
      w.payload.drive({ data: data.payload.data, strobe: data.payload.strobe, last: burst_end });
      data.ready.drive(w.ready.and(beats.pop.valid));
      beats.pop.ready.drive(w.fire.and(burst_end));
      h.when(w.fire, () => sent.next(mux(burst_end, burst.of(0), sent.add(1))));

      // Answers come in any order; bursts retire in the order they were asked for.
      b.ready.drive(1);
      const { bad } = h.registers({ bad: bool });
      const { retires } = h.nets({ retires: busy.at(retire).and(answered.at(retire)).and(ends.at(retire).not().or(done.ready)) });
      const { failing } = h.nets({ failing: bad.or(failed.at(retire)) });
      done.valid.drive(busy.at(retire).and(answered.at(retire)).and(ends.at(retire)));
      done.payload.drive(failing);
      h.when(retires, () => {
        busy.at(retire).next(0);
        answered.at(retire).next(0);
        retire.next(retire.add(1));
        bad.next(failing.and(ends.at(retire).not()));
      });
      h.when(b.fire, () => {
        answered.at(b.payload.id).next(1);
        failed.at(b.payload.id).next(b.payload.response.bit(1));
      });
      h.when(aw.fire, () => {
        busy.at(issue).next(1);
        ends.at(issue).next(last_burst);
        issue.next(issue.add(1));
        moved.next(mux(last_burst, uint(16).of(0), moved.add(chunk)));
      });
      h.assert("a job's data ends with its last burst", w.fire.implies(data.payload.last.eq(burst_end.and(beats.pop.payload.ends))));
      h.assert("an answer belongs to a burst in flight", b.fire.implies(busy.at(b.payload.id)));
    },
  );
};
