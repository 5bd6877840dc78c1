/**
 * The frame store against a list of frames: frames leave whole, in order and without a gap; none is lost where the store
 * makes the sender wait, and where it drops, only what found no room or was bad.
 */
import type { frameStore } from "#rtl/nic/frame-store.ts";
import { BlockBench, ones } from "./block-bench.ts";

export interface StoreOptions {
  readonly bytes: number;
  readonly words: number;
  readonly drop: boolean;
  /** Pause of what comes in and of what goes out; random unless given. */
  readonly pause?: readonly [number, number];
}
interface Beat {
  readonly data: bigint;
  readonly keep: bigint;
  readonly last: bigint;
}

/** Sends `count` random frames; throws where the store is wrong. Returns how many frames left, were lost, were bad. */
export const checkFrameStore = (
  block: ReturnType<typeof frameStore>,
  { bytes, words, drop, pause }: StoreOptions,
  count: number,
  seed: number,
): { passed: number; lost: number; spoiled: number; firstOut: number; cycles: number } => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  // Where frames may be lost, some are longer than the store.
  const longest = drop ? words + 3 : words;
  const frames = Array.from({ length: count }, () => {
    const length = random.oneIn(3) ? random.between(1, longest) : random.between(1, Math.max(1, words >> 2));
    return {
      bad: random.oneIn(5),
      beats: Array.from({ length }, (_, i): Beat => {
        const last = i + 1 === length;
        return { data: random.bits(8 * bytes), keep: last ? ones(random.between(1, bytes)) : ones(bytes), last: last ? 1n : 0n };
      }),
    };
  });
  const input = frames.flatMap(({ bad, beats }, frame) =>
    beats.map((b) => ({ frame, beat: { ...b, user: b.last === 1n && bad ? 1 : 0 } })),
  );
  // Frames that are whole and must leave, in order.
  const expected: (readonly Beat[])[] = [];
  let at = 0,
    beat = 0,
    passed = 0,
    lost = 0,
    spoiled = 0,
    inside = 0,
    coming = 0,
    crowded = false,
    started = -1,
    firstOut = -1;
  bench.source(
    io.from,
    () => input[at]?.beat,
    () => at++,
    pause?.[0],
  );
  // Frames are accounted for in the cycle of their last beat.
  bench.watch(() => {
    const moved = io.from.valid.value === 1n && io.from.ready.value === 1n;
    const now = moved ? (input[at] as (typeof input)[0]) : undefined;
    const overflowed = io.overflowed.value === 1n;
    const bad = io.spoiled.value === 1n;
    bench.check(!drop || io.from.ready.value === 1n, () => "the store holds the wire up");
    if (now === undefined || now.beat.last === 0n) bench.check(!overflowed && !bad, () => "a loss is told without a frame's end");
    if (now === undefined) return;
    coming++;
    if (inside + coming > words) crowded = true;
    if (now.beat.last === 0n) return;
    const frame = frames[now.frame] as (typeof frames)[0];
    bench.check(!(overflowed && bad), () => `frame ${now.frame} is lost twice`);
    if (overflowed) {
      bench.check(drop, () => `frame ${now.frame} is lost, but the sender can wait`);
      bench.check(crowded, () => `frame ${now.frame} is lost, but there was room`);
      lost++;
    } else {
      bench.check(frame.beats.length <= words, () => `frame ${now.frame} is longer than the store, and kept`);
      bench.check(bad === frame.bad, () => `frame ${now.frame}: spoiled is ${bad}`);
      if (bad) spoiled++;
      else {
        expected.push(frame.beats);
        inside += coming;
        if (started < 0) started = bench.cycle;
      }
    }
    coming = 0;
    crowded = false;
  });
  bench.watch(() => {
    if (beat > 0) bench.check(io.to.valid.value === 1n, () => "a gap within a frame");
  });
  bench.sink<Beat>(
    "to",
    io.to,
    (b) => {
      if (firstOut < 0) firstOut = bench.cycle - started;
      const wanted = expected[passed]?.[beat];
      bench.check(wanted !== undefined, () => "a beat of a frame that is not whole");
      for (const key of ["data", "keep", "last"] as const)
        bench.check(b[key] === wanted?.[key], () => `frame out ${passed} beat ${beat}: ${key} is ${b[key]}, not ${wanted?.[key]}`);
      inside--;
      beat++;
      if (b.last === 0n) return;
      passed++;
      beat = 0;
    },
    pause?.[1],
  );
  const limit = 2000 + 150 * input.length;
  bench.runUntil(() => at === input.length && passed === expected.length, limit);
  const cycles = bench.cycle;
  bench.run(5);
  bench.check(passed + lost + spoiled === count, () => "a frame is not accounted for");
  return { passed, lost, spoiled, firstOut, cycles };
};
