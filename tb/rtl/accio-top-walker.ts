/**
 * `accio_top` with the table walker, between a wire and a memory that holds the kernel's connection table. A scene is software
 * that puts connections into the table and looks on; what it must find in the end is written beside it.
 */

import { readMemory } from "#hdl/regmap/index.ts";
import type { accioTop } from "#rtl/accio-top.ts";
import type { Config } from "#rtl/common.ts";
import { entryRecord, eventBytes, eventRecord } from "#rtl/nic/control-event-formats.ts";
import { buildUdp, ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import type { Host } from "#sim/nic/host.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { type InputFrame, memoryBase, type RunOptions, type RunOutcome, runNic } from "#sim/nic/run.ts";
import { type TableConnection, type TableShape, tableBytes, WalkerTable } from "./walker-table.ts";
import { chooser } from "./wiring-mutants.ts";

export const ourMac = "02:00:00:00:00:01";
export const ourAddress = "10.0.0.1";
const peer = { mac: "02:00:00:00:00:02", address: "10.0.0.2", port: 40_000 };
/** Bytes of a connection's receive ring. */
export const ringLog = 12;

/** Bytes that tell whose they are and which they are. */
export const payloadOf = (port: number, number: number, length = 64): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (port * 7 + number * 13 + i * (number | 1)) & 255);
export interface Sent {
  /** Local port, which names the connection. */
  readonly port: number;
  /** Cycles of the bus after which it comes, from the first one on; with `timing` "capture". */
  readonly at?: number;
  readonly length?: number;
  readonly peerPort?: number;
}
export const framesOf = (config: Config, list: readonly Sent[]): readonly InputFrame[] =>
  list.map(({ port, at = 0, length = 64, peerPort = peer.port }, i) => ({
    timestamp: BigInt(Math.round((at * 1000) / config.coreMhz)),
    data: buildUdp({
      ethernet: { destination: ourMac, source: peer.mac },
      ipv4: { source: peer.address, destination: ourAddress },
      udp: { sourcePort: peerPort, destinationPort: port },
      payload: payloadOf(port, i, length),
    }),
  }));

export interface SceneOptions {
  readonly config: Config;
  readonly sent: readonly Sent[];
  readonly table?: Partial<TableShape>;
  readonly timing?: RunOptions["timing"];
  readonly memory?: RunOptions["memory"];
  readonly pause?: number;
  /** Before frames come; the NIC is on, the walker is not. */
  readonly before?: (s: Stage) => Promise<void> | void;
  /** While they come; ends when nothing more is to be looked at. */
  readonly during?: (s: Stage) => Promise<void>;
  readonly after?: (s: Stage) => Promise<void>;
  /** The top with mutants in it (wiring-mutants.ts), and which of them it is to be; 0: none. */
  readonly broken?: { readonly module: ReturnType<typeof accioTop>; readonly mutant: number };
}
/** What a scene works with. */
export interface Stage {
  readonly host: Host;
  readonly table: WalkerTable;
  /** The `n`th connection's rings, 4 KiB each. */
  readonly ring: (n: number) => number;
  readonly connection: (n: number, port: number, more?: Partial<TableConnection>) => TableConnection;
  readonly lines: () => number;
  readonly events: () => readonly SeenEvent[];
}
export interface SeenEvent {
  readonly kind: string;
  readonly entry: number;
  readonly write: boolean;
}
export interface SceneOutcome extends RunOutcome {
  /** Frames that went the ordinary way, and those that the hardware sent. */
  readonly ordinary: readonly Uint8Array[];
  readonly out: readonly Uint8Array[];
}
const eventRecords = 64;

