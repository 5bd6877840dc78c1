/** Checksums, CRCs and the keyed hash against their bit-serial or published definitions. */

import { describe, expect, test } from "vitest";
import { input, module, output, uint } from "#hdl";
import { foldCarries, onesComplementSum, packetSum, packetSumLatency } from "#hdl/lib/checksum.ts";
import { type CrcSpec, crc16ccitt, crc32, crc32c, packetCrc, packetCrcLatency } from "#hdl/lib/crc.ts";
import { type KeyedHashOptions, keyedHash, keyedHashLatency } from "#hdl/lib/keyed-hash.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { littleEndian, randomBytes, somePackets, toBeats } from "./packets.ts";

/** RFC 1071 by the letter: add 16-bit words, add carries back in. */
const internetSum = (bytes: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum = (sum & 0xffff) + 1;
  }
  return sum;
};
/** A CRC by the definition: one bit at a time through the shift register. */
const serialCrc = (spec: CrcSpec, bytes: readonly number[]): bigint => {
  const top = 1n << BigInt(spec.width - 1);
  const mask = (top << 1n) - 1n;
  let state = spec.initial;
  for (const byte of bytes)
    for (let i = 0; i < 8; i++) {
      const bit = BigInt((byte >> (spec.reflected ? i : 7 - i)) & 1);
      const out = ((state & top) !== 0n) !== (bit === 1n);
      state = ((state << 1n) & mask) ^ (out ? spec.polynomial : 0n);
    }
  if (spec.reflected) state = BigInt(`0b${state.toString(2).padStart(spec.width, "0").split("").reverse().join("")}`);
  return state ^ spec.finalXor;
};
/** Feeds packets as they come, with gaps where `gap` says so, and collects what the block says of each. */
const monitor = (
  made: any,
  result: string,
  dataBits: number,
  packets: readonly number[][],
  gap: () => boolean,
): { values: bigint[]; delays: number[] } => {
  const sim = simulate(made, { initial: "random", seed: 3 }) as any;
  sim.reset();
  const values: bigint[] = [];
  const delays: number[] = [];
  const ends: number[] = [];
  let cycle = 0;
  const step = (): void => {
    if (sim.io.done.value === 1n) {
      values.push(sim.io[result].value);
      delays.push(cycle - (ends[values.length - 1] as number));
    }
    sim.step();
    cycle++;
  };
  for (const packet of packets)
    for (const beat of toBeats(packet, dataBits)) {
      while (gap()) {
        sim.io.valid.value = 0;
        step();
      }
      sim.io.valid.value = 1;
      sim.io.beat.value = beat;
      if (beat.last === 1n) ends.push(cycle);
      step();
    }
  sim.io.valid.value = 0;
  for (let i = 0; i < 6; i++) step();
  return { values, delays };
};

describe("Internet checksum", () => {
  test.each([1, 3, 16, 17, 18, 24, 32, 33, 40, 49, 64])("foldCarries of %i bits", (width) => {
    const m = module(`fold_${width}`, { value: input(uint(width)), folded: output(uint(16)) }, ({ value, folded }) =>
      folded.drive(foldCarries(value)),
    );
    const sim = simulate(m) as any;
    const random = new Random(width);
    const top = (1n << BigInt(width)) - 1n;
    for (const value of [0n, 1n, top, top - 1n, top >> 1n, ...Array.from({ length: 300 }, () => random.bits(width))]) {
      sim.io.value.value = value;
      const folded: bigint = sim.io.folded.value;
      // Equal modulo 2^16 - 1, and zero only for zero.
      expect(folded % 0xffffn).toBe(value % 0xffffn);
      expect(folded === 0n).toBe(value === 0n);
    }
  });
  test.each([1, 2, 3, 10, 33])("onesComplementSum of %i words", (count) => {
    const m = module(`ones_${count}`, { words: input(uint(16 * count)), total: output(uint(16)) }, ({ words, total }) =>
      total.drive(onesComplementSum(Array.from({ length: count }, (_, i) => words.slice(16 * i + 15, 16 * i)))),
    );
    const sim = simulate(m) as any;
    const random = new Random(count);
    for (let i = 0; i < 200; i++) {
      const bytes = i === 0 ? Array.from({ length: 2 * count }, () => 255) : randomBytes(random, 2 * count);
      sim.io.words.value = littleEndian(bytes.map((_, k) => bytes[k ^ 1] as number));
      expect(sim.io.total.number).toBe(internetSum(bytes));
    }
  });
  test.each([16, 64, 512])("packetSum, %i bits", (dataBits) => {
    const random = new Random(dataBits);
    const packets = [...somePackets(random, 30), Array.from({ length: 1500 }, () => 255), randomBytes(random, 9000)];
    const made = packetSum(dataBits);
    for (const gap of [() => false, () => random.oneIn(2)]) {
      const { values, delays } = monitor(made, "sum", dataBits, packets, gap);
      expect(values.map(Number)).toEqual(packets.map(internetSum));
      expect(new Set(delays)).toEqual(new Set([packetSumLatency]));
    }
    expect(made.warnings).toEqual([]);
  });
});

