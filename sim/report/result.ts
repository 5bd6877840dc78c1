/**
 * What a run of `accio run` found out, as plain data: the harness fills in `RunRecord`, everything else is computed from
 * it. `RunSummary` is what `--json` prints; its `version` changes when a key changes its meaning or goes away.
 */
import { type DropCause, dropCauses, type LossCause, lossCauses } from "#sim/models/nic/classify.ts";
import { type Latency, latencyOf } from "./percentiles.ts";
import { type Throughput, throughputOf } from "./throughput.ts";

/** Where a frame was, in the order in which it gets there. Cycles of the configuration's `clockMhz`. */
export const stages = [
  "wireFirst",
  "wireLast",
  "parsed",
  "parked",
  "matched",
  "dmaFirst",
  "dmaLast",
  "tailMoved",
  "doorbell",
  "txFirst",
  "txLast",
] as const;
export type Stage = (typeof stages)[number];

/** `lost`: gone before it could be judged. */
export const verdicts = ["accepted", "ordinary", "dropped", "lost"] as const;
export type FrameVerdict = (typeof verdicts)[number];

/** One frame of the input. */
export interface FrameRecord {
  /** Number in the input capture, from 1, as tshark counts. */
  readonly number: number;
  /** Bytes on the wire, without the frame check sequence. */
  readonly bytes: number;
  readonly verdict: FrameVerdict;
  /** Of a dropped or lost frame. */
  readonly cause?: DropCause | LossCause;
  /** Index into the configuration's sockets; of accepted and dropped frames. */
  readonly slot?: number;
  /** UDP payload bytes; of accepted frames. */
  readonly payload?: number;
  /** Cycle at which each stage was reached; `wireFirst` and `wireLast` are always there. */
  readonly at: { readonly [K in Stage]?: number } & { readonly wireFirst: number; readonly wireLast: number };
}

/** One frame that left on the wire. */
export interface SentRecord {
  readonly bytes: number;
  /** Cycle of its first and of its last beat. */
  readonly first: number;
  readonly last: number;
}

export interface RunConfiguration {
  /** Name of the hardware configuration. */
  readonly name: string;
  readonly application: "echo" | "sink";
  readonly timing: "line" | "capture";
  /** Seed of random pauses; absent without. */
  readonly pauseSeed?: number;
  /** Clock whose cycles are counted. */
  readonly clockMhz: number;
  readonly busBits: number;
  readonly wireBits: number;
  /** Clock of the wire's beats. */
  readonly wireMhz: number;
  readonly mtu: number;
  readonly slots: number;
  readonly harts?: number;
  /** Parameters that were changed, as `key=value`. */
  readonly settings?: readonly string[];
  readonly framing?: "stream" | "datagram";
  /** Cycles that memory takes at least; 1 unless said. */
  readonly memoryLatency?: number;
  /** The accelerated sockets, by slot. */
  readonly sockets: readonly { readonly address: string; readonly port: number }[];
  /** The one peer of each socket, or null for any. */
  readonly peers?: readonly ({ readonly address: string; readonly port: number } | null)[];
  readonly input: string;
  readonly output: string;
  /** Capture of the frames for the ordinary path. */
  readonly ordinary?: string;
  /** What ran the RTL: "Verilator 5.006". */
  readonly simulator?: string;
}

/** Bytes that the wire can carry each way in a counted cycle. */
export const wireCapacity = ({ wireBits, wireMhz, clockMhz }: RunConfiguration) => ((wireBits / 8) * wireMhz) / clockMhz;

/** What the harness records. */
export interface RunRecord {
  readonly configuration: RunConfiguration;
  /** Cycles from the first frame's arrival until everything was quiet. */
  readonly cycles: number;
  readonly frames: readonly FrameRecord[];
  readonly sent: readonly SentRecord[];
  /** What the hardware itself has counted, by register. */
  readonly counters?: Readonly<Record<string, number>>;
  /** Control events, with the cycle of each. */
  readonly events?: readonly EventNote[];
}
export interface EventNote {
  readonly cycle: number;
  readonly text: string;
}

export interface Amount {
  readonly frames: number;
  /** Bytes of whole frames. */
  readonly bytes: number;
}

export interface SocketSummary {
  readonly slot: number;
  readonly address: string;
  readonly port: number;
  readonly accepted: number;
  readonly payloadBytes: number;
  readonly dropped: number;
}