/** Runs a scene on a fresh NIC. */
export const playScene = async (options: SceneOptions): Promise<SceneOutcome> => {
  const { config, sent } = options;
  const shape: TableShape = { at: memoryBase, logBuckets: 8, last: 2000, first: config.slots / 2, ...options.table };
  const { broken } = options;
  const nic = await buildNic(config, { seed: 1, ...(broken === undefined ? {} : { module: broken.module }) });
  if (broken !== undefined) nic.sim.pin(chooser).value = broken.mutant;
  const ordinary: Uint8Array[] = [];
  const out: Uint8Array[] = [];
  const eventsAt = memoryBase + Math.ceil(tableBytes(shape) / 4096) * 4096;
  const ringsAt = eventsAt + 4096;
  const rings = 2 * 512;
  try {
    const outcome = await runNic(nic, framesOf(config, sent), {
      config,
      binds: [],
      app: "sink",
      timing: options.timing ?? "line",
      memorySize: ringsAt + rings * 2 ** ringLog - memoryBase,
      ...(options.memory === undefined ? {} : { memory: options.memory }),
      ...(options.pause === undefined ? {} : { pause: options.pause }),
      out: (frame) => out.push(frame),
      ordinary: (frame) => ordinary.push(frame),
      program: async (host) => {
        const { registers } = host;
        const table = new WalkerTable(host, shape);
        const ring = (n: number): number => ringsAt + n * 2 ** ringLog;
        const stage: Stage = {
          host,
          table,
          ring,
          connection: (n, port, more = {}) => ({
            entry: n + 1,
            local: { address: ourAddress, port },
            rxBase: ring(n),
            rxLog: ringLog,
            ...more,
          }),
          lines: () => Number(nic.irq_wake.value),
          events: () => eventsIn(host, eventsAt),
        };
        await registers.MAC.write({ address: BigInt(macNumber(ourMac)) });
        await registers.EVENT_QUEUE.RING.write({ address: BigInt(eventsAt) });
        await registers.EVENT_QUEUE.CONTROL.write({ enable: true, logSize: Math.log2(eventRecords), kinds: 0xfffe });
        await registers.CONTROL.write({ enable: true });
        await options.before?.(stage);
        await table.enable();
        // Slots are looked through first, and one is put into reserve.
        while ((await registers.WALKER?.STATUS.read())?.busy === true);
        host.begin();
        await options.during?.(stage);
        while (!host.finished()) await host.pause(20);
        await options.after?.(stage);
      },
    });
    return { ...outcome, ordinary, out };
  } finally {
    nic.sim.close();
  }
};
/** Events that lie in memory, in their order; the ring has not wrapped. */
const eventsIn = ({ memory }: Host, at: number): readonly SeenEvent[] => {
  const seen: SeenEvent[] = [];
  for (let i = 0; i < eventRecords; i++) {
    const bytes = memory.read(at + i * eventBytes, eventBytes);
    const { HEAD } = readMemory(eventRecord, bytes);
    if (!HEAD.phase) break;
    const kind = `${HEAD.kind}`;
    const { ENTRY } = readMemory(entryRecord, bytes);
    const isOfEntry = kind === "MALFORMED_ENTRY" || kind === "TABLE_DMA_ERROR";
    seen.push({ kind, entry: isOfEntry ? ENTRY.number : 0, write: isOfEntry && ENTRY.write });
  }
  return seen;
};

/** Opens one of the kernel's own slots for datagrams to a port from anybody. */
export const openSlot = async ({ registers }: Host, slot: number, port: number, ring: number, log: number): Promise<void> => {
  const r = registers.SLOT.at(slot);
  await r.LOCAL.write({ ip: ipv4Number(ourAddress), port });
  await r.RX_BASE.write({ address: BigInt(ring) });
  await r.RX_SIZE.write({ bytes: 2 ** log });
  await r.CONTROL.write({ enable: true, connected: false, datagram: true, hart: 0 });
};
/** Payloads in a ring of records, from its beginning to `tail`; the ring has not wrapped. */
export const recordsIn = ({ memory }: Pick<Host, "memory">, ring: number, tail: number): readonly Uint8Array[] => {
  const found: Uint8Array[] = [];
  for (let at = 0; at < tail; ) {
    const length = (memory.read32(ring + at) & 0xffff) as number;
    found.push(memory.read(ring + at + 16, length));
    at += 16 + Math.ceil(length / 16) * 16;
  }
  return found;
};
