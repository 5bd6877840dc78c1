/** The register port beside its model: harts and strangers at random, with a stand-in for the table that is slow at times. */
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { type BusAccess, type Fault, meant, type Outcome, PortModel } from "./port-model.ts";
import type { registerFrontBlock } from "./register-front.ts";
import { lanes, type Reply, type Request, StandInTable } from "./stand-in-table.ts";

/** A datagram has come, a frame has left; a packet page's request has completed: receive, transmit. */
type Pulses = readonly boolean[];
type Block = ReturnType<typeof registerFrontBlock>;
const one = (value: unknown): boolean => value === 1n;
const words = Object.keys(slotWords) as SlotWord[];

/** Accesses with their answers; every pin is compared in every cycle. */
export class PortBench {
  readonly bench: BlockBench<Block>;
  /** What the block works on, and what the model does. */
  readonly table: StandInTable;
  readonly model: PortModel;
  /** One in so many requests is taken at once; 1: all. */
  slowness = 1;
  cycles = 0;
  #standing: string | null = null;
  #reply: Reply | null = null;
  #requests: Request[] = [];
  #identified: bigint | null = null;
  #due: { readonly access: BusAccess; readonly outcome: Outcome } | null = null;
  #now = 1n;
  /** What happened in the first cycle of the access. */
  #pulses: Pulses = [];
  /** What the packet pages' engines were asked during the access. */
  #asked = "";
  #first = true;
  constructor(block: Block, c: Config, seed: number, refuses = false) {
    this.bench = new BlockBench(block, seed);
    this.table = new StandInTable(refuses);
    this.model = new PortModel(c, new StandInTable(refuses));
    const { bus, now } = this.bench.sim.io;
    bus.valid.value = 0;
    now.value = 1n;
    // Rows are swept, and nothing happens; the first access may come before that has ended.
    for (let i = this.random.below(67); i > 0; i--) {
      this.#want("a fault", one(this.bench.sim.io.fault.valid.value), false);
      this.#want("a request", one(this.bench.sim.io.ask.valid.value), false);
      this.bench.sim.step();
    }
  }
  get random(): Random {
    return this.bench.random;
  }
  #want(what: string, is: unknown, right: unknown): void {
    this.bench.check(Object.is(is, right), () => `${what} is ${String(is)} and should be ${String(right)}`);
  }
  /** Something changes in the table by itself. */
  change(slot: number, word: SlotWord, value: bigint): void {
    this.table.put(slot, word, value);
    this.model.table.put(slot, word, value);
  }
  own(slot: number, harts: number): void {
    this.table.owners.set(slot, harts);
    this.model.table.owners.set(slot, harts);
  }
  /** Until rows are swept after reset, at the latest: an access is taken up at once from here on. */
  settle(): this {
    while (this.cycles < 70) this.cycle(null);
    return this;
  }
  /** What happens besides: flags rise. */
  #rise(pulses: Pulses): void {
    const { prototype } = this.model;
    const [came, left, filled, read] = pulses;
    if (came) prototype.rxPending = 1n;
    if (left) prototype.txPending = 1n;
    if (filled) prototype.packetsPending[1] = 1n;
    if (read) prototype.packetsPending[0] = 1n;
  }
  /** Engines of the packet pages, at any state: nothing, some, or full. */
  packets(): void {
    const { random } = this;
    for (const state of this.model.prototype.packets) {
      state.requests = BigInt(random.pick([0, 1, 63, 64, 64, random.below(65)]));
      state.completions = BigInt(random.pick([0, 1, 64, random.below(65)]));
      state.first = random.bits(64);
    }
  }
  /** One cycle with this access on offer; true where it moved. */
  cycle(access: BusAccess | null, pulse: Pulses = []): boolean {
    const { sim } = this.bench;
    const { bus, ask, reply, fault, shared, now, received, sent, identify, identification, legacyIrq } = sim.io;
    const { random, model } = this;
    if (access === null) {
      this.#now = random.bits(64);
      now.value = this.#now;
    }
    bus.valid.value = access === null ? 0 : 1;
    if (access !== null) {
      bus.write.value = access.write ? 1 : 0;
      bus.word.value = access.address / 8;
      bus.data.value = access.data;
      bus.strobe.value = access.strobe;
      bus.source.value = access.source;
    }
    const ofView = access !== null && access.address >= 0x1_0000 && access.address < 0x2_0000;
    const pulses = (ofView && !this.#first) || this.cycles < 70 ? [] : pulse;
    const [came = false, left = false, filled = false, read = false] = pulses;
    const { legacy, packetsPending } = model.prototype;
    const lines = legacy & (packetsPending[0] | (packetsPending[1] << 1n));
    received.value = came ? 1 : 0;
    sent.value = left ? 1 : 0;
    const [transmit, receive] = model.prototype.packets;
    sim.io.legacyStates.value = { receive: { ...receive, completes: filled ? 1 : 0 }, transmit: { ...transmit, completes: read ? 1 : 0 } };
    if (ofView && this.#first) this.#pulses = pulses;
    else this.#rise(pulses);
    // The table: an answer to the last cycle's request, and noise where there is none.
    const answer = this.#reply;
    reply.valid.value = answer === null ? 0 : 1;
    reply.data.value = answer === null ? random.bits(64) : answer.data;
    reply.error.value = answer === null ? random.below(2) : answer.error ? 1 : 0;
    reply.foreign.value = random.below(2);
    ask.ready.value = random.below(this.slowness) === 0 ? 1 : 0;

    // ---- what stands on the pins -------------------------------------------------------------------
    this.#reply = null;
    const offered = one(ask.valid.value) ? this.#offered() : null;
    if (this.#standing !== null) this.#want("the request that waits", offered === null ? "gone" : meant(offered), this.#standing);
    this.#standing = null;
    if (offered !== null) {
      this.bench.check(access !== null, () => `asked for nothing: ${meant(offered)}`);
      this.bench.check(offered.operation !== "WRITE" || offered.strobe !== 0, () => `a write without bytes: ${meant(offered)}`);
      if (one(ask.ready.value)) {
        this.#requests.push(offered);
        this.#reply = this.table.apply(offered);
      } else this.#standing = meant(offered);
    }
    this.#look();
    if (one(identify.value)) this.#identified = identification.value as bigint;
    this.#response();
    const due = this.#due;
    this.#due = null;
    const moved = access !== null && one(bus.ready.value);
    if (access !== null && moved) this.#moved(access);
    this.#fault(due?.outcome.fault ?? null, fault);
    if (access === null) {
      const right = model.shared;
      this.#want("the datapath's switch", one(shared.enable.value), right.enable);
      this.#want("our address", shared.mac.value, right.mac);
      this.#want("the largest payload", shared.largest.value, right.largest);
      this.#want("the time to live", shared.ttl.value, right.ttl);
      this.#want("the type of service", shared.tos.value, right.tos);
      this.#want("wake-up masks", shared.wakeMask.number, right.wakeMask);
      this.#want("the packet pages' lines", legacyIrq.value, lines);
    }
    this.#first = access === null || moved;
    sim.step();
    this.bench.cycle++;
    this.cycles++;
    return moved;
  }
  #offered(): Request {
    const p = this.bench.sim.io.ask.payload.value as Record<string, unknown>;
    return {
      operation: p.operation as Request["operation"],
      slot: Number(p.slot),
      hart: Number(p.hart),
      word: Number(p.word),
      data: BigInt(p.data as bigint),
      strobe: Number(p.strobe),
      kernel: Number(p.kernel) === 1,
      askers: Number(p.askers),
    };
  }
  /** What the engines are asked in this cycle. */
  #look(): void {
    const { legacyRequests } = this.bench.sim.io;
    for (const name of ["receive", "transmit"] as const) {
      const { push, pop, word } = legacyRequests[name];
      if (one(push.value)) this.#asked += `${name} push ${(word.value as bigint).toString(16)}`;
      if (one(pop.value)) this.#asked += `${name} pop`;
    }
  }
  #response(): void {
    const { sim } = this.bench;
    const response = (part: "valid" | "data" | "error"): bigint => sim.peek(`bus_response_${part}`);
    const due = this.#due;
    this.#want("an answer", one(response("valid")), due !== null);
    if (due === null) return;
    const { access, outcome } = due;
    const name = `the answer to ${access.write ? "writing" : "reading"} ${access.address.toString(16)}`;
    this.#want(`${name}: its error`, one(response("error")), outcome.error);
    // An access gets no more than its bytes.
    const bytes = outcome.error || access.write ? lanes(0xff) : lanes(access.strobe);
    const hex = (value: bigint): string => (value & bytes).toString(16);
    this.#want(name, hex(response("data")), hex(outcome.error || access.write ? 0n : outcome.data));
  }
  #moved(access: BusAccess): void {
    const { model } = this;
    const outcome = model.access(access, this.#now);
    const { requests } = outcome;
    if (requests !== null) this.#want("what the table is asked", this.#requests.map(meant).join("; "), requests.map(meant).join("; "));
    else this.#want("the table", this.table.difference(model.table), "");
    for (const r of this.#requests)
      if (!r.kernel) this.bench.check(access.address >= 0x40_0000, () => `an owner asks from elsewhere: ${meant(r)}`);
    this.#want("the identification", this.#identified, requests === null ? model.prototype.identified : null);
    this.#want("what the packet pages' engines are asked", this.#asked, requests === null ? model.prototype.asked : "");
    this.#asked = "";
    if (requests === null) this.#rise(this.#pulses);
    this.#pulses = [];
    this.#identified = null;
    this.#requests = [];
    this.#due = { access, outcome };
  }
  #fault(right: Fault | null, pins: PortBench["bench"]["sim"]["io"]["fault"]): void {
    this.#want("a fault", one(pins.valid.value), right !== null);
    if (right === null) return;
    this.#want("its cause", pins.cause.value, right.cause);
    this.#want("its page", pins.slot.number, right.slot);
    this.#want("its offset", pins.offset.number, right.offset);
    this.#want("whether it was a write", one(pins.write.value), right.write);
    this.#want("whether its hart is known", one(pins.maker.known.value), right.hart !== null);
    this.#want("its hart", pins.maker.hart.number, right.hart ?? 0);
    this.model.count(right);
  }
  /** An access until it has moved, and a cycle in which its answer is looked at. Cycles until it moved. */
  access(access: BusAccess): Outcome & { readonly cycles: number } {
    let cycles = 1;
    while (!this.cycle(access)) {
      this.bench.check(cycles < 40_000, () => `${access.address.toString(16)} is never taken`);
      cycles++;
    }
    const { outcome } = this.#due as { readonly outcome: Outcome };
    this.cycle(null);
    return { ...outcome, cycles };
  }
}

