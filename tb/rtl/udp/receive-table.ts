/**
 * Stands for the connection table at the receive engine: lookups of six steps whose answers may be taken back, state that
 * stands in the cycle after it was asked for, and slots that are closed, drain, and are opened anew.
 */
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { lookupLatency } from "#rtl/ict/lookup.ts";
import type { rxEngine } from "#rtl/udp/rx-engine.ts";
import type { BlockBench } from "../nic/block-bench.ts";

/** Four-tuple as it goes to the table. */
export interface Key {
  readonly localIp: bigint;
  readonly localPort: bigint;
  readonly remoteIp: bigint;
  readonly remotePort: bigint;
}
/** A slot, and its owner's head. */
export interface Slot {
  /** `closing`: found no longer, but something may be on its way. */
  life: "open" | "closing" | "closed";
  stopped: boolean;
  datagram: boolean;
  base: bigint;
  size: number;
  head: number;
  write: number;
  tail: number;
  /** Datagrams between verdict and commit. */
  inFlight: number;
}
/** A lookup: who asked for what, and who was found, or -1. */
interface Lookup {
  readonly key: Key;
  slot: number;
}
/** A verdict, and the slot as it was when it was given. */
export interface Judgement {
  readonly verdict: {
    readonly slot: number;
    readonly placed: boolean;
    readonly writes: boolean;
    readonly pointer: number;
    readonly timestamp: bigint;
  };
  readonly state: Slot;
}
export interface TableOptions {
  readonly slots: readonly Slot[];
  /** The slot of a key, whether it is open or not; -1: none. */
  readonly match: (key: Key) => number;
  /** Nothing disturbs lookups and slots. */
  readonly calm?: boolean;
}
type Bench = BlockBench<ReturnType<typeof rxEngine>>;

export class ReceiveTable {
  readonly slots: readonly Slot[];
  /** Lookups whose frames wait for their verdicts. */
  readonly answers: Lookup[] = [];
  /** The verdict of the last cycle, if there was one. */
  judgement: Judgement | undefined;
  readonly #bench: Bench;
  readonly #config: Config;
  readonly #match: (key: Key) => number;
  readonly #calm: boolean;
  readonly #steps: (Lookup | undefined)[] = Array.from({ length: lookupLatency }, () => undefined);
  #asked = 0;
  #verdict: Judgement | undefined;

  constructor(bench: Bench, config: Config, { slots, match, calm = false }: TableOptions) {
    this.slots = slots;
    this.#bench = bench;
    this.#config = config;
    this.#match = match;
    this.#calm = calm;
  }
  slot(i: number): Slot {
    return this.slots[i] as Slot;
  }
  /** Sets the engine's inputs for this cycle. */
  drive(): void {
    const { random, sim } = this.#bench;
    const { io } = sim;
    const answer = this.#steps.at(-1);
    const found = answer !== undefined && answer.slot >= 0;
    io.hit.value = found ? 1 : 0;
    io.found.value = found ? answer.slot : random.below(this.#config.slots);
    const s = this.slots[this.#asked];
    const { pointerBits } = derived(this.#config);
    const any = (): number => random.below(2 ** pointerBits);
    io.receive.value = {
      datagram: (s === undefined ? random.oneIn(2) : s.datagram) ? 1 : 0,
      stopped: (s === undefined ? random.oneIn(2) : s.stopped) ? 1 : 0,
      base: s?.base ?? BigInt(64 * any()),
      mask: s === undefined ? any() : s.size - 1,
      head: s?.head ?? any(),
      write: s?.write ?? any(),
    };
    // Commands of the kernel take their cycles of the lookup.
    io.key.ready.value = io.advance.value === 1n && (this.#calm || !random.oneIn(6)) ? 1 : 0;
  }
  /** Takes the engine's outputs of this cycle. */
  observe(): void {
    const bench = this.#bench;
    const { io } = bench.sim;
    this.judgement = this.#verdict;
    this.#verdict = undefined;
    const { verdict, judging } = io;
    if (verdict.valid.value === 1n) {
      const slot = verdict.slot.number;
      bench.check(slot === this.#asked, () => `a verdict for slot ${slot}, but the state is of ${this.#asked}`);
      const s = this.slot(slot);
      bench.check(s.life !== "closed", () => `a verdict for slot ${slot}, which is closed`);
      bench.check(judging.valid.value === 1n && judging.slot.number === slot, () => `slot ${slot} is judged without a word`);
      const [placed, writes] = [verdict.placed.value === 1n, verdict.writes.value === 1n];
      bench.check(placed || !writes, () => "what has no place is written");
      this.#verdict = {
        verdict: { slot, placed, writes, pointer: verdict.pointer.number, timestamp: verdict.timestamp.value },
        state: { ...s },
      };
      if (placed) s.write = verdict.pointer.number;
      if (writes) s.inFlight++;
    }
    const judged = judging.valid.value === 1n ? judging.slot.number : -1;
    bench.check(
      judged < 0 || this.answers.some((a) => a.slot === judged),
      () => `slot ${judged} is said to be judged, but no frame of it waits`,
    );
    this.#asked = io.receiveSlot.number;
    if (io.advance.value === 1n) {
      const answered = this.#steps.pop();
      if (answered !== undefined) this.answers.push(answered);
      const taken = io.key.valid.value === 1n && io.key.ready.value === 1n;
      const key = io.key.payload.value as unknown as Key;
      const slot = taken ? this.#match(key) : -1;
      this.#steps.unshift(taken ? { key, slot: this.slots[slot]?.life === "open" ? slot : -1 } : undefined);
    }
    for (const [i, s] of this.slots.entries())
      if (s.life === "closing" && judged !== i && s.inFlight === 0 && this.#verdict?.verdict.slot !== i) s.life = "closed";
    if (!this.#calm) this.#software();
  }
  /** The end of a datagram's writes. */
  commit(i: number, pointer: number, failed: boolean): void {
    const s = this.slot(i);
    s.inFlight--;
    if (failed) s.stopped = true;
    else if (!s.stopped) s.tail = pointer;
  }
  /** What owners and kernel do: read, close slots, and open them again where they are free. */
  #software(): void {
    const { random } = this.#bench;
    const i = random.below(this.slots.length);
    const s = this.slot(i);
    if (s.life === "closed" && random.oneIn(20))
      Object.assign(s, { life: "open", stopped: false, datagram: random.oneIn(2), head: 0, write: 0, tail: 0 });
    else if (s.life !== "open") return;
    else if (random.oneIn(10)) s.head = s.tail;
    // An owner may write any head: as much room as there can be, or half a ring of it.
    else if (s.inFlight === 0 && s.write === s.tail && random.oneIn(12))
      s.head = (s.write + random.pick([s.size / 2 + random.below(200), random.below(s.size)])) % s.size;
    else if (random.oneIn(s.stopped ? 300 : 400)) {
      s.life = "closing";
      for (const step of this.#steps) if (step?.slot === i) step.slot = -1;
    }
  }
}
