/** What the ready queue promises, case by case and in cycles. The model looks on in each of them. */
import { describe, expect, it, test } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { readyQueue } from "#rtl/ict/ready-queue.ts";
import { ReadyQueueBench } from "./ready-queue-check.ts";
import type { Access, Answer } from "./ready-queue-model.ts";

const sized = (slots: number, harts: number): Config => ({ ...resolveConfig("tiny"), slots, harts });
const rx = 1,
  tx = 2;
const taskOf = (slot: number): bigint => 0xffff_ffd8_0000_0000n + BigInt(slot) * 0x1000n;

/** The block as the kernel, the owners and the engines see it. */
class Scene extends ReadyQueueBench {
  /** Accesses so far, and the cycle of the last one's taking. */
  accesses = 0;
  takenAt = 0;
  readonly slots: number;
  constructor(slots = 16, harts = 4) {
    const config = sized(slots, harts);
    super(readyQueue(config), config, 1);
    this.slots = slots;
    this.idle(slots + 1);
  }
  get now(): number {
    return this.bench.cycle;
  }
  idle(cycles = 8): void {
    for (let i = 0; i < cycles; i++) this.cycle(null);
  }
  access(operation: Access["operation"], fields: Partial<Access> = {}): void {
    const access = { operation, slot: 0, on: 0, hart: 0, priority: 0, task: 0n, ...fields };
    for (this.accesses++, this.takenAt = this.now; !this.cycle(access); this.takenAt = this.now);
  }
  /** An access that has an answer, which must come two cycles after it was taken. */
  ask(operation: "READ" | "TAKE" | "PEEK", fields: Partial<Access> = {}): Answer {
    this.access(operation, fields);
    expect(this.answer).toBeNull();
    this.cycle(null);
    const { answer } = this;
    expect(this.now - this.takenAt).toBe(2);
    if (answer === null) throw new Error(`${operation} has no answer after two cycles`);
    return answer;
  }
  take(hart = 0): number | null {
    const { found, slot, task } = this.ask("TAKE", { hart });
    if (found) expect(task).toBe(taskOf(slot));
    return found ? slot : null;
  }
  takeAll(hart = 0): readonly (number | null)[] {
    const list: (number | null)[] = [];
    do list.push(this.take(hart));
    while (list.at(-1) !== null);
    return list.slice(0, -1);
  }
  open(slot: number, { hart = 0, priority = 0 } = {}): void {
    this.access("OWNER", { slot, hart, priority, task: taskOf(slot) });
    this.access("ENABLE", { slot });
  }
  sleep(slot: number, side = rx): void {
    this.access(side === rx ? "SUSPEND_RX" : "SUSPEND_TX", { slot, on: side });
  }
  /** The slots open, asleep and awake again, in this order. */
  wake(...slots: readonly number[]): void {
    for (const slot of slots) {
      this.open(slot);
      this.sleep(slot);
      this.cycle(null, slot);
    }
    this.idle();
  }
  /** Cycles until the lines are `irq`; 0 where they are now. */
  until(irq: number, limit = 100): number {
    const start = this.now;
    while (this.irq !== irq) {
      if (this.now - start > limit) throw new Error(`the lines are ${this.irq} and not ${irq} after ${limit} cycles`);
      this.cycle(null);
    }
    return this.now - start;
  }
}

