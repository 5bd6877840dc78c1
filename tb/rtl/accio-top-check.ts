/**
 * `accio_top` held against the independent model of the NIC. Frames come in phases, valid, broken, spoiled and for nobody,
 * while the host sends from other rings; between phases it reads what has come and gives room back, so that rings wrap.
 * Every verdict, every byte in the rings and on the wire, every pointer, counter and interrupt line must be the model's, and
 * no protocol checker may have anything to say.
 */
import { inspect, isDeepStrictEqual } from "node:util";
import { type Config, dropCauses } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import type { AxiErrorRange } from "#sim/models/axi/index.ts";
import { arrayMemory, NicModel, Ring, recordLength } from "#sim/models/nic/index.ts";
import { dump, macNumber, Prng } from "#sim/models/packet/index.ts";
import type { Host } from "#sim/nic/host.ts";
import type { Nic } from "#sim/nic/nic.ts";
import { memoryBase, type RunOptions, type RunOutcome, runNic } from "#sim/nic/run.ts";
import { start } from "#sim/run/index.ts";
import { checkRegisterPort } from "./accio-top-registers.ts";
import { memorySize, openSlots, ourMac, refused, slots, suspended, topTraffic, unusedAt } from "./accio-top-scene.ts";
import { sender } from "./accio-top-sender.ts";

export interface TopCheck {
  readonly seed: number;
  /** Frames of each phase. */
  readonly phases: readonly number[];
  /** Pauses at every port. */
  readonly pause?: boolean;
  readonly memory?: RunOptions["memory"];
  readonly patience?: number;
}

/** What the host saw when a phase was over, and up to where it has then read. */
interface Snapshot {
  readonly frames: number;
  readonly memory: Uint8Array;
  readonly tails: readonly number[];
  readonly drops: readonly number[];
  readonly consumed: readonly number[];
}
export type ReceiveCounters = NicModel["receive"]["counters"];

/** The second word of a transmit descriptor: no bytes, the last of its frame, a completion please. */
const nothing = 0x3_0000n;
/** Headers of what is sent, other than after reset. */
const headers = { ttl: 33, dscp: 10, ecn: 1 } as const;
const counterNames = ["RX_FRAMES", "RX_ACCEPTED", "RX_ORDINARY", "RX_OVERFLOW", "RX_OVERSIZE", "RX_SPOILED"] as const;

/** Runs random traffic through a fresh `nic` and throws where it is not what the model says. Returns the model's counts. */
export const checkTop = async (nic: Nic, config: Config, check: TopCheck): Promise<ReceiveCounters> => {
  const made = new TopRun(nic, config, check);
  const outcome = await runNic(nic, made.frames, {
    config,
    binds: [],
    app: "sink",
    timing: "line",
    memorySize,
    memory: { ...check.memory, errors: refused },
    program: (host) => made.program(host),
    ...(check.pause === true ? { pause: check.seed } : {}),
    ...(check.patience === undefined ? {} : { patience: check.patience }),
    out: (frame) => made.sent(frame),
    ordinary: (frame) => made.ordinary.push(frame),
  });
  made.compare(outcome);
  return made.model.receive.counters;
};

class TopRun {
  readonly frames: ReturnType<typeof topTraffic>;
  readonly ordinary: Uint8Array[] = [];
  readonly model: NicModel;
  readonly #nic: Nic;
  readonly #config: Config;
  readonly #check: TopCheck;
  readonly #random: Prng;
  readonly #bytes = new Uint8Array(memorySize);
  readonly #snapshots: Snapshot[] = [];
  readonly #counters = new Map<string, number>();
  /** The line of ordinary frames has been seen high. */
  #ordinaryLine = false;

