import type { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { BlockBench } from "./block-bench.ts";

/** The buffer reader: reads random runs from a buffer of random words, which answers in the next cycle; returns the cycles it took. */
export const checkBufferReader = (
  block: ReturnType<typeof bufferReader>,
  addressBits: number,
  runs: number,
  seed: number,
  pause?: number,
): number => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const words = Array.from({ length: 2 ** addressBits }, () => random.bits(32));
  const list = Array.from({ length: runs }, () => ({ start: random.below(words.length), beats: random.between(1, words.length) }));
  const expected = list.flatMap(({ start, beats }) => Array.from({ length: beats }, (_, i) => words[(start + i) % words.length]));
  let at = 0,
    next = 0;
  let register = random.bits(32);
  bench.source(
    io.run,
    () => list[at],
    () => at++,
    pause,
  );
  bench.sink<bigint>(
    "out",
    io.out,
    (word) => {
      bench.check(word === expected[next], () => `word ${next} is ${word}, not ${expected[next]}`);
      next++;
    },
    pause,
  );
  // The buffer's register changes at an edge with enable, and at no other.
  let fetched = register;
  bench.watch(() => {
    register = fetched;
    io.data.value = register;
    fetched = io.enable.value === 1n ? (words[io.address.number] as bigint) : register;
  });
  bench.runUntil(() => next === expected.length, 500 + 60 * expected.length);
  const { cycle } = bench;
  bench.run(5);
  bench.check(next === expected.length && at === runs, () => "more words than asked for, or a run left over");
  return cycle - expected.length;
};
