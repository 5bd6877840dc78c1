/** Tests of a running design: tasks and triggers as in cocotb, and the synchronous style. */

export { HangError } from "./hang.ts";
export { Random } from "./random.ts";
export { applyReset, run, runCycles, type Step } from "./run.ts";
export type { RunOptions } from "./scheduler.ts";
export { Event, Lock, Queue } from "./sync.ts";
export { Cancelled, Task } from "./task.ts";
export type { Waves } from "./testbench.ts";
export { type Bench, type TestBody, type TestbenchOptions, testbench } from "./testbench.ts";
export {
  type Awaitable,
  ClockCycles,
  Combine,
  Edge,
  FallingEdge,
  First,
  outside,
  ReadOnly,
  RisingEdge,
  start,
  TimeoutError,
  Timer,
  Until,
  withTimeout,
} from "./triggers.ts";