/** Strobes of accesses of 1, 2, 4 and 8 bytes, aligned. */
export const widths = [1, 2, 4, 8].flatMap((bytes) => Array.from({ length: 8 / bytes }, (_, i) => ((1 << bytes) - 1) << (bytes * i)));

/** Few rows, so that accesses meet; at times any. */
const rowOf = (random: Random, c: Config): number =>
  random.oneIn(6) ? random.pick([Math.min(c.slots, 63), random.below(64)]) : random.below(random.pick([3, Math.min(c.slots, 64)]));
type AddressOf = (random: Random, c: Config, hart: number) => number;
const slotOf: AddressOf = (random, c) => (random.oneIn(12) ? random.below(1024) : rowOf(random, c));
const ofKernel: AddressOf = (random, _, hart) =>
  random.pick([
    0x18,
    0x20,
    0x28,
    0x48,
    0x50,
    0x280,
    0x288,
    0x290,
    0x298,
    0x2c0,
    0x2c8,
    0x380,
    ...[0x800, 0x840, 0x880, 0x8c0].map((at) => at + 8 * hart),
  ]);
const ofSlot: AddressOf = (random, c, hart) => 0x4_0000 + 0x100 * slotOf(random, c, hart) + 8 * random.below(32);
/** A slot's word, one that looks like it, or any. */
const wordOf = (random: Random): number =>
  random.oneIn(6)
    ? 8 * random.below(512)
    : slotWords[random.pick(words)] ^ (random.oneIn(3) ? 8 << random.pick([4, 4, 5, 8, random.below(9)]) : 0);
