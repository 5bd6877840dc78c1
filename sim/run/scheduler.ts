/**
 * Runs tasks against a model. Everything that can run at one moment runs before time goes on; time goes on to the next
 * moment that anything waits for, in one call of the model.
 *
 * Order at one moment: models (`onRise` listeners), then whoever waits for the edge, for the time or for a condition, all
 * with samples from before the edge; then whoever waits for a pin's change, with samples from after it; then `ReadOnly`.
 */
import { stopReason } from "#sim/bridge/layout.ts";
import type { Session } from "#sim/bridge/session.ts";
import { SharedEdge } from "./edge.ts";
import { HangError, hangReport } from "./hang.ts";
import { TimeHeap } from "./heap.ts";
import { drainMicrotasks } from "./microtasks.ts";
import { Cancelled, Task } from "./task.ts";
import { type Ready, Wait } from "./wait.ts";

export interface RunOptions {
  /** Cycles of the first clock after which a run counts as hung. */
  readonly maxCycles?: number;
}

/** Time that the event loop may be kept from other work, in milliseconds. */
const sliceMs = 20;

export class Scheduler {
  readonly session: Session;
  readonly name: string;
  readonly main: Task;
  /** Every wait but those for edges. */
  readonly waiting = new Set<Wait>();
  /** Waits that came true, in order: those from `#released` to below `#readyCount`; released one by one. */
  readonly #ready: (Ready | null)[] = [];
  #readyCount = 0;
  #released = 0;
  readonly #rise: SharedEdge[];
  readonly #fall: SharedEdge[];
  readonly #timers = new TimeHeap<Wait<void>>();
  #readOnly: Wait<void>[] = [];
  readonly #tasks = new Set<Task>();
  readonly #limit: number;
  readonly #maxCycles: number;
  #failure: { readonly error: unknown } | null = null;
  #outside = 0;
  #changed = false;
  /** Why it hangs: the last moment before the report, in which every wait says where it is. */
  #diagnosing: string | null = null;
  #idleTurns = 0;
  /** The loop was handed to the event loop. */
  #paused = false;
  #immediate = false;
  /** The main task has ended or something failed. */
  #halted = false;
  #ticks = 0;
  #started = 0;
  #ending = false;
  #over!: () => void;

  constructor(session: Session, name: string, options: RunOptions) {
    this.session = session;
    this.name = name;
    this.main = new Task(this, "main");
    this.#rise = session.clocks.map(({ name }) => new SharedEdge(`RisingEdge(${name})`));
    this.#fall = session.clocks.map(({ name }) => new SharedEdge(`FallingEdge(${name})`));
    this.#maxCycles = options.maxCycles ?? 1_000_000;
    this.#limit = session.now + this.#maxCycles * (session.clocks[0]?.period ?? 10_000);
  }

  /** Runs `body` as the main task until it ends or anything fails. */
  async run(body: () => unknown): Promise<void> {
    this.session.driver = this;
    const over = new Promise<void>((resolve) => {
      this.#over = resolve;
    });
    setImmediate(() => {
      this.#begin(this.main, body);
      this.#loop();
    });
    await over;
    this.session.driver = null;
    if (this.#failure !== null) throw this.#failure.error;
  }

  // ---- tasks ------------------------------------------------------------------------------

  /** Starts a task; it runs up to its first wait at once. */
  start<T>(name: string, body: () => T | Promise<T>): Task<T> {
    this.#checkAlive();
    const task = new Task<T>(this, name);
    this.#tasks.add(task as Task);
    this.#begin(task as Task, body);
    return task;
  }
  #begin(task: Task, body: () => unknown): void {
    task.begin(body as () => Promise<unknown>);
  }
  /** A task has come to its end. */
  ended(task: Task, error: unknown): void {
    this.#tasks.delete(task);
    if (task === this.main) this.#halted = true;
    if (task.state === "failed" && !task.joined) this.#fail(error);
  }
  cancelWaits(task: Task): void {
    const error = new Cancelled(`task ${task.name} was cancelled`);
    for (const wait of [task.edge, ...this.waiting, ...this.#ready.slice(this.#released, this.#readyCount)])
      if (wait?.task === task) wait.fail(error);
  }
  makeReady(wait: Ready): void {
    this.#ready[this.#readyCount++] = wait;
    this.session.attention = true;
  }
  /** Wakes the next task that may go on; false when there is none. */
  #release(): boolean {
    while (this.#released < this.#readyCount) {
      const wait = this.#ready[this.#released];
      this.#ready[this.#released++] = null;
      if (wait?.release()) return true;
    }
    this.#released = this.#readyCount = 0;
    return false;
  }
  #checkAlive(): Task | undefined {
    const task = Task.current();
    if (this.#ending || task?.state === "cancelled") throw new Cancelled(`${task === undefined ? "the run" : `task ${task.name}`} is over`);
    return task;
  }
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#halted = true;
  }

