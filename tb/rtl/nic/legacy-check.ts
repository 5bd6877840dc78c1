/**
 * The prototype's packet pages on the ordinary path, beside a model written from their description (prototype-interface.md,
 * section 6): software that pushes and pops as it likes, a wire and a memory that make everybody wait, memory that refuses,
 * and a kernel that takes the engines away for a while.
 */
import type { Random } from "#hdl/simulate/index.ts";
import { type Config, derived } from "#rtl/config/config.ts";
import type { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { BlockBench, toBig } from "./block-bench.ts";
import { LegacyReceiveSide } from "./legacy-receive-side.ts";
import { type Pins, placeBytes, placeCount } from "./legacy-side.ts";
import { type Hand, LegacyTransmitSide } from "./legacy-transmit-side.ts";
import { OrdinaryMemory } from "./ordinary-memory.ts";

export interface LegacyScenario {
  /** Frames from the wire, and frames to it. */
  readonly receive: number;
  readonly transmit: number;
  readonly lengths: (random: Random) => number;
  readonly latency?: number;
  readonly disorder?: boolean;
  /** Offset of buffers and fragments in a line; any unless said. */
  readonly align?: number;
  /** Pauses on all streams; as the seed will unless said. */
  readonly pause?: number;
  /** Software pushes, and pops, in one of so many cycles. */
  readonly pushes?: number;
  readonly pops?: number;
  /** Chance that a line of memory is refused. */
  readonly refusals?: number;
  /** Most fragments of a frame; 4 unless said. */
  readonly fragments?: number;
  /** Frames without bytes and too long ones among those to send. */
  readonly impossible?: boolean;
  /** One in so many cycles the kernel enables a queue of its own, without descriptors. */
  readonly takes?: number;
  readonly limit?: number;
}
export interface LegacyOutcome {
  readonly cycles: number;
  readonly received: number;
  readonly dropped: number;
  readonly torn: number;
  readonly sent: number;
  readonly refused: number;
  readonly forgotten: number;
  /** Most completions that waited. */
  readonly waited: readonly [receive: number, transmit: number];
}

type Path = ReturnType<typeof ordinaryPath>;
/** Cycles within which the kernel has an engine back, at most. */
const handOver = 20_000;
/** The kernel's queue of one direction, which has no descriptors: enabled now and then, and then idle again. */
class Taker {
  /** The engine is the page's in this cycle. */
  mine = true;
  #left = 0;
  #since = 0;
  readonly #bench: BlockBench<Path>;
  readonly #way: "receive" | "transmit";
  readonly #takes: number | undefined;
  constructor(bench: BlockBench<Path>, way: "receive" | "transmit", takes: number | undefined) {
    this.#bench = bench;
    this.#way = way;
    this.#takes = takes;
  }
  get busy(): boolean {
    return this.#bench.sim.io[`${this.#way}Status`].busy.value === 1n;
  }
  act(may: boolean): void {
    const { random, sim } = this.#bench;
    if (this.#left > 0) this.#left--;
    else if (may && this.#takes !== undefined && !this.busy && random.oneIn(this.#takes)) this.#left = random.below(random.pick([3, 300]));
    const enable = this.#left > 0;
    sim.io[`${this.#way}Settings`].value = {
      enable: enable ? 1 : 0,
      descriptors: 0,
      completions: 0,
      log_size: 3,
      count: 1,
      cycles: 0,
    };
    this.mine = !enable && !this.busy;
    if (this.mine || enable) this.#since = this.#bench.cycle;
    this.#bench.check(this.#bench.cycle < this.#since + handOver, () => `the ${this.#way} engine does not come to its end`);
  }
}

export const checkLegacy = (block: Path, config: Config, s: LegacyScenario, seed: number): LegacyOutcome => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const pins = io as unknown as {
    readonly legacyRequests: { value: unknown };
    readonly legacyStates: Readonly<Record<"receive" | "transmit", { readonly value: Pins }>>;
  };
  const { busBytes, maxFrame } = derived(config);
  const pause = (): number => s.pause ?? bench.pause();
  const latency = s.latency ?? random.below(50);
  const memory = new OrdinaryMemory(bench, io, {
    busBytes,
    bytes: 2 * placeCount * placeBytes,
    latency,
    disorder: s.disorder ?? true,
    pause: pause(),
  });
  const hand: Hand = { bench: bench as never, memory, pushes: s.pushes ?? 3, pops: s.pops ?? 3, align: s.align };
  const receive = new LegacyReceiveSide(hand);
  const transmit = new LegacyTransmitSide(hand, s, maxFrame);
  memory.mayWrite = (at) => receive.owns(at);
  memory.mayRead = (at) => transmit.owns(at, busBytes);
  const refusing = new Map<number, boolean>();
  memory.refuses = (at, write) => {
    if (s.refusals === undefined) return false;
    const line = at >> 6;
    if (!refusing.has(line)) refusing.set(line, random.word() / 2 ** 32 < (s.refusals as number));
    const refuses = refusing.get(line) as boolean;
    if (refuses) (write ? receive : transmit).tears(line);
    return refuses;
  };

  const beats: { data: bigint; keep: bigint; last: number }[] = [];
  bench.source(
    io.from,
    () => {
      if (beats.length === 0 && receive.offered < s.receive) {
        const frame = receive.frame(s.lengths(random));
        for (let i = 0; i < frame.length; i += busBytes) {
          const part = frame.subarray(i, i + busBytes);
          beats.push({ data: toBig(part), keep: (1n << BigInt(part.length)) - 1n, last: i + busBytes >= frame.length ? 1 : 0 });
        }
      }
      return beats[0];
    },
    () => beats.shift(),
    pause(),
  );
  let coming: number[] = [];
  bench.sink<{ data: bigint; keep: bigint; last: bigint }>(
    "to",
    io.to,
    ({ data, keep, last }) => {
      for (let k = 0; k < busBytes; k++) if ((keep >> BigInt(k)) & 1n) coming.push(Number((data >> BigInt(8 * k)) & 255n));
      if (last === 0n) return;
      transmit.leaves(coming);
      coming = [];
    },
    pause(),
  );
  const takers = { receive: new Taker(bench, "receive", s.takes), transmit: new Taker(bench, "transmit", s.takes) };
  let finishing = false;
  bench.watch(() => {
    for (const way of ["receive", "transmit"] as const) takers[way].act(!finishing);
    pins.legacyRequests.value = {
      receive: receive.act(pins.legacyStates.receive.value, takers.receive.mine, finishing),
      transmit: transmit.act(pins.legacyStates.transmit.value, takers.transmit.mine, finishing),
    };
    const { delivered, dropped, sent, refused, receive_stops, transmit_stops } = io.events;
    receive.count(Number(delivered.value), Number(dropped.value));
    transmit.count(Number(sent.value), Number(refused.value));
    bench.check(receive_stops.value === 0n && transmit_stops.value === 0n, () => "a queue without work stops");
    bench.check(io.irqRx.value === 0n && io.irqTx.value === 0n, () => "a queue without work raises its line");
  });
  const start = bench.cycle;
  const limit = s.limit ?? 20_000 + 3000 * (s.receive + s.transmit);
  bench.runUntil(() => receive.offered === s.receive && beats.length === 0 && receive.settled() && transmit.settled(), limit);
  const cycles = bench.cycle - start;
  finishing = true;
  bench.runUntil(() => memory.open === 0 && takers.receive.mine && takers.transmit.mine, handOver);
  bench.run(300);
  receive.audit();
  transmit.audit();
  return {
    cycles,
    received: receive.received,
    dropped: receive.dropped,
    torn: receive.torn,
    sent: transmit.left,
    refused: transmit.refused,
    forgotten: receive.forgotten + transmit.forgotten,
    waited: [receive.waited, transmit.waited],
  };
};
