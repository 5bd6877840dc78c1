/**
 * The DMA writer against a list of bytes: each byte of a job is written once, at its address in the ring, by bursts that
 * stay in a line; a job is done when memory has answered all of its bursts, in any order, and not before.
 */
import type { Config } from "#rtl/config/config.ts";
import type { dmaWrite } from "#rtl/nic/dma-write.ts";
import { BlockBench, lane, toBig } from "./block-bench.ts";

interface Job {
  readonly base: bigint;
  readonly offset: number;
  readonly mask: number;
  readonly bytes: number;
}
/** What the runs came by, to see that the stimulus was worth its time. */
export interface Reached {
  /** Most bursts in flight at once. */
  readonly inFlight: number;
  readonly failures: number;
  readonly disorder: number;
}

const lineBytes = 64;
/** The bytes at which a job's parts within lines begin and end: [first, end), counted from the job's first byte. */
const parts = ({ offset, mask, bytes }: Job): readonly (readonly [number, number])[] => {
  const list: [number, number][] = [];
  for (let at = 0; at < bytes; ) {
    const place = (offset + at) & mask;
    const end = Math.min(bytes, at + lineBytes - (place % lineBytes));
    list.push([at, end]);
    at = end;
  }
  return list;
};

/** Runs `count` random jobs through the block; throws where it is wrong. `pause` 0: memory is as fast as can be. */
export const checkDmaWrite = (
  block: ReturnType<typeof dmaWrite>,
  config: Config,
  count: number,
  seed: number,
  pause?: number,
): Reached & { readonly cycles: number } => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const bus = config.busBits / 8;
  const jobs: Job[] = Array.from({ length: count }, () => {
    const size = 64 << random.below(7);
    const bytes = Math.min(size, random.pick([1, 2, bus, 63, 64, 65, random.between(1, 200), random.between(1, 1500)]));
    return { base: random.bits(58) << 6n, offset: random.below(size), mask: size - 1, bytes };
  });
  const payloads = jobs.map(({ bytes }) => Array.from({ length: bytes }, () => random.below(256)));
  // The data as the aligner gives it: in the ring's alignment, so that a wrap falls between beats.
  const beats = jobs.flatMap(({ offset, bytes }, j) => {
    const lead = offset % bus;
    const n = Math.ceil((lead + bytes) / bus);
    return Array.from({ length: n }, (_, i) => {
      const at = (k: number): number => i * bus + k - lead;
      const inside = Array.from({ length: bus }, (_, k) => at(k) >= 0 && at(k) < bytes);
      return {
        data: toBig(inside.map((is, k) => (is ? ((payloads[j] as number[])[at(k)] as number) : random.below(256)))),
        strobe: inside.reduce((v, is, k) => v | (is ? 1n << BigInt(k) : 0n), 0n),
        last: i + 1 === n ? 1 : 0,
      };
    });
  });
  const bursts = jobs.flatMap((job, j) => parts(job).map(([first, end], i, all) => ({ j, first, end, ends: i + 1 === all.length })));

  let job = 0,
    beat = 0,
    asked = 0,
    moving = 0,
    inBurst = 0,
    done = 0,
    disorder = 0,
    inFlight = 0;
  // Bursts by their number: those whose data is in memory wait for an answer.
  const ids = new Map<number, number>();
  const unanswered: number[] = [];
  const answers = new Map<number, boolean>();
  bench.source(
    io.job,
    () => jobs[job],
    () => job++,
    pause,
  );
  bench.source(
    io.data,
    () => beats[beat],
    () => beat++,
    pause,
  );
  const addresses: { id: number; words: number; byteOffset: number }[] = [];
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "aw",
    io.aw,
    ({ address, length, id }) => {
      bench.check(asked < bursts.length, () => "a burst that nobody asked for");
      const { j, first, end } = bursts[asked] as (typeof bursts)[0];
      const { base, offset, mask } = jobs[j] as Job;
      const place = BigInt.asUintN(64, base + BigInt((offset + first) & mask));
      const words = Math.ceil(((Number(place) % bus) + end - first) / bus);
      const low = Number(place & BigInt(bus - 1));
      bench.check(address === place - BigInt(low), () => `burst ${asked} at ${address}, not at ${place - BigInt(low)}`);
      const beatsWanted = Math.ceil((low + end - first) / bus);
      bench.check(Number(length) + 1 === beatsWanted, () => `burst ${asked}: ${length} more beats, ${beatsWanted - 1} expected`);
      bench.check(
        address / 64n === (address + BigInt((Number(length) + 1) * bus - 1)) / 64n,
        () => `burst ${asked} at ${address} crosses a line`,
      );
      bench.check(![...ids.values()].includes(Number(id)), () => `burst ${asked}: ID ${id} is in flight`);
      ids.set(asked, Number(id));
      inFlight = Math.max(inFlight, ids.size);
      addresses.push({ id: Number(id), words, byteOffset: low });
      asked++;
    },
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "w",
    io.w,
    ({ data, strobe, last }) => {
      // Data may come before its address by the bus's rules; this writer never does that.
      bench.check(moving < asked, () => "data without an address");
      const { j, first, end } = bursts[moving] as (typeof bursts)[0];
      const low = (addresses[moving] as (typeof addresses)[0]).byteOffset;
      for (let k = 0; k < bus; k++) {
        const at = first + inBurst * bus + k - low;
        const inside = at >= first && at < end;
        bench.check(((strobe >> BigInt(k)) & 1n) === (inside ? 1n : 0n), () => `burst ${moving} beat ${inBurst}: strobe of lane ${k}`);
        if (inside) bench.check(lane(data, k) === (payloads[j] as number[])[at], () => `burst ${moving} beat ${inBurst}: lane ${k}`);
      }
      inBurst++;
      const ends = low + end - first <= inBurst * bus;
      bench.check((last === 1n) === ends, () => `burst ${moving} beat ${inBurst - 1}: last is ${last}`);
      if (!ends) return;
      unanswered.push(moving);
      moving++;
      inBurst = 0;
    },
    pause,
  );
  let answering = -1;
  bench.source(
    io.b,
    () => {
      if (unanswered.length === 0) return undefined;
      const which = pause === 0 ? 0 : random.below(unanswered.length);
      if (which > 0) disorder++;
      answering = unanswered.splice(which, 1)[0] as number;
      return { id: ids.get(answering), response: random.pick([0, 0, 0, 0, 0, 1, 2, 3]) };
    },
    ({ response }) => {
      answers.set(answering, response >= 2);
      ids.delete(answering);
    },
    pause,
  );
  let failures = 0;
  bench.sink<bigint>(
    "done",
    io.done,
    (failed) => {
      bench.check(done < count, () => "more is done than was asked for");
      const mine = bursts.flatMap((b, n) => (b.j === done ? [n] : []));
      bench.check(
        mine.every((n) => answers.has(n)),
        () => `job ${done} is done before memory said so`,
      );
      const expected = mine.some((n) => answers.get(n) === true);
      bench.check((failed === 1n) === expected, () => `job ${done}: failed is ${failed}, ${expected} expected`);
      if (expected) failures++;
      done++;
    },
    pause,
  );
  bench.runUntil(() => done === count, 2000 + 150 * beats.length);
  const cycles = bench.cycle;
  bench.run(10);
  bench.check(
    job === count && beat === beats.length && asked === bursts.length && moving === bursts.length,
    () => "something is left over",
  );
  return { inFlight, failures, disorder, cycles };
};
