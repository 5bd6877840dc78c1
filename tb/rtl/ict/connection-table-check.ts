/**
 * The connection table between stand-ins for its neighbours: register port, receive and transmit engine, each at random and
 * all at once, beside a model of every slot. Nobody here knows how many cycles the table takes for what: what may be seen
 * while a request is under way is what was right at some time during it.
 */
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import type { connectionTable } from "#rtl/ict/connection-table.ts";
import { lookupLatency } from "#rtl/ict/lookup.ts";
import { type SlotWord, slotWords, statusBits, takenBits } from "#rtl/ict/slot-words.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { nameOf, ownersMay, SlotModel } from "./slot-model.ts";

type Table = ReturnType<typeof connectionTable>;
interface Key {
  readonly localIp: number;
  readonly localPort: number;
  readonly remoteIp: number;
  readonly remotePort: number;
}
interface Request {
  readonly operation: "READ" | "WRITE" | "TAKE" | "PEEK" | "REKEY";
  readonly slot: number;
  readonly hart: number;
  readonly word: number;
  readonly data: bigint;
  readonly strobe: number;
  readonly kernel: number;
  readonly askers: number;
}
interface Pending {
  readonly asked: Request;
  readonly since: number;
  /** What the word has been since. */
  readonly seen: Set<bigint>;
  /** The slot has begun anew already. */
  emptied: boolean;
}
/** What the run came by, to see that the stimulus was worth its time. */
export interface Reached {
  hits: number;
  misses: number;
  drops: number;
  opened: number;
  exists: number;
  closedBusy: number;
  foreign: number;
  turns: number;
  torn: number;
  wakes: number;
}
const ips = [1, 2],
  ports = [7, 8];
const keyWords: readonly SlotWord[] = ["control", "local", "remote", "rxBase", "txBase", "rxSize", "txSize"];

export class TableBench {
  readonly bench: BlockBench<Table>;
  readonly slots: SlotModel[];
  readonly reached: Reached = {
    ...{ hits: 0, misses: 0, drops: 0, opened: 0, exists: 0, closedBusy: 0, foreign: 0, turns: 0, torn: 0, wakes: 0 },
  };
  /** Nothing new comes: what is on its way ends. */
  quiet = false;
  readonly #config: Config;
  readonly #random: Random;
  readonly #current: { asid: number; accelerated: number; priority: number }[];
  #request: Pending | null = null;
  // Receive: keys by age; the datagram in the verdict stage.
  readonly #chain: ({ key: Key; may: Set<number | null> } | null)[] = Array.from({ length: lookupLatency }, () => null);
  #judged: { slot: number } | null = null;
  #asked = 0;
  /** When memory refused what was for a slot. */
  readonly #failed = new Map<number, number>();
  readonly #commits: { slot: number; pointer: number }[] = [];
  #told: { slot: number; pointer: number; good: boolean } | null = null;
  // Transmit: the planner's slot, and packets on their way.
  #held: { slot: number; read: number; tail: number; mask: number } | null = null;
  readonly #packets: { slot: number; pointer: number }[] = [];
  /** How seldom frames come: it changes, so that rings fill and run empty. */
  #calm = 1;
  #now = 1n;

