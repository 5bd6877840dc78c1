/** How long status lines take: exact, with a memory that takes what it is given and answers after `latency` cycles. */
import type { Config } from "#rtl/config/config.ts";
import type { statusLines } from "#rtl/nic/status-lines.ts";
import { BlockBench } from "./block-bench.ts";

export interface StatusCycles {
  /** From news to the address of the write, with nothing else to do. */
  readonly news: number;
  /** From the first of as many news as there are slots, one in each cycle, to the last answer. */
  readonly all: number;
  /** From the last answer to idle. */
  readonly rest: number;
  /** Writes of the burst, and of the sweep before it; cycles of the sweep from enable to idle. */
  readonly writes: number;
  readonly swept: number;
  readonly sweep: number;
}
export const statusCycles = (block: ReturnType<typeof statusLines>, config: Config, latency: number): StatusCycles => {
  const bench = new BlockBench(block, 1);
  const { io } = bench.sim;
  const open: { id: bigint; due: number }[] = [];
  let [writes, answered, first] = [0, 0, 0];
  bench.sink<{ id: bigint }>(
    "aw",
    io.aw,
    ({ id }) => {
      if (writes === 0) first = bench.cycle;
      writes++;
      open.push({ id, due: bench.cycle + 1 + latency });
    },
    0,
  );
  bench.sink("w", io.w, () => {}, 0);
  bench.source(
    io.b,
    () => ((open[0]?.due ?? Number.POSITIVE_INFINITY) <= bench.cycle ? { id: open[0]?.id, response: 0 } : undefined),
    () => {
      open.shift();
      answered = bench.cycle;
    },
    0,
  );
  io.status.value = { open: 1, rxTail: 0, txHead: 0 };
  io.settings.value = { enable: 0, base: 0 };
  bench.run(config.slots + 2);
  const idle = (): boolean => io.idle.value === 1n;
  const began = bench.cycle;
  io.settings.value = { enable: 1, base: 0 };
  bench.step();
  bench.runUntil(idle, 100 * config.slots);
  const [sweep, swept] = [bench.cycle - began, writes];
  const tell = (slot: number): number => {
    io.received.value = { valid: 1, slot };
    const now = bench.cycle;
    bench.step();
    io.received.value = { valid: 0, slot: 0 };
    return now;
  };
  writes = 0;
  const one = tell(3);
  bench.step();
  bench.runUntil(idle, 1000);
  const news = first - one;
  writes = 0;
  const burst = bench.cycle;
  for (let i = 0; i < config.slots; i++) tell(i);
  bench.step();
  bench.runUntil(idle, 100 * config.slots);
  return { news, all: answered - burst, rest: bench.cycle - answered, writes, swept, sweep };
};
