/** Wide beats cut into narrow ones, against a list of bytes: each byte once, in order, in its lane, and no beat without one. */
import type { beatNarrow } from "#rtl/nic/beat-narrow.ts";
import { BlockBench, lane, toBig } from "./block-bench.ts";

/** Sends `runs` of bytes, each from a lane on; throws where the block is wrong. Returns the cycles that it took. */
export const checkBeatNarrow = (
  block: ReturnType<typeof beatNarrow>,
  wide: number,
  narrow: number,
  runs: readonly { readonly to: number; readonly count: number }[],
  seed: number,
  pause?: number,
): number => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const cut = (width: number) =>
    runs.flatMap(({ to, count }, run) => {
      const first = Math.floor(to / width),
        end = Math.ceil((to + count) / width);
      return Array.from({ length: end - first }, (_, i) =>
        Array.from({ length: width }, (_, k) => {
          const at = (first + i) * width + k - to;
          return { run, at, inside: at >= 0 && at < count, last: i + 1 === end - first };
        }),
      );
    });
  /** A byte that says where it belongs. */
  const byteOf = (run: number, at: number): number => (run * 37 + at * 11 + 1) & 255;
  const wideBeats = cut(wide),
    narrowBeats = cut(narrow);
  const strobeOf = (lanes: (typeof wideBeats)[0]): bigint => lanes.reduce((s, l, k) => (l.inside ? s | (1n << BigInt(k)) : s), 0n);
  let next = 0,
    seen = 0;
  bench.source(
    io.from,
    () => {
      const lanes = wideBeats[next];
      if (lanes === undefined) return undefined;
      const data = toBig(lanes.map(({ run, at, inside }) => (inside ? byteOf(run, at) : random.below(256))));
      return { data, strobe: strobeOf(lanes), last: lanes[0]?.last === true ? 1 : 0 };
    },
    () => next++,
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "to",
    io.to,
    ({ data, strobe, last }) => {
      const lanes = narrowBeats[seen];
      bench.check(lanes !== undefined, () => "a beat too many");
      if (lanes === undefined) return;
      bench.check(strobe === strobeOf(lanes), () => `beat ${seen}: strobe ${strobe}, not ${strobeOf(lanes)}`);
      for (const [k, { run, at, inside }] of lanes.entries())
        if (inside) bench.check(lane(data, k) === byteOf(run, at), () => `beat ${seen}: the byte of lane ${k}`);
      bench.check((last === 1n) === lanes[0]?.last, () => `beat ${seen}: last is ${last}`);
      seen++;
    },
    pause,
  );
  bench.runUntil(() => seen === narrowBeats.length, 200 + 200 * narrowBeats.length);
  const cycles = bench.cycle;
  bench.run(5);
  bench.check(next === wideBeats.length, () => "a wide beat is left over");
  return cycles;
};
