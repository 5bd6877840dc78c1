/** The walker's cycles with a memory and a table that do not make it wait, and whom it evicts. */
import type { Config } from "#rtl/config/config.ts";
import type { tableWalker } from "#rtl/ict/walker.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { WalkerMemory } from "./walker-memory.ts";
import { type Connection, isOf, KernelTable, type Key } from "./walker-model.ts";

/** A walker with connections 1 to `count`, and slots from `first` on; loads and unloads take `service` cycles. */
export class WalkerRig {
  readonly bench;
  readonly table: KernelTable;
  readonly memory: WalkerMemory;
  readonly slots = new Map<number, Connection>();
  readonly victims: number[] = [];
  readonly at = { missed: 0, load: 0, answer: 0 };
  /** Slots that are at work: the table does not give them up. */
  readonly working = new Set<number>();
  /** Slots are at work from their fill on. */
  works = false;
  found = false;
  readonly #first: number;
  readonly #config: Config;
  #miss: { key: Key; token: number } | null = null;
  #use: number | null = null;
  #command: { valid: number; all: number; entry: number } | null = null;
  #answered = true;

  constructor(block: ReturnType<typeof tableWalker>, config: Config, latency: number, count: number, first: number, service = 20) {
    this.bench = new BlockBench(block, 1);
    const { bench } = this;
    const { io } = bench.sim;
    const { random } = bench;
    this.#first = first;
    this.#config = config;
    this.table = new KernelTable(config, random, 6, count);
    for (let entry = 1; entry <= count; entry++)
      while (
        this.table.add(
          entry,
          { localIp: random.bits(32), localPort: random.bits(16), remoteIp: 1n, remotePort: 2n },
          { connected: true },
        ) === null
      );
    this.memory = new WalkerMemory(bench, config, this.table, { pause: 0, latency, readErrors: 0, writeErrors: 0 });
    let load: { slot: number; c: Connection; due: number } | null = null;
    let unload: { slot: number; due: number } | null = null;
    bench.sink<{ slot: bigint; tuple: Key }>(
      "load",
      io.load as never,
      ({ slot, tuple }) => {
        const c = [...this.table.connections.values()].find((x) => isOf(x, tuple)) as Connection;
        load = { slot: Number(slot), c, due: bench.cycle + service };
        this.at.load = bench.cycle;
      },
      0,
    );
    bench.sink<{ slot: bigint }>(
      "unload",
      io.unload as never,
      ({ slot }) => {
        unload = { slot: Number(slot), due: bench.cycle + service };
      },
      0,
    );
    bench.source(
      io.missed as never,
      () => this.#miss ?? undefined,
      () => {
        this.#miss = null;
        this.at.missed = bench.cycle;
      },
      0,
    );
    bench.sink<{ found: bigint }>(
      "answer",
      io.answer as never,
      ({ found }) => {
        this.at.answer = bench.cycle;
        this.found = found === 1n;
        this.#answered = true;
      },
      0,
    );
    bench.watch(() => {
      io.settings.value = {
        enable: 1,
        buckets: this.table.buckets,
        log_buckets: this.table.logBuckets,
        entries: this.table.entries,
        last: this.table.last,
        first: this.#first,
        key: this.table.hashKey,
      };
      io.command.value = this.#command ?? { valid: 0, all: 0, entry: 0 };
      this.#command = null;
      io.used.value = { valid: this.#use === null ? 0 : 1, slot: this.#use ?? 0 };
      this.#use = null;
      const comes = load !== null && load.due === bench.cycle;
      io.loaded.value = { valid: comes ? 1 : 0, status: "DONE" };
      if (comes && load !== null) {
        load.c.slot = load.slot;
        this.slots.set(load.slot, load.c);
        if (this.works) this.working.add(load.slot);
        this.memory.expectMark(load.c, load.slot);
        load = null;
      }
      const goes = unload !== null && unload.due === bench.cycle;
      (io.unloaded.valid as { value: unknown }).value = goes ? 1 : 0;
      if (goes && unload !== null) {
        const { slot } = unload;
        const c = this.slots.get(slot) as Connection;
        const state = io.unloaded.state as never as Record<string, { value: unknown }>;
        const done = !this.working.has(slot);
        (io.unloaded.done as { value: unknown }).value = done ? 1 : 0;
        for (const [name, value] of Object.entries(c.state)) (state[name] as { value: unknown }).value = value;
        if (done) {
          this.victims.push(slot);
          this.slots.delete(slot);
          c.slot = null;
          this.memory.expectState(c, slot, { ...c.state });
        }
        unload = null;
      }
    });
  }
  /** Steps until nothing is under way. */
  settle(): void {
    const { bench } = this;
    bench.step();
    bench.runUntil(() => bench.sim.io.busy.value === 0n && this.#answered && this.#miss === null, 20_000 + 40 * this.#config.slots);
  }
  /** A datagram of connection `entry` has no slot; returns when its walk and what follows from it are over. */
  miss(entry: number): void {
    this.#miss = { key: (this.table.connections.get(entry) as Connection).key, token: entry % 16 };
    this.#answered = false;
    this.settle();
  }
  /** A slot receives. */
  use(slot: number): void {
    this.#use = slot;
    this.bench.step();
  }
  invalidate(entry: number | null): number {
    this.#command = { valid: 1, all: entry === null ? 1 : 0, entry: entry ?? 0 };
    const from = this.bench.cycle;
    this.bench.step();
    this.bench.runUntil(() => this.bench.sim.io.invalidating.value === 0n, 100_000);
    return this.bench.cycle - from;
  }
}

/** Cycles from a miss to its load, and from the load's end to the answer. */
export const walkCycles = (
  block: ReturnType<typeof tableWalker>,
  config: Config,
  latency: number,
): { readonly load: number; readonly answer: number } => {
  const rig = new WalkerRig(block, config, latency, 4, config.slots - 4);
  rig.settle();
  rig.miss(2);
  return { load: rig.at.load - rig.at.missed, answer: rig.at.answer - rig.at.load - 20 };
};
/**
 * Throws unless each eviction takes the first slot behind the last one that was not used since the hand came by, and leaves
 * those that are at work.
 */
export const checkVictims = (block: ReturnType<typeof tableWalker>, config: Config, rounds: number): void => {
  const first = config.slots - 8;
  const rig = new WalkerRig(block, config, 1, 40, first, 2);
  const { bench } = rig;
  const { random } = bench;
  rig.settle();
  const used = new Set<number>();
  let entry = 0,
    hand = first;
  const next = (slot: number): number => (slot === config.slots - 1 ? first : slot + 1);
  /** What the hand does: who goes, or null where all are at work. */
  const expect = (): number => {
    for (let i = 0; i < 3 * 8; i++) {
      const slot = hand;
      hand = next(hand);
      if (!rig.slots.has(slot)) return slot;
      if (used.delete(slot)) continue;
      if (!rig.working.has(slot)) return slot;
    }
    throw new Error("seed 1, cycle 0: no slot is free");
  };
  let reserve = expect();
  for (let i = 0; i < rounds; i++) {
    const before = rig.victims.length;
    do entry = (entry % 40) + 1;
    while ([...rig.slots.values()].some((c) => c.entry === entry));
    for (const slot of rig.slots.keys())
      if (random.oneIn(2)) {
        rig.use(slot);
        used.add(slot);
      }
    rig.working.clear();
    for (const slot of rig.slots.keys()) if (random.oneIn(3) && rig.working.size < 4) rig.working.add(slot);
    rig.miss(entry);
    bench.check(rig.found && rig.slots.get(reserve)?.entry === entry, () => `entry ${entry} is not in slot ${reserve}`);
    used.add(reserve);
    const full = rig.slots.size + (rig.victims.length - before) === 8;
    // Whoever goes is taken out before the model looks: it has its slot then.
    const gone = rig.victims[before];
    if (gone !== undefined) rig.slots.set(gone, rig.table.connections.get(entry) as Connection);
    reserve = expect();
    if (gone !== undefined) rig.slots.delete(gone);
    bench.check(!full || gone === reserve, () => `slot ${gone} is evicted, and slot ${reserve} was due`);
  }
  bench.check(rig.victims.length > rounds / 2, () => `${rig.victims.length} evictions`);
  // All are at work: a walk is told so in the end; then one is not any more.
  for (const slot of rig.slots.keys()) rig.working.add(slot);
  const some = (): number => {
    do entry = (entry % 40) + 1;
    while ([...rig.slots.values()].some((c) => c.entry === entry));
    return entry;
  };
  rig.works = true;
  rig.miss(some());
  bench.check(rig.found, () => "the slot in reserve is not used");
  for (const again of [false, false, true]) {
    if (again) {
      rig.works = false;
      rig.working.clear();
    }
    rig.miss(some());
    bench.check(rig.found === again, () => `found is ${rig.found}, and ${rig.working.size} slots are at work`);
  }
  rig.working.clear();
  const all = rig.slots.size;
  const cycles = rig.invalidate(null);
  bench.check(rig.slots.size === 0 && cycles < 3 * config.slots + all * 40, () => `${rig.slots.size} slots after ${cycles} cycles`);
};
