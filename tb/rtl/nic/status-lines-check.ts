/**
 * Status lines between a table whose slots change at any time and a memory as slow as it likes. Every write must be a
 * slot's whole word as the table had it, no older than what memory has; and when the block says that it is idle, memory is
 * the table.
 */
import type { Config } from "#rtl/config/config.ts";
import { derived } from "#rtl/config/config.ts";
import type { statusLines } from "#rtl/nic/status-lines.ts";
import { BlockBench } from "./block-bench.ts";

export interface StatusScenario {
  readonly cycles: number;
  /** A side has news in one cycle of so many; changes every 64 cycles where it is a list. */
  readonly news: readonly number[];
  /** Slots that change, at most. */
  readonly hot: readonly number[];
  readonly pause?: number;
  readonly latency?: number;
  /** Chance that memory refuses a write. */
  readonly refusals?: number;
  /** Chance in a cycle that lines are turned off, or on again. */
  readonly switches?: number;
  /** Chance in a cycle that a slot is closed, or opened. */
  readonly lives?: number;
}
export interface StatusOutcome {
  readonly news: number;
  readonly writes: number;
  readonly failures: number;
  /** Most writes in flight. */
  readonly flight: number;
  /** Times that lines were turned on. */
  readonly sweeps: number;
  /** Cycles from the last news to rest. */
  readonly rest: number;
  /** Longest time for which an open slot's line in memory was what the table no longer had, however often that changed. */
  readonly stale: number;
}
interface State {
  open: boolean;
  rx: number;
  tx: number;
}
interface Write {
  readonly id: number;
  readonly slot: number;
  word: bigint | null;
  due: number;
}
const wordOf = ({ rx, tx }: State): bigint => (BigInt(tx) << 32n) | BigInt(rx);

