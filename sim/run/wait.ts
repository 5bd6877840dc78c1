/**
 * One thing that a task waits for: enough to wake it, to cancel it, and to say what it was in a hang report.
 *
 * Waking is in two steps. `finish` puts the wait into the scheduler's ready list; the scheduler releases the list one by
 * one, each only when everything before has run. So a task that another one cancels at the same moment does not run.
 */
import type { Scheduler } from "./scheduler.ts";
import type { Task } from "./task.ts";

/** On the promise of a wait: the wait. */
export const waitOf = Symbol("wait");

/** What the scheduler's ready list holds. */
export interface Ready {
  readonly task: Task | undefined;
  /** It is this wait's turn. False when there is nothing left to do. */
  release(): boolean;
  /** The task goes on with this error, instead of what was to come or has just come. */
  fail(error: unknown): void;
}

export class Wait<T = unknown> implements Ready {
  readonly scheduler: Scheduler;
  /** Undefined outside any task: a model's own business. */
  readonly task: Task | undefined;
  /** "RisingEdge(clk)" */
  readonly what: string;
  /** Cycle of the first clock in which it began. */
  readonly since: number;
  readonly promise: Promise<T> & { [waitOf]?: Wait<T> };
  /** Where it began, once it was asked for; formatted only when it is shown. */
  place: Error | null;
  /** Undoes what it armed, when nobody waits any more. */
  onAbandon: (() => void) | undefined;
  /** Takes back the value that nobody came to take. */
  onReturn: ((value: T) => void) | undefined;
  #state: "waiting" | "ready" | "over" = "waiting";
  #outcome: { readonly value: T } | { readonly error: unknown } | undefined;
  #wake!: () => void;

  constructor(scheduler: Scheduler, task: Task | undefined, what: string, place: Error | null) {
    this.scheduler = scheduler;
    this.task = task;
    this.what = what;
    this.since = scheduler.session.cycle;
    this.place = place;
    this.promise = this.#settled();
    this.promise[waitOf] = this;
  }

  /**
   * What the task awaits. It is an async function and not a bare promise so that it can be woken to say where it is: a
   * stack is taken from here up to whoever awaits this, which costs nothing as long as nobody asks.
   */
  async #settled(): Promise<T> {
    for (;;) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      if (this.#state === "over" && this.#outcome !== undefined) break;
      this.place ??= new Error();
    }
    if ("error" in this.#outcome) throw this.#outcome.error;
    return this.#outcome.value;
  }
  /** Sets `place`, once microtasks have run. */
  ask(): void {
    if (this.#state === "waiting") this.#wake();
  }

  /** The task will go on with this value. */
  finish(value: T): void {
    this.#ready({ value });
  }
  fail(error: unknown): void {
    const { state, value } = this.#pending();
    if (state === "over") return;
    if (state === "waiting") this.onAbandon?.();
    else if (value !== undefined) this.onReturn?.(value.value);
    // Nobody need be listening: the loser of a `First`, say.
    this.promise.catch(() => undefined);
    if (state === "waiting") this.#ready({ error });
    else this.#outcome = { error };
  }
  /** Nobody waits any more: the promise never settles. */
  abandon(): void {
    const { state, value } = this.#pending();
    this.#state = "over";
    this.scheduler.waiting.delete(this as Wait);
    if (state === "waiting") this.onAbandon?.();
    else if (state === "ready" && value !== undefined) this.onReturn?.(value.value);
  }
  release(): boolean {
    if (this.#state !== "ready") return false;
    this.#state = "over";
    this.#wake();
    return true;
  }

  #ready(outcome: { readonly value: T } | { readonly error: unknown }): void {
    if (this.#state !== "waiting") return;
    this.#state = "ready";
    this.#outcome = outcome;
    this.scheduler.waiting.delete(this as Wait);
    this.scheduler.makeReady(this as Wait);
  }
  #pending(): { readonly state: "waiting" | "ready" | "over"; readonly value: { readonly value: T } | undefined } {
    return { state: this.#state, value: this.#outcome !== undefined && "value" in this.#outcome ? this.#outcome : undefined };
  }
}

/** Forgets the wait behind a promise, if there is one that only this promise stands for. */
export const abandon = (promise: unknown): void => {
  if (promise instanceof Promise) (promise as Wait["promise"])[waitOf]?.abandon();
};