describe("CRC", () => {
  // Reflected, and its initial value is no palindrome: the catalogue states it high bit first all the same.
  const riello: CrcSpec = { name: "crc16_riello", width: 16, polynomial: 0x1021n, initial: 0xb2aan, finalXor: 0n, reflected: true };
  const check = [..."123456789"].map((c) => c.charCodeAt(0));
  test("the model gives the catalogue's check values", () => {
    const values = [crc32, crc32c, crc16ccitt, riello].map((s) => serialCrc(s, check).toString(16));
    expect(values).toEqual(["cbf43926", "e3069283", "29b1", "63d0"]);
  });
  test.each([crc32, crc32c, crc16ccitt, riello].flatMap((s) => [8, 16, 32, 64, 512].map((w) => [s.name, w, s] as const)))(
    "%s, %i bits",
    (_, dataBits, spec) => {
      const random = new Random(dataBits);
      const packets = [check, ...somePackets(random, 25), randomBytes(random, 1514)];
      const made = packetCrc(spec, dataBits);
      for (const gap of [() => false, () => random.oneIn(2)]) {
        const { values, delays } = monitor(made, "crc", dataBits, packets, gap);
        expect(values).toEqual(packets.map((p) => serialCrc(spec, p)));
        expect(new Set(delays)).toEqual(new Set([packetCrcLatency]));
      }
      expect(made.warnings).toEqual([]);
    },
  );
  test("a frame with its check sequence behind it gives the known residue", () => {
    const frame = randomBytes(new Random(1), 60);
    const fcs = serialCrc(crc32, frame);
    const whole = [...frame, ...[0n, 8n, 16n, 24n].map((s) => Number((fcs >> s) & 0xffn))];
    expect(monitor(packetCrc(crc32, 64), "crc", 64, [whole], () => false).values).toEqual([0x2144df1cn]);
  });
});