  // ---- what triggers are made of ----------------------------------------------------------

  /** A new wait of the running task; `arm` sees to it that it ends, and may set how to undo that. */
  wait<T>(what: string, arm: (wait: Wait<T>) => void, place: Error | null = null): Wait<T>["promise"] {
    const wait = new Wait<T>(this, this.#checkAlive(), what, place);
    this.waiting.add(wait as Wait);
    arm(wait);
    return wait.promise;
  }
  /** For the names of tasks that were not given one. */
  nextNumber(): number {
    this.#started += 1;
    return this.#started;
  }
  /** The next rising or falling edge of a clock. */
  edge(clock: number, rising: boolean): Promise<void> {
    const edge = (rising ? this.#rise : this.#fall)[clock] as SharedEdge;
    // Only a started task can be cancelled while others go on, so only those need a promise of their own.
    if (this.#tasks.size === 0 && this.#diagnosing === null && !this.#ending) return edge.get();
    const task = this.#checkAlive();
    if (this.#diagnosing === null && task !== undefined) {
      if (task === this.main) return edge.get();
      if (task.edge.free) return task.edge.wait(edge);
    }
    return this.wait<void>(edge.what, (wait) => edge.add(wait as Wait), this.#diagnosing === null ? null : new Error());
  }
  /** A moment, in picoseconds. */
  at(time: number, what: string): Promise<void> {
    return this.wait<void>(what, (wait) => {
      this.#timers.push(time, wait);
      wait.onAbandon = () => this.#timers.remove(wait);
    });
  }
  readOnly(): Promise<void> {
    return this.wait<void>("ReadOnly", (wait) => void this.#readOnly.push(wait));
  }
  /** Something outside of simulated time: time stands still until it settles. */
  outside<T>(promise: Promise<T>, what: string): Promise<T> {
    return this.wait<T>(what, (wait) => {
      this.#outside += 1;
      const back = (): void => {
        this.#outside -= 1;
        this.#soon();
      };
      promise.then(
        (value) => {
          wait.finish(value);
          back();
        },
        (error: unknown) => {
          wait.fail(error);
          back();
        },
      );
    });
  }

  // ---- time -------------------------------------------------------------------------------

  #soon(): void {
    if (this.#immediate) return;
    this.#immediate = true;
    setImmediate(() => {
      this.#immediate = false;
      this.#loop();
    });
  }
  /** Turns until the run is over, something outside is awaited, or others should have the event loop for a moment. */
  #loop(): void {
    if (drainMicrotasks === null) {
      process.nextTick(() => this.#turnAndAgain());
      return;
    }
    const until = performance.now() + sliceMs;
    const { session } = this;
    const [edge, fall] = [this.#rise[0], this.#fall[0]];
    for (let turns = 1; ; turns++) {
      drainMicrotasks();
      if (this.#readyCount > 0 && this.#release()) {
        // Another task goes on in this cycle.
      } else if (edge?.awaited && !fall?.awaited && !this.#unusual && session.tickable && session.nextRise(0) < this.#timers.next) {
        // By far the most frequent: nobody waits for anything before the one clock rises.
        try {
          session.tick();
        } catch (error) {
          this.#fail(error);
        }
        edge.fire();
      } else if (!this.#turn()) return;
      if ((turns & 1023) === 0 && performance.now() > until) {
        this.#soon();
        return;
      }
    }
  }
  /** Something other than an edge or a timer must be looked at. */
  get #unusual(): boolean {
    return (
      this.#halted ||
      this.#diagnosing !== null ||
      this.#changed ||
      this.#outside > 0 ||
      this.#readOnly.length > 0 ||
      this.session.frozen !== null ||
      this.session.now >= this.#limit
    );
  }
  #turnAndAgain(): void {
    // What was woken runs before the next tick; from time to time the event loop has its turn.
    if (!this.#turn()) return;
    this.#ticks += 1;
    if ((this.#ticks & 1023) === 0) setImmediate(() => process.nextTick(() => this.#turnAndAgain()));
    else queueMicrotask(() => process.nextTick(() => this.#turnAndAgain()));
  }

  /** All tasks are parked: lets one more thing happen. False when the loop is to end, or was handed on. */
  #turn(): boolean {
    if (this.#readyCount > 0 && this.#release()) return true;
    if (this.#diagnosing !== null) this.#fail(new HangError(hangReport(this, this.#diagnosing)));
    if (this.main.ended || this.#failure !== null) return this.#end();
    if (this.#outside > 0) return false;
    this.#paused = false;
    try {
      this.#next();
    } catch (error) {
      this.#fail(error);
    }
    return !this.#paused;
  }

  #next(): void {
    const { session } = this;
    if (session.frozen !== null) session.freeze(null);
    if (this.#changed) {
      this.#changed = false;
      session.sample();
      session.waits.fire(true);
      return;
    }
    if (this.#readOnly.length > 0) {
      this.#settle();
      return;
    }
    const stop = this.#nextStop();
    if (stop === null) {
      this.#stuck();
      return;
    }
    this.#idleTurns = 0;
    if (stop > this.#limit || session.now >= this.#limit) {
      this.#diagnose(`the run is not over after ${this.#maxCycles} cycles (maxCycles)`);
      return;
    }
    const reason = session.advance(stop);
    for (let clock = 0; clock < this.#rise.length; clock++) {
      if (session.rose(clock)) (this.#rise[clock] as SharedEdge).fire();
      if (session.fell(clock)) (this.#fall[clock] as SharedEdge).fire();
    }
    while (this.#timers.next <= session.now) this.#timers.pop()?.finish();
    if (reason & stopReason.condition) session.waits.fire(false);
    this.#changed = (reason & stopReason.change) !== 0;
  }

  /** The next moment that anything waits for; null when nothing does. */
  #nextStop(): number | null {
    let stop = this.#timers.next;
    for (let clock = 0; clock < this.#rise.length; clock++) {
      if ((this.#rise[clock] as SharedEdge).awaited) stop = Math.min(stop, this.session.nextRise(clock));
      if ((this.#fall[clock] as SharedEdge).awaited) stop = Math.min(stop, this.session.nextFall(clock));
    }
    if (stop !== Number.POSITIVE_INFINITY) return stop;
    // Pins, counters and models may wake someone at a time that is not known.
    return this.session.waits.inUse > 0 || this.session.listening ? this.#limit : null;
  }

  /** What was written takes effect; who waits for a change of it comes first, `ReadOnly` last. */
  #settle(): void {
    const { session } = this;
    if (session.settle() & stopReason.change) {
      session.waits.fire(true);
      return;
    }
    const waits = this.#readOnly;
    this.#readOnly = [];
    session.freeze("nothing may be written in the ReadOnly phase");
    for (const wait of waits) wait.finish();
  }

  /** Nothing can happen: unless something outside was about to happen, that is a hang. */
  #stuck(): void {
    this.#idleTurns += 1;
    if (this.#idleTurns < 3) {
      this.#paused = true;
      this.#soon();
      return;
    }
    this.#diagnose("nothing can happen any more: no clock edge, no timer and no pin is waited for");
  }
  /** One more moment, in which everyone who waits says where; `#turn` then reports. Those at an edge have to pass it for that. */
  #diagnose(why: string): void {
    this.#diagnosing = why;
    for (const wait of this.waiting) wait.ask();
    for (const edge of [...this.#rise, ...this.#fall]) edge.fire();
  }

  /** Cancels what still runs, lets it clean up, and ends the run. */
  #end(): false {
    if (this.#ending) return false;
    this.#ending = true;
    if (this.session.frozen !== null) this.session.freeze(null);
    for (const task of this.#tasks) if (task.state === "running") task.state = "cancelled";
    if (!this.main.ended) this.main.state = "cancelled";
    const over = new Cancelled("the run is over");
    for (const wait of [...this.waiting]) wait.fail(over);
    for (const task of this.#tasks) task.edge.fail(over);
    while (this.#release());
    for (const edge of [...this.#rise, ...this.#fall]) edge.fail(over);
    // The tasks' `finally` blocks run before this.
    setImmediate(() => this.#over());
    return false;
  }
}
