/** How long events take, exactly, with a memory that takes what it is given and answers after `latency` cycles. */
import type { Config } from "#rtl/config/config.ts";
import type { controlEvents } from "#rtl/nic/control-events.ts";
import { BlockBench } from "./block-bench.ts";

export interface EventCycles {
  /** From an event to the address of its record, and to the line. */
  readonly address: number;
  readonly line: number;
  /** From all sources at once to the line after the last of them, and how many that was. */
  readonly all: number;
  readonly records: number;
  /** Events lost of those. */
  readonly lost: number;
}
export const eventCycles = (block: ReturnType<typeof controlEvents>, config: Config, latency: number): EventCycles => {
  const bench = new BlockBench(block, 1);
  const { io } = bench.sim;
  const beats = Math.max(1, 128 / config.busBits);
  let due = Number.POSITIVE_INFINITY,
    got = 0,
    asked = 0,
    lost = 0;
  bench.sink(
    "aw",
    io.aw,
    () => {
      asked = bench.cycle;
    },
    0,
  );
  bench.sink(
    "w",
    io.w,
    () => {
      if (++got % beats === 0) due = bench.cycle + 1 + latency;
    },
    0,
  );
  bench.source(
    io.b,
    () => (due <= bench.cycle ? { id: 0, response: 0 } : undefined),
    () => {
      due = Number.POSITIVE_INFINITY;
    },
    0,
  );
  bench.watch(() => {
    lost += io.lost.number;
  });
  const all = (on: number): void => {
    const event = { valid: on, slot: 1 };
    for (const name of ["receiveError", "transmitError", "statusError", "overflow", "malformedDoorbell", "malformedDescriptor"] as const)
      io[name].value = event;
    io.ordinaryReceiveStop.value = io.ordinaryTransmitStop.value = on;
    io.miss.value = { valid: on, tuple: { localIp: 1, localPort: 2, remoteIp: 3, remotePort: 4 } };
    io.fault.value = { ...event, askers: 1, offset: 8, write: 1 };
    io.placed.value = { valid: 0, slot: 0 };
  };
  all(0);
  const now = (on: number, count: number) => ({ enable: on, kinds: 0xffff, base: 0, log_size: 5, count, cycles: 0xff_ffff });
  io.link.value = 0;
  io.settings.value = now(0, 1);
  io.writes.value = { head: 0, head_index: 0, arm: 1, armed: 1 };
  bench.run(config.slots + 1);
  io.settings.value = now(1, 1);
  bench.run(4);
  const line = (): boolean => io.irq.value === 1n;
  const one = bench.cycle;
  io.malformedDoorbell.value = { valid: 1, slot: 1 };
  bench.step();
  all(0);
  bench.runUntil(line, 500);
  const first = { address: asked - one, line: bench.cycle - one };
  const tail = io.status.tail.number;
  // The link goes up, too.
  const begin = bench.cycle;
  io.settings.value = now(1, 12);
  io.writes.value = { head: 0, head_index: 0, arm: 1, armed: 1 };
  all(1);
  io.link.value = 1;
  bench.step();
  all(0);
  bench.runUntil(line, 2000);
  return { ...first, all: bench.cycle - begin, records: io.status.tail.number - tail, lost };
};
