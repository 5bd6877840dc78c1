/**
 * The realigner against bytes in a list: every byte of a run leaves once, in order, at its place; nothing else does. Without
 * pauses each run takes as many cycles as it has beats, in or out, where it has more.
 */
import type { realigner } from "#rtl/nic/realigner.ts";
import type { Run } from "./aligner-check.ts";
import { BlockBench, lane, toBig } from "./block-bench.ts";

/**
 * Sends `runs` through; throws where the block is wrong, or takes more than `most` cycles. Returns the cycles from the first
 * beat in to the last one out.
 */
export const checkRealigner = (
  block: ReturnType<typeof realigner>,
  bytes: number,
  runs: readonly Run[],
  seed: number,
  pause?: number,
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
    run = 0,
    out = 0,
    due = 0;
  bench.source(
    io.job,
    () => {
      const r = runs[job];
      if (r === undefined) return undefined;
      const { from, to, count } = r;
      return {
        to,
        shift: (to - from + bytes) % bytes,
        primes: to < from ? 1 : 0,
        beats: beatsFor(from, count),
        end: (to + count - 1) % bytes,
      };
    },
    () => {
      const { from, count } = runs[job++] as Run;
      due += beatsFor(from, count);
      // Its last beat is taken in this very cycle.
      bench.check(beat === due || beat === due - 1, () => `run ${job - 1} is over after ${beat} beats, not ${due}`);
    },
    pause,
  );
  bench.source(
    io.data,
    () => beatsIn[beat],
    () => beat++,
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "out",
    io.out,
    ({ data, strobe, last }) => {
      const r = runs[run];
      bench.check(r !== undefined, () => "a beat of no run");
      const { to, count } = r as Run;
      const payload = payloads[run] as number[];
      for (let k = 0; k < bytes; k++) {
        const at = out * bytes + k - to;
        const inside = at >= 0 && at < count;
        bench.check(((strobe >> BigInt(k)) & 1n) === (inside ? 1n : 0n), () => `run ${run} beat ${out}: strobe of lane ${k}`);
        if (inside) bench.check(lane(data, k) === payload[at], () => `run ${run} beat ${out}: byte of lane ${k}`);
      }
      out++;
      bench.check((last === 1n) === (out === beatsFor(to, count)), () => `run ${run} beat ${out - 1}: last is ${last}`);
      if (last === 0n) return;
      run++;
      out = 0;
    },
    pause,
  );
  const began = bench.cycle;
  bench.runUntil(() => run === runs.length, 400 + 200 * beatsIn.length);
  const cycles = bench.cycle - began;
  bench.check(cycles <= most, () => `${cycles} cycles, not ${most}`);
  bench.run(5);
  bench.check(job === runs.length && beat === beatsIn.length, () => "a job or a beat is left over");
  return cycles;
};