describe("keyed hash", () => {
  /** HalfSipHash-c-d of whole words, from the paper's description, on 32-bit numbers. */
  const model = (key: bigint, words: readonly number[], [c, d]: readonly [number, number]): number => {
    const rotate = (x: number, n: number): number => ((x << n) | (x >>> (32 - n))) >>> 0;
    const [k0, k1] = [Number(key & 0xffffffffn), Number(key >> 32n)];
    const v = [k0, k1, (k0 ^ 0x6c796765) >>> 0, (k1 ^ 0x74656462) >>> 0] as [number, number, number, number];
    const rounds = (n: number): void => {
      for (let i = 0; i < n; i++) {
        v[0] = (v[0] + v[1]) >>> 0;
        v[1] = (rotate(v[1], 5) ^ v[0]) >>> 0;
        v[0] = rotate(v[0], 16);
        v[2] = (v[2] + v[3]) >>> 0;
        v[3] = (rotate(v[3], 8) ^ v[2]) >>> 0;
        v[0] = (v[0] + v[3]) >>> 0;
        v[3] = (rotate(v[3], 7) ^ v[0]) >>> 0;
        v[2] = (v[2] + v[1]) >>> 0;
        v[1] = (rotate(v[1], 13) ^ v[2]) >>> 0;
        v[2] = rotate(v[2], 16);
      }
    };
    for (const m of [...words, (words.length * 4 * 2 ** 24) >>> 0]) {
      v[3] = (v[3] ^ m) >>> 0;
      rounds(c);
      v[0] = (v[0] ^ m) >>> 0;
    }
    v[2] = (v[2] ^ 0xff) >>> 0;
    rounds(d);
    return (v[1] ^ v[3]) >>> 0;
  };
  const counting = (words: number): number[] =>
    Array.from({ length: words }, (_, i) => Number(littleEndian([4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3])));
  test("the model gives the authors' vectors of HalfSipHash-2-4", () => {
    const key = littleEndian([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([0, 1, 2, 3, 4, 5].map((n) => model(key, counting(n), [2, 4]))).toEqual([
      0x5b9f35a9, 0x89466e2a, 0x8f84b8d0, 0x2f87f057, 0x84acb5d9, 0x45104de3,
    ]);
  });
  const shapes: readonly KeyedHashOptions[] = [
    { words: 3 },
    { words: 1 },
    { words: 10 },
    { words: 3, rounds: [2, 4] },
    { words: 3, roundsPerStage: 2 },
    { words: 2, roundsPerStage: 20 },
  ];
  test.each(shapes.map((s) => [keyedHash(s).name, s] as const))("%s", (_, shape) => {
    const made = keyedHash(shape);
    const sim = simulate(made, { initial: "random" }) as any;
    const random = new Random(7);
    for (let k = 0; k < 5; k++) {
      const key = random.bits(64);
      sim.io.key.value = key;
      const expected: number[] = [];
      const seen: number[] = [];
      for (let i = 0; i < 60; i++) {
        const words = Array.from({ length: shape.words }, () => random.word());
        const advance = random.oneIn(2);
        sim.io.message.value = words.reduceRight((n, w) => (n << 32n) | BigInt(w), 0n);
        sim.io.advance.value = advance;
        sim.step();
        if (!advance) continue;
        expected.push(model(key, words, shape.rounds ?? [1, 3]));
        seen.push(sim.io.hash.number);
      }
      const latency = keyedHashLatency(shape);
      expect(seen.slice(latency - 1)).toEqual(expected.slice(0, expected.length - latency + 1));
      expect(seen.length).toBeGreaterThan(latency + 5);
    }
    expect(made.warnings).toEqual([]);
  });
  test("latency as stated", () =>
    expect([
      keyedHashLatency({ words: 3 }),
      keyedHashLatency({ words: 3, roundsPerStage: 2 }),
      keyedHashLatency({ words: 3, rounds: [2, 4] }),
    ]).toEqual([7, 4, 12]));
  test("one collision tells of no others, as it would with a linear hash", () => {
    // Pairs that collide in their low 8 bits under one key: their differences must not collide elsewhere.
    const random = new Random(1);
    const key = random.bits(64);
    const bucket = (w: readonly number[]): number => model(key, w, [1, 3]) & 0xff;
    const base = [1, 2, 3];
    let [again, tried] = [0, 0];
    while (tried < 400) {
      const difference = [random.word(), random.word(), random.word()];
      const other = (w: readonly number[]): number[] => w.map((x, k) => (x ^ (difference[k] as number)) >>> 0);
      if (bucket(base) !== bucket(other(base))) continue;
      tried++;
      const place = [random.word(), random.word(), random.word()];
      if (bucket(place) === bucket(other(place))) again++;
    }
    // By chance 400 / 256; a linear hash would give 400.
    expect(again).toBeLessThan(12);
  });
});
test("misuse names the user's line", () => {
  expect(() => keyedHash({ words: 0 })).toThrow(/arithmetic\.test\.ts:\d+: error: keyedHash of 0 words/);
  expect(() => packetCrc({ ...crc32, width: 12 }, 64)).toThrow(/crc32 has 12 bits/);
  expect(() => packetSum(24)).toThrow(/a multiple of 16/);
});
