/**
 * The DMA reader against a list of words: every bus word of a job is asked for once, by bursts that stay in a line, and
 * leaves in order, however memory answers.
 */
import type { Config } from "#rtl/config/config.ts";
import type { dmaRead } from "#rtl/nic/dma-read.ts";
import { BlockBench } from "./block-bench.ts";

interface Burst {
  readonly id: number;
  readonly address: bigint;
  readonly beats: number;
  given: number;
}
/** What memory holds at an address: anything that tells addresses apart. */
const wordAt = (address: bigint, bits: number): bigint => BigInt.asUintN(bits, (address + 1n) ** 9n * 0x9e37_79b9_7f4a_7c15n);

/**
 * Reads random jobs from a memory that answers bursts in any order and interleaves them; errors at random. With an even
 * seed it answers nothing before as many bursts are in flight as there may be.
 */
export const checkDmaRead = (
  block: ReturnType<typeof dmaRead>,
  config: Config,
  count: number,
  seed: number,
  pause?: number,
): { inFlight: number; failures: number } => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const bus = config.busBits / 8;
  const jobs = Array.from({ length: count }, () => {
    const size = 64 << random.below(7);
    const bytes = Math.min(size, random.pick([1, 2, bus, 63, 64, 65, random.between(1, 200), random.between(1, 1500)]));
    return { base: random.bits(58) << 6n, offset: random.below(size), mask: size - 1, bytes };
  });
  /** The bus words of a job, in order: wraps fall between words. */
  const words = jobs.map(({ base, offset, mask, bytes }) =>
    Array.from({ length: Math.ceil(((offset % bus) + bytes) / bus) }, (_, i) =>
      BigInt.asUintN(64, base + BigInt((offset - (offset % bus) + i * bus) & mask)),
    ),
  );
  const failed = jobs.map(() => false);
  const bursts: Burst[] = [];
  let job = 0,
    out = 0,
    beat = 0,
    asked = 0,
    inFlight = 0,
    failures = 0;
  bench.source(
    io.job,
    () => jobs[job],
    () => job++,
    pause,
  );
  // Every word of every job is asked for once, in order.
  const all = words.flatMap((list, j) => list.map((address) => ({ j, address })));
  const owner = new Map<Burst, number>();
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "ar",
    io.ar,
    ({ address, length, id }) => {
      const beats = Number(length) + 1;
      bench.check(
        address / 64n === (address + BigInt(beats * bus - 1)) / 64n,
        () => `burst at ${address} of ${beats} beats crosses a line`,
      );
      bench.check(!bursts.some((b) => b.id === Number(id)), () => `ID ${id} is in flight`);
      const j = all[asked]?.j ?? -1;
      for (let i = 0; i < beats; i++) {
        const wanted = all[asked];
        bench.check(
          wanted?.address === address + BigInt(i * bus) && wanted.j === j,
          () => `word ${asked} is read at ${address} + ${i * bus}`,
        );
        asked++;
      }
      const burst = { id: Number(id), address, beats, given: 0 };
      owner.set(burst, j);
      bursts.push(burst);
      inFlight = Math.max(inFlight, bursts.length);
    },
    pause,
  );
  let answering: Burst | undefined;
  bench.source(
    io.r,
    () => {
      if (bursts.length === 0 || (seed % 2 === 0 && inFlight < config.dmaInFlight && asked < all.length)) return undefined;
      const b = pause === 0 ? (bursts[0] as Burst) : random.pick(bursts);
      answering = b;
      const response = pause === 0 ? 0 : random.pick([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3]);
      return { id: b.id, data: wordAt(b.address + BigInt(b.given * bus), config.busBits), response, last: b.given + 1 === b.beats ? 1 : 0 };
    },
    ({ response }) => {
      const b = answering as Burst;
      if (response >= 2) failed[owner.get(b) as number] = true;
      b.given++;
      if (b.given === b.beats) bursts.splice(bursts.indexOf(b), 1);
    },
    pause,
  );
  bench.sink<{ data: bigint; last: bigint; failed: bigint }>(
    "out",
    io.out,
    (p) => {
      const list = words[out] as bigint[];
      bench.check(p.data === wordAt(list[beat] as bigint, config.busBits), () => `job ${out} beat ${beat}: wrong data`);
      beat++;
      bench.check((p.last === 1n) === (beat === list.length), () => `job ${out} beat ${beat - 1}: last is ${p.last}`);
      if (beat < list.length) return;
      bench.check((p.failed === 1n) === failed[out], () => `job ${out}: failed is ${p.failed}`);
      if (failed[out]) failures++;
      out++;
      beat = 0;
    },
    pause,
  );
  bench.runUntil(() => out === count, 2000 + 150 * all.length);
  bench.run(10);
  bench.check(job === count && asked === all.length && beat === 0, () => "something is left over");
  return { inFlight, failures };
};
