/** What tasks say to each other: an event, a lock, a queue. All of them are made without a simulation and used in one. */
import { here } from "./triggers.ts";
import type { Wait } from "./wait.ts";

/** Something that happens: everyone who waits is woken by `set`. */
export class Event<T = void> {
  readonly name: string;
  #value: { readonly value: T } | null = null;
  readonly #waiting: Wait<T>[] = [];
  constructor(name = "event") {
    this.name = name;
  }
  get isSet(): boolean {
    return this.#value !== null;
  }
  set(value: T): void {
    this.#value = { value };
    for (const wait of this.#waiting.splice(0)) wait.finish(value);
  }
  clear(): void {
    this.#value = null;
  }
  /** The value of the next `set`; of the last one while the event is set. */
  wait(): Promise<T> {
    if (this.#value !== null) return Promise.resolve(this.#value.value);
    return here("Event.wait").wait<T>(`Event(${this.name})`, (wait) => {
      this.#waiting.push(wait);
      wait.onAbandon = () => remove(this.#waiting, wait);
    });
  }
}

/** Something that one task has at a time; others get it in the order in which they asked. */
export class Lock {
  readonly name: string;
  #locked = false;
  readonly #waiting: Wait<void>[] = [];
  constructor(name = "lock") {
    this.name = name;
  }
  get locked(): boolean {
    return this.#locked;
  }
  acquire(): Promise<void> {
    if (!this.#locked) {
      this.#locked = true;
      return Promise.resolve();
    }
    return here("Lock.acquire").wait<void>(`Lock(${this.name})`, (wait) => {
      this.#waiting.push(wait);
      wait.onAbandon = () => remove(this.#waiting, wait);
      wait.onReturn = () => this.release();
    });
  }
  release(): void {
    if (!this.#locked) throw new Error(`lock ${this.name} is released and not held`);
    const next = this.#waiting.shift();
    if (next === undefined) this.#locked = false;
    else next.finish();
  }
  /** Runs the body while holding the lock. */
  async run<T>(body: () => T | Promise<T>): Promise<T> {
    await this.acquire();
    try {
      return await body();
    } finally {
      this.release();
    }
  }
}

/** Values on their way from tasks to tasks, in order. */
export class Queue<T> {
  readonly name: string;
  /** `put` waits while so many are inside. */
  readonly capacity: number;
  readonly #items: T[] = [];
  readonly #getting: Wait<T>[] = [];
  readonly #putting: { readonly wait: Wait<void>; readonly item: T }[] = [];
  constructor(name = "queue", capacity: number = Number.POSITIVE_INFINITY) {
    if (!(capacity >= 1)) throw new RangeError(`queue ${name}: a capacity of ${capacity}: it must be at least 1`);
    this.name = name;
    this.capacity = capacity;
  }
  get size(): number {
    return this.#items.length;
  }
  get full(): boolean {
    return this.#items.length >= this.capacity;
  }
  /** Puts without waiting; throws when the queue is full. */
  putNow(item: T): void {
    const taker = this.#getting.shift();
    if (taker === undefined) {
      if (this.full) throw new Error(`queue ${this.name} is full: ${this.capacity} items`);
      this.#items.push(item);
    } else taker.finish(item);
  }
  put(item: T): Promise<void> {
    if (!this.full) {
      this.putNow(item);
      return Promise.resolve();
    }
    return here("Queue.put").wait<void>(`Queue.put(${this.name})`, (wait) => {
      this.#putting.push({ wait, item });
      wait.onAbandon = () => {
        const at = this.#putting.findIndex((entry) => entry.wait === wait);
        if (at >= 0) this.#putting.splice(at, 1);
      };
    });
  }
  /** The oldest, or undefined when there is none. */
  getNow(): T | undefined {
    const item = this.#items.shift();
    const next = this.full ? undefined : this.#putting.shift();
    if (next !== undefined) {
      this.#items.push(next.item);
      next.wait.finish();
    }
    return item;
  }
  get(): Promise<T> {
    if (this.#items.length > 0) return Promise.resolve(this.getNow() as T);
    return here("Queue.get").wait<T>(`Queue.get(${this.name})`, (wait) => {
      this.#getting.push(wait);
      wait.onAbandon = () => remove(this.#getting, wait);
      wait.onReturn = (item) => this.#giveBack(item);
    });
  }
  /** An item whose taker was cancelled before it ran. */
  #giveBack(item: T): void {
    const taker = this.#getting.shift();
    if (taker === undefined) this.#items.unshift(item);
    else taker.finish(item);
  }
}

const remove = <T>(list: T[], item: T): void => {
  const at = list.indexOf(item);
  if (at >= 0) list.splice(at, 1);
};