describe("cycles", () => {
  it.each([16, 64, 1024])("from news to the line 3, from a suspension 2, with %i slots", (slots) => {
    const s = new Scene(slots);
    s.open(slots - 1, { hart: 3 });
    s.sleep(slots - 1);
    s.sleep(slots - 1, tx);
    s.idle();
    for (const [received, sent] of [
      [slots - 1, null],
      [null, slots - 1],
    ] as const) {
      const start = s.now;
      s.cycle(null, received, sent);
      s.until(8);
      expect(s.now - start).toBe(3);
      expect(s.take(3)).toBe(slots - 1);
      expect(s.irq).toBe(0);
    }
    s.idle();
    s.sleep(slots - 1);
    expect(s.until(8) + 1).toBe(2);
  });
  test("takes of all harts, one a cycle, are answered one a cycle", () => {
    const s = new Scene();
    for (const hart of [0, 1, 2, 3]) {
      s.open(hart + 4, { hart });
      s.access("AVAILABLE_RX", { slot: hart + 4, on: rx });
      s.sleep(hart + 4);
    }
    s.idle();
    const answers: (number | undefined)[] = [];
    for (let i = 0; i < 6; i++) {
      if (i >= 2) answers.push(s.answer?.slot);
      s.cycle(i < 4 ? { operation: "TAKE", slot: 0, on: 0, hart: 3 - i, priority: 0, task: 0n } : null);
    }
    expect(answers).toEqual([7, 6, 5, 4]);
    expect(s.irq).toBe(0);
  });
  it.each([16, 64, 1024])("all %i slots have news from both engines: all are queued in time", (slots) => {
    for (const busy of [false, true]) {
      const s = new Scene(slots, 8);
      for (let slot = 0; slot < slots; slot++) {
        s.open(slot, { hart: slot % 8, priority: slot % 3 });
        s.sleep(slot);
        s.sleep(slot, tx);
      }
      s.idle();
      // The access that takes most of the port's time, on offer in every cycle.
      const load: Access | null = busy ? { operation: "OWNER", slot: 0, hart: 0, priority: 0, task: taskOf(0), on: 0 } : null;
      for (let i = 0; i < slots; i++) s.cycle(load, i, (i + slots / 2) % slots);
      const limit = (busy ? 10 : 2) * slots + 3;
      const last = s.now;
      while (s.model.slots.some((_, i) => !s.model.queued(i))) s.cycle(load);
      expect(s.now - last).toBeLessThanOrEqual(limit);
      s.idle(limit);
      const served = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((hart) => s.takeAll(hart));
      expect(new Set(served).size).toBe(slots);
      expect(served.length).toBe(slots);
    }
  });
  test("an access waits for a cycle after OWNER, and for one in four where news waits", () => {
    const s = new Scene();
    const read: Access = { operation: "READ", slot: 0, on: 0, hart: 0, priority: 0, task: 0n };
    expect(s.cycle({ ...read, operation: "OWNER" })).toBe(true);
    expect(s.cycle(read)).toBe(false);
    expect(s.cycle(read)).toBe(true);
    const taken = Array.from({ length: 40 }, (_, i) => s.cycle(read, i < 16 ? i : null));
    const refused = taken.flatMap((t, i) => (t ? [] : [i]));
    expect(refused.length).toBe(Math.floor((refused.at(-1) as number) / 4));
    expect(refused.every((i, n) => n === 0 || i - (refused[n - 1] as number) === 4)).toBe(true);
  });
});

