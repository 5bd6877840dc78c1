/** The aligner against bytes in a list: every byte of a run leaves once, in order, at its place; nothing else does. */
import type { aligner } from "#rtl/nic/aligner.ts";
import type { partAligner } from "#rtl/nic/part-aligner.ts";
import { BlockBench, lane, toBig } from "./block-bench.ts";

export interface Run {
  /** Byte lanes of the first byte on the way in and out, and the number of bytes. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** A job of the aligner. */
export interface AlignRun {
  readonly from: number;
  readonly to: number;
  readonly beatsIn: number;
  readonly beatsOut: number;
  readonly end: number;
}
/** The job for a run, where beats have `bytes`. */
export const alignRun = ({ from, to, count }: Run, bytes: number): AlignRun => {
  const beatsFor = (start: number): number => Math.ceil((start + count) / bytes);
  return { from, to, beatsIn: beatsFor(from), beatsOut: beatsFor(to), end: (to + count - 1) % bytes };
};

/** Sends `runs` through; throws where the block is wrong. `pause` 0: never pauses, and the cycles needed are exact. */
export const checkAligner = (
  block: ReturnType<typeof aligner>,
  bytes: number,
  runs: readonly Run[],
  seed: number,
  pause?: number,
  /** A run's job as `block` takes it. */
  jobOf: (run: Run) => object = (run) => alignRun(run, bytes),
  most = Number.POSITIVE_INFINITY,
): number => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const beatsFor = (start: number, count: number): number => Math.ceil((start + count) / bytes);
  const payloads = runs.map(({ count }) => Array.from({ length: count }, () => random.below(256)));
  // What stands around a run in its beats is noise.
  const beatsIn = runs.flatMap(({ from, count }, i) =>
    Array.from({ length: beatsFor(from, count) }, (_, beat) =>
      toBig(
        Array.from({ length: bytes }, (_, k) => {
          const at = beat * bytes + k - from;
          return at >= 0 && at < count ? ((payloads[i] as number[])[at] as number) : random.below(256);
        }),
      ),
    ),
  );
  let job = 0,
    beat = 0,
    ended = 0,
    run = 0,
    out = 0,
    taken = 0;
  const jobs = runs.map((r) => alignRun(r, bytes));
  bench.source(
    io.job,
    () => (runs[job] === undefined ? undefined : jobOf(runs[job] as Run)),
    () => {
      job++;
      ended++;
    },
    pause,
  );
  bench.source(
    io.data,
    () => beatsIn[beat],
    () => {
      beat++;
      taken++;
    },
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "out",
    io.out,
    ({ data, strobe, last }) => {
      const { to, count } = runs[run] as Run;
      const payload = payloads[run] as number[];
      for (let k = 0; k < bytes; k++) {
        const at = out * bytes + k - to;
        const inside = at >= 0 && at < count;
        bench.check(((strobe >> BigInt(k)) & 1n) === (inside ? 1n : 0n), () => `run ${run} beat ${out}: strobe of lane ${k}`);
        if (inside) bench.check(lane(data, k) === payload[at], () => `run ${run} beat ${out}: byte of lane ${k}`);
      }
      out++;
      const ends = out === (jobs[run] as (typeof jobs)[0]).beatsOut;
      bench.check((last === 1n) === ends, () => `run ${run} beat ${out - 1}: last is ${last}`);
      if (!ends) return;
      run++;
      out = 0;
    },
    pause,
  );
  let sum = 0;
  const wanted = jobs.map((j) => {
    sum += j.beatsIn;
    return sum;
  });
  bench.watch(() => bench.check(ended === run, () => `${ended} jobs are over, but ${run} runs have left`));
  let seen = 0;
  bench.watch(() => {
    if (run === seen) return;
    seen = run;
    bench.check(taken === wanted[run - 1], () => `after run ${run - 1}: ${taken} beats taken`);
  });
  bench.runUntil(() => run === runs.length, 400 + 200 * beatsIn.length);
  const cycles = bench.cycle;
  bench.check(cycles <= most, () => `${cycles} cycles, not ${most}`);
  bench.run(5);
  bench.check(ended === runs.length && taken === beatsIn.length, () => "a job or a beat is left over");
  return cycles;
};

/** The same of an aligner that turns `lanes` bytes a cycle. */
export const checkPartAligner = (
  block: ReturnType<typeof partAligner>,
  bytes: number,
  lanes: number,
  runs: readonly Run[],
  seed: number,
  pause?: number,
  most?: number,
): number => {
  const jobOf = (run: Run) => ({
    turn: alignRun({ from: run.from % lanes, to: run.to % lanes, count: run.count }, lanes),
    partIn: Math.floor(run.from / lanes),
    partOut: Math.floor(run.to / lanes),
  });
  return checkAligner(block as never, bytes, runs, seed, pause, jobOf, most);
};
