import { describe, expect, test } from "vitest";
import { keyedHash, keyedHashLatency } from "#hdl/lib/keyed-hash.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { exactBits, tupleHash, tupleHashLatency, tupleHashSerial } from "#rtl/ict/lookup-hash.ts";
import { checkPipeline, checkSerial, hashOf } from "./lookup-hash-check.ts";
import { halfSipHash } from "./lookup-model.ts";

test("the model gives the authors' vectors of HalfSipHash-2-4", () => {
  const counting = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i);
  expect([0, 4, 8, 12, 16, 20].map((n) => halfSipHash(0x0706050403020100n, counting(n), [2, 4]))).toEqual([
    0x5b9f35a9, 0x89466e2a, 0x8f84b8d0, 0x2f87f057, 0x84acb5d9, 0x45104de3,
  ]);
});
test("of a four-tuple it is the library's keyed hash, so the kernel's hsiphash", () => {
  const options = { words: 3 };
  const sim = simulate(keyedHash(options));
  const random = new Random(1);
  for (let i = 0; i < 20; i++) {
    const [key, message] = [random.bits(64), random.bits(exactBits)];
    sim.io.key.value = key;
    sim.io.message.value = message;
    sim.io.advance.value = 1;
    sim.step(keyedHashLatency(options));
    expect(sim.io.hash.value).toBe(hashOf(key, message, true));
  }
});
describe.each(["exact", "local"] as const)("pipeline, %s", (of) => {
  test.each([1, 2, 3])("gives each message's hash after 4 advances, seed %i", (seed) => {
    checkPipeline(tupleHash(of), of === "exact", 300, seed);
    expect(tupleHashLatency).toBe(4);
  });
});
test.each([1, 2, 3])("serial, seed %i", (seed) => checkSerial(tupleHashSerial, 600, seed));