export const checkStatusLines = (block: ReturnType<typeof statusLines>, config: Config, s: StatusScenario, seed: number): StatusOutcome => {
  const bench = new BlockBench(block, seed);
  const { random, sim } = bench;
  const { io } = sim;
  const { pointerBits } = derived(config);
  const chance = (p: number | undefined): boolean => p !== undefined && random.word() / 2 ** 32 < p;
  const bits = (n: number): number => Number(random.bits(n));
  const anyNews = (valid: boolean, slot = random.below(config.slots)) => ({ valid: valid ? 1 : 0, slot });
  // A reset in the middle of everything leaves nothing behind.
  io.settings.value = { enable: 1, base: 0 };
  const before: bigint[] = [];
  const gap = random.pick([1, 2, 20]);
  for (let i = config.slots + random.below(60); i >= 0; i--) {
    io.received.value = anyNews(random.oneIn(gap));
    io.sent.value = anyNews(random.oneIn(gap));
    io.status.value = { open: 1, rxTail: bits(pointerBits), txHead: bits(pointerBits) };
    io.w.ready.value = random.oneIn(4) ? 0 : 1;
    const answers = before.length > 0 && random.oneIn(2);
    io.b.valid.value = answers ? 1 : 0;
    if (answers) io.b.payload.value = { id: before[0] as bigint, response: 0 };
    // An address waits for its data, in this memory.
    io.aw.ready.value = io.w.ready.value;
    if (answers) before.shift();
    if (io.aw.valid.value === 1n && io.aw.ready.value === 1n) before.push(io.aw.payload.id.value as bigint);
    if (i > 0) sim.step();
  }
  io.b.valid.value = 0;
  io.settings.value = { enable: 0, base: 0 };
  sim.reset(1);

  const table: State[] = Array.from({ length: config.slots }, () => ({
    open: !random.oneIn(4),
    rx: bits(pointerBits),
    tx: bits(pointerBits),
  }));
  /** All words that a slot had, oldest first, and the cycles from which on. */
  const words = table.map((state) => [wordOf(state)]);
  const since = table.map(() => [0]);
  const becomes = (slot: number): void => {
    words[slot]?.push(wordOf(table[slot] as State));
    since[slot]?.push(bench.cycle);
    told[slot] = (told[slot] as number) + 1;
    news++;
    last = bench.cycle;
  };
  /** What memory has: a place in `words`, or null where that is not known (before the first write, and after a refused one). */
  const memory: (number | null)[] = table.map(() => null);
  let base = 0n,
    enabled = false,
    [news, writes, failures, flight, sweeps, stale, last, began] = [0, 0, 0, 0, 0, 0, 0, 0];
  const told = table.map(() => 0);
  const open: Write[] = [];
  const forget = (): void => {
    memory.fill(null);
  };

  const opening = new Set<number>();
  const opened = table.map(() => 0);

  const pause = s.pause ?? bench.pause();
  const latency = s.latency ?? random.below(50);
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "aw",
    io.aw,
    ({ address, length, id }) => {
      const slot = Number(address - base) / 64;
      bench.check(Number.isInteger(slot) && slot >= 0 && slot < config.slots, () => `a write at ${address}, and lines begin at ${base}`);
      bench.check(length === 0n, () => `a burst of ${length + 1n} beats`);
      bench.check(!open.some((w) => BigInt(w.id) === id), () => `ID ${id} is in flight`);
      bench.check(!open.some((w) => w.slot === slot), () => `slot ${slot} has a write in flight`);
      open.push({ id: Number(id), slot, word: null, due: 0 });
      flight = Math.max(flight, open.length);
    },
    pause,
  );
  const data: bigint[] = [];
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "w",
    io.w,
    ({ data: word, strobe, last }) => {
      bench.check(strobe === 255n && last === 1n, () => `strobe ${strobe.toString(16)}, last ${last}`);
      bench.check(word >> 64n === 0n, () => "more than a word");
      data.push(word);
    },
    pause,
  );
  let answering: Write | undefined;
  let refused = false;
  bench.source(
    io.b,
    () => {
      const due = open.filter((w) => w.word !== null && w.due <= bench.cycle);
      answering = due.length > 0 ? random.pick(due) : undefined;
      if (answering === undefined) return undefined;
      refused = chance(s.refusals);
      return { id: answering.id, response: refused ? random.pick([2, 3]) : 0 };
    },
    () => {
      const { slot, word } = answering as Write;
      open.splice(open.indexOf(answering as Write), 1);
      const at = (words[slot] as bigint[]).lastIndexOf(word as bigint);
      bench.check(at >= (memory[slot] ?? 0), () => `slot ${slot}: ${word} is older than what memory has`);
      if (refused) failures++;
      else writes++;
      memory[slot] = refused ? null : at;
      told[slot] = (told[slot] as number) - 1;
      bench.check((told[slot] as number) >= 0, () => `slot ${slot}: more writes than there was to tell`);
    },
    pause,
  );

  let news_gap = 1,
    hot: readonly number[] = [0];
  let busy = true,
    quiet = false;
  /** Who was asked for in the last cycle, and what it was then. */
  let answer: State = { open: true, rx: 0, tx: 0 };
  const change = (slot: number, side: "rx" | "tx"): void => {
    const state = table[slot] as State;
    // What comes late for a closed slot says nothing of it.
    if (!state.open) return;
    state[side] = (state[side] + 1 + bits(4)) % 2 ** pointerBits;
    becomes(slot);
  };
  const someSlot = (): number | null => {
    if (quiet || !random.oneIn(news_gap)) return null;
    const slot = random.oneIn(20) ? random.below(config.slots) : random.pick(hot);
    return slot;
  };
  bench.watch(() => {
    if (bench.cycle % 64 === 0) {
      news_gap = random.pick(s.news);
      hot = Array.from({ length: random.pick(s.hot) }, () => random.below(config.slots));
    }
    // The table answers what it was, the news of that cycle included or not.
    io.status.value = { open: answer.open ? 1 : 0, rxTail: answer.rx, txHead: answer.tx };
    // To open a slot is news.
    const [born] = opening;
    const coming = { rx: born ?? someSlot(), tx: someSlot() };
    io.received.value = anyNews(coming.rx !== null, coming.rx ?? undefined);
    io.sent.value = anyNews(coming.tx !== null, coming.tx ?? undefined);
    if (chance(s.switches) && !quiet) enabled = !enabled;
    if (quiet && io.busy.value === 0n) enabled = true;
    const offer = random.bits(46);
    io.settings.value = { enable: enabled ? 1 : 0, base: offer };
    // What is offered in the last cycle at rest is taken over.
    if (io.busy.value === 0n) base = offer & ~63n;
    for (const w of open)
      if (w.word === null && data.length > 0) {
        w.word = data.shift() as bigint;
        w.due = bench.cycle + latency;
      }
    const { idle } = io;
    if (!busy && io.busy.value === 1n) {
      sweeps++;
      forget();
      table.forEach((_, i) => {
        told[i] = (told[i] as number) + 1;
      });
    }
    busy = io.busy.value === 1n;
    if (!busy) bench.check(open.length === 0 && data.length === 0 && io.aw.valid.value === 0n, () => "at rest, with a write under way");
    bench.check(busy || idle.value === 1n, () => "at rest, and not idle");
    if (!busy || !enabled) began = bench.cycle;
    table.forEach(({ open }, i) => {
      const next = (since[i] as number[])[(memory[i] ?? -1) + 1];
      if (!open || !busy || !enabled || next === undefined) return;
      stale = Math.max(stale, bench.cycle - Math.max(next, began, opened[i] as number));
      bench.check(idle.value === 0n || s.refusals !== undefined, () => `idle, and the line of slot ${i} is not what the table has`);
    });
    const asked = io.slot.number;
    const old = { ...(table[asked] as State) };
    if (born !== undefined) {
      (table[born] as State).open = true;
      opened[born] = bench.cycle;
      opening.delete(born);
    }
    if (coming.rx !== null) change(coming.rx, "rx");
    if (coming.tx !== null) change(coming.tx, "tx");
    answer = random.oneIn(2) ? old : { ...(table[asked] as State) };
    // The pulses.
    const fires = io.b.valid.value === 1n;
    bench.check(io.written.value === (fires && !refused ? 1n : 0n), () => `written is ${io.written.value}`);
    bench.check(io.failed.valid.value === (fires && refused ? 1n : 0n), () => `failed is ${io.failed.valid.value}`);
    if (fires && refused) bench.check(io.failed.slot.number === answering?.slot, () => `slot ${io.failed.slot.number} has failed`);
    if (chance(s.lives) && !quiet) live(random.below(config.slots));
  });
  /** A slot closes, or is to open. */
  const live = (slot: number): void => {
    const state = table[slot] as State;
    if (state.open) state.open = false;
    else opening.add(slot);
  };
  enabled = true;
  bench.run(s.cycles);
  quiet = true;
  const limit = 400 + config.slots * (latency + 40) * (1 + 20 * pause);
  bench.runUntil(() => enabled && io.busy.value === 1n && io.idle.value === 1n && opening.size === 0, 2 * limit);
  const rest = bench.cycle - last;
  bench.run(20);
  bench.check(open.length === 0 && io.idle.value === 1n, () => "it is idle no more, and nothing has happened");
  if (!s.refusals)
    table.forEach((state, i) => {
      bench.check(!state.open || memory[i] === (words[i] as bigint[]).length - 1, () => `at rest, and the line of slot ${i} is stale`);
    });
  return { news, writes, failures, flight, sweeps, rest, stale };
};
