/** A run: captured frames through the hardware, applications behind it, and what every frame's way was. */
import { type Config, type DropCause, dropCauses } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { type Endpoint, macNumber, macText, type ParsedFrame, parse } from "#sim/models/packet/index.ts";
import type { Device } from "./device.ts";
import { type Application, host } from "./host.ts";
import { type Arrival, AxiMemory, Dice, FrameSink, type HostProgram, RegisterMaster, WireSource } from "./ports.ts";

/** Where memory stands on the bus (reference/rocket). */
export const memoryBase = 0x8000_0000;

export interface RunOptions {
  readonly config: Config;
  readonly binds: readonly Endpoint[];
  readonly app: Application;
  /** `line`: back to back; `capture`: at the frames' times, in cycles of the wire's clock. */
  readonly timing: "line" | "capture";
  /** Seed of pauses at every port; none without. */
  readonly pause?: number;
  /** Cycles from a memory request to its answer. */
  readonly memoryLatency?: readonly [number, number];
  readonly onFrame?: (arrived: number) => void;
  readonly out: (frame: Uint8Array, cycle: number) => void;
  readonly ordinary: (frame: Uint8Array, cycle: number) => void;
  /** Host software in place of `app`; it ends when `finished` says that nothing more will come. */
  readonly program?: (memory: Uint8Array, finished: () => boolean) => HostProgram;
  /** Bytes of memory, where `program` uses more than the bound slots' rings. */
  readonly memorySize?: number;
  /** Cycles without any progress after which the run is given up. */
  readonly patience?: number;
}
export interface InputFrame {
  readonly data: Uint8Array;
  /** Nanoseconds; only the differences count. */
  readonly timestamp: bigint;
}
export type Verdict = "accepted" | "ordinary" | "refused" | DropCause;
/** One frame's way in, in cycles; a stage it did not reach is undefined. */
export interface FrameWay {
  readonly index: number;
  readonly bytes: number;
  readonly wireFirst: number;
  readonly wireLast: number;
  parsed?: number;
  verdict?: Verdict;
  decided?: number;
  /** Payload bytes, where a slot took it. */
  payload?: number;
  dmaFirst?: number;
  committed?: number;
  failed?: boolean;
}
export interface RunOutcome {
  readonly cycles: number;
  readonly frames: readonly FrameWay[];
  readonly sent: readonly { readonly bytes: number; readonly first: number; readonly last: number }[];
  readonly ordinary: number;
  readonly doorbells: readonly number[];
  /** Peers that no frame of the capture showed a MAC address of. */
  readonly unreachable: number;
  readonly mac: string;
  /** Memory as the run left it, from `memoryBase` on. */
  readonly memory: Uint8Array;
}

/** Something stopped moving: the hardware or the host waits for what does not come. */
export class HangError extends Error {
  override readonly name = "HangError";
}

/** The layers of a frame; none where it is too short for Ethernet, which the hardware must bear. */
const layersOf = (data: Uint8Array): Partial<ParsedFrame> => (data.length < 14 ? {} : parse(data));

/** The address that frames for the bound sockets are sent to; a local one where there are none. */
const ownMac = (frames: readonly InputFrame[], binds: readonly Endpoint[]): string => {
  const wanted = new Set(binds.map((b) => b.address));
  for (const { data } of frames) {
    const { ethernet, ipv4 } = layersOf(data);
    if (
      ethernet !== undefined &&
      ipv4 !== undefined &&
      wanted.has(ipv4.destination) &&
      Number.parseInt(ethernet.destination.slice(0, 2), 16) % 2 === 0
    )
      return ethernet.destination;
  }
  return macText(0x02_00_00_00_00_01);
};

