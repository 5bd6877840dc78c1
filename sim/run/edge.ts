/** Everyone who waits for the next edge of a clock. By far the most waits are of this kind, so they are made to be cheap. */
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";
import type { Ready } from "./wait.ts";

/** Whoever is told of an edge. */
interface Waiter {
  finish(value: undefined): void;
}

export class SharedEdge {
  /** "RisingEdge(clk)" */
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
  /** Shared by all who need no promise of their own: it saves one per task and cycle. */
  promise: Promise<void> | null = null;
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly #take = (resolve: () => void, reject: (error: unknown) => void): void => {
    this.resolve = resolve;
    this.reject = reject;
  };
  /** Those who can be cancelled on their own: the first `#count`. The array keeps its size, which is cheaper. */
  readonly #own: (Waiter | null)[] = [];
  #count = 0;

  get(): Promise<void> {
    this.promise ??= new Promise<void>(this.#take);
    return this.promise;
  }
  add(waiter: Waiter): void {
    this.#own[this.#count++] = waiter;
  }
  /** Forgets one before its edge. */
  remove(waiter: Waiter): void {
    const at = this.#own.indexOf(waiter);
    if (at >= 0 && at < this.#count) this.#own[at] = null;
  }
  get awaited(): boolean {
    return this.promise !== null || this.#count > 0;
  }
  fire(): void {
    if (this.promise !== null) {
      this.promise = null;
      this.resolve();
    }
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    for (let i = 0; i < count; i++) {
      this.#own[i]?.finish(undefined);
      this.#own[i] = null;
    }
  }
  fail(error: unknown): void {
    if (this.promise === null) return;
    this.promise.catch(() => undefined);
    this.promise = null;
    this.reject(error);
  }
}

/** A started task's wait for an edge, used again and again; a second one at the same time is a `Wait`. */
export class TaskEdge implements Ready {
  readonly task: Task;
  readonly #scheduler: Scheduler;
  /** Null while it is free. */
  #edge: SharedEdge | null = null;
  promise: Promise<void> | null = null;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  #isReady = false;
  #error: { readonly error: unknown } | null = null;
  readonly #take = (resolve: () => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  constructor(scheduler: Scheduler, task: Task) {
    this.#scheduler = scheduler;
    this.task = task;
  }
  get free(): boolean {
    return this.#edge === null;
  }
  wait(edge: SharedEdge): Promise<void> {
    this.#edge = edge;
    edge.add(this);
    this.promise = new Promise<void>(this.#take);
    return this.promise;
  }
  finish(_: undefined): void {
    this.#isReady = true;
    this.#scheduler.makeReady(this);
  }
  release(): boolean {
    if (!this.#isReady) return false;
    const error = this.#error;
    this.#clear();
    if (error === null) this.#resolve();
    else this.#reject(error.error);
    return true;
  }
  fail(error: unknown): void {
    const edge = this.#edge;
    if (edge === null) return;
    this.#error = { error };
    // Nobody need be listening: the loser of a `First`, say.
    this.promise?.catch(() => undefined);
    if (this.#isReady) return;
    edge.remove(this);
    this.finish(undefined);
  }
  /** Nobody waits any more: the promise never settles. */
  abandon(): void {
    if (!this.#isReady) this.#edge?.remove(this);
    this.#clear();
  }
  #clear(): void {
    this.#edge = null;
    this.#isReady = false;
    this.#error = null;
  }
}
