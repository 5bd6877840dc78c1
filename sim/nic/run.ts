/** A run: captured frames through the hardware, applications behind it, and what every frame's way was. */
import { setImmediate } from "node:timers/promises";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { type Endpoint, endpointText, isGroupMac, macNumber, macText } from "#sim/models/packet/index.ts";
import type { FrameRecord, SentRecord } from "#sim/report/index.ts";
import type { Device } from "./device.ts";
import { type Application, type HostEvent, host } from "./host.ts";
import { Journal, layersOf } from "./journal.ts";
import { type Arrival, AxiMemory, Dice, FrameSink, type HostProgram, RegisterMaster, WireSource } from "./ports.ts";

/** Where memory stands on the bus (reference/rocket). */
export const memoryBase = 0x8000_0000;
/** Share of cycles in which a pausing port pauses. */
const pauseShare = 0.25;

export interface RunOptions {
  readonly config: Config;
  readonly binds: readonly Endpoint[];
  readonly app: Application;
  /** `line`: back to back; `capture`: at the frames' times, in cycles of the wire's clock. */
  readonly timing: "line" | "capture";
  /** Seed of pauses at every port; none without. */
  readonly pause?: number;
  /** Cycles from a memory request to its answer, least and most. */
  readonly memoryLatency?: readonly [number, number];
  /** Called for each frame that has arrived. */
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
export interface RunOutcome {
  /** From the first frame's arrival until everything was quiet, in cycles of the bus clock. */
  readonly cycles: number;
  /** What the hardware's own clock said when the first frame could arrive. */
  readonly origin: number;
  readonly frames: readonly FrameRecord[];
  readonly sent: readonly SentRecord[];
  /** Datagrams whose sender's MAC address no frame showed; they were not answered. */
  readonly unreachable: number;
  readonly mac: string;
  /** Memory as the run left it, from `memoryBase` on. */
  readonly memory: Uint8Array;
}

/** Something stopped moving: the hardware or the host waits for what does not come. */
export class HangError extends Error {
  override readonly name = "HangError";
}

/** The address that frames for the bound sockets are sent to; a local one where there are none. */
const ownMac = (frames: readonly InputFrame[], binds: readonly Endpoint[]): string => {
  const wanted = new Set(binds.map((b) => b.address));
  for (const { data } of frames) {
    const { ethernet, ipv4 } = layersOf(data);
    if (ethernet !== undefined && ipv4 !== undefined && wanted.has(ipv4.destination) && !isGroupMac(ethernet.destination))
      return ethernet.destination;
  }
  return macText(0x02_00_00_00_00_01);
};

/** Runs `frames` through `device`, an `accio_top` of `options.config`. Throws `HangError` when nothing moves any more. */
export const runNic = async (device: Device, frames: readonly InputFrame[], options: RunOptions): Promise<RunOutcome> => {
  const run = new Run(device, frames, options);
  await run.loop();
  return run.outcome();
};

class Run {
  readonly #device: Device;
  readonly #frames: readonly InputFrame[];
  readonly #options: RunOptions;
  readonly #journal: Journal;
  readonly #source: WireSource;
  readonly #out: FrameSink;
  readonly #ordinary: FrameSink;
  readonly #memory: AxiMemory;
  readonly #master: RegisterMaster;
  readonly #mac: string;
  /** IPv4 address to MAC address, as the kernel would know it. */
  readonly #neighbours = new Map<string, bigint>();
  #cycle = 0;
  #wireCycle = 0;
  #nextFrame = 0;
  #ended: { readonly first: number; readonly last: number } | null = null;
  #enabled = false;
  /** Cycle and wire cycle at which frames may begin to arrive. */
  #origin: { readonly cycle: number; readonly wire: number } | null = null;
  #unreachable = 0;
  #quiet = 0;
  #lastProgress = 0;
  #progress = false;