/** How long things took, in cycles; null without a sample. */
export interface Latencies {
  /** First beat on the wire to the tail that the application sees. */
  readonly wireToTail: Latency | null;
  /** Last beat on the wire to the tail: what the hardware adds. */
  readonly lastToTail: Latency | null;
  /** First beat in to first beat out, where a frame was answered. */
  readonly wireToWire: Latency | null;
}
export type LatencyName = keyof Latencies;

export interface RunSummary {
  readonly format: "accio-run";
  readonly version: 1;
  readonly configuration: RunConfiguration;
  readonly cycles: number;
  readonly in: Amount;
  readonly accepted: Amount & { readonly payloadBytes: number };
  readonly ordinary: Amount;
  readonly dropped: Amount & { readonly causes: Readonly<Record<DropCause, number>> };
  readonly lost: Amount & { readonly causes: Readonly<Record<LossCause, number>> };
  readonly out: Amount;
  readonly bytesPerCycle: { readonly in: number; readonly out: number };
  readonly latency: Latencies;
  readonly throughput: Throughput;
  readonly sockets: readonly SocketSummary[];
  readonly counters: Readonly<Record<string, number>>;
  readonly events: readonly EventNote[];
}

export interface RunResult extends RunSummary {
  readonly frames: readonly FrameRecord[];
}

/** Everything that follows from what was recorded. */
export function resultOf({ configuration, cycles, frames, sent, counters = {}, events = [] }: RunRecord): RunResult {
  const bytesIn = bytesOf(frames);
  const bytesOut = bytesOf(sent);
  const accepted = frames.filter(({ verdict }) => verdict === "accepted");
  const dropped = frames.filter(({ verdict }) => verdict === "dropped");
  const lost = frames.filter(({ verdict }) => verdict === "lost");
  return {
    format: "accio-run",
    version: 1,
    configuration,
    cycles,
    in: amount(frames),
    accepted: { ...amount(accepted), payloadBytes: payloadOf(accepted) },
    ordinary: amount(frames.filter(({ verdict }) => verdict === "ordinary")),
    dropped: { ...amount(dropped), causes: countCauses(dropped, dropCauses) },
    lost: { ...amount(lost), causes: countCauses(lost, lossCauses) },
    out: amount(sent),
    bytesPerCycle: { in: cycles === 0 ? 0 : bytesIn / cycles, out: cycles === 0 ? 0 : bytesOut / cycles },
    latency: {
      wireToTail: latencyOf(spans(accepted, "wireFirst", "tailMoved")),
      lastToTail: latencyOf(spans(accepted, "wireLast", "tailMoved")),
      wireToWire: latencyOf(spans(accepted, "wireFirst", "txFirst")),
    },
    throughput: throughputOf(cycles, frames, sent),
    sockets: configuration.sockets.map((socket, slot) => {
      const mine = accepted.filter((frame) => frame.slot === slot);
      return {
        slot,
        ...socket,
        accepted: mine.length,
        payloadBytes: payloadOf(mine),
        dropped: dropped.filter((frame) => frame.slot === slot).length,
      };
    }),
    counters,
    events,
    frames,
  };
}

/** For `--json`: the summary, and with `frames` every frame's way. */
export function jsonOf(result: RunResult, { frames = false } = {}): string {
  const { frames: list, ...summary } = result;
  return `${JSON.stringify(frames ? { ...summary, frames: list } : summary, null, 2)}\n`;
}

/** Cycles between two stages, of the frames that reached both. */
export function spans(frames: readonly FrameRecord[], from: Stage, to: Stage): number[] {
  return frames.flatMap(({ at }) => {
    const [begin, end] = [at[from], at[to]];
    return begin === undefined || end === undefined ? [] : [end - begin];
  });
}

const bytesOf = (list: readonly { readonly bytes: number }[]) => list.reduce((sum, { bytes }) => sum + bytes, 0);
const payloadOf = (list: readonly FrameRecord[]) => list.reduce((sum, { payload = 0 }) => sum + payload, 0);
const amount = (list: readonly { readonly bytes: number }[]): Amount => ({ frames: list.length, bytes: bytesOf(list) });

function countCauses<K extends string>(frames: readonly FrameRecord[], causes: readonly K[]): Record<K, number> {
  return Object.fromEntries(causes.map((cause) => [cause, frames.filter((frame) => frame.cause === cause).length])) as Record<K, number>;
}