describe("no wake-up is lost or made up", () => {
  const around = Array.from({ length: 13 }, (_, i) => i - 6);
  /** Something at cycle 20, and news at another. */
  const race = (s: Scene, offset: number, side: number, access: Access): void => {
    const start = s.now;
    while (s.now < start + 30) {
      const news = s.now - start === 20 + offset ? 5 : null;
      s.cycle(s.now - start === 20 ? access : null, side === rx ? news : null, side === tx ? news : null);
    }
  };
  describe.each([
    ["data", rx],
    ["room", tx],
  ] as const)("%s", (_, side) => {
    const none = { slot: 5, hart: 0, priority: 0, task: 0n, on: 0 };
    it.each(around)("comes %i cycles after the suspension", (offset) => {
      const s = new Scene();
      s.open(5);
      race(s, offset, side, { ...none, operation: side === rx ? "SUSPEND_RX" : "SUSPEND_TX", on: side });
      expect(s.irq).toBe(1);
      expect(s.ask("PEEK")).toMatchObject({ found: true, slot: 5, cause: side, more: false });
      expect(s.takeAll()).toEqual([5]);
    });
    it.each(around)("comes %i cycles after the old was consumed", (offset) => {
      const s = new Scene();
      s.open(5);
      s.sleep(5, side);
      race(s, offset, side, { ...none, operation: side === rx ? "AVAILABLE_RX" : "AVAILABLE_TX" });
      // What came before was consumed; what came with it or later was not.
      expect(s.irq).toBe(offset < 0 ? 0 : 1);
      expect(s.takeAll()).toEqual(offset < 0 ? [] : [5]);
    });
    it.each(around)("comes %i cycles after another slot's take, and its own", (offset) => {
      const s = new Scene();
      s.open(5);
      s.sleep(5, side);
      s.wake(9);
      race(s, offset, side, { ...none, operation: "TAKE" });
      // The other one was first.
      expect(s.takeAll()).toEqual([5]);
      s.sleep(5, side);
      s.idle();
      race(s, offset, side, { ...none, operation: "TAKE" });
      expect(s.takeAll()).toEqual([]);
      // What there is still counts: it sleeps on it and is queued at once.
      s.sleep(5, side);
      expect(s.until(1)).toBe(1);
    });
    it.each(around)("comes %i cycles after the slot was closed", (offset) => {
      const s = new Scene();
      s.open(5);
      s.sleep(5, side);
      race(s, offset, side, { ...none, operation: "DISABLE" });
      expect(s.irq).toBe(0);
      s.access("ENABLE", { slot: 5 });
      s.sleep(5, side);
      s.idle();
      // An earlier life's news is not this one's.
      expect(s.irq).toBe(0);
    });
    it.each(around)("comes %i cycles after the slot went to another hart", (offset) => {
      const s = new Scene();
      s.open(5);
      s.sleep(5, side);
      race(s, offset, side, { ...none, operation: "OWNER", hart: 2, priority: 6, task: taskOf(5) });
      expect(s.irq).toBe(4);
      expect(s.take(0)).toBeNull();
      expect(s.takeAll(2)).toEqual([5]);
    });
  });

  test("a slot with both causes is one entry, and both suspensions end", () => {
    const s = new Scene();
    s.open(3);
    s.sleep(3);
    s.sleep(3, tx);
    s.cycle(null, 3, 3);
    s.idle();
    expect(s.ask("TAKE")).toMatchObject({ found: true, slot: 3, cause: rx | tx, more: false });
    expect(s.ask("READ", { slot: 3 })).toMatchObject({ found: false, suspended: 0, available: rx | tx });
    expect(s.takeAll()).toEqual([]);
  });
  test("a suspension that is not among the causes stays", () => {
    const s = new Scene();
    s.open(3);
    s.sleep(3);
    s.sleep(3, tx);
    s.cycle(null, 3);
    s.idle();
    expect(s.ask("TAKE")).toMatchObject({ slot: 3, cause: rx, suspended: rx | tx });
    expect(s.irq).toBe(0);
    s.cycle(null, null, 3);
    s.idle();
    expect(s.ask("TAKE")).toMatchObject({ slot: 3, cause: tx });
  });
  test("it is gone when its suspension ends, its data is consumed or the slot closes, wherever it stands", () => {
    for (const end of ["SUSPEND_RX", "AVAILABLE_RX", "DISABLE", "ENABLE"] as const)
      for (const gone of [[4], [6], [8], [4, 8], [6, 7], [4, 5, 6, 7, 8]]) {
        const s = new Scene();
        s.wake(4, 5, 6, 7, 8);
        for (const slot of gone) s.access(end, { slot });
        s.idle(2);
        const left = [4, 5, 6, 7, 8].filter((x) => !gone.includes(x));
        expect(s.irq).toBe(left.length > 0 ? 1 : 0);
        expect(s.takeAll()).toEqual(left);
      }
  });
  test("reset forgets everything", () => {
    const s = new Scene();
    s.wake(1, 2, 3);
    s.bench.sim.reset(1);
    expect(s.irq).toBe(0);
    // The model does not know of it: from here on the block's pins are looked at alone.
    const { io } = s.bench.sim;
    io.access.valid.value = 0;
    io.received.valid.value = 0;
    io.sent.valid.value = 0;
    for (let i = 0; i < 16; i++) {
      expect(io.access.ready.value).toBe(0n);
      s.bench.sim.step();
    }
    expect(io.access.ready.value).toBe(1n);
    for (const slot of [1, 2, 3]) {
      io.access.valid.value = 1;
      io.access.payload.value = { operation: "READ", slot, on: 0, hart: 0, priority: 0, task: 0n };
      s.bench.sim.step();
      io.access.valid.value = 0;
      s.bench.sim.step();
      const { valid, enabled, suspended, available, found, task } = io.answer;
      expect([valid, enabled, suspended, available, found, task].map((x) => x.value)).toEqual([1n, 0n, 0n, 0n, 0n, 0n]);
    }
  });
});