const ofDoorbell: AddressOf = (random, c, hart) => 0x40_0000 + 0x1000 * slotOf(random, c, hart) + wordOf(random);
const ofNothing: AddressOf = (random, c) =>
  random.pick([random.below(0x4_0000 - 0x1_d000) + 0x1_d000, 0x4_0000 + 0x100 * c.slots, 0x8_0000, 0x3f_fff8]) & ~7;
/** From the start of the view on. */
const searches: AddressOf = (random, _, hart) => random.pick([0x80, 0x100, 0x108, 0x110, 0x200 + 0x10 * hart, 0x208 + 0x10 * hart]);
const ofPage: AddressOf = (random, _, hart) => 0x10 * hart + random.pick([0, 8]);
const rowSwitch: AddressOf = (random, c) => 0x300 + 0x100 * rowOf(random, c);
const ofRow: AddressOf = (random, c) =>
  0x300 + 0x100 * rowOf(random, c) + 8 * (random.oneIn(4) ? random.pick([1, 11, 13]) : random.below(random.oneIn(10) ? 32 : 0x12));
const ofRing: AddressOf = (random, c) =>
  random.oneIn(2) ? 0xb000 + 0x20 * rowOf(random, c) + 8 * random.below(4) : 0xc000 + 0x10 * rowOf(random, c) + 8 * random.below(2);
