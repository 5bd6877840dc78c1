/** The ready queue beside its model: register port and engines at random, at once, and every output looked at in every cycle. */
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import type { readyQueue } from "#rtl/ict/ready-queue.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { type Access, type Answer, type Hart, operations, ReadyQueueModel, type Slot } from "./ready-queue-model.ts";

type Block = ReturnType<typeof readyQueue>;
const bits = (list: readonly boolean[]): bigint => list.reduce((n, b, i) => (b ? n | (1n << BigInt(i)) : n), 0n);

/** The block with its model, a cycle at a time. */
export class ReadyQueueBench {
  readonly bench: BlockBench<Block>;
  readonly model: ReadyQueueModel;
  harts: readonly Hart[];
  readonly #io: BlockBench<Block>["sim"]["io"];
  constructor(block: Block, config: Config, seed: number) {
    this.bench = new BlockBench(block, seed);
    this.#io = this.bench.sim.io;
    this.model = new ReadyQueueModel(config);
    this.harts = Array.from({ length: config.harts }, () => ({ accelerated: false, running: 0, mask: true }));
    this.#forget(config);
  }
  /** The model begins with a reset in the middle of everything. */
  #forget(config: Config): void {
    const { sim, random } = this.bench;
    const io = this.#io;
    for (let i = 0; i < config.slots + 24; i++) {
      const bit = (): number => (random.oneIn(3) ? 0 : 1);
      const slot = (): number => random.below(config.slots);
      const hart = random.below(config.harts);
      io.access.valid.value = bit();
      io.access.payload.value = {
        operation: random.pick(["ENABLE", "SUSPEND_RX", "SUSPEND_TX", "TAKE"]),
        slot: slot(),
        on: 3,
        hart,
        priority: 3,
        task: random.bits(64),
      };
      io.received.value = { valid: bit(), slot: slot() };
      io.sent.value = { valid: bit(), slot: slot() };
      if (i < config.slots + 23) sim.step();
    }
    sim.reset(1);
  }
  get irq(): number {
    return this.#io.irq.number;
  }
  /** The answer that stands at the output, as the block gives it. */
  get answer(): Answer | null {
    const a = this.#io.answer;
    if (a.valid.value !== 1n) return null;
    return {
      found: a.found.value === 1n,
      more: a.more.value === 1n,
      enabled: a.enabled.value === 1n,
      suspended: a.suspended.number,
      available: a.available.number,
      cause: a.cause.number,
      slot: a.slot.number,
      hart: a.hart.number,
      priority: a.priority.number,
      task: a.task.value as bigint,
    };
  }
  /** One cycle with this access on offer and these slots' news; true where the access was taken. */
  cycle(access: Access | null, received: number | null = null, sent: number | null = null): boolean {
    const { bench, model, harts } = this;
    const io = this.#io;
    io.access.valid.value = access === null ? 0 : 1;
    if (access !== null) io.access.payload.value = access;
    for (const [pins, slot] of [
      [io.received, received],
      [io.sent, sent],
    ] as const) {
      pins.valid.value = slot === null ? 0 : 1;
      if (slot !== null) pins.slot.value = slot;
    }
    io.accelerated.value = bits(harts.map((t) => t.accelerated));
    io.running.value = harts.map((t) => t.running);
    io.mask.value = bits(harts.map((t) => t.mask));

    const want = (what: string, is: unknown, right: unknown): void =>
      bench.check(Object.is(is, right), () => `${what} is ${String(is)} and should be ${String(right)}`);
    const { ready } = model;
    want("access.ready", io.access.ready.value === 1n, ready);
    const { answer } = this;
    want("answer.valid", answer !== null, model.answer !== null);
    if (answer !== null && model.answer !== null)
      for (const field of Object.keys(answer) as (keyof Answer)[]) want(`answer.${field}`, answer[field], model.answer[field]);
    for (const [k, hart] of harts.entries()) want(`the line of hart ${k}`, (this.irq >> k) % 2 === 1, model.irq(k, hart));
    const taken = access !== null && ready;
    model.step(taken ? access : null, [received, sent]);
    bench.step();
    return taken;
  }
}

/** What the run came by, to see that the stimulus was worth its time. */
export interface Reached {
  /** Entries taken, with one cause and with both. */
  one: number;
  both: number;
  /** Takes that found nothing. */
  none: number;
  /** Entries that left without being taken; of those, from the middle of a queue. */
  cancelled: number;
  inside: number;
  /** Entries that changed queues. */
  moved: number;
  /** Most slots that waited to be looked at. */
  waiting: number;
  /** Entries for which the running thread did not make room. */
  held: number;
}