describe("order", () => {
  test("higher priorities first, first come first served within one", () => {
    const s = new Scene();
    const priorities = [0, 7, 3, 7, 0, 3, 5];
    for (const [slot, priority] of priorities.entries()) s.open(slot, { priority });
    for (const slot of [6, 5, 4, 3, 2, 1, 0]) s.sleep(slot);
    for (const slot of [4, 2, 0, 3, 6, 5, 1]) s.cycle(null, slot);
    s.idle(20);
    expect(s.takeAll()).toEqual([3, 1, 6, 2, 5, 4, 0]);
  });
  test("round robin: who sleeps again is last, and nobody is served twice before all are served once", () => {
    const s = new Scene();
    const slots = [2, 9, 4, 15, 0];
    s.wake(...slots);
    const served = Array.from({ length: 20 }, () => {
      const slot = s.take() as number;
      s.sleep(slot);
      return slot;
    });
    expect(served).toEqual([...slots, ...slots, ...slots, ...slots]);
  });
  test("to another hart or priority: to the end there; to the same: it keeps its place", () => {
    const s = new Scene();
    s.wake(4, 5, 6, 7);
    s.access("OWNER", { slot: 4, task: taskOf(4) });
    expect(s.ask("PEEK").slot).toBe(4);
    s.access("OWNER", { slot: 5, hart: 1, task: taskOf(5) });
    s.access("OWNER", { slot: 4, hart: 1, task: taskOf(4) });
    s.access("OWNER", { slot: 7, priority: 1, task: taskOf(7) });
    s.idle(2);
    expect(s.irq).toBe(3);
    expect(s.takeAll(1)).toEqual([5, 4]);
    expect(s.takeAll(0)).toEqual([7, 6]);
    expect(s.irq).toBe(0);
  });
  test("peeking changes nothing", () => {
    const s = new Scene();
    s.wake(4, 5);
    for (let i = 0; i < 5; i++) expect(s.ask("PEEK")).toMatchObject({ found: true, slot: 4, cause: rx, more: true, task: taskOf(4) });
    expect(s.takeAll()).toEqual([4, 5]);
    expect(s.ask("PEEK")).toEqual({
      found: false,
      more: false,
      enabled: false,
      suspended: 0,
      available: 0,
      cause: 0,
      slot: 0,
      hart: 0,
      priority: 0,
      task: 0n,
    });
  });
  it.each([0, 1, 2, 7, 16])("%i wake-ups cost as many accesses as there are, and one more to see that there is none", (n) => {
    const s = new Scene();
    s.wake(...Array.from({ length: n }, (_, i) => i));
    s.accesses = 0;
    expect(s.takeAll().length).toBe(n);
    expect(s.accesses).toBe(n + 1);
    // With the answer's word for it, not even that.
    if (n === 0) return;
    s.wake(...Array.from({ length: n }, (_, i) => i));
    s.accesses = 0;
    while (s.ask("TAKE").more);
    expect(s.accesses).toBe(n);
    expect(s.irq).toBe(0);
  });
});

describe("the line", () => {
  test("is 1 where the running thread must make room, and the mask lets it", () => {
    const s = new Scene();
    for (let priority = 0; priority < 8; priority++) {
      s.open(priority, { hart: 2, priority });
      s.access("AVAILABLE_RX", { slot: priority, on: rx });
      s.sleep(priority);
      s.idle(3);
      for (const accelerated of [false, true])
        for (const mask of [false, true])
          for (let running = 0; running < 8; running++) {
            s.harts = s.harts.map((_, k) => ({ accelerated, running, mask: mask && k === 2 }));
            s.cycle(null);
            expect(s.irq === 4).toBe(mask && (!accelerated || priority > running));
          }
      expect(s.take(2)).toBe(priority);
    }
  });
  test("a low entry does not raise it when a higher one is taken", () => {
    const s = new Scene();
    s.wake(1);
    s.access("OWNER", { slot: 2, priority: 6, task: taskOf(2) });
    s.access("ENABLE", { slot: 2, on: rx });
    s.sleep(2);
    s.harts = s.harts.map(() => ({ accelerated: true, running: 4, mask: true }));
    s.idle();
    expect(s.irq).toBe(1);
    expect(s.take()).toBe(2);
    expect(s.irq).toBe(0);
    s.harts = s.harts.map(() => ({ accelerated: false, running: 4, mask: true }));
    s.cycle(null);
    expect(s.irq).toBe(1);
  });
});
