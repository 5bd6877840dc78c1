/** Counters and shift registers, and that the table of primitive polynomials is one. */

import { expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { counter, saturatingCounter, upDownCounter } from "#hdl/lib/counter.ts";
import { lfsr, primitivePolynomials } from "#hdl/lib/lfsr.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";

test.each([2, 3, 8, 10])("counter of %i", (limit) => {
  const m = module(
    `counts_${limit}`,
    {
      go: input(bool),
      clear: input(bool),
      value: output(uint(Math.ceil(Math.log2(limit)))),
      last: output(bool),
      wraps: output(bool),
      free: output(uint(Math.ceil(Math.log2(limit)))),
    },
    (io, h) => {
      const c = counter(h, "beat", limit, { when: io.go, clear: io.clear });
      io.value.drive(c.value as never);
      io.last.drive(c.last);
      io.wraps.drive(c.wraps);
      io.free.drive(counter(h, "free_running", limit).value as never);
    },
  );
  expect(m.signals.map((s) => s.name)).toEqual(["beat", "free_running"]);
  const sim = simulate(m);
  const random = new Random(limit);
  let value = 0;
  for (let i = 0; i < 500; i++) {
    const [go, clear] = [!random.oneIn(3), random.oneIn(20)];
    sim.io.go.value = go;
    sim.io.clear.value = clear;
    expect([sim.io.value.number, sim.io.last.value, sim.io.wraps.value, sim.io.free.number]).toEqual([
      value,
      BigInt(value === limit - 1),
      BigInt(value === limit - 1 && go && !clear),
      i % limit,
    ]);
    value = clear ? 0 : go ? (value + 1) % limit : value;
    sim.step();
  }
});
test("upDownCounter counts between its ends and says when it leaves them", () => {
  const m = module(
    "credits",
    { up: input(bool), down: input(bool), value: output(uint(3)), empty: output(bool), full: output(bool) },
    (io, h) => {
      const c = upDownCounter(h, "in_use", 5, { up: io.up, down: io.down });
      io.value.drive(c.value as never);
      io.empty.drive(c.empty);
      io.full.drive(c.full);
    },
  );
  const sim = simulate(m);
  const random = new Random(1);
  let value = 0;
  for (let i = 0; i < 500; i++) {
    const down = random.oneIn(2);
    const up = random.oneIn(2) && (value < 5 || down);
    sim.io.up.value = up;
    sim.io.down.value = down && (value > 0 || up);
    expect([sim.io.value.number, sim.io.empty.value, sim.io.full.value]).toEqual([value, BigInt(value === 0), BigInt(value === 5)]);
    value += Number(up) - Number(sim.io.down.number);
    sim.step();
  }
  for (let i = value; i < 5; i++) {
    sim.io.up.value = 1;
    sim.io.down.value = 0;
    sim.step();
  }
  sim.io.up.value = 1;
  expect(() => sim.step()).toThrow(/in_use never goes over its largest value/);
  const other = simulate(m);
  other.io.down.value = 1;
  expect(() => other.step()).toThrow(/in_use never goes below zero/);
});
test("saturatingCounter stays at its largest value", () => {
  const m = module("saturates", { hit: input(bool), clear: input(bool), drops: output(uint(3)), cycles: output(uint(2)) }, (io, h) => {
    io.drops.drive(saturatingCounter(h, "count", 3, { when: io.hit, clear: io.clear }) as never);
    io.cycles.drive(saturatingCounter(h, "cycle_count", 2) as never);
  });
  const sim = simulate(m);
  sim.io.hit.value = 1;
  sim.step(5);
  expect([sim.io.drops.number, sim.io.cycles.number]).toEqual([5, 3]);
  sim.step(5);
  expect(sim.io.drops.number).toBe(7);
  sim.io.clear.value = 1;
  sim.step();
  expect(sim.io.drops.number).toBe(0);
});

// ---- polynomials --------------------------------------------------------------------------

const product = (a: bigint, b: bigint, modulus: bigint, degree: number): bigint => {
  let sum = 0n;
  for (let x = a, y = b; y > 0n; y >>= 1n) {
    if (y & 1n) sum ^= x;
    x <<= 1n;
    if ((x >> BigInt(degree)) & 1n) x ^= modulus;
  }
  return sum;
};
/** x to the power `e` modulo a polynomial over GF(2). */
const power = (e: bigint, modulus: bigint, degree: number): bigint => {
  let [result, base] = [1n, 2n];
  for (let k = e; k > 0n; k >>= 1n) {
    if (k & 1n) result = product(result, base, modulus, degree);
    base = product(base, base, modulus, degree);
  }
  return result;
};
const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b));
const isPrime = (n: bigint): boolean => {
  if (n < 2n) return false;
  for (const p of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]) if (n % p === 0n) return n === p;
  let [d, s] = [n - 1n, 0];
  for (; d % 2n === 0n; d /= 2n) s++;
  return [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n].every((a) => {
    let x = 1n;
    let base = a % n;
    for (let e = d; e > 0n; e >>= 1n) {
      if (e & 1n) x = (x * base) % n;
      base = (base * base) % n;
    }
    for (let i = 0; i < s; i++) {
      if (x === n - 1n || (i === 0 && x === 1n)) return true;
      x = (x * x) % n;
    }
    return false;
  });
};
const primeFactors = (n: bigint): bigint[] => {
  if (n === 1n) return [];
  if (isPrime(n)) return [n];
  if (n % 2n === 0n) return [2n, ...primeFactors(n / 2n)];
  for (let c = 1n; ; c++) {
    let [x, y, d] = [2n, 2n, 1n];
    const f = (v: bigint): bigint => (v * v + c) % n;
    while (d === 1n) {
      x = f(x);
      y = f(f(y));
      d = greatestCommonDivisor(x > y ? x - y : y - x, n);
    }
    if (d !== n) return [...primeFactors(d), ...primeFactors(n / d)];
  }
};