/** Levels and suspensions change often, owners now and then, lives seldom. */
const usual = ["SUSPEND_RX", "SUSPEND_TX", "SUSPEND_RX", "SUSPEND_TX", "AVAILABLE_RX", "AVAILABLE_TX", "READ"] as const;
const few = (hart: number, slot: number): number => (hart < 2 || slot % 4 === 0 ? hart : 0);
const anAccess = (random: Random, config: Config, slot: number, { slots }: ReadyQueueModel, takes: number): Access => {
  const s = slots[slot] as Slot;
  const operation = random.oneIn(takes)
    ? random.pick(["TAKE", "TAKE", "TAKE", "PEEK"] as const)
    : random.oneIn(30)
      ? random.pick(operations)
      : random.oneIn(8)
        ? "OWNER"
        : s.enabled || random.oneIn(4)
          ? random.pick(usual)
          : "ENABLE";
  const rows = 2 ** Math.max(1, Math.ceil(Math.log2(config.harts)));
  return {
    operation,
    slot,
    on: random.oneIn(3) ? random.below(4) : operation.startsWith("AVAILABLE") ? 0 : 3,
    // Seldom a hart that is not there.
    // Most slots are of few harts, so that there are queues to speak of.
    hart: random.oneIn(3) ? s.hart : few(random.below(random.oneIn(20) ? rows : config.harts), slot),
    priority: random.oneIn(3) ? s.priority : random.pick([0, 5, 7, 7, random.below(8)]),
    task: random.bits(64),
  };
};

/** Runs `cycles` random cycles; throws in the first one in which an output is wrong. */
export const checkReadyQueue = (block: Block, config: Config, cycles: number, seed: number): Reached => {
  const it = new ReadyQueueBench(block, config, seed);
  const { random } = it.bench;
  const { model } = it;
  const reached: Reached = { one: 0, both: 0, none: 0, cancelled: 0, inside: 0, moved: 0, waiting: 0, held: 0 };
  // How busy everybody is, and with which slots, changes.
  let [busy, news, takes] = [1, 1, 4];
  let hot: readonly number[] = [0];
  let offered: Access | null = null;
  const someSlot = (): number => (random.oneIn(8) ? random.below(config.slots) : random.pick(hot));
  const someHart = (): Hart => ({ accelerated: random.oneIn(2), running: random.below(8), mask: !random.oneIn(4) });

  for (let i = 0; i < cycles; i++) {
    if (i % 64 === 0) {
      [busy, news, takes] = [random.pick([1, 1, 2, 8]), random.pick([1, 1, 2, 6, 20]), random.pick([2, 6, 20, 60])];
      hot = Array.from({ length: random.pick([1, 2, 6, 24]) }, () => random.below(config.slots));
    }
    it.harts = it.harts.map((hart) => (random.oneIn(6) ? someHart() : hart));
    offered ??= random.oneIn(busy) ? anAccess(random, config, someSlot(), model, takes) : null;
    const before = new Map(hot.map((s) => [s, { queued: model.queued(s), owner: ownerOf(model, s), list: listOf(model, s) }]));
    const told = (): number | null => (random.oneIn(news) ? someSlot() : null);
    const taken = it.cycle(offered, told(), told());
    if (taken) offered = null;
    const { answer } = model;
    const served = answer?.found === true;
    if (served && answer?.cause === 3) reached.both++;
    else if (served) reached.one++;
    else if (answer !== null) reached.none++;
    for (const [s, was] of before) {
      const left = was.queued && !model.queued(s) && answer?.slot !== s;
      if (left && ownerOf(model, s) !== was.owner) reached.moved++;
      else if (left) reached.cancelled++;
      if (left && was.list.indexOf(s) > 0 && was.list.indexOf(s) < was.list.length - 1) reached.inside++;
    }
    reached.waiting = Math.max(reached.waiting, ...model.waiting.map((w) => w.length));
    for (const [k, hart] of it.harts.entries())
      if (hart.mask && !model.irq(k, hart) && model.irq(k, { ...hart, accelerated: false })) reached.held++;
  }
  return reached;
};
const ownerOf = (model: ReadyQueueModel, slot: number): string => `${model.slot(slot).hart} ${model.slot(slot).priority}`;
const listOf = (model: ReadyQueueModel, slot: number): readonly number[] => [
  ...model.queue(model.slot(slot).hart, model.slot(slot).priority),
];
