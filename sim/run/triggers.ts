/** What tasks wait for. Every function returns a promise and starts to wait at once: `await` it, or hand it to `First`, `Combine` or `withTimeout`. */
import type { SignalHandle } from "#sim/bridge/handle-types.ts";
import type { Condition, Session } from "#sim/bridge/session.ts";
import type { PortSlot } from "#sim/bridge/slots.ts";
import { Scheduler } from "./scheduler.ts";
import { Task } from "./task.ts";
import { abandon } from "./wait.ts";

/** A pin to wait on: any handle that stands for a whole pin. */
export interface Watchable {
  readonly name: string;
  readonly port: PortSlot;
  readonly store: unknown;
}

const schedulerOf = (signal: Watchable, what: string): Scheduler => {
  const driver = (signal.store as Session).driver;
  if (driver instanceof Scheduler) return driver;
  throw new Error(`${what}(${signal.name}): no tasks run on this design now: use run(dut, ...)`);
};
/** The scheduler of the running task. */
export const here = (what: string): Scheduler => {
  const task = Task.current();
  if (task === undefined) throw new Error(`${what}: not in a task: use it inside run(dut, ...)`);
  return task.scheduler;
};

const watch = (signal: Watchable, kind: "change" | "rise" | "fall", what: string): Promise<void> => {
  const scheduler = schedulerOf(signal, what);
  if (kind !== "change" && signal.port.width !== 1)
    throw new RangeError(`${what}(${signal.name}): it has ${signal.port.width} bits; use Edge`);
  return scheduler.wait<void>(`${what}(${signal.name})`, (wait) => {
    const { waits } = scheduler.session;
    const entry = waits.add({ kind, port: signal.port.index, text: signal.name }, () => {
      waits.remove(entry);
      wait.finish();
    });
    wait.onAbandon = () => waits.remove(entry);
  });
};

/**
 * The next rising edge. Of a clock: samples are from just before the edge, what a flip-flop sees; what is written then
 * takes effect just after it. Of any other one-bit pin: samples are from just after its change.
 */
export const RisingEdge = (signal: Watchable): Promise<void> =>
  signal.port.clock === null ? watch(signal, "rise", "RisingEdge") : schedulerOf(signal, "RisingEdge").edge(signal.port.clock, true);
/** The next falling edge; see `RisingEdge`. */
export const FallingEdge = (signal: Watchable): Promise<void> =>
  signal.port.clock === null ? watch(signal, "fall", "FallingEdge") : schedulerOf(signal, "FallingEdge").edge(signal.port.clock, false);
/** The next change of a pin, or of a clock. */
export const Edge = (signal: Watchable): Promise<void> => {
  if (signal.port.clock === null) return watch(signal, "change", "Edge");
  const scheduler = schedulerOf(signal, "Edge");
  const { session } = scheduler;
  const [rise, fall] = [session.nextRise(signal.port.clock), session.nextFall(signal.port.clock)];
  return scheduler.edge(signal.port.clock, rise < fall);
};
/** The `count`th rising edge of a clock from now; with 0, now. */
export const ClockCycles = (clock: Watchable, count: number): Promise<void> => {
  const scheduler = schedulerOf(clock, "ClockCycles");
  if (clock.port.clock === null) throw new Error(`ClockCycles(${clock.name}): it is no clock`);
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`ClockCycles(${clock.name}, ${count}): a whole number is needed`);
  if (count === 0) return Promise.resolve();
  const { session } = scheduler;
  const period = session.clocks[clock.port.clock]?.period ?? 0;
  return scheduler.at(session.nextRise(clock.port.clock) + (count - 1) * period, `ClockCycles(${clock.name}, ${count})`);
};
/** So many nanoseconds from now. At the time of a clock edge, samples are from before it. */
export const Timer = (nanoseconds: number): Promise<void> => {
  const scheduler = here("Timer");
  const delay = Math.round(nanoseconds * 1000);
  if (!(delay >= 1)) throw new RangeError(`Timer(${nanoseconds}): at least 0.001 ns`);
  return scheduler.at(scheduler.session.now + delay, `Timer(${nanoseconds} ns)`);
};
/**
 * The end of this moment: all that was written has taken effect and everything has settled. Nothing may be written until
 * the next other wait. After an edge it shows what the registers became.
 */
