/**
 * Reads runs of bytes from rings: bursts of one line, a rotating ID each, lines put back in order in a small buffer. Gives
 * the ring's own alignment: the first beat is the bus word that holds the first byte.
 */
import { array, bool, cat, input, module, mux, output, stream, struct, uint } from "#hdl";
import { type Config, lineBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { addressBeat, idBits, ringJob } from "#rtl/nic/dma-write.ts";

export const readBeat = (c: Config) =>
  struct({ id: uint(idBits(c)), data: uint(c.busBits), response: uint(2), last: bool }, `read${c.busBits}_i${idBits(c)}`);
/** A beat of a job; `failed` comes with its last beat and tells of an error anywhere in the job. */
export const fetchedBeat = (c: Config) => struct({ data: uint(c.busBits), last: bool, failed: bool }, `fetched${c.busBits}`);

export const dmaRead = (c: Config) => {
  const { busBytes, pointerBits } = derived(c);
  const ids = c.dmaInFlight,
    idWidth = idBits(c);
  const shift = Math.log2(busBytes),
    lineBeats = lineBytes / busBytes,
    beatBits = Math.max(1, Math.log2(lineBeats)),
    countBits = Math.log2(lineBeats) + 1;
  return module(
    `dma_read_${c.busBits}_p${pointerBits}_i${ids}`,
    {
      job: input(stream(ringJob(c))),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      out: output(stream(fetchedBeat(c))),
    },
    ({ job, ar, r, out }, h) => {
      const { moved } = h.registers({ moved: uint(16) });
      const { issue, deliver } = h.registers({ issue: uint(idWidth), deliver: uint(idWidth) });
      const { busy, failed, ends, last_beat, arrived } = h.registers({
        busy: array(bool, ids),
        failed: array(bool, ids),
        ends: array(bool, ids).noReset(),
        /** Index of the line's last beat, and beats that came so far. */
        last_beat: array(uint(beatBits), ids).noReset(),
        arrived: array(uint(countBits), ids),
      });
      const { at, left } = h.nets({
        at: job.payload.offset.add(moved.trunc(Math.min(16, pointerBits)).zext(pointerBits)).and(job.payload.mask),
        left: job.payload.bytes.sub(moved),
      });
      const { in_line } = h.nets({ in_line: at.trunc(6) });
      const room = in_line.zext(7).neg().add(lineBytes);
      const { chunk } = h.nets({ chunk: mux(left.lt(room.zext(16)), left, room.zext(16)) });
      const { last_burst } = h.nets({ last_burst: chunk.eq(left) });
      const lastByte = in_line.zext(7).add(chunk.trunc(7)).sub(1);
      const beatsMinusOne = lineBeats === 1 ? uint(1).of(0) : lastByte.slice(5, shift).sub(in_line.slice(5, shift));

      ar.valid.drive(job.valid.and(busy.at(issue).not()));
      ar.payload.drive({
        address: job.payload.base.add(at.zext(64).and(~BigInt(busBytes - 1) & ((1n << 64n) - 1n))),
        length: beatsMinusOne.zext(8),
        id: issue,
      });
      job.ready.drive(ar.fire.and(last_burst));

      const lines = h.memory("lines", uint(c.busBits), ids * lineBeats, { style: "distributed" });
      const wordOf = (id: typeof issue, beat: ReturnType<typeof arrived.at>) => (lineBeats === 1 ? id : cat(id, beat.trunc(beatBits)));
      r.ready.drive(1);
      lines.write(wordOf(r.payload.id, arrived.at(r.payload.id)), r.payload.data, r.fire);

      const { given } = h.registers({ given: uint(countBits) });
      const { line_end } = h.nets({ line_end: given.eq(last_beat.at(deliver).zext(Math.max(countBits, beatBits)).trunc(countBits)) });
      const { bad } = h.registers({ bad: bool });
      const { failing } = h.nets({ failing: bad.or(failed.at(deliver)) });
      out.valid.drive(busy.at(deliver).and(arrived.at(deliver).gt(given)));
      const { last } = h.nets({ last: line_end.and(ends.at(deliver)) });
      // When a line's last beat is here, all of its answers are, so the error bit is whole; before, it might change while a
      // beat waits.
      out.payload.drive({ data: lines.read(wordOf(deliver, given)), last, failed: last.and(failing) });
      h.when(out.fire, () => {
        given.next(mux(line_end, uint(countBits).of(0), given.add(1)));
        bad.next(mux(line_end, failing.and(ends.at(deliver).not()), bad));
        h.when(line_end, () => {
          busy.at(deliver).next(0);
          arrived.at(deliver).next(0);
          failed.at(deliver).next(0);
          deliver.next(deliver.add(1));
        });
      });
      h.when(r.fire, () => {
        arrived.at(r.payload.id).next(arrived.at(r.payload.id).add(1));
        h.when(r.payload.response.bit(1), () => failed.at(r.payload.id).next(1));
      });
      h.when(ar.fire, () => {
        busy.at(issue).next(1);
        ends.at(issue).next(last_burst);
        last_beat.at(issue).next(beatsMinusOne as never);
        issue.next(issue.add(1));
        moved.next(mux(last_burst, uint(16).of(0), moved.add(chunk)));
      });
      h.assert("an answer belongs to a burst in flight", r.fire.implies(busy.at(r.payload.id)));
      h.assert(
        "last comes with a burst's last beat",
        r.fire.implies(
          r.payload.last.eq(arrived.at(r.payload.id).eq(last_beat.at(r.payload.id).zext(Math.max(countBits, beatBits)).trunc(countBits))),
        ),
      );
    },
  );
};
