/**
 * How many cycles the NIC's RTL needs, in the instant simulator with a memory that answers in the next cycle: what the
 * hardware itself takes, before any bus or memory latency. Deterministic, so the tests assert these numbers exactly.
 */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { buildUdp, defaults, ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import { CoreBench } from "../tb/rtl/nic/core-bench.ts";
import { WalkerBench } from "../tb/rtl/nic/walker-bench.ts";

/** Cycle counts of one configuration. Cycles per frame and bytes per cycle are averages over many frames, back to back. */
export interface RtlCycles {
  /** From the cycle of a 64-byte datagram's first beat on the wire to the one at whose end its slot's tail moves. */
  readonly receiveLatency: number;
  /** From the doorbell's cycle to that of the first beat of a 64-byte datagram on the wire. */
  readonly transmitLatency: number;
  /**
   * With the table walker: from the verdict on a 64-byte datagram whose connection has no slot to the cycle at whose end its tail
   * moves, without three latencies of memory (bucket, entry, datagram). On a narrow bus the table's lines take their cycles, too.
   */
  readonly walkerLatency: number;
  /** Cycles per datagram of 18 (the shortest frame), 64 and 1472 bytes of payload, received into one slot. */
  readonly receiveCycles: { readonly 18: number; readonly 64: number; readonly 1472: number };
  /** The same, sent from one slot in `datagram` framing (each with its header). */
  readonly transmitCycles: { readonly 18: number; readonly 64: number; readonly 1472: number };
  /** Payload bytes per cycle of 1472-byte datagrams. */
  readonly receiveBytes: number;
  readonly transmitBytes: number;
}

const ring = { receive: 0x20000, transmit: 0x40000, size: 65536 };
const port = 7777;

const opened = (config: Config, framing: "stream" | "datagram"): CoreBench => {
  const bench = new CoreBench(config, { inOrder: true });
  bench.write(0, "local", BigInt(ipv4Number(defaults.deviceAddress)) | (BigInt(port) << 32n));
  bench.write(0, "nextHop", macNumber(defaults.peerMac));
  bench.write(0, "rxBase", ring.receive);
  bench.write(0, "rxSize", ring.size);
  bench.write(0, "txBase", ring.transmit);
  bench.write(0, "txSize", ring.size);
  bench.write(0, "control", 1 | (framing === "datagram" ? 4 : 0));
  return bench;
};
const frameOf = (payload: number): Uint8Array =>
  buildUdp({
    ethernet: { destination: defaults.deviceMac, source: defaults.peerMac },
    ipv4: { source: defaults.peerAddress, destination: defaults.deviceAddress },
    udp: { sourcePort: 1234, destinationPort: port },
    payload: Uint8Array.from({ length: payload }, (_, i) => i & 255),
  });
/** Steps until `done`, and returns the number of the cycle in which it came about. */
const cycleOf = (bench: CoreBench, done: () => boolean): number => {
  for (let limit = 100_000; limit > 0; limit--) {
    bench.step();
    if (done()) return bench.cycle - 1;
  }
  throw new Error(`the NIC stands still: ${JSON.stringify(bench.events)}`);
};
const rounded = (value: number): number => Math.round(value * 100) / 100;

const receiveLatency = (config: Config): number => {
  const bench = opened(config, "stream");
  bench.arrive(frameOf(64));
  const first = bench.cycle;
  return cycleOf(bench, () => bench.events.rxCommitted === 1) - first;
};
/** Memory answers in the next cycle, three times. */
const walkerLatency = (config: Config): number => {
  const bench = new WalkerBench({ ...config, walker: true });
  const log = Math.log2(ring.size);
  bench.table.add({ entry: 1, local: { address: defaults.deviceAddress, port }, datagram: false, rxBase: ring.receive, rxLog: log });
  while (bench.pins.walkerBusy.value === 1n) bench.step();
  bench.arrive(frameOf(64));
  const committed = cycleOf(bench, () => bench.events.rxCommitted === 1);
  return committed - (bench.parked[0] ?? Number.NaN) - 3;
};
/** Between the commits of the first quarter and the third of many frames; the NIC may lose some that come too fast. */
const receiveCycles = (config: Config, payload: number): number => {
  const frames = Math.min(200, Math.floor(ring.size / payload) - 1);
  const bench = opened(config, "stream");
  bench.arrive(...Array.from({ length: frames }, () => frameOf(payload)));
  const [early, late] = [frames >> 2, (3 * frames) >> 2];
  const from = cycleOf(bench, () => bench.events.rxCommitted === early);
  const to = cycleOf(bench, () => bench.events.rxCommitted === late);
  return rounded((to - from) / (late - early));
};
/** A slot whose ring holds `frames` datagrams; returns the doorbell's cycle. */
const sending = (config: Config, payload: number, frames: number): { readonly bench: CoreBench; readonly doorbell: number } => {
  const bench = opened(config, "datagram");
  const header = Buffer.alloc(16);
  header.writeUInt16LE(payload, 0);
  header.writeUInt16LE(5555, 2);
  header.writeUInt32LE(ipv4Number(defaults.peerAddress), 4);
  const record = 16 + Math.ceil(payload / 16) * 16;
  for (let i = 0; i < frames; i++) bench.memory.set(header, ring.transmit + i * record);
  const doorbell = bench.cycle;
  bench.write(0, "txTail", frames * record);
  return { bench, doorbell };
};
const transmitLatency = (config: Config): number => {
  const { bench, doorbell } = sending(config, 64, 1);
  for (let limit = 1000; bench.sim.io.tx.valid.value === 0n; limit--) {
    if (limit === 0) throw new Error("the NIC sends nothing");
    bench.step();
  }
  return bench.cycle - doorbell;
};
const transmitCycles = (config: Config, payload: number): number => {
  const frames = Math.min(100, Math.floor(ring.size / (payload + 32)) - 1);
  const { bench } = sending(config, payload, frames);
  const early = frames >> 2;
  const from = cycleOf(bench, () => bench.sent.length === early);
  const to = cycleOf(bench, () => bench.sent.length === frames);
  return rounded((to - from) / (frames - early));
};

/** Cycles of one datagram of 64 bytes, and of the thread that waits for it. */
export interface Latencies {
  readonly slots: number;
  /** Widths of bus and wire. */
  readonly bits: readonly [bus: number, wire: number];
  /** From the first beat on the wire to the cycle in which the tail moves. */
  readonly receive: number;
  /** From the doorbell to the first beat on the wire. */
  readonly transmit: number;
  /** From the tail's move to the level of the hart's interrupt. */
  readonly interrupt: number;
  /** From a `TAKE` that the table sees to its answer, beyond the register port's own cycles. */
  readonly take: number;
}
const wakeLatency = (config: Config): Pick<Latencies, "interrupt" | "take"> => {
  const bench = opened(config, "stream");
  bench.write(0, "suspend", 1);
  bench.arrive(frameOf(64));
  const moved = cycleOf(bench, () => bench.events.rxCommitted === 1);
  const { io } = bench.sim;
  const raised = (): boolean => io.irq.value !== 0n;
  const interrupt = (raised() ? bench.cycle : cycleOf(bench, raised) + 1) - moved;
  const asked = bench.cycle;
  io.request.payload.value = { operation: "TAKE", slot: 0, hart: 0, word: 0, data: 0, strobe: 0, kernel: 1, askers: 0 };
  io.request.valid.value = 1;
  while (io.request.ready.value === 0n) bench.step();
  bench.step();
  io.request.valid.value = 0;
  if (io.reply.valid.value === 0n || (io.reply.data.value & 1n) === 0n) throw new Error("the ready queue is empty after an interrupt");
  return { interrupt, take: bench.cycle - asked };
};
/** Goals of issue and paper: first beat to tail, and doorbell to first beat, by the width of the bus. */
const latencyGoals: Readonly<Record<number, number>> = { 64: 32, 512: 24 };
/** For 16, 64 and 1024 slots, of a bus as wide as the wire and of a narrow one. */
export const measureLatencies = (): readonly Latencies[] =>
  [64, 512].flatMap((busBits) =>
    [16, 64, 1024].map((slots): Latencies => {
      const config: Config = { ...resolveConfig("line-rate"), busBits, slots };
      const bits = [busBits, config.wireBits] as const;
      return { slots, bits, receive: receiveLatency(config), transmit: transmitLatency(config), ...wakeLatency(config) };
    }),
  );
export const latencyHeader = [
  "bus, wire",
  "slots",
  "first beat to tail",
  "doorbell to first beat",
  "goal",
  "tail to interrupt",
  "take",
] as const;
export const latencyRows = (list: readonly Latencies[]): readonly (readonly string[])[] =>
  list.map((l) => {
    const goal = latencyGoals[l.bits[0]] as number;
    const told = `${goal}: ${Math.max(l.receive, l.transmit) <= goal ? "reached" : "missed"}`;
    return [l.bits.join(", "), `${l.slots}`, `${l.receive}`, `${l.transmit}`, told, `${l.interrupt}`, `${l.take}`];
  });

/** Measures a named configuration; takes a second or two. */
export const measureRtl = (name: string): RtlCycles => {
  const config = resolveConfig(name);
  const by = (f: (c: Config, payload: number) => number) => ({ 18: f(config, 18), 64: f(config, 64), 1472: f(config, 1472) });
  const receive = by(receiveCycles);
  const transmit = by(transmitCycles);
  return {
    receiveLatency: receiveLatency(config),
    transmitLatency: transmitLatency(config),
    walkerLatency: walkerLatency(config),
    receiveCycles: receive,
    transmitCycles: transmit,
    receiveBytes: rounded(1472 / receive[1472]),
    transmitBytes: rounded(1472 / transmit[1472]),
  };
};
/** The configurations whose bus carries a frame at the wire's own rate, and the one for fast tests. */
export const measured = ["tiny", "line-rate"] as const;

/** The numbers as rows of a table: what, and a column for each configuration. */
export const rtlRows = (results: readonly RtlCycles[]): readonly (readonly string[])[] => {
  const row = (what: string, of: (r: RtlCycles) => number): readonly string[] => [what, ...results.map((r) => `${of(r)}`)];
  return [
    row("receive: first beat to tail, 64 bytes, cycles", (r) => r.receiveLatency),
    row("send: doorbell to first beat, 64 bytes, cycles", (r) => r.transmitLatency),
    row("walker: miss to tail beside 3 latencies of memory, 64 bytes, cycles", (r) => r.walkerLatency),
    ...([18, 64, 1472] as const).map((n) => row(`receive: cycles per datagram of ${n} bytes`, (r) => r.receiveCycles[n])),
    ...([18, 64, 1472] as const).map((n) => row(`send: cycles per datagram of ${n} bytes`, (r) => r.transmitCycles[n])),
    row("receive: payload bytes per cycle, 1472 bytes", (r) => r.receiveBytes),
    row("send: payload bytes per cycle, 1472 bytes", (r) => r.transmitBytes),
  ];
};