export const ReadOnly = (): Promise<void> => here("ReadOnly").readOnly();

/** A rising edge at which the condition holds, `dut.done.is(1)` say: checked inside the model, without a visit per cycle. */
export const Until = (condition: Condition): Promise<void> => {
  const scheduler = here("Until");
  return scheduler.wait<void>(`Until(${condition.text})`, (wait) => {
    const { waits } = scheduler.session;
    const entry = waits.add(condition, () => {
      waits.remove(entry);
      wait.finish();
    });
    wait.onAbandon = () => waits.remove(entry);
  });
};

/** Time stands still until the promise of something outside the simulation (a file, a child process) settles. */
export const outside = <T>(promise: Promise<T>, what = "something outside"): Promise<T> => here("outside").outside(promise, what);

// ---- several ----------------------------------------------------------------------------------

export type Awaitable<T = unknown> = Promise<T> | Task<T>;
type Result<A> = A extends Task<infer T> ? T : Awaited<A>;
const promiseOf = <T>(what: Awaitable<T>): Promise<T> => (what instanceof Task ? what.join() : what);

/** Which of them came first, and its value; the others are no longer waited for (tasks go on). */
export const First = async <const A extends readonly Awaitable[]>(
  ...all: A
): Promise<{ [I in keyof A]: readonly [which: number, value: Result<A[I]>] }[number]> => {
  const promises = all.map(promiseOf);
  try {
    return (await Promise.race(promises.map(async (promise, which) => [which, await promise] as const))) as never;
  } finally {
    const edge = Task.current()?.edge;
    for (const promise of promises) {
      if (promise === edge?.promise && !edge.free) edge.abandon();
      else abandon(promise);
    }
  }
};

/** All of them. Fails as soon as one does. */
export const Combine = async <const A extends readonly Awaitable[]>(...all: A): Promise<{ -readonly [I in keyof A]: Result<A[I]> }> =>
  (await Promise.all(all.map(promiseOf))) as never;

/** What was waited for did not come in time. */
export class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/**
 * `what` (a trigger, a task, or a function to run as one), or `TimeoutError` after so many cycles of the first clock or so
 * many nanoseconds. A task or function is cancelled then.
 */
export const withTimeout = async <T>(what: Awaitable<T> | (() => Promise<T>), limit: number | { readonly ns: number }): Promise<T> => {
  const scheduler = here("withTimeout");
  const { session } = scheduler;
  const from = session.cycle;
  const task = typeof what === "function" ? scheduler.start(what.name || "withTimeout", what) : what instanceof Task ? what : null;
  const work = task === null ? (what as Promise<T>) : task.join();
  const [time, text] =
    typeof limit === "number" ? cyclesFromNow(session, limit) : [session.now + Math.round(limit.ns * 1000), `${limit.ns} ns`];
  const [which, value] = await First(work, scheduler.at(time, `timeout of ${text}`));
  if (which === 0) return value as T;
  task?.cancel();
  throw new TimeoutError(`${task === null ? "what was waited for" : `task ${task.name}`} took more than ${text} (from cycle ${from})`);
};
const cyclesFromNow = (session: Session, cycles: number): readonly [number, string] => {
  const first = session.clocks[0];
  if (first === undefined) throw new Error("withTimeout: the design has no clock; give the limit as { ns }");
  return [session.nextRise(0) + (cycles - 1) * first.period, `${cycles} cycles`];
};

// ---- tasks ------------------------------------------------------------------------------------

/** Starts a task beside the running one. Its failure fails the run, unless someone joins it. */
export const start = <T>(body: () => T | Promise<T>, name?: string): Task<T> => {
  const scheduler = here("start");
  return scheduler.start(name ?? (body.name || `task ${scheduler.nextNumber()}`), body);
};

export type { SignalHandle };