test("every polynomial of the table is primitive", () => {
  const entries = Object.entries(primitivePolynomials);
  expect(entries.map(([n]) => Number(n))).toEqual(Array.from({ length: 63 }, (_, i) => i + 2));
  for (const [key, exponents] of entries) {
    const degree = Number(key);
    const polynomial = exponents.reduce((sum, k) => sum | (1n << BigInt(k)), (1n << BigInt(degree)) | 1n);
    const order = (1n << BigInt(degree)) - 1n;
    expect(power(order, polynomial, degree), key).toBe(1n);
    for (const p of new Set(primeFactors(order)))
      if (p !== order || degree > 1) expect(p === order ? 0n : power(order / p, polynomial, degree), key).not.toBe(1n);
  }
});
test.each([2, 3, 4, 8, 12])("lfsr of %i bits goes through all values but 0", (width) => {
  const m = module(`shifts_${width}`, { go: input(bool), value: output(uint(width)) }, ({ go, value }, h) =>
    value.drive(lfsr(h, "noise", width, { when: go, seed: 3 }) as never),
  );
  const sim = simulate(m);
  expect(sim.io.value.value).toBe(3n);
  sim.step();
  expect(sim.io.value.value).toBe(3n);
  sim.io.go.value = 1;
  const seen = new Set<bigint>();
  for (let i = 0; i < 2 ** width - 1; i++) {
    seen.add(sim.io.value.value);
    sim.step();
  }
  expect(seen.size).toBe(2 ** width - 1);
  expect(seen.has(0n)).toBe(false);
  expect(sim.io.value.value).toBe(3n);
});
test("misuse names the user's line", () => {
  const inside = (body: (h: any) => void) => () => module("misuse", {}, (_, h) => body(h));
  expect(inside((h) => counter(h, "c", 1))).toThrow(/counter\.test\.ts:\d+: error: a counter's limit 1: a whole number of at least 2/);
  expect(inside((h) => lfsr(h, "l", 65))).toThrow(/lfsr of 65 bits: 2 to 64 are possible/);
  expect(inside((h) => lfsr(h, "l", 8, { seed: 0 }))).toThrow(/the seed 0 never changes/);
});