/** Runs `frames` through `device`, an `accio_top` of `options.config`. */
export const runNic = (device: Device, frames: readonly InputFrame[], options: RunOptions): RunOutcome => {
  const { config, binds } = options;
  const { wireBytes, busBytes } = derived(config);
  const dice = new Dice(options.pause ?? 1);
  const pause = options.pause === undefined ? (): boolean => false : (): boolean => dice.roll() < 0.25;
  const mac = ownMac(frames, binds);
  const neighbours = new Map<string, bigint>();

  device.set("rst", 1);
  for (let i = 0; i < 4; i++) device.step();
  device.set("rst", 0);
  const source = new WireSource(device, wireBytes);
  const out = new FrameSink(device, "m_axis_tx", pause);
  const ordinary = new FrameSink(device, "m_axis_ordinary", pause);
  const latency = options.memoryLatency ?? [1, 1];
  const memory = new AxiMemory(
    device,
    busBytes,
    { base: memoryBase, size: options.memorySize ?? 2 * Math.max(1, binds.length) * config.ringLimit, latency },
    dice,
    pause,
  );

  const ways: FrameWay[] = [];
  const sent: { bytes: number; first: number; last: number }[] = [];
  const doorbells: number[] = [];
  let cycle = 0;
  let unreachable = 0;
  let ordinaryFrames = 0;
  // Frames are parsed, judged and committed in the order in which they came.
  let parsed = 0;
  const judging: FrameWay[] = [];
  const writing: { way: FrameWay; bursts: number }[] = [];
  const committing: FrameWay[] = [];
  const ringAt = binds.map(() => 0);
  const slotOf = new Map(binds.map((b, i) => [`${b.address}:${b.port}`, i]));

  let nextFrame = 0;
  let arrived = 0;
  let quiet = 0;
  const start = frames[0]?.timestamp ?? 0n;
  let origin = 0;
  const settled = (): boolean =>
    nextFrame === frames.length && source.idle && parsed === arrived && judging.length === 0 && committing.length === 0 && quiet > 64;
  const application = (): HostProgram =>
    host({
      config,
      memory: memory.bytes,
      memoryBase,
      binds,
      app: options.app,
      mac: BigInt(macNumber(mac)),
      neighbour: (ip) => neighbours.get(ip),
      finished: settled,
      onEvent: (e) => {
        if (e.kind === "doorbell") doorbells.push(cycle);
        if (e.kind === "unreachable") unreachable++;
        if (e.kind === "enabled") switchedOn = true;
      },
    });
  const master = new RegisterMaster(device, options.program?.(memory.bytes, settled) ?? application());
  let ready = false;
  let switchedOn = false;
  const next = (): Arrival | null => {
    const frame = frames[nextFrame];
    if (!ready || frame === undefined) return null;
    nextFrame++;
    const { ethernet, ipv4 } = layersOf(frame.data);
    if (ethernet !== undefined && ipv4 !== undefined && ipv4.source !== "0.0.0.0")
      neighbours.set(ipv4.source, BigInt(macNumber(ethernet.source)));
    const notBefore = options.timing === "line" ? 0 : origin + Math.round((Number(frame.timestamp - start) * config.wireMhz) / 1000);
    return { data: frame.data, notBefore };
  };

  const patience = options.patience ?? 200_000;
  let lastProgress = 0;
  for (;;) {
    // The NIC is switched on before the first frame comes.
    if (!ready && (switchedOn || (options.program !== undefined && master.waiting))) {
      ready = true;
      origin = cycle;
    }
    const ended = source.drive(cycle, next);
    out.drive();
    ordinary.drive();
    memory.drive(cycle);
    master.drive(cycle);

    device.step();
    let progress = ended !== null;
    if (ended !== null) {
      const frame = frames[arrived] as InputFrame;
      ways.push({ index: arrived, bytes: frame.data.length, wireFirst: ended.first, wireLast: ended.last });
      arrived++;
      options.onFrame?.(arrived);
    }
    const frameOut = out.sample(cycle);
    if (frameOut !== null) {
      sent.push({ bytes: frameOut.data.length, first: frameOut.first, last: cycle });
      options.out(frameOut.data, cycle);
      progress = true;
    }
    const frameOrdinary = ordinary.sample(cycle);
    if (frameOrdinary !== null) {
      ordinaryFrames++;
      options.ordinary(frameOrdinary.data, cycle);
      progress = true;
    }
    const { writeBegins } = memory.sample(cycle);
    master.sample(cycle);

    if (device.number("trace_parsed") === 1) {
      const way = ways[parsed++] as FrameWay;
      way.parsed = cycle;
      if (device.number("trace_refused") === 1) way.verdict = "refused";
      else judging.push(way);
      progress = true;
    }
    const causes = device.number("trace_causes");
    const delivered = device.number("trace_delivered") === 1;
    if (delivered || causes !== 0 || device.number("trace_ordinary") === 1) {
      const way = judging.shift() as FrameWay;
      way.decided = cycle;
      way.verdict = delivered ? "accepted" : causes === 0 ? "ordinary" : (dropCauses[Math.log2(causes)] as DropCause);
      if (delivered) {
        const { ipv4, udp } = layersOf((frames[way.index] as InputFrame).data);
        const slot = slotOf.get(`${ipv4?.destination}:${udp?.destinationPort}`) ?? 0;
        const length = udp === undefined ? 0 : udp.length - 8;
        way.payload = length;
        const at = ringAt[slot] as number;
        writing.push({ way, bursts: Math.ceil(((at % 64) + 16 + length) / 64) });
        ringAt[slot] = (at + 16 + Math.ceil(length / 16) * 16) % config.ringLimit;
        if (device.number("trace_empty") === 1) way.committed = cycle;
        else committing.push(way);
      }
      progress = true;
    }
    if (writeBegins) {
      const w = writing[0];
      if (w !== undefined) {
        w.way.dmaFirst ??= cycle;
        if (--w.bursts === 0) writing.shift();
      }
      progress = true;
    }
    if (device.number("trace_committed") === 1 || device.number("trace_lost") === 1) {
      const way = committing.shift() as FrameWay;
      if (device.number("trace_committed") === 1) way.committed = cycle;
      else way.failed = true;
      progress = true;
    }
    cycle++;
    quiet = progress || !memory.idle ? 0 : quiet + 1;
    if (progress) lastProgress = cycle;
    if (master.finished && quiet > 512) break;
    if (cycle - lastProgress > patience + gapCycles(frames, nextFrame, options))
      throw new HangError(
        `nothing has moved since cycle ${lastProgress}: ${arrived} of ${frames.length} frames arrived, ${parsed} parsed, ${judging.length} without a verdict, ${committing.length} not yet in memory, ${sent.length} sent`,
      );
  }
  return { cycles: cycle - origin, frames: ways, sent, ordinary: ordinaryFrames, doorbells, unreachable, mac, memory: memory.bytes };
};
/** Cycles that the capture itself is silent before its next frame. */
const gapCycles = (frames: readonly InputFrame[], next: number, options: RunOptions): number => {
  const [before, after] = [frames[next - 2], frames[next - 1]];
  if (options.timing === "line" || before === undefined || after === undefined) return 0;
  return Math.max(0, Math.round((Number(after.timestamp - before.timestamp) * options.config.wireMhz) / 1000));
};