const pageRegisters = [
  ...[0x8000, 0x8008, 0x8010, 0x9000, 0x9008, 0x9008, 0x9010, 0x9018, 0x9020, 0x9028, 0xb800, 0xb808],
  ...[0xa000, 0xa008, 0xa008, 0xa010, 0xa010, 0xa018, 0xa020],
  ...[0xc400, 0xc408, 0xc408, 0xc410, 0xc418, 0xc420, 0xc428, 0xc428, 0xc430],
];
const ofNic: AddressOf = (random) => (random.oneIn(10) ? random.below(0xd000) & ~7 : random.pick(pageRegisters));

const nextHop: AddressOf = () => 0xc408;
/** Fields of few rows, over and over. */
const fewFields: AddressOf = (random) => 0x300 + 0x100 * random.below(2) + 8 * random.pick([1, 2, 3, 3, 4, 5, 5, 11, 11, 13, 13]);
const rings: AddressOf = (random, c, hart) => (random.oneIn(2) ? fewFields(random, c, hart) : ofRing(random, c, hart));
/** What a run looks at most. */
const profiles = {
  view: [searches, searches, ofPage, rowSwitch, ofRow, ofRow, ofRing, ofNic],
  searches: [searches],
  rows: [rings],
  pages: [ofNic, ofNic, ofPage],
  nextHops: [rowSwitch, rowSwitch, rowSwitch, nextHop],
  windows: [],
  kernel: [],
} as const satisfies Record<string, readonly AddressOf[]>;
type Profile = keyof typeof profiles;
const profilesOf = (c: Config): readonly Profile[] =>
  c.prototypeView ? ["view", "searches", "rows", "pages", "nextHops", "windows", "kernel"] : ["windows", "kernel"];