  constructor(device: Device, frames: readonly InputFrame[], options: RunOptions) {
    const { config, binds } = options;
    const { wireBytes, busBytes, maxFrame } = derived(config);
    const dice = new Dice(options.pause ?? 1);
    const pause = options.pause === undefined ? (): boolean => false : (): boolean => dice.roll() < pauseShare;
    const slots = new Map(binds.map((b, i) => [endpointText(b), i]));
    this.#device = device;
    this.#frames = frames;
    this.#options = options;
    this.#mac = ownMac(frames, binds);
    this.#journal = new Journal((local) => slots.get(local), maxFrame);
    device.reset(4);
    this.#source = new WireSource(device, wireBytes);
    this.#out = new FrameSink(device, "m_axis_tx", pause);
    this.#ordinary = new FrameSink(device, "m_axis_ordinary", pause);
    const size = options.memorySize ?? 2 * Math.max(1, binds.length) * config.ringLimit;
    this.#memory = new AxiMemory(device, busBytes, { base: memoryBase, size, latency: options.memoryLatency ?? [1, 1] }, dice, pause);
    const finished = (): boolean => this.#finished;
    this.#master = new RegisterMaster(device, options.program?.(this.#memory.bytes, finished) ?? this.#application(finished));
  }
  #application(finished: () => boolean): HostProgram {
    const { config, binds, app } = this.#options;
    return host({
      config,
      memory: this.#memory.bytes,
      memoryBase,
      binds,
      app,
      mac: BigInt(macNumber(this.#mac)),
      neighbour: (ip) => this.#neighbours.get(ip),
      finished,
      onEvent: (e) => this.#hostEvent(e),
    });
  }
  #hostEvent(e: HostEvent): void {
    if (e.kind === "enabled") this.#enabled = true;
    else if (e.kind === "unreachable") this.#unreachable++;
    else if (e.kind === "doorbell") this.#journal.doorbell(e.slot, e.datagrams, this.#cycle);
  }
  /** Nothing more will come to the host. */
  get #finished(): boolean {
    return this.#nextFrame === this.#frames.length && this.#source.idle && this.#journal.settled && this.#quiet > 64;
  }
  /** The next frame for the wire, once the NIC is switched on. */
  #next(): Arrival | null {
    const { timing, config } = this.#options;
    const frame = this.#frames[this.#nextFrame];
    if (this.#origin === null || frame === undefined) return null;
    this.#nextFrame++;
    const { ethernet, ipv4 } = layersOf(frame.data);
    if (ethernet !== undefined && ipv4 !== undefined && ipv4.source !== "0.0.0.0")
      this.#neighbours.set(ipv4.source, BigInt(macNumber(ethernet.source)));
    if (timing === "line") return { data: frame.data, notBefore: 0 };
    const nanoseconds = Number(frame.timestamp - (this.#frames[0] as InputFrame).timestamp);
    return { data: frame.data, notBefore: this.#origin.wire + Math.round((nanoseconds * config.wireMhz) / 1000) };
  }

  // ---- one edge of each clock: first what was set before it, then what it moves -----------

  #driveWire(): void {
    this.#ended = this.#source.drive(this.#wireCycle, this.#cycle, () => this.#next());
    this.#out.drive();
  }
  #sampleWire(): void {
    this.#wireCycle++;
    if (this.#ended !== null) {
      const dropped = this.#options.config.wireClock && this.#device.number("trace_wire_dropped") === 1;
      this.#journal.arrive((this.#frames[this.#journal.arrived] as InputFrame).data, this.#ended.first, this.#ended.last, dropped);
      this.#options.onFrame?.(this.#journal.arrived);
      this.#progress = true;
    }
    const frame = this.#out.sample(this.#cycle);
    if (frame === null) return;
    this.#journal.leave(frame.data, frame.first, this.#cycle);
    this.#options.out(frame.data, this.#cycle - (this.#origin?.cycle ?? 0));
    this.#progress = true;
  }
  #driveCore(): void {
    if (this.#origin === null && (this.#enabled || (this.#options.program !== undefined && this.#master.waiting)))
      this.#origin = { cycle: this.#cycle, wire: this.#wireCycle };
    this.#ordinary.drive();
    this.#memory.drive(this.#cycle);
    this.#master.drive(this.#cycle);
  }
  #sampleCore(): void {
    const d = this.#device;
    const ordinary = this.#ordinary.sample(this.#cycle);
    if (ordinary !== null) {
      this.#options.ordinary(ordinary.data, this.#cycle - (this.#origin?.cycle ?? 0));
      this.#progress = true;
    }
    const { begins, answered } = this.#memory.sample(this.#cycle);
    this.#master.sample(this.#cycle);
    const flag = (name: string): boolean => d.number(`trace_${name}`) === 1;
    const trace = {
      parsed: flag("parsed"),
      refused: flag("refused"),
      delivered: flag("delivered"),
      empty: flag("empty"),
      ordinary: flag("ordinary"),
      causes: d.number("trace_causes"),
      committed: flag("committed"),
      lost: flag("lost"),
    };
    if (this.#journal.trace(trace, this.#cycle) || begins !== null) this.#progress = true;
    if (begins !== null) this.#journal.burst(begins, this.#cycle);
    if (answered !== null) this.#journal.answered(answered, this.#cycle);
  }

  async loop(): Promise<void> {
    const d = this.#device;
    const wireClock = this.#options.config.wireClock;
    if (wireClock) {
      this.#driveWire();
      d.onWireEdge(() => {
        this.#sampleWire();
        this.#driveWire();
      });
    }
    const patience = this.#options.patience ?? 200_000;
    let breath = performance.now();
    for (;;) {
      // Now and then others get a turn: progress is drawn, an interrupt is heard.
      if (this.#cycle % 1024 === 0 && performance.now() - breath > 80) {
        await setImmediate();
        breath = performance.now();
      }
      this.#progress = false;
      if (!wireClock) this.#driveWire();
      this.#driveCore();
      d.step();
      if (!wireClock) this.#sampleWire();
      this.#sampleCore();
      this.#cycle++;
      this.#quiet = this.#progress || !this.#memory.idle ? 0 : this.#quiet + 1;
      if (this.#progress || !this.#source.idle) this.#lastProgress = this.#cycle;
      if (this.#master.finished && this.#quiet > 512) return;
      if (this.#cycle - this.#lastProgress > patience)
        throw new HangError(`nothing has moved since cycle ${this.#lastProgress}: ${this.#journal} of ${this.#frames.length}`);
    }
  }
  outcome(): RunOutcome {
    const origin = this.#origin?.cycle ?? 0;
    return {
      cycles: this.#cycle - origin,
      origin,
      frames: this.#journal.records(origin),
      sent: this.#journal.sentFrom(origin),
      unreachable: this.#unreachable,
      mac: this.#mac,
      memory: this.#memory.bytes,
    };
  }
}
