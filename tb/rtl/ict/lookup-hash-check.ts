/** The lookup's two forms of hash against the function's definition, with pauses and restarts at random. */
import type { tupleHash, tupleHashSerial } from "#rtl/ict/lookup-hash.ts";
import { exactBits, localBits, tupleHashLatency } from "#rtl/ict/lookup-hash.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { halfSipHash } from "./lookup-model.ts";

const bytesOf = (value: bigint, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
export const hashOf = (key: bigint, message: bigint, exact: boolean): bigint =>
  BigInt(halfSipHash(key, bytesOf(message, (exact ? exactBits : localBits) / 8)));

/** Throws where the pipeline gives another hash, or not `tupleHashLatency` advances after its message. */
export const checkPipeline = (block: ReturnType<typeof tupleHash>, exact: boolean, cycles: number, seed: number): void => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const key = random.bits(64);
  io.key.value = key;
  const under: bigint[] = [];
  for (let i = 0; i < cycles; i++) {
    const message = random.bits(exact ? exactBits : localBits);
    const advance = random.oneIn(3) ? 0 : 1;
    io.message.value = message;
    io.advance.value = advance;
    const oldest = under.at(-1);
    if (under.length === tupleHashLatency && oldest !== undefined) {
      const wanted = hashOf(key, oldest, exact);
      bench.check(io.hash.value === wanted, () => `the hash is ${io.hash.value}, ${wanted} expected`);
    }
    if (advance === 1) {
      under.unshift(message);
      under.splice(tupleHashLatency);
    }
    bench.step();
  }
};
/** Throws where the hash is another, or is not there after 8 cycles, 6 for a local half. */
export const checkSerial = (block: typeof tupleHashSerial, cycles: number, seed: number): void => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const key = random.bits(64);
  io.key.value = key;
  let wanted: { readonly hash: bigint; readonly from: number } | null = null;
  bench.check(io.done.value === 1n, () => "it is busy after reset");
  for (let i = 0; i < cycles; i++) {
    const message = random.bits(exactBits);
    const exact = random.oneIn(2);
    const start = random.oneIn(11);
    io.message.value = message;
    io.exact.value = exact ? 1 : 0;
    io.start.value = start ? 1 : 0;
    if (wanted !== null) {
      const { hash, from } = wanted;
      const done = i >= from;
      bench.check((io.done.value === 1n) === done, () => `done is ${io.done.value}`);
      if (done) bench.check(io.hash.value === hash, () => `the hash is ${io.hash.value}, ${hash} expected`);
    }
    if (start) wanted = { hash: hashOf(key, message, exact), from: i + (exact ? 8 : 6) };
    bench.step();
  }
};
