/**
 * The hardware of a fuzz: `accio_top` in Verilator between a wire, memory and a register bus, and the model that is told of
 * everything that can be seen at the pins, in the order of its causes.
 */
import type { Config, DropCause } from "#rtl/common.ts";
import { dropCauses } from "#rtl/common.ts";
import { idBits } from "#rtl/nic/dma-write.ts";
import { ordinaryPort } from "#rtl/nic/ordinary-path.ts";
import { type AxiMaster, type AxiMemory, axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import { Recorder } from "#sim/models/native/recorder.ts";
import { Mismatch, type Seen, WholeNic } from "#sim/models/nic/whole/index.ts";
import { dump } from "#sim/models/packet/index.ts";
import { type PacketSink, type PacketSource, type Pause, packetSink, packetSource } from "#sim/models/stream/index.ts";
import { seedFor } from "#sim/models/stream/pause.ts";
import type { Nic } from "#sim/nic/nic.ts";
import type { Scenario } from "./scenario.ts";
import { fills, headers, layoutOf, memoryBase, ourMac, ringAt } from "./scene.ts";

const pulses = ["parsed", "refused", "delivered", "empty", "ordinary", "causes", "committed", "lost", "sent"] as const;
const tracePins = pulses.map((name) => `trace_${name}` as const);
const writePins = ["m_axi_awvalid", "m_axi_awready", "m_axi_awid", "m_axi_awaddr"] as const;
const notedPins = [...tracePins, ...writePins] as const;
const notedWhen = [...tracePins.map((pin) => [pin]), ["m_axi_awvalid", "m_axi_awready"]] as const;

/** A frame that was given to the wire. */
interface OnWire {
  readonly data: Uint8Array;
  readonly spoiled: boolean;
}

export class Rig {
  readonly nic: Nic;
  readonly config: Config;
  readonly scenario: Scenario;
  readonly memory: Memory;
  readonly slave: AxiMemory;
  readonly bus: AxiMaster;
  readonly #source: PacketSource;
  readonly #sink: PacketSink;
  readonly #recorder: Recorder<(typeof notedPins)[number]>;
  /** IDs of the master of datagrams are below this. */
  readonly #ids: number;
  model: WholeNic;
  readonly #refused: readonly { readonly first: number; readonly last: number; readonly kinds: "read" | "write" }[];
  /** Cycle of the session in which the hardware's own time was 0. */
  #origin = 0;
  readonly #onWire: OnWire[] = [];
  #arrived = 0;
  /** The first frame that is the model's to judge: those before came while the NIC was switched off. */
  #heeded = 0;
  // What was seen and not told yet, each in its order.
  readonly #verdicts: { readonly seen: Seen; readonly at: number }[] = [];
  readonly #bursts: { readonly address: number; readonly at: number }[] = [];
  readonly #commits: { readonly lost: boolean; readonly at: number }[] = [];
  /** Frames whose last beat has left the engine, which are counted with it. */
  #leaving = 0;
  /** The session's cycle in which anything was noticed to go on. */
  lastProgress = 0;
  /** The last cycle in which something was seen. */
  lastSeen = 0;

  constructor(nic: Nic, config: Config, scenario: Scenario) {
    const { surface, seed } = scenario;
    const { sim } = nic;
    this.nic = nic;
    this.config = config;
    this.scenario = scenario;
    const port = (name: string, share: number) => ({
      pause: share === 0 ? ("never" as Pause) : { random: share },
      seed: seedFor(seed, name),
    });
    this.#refused = surface.refused.map(({ slot, ring, line }) => {
      const first = ringAt(slot, ring) + 64 * line;
      return { first, last: first + 63, kinds: ring === "receive" ? "write" : "read" };
    });
    const layout = layoutOf(config.slots);
    this.memory = new Memory({ base: memoryBase, size: layout.end - memoryBase });
    this.memory.bytes.fill(fills.fresh, 0, layout.lines - memoryBase);
    this.slave = axiMemory(sim, nic.m_axi, this.memory, { ...surface, ...port("memory", surface.memory), errors: this.#refused });
    this.bus = axiMaster(sim, nic.s_axi, { ...port("registers", surface.registers), outstanding: 8 });
    this.#source = packetSource(nic.s_axis_rx);
    this.#sink = packetSink(nic.m_axis_tx, port("tx", surface.wire));
    this.#recorder = new Recorder(sim, 0, { pins: notedPins, when: notedWhen });
    this.#ids = 2 ** idBits(ordinaryPort(config));
    this.model = this.#newModel();
  }
  #newModel(): WholeNic {
    const { config } = this;
    return new WholeNic({
      mac: ourMac,
      largest: this.scenario.surface.largest,
      ...headers,
      mtu: config.mtu,
      slots: config.slots,
      buffer: config.rxBuffer,
      memoryBase,
      refuses: (kind, address, length) =>
        this.#refused.some(({ first, last, kinds }) => kinds === kind && address <= last && address + length > first),
      hardware: this.memory,
      image: this.memory.bytes.slice(),
    });
  }
  /** Cycles since reset. */
  get now(): number {
    return this.nic.sim.cycle - this.#origin;
  }
  /** Reset has just ended: the hardware's time begins, and so does another model. Frames that are on their way count no more. */
  restart(): void {
    this.#origin = this.nic.sim.cycle;
    this.#recorder.takeAll();
    this.#sink.takeAll();
    this.#sink.forget();
    for (const list of [this.#verdicts, this.#bursts, this.#commits]) list.length = 0;
    this.#leaving = 0;
    this.model = this.#newModel();
  }
  /** The NIC is switched on. */
  heed(): void {
    this.#arrived = this.#heeded = this.#source.sent;
  }

  // ---- the wire ---------------------------------------------------------------------------

  /** Gives a frame to the wire, which sends it in cycle `earliest` at the soonest. */
  push(data: Uint8Array, spoiled: boolean, earliest: number): void {
    this.#onWire.push({ data, spoiled });
    this.#source.push(data, { user: spoiled ? 1 : 0, earliest: this.#origin + earliest });
  }
  /** Beats that have not moved yet. */
  get wirePending(): number {
    return this.#source.pending;
  }

  // ---- what was seen ------------------------------------------------------------------------

  /** Tells the model what has happened since the last look. */
  look(): void {
    this.#lookAtWire();
    this.#lookAtPins();
    this.#tell();
    this.#lookAtSent();
  }
  #lookAtWire(): void {
    for (; this.#arrived < this.#source.sent; this.#arrived++) {
      const { data, spoiled } = this.#onWire[this.#arrived] as OnWire;
      const { firstCycle, lastCycle } = this.#source.cyclesOf(this.#arrived);
      const [first, last] = [firstCycle - this.#origin, lastCycle - this.#origin];
      const beats = Math.ceil(data.length / (this.config.wireBits / 8));
      if (last - first + 1 !== beats)
        throw new Mismatch(`frame ${this.#arrived}: the NIC held up the wire: ${last - first + 1} cycles for ${beats} beats`);
      this.model.receiving.arrive({ number: this.#arrived, data, spoiled, first, last });
      this.#seen(last);
    }
  }
  #lookAtPins(): void {
    for (const { cycle, pins } of this.#recorder.takeAll()) {
      const at = cycle - this.#origin;
      this.#seen(at);
      this.#leaving += pins.trace_sent;
      if (pins.trace_parsed === 1) this.model.receiving.parsed(pins.trace_refused === 1);
      const seen = seenIn(pins);
      if (seen !== null) this.#verdicts.push({ seen, at });
      if (pins.trace_committed === 1 || pins.trace_lost === 1) this.#commits.push({ lost: pins.trace_lost === 1, at });
      if (pins.m_axi_awvalid === 1 && pins.m_axi_awready === 1 && pins.m_axi_awid < this.#ids)
        this.#bursts.push({ address: pins.m_axi_awaddr, at });
    }
  }
  /** Verdicts up to one of which nobody can tell yet which slot it is about; bursts and commits of what was placed before it. */
  #tell(): void {
    while (this.#tellBurst() || this.#tellCommit() || this.#tellVerdict());
    if (this.#verdicts.length > 0) return;
    const [burst] = this.#bursts;
    if (burst !== undefined)
      throw new Mismatch(`in cycle ${burst.at} memory is written at 0x${burst.address.toString(16)}, and no datagram is to go there`);
    const [commit] = this.#commits;
    if (commit !== undefined) throw new Mismatch(`in cycle ${commit.at} a commit is told of, and no datagram is on its way to memory`);
  }
  #tellBurst(): boolean {
    const { receiving } = this.model;
    if (receiving.burstsLeft === 0) return false;
    const burst = this.#bursts.shift();
    if (burst === undefined) return false;
    receiving.burst(burst.address, this.config.busBits / 8);
    return true;
  }
  #tellCommit(): boolean {
    const { receiving } = this.model;
    if (receiving.commitsLeft === 0) return false;
    const commit = this.#commits.shift();
    if (commit === undefined) return false;
    receiving.committed(commit.lost, commit.at);
    return true;
  }
  #tellVerdict(): boolean {
    const [verdict] = this.#verdicts;
    if (verdict === undefined) return false;
    const { receiving } = this.model;
    const told = receiving.verdict(verdict.seen, verdict.at, this.#bursts[receiving.burstsLeft]?.address ?? null);
    if (told) this.#verdicts.shift();
    return told;
  }
  #lookAtSent(): void {
    for (const { data, user, lastCycle } of this.#sink.takeAll()) {
      const at = lastCycle - this.#origin;
      this.#seen(at);
      if (user !== 0) throw new Mismatch(`the NIC takes a frame back:\n${dump(data)}`);
      // Sockets send IPv4, and the kernel of a scenario never does.
      if (data[12] !== 0x08 || data[13] !== 0x00) this.#kernelSent(data, at);
      else this.model.sending.sent(data, at);
    }
  }
  #kernelSent(frame: Uint8Array, at: number): void {
    const expected = this.model.kernels.shift();
    if (expected === undefined) throw new Mismatch(`in cycle ${at} a frame of the kernel's left that it has not given:\n${dump(frame)}`);
    if (Buffer.compare(frame, expected) !== 0)
      throw new Mismatch(`in cycle ${at} a frame of the kernel's left:\n${dump(frame)}it had given\n${dump(expected)}`);
  }
  /** The model knows of everything that was seen. */
  get isTold(): boolean {
    return this.#verdicts.length === 0;
  }
  /** Something has come to its end. */
  progress(): void {
    this.lastProgress = this.nic.sim.cycle;
  }
  #seen(at: number): void {
    this.progress();
    if (at > this.lastSeen) this.lastSeen = at;
  }
  /** Nothing that came waits for its end. */
  get isSettled(): boolean {
    return (
      this.#source.pending === 0 &&
      this.#verdicts.length === 0 &&
      this.model.receiving.pending === 0 &&
      this.model.sending.frames === this.#leaving
    );
  }
  get heeded(): number {
    return this.#arrived - this.#heeded;
  }
}

const seenIn = (pins: Readonly<Record<(typeof notedPins)[number], number>>): Seen | null => {
  if (pins.trace_delivered === 1) return pins.trace_empty === 1 ? "empty" : "delivered";
  if (pins.trace_ordinary === 1) return "ordinary";
  if (pins.trace_causes === 0) return null;
  const cause = dropCauses[31 - Math.clz32(pins.trace_causes)] as DropCause;
  if (pins.trace_causes !== 1 << dropCauses.indexOf(cause)) throw new Mismatch(`a frame was dropped for several causes at once`);
  return cause;
};
