/**
 * A run: captured frames through the hardware, applications behind it, and what every frame's way was. Wire, memory, sinks,
 * register accesses and the recorder of the trace port are models beside the hardware; what they saw is looked through
 * from time to time, when the host asks or a task of its own comes round.
 */
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { idBits } from "#rtl/nic/dma-write.ts";
import { ordinaryPort } from "#rtl/nic/ordinary-path.ts";
import { type AxiMemoryOptions, axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import type { ApplicationName } from "#sim/models/host/applications.ts";
import { Recorder, type RecorderOptions } from "#sim/models/native/recorder.ts";
import type { Framing } from "#sim/models/nic/index.ts";
import { type Endpoint, endpointText, isGroupMac, macNumber, macText } from "#sim/models/packet/index.ts";
import { type Packet, type PacketSink, type Pause, packetSink } from "#sim/models/stream/index.ts";
import { seedFor } from "#sim/models/stream/pause.ts";
import type { FrameRecord, SentRecord } from "#sim/report/index.ts";
import { applyReset, ClockCycles, HangError, run, start } from "#sim/run/index.ts";
import { applicationHost, type Host, type HostProgram, registersOf } from "./host.ts";
import { Journal, layersOf } from "./journal.ts";
import { kernelBytes, OrdinaryKernel } from "./kernel.ts";
import { BusTime, type Nic } from "./nic.ts";
import { EventLog, type EventText, eventRingBytes, readCounters } from "./observe.ts";
import { type InputFrame, Wire } from "./wire.ts";

export type { InputFrame } from "./wire.ts";

/** Where memory stands on the bus (reference/rocket). */
export const memoryBase = 0x8000_0000;
/** Share of cycles in which a pausing port pauses. */
const pauseShare = 0.25;
/** Cycles of the wire between two looks at what the models saw; less than any model keeps. */
const lookEvery = 1024;
/** Cycles of the bus between two looks of the kernel after its buffers; no more come in that time than it has. */
const serveEvery = 512;

export interface RunOptions {
  readonly config: Config;
  readonly binds: readonly Endpoint[];
  /** Of the sockets in their order: the one peer of each, or null for any. */
  readonly peers?: readonly (Endpoint | null)[];
  /** Of all sockets; datagram unless said. */
  readonly framing?: Framing;
  readonly app: ApplicationName;
  /** `line`: back to back; `capture`: at the frames' times, in cycles of the wire's clock. */
  readonly timing: "line" | "capture";
  /** Seed of pauses at every port but the wire's input, which cannot be held up; none without. */
  readonly pause?: number;
  /** Latency, order and errors of memory; answers in the next cycle and in order without. */
  readonly memory?: Pick<AxiMemoryOptions, "readLatency" | "readJitter" | "writeLatency" | "writeJitter" | "reorder" | "errors" | "seed">;
  /** Called when more frames have arrived. */
  readonly onFrame?: (arrived: number) => void;
  readonly out: (frame: Uint8Array, cycle: number) => void;
  readonly ordinary: (frame: Uint8Array, cycle: number) => void;
  /** Keep control events, and read all counters at the end. */
  readonly observe?: boolean;
  /** Host software in place of `app`; it ends when nothing more will come. */
  readonly program?: HostProgram;
  /** Bytes of memory, where `program` uses more than the bound slots' rings. */
  readonly memorySize?: number;
  /** Cycles without any progress after which the run is given up. */
  readonly patience?: number;
}
export interface RunOutcome {
  /** From when frames could arrive until the last thing had happened, in cycles of the bus clock. */
  readonly cycles: number;
  /** What the hardware's own clock said when the first frame could arrive. */
  readonly origin: number;
  readonly frames: readonly FrameRecord[];
  readonly sent: readonly SentRecord[];
  /** Datagrams whose sender's MAC address no frame showed; they were not answered. */
  readonly unreachable: number;
  readonly mac: string;
  /** Frames for the ordinary path that were dropped there: memory did not keep up with the wire. */
  readonly ordinaryDropped: number;
  /** With `observe`: counters by name, and events. */
  readonly counters: Readonly<Record<string, number>>;
  readonly events: readonly EventText[];
  /** Memory as the run left it, from `memoryBase` on. */
  readonly memory: Uint8Array;
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

/** What the recorder notes: the pulses of the trace port, and the handshakes of bursts of writes. */
const pulses = ["parsed", "refused", "delivered", "empty", "ordinary", "causes", "committed", "lost", "sent"] as const;
const tracePins = pulses.map((name) => `trace_${name}` as const);
/** Of frames that wait for the table walker, where it is there. */
const waitingPins = ["trace_waiting_parked", "trace_waiting_again", "trace_waiting_place"] as const;
const writePins = ["m_axi_awvalid", "m_axi_awready", "m_axi_awid", "m_axi_bvalid", "m_axi_bready", "m_axi_bid"] as const;
type NotedPin = (typeof tracePins)[number] | (typeof waitingPins)[number] | (typeof writePins)[number];
const notedIn = ({ walker }: Config): RecorderOptions<NotedPin> => ({
  pins: [...tracePins, ...(walker ? waitingPins : []), ...writePins],
  when: [
    ...tracePins.map((pin) => [pin]),
    ...(walker ? [[waitingPins[0]]] : []),
    ["m_axi_awvalid", "m_axi_awready"],
    ["m_axi_bvalid", "m_axi_bready"],
  ],
});

/**
 * Runs `frames` through a fresh `nic` of `options.config`. Throws `HangError` when nothing moves any more, and what an
 * assertion of the hardware or a protocol checker finds.
 */
export const runNic = async (nic: Nic, frames: readonly InputFrame[], options: RunOptions): Promise<RunOutcome> => {
  const made = new Run(nic, frames, options);
  // The clerk gives up long before.
  await run(nic, () => made.main(), { maxCycles: 2 ** 40 });
  return made.outcome();
};

class Run {
  readonly #nic: Nic;
  readonly #frames: readonly InputFrame[];
  readonly #options: RunOptions;
  readonly #journal: Journal;
  readonly #wire: Wire;
  readonly #tx: PacketSink;
  readonly #kernel: OrdinaryKernel;
  readonly #memory: Memory;
  readonly #events: EventLog | null;
  #counters: Readonly<Record<string, number>> = {};
  readonly #recorder: Recorder<NotedPin>;
  /** Frames that were dropped beside the wire, where it has a clock of its own. */
  readonly #dropped: Recorder<"trace_wire_dropped"> | null;
  readonly #time: BusTime;
  readonly #host: Host;
  readonly #mac: string;
  /** IPv4 address to MAC address, as the kernel would know it. */
  readonly #neighbours = new Map<string, bigint>();
  /** IDs of one master. */
  readonly #ids: number;
  #origin: number | null = null;
  /** Datagrams given to the hardware to send, and those that nobody knew the way for. */
  #given = 0;
  #unreachable = 0;
  #ordinaryFrames = 0;
  /** When frames were sent the ordinary way that the kernel has not seen yet. */
  readonly #ways: number[] = [];
  /** Bytes of memory that are the host program's. */
  readonly #size: number;
  /** Frames whose last beat has left the core; there may be more of the way to the wire. */
  #leaving = 0;
  #lastEvent = 0;
  #lastProgress = 0;

  constructor(nic: Nic, frames: readonly InputFrame[], options: RunOptions) {
    const { config, binds } = options;
    const { sim } = nic;
    const seed = options.pause ?? sim.seed;
    const pause: Pause = options.pause === undefined ? "never" : { random: pauseShare };
    const port = (name: string) => ({ pause, seed: seedFor(seed, name) });
    const slots = new Map(binds.map((b, i) => [endpointText(b), i]));
    this.#nic = nic;
    this.#ids = 2 ** idBits(ordinaryPort(config));
    this.#frames = frames;
    this.#options = options;
    this.#mac = ownMac(frames, binds);
    this.#journal = new Journal((local) => slots.get(local), derived(config).maxFrame, options.framing ?? "datagram");
    this.#size = options.memorySize ?? 2 * Math.max(1, binds.length) * config.ringLimit;
    const kernelAt = Math.ceil(this.#size / 64) * 64;
    this.#memory = new Memory({ base: memoryBase, size: kernelAt + kernelBytes + eventRingBytes });
    this.#wire = new Wire(nic, config, frames, options.timing);
    this.#tx = packetSink(nic.m_axis_tx, port("tx"));
    axiMemory(sim, nic.m_axi, this.#memory, { ...port("memory"), ...options.memory });
    this.#recorder = new Recorder(sim, 0, notedIn(config));
    this.#dropped = config.wireClock
      ? new Recorder(sim, this.#wire.clock, { pins: ["trace_wire_dropped"], when: [["trace_wire_dropped"]] })
      : null;
    const bus = axiMaster(sim, nic.s_axi, port("registers"));
    const registers = registersOf(config, bus);
    this.#kernel = new OrdinaryKernel(this.#memory, registers, memoryBase + kernelAt, (frame) => {
      // Frames end in the order in which they were sent this way.
      const cycle = this.#ways.shift() ?? 0;
      this.#happened(this.#time.now - 1);
      this.#ordinaryFrames++;
      options.ordinary(frame, cycle - (this.#origin ?? 0));
    });
    this.#events = options.observe === true ? new EventLog(this.#memory, registers, memoryBase + kernelAt + kernelBytes) : null;
    this.#host = {
      bus,
      registers,
      memory: this.#memory,
      begin: (count) => this.#begin(count ?? frames.length),
      finished: () => this.#finished(),
      pause: (cycles) => ClockCycles(nic.clk, cycles),
    };
    applyReset(nic, 4);
    this.#time = new BusTime(sim);
  }
  #application(): HostProgram {
    const { config, binds, peers, framing, app } = this.#options;
    return applicationHost({
      config,
      binds,
      ...(peers === undefined ? {} : { peers }),
      ...(framing === undefined ? {} : { framing }),
      app,
      mac: BigInt(macNumber(this.#mac)),
      neighbour: (ip) => this.#neighbours.get(ip),
      onAnswers: (slot, answered) => {
        const given = answered.filter((yes) => yes).length;
        this.#given += given;
        this.#unreachable += answered.length - given;
        this.#happened(this.#time.now - 1);
        this.#journal.doorbell(slot, answered, this.#time.now - 1);
      },
    });
  }

  #begin(frames: number): void {
    this.#origin ??= this.#time.now;
    start(() => this.#wire.feed(frames), "wire");
  }
  async main(): Promise<void> {
    start(() => this.#clerk(), "clerk");
    await this.#events?.open();
    await this.#kernel.open();
    start(() => this.#serve(), "kernel");
    await (this.#options.program ?? this.#application())(this.#host);
    // What has been given away may still be under way, in parts that nobody can see: a pause as long as some frames ends it.
    const { maxFrame, busBytes } = derived(this.#options.config);
    const quiet = 64 + 4 * Math.ceil(maxFrame / busBytes);
    while (!this.#finished() || !this.#allSent || this.#time.now - this.#lastEvent < quiet) await ClockCycles(this.#nic.clk, 64);
    if (this.#events === null) return;
    await this.#events.read();
    this.#counters = await readCounters(this.#host.registers, this.#options.binds.length);
  }
  /** The kernel looks after its queue. */
  async #serve(): Promise<void> {
    for (;;) {
      await ClockCycles(this.#nic.clk, serveEvery);
      await this.#kernel.serve(this.#ordinaryLeft > 0);
      await this.#events?.read();
    }
  }
  get #allSent(): boolean {
    return this.#journal.sent.length >= this.#given && this.#journal.sent.length === this.#leaving;
  }
  /** Frames that were sent the ordinary way, and have neither come to the kernel nor been dropped. */
  get #ordinaryLeft(): number {
    return this.#journal.ordinary - this.#ordinaryFrames - this.#kernel.dropped;
  }
  /** Everything that came has met its end, as far as receiving goes. */
  #finished(): boolean {
    this.#look();
    return this.#wire.finished && this.#journal.settled && this.#ordinaryLeft === 0;
  }
  /** Comes round to look at what the models saw, and gives up when nothing moves any more. */
  async #clerk(): Promise<void> {
    const { patience = 200_000 } = this.#options;
    for (;;) {
      await ClockCycles(this.#wire.clockPin, lookEvery);
      this.#look();
      if (this.#wire.waits) this.#lastProgress = this.#time.now;
      if (this.#time.now - this.#lastProgress > patience)
        throw new HangError(`nothing has moved since cycle ${this.#lastProgress}: ${this.#journal} of ${this.#frames.length}`);
    }
  }

  // ---- what the models saw, in the order of its causes --------------------------------------

  #happened(cycle: number): void {
    this.#lastEvent = Math.max(this.#lastEvent, cycle);
    this.#lastProgress = this.#lastEvent;
  }
  #look(): void {
    this.#lookAtWire();
    this.#lookAtPulses();
    this.#take(this.#tx, ({ data, user }, first, last) => {
      if (user !== 0) throw new Error(`m_axis_tx: tuser of frame ${this.#journal.sent.length + 1} is ${user}: the NIC takes a frame back`);
      this.#journal.leave(data, first, last);
      this.#options.out(data, last - (this.#origin ?? 0));
    });
    this.#kernel.look();
  }
  #lookAtWire(): void {
    const { clock } = this.#wire;
    const dropped = new Set(this.#dropped?.takeAll().map(({ cycle }) => cycle));
    const arrivals = this.#wire.arrivals();
    for (const { frame, firstCycle, lastCycle } of arrivals) {
      const last = this.#time.of(clock, lastCycle);
      const { ethernet, ipv4 } = this.#journal.arrive(frame, this.#time.of(clock, firstCycle), last, dropped.has(lastCycle));
      this.#happened(last);
      if (ethernet !== undefined && ipv4 !== undefined && ipv4.source !== "0.0.0.0")
        this.#neighbours.set(ipv4.source, BigInt(macNumber(ethernet.source)));
    }
    if (arrivals.length > 0) this.#options.onFrame?.(this.#journal.arrived);
  }
  #lookAtPulses(): void {
    for (const { cycle: noted, pins } of this.#recorder.takeAll()) {
      const cycle = this.#time.of(0, noted);
      // Before the end of reset there is nothing to tell of.
      if (cycle < 0) continue;
      this.#leaving += pins.trace_sent;
      if (pins.trace_ordinary === 1) this.#ways.push(cycle);
      const told = this.#journal.trace(
        {
          parsed: pins.trace_parsed === 1,
          refused: pins.trace_refused === 1,
          delivered: pins.trace_delivered === 1,
          empty: pins.trace_empty === 1,
          ordinary: pins.trace_ordinary === 1,
          causes: pins.trace_causes,
          committed: pins.trace_committed === 1,
          lost: pins.trace_lost === 1,
          parked: pins.trace_waiting_parked === 1,
          again: pins.trace_waiting_again === 1,
          place: pins.trace_waiting_place,
        },
        cycle,
      );
      // Datagrams are the first of the masters, which the IDs' upper bits tell apart.
      const asked = pins.m_axi_awvalid === 1 && pins.m_axi_awready === 1 && pins.m_axi_awid < this.#ids;
      const answered = pins.m_axi_bvalid === 1 && pins.m_axi_bready === 1 && pins.m_axi_bid < this.#ids;
      if (asked) this.#journal.burst(pins.m_axi_awid, cycle);
      if (answered) this.#journal.answered(pins.m_axi_bid, cycle);
      if (told || asked || answered) this.#happened(cycle);
    }
  }
  #take(sink: PacketSink, take: (packet: Packet, first: number, last: number) => void): void {
    const { clock } = sink.group;
    for (const packet of sink.takeAll()) {
      const last = this.#time.of(clock, packet.lastCycle);
      this.#happened(last);
      take(packet, this.#time.of(clock, packet.firstCycle), last);
    }
  }

  outcome(): RunOutcome {
    const origin = this.#origin ?? 0;
    return {
      cycles: this.#lastEvent + 1 - origin,
      origin,
      frames: this.#journal.records(origin),
      sent: this.#journal.sentFrom(origin),
      unreachable: this.#unreachable,
      mac: this.#mac,
      ordinaryDropped: this.#kernel.dropped,
      counters: this.#counters,
      events: (this.#events?.events ?? []).map(({ cycle, text }) => ({ cycle: cycle - origin, text })),
      memory: this.#memory.bytes.subarray(0, this.#size),
    };
  }
}
