import { describe, expect, it } from "vitest";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { BlockBench } from "./block-bench.ts";

/** Reads random runs from a buffer of random words, which answers in the next cycle; returns the cycles it took. */
const check = (addressBits: number, runs: number, seed: number, pause?: number): number => {
  const bench = new BlockBench(bufferReader(addressBits, 32), seed);
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

describe("buffer reader", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("gives the words of each run in order, seed %i", (seed) => {
    check(2, 100, seed);
    check(5, 20, seed);
  });
  it("has one cycle of latency and no gap between runs", () => {
    expect(check(4, 30, 1, 0)).toBe(1);
  });
});
