/**
 * What the NIC makes of its bus and of its wire while datagrams stream through it, one way or both, from or into one socket
 * or many: shares of beats and of cycles in the steady state. In the instant simulator, so the tests assert the numbers.
 */
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { buildUdp, defaults, ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import { CoreBench } from "../tb/rtl/nic/core-bench.ts";

/** A stream of datagrams. */
export interface Flow {
  readonly ways: "receive" | "transmit" | "both";
  /** Bytes of payload, in turn. Several are sent in `datagram` framing, in which each has its header. */
  readonly payloads: readonly number[];
  /** Sockets, in turn; 1 unless said. */
  readonly slots?: number;
  /** Cycles after which memory answers; 1 unless said. */
  readonly latency?: number;
  /** Bytes behind a bus word at which the first payload begins; 0 unless said. */
  readonly offset?: number;
  readonly framing?: "stream" | "datagram";
}
/** One way of a flow, in its steady state. */
export interface Share {
  /** Cycles per datagram. */
  readonly cycles: number;
  /** Payload bytes per beat of data, in parts of the bus's width. */
  readonly beats: number;
  /** Payload bytes per cycle, in parts of the bus's width. */
  readonly bus: number;
  /** Cycles in which the wire has a beat. */
  readonly wire: number;
}
export interface FlowResult {
  readonly receive?: Share;
  readonly transmit?: Share;
}

const memory = { receive: 0x10000, transmit: 0x80000, size: 0x70000 };
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
const total = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const port = 7000;

/** A frame that carries `payload` bytes to socket `slot`. */
const frameTo = (slot: number, payload: number): Uint8Array =>
  buildUdp({
    ethernet: { destination: defaults.deviceMac, source: defaults.peerMac },
    ipv4: { source: defaults.peerAddress, destination: defaults.deviceAddress },
    udp: { sourcePort: 1234, destinationPort: port + slot },
    payload: Uint8Array.from({ length: payload }, (_, i) => i & 255),
  });
/** Payload of a frame that was sent, by its UDP header. */
const payloadOf = (frame: Uint8Array): number => Buffer.from(frame).readUInt16BE(38) - 8;

/** Runs `count` datagrams each way and measures from the first quarter of them to the third. */
export const measureFlow = (config: Config, flow: Flow, count: number): FlowResult => {
  const { ways, payloads, slots = 1, latency = 1, offset = 0, framing = payloads.length > 1 ? "datagram" : "stream" } = flow;
  const size = 2 ** Math.floor(Math.log2(memory.size / slots));
  const ring = Math.min(size, config.ringLimit);
  const bench = new CoreBench(config, { inOrder: true, latency });
  const sizes = Array.from({ length: count }, (_, i) => payloads[i % payloads.length] as number);
  bench.sim.io.control.value = { ...bench.sim.io.control.value, largest: framing === "stream" ? Math.max(...payloads) : 1472 };
  for (let slot = 0; slot < slots; slot++) {
    bench.write(slot, "local", BigInt(ipv4Number(defaults.deviceAddress)) | (BigInt(port + slot) << 32n));
    bench.write(slot, "remote", BigInt(ipv4Number(defaults.peerAddress)) | (1234n << 32n));
    bench.write(slot, "nextHop", macNumber(defaults.peerMac));
    bench.write(slot, "rxBase", memory.receive + slot * size);
    bench.write(slot, "rxSize", ring);
    bench.write(slot, "txBase", memory.transmit + slot * size);
    bench.write(slot, "txSize", ring);
    // A wildcard that knows its peer.
    bench.write(slot, "control", 1 | 2 | (framing === "datagram" ? 4 : 0));
  }
  const receives = ways !== "transmit";
  const sends = ways !== "receive";
  const committed = (): number => bench.events.rxCommitted ?? 0;
  // A wire that is faster than the bus would fill the buffer, and frames would be dropped: it brings what is taken.
  const waiting: Uint8Array[] = [];
  /** Bytes that have arrived by each frame's end. */
  const arrived = [0];
  const step = (until: () => boolean): void => {
    for (let limit = 100_000; !until(); limit--) {
      if (limit === 0) throw new Error(`the NIC stands still: ${JSON.stringify(bench.events)}, ${bench.sent.length} sent`);
      while (waiting.length > 0 && (arrived.at(-1) as number) - (arrived[committed()] as number) < config.rxBuffer / 2) {
        const frame = waiting.shift() as Uint8Array;
        arrived.push((arrived.at(-1) as number) + frame.length);
        bench.arrive(frame);
      }
      bench.step();
    }
  };
  // What shifts all that follows.
  if (offset > 0 && receives) waiting.push(...Array.from({ length: slots }, (_, slot) => frameTo(slot, offset)));
  step(() => committed() === (offset > 0 && receives ? slots : 0));
  const before = committed();
  if (sends) {
    const tails = Array.from({ length: slots }, () => (framing === "stream" ? offset : 0));
    if (framing === "stream" && offset > 0) for (let slot = 0; slot < slots; slot++) bench.write(slot, "txTail", offset);
    step(() => bench.sent.length === (framing === "stream" && offset > 0 ? slots : 0));
    sizes.forEach((payload, i) => {
      const slot = i % slots;
      const at = memory.transmit + slot * size + (tails[slot] as number);
      if (framing === "datagram") {
        const header = Buffer.alloc(16);
        header.writeUInt16LE(payload, 0);
        header.writeUInt16LE(1234, 2);
        header.writeUInt32LE(ipv4Number(defaults.peerAddress), 4);
        bench.memory.set(header, at);
      }
      tails[slot] = (tails[slot] as number) + (framing === "datagram" ? 16 + Math.ceil(payload / 16) * 16 : payload);
    });
    if (Math.max(...tails) >= ring) throw new Error(`${count} datagrams do not fit rings of ${ring} bytes`);
    tails.forEach((tail, slot) => {
      bench.write(slot, "txTail", tail);
    });
  }
  if (receives) waiting.push(...sizes.map((payload, i) => frameTo(i % slots, payload)));

  const first = bench.sent.length;
  const snapshot = () => ({
    cycle: bench.cycle,
    received: committed() - before,
    sent: bench.sent.length - first,
    beats: { ...bench.beats },
  });
  const reached = (n: number) =>
    [receives ? snapshot().received >= n : null, sends ? snapshot().sent >= n : null].filter((x) => x !== null);
  step(() => reached(count >> 2).every(Boolean));
  const from = snapshot();
  step(() => reached((3 * count) >> 2).some(Boolean));
  const to = snapshot();
  const cycles = to.cycle - from.cycle;
  const share = (datagrams: number, bytes: number, bus: number, wire: number): Share => ({
    cycles: rounded(cycles / datagrams),
    beats: rounded((bytes * 8) / (bus * config.busBits)),
    bus: rounded((bytes * 8) / (cycles * config.busBits)),
    wire: rounded(wire / cycles),
  });
  return {
    ...(receives && {
      receive: share(
        to.received - from.received,
        total(sizes.slice(from.received, to.received)),
        to.beats.write - from.beats.write,
        to.beats.arrived - from.beats.arrived,
      ),
    }),
    ...(sends && {
      transmit: share(
        to.sent - from.sent,
        total(bench.sent.slice(first + from.sent, first + to.sent).map(payloadOf)),
        to.beats.read - from.beats.read,
        to.beats.sent - from.beats.sent,
      ),
    }),
  };
};

/** What a row must reach. */
export interface Goal {
  readonly what: "cycles" | "beats" | "bus" | "wire";
  readonly value: number;
}
export interface FlowRow {
  readonly name: string;
  readonly config: Config;
  readonly flow: Flow;
  /** Datagrams each way. */
  readonly count: number;
  readonly goal?: Goal;
}
const line = resolveConfig("line-rate");
/** The paper's board, with one clock: a 64-bit bus behind a wire of 512 bits. */
const paper = resolveConfig("prototype", ["wireClock=false", `wireMhz=${resolveConfig("prototype").coreMhz}`]);
const small = [1, 64, 1472, 18, 300];
const each = (name: string, config: Config, flow: Omit<Flow, "ways">, count: number, goal?: Goal, both = goal): FlowRow[] =>
  (["receive", "transmit", "both"] as const).map((ways) => {
    const wanted = ways === "both" ? both : goal;
    return { name: `${name}, ${ways}`, config, flow: { ...flow, ways }, count, ...(wanted && { goal: wanted }) };
  });
const bus = (value: number): Goal => ({ what: "bus", value });
const frames: Goal = { what: "cycles", value: 2 };
const wire: Goal = { what: "wire", value: 1 };
/** The flows of which `./accio bench rtl` tells, and the tests assert every number. */
export const flowRows: readonly FlowRow[] = [
  ...[1, 40].flatMap((latency) =>
    each(`64-bit bus, 64 bytes, memory ${latency}`, paper, { payloads: [64], latency }, 400, bus(0.99), bus(0.98)),
  ),
  ...each("64-bit bus, 64 bytes, 16 sockets", paper, { payloads: [64], slots: 16 }, 400, bus(0.99), bus(0.98)),
  ...each("64-bit bus, 64 bytes, 3 bytes off a word", paper, { payloads: [64], offset: 3 }, 400),
  ...each("64-bit bus, mixed, 16 sockets", paper, { payloads: small, slots: 16 }, 200),
  ...[1, 40].flatMap((latency) => each(`512 bits, shortest frames, memory ${latency}`, line, { payloads: [18], latency }, 400, frames)),
  ...each("512 bits, shortest frames, 16 sockets", line, { payloads: [18], slots: 16 }, 400, frames),
  ...each("512 bits, shortest frames, 16 sockets, with headers", line, { payloads: [18], slots: 16, framing: "datagram" }, 400),
  ...each("512 bits, 1472 bytes, memory 1", line, { payloads: [1472], slots: 4 }, 100, wire),
  ...each("512 bits, 1472 bytes, memory 40", line, { payloads: [1472], slots: 4, latency: 40 }, 100),
  ...each("512 bits, 64 bytes, 3 bytes off a word", line, { payloads: [64], offset: 3 }, 400),
  ...each("512 bits, mixed, 16 sockets, memory 40", line, { payloads: small, slots: 16, latency: 40 }, 200),
];
/** What reaches a goal: at most so many cycles, or at least such a share. */
export const reached = ({ what, value }: Goal, share: Share): boolean => (what === "cycles" ? share.cycles <= value : share[what] >= value);

export const flowHeader = ["flow", "way", "cycles per datagram", "of a beat", "of the bus", "of the wire", "goal"] as const;
/** Runs every flow; a row of the table for each way. Takes some twenty seconds. */
export const measureFlows = (): readonly (readonly string[])[] =>
  flowRows.flatMap(({ name, config, flow, count, goal }) =>
    Object.entries(measureFlow(config, flow, count)).map(([way, share]: [string, Share]) => [
      name,
      way,
      ...[share.cycles, share.beats, share.bus, share.wire].map(String),
      goal === undefined ? "" : `${goal.what} ${goal.value}: ${reached(goal, share) ? "reached" : "missed"}`,
    ]),
  );