  constructor(block: Table, config: Config, seed: number) {
    this.bench = new BlockBench(block, seed);
    this.#config = config;
    this.#random = this.bench.random;
    this.slots = Array.from({ length: config.slots }, () => new SlotModel(config));
    this.#current = Array.from({ length: config.harts }, () => ({ asid: 0, accelerated: 0, priority: 0 }));
    this.bench.sim.io.mask.value = (1n << BigInt(config.harts)) - 1n;
    this.bench.sim.io.hashKey.value = this.#random.bits(64);
  }
  slot(n: number): SlotModel {
    return this.slots[n] as SlotModel;
  }
  get idle(): boolean {
    return (
      this.#request === null &&
      this.#due === null &&
      this.#chain.every((k) => k === null) &&
      this.#judged === null &&
      this.#commits.length + this.#packets.length === 0 &&
      this.#told === null &&
      this.#held === null
    );
  }
  #fail(what: string): never {
    this.bench.check(false, () => what);
    throw new Error("unreachable");
  }
  #want(what: string, is: unknown, right: unknown): void {
    if (is !== right) this.#fail(`${what} is ${String(is)}, and should be ${String(right)}`);
  }

  /** Who has this key, with slot `without` left out. */
  #holder(key: Key, without: number | null): number | null {
    const fits = (s: SlotModel, exact: boolean): boolean =>
      s.listens &&
      s.applied.connected === exact &&
      s.local.ip === key.localIp &&
      s.local.port === key.localPort &&
      (!exact || (s.remote.ip === key.remoteIp && s.remote.port === key.remotePort));
    for (const exact of [true, false]) {
      const n = this.slots.findIndex((s, i) => i !== without && fits(s, exact));
      if (n >= 0) return n;
    }
    return null;
  }
  /** The slot that a request under way may be about to find, or to lose. */
  get #changing(): number | null {
    const asked = this.#request?.asked;
    const name = asked === undefined ? undefined : nameOf(asked.word);
    return asked?.operation === "WRITE" && name !== undefined && keyWords.includes(name) ? asked.slot : null;
  }
  /** Whoever a lookup may find that is under way in this cycle. */
  #mayFind(key: Key): (number | null)[] {
    const n = this.#changing;
    return n === null ? [this.#holder(key, null)] : [this.#holder(key, null), this.#holder(key, n), n];
  }

  // ---- the register port ---------------------------------------------------------------------
  #newRequest(): Request {
    const random = this.#random;
    const { slots, harts, ringLimit } = this.#config;
    const slot = random.below(slots);
    const s = this.slot(slot);
    const names = Object.keys(slotWords) as SlotWord[];
    const live: readonly SlotWord[] = ["txTail", "txTail", "rxHead", "rxHead", "suspend", "status", "rxTail", "txHead", "nextHop"];
    const setUp: readonly SlotWord[] = ["control", "control", "control", "local", "remote", "rxSize", "txSize", "identity", "rxBase"];
    const name = random.oneIn(s.open ? 40 : 4) ? random.pick(names) : random.pick(!s.open || random.oneIn(12) ? setUp : live);
    const word = random.oneIn(30) ? random.below(32) : slotWords[name] / 8;
    const used = (s.txTail - s.txHead) & s.tx.mask;
    const step = random.oneIn(4) ? random.below(64) : random.below(Math.max(1, s.tx.mask - used));
    const tail = random.oneIn(200) ? random.below(2 * ringLimit) : (s.txTail + step) & s.tx.mask;
    const waiting = (s.rxTail - s.rxHead) & s.rx.mask;
    const head = random.oneIn(3) ? s.rxTail : (s.rxHead + random.below(waiting + 1)) & s.rx.mask;
    const size = BigInt(random.oneIn(8) ? random.pick([0, 96, 32, 2 * ringLimit]) : random.pick([64, 128, 128, 256, 4096, ringLimit]));
    const bit = (): number => random.below(2);
    const control = (s.open ? random.oneIn(3) : !random.oneIn(6))
      ? 1 | (Number(s.control.connected) << 1) | (Number(s.control.datagram) << 2)
      : random.below(16);
    const values: Partial<Record<SlotWord, bigint>> = {
      control: BigInt(control) | (BigInt(random.below(harts)) << 8n) | (BigInt(random.below(8)) << 16n),
      local: BigInt(random.pick(ips)) | (BigInt(random.pick(ports)) << 32n),
      remote: BigInt(random.pick(ips)) | (BigInt(random.pick(ports)) << 32n),
      rxSize: size,
      txSize: size,
      rxHead: BigInt(head),
      txTail: BigInt(tail),
      suspend: BigInt(random.below(4)),
      identity: BigInt(random.below(3)),
      policy: (random.bits(64) & 0x1_ffffn) | (BigInt(random.pick([0, 32, 100, 4000])) << 32n),
      available: BigInt(random.below(4)),
    };
    const kernel = random.oneIn(3) ? 0 : 1;
    const write = name === "available" ? random.oneIn(4) : !random.oneIn(3);
    const partly = random.oneIn(10) && !["txTail", "rxHead", "control", "rxSize", "txSize"].includes(name);
    return {
      operation: write ? "WRITE" : "READ",
      slot,
      hart: random.below(harts),
      word,
      data: values[name] ?? random.bits(64),
      strobe: partly ? random.below(256) : 0xff,
      kernel,
      askers: kernel === 1 ? 0 : bit() === 1 ? 1 << random.below(harts) : random.below(1 << harts),
    };
  }
  /** Puts one on offer; it may be anything. */
  ask(asked: Request): void {
    this.#request = { asked, since: this.bench.cycle, seen: new Set(), emptied: false };
    const io = this.bench.sim.io;
    io.request.payload.value = asked as never;
  }
  #merged({ data, strobe }: Request, was: bigint): bigint {
    let mask = 0n;
    for (let i = 0; i < 8; i++) if ((strobe >> i) & 1) mask |= 0xffn << BigInt(8 * i);
    return (was & ~mask) | (data & mask);
  }
  /** A slot begins anew somewhere in its request, and nothing is on its way for it then. */
  #emptied(): void {
    const r = this.#request;
    const { sim } = this.bench;
    if (r === null || r.emptied || sim.peek("commands.sweep") === 1n || sim.peek("commands.clear") === 0n) return;
    const s = this.slot(r.asked.slot);
    this.#want("what is on its way for a slot that begins anew", s.receiving + s.sending, 0);
    s.empty();
    r.emptied = true;
  }
  /** The request was taken in this cycle: what it did is done. */
  #taken(): void {
    const { asked, since, seen, emptied } = this.#request as Pending;
    this.#request = null;
    this.#due = { asked, seen, granted: this.#granted(asked) };
    this.bench.check(this.bench.cycle - since < 4000, () => "a request took longer than all that can be on its way");
    if (asked.operation !== "WRITE" || !this.#due.granted) return;
    const name = nameOf(asked.word);
    if (name === undefined) return;
    const s = this.slot(asked.slot);
    const was = s.open;
    const empties = s.write(name, this.#merged(asked, s.word(name)), (me) =>
      this.slots.some((other) => other !== me && other.listens && other.clashes(me)),
    );
    this.#want("whether the slot has begun anew", emptied, empties);
    // What came meanwhile counts, and the ready queue hears of it later.
    if (s.available !== 0) this.#rose.set(asked.slot, this.bench.cycle);
    if (s.open && !was) this.reached.opened++;
    if (s.result === "exists" && name === "control") this.reached.exists++;
    if (was && !s.open && s.receiving + s.sending > 0) this.reached.closedBusy++;
  }
  #due: { readonly asked: Request; readonly seen: Set<bigint>; readonly granted: boolean } | null = null;
  #granted(asked: Request): boolean {
    const s = this.slot(asked.slot);
    const owner = this.#current.some((t, k) => (asked.askers >> k) % 2 === 1 && t.asid === s.asid);
    return asked.kernel === 1 || (owner && s.open && ownersMay(nameOf(asked.word), asked.operation === "WRITE"));
  }
  #checkReply(): void {
    const { reply } = this.bench.sim.io;
    this.#want("reply.valid", reply.valid.value, this.#due === null ? 0n : 1n);
    if (this.#due === null) return;
    const { asked, seen, granted } = this.#due;
    this.#due = null;
    if (asked.operation === "TAKE" || asked.operation === "PEEK") return;
    this.#want("reply.error", reply.error.value, granted ? 0n : 1n);
    this.#want("reply.foreign", reply.foreign.value, granted ? 0n : 1n);
    if (!granted) this.reached.foreign++;
    const name = nameOf(asked.word);
    let data = reply.data.value as bigint;
    if (!granted || name === undefined || asked.operation === "WRITE") return this.#want("reply.data", data, 0n);
    if (name === "status") data &= ~(1n << BigInt(statusBits.draining));
    this.bench.check(
      seen.has(data),
      () => `${name} of slot ${asked.slot} is read as ${data.toString(16)}, and was ${[...seen].map((v) => v.toString(16)).join(", ")}`,
    );
  }

  #aKey(): Key {
    const random = this.#random;
    const { local, remote } = random.pick(this.slots);
    const end = () => ({ ip: random.pick(ips), port: random.pick(ports) });
    const [mine, other] = random.oneIn(4) ? [end(), end()] : [local, random.oneIn(2) ? remote : end()];
    return { localIp: mine.ip, localPort: mine.port, remoteIp: other.ip, remotePort: other.port };
  }

  // ---- the receive engine ---------------------------------------------------------------------
  #receive(): { advance: boolean; verdict: object; key: Key | null; judging: object; next: { slot: number } | null } {
    const random = this.#random;
    const { io } = this.bench.sim;
    const judged = this.#judged;
    let verdict: object = { valid: 0, slot: 0, placed: 0, writes: 0, pointer: 0, timestamp: 0n };
    let gone = judged === null;
    if (judged !== null) {
      const s = this.slot(judged.slot);
      const state = io.receive;
      const pointer = state.write.number;
      this.#want(`the write pointer of slot ${judged.slot}`, pointer, s.rxWrite);
      if (this.#changing !== judged.slot) {
        this.#want("the ring's base", state.base.value, s.rx.base);
        this.#want("the ring's mask", state.mask.number, s.rx.mask);
        this.#want("datagram", state.datagram.value, BigInt(s.applied.datagram));
        // An error stops the slot in the cycle after its commit.
        if (this.bench.cycle - (this.#failed.get(judged.slot) ?? -10) > 2) this.#want("stopped", state.stopped.value, BigInt(s.rxStopped));
        if (this.#request?.asked.slot !== judged.slot) this.#want("the head", state.head.number, s.rxHead);
      }
      if (random.oneIn(2) || this.quiet) {
        gone = true;
        const bytes = random.oneIn(6) ? 0 : random.below(64);
        const room = (state.head.number - pointer - 1) & s.rx.mask;
        const placed = bytes <= room && state.stopped.value === 0n && !random.oneIn(8);
        const timestamp = this.#now;
        const to = (pointer + bytes) & s.rx.mask;
        verdict = { valid: 1, slot: judged.slot, placed, writes: placed && bytes > 0, pointer: to, timestamp };
        if (placed) {
          s.rxWrite = to;
          s.rxTime = timestamp;
          if (bytes > 0) {
            s.receiving++;
            this.#commits.push({ slot: judged.slot, pointer: to });
          }
        } else {
          s.rxDrops = (s.rxDrops + 1) >>> 0;
          this.reached.drops++;
        }
      }
    }
    // Those on their way may find whom they might have found at any time; the oldest one's answer stands.
    for (const k of this.#chain) if (k !== null) for (const n of this.#mayFind(k.key)) k.may.add(n);
    const oldest = this.#chain.at(-1) ?? null;
    let found: { slot: number } | null = null;
    if (oldest !== null) {
      const slot = io.hit.value === 1n ? io.found.number : null;
      // What is taken back is found by nobody, whoever would have been next.
      const backed = slot === null && oldest.may.size > 1;
      this.bench.check(backed || oldest.may.has(slot), () => `a lookup found ${slot}, and might have found ${[...oldest.may].join(", ")}`);
      // Whoever has closed by now is found by nobody.
      if (slot !== null) {
        this.bench.check(this.slot(slot).listens || this.#changing === slot, () => `closed slot ${slot} was found`);
        found = { slot };
      }
      if (gone) {
        if (slot === null) this.reached.misses++;
        else this.reached.hits++;
      }
    }
    const key: Key | null = this.quiet || !random.oneIn(this.#calm) ? null : this.#aKey();
    const next = gone ? found : judged;
    this.#asked = next?.slot ?? random.below(this.#config.slots);
    return { advance: gone, verdict, key, judging: { valid: judged === null ? 0 : 1, slot: judged?.slot ?? random.below(4) }, next };
  }

  // ---- a cycle -----------------------------------------------------------------------------------
  cycle(): void {
    const { bench } = this;
    const random = this.#random;
    if (random.oneIn(200)) this.#calm = random.pick([1, 2, 8, 30]);
    const { io } = bench.sim;
    this.#now++;
    this.#checkReply();
    // The threads that run change between requests, so that it is plain who asks.
    if (this.#request === null && random.oneIn(8)) {
      const k = random.below(this.#config.harts);
      this.#current[k] = { asid: random.below(3), accelerated: random.below(2), priority: random.below(8) };
      io.current.value = this.#current;
    }
    if (this.#request === null && this.#due === null && !this.quiet && !random.oneIn(3)) this.ask(this.#newRequest());
    io.request.valid.value = this.#request === null ? 0 : 1;

    // The commit of the last cycle has moved the tail, or has not.
    const told = this.#told;
    this.#want("moved", io.moved.valid.value, told?.good ? 1n : 0n);
    this.#want("lost", io.lost.valid.value, told !== null && !told.good ? 1n : 0n);
    if (told !== null) {
      if (told.good) this.#rise(told.slot, 1);
    }
    this.#told = null;

    this.#emptied();
    const receive = this.#receive();
    io.advance.value = receive.advance ? 1 : 0;
    io.key.valid.value = receive.key === null ? 0 : 1;
    if (receive.key !== null) io.key.payload.value = receive.key;
    io.verdict.value = receive.verdict as never;
    io.judging.value = receive.judging as never;
    io.receiveSlot.value = this.#asked;
    const ends = this.#commits.length > 0 && random.oneIn(this.quiet ? 1 : 3) && (bench.cycle % 197 > 120 || this.#commits.length > 24);
    // What gets its verdict in this very cycle is not in memory yet.
    const late = (receive.verdict as { writes: boolean }).writes && this.#commits.length === 1;
    const commit = ends && !late ? this.#commits.shift() : undefined;
    const failed = commit !== undefined && random.oneIn(150);
    io.commit.value = {
      valid: commit === undefined ? 0 : 1,
      slot: commit?.slot ?? 0,
      pointer: commit?.pointer ?? 0,
      failed: failed ? 1 : 0,
    };
    this.#transmit();

    this.#look();
    const taken = this.#request !== null && io.request.ready.value === 1n;
    const keyTaken = receive.key !== null && io.key.ready.value === 1n;
    if (commit !== undefined) {
      const s = this.slot(commit.slot);
      s.receiving--;
      const good = !failed && !s.rxStopped;
      if (good) s.rxTail = commit.pointer;
      else {
        if (!s.rxStopped) this.#failed.set(commit.slot, bench.cycle);
        s.rxStopped = true;
        s.rxDrops = (s.rxDrops + 1) >>> 0;
      }
      this.#told = { slot: commit.slot, pointer: commit.pointer, good };
    }
    if (taken) this.#taken();
    if (receive.advance) {
      this.#chain.pop();
      this.#chain.unshift(keyTaken && receive.key !== null ? { key: receive.key, may: new Set(this.#mayFind(receive.key)) } : null);
      this.#judged = receive.next;
    }
    bench.step();
  }
  /** A word that is being read may be seen as it is now. */
  #look(): void {
    const r = this.#request;
    const name = r === null ? undefined : nameOf(r.asked.word);
    if (r === null || name === undefined || r.asked.operation !== "READ") return;
    const s = this.slot(r.asked.slot);
    r.seen.add(s.word(name));
    // The ready queue hears of what is available a few cycles later.
    if (this.bench.cycle - (this.#rose.get(r.asked.slot) ?? -20) < 16)
      for (const available of [0, 1, 2, 3]) {
        const now = s.available;
        if ((available & ~now) !== 0) continue;
        s.available = available;
        r.seen.add(s.word(name));
        s.available = now;
      }
  }

  // ---- the transmit engine --------------------------------------------------------------------
  #freed: { slot: number; pointer: number } | null = null;
  /** When a slot stopped sending. */
  readonly #stops = new Map<number, number>();
  #backs: { slot: number; pointer: number; malformed: number } | null = null;
  #transmit(): void {
    const random = this.#random;
    const { io } = this.bench.sim;
    // What came to an end a cycle ago gives room.
    if (this.#freed !== null && this.slot(this.#freed.slot).roomy()) this.#rise(this.#freed.slot, 2);
    this.#freed = null;
    let returned = { valid: 0, slot: 0, pointer: 0, malformed: 0 };
    let planned = 0;
    const held = this.#held;
    if (held !== null && random.oneIn(2)) {
      const left = (held.tail - held.read) & held.mask;
      if (left > 0 && !random.oneIn(4)) {
        const bytes = 1 + random.below(left);
        held.read = (held.read + bytes) & held.mask;
        planned = 1;
        this.slot(held.slot).sending++;
        this.#packets.push({ slot: held.slot, pointer: held.read });
      }
      const keep = held.tail !== held.read && io.others.value === 0n && random.oneIn(2);
      if (!keep) {
        const malformed = random.oneIn(150) ? 1 : 0;
        returned = { valid: 1, slot: held.slot, pointer: held.read, malformed };
        this.#backs = { slot: held.slot, pointer: held.read, malformed };
        this.#held = null;
      }
    }
    io.returned.value = returned;
    io.planned.value = planned;
    const ends =
      this.#packets.length > planned && random.oneIn(this.quiet ? 1 : 3) && (this.bench.cycle % 189 > 100 || this.#packets.length > 24);
    const packet = ends ? this.#packets.shift() : undefined;
    io.building.value = packet?.slot ?? random.below(this.#config.slots);
    let failed = false;
    if (packet !== undefined) {
      const s = this.slot(packet.slot);
      this.#want(`torn of slot ${packet.slot}`, io.torn.value, BigInt(s.torn));
      failed = s.torn || random.oneIn(150);
      if (failed && !s.torn) this.reached.torn++;
      s.sending--;
      if (failed) {
        s.torn = true;
        this.#stops.set(packet.slot, this.bench.cycle);
      } else {
        s.txHead = packet.pointer;
        this.#freed = packet;
      }
    }
    io.done.value = { valid: packet === undefined ? 0 : 1, slot: packet?.slot ?? 0, pointer: packet?.pointer ?? 0, failed: failed ? 1 : 0 };
    io.sent.value = { valid: packet !== undefined && !failed ? 1 : 0, slot: packet?.slot ?? 0, timestamp: this.#now };
    if (packet !== undefined && !failed) this.slot(packet.slot).txTime = this.#now;
    io.statusSlot.value = random.below(this.#config.slots);
    const takes = this.#held === null && returned.valid === 0 && random.oneIn(2);
    io.turn.ready.value = takes ? 1 : 0;
    if (takes && io.turn.valid.value === 1n) {
      const { slot, state } = io.turn.payload;
      const n = slot.number;
      const s = this.slot(n);
      this.reached.turns++;
      const lately = this.bench.cycle - (this.#stops.get(n) ?? -10) < 3;
      this.bench.check(s.open && (lately || !s.stopped), () => `slot ${n} was given a turn, and is closed or has stopped`);
      this.#want(`read of slot ${n}`, state.read.number, s.txRead);
      this.#want(`mask of slot ${n}`, state.mask.number, s.tx.mask);
      this.#want(`base of slot ${n}`, state.base.value, s.tx.base);
      const tail = state.tail.number;
      const ahead = (s.txTail - tail) & s.tx.mask;
      const before = (tail - s.txRead) & s.tx.mask;
      const rings = this.#request?.asked.slot === n && nameOf(this.#request.asked.word) === "txTail";
      this.bench.check(
        rings || ahead + before <= s.tx.mask,
        () => `the tail of slot ${n} lies before what was sent, or after what is there`,
      );
      this.#held = { slot: n, read: state.read.number, tail, mask: s.tx.mask };
    }
    if (this.#backs !== null) {
      const s = this.slot(this.#backs.slot);
      s.txRead = this.#backs.pointer;
      if (this.#backs.malformed) {
        s.malformed = true;
        this.#stops.set(this.#backs.slot, this.bench.cycle);
      }
      this.#backs = null;
    }
  }
  readonly #rose = new Map<number, number>();
  #rise(slot: number, bits: number): void {
    const s = this.slot(slot);
    if ((s.available | bits) !== s.available) this.#rose.set(slot, this.bench.cycle);
    s.available |= bits;
  }

  // ---- when all is quiet ----------------------------------------------------------------------
  /** Lets everything end; then every word is as the model has it, and exactly those wake who sleep on something. */
  settle(): void {
    this.quiet = true;
    const limit = this.bench.cycle + 20_000;
    let still = 0;
    while (still < 300) {
      if (this.bench.cycle > limit) this.#fail("what is on its way does not end");
      still = this.idle ? still + 1 : 0;
      this.cycle();
    }
    const whole = { hart: 0, data: 0n, strobe: 0xff, kernel: 1, askers: 0 };
    const answered = (asked: Request): bigint => {
      this.ask(asked);
      while (this.#request !== null) this.cycle();
      return this.bench.sim.io.reply.data.value as bigint;
    };
    for (let n = 0; n < this.#config.slots; n++)
      for (const name of Object.keys(slotWords) as SlotWord[]) {
        // Seen by the reply's own check.
        answered({ operation: "READ", slot: n, word: slotWords[name] / 8, ...whole });
        this.cycle();
      }
    for (let k = 0; k < this.#config.harts; k++) {
      const due = this.slots.flatMap((s, n) => (s.open && s.hart === k && (s.suspended & s.available) !== 0 ? [n] : []));
      const line = (): boolean => this.bench.sim.io.irq.number >> k !== 0 && (this.bench.sim.io.irq.number >> k) % 2 === 1;
      const heard = due.some((n) => {
        const t = this.#current[k] as { accelerated: number; priority: number };
        return t.accelerated === 0 || this.slot(n).priority > t.priority;
      });
      this.#want(`the line of hart ${k}`, line(), heard);
      const woken = new Set<number>();
      for (;;) {
        const entry = answered({ operation: "TAKE", slot: 0, word: 0, ...whole, hart: k });
        this.cycle();
        if ((entry & 1n) === 0n) {
          this.#want("an entry that is none", entry, 0n);
          break;
        }
        const n = Number(entry >> BigInt(takenBits.slot));
        const s = this.slot(n);
        this.#want("the task's bits", (entry >> 6n) & ((1n << 42n) - 1n), (s.task >> 6n) & ((1n << 42n) - 1n));
        this.#want("the cause", Number((entry >> BigInt(takenBits.causeRx)) & 3n), s.suspended & s.available);
        s.suspended &= ~s.available;
        this.bench.check(!woken.has(n), () => `slot ${n} woke twice`);
        woken.add(n);
        this.reached.wakes++;
      }
      this.#want(`those who wake on hart ${k}`, [...woken].sort((a, b) => a - b).join(), due.join());
    }
    for (const [n, s] of this.slots.entries())
      if (s.open && s.tx.sound && !s.stopped) this.#want(`what slot ${n} has sent`, s.txRead, s.txTail);
    this.quiet = false;
  }
}

/** Runs phases of random traffic with a look at everything after each. */
export const checkConnectionTable = (block: Table, config: Config, phases: number, cycles: number, seed: number): Reached => {
  const table = new TableBench(block, config, seed);
  for (let i = 0; i < phases; i++) {
    for (let k = 0; k < cycles; k++) table.cycle();
    table.settle();
  }
  return table.reached;
};