  constructor(nic: Nic, config: Config, check: TopCheck) {
    this.#nic = nic;
    this.#config = config;
    this.#check = check;
    this.#random = new Prng(check.seed);
    const count = check.phases.reduce((sum, n) => sum + n, 0);
    this.frames = topTraffic(this.#random.fork(), count, config.mtu);
    this.model = new NicModel({ mac: ourMac, mtu: config.mtu, ...headers }, arrayMemory(this.#bytes, memoryBase));
    for (const [i, s] of slots.entries()) this.model.enable(i, s);
  }
  #is(what: string, seen: unknown, expected: unknown): void {
    if (isDeepStrictEqual(seen, expected)) return;
    const text = (value: unknown): string => inspect(value, { breakLength: Number.POSITIVE_INFINITY });
    throw new Error(`seed ${this.#check.seed}, ${this.#config.name}: ${what}: ${text(seen)}, the model says ${text(expected)}`);
  }
  #equalBytes(what: string, seen: Uint8Array, expected: Uint8Array): void {
    if (Buffer.compare(seen, expected) === 0) return;
    throw new Error(
      `seed ${this.#check.seed}, ${this.#config.name}: ${what} differs from the model:\n${dump(expected)}seen\n${dump(seen)}`,
    );
  }

  // ---- the host ---------------------------------------------------------------------------

  async program(host: Host): Promise<void> {
    const { registers } = host;
    await checkRegisterPort(host, (what, seen, expected) => this.#is(what, seen, expected));
    await registers.MAC.write({ address: BigInt(macNumber(ourMac)) });
    await registers.TRANSMIT.write({ largest: derived(this.#config).maxPayload, ttl: headers.ttl, tos: (headers.dscp << 2) | headers.ecn });
    await registers.EVENT_MASK.write({ enabled: 7 });
    await openSlots(registers, this.#config);
    await registers.CONTROL.write({ enable: true });
    start(() => this.#watchLine(host), "line");
    const send = sender(host, this.model.transmit, this.#bytes, this.#random.fork());
    let end = 0;
    const heads = slots.map(() => 0);
    for (const [phase, count] of this.#check.phases.entries()) {
      end += count;
      host.begin(end);
      await send.some(phase);
      while (!host.finished() || this.model.transmit.pending().length > 0) await host.pause(10);
      await this.#snapshot(host, end, heads);
    }
    await send.compare((what, seen, expected) => this.#is(what, seen, expected));
    await this.#readCounters(host);
    await this.#checkEvents(host);
    await this.#checkLines(host);
  }
  sent(frame: Uint8Array): void {
    const verdict = this.model.transmit.sent(frame);
    if (!verdict.ok) throw new Error(`seed ${this.#check.seed}, ${this.#config.name}: sent: ${verdict.why}`);
  }
  async #snapshot({ registers, memory }: Host, frames: number, heads: number[]): Promise<void> {
    const tails: number[] = [];
    const drops: number[] = [];
    const consumed: number[] = [];
    for (const [i, { receive, framing }] of slots.entries()) {
      const { RX_TAIL, RX_DROPS } = registers.SLOT.at(i);
      const tail = Number((await RX_TAIL.read()).offset);
      tails.push(tail);
      drops.push((await RX_DROPS.read()).count);
      const head = heads[i] ?? 0;
      if (receive === undefined) consumed.push(0);
      else if (framing === "datagram") consumed.push(tail);
      else consumed.push((head + this.#random.integer(0, (tail - head + receive.size) % receive.size)) % receive.size);
    }
    this.#snapshots.push({ frames, memory: memory.bytes.slice(), tails, drops, consumed });
    this.#checkWake(heads, tails, "before reading");
    for (const [i, { receive }] of slots.entries()) {
      if (receive === undefined) continue;
      heads[i] = consumed[i] as number;
      await registers.SLOT.at(i).RX_HEAD.write({ offset: heads[i] ?? 0 });
    }
    // The line follows the pointers a cycle later.
    await registers.ID.read();
    this.#checkWake(heads, tails, "after reading");
  }
  #checkWake(heads: readonly number[], tails: readonly number[], when: string): void {
    const { harts } = this.#config;
    const lines = slots.reduce((bits, _, i) => bits | (suspended(i) && heads[i] !== tails[i] ? 1 << (i % harts) : 0), 0);
    this.#is(`irq_wake ${when}`, Number(this.#nic.irq_wake.value), lines);
  }
  async #readCounters({ registers }: Host): Promise<void> {
    const { RX_DROP } = registers;
    for (const name of counterNames) this.#counters.set(name, Number((await registers[name].read()).count));
    for (const cause of dropCauses) {
      const register = RX_DROP[cause.toUpperCase() as Uppercase<typeof cause>];
      this.#counters.set(cause, Number((await register.read()).count));
    }
    this.#is("TX_FRAMES", Number((await registers.TX_FRAMES.read()).count), this.model.transmit.frames);
    this.#is("TX_FAILED", Number((await registers.TX_FAILED.read()).count), 1);
    this.#is("TX_MALFORMED", Number((await registers.TX_MALFORMED.read()).count), 0);
    this.#is("slots of CAPABILITIES", (await registers.CAPABILITIES.read()).slots, this.#config.slots);
  }
  /** The event line is high until its causes are cleared; memory has refused something in every run. */
  async #checkEvents({ registers }: Host): Promise<void> {
    const overflowed = this.#counters.get("RX_OVERFLOW") !== 0;
    this.#is("irq_event", Number(this.#nic.irq_event.value), 1);
    this.#is("EVENTS", await registers.EVENTS.read(), { rxOverflow: overflowed, dmaError: true, txMalformed: false });
    await registers.EVENTS.write({ rxOverflow: true, dmaError: true, txMalformed: true });
    await registers.ID.read();
    this.#is("irq_event when cleared", Number(this.#nic.irq_event.value), 0);
    // What Rocket's front port asks of a burst beside its address.
    for (const channel of ["aw", "ar"] as const) {
      const { burst, lock, prot, qos, cache, size } = this.#nic.m_axi[channel].payload.value;
      this.#is(`m_axi ${channel}`, [burst, lock, prot, qos, cache, 2 ** size], ["INCR", 0, 0, 0, 3, this.#config.busBits / 8]);
    }
  }

  /** The kernel takes frames now and then, and the line is high until it does. */
  async #watchLine(host: Host): Promise<void> {
    while (!this.#ordinaryLine) {
      await host.pause(10);
      this.#ordinaryLine = Number(this.#nic.irq_ordinary_rx.value) === 1;
    }
  }
  /** Lines that the traffic leaves alone: the link's, and those of the ordinary path, which rise for completions that nobody took. */
  async #checkLines(host: Host): Promise<void> {
    const { EVENT_QUEUE, ORDINARY_TX } = host.registers;
    for (const up of [1, 0]) {
      this.#nic.link_up.value = up;
      await host.pause(8);
      this.#is("the link in EVENT_QUEUE.STATUS", (await EVENT_QUEUE.STATUS.read()).link, up === 1);
    }
    // The kernel has had time to take all frames.
    await host.pause(2048);
    const lines = (): readonly number[] => [Number(this.#nic.irq_ordinary_rx.value), Number(this.#nic.irq_ordinary_tx.value)];
    this.#is("lines of the ordinary path at rest", lines(), [0, 0]);
    this.#is("the line of ordinary frames was high while some waited", this.#ordinaryLine, true);
    // A frame of nothing is refused, with a completion, and does not leave.
    const descriptor = memoryBase + unusedAt;
    host.memory.write64(descriptor + 8, nothing);
    await ORDINARY_TX.DESCRIPTORS.write({ address: BigInt(descriptor) });
    await ORDINARY_TX.COMPLETIONS.write({ address: BigInt(descriptor + 128) });
    await ORDINARY_TX.CONTROL.write({ enable: true, logSize: 3 });
    await ORDINARY_TX.CONSUMER.write({ index: 0, armed: true });
    await ORDINARY_TX.PRODUCER.write({ index: 1 });
    await host.pause(2048);
    this.#is("lines of the ordinary path with a completion", lines(), [0, 1]);
  }

  // ---- the comparison ---------------------------------------------------------------------

  compare({ frames, origin, ordinaryDropped }: RunOutcome): void {
    const expectedOrdinary: Uint8Array[] = [];
    let at = 0;
    for (const snapshot of this.#snapshots) {
      for (; at < snapshot.frames; at++) this.#judge(frames[at] as RunOutcome["frames"][number], origin, snapshot, expectedOrdinary);
      this.#compareRings(snapshot);
    }
    // What slow memory made the ordinary path drop is missing, and nothing else; the others are whole and in order.
    this.#is("frames for the ordinary path", this.ordinary.length + ordinaryDropped, expectedOrdinary.length);
    let left = ordinaryDropped;
    let next = 0;
    for (const [i, frame] of this.ordinary.entries()) {
      for (; left > 0 && Buffer.compare(frame, expectedOrdinary[next] as Uint8Array) !== 0; left--) next++;
      this.#equalBytes(`ordinary frame ${i}`, frame, expectedOrdinary[next++] as Uint8Array);
    }
    const c = this.model.receive.counters;
    const seen = Object.fromEntries(this.#counters);
    // Beside a clock of its own, the wire's store looks for room first and at what is wrong with a frame second.
    const lost = (overflow = 0, spoiled = 0) => (this.#config.wireClock ? { lost: overflow + spoiled } : { overflow, spoiled });
    const { RX_OVERFLOW, RX_SPOILED, ...others } = seen;
    this.#is(
      "counters",
      { ...others, ...lost(RX_OVERFLOW, RX_SPOILED) },
      {
        RX_FRAMES: c.frames,
        RX_ACCEPTED: c.accepted,
        RX_ORDINARY: c.ordinary,
        RX_OVERSIZE: c.losses.oversize,
        ...c.drops,
        ...lost(c.losses.overflow, c.losses.spoiled),
      },
    );
  }
  #judge(way: RunOutcome["frames"][number], origin: number, { memory }: Snapshot, ordinary: Uint8Array[]): void {
    const { data, spoiled = false } = this.frames[way.number - 1] as (typeof this.frames)[number];
    const { receive } = this.model;
    const what = `frame ${way.number} of ${data.length} bytes`;
    const before = slots.map((_, i) => receive.slot(i));
    const verdict = receive.receive(data, BigInt(way.at.wireFirst + origin), {
      overflow: way.cause === "overflow",
      spoiled,
      memoryError: way.cause === "dma_error",
    });
    const judged = verdict.class === "dropped" || verdict.class === "lost" ? verdict.cause : verdict.class;
    this.#is(`${what}: ${JSON.stringify(way.at)}`, way.cause ?? way.verdict, judged);
    if (verdict.class === "ordinary") ordinary.push(data);
    if (verdict.class === "dropped" && verdict.cause === "dma_error") {
      const { stopped = true, tail = 0 } = before[verdict.slot] ?? {};
      if (!stopped) this.#isRefused(what, verdict.slot, tail, data.length);
    }
    if (verdict.class !== "accepted") return;
    const ring = slots[verdict.slot]?.receive ?? { base: 0, size: 0 };
    if (touches(refused, "write", ring.base + verdict.offset, verdict.length))
      throw new Error(`seed ${this.#check.seed}: ${what}: accepted, although memory refused a part of it`);
    if (this.#config.wireClock && slots[verdict.slot]?.framing === "datagram")
      this.#takeTimestamp(what, memory, ring.base - memoryBase + verdict.offset + 8, [way.at.wireFirst, way.at.parsed ?? 0], origin);
  }
  /** A write fails where memory refuses it, and from then on the slot takes nothing. */
  #isRefused(what: string, slot: number, tail: number, most: number): void {
    const base = slots[slot]?.receive?.base ?? 0;
    if (!touches(refused, "write", base + tail, recordLength(most)))
      throw new Error(`seed ${this.#check.seed}: ${what}: memory has refused nothing at ${tail} of slot ${slot}'s ring`);
  }
  /** Between two clocks a frame's time is known from when it came to when it had been parsed. */
  #takeTimestamp(what: string, memory: Uint8Array, at: number, [first, parsed]: readonly [number, number], origin: number): void {
    const time = Number(new DataView(memory.buffer).getBigUint64(at, true)) - origin;
    if (time < first || time > parsed) throw new Error(`seed ${this.#check.seed}: ${what}: time ${time} is not from ${first} to ${parsed}`);
    this.#bytes.set(memory.subarray(at, at + 8), at);
  }
  #compareRings({ memory, tails, drops, consumed }: Snapshot): void {
    const { receive } = this.model;
    for (const [i, { receive: settings, framing }] of slots.entries()) {
      const state = receive.slot(i);
      this.#is(`slot ${i}'s tail and drops`, [tails[i], drops[i]], [state.tail, state.drops]);
      if (settings === undefined) continue;
      const seen = new Ring(arrayMemory(memory, memoryBase), settings);
      const expected = new Ring(arrayMemory(this.#bytes, memoryBase), settings);
      // What fills a record up to 16 bytes is nobody's.
      for (let at = state.head; at !== state.tail; ) {
        const whole =
          framing === "stream" ? expected.used(at, state.tail) : 16 + (expected.read(at, 2)[0] ?? 0) + 256 * (expected.read(at, 2)[1] ?? 0);
        this.#equalBytes(`slot ${i}: ${whole} bytes at ${at} of its ring`, seen.read(at, whole), expected.read(at, whole));
        at = expected.advance(at, framing === "stream" ? whole : recordLength(whole - 16));
      }
      receive.consume(i, consumed[i] as number);
    }
  }
}

/** Whether bytes lie where memory refuses an access. */
const touches = (ranges: readonly AxiErrorRange[], kind: "read" | "write", address: number, length: number): boolean =>
  ranges.some(({ first, last, kinds = "both" }) => (kinds === kind || kinds === "both") && address <= last && address + length > first);
