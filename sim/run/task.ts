/** Tasks: functions that run side by side in simulated time. Which one is running is known through async context. */
import { AsyncLocalStorage } from "node:async_hooks";
import { TaskEdge } from "./edge.ts";
import type { Scheduler } from "./scheduler.ts";

/** Thrown into a task that was cancelled, at the place where it waits. `finally` blocks run; nothing can be waited for. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export type TaskState = "running" | "done" | "failed" | "cancelled";

const current = new AsyncLocalStorage<Task>();

/** A started function. */
export class Task<T = unknown> {
  readonly name: string;
  readonly scheduler: Scheduler;
  state: TaskState = "running";
  /** Nothing of it will run any more; a cancelled task still has its `finally` blocks before it. */
  ended = false;
  /** Someone takes the error of this task, so it does not end the test by itself. */
  joined = false;
  /** Its wait for a clock edge. */
  readonly edge: TaskEdge;
  /** Where it was started. */
  readonly place = new Error();
  #result: T | undefined;
  #error: unknown;
  readonly #ends: (() => void)[] = [];

  constructor(scheduler: Scheduler, name: string) {
    this.scheduler = scheduler;
    this.name = name;
    this.edge = new TaskEdge(scheduler, this as Task);
  }

  /** The task that is running now, if any. */
  static current(): Task | undefined {
    return current.getStore();
  }

  /** Runs the body up to its first wait. */
  begin(body: () => T | Promise<T>): void {
    const running = current.run(this as Task, async () => await body());
    running.then(
      (result) => {
        this.#result = result;
        this.#end("done");
      },
      (error: unknown) => {
        this.#error = error;
        this.#end(error instanceof Cancelled && this.state !== "running" ? "cancelled" : "failed");
      },
    );
  }
  #end(state: TaskState): void {
    this.state = state;
    this.ended = true;
    this.scheduler.ended(this as Task, this.#error);
    for (const end of this.#ends) end();
  }

  /** Waits for the task's end; gives its result or throws its error. */
  async join(): Promise<T> {
    this.joined = true;
    if (!this.ended) await this.scheduler.wait<void>(`task ${this.name}`, (wait) => void this.#ends.push(() => wait.finish()));
    if (this.state === "done") return this.#result as T;
    if (this.state === "cancelled") throw new Error(`task ${this.name} was cancelled`);
    throw this.#error;
  }

  /** Ends the task at the place where it waits: `Cancelled` is thrown there. Does nothing once it has ended. */
  cancel(): void {
    if (this.state !== "running") return;
    this.state = "cancelled";
    this.scheduler.cancelWaits(this as Task);
  }
}