const randomAccess = (random: Random, c: Config, profile: Profile): BusAccess => {
  const hart = random.below(random.oneIn(8) ? 8 : c.harts);
  const pages: readonly AddressOf[] = profiles[profile];
  const byView = pages.length > 0 && !random.oneIn(6);
  const address = byView
    ? 0x1_0000 + random.pick(pages)(random, c, hart)
    : random.pick(profile === "kernel" ? [ofKernel] : [ofKernel, ofSlot, ofDoorbell, ofDoorbell, ofDoorbell, ofNothing])(random, c, hart);
  const write = random.oneIn(2);
  // Small numbers are harts, flags and rows; large ones fill fields.
  const low = BigInt(random.below(random.pick([2, 4, 4, 8, 300])));
  const data = random.oneIn(12)
    ? low | (1n << BigInt(random.below(33)))
    : random.oneIn(2)
      ? low
      : random.oneIn(2)
        ? (random.bits(56) << 8n) | (low & 0xffn)
        : random.bits(64);
  const sources = c.hartIds === "none" ? [0, 9] : c.hartIds.slice(0, c.harts);
  return {
    address,
    write,
    data: random.oneIn(10) ? (data << 32n) & (2n ** 64n - 1n) : data,
    strobe: random.oneIn(profile === "windows" || profile === "rows" ? 2 : 6)
      ? 1 + random.below(255)
      : random.pick(random.oneIn(2) ? [0xff] : widths),
    source: random.oneIn(4) ? random.below(16) : random.pick(sources),
  };
};
/** Something happens in the table without the port: now and then to all rows. */
const stir = (p: PortBench, c: Config): void => {
  const { random } = p;
  const slot = random.below(c.slots);
  const rows = Array.from({ length: Math.min(c.slots, 64) }, (_, i) => i);
  const control = (enabled: number): bigint => BigInt(enabled) | (BigInt(random.below(c.harts)) << 8n);
  if (random.oneIn(2)) p.change(slot, random.pick(words), random.oneIn(2) ? BigInt(random.below(4)) : random.bits(64));
  if (random.oneIn(3)) p.change(random.pick(rows), "control", control(random.below(2)));
  if (random.oneIn(3)) p.change(random.pick(rows), random.pick(["suspend", "available"]), BigInt(random.below(4)));
  if (random.oneIn(3)) {
    // A sleeper who can be woken.
    const r = random.pick(rows);
    p.change(r, "control", control(1));
    p.change(r, "suspend", 1n);
    p.change(r, "available", 1n);
  }
  if (random.oneIn(2)) p.own(slot, random.below(2 ** c.harts));
  if (random.oneIn(40)) {
    const enabled = random.below(2);
    for (const r of rows) p.change(r, "control", control(enabled));
  }
};

/** Throws where the port does what its model does not. Seven seeds that follow each other look at everything. */
export const checkPort = (block: Block, c: Config, accesses: number, seed: number): void => {
  const list = profilesOf(c);
  const profile = list[seed % list.length] as Profile;
  const p = new PortBench(block, c, seed, seed % 2 === 0);
  const { random } = p;
  p.slowness = random.pick([1, 1, 2, 5]);
  const idle = random.pick([0, 0, 3]);
  const seldom = random.pick([20, 500]);
  p.access({ source: 0, address: 0x298, write: false, data: 0n, strobe: 0xff });
  let left = accesses;
  let access: BusAccess | null = null;
  let waited = 0;
  while (left > 0 || access !== null) {
    if (access === null && random.oneIn(3)) p.packets();
    if (access === null && left > 0 && random.below(idle + 1) === 0) {
      access = randomAccess(random, c, profile);
      if (profile === "view" || profile === "windows" || random.oneIn(4)) stir(p, c);
      left--;
    }
    const moved = p.cycle(
      access,
      Array.from({ length: 4 }, () => random.oneIn(seldom)),
    );
    waited = moved || access === null ? 0 : waited + 1;
    p.bench.check(waited < 3000, () => `${access?.address.toString(16)} is never taken`);
    if (moved) access = null;
  }
  for (let i = 0; i < 3; i++) p.cycle(null);
};
