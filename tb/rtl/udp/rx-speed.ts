/** How fast the receive engine is: frames back to back for one slot, a table that always answers, a memory with one latency. */
import type { Config } from "#rtl/common.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { build, defaults, macNumber, Prng } from "#sim/models/packet/index.ts";
import { BlockBench, ones, toBig } from "../nic/block-bench.ts";
import { ReceiveTable } from "./receive-table.ts";

export interface SpeedRun {
  readonly config: Config;
  /** Width of the wire; that of the bus unless said. */
  readonly dataBits?: number;
  readonly payload: number;
  readonly framing?: "stream" | "datagram";
  readonly frames: number;
  /** Cycles from a burst's last data to its answer, at least 1. */
  readonly latency?: number;
  /** Where the first datagram begins in the ring. */
  readonly offset?: number;
}
export interface Speed {
  /** From the first beat of the first frame to its commit, the cycle of each excluded and included. */
  readonly firstCommit: number;
  /** Commits of the second half of the run. */
  readonly cyclesPerFrame: number;
  /** Payload bytes that were written, of the bytes that so many data beats could carry; and of all cycles of the second half. */
  readonly beatShare: number;
  readonly cycleShare: number;
  readonly lost: number;
}

export const receiveSpeed = (run: SpeedRun): Speed => {
  const { config, dataBits = config.busBits, payload, framing = "stream", frames, latency = 1, offset = 0 } = run;
  const bench = new BlockBench(rxEngine(config, dataBits), 1);
  const { io } = bench.sim;
  const wireBytes = dataBits / 8,
    bus = config.busBits / 8;
  const frame = build({
    ethernet: { destination: defaults.deviceMac, source: defaults.peerMac },
    ipv4: { source: defaults.peerAddress, destination: defaults.deviceAddress },
    udp: { sourcePort: 1, destinationPort: 2 },
    payload: new Prng(1).bytes(payload),
  });
  const slot = { life: "open" as const, stopped: false, datagram: framing === "datagram", base: 0x8000_0000n, size: config.ringLimit };
  const slots = [{ ...slot, head: offset, write: offset, tail: offset, inFlight: 0 }];
  const table = new ReceiveTable(bench, config, { slots, match: () => 0, calm: true });
  io.mac.value = macNumber(defaults.deviceMac);
  io.enable.value = 1;
  let sent = 0,
    at = 0,
    lost = 0;
  const parts = Math.ceil(frame.length / wireBytes);
  const commits: number[] = [];
  const beats: number[] = [];
  const open: number[] = [];
  const answers: { readonly id: number; readonly due: number }[] = [];
  bench.source(
    io.wire,
    () => {
      if (sent === frames) return undefined;
      const part = frame.subarray(at * wireBytes, (at + 1) * wireBytes);
      return { data: toBig(part), keep: ones(part.length), last: at + 1 === parts ? 1 : 0, user: 0 };
    },
    () => {
      at = (at + 1) % parts;
      if (at === 0) sent++;
    },
    0,
  );
  bench.sink<{ id: bigint }>("aw", io.aw, ({ id }) => open.push(Number(id)), 0);
  bench.sink<{ last: bigint }>(
    "w",
    io.w,
    ({ last }) => {
      beats.push(bench.cycle);
      if (last === 1n) answers.push({ id: open.shift() as number, due: bench.cycle + latency });
    },
    0,
  );
  bench.source(
    io.b,
    () => {
      const next = answers[0];
      return next !== undefined && next.due <= bench.cycle ? { id: next.id, response: 0 } : undefined;
    },
    () => answers.shift(),
    0,
  );
  bench.sink("ordinary", io.ordinary, () => bench.check(false, () => "a frame for the ordinary path"), 0);
  bench.watch(() => {
    io.now.value = bench.cycle;
    table.drive();
    table.observe();
    if (io.overflow.value === 1n) lost++;
    bench.check(io.verdicts.value === 0n, () => "a frame was dropped");
    if (io.commit.valid.value === 0n) return;
    commits.push(bench.cycle);
    table.commit(0, io.commit.pointer.number, false);
    // The owner reads at once.
    const s = table.slot(0);
    s.head = s.tail;
  });
  const began = bench.cycle;
  bench.runUntil(() => commits.length + lost === frames, 2000 + frames * (parts + 40 + latency));
  const half = Math.floor(commits.length / 2),
    first = commits[half - 1] as number,
    last = commits.at(-1) as number;
  const counted = commits.length - half;
  return {
    firstCommit: (commits[0] as number) - began,
    cyclesPerFrame: (last - first) / counted,
    beatShare: (payload * commits.length) / (beats.length * bus),
    cycleShare: (payload * counted) / ((last - first) * bus),
    lost,
  };
};
