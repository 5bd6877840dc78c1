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
import { aRequest, ips, merged, ports, type Request } from "./slot-requests.ts";
import { TransferPlay } from "./slot-transfer-play.ts";

type Table = ReturnType<typeof connectionTable>;
/** What the pins say for NO_SPACE. */
const noSpace = 1n;
interface Key {
  readonly localIp: number;
  readonly localPort: number;
  readonly remoteIp: number;
  readonly remotePort: number;
}
interface Pending {
  readonly asked: Request;
  readonly since: number;
  /** What the word has been since. */
  readonly seen: Set<bigint>;
  /** The slot has begun anew already. */
  emptied: boolean;
  /** Cycles in which its tail was told to lie outside the ring, and in which all keys were forgotten. */
  outside: number;
  forgets: number;
  /** Cycles in which it was said to be open. */
  opened: number;
  /** The lookup has no space for its key. */
  full: boolean;
}
/** What the run came by, to see that the stimulus was worth its time. */
export interface Reached {
  hits: number;
  misses: number;
  drops: number;
  opened: number;
  exists: number;
  /** Only where the lookup has few cells. */
  full: number;
  closedBusy: number;
  foreign: number;
  turns: number;
  torn: number;
  wakes: number;
  rekeyed: number;
  /** Open slots that were set up anew with bytes left to send. */
  resumed: number;
  /** Cycles in which no other slot could have been drained. */
  drainers: number;
}

export class TableBench {
  readonly bench: BlockBench<Table>;
  readonly slots: SlotModel[];
  readonly reached: Reached = {
    ...{
      hits: 0,
      misses: 0,
      drops: 0,
      opened: 0,
      exists: 0,
      full: 0,
      closedBusy: 0,
      foreign: 0,
      turns: 0,
      torn: 0,
      wakes: 0,
      rekeyed: 0,
      resumed: 0,
      drainers: 0,
    },
  };
  /** Nothing new comes: what is on its way ends. */
  quiet = false;
  /** Nothing is on its way, and all news has been heard. */
  #still = false;
  /** Until when memory and wire are slow, and busy slots are closed one after the other. */
  #storm = 0;
  get #storms(): boolean {
    return this.bench.cycle < this.#storm;
  }
  /** Where there is a table walker: its part. */
  readonly transfers: TransferPlay | null;
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
  #told: { slot: number; pointer: number; good: boolean; first: boolean } | null = null;
  // Transmit: the planner's slots, and packets on their way.
  readonly #held: { slot: number; read: number; tail: number; mask: number }[] = [];
  readonly #packets: { slot: number; pointer: number }[] = [];
  /** Slots of the packets that were read and have not left. */
  readonly #leaving: number[] = [];
  /** How seldom frames come: it changes, so that rings fill and run empty. */
  #calm = 1;
  /** How seldom open slots are set up anew. */
  #steady = 12;
  /** Whose tail has just been moved. */
  #rang: number | null = null;
  /** How seldom the planner takes a slot. */
  #lazy = 2;
  #now: bigint;

  constructor(block: Table, config: Config, seed: number) {
    this.bench = new BlockBench(block, seed);
    this.#config = config;
    this.#random = this.bench.random;
    this.#now = this.#random.bits(64);
    this.slots = Array.from({ length: config.slots }, () => new SlotModel(config));
    this.#current = Array.from({ length: config.harts }, () => ({ asid: 0, accelerated: 0, priority: 0 }));
    this.bench.sim.io.mask.value = (1n << BigInt(config.harts)) - 1n;
    this.bench.sim.io.hashKey.value = this.#random.bits(64);
    this.transfers = config.walker
      ? new TransferPlay({
          slots: this.slots,
          config,
          random: this.#random,
          pins: this.bench.sim.io as never,
          clashes: (image) => this.slots.some((other) => other.listens && other.clashes(image)),
          busy: (n) => this.#busy(n),
          comes: (n) => this.slot(n).receiving > 0 || this.#chain.some((k) => k?.may.has(n) === true),
          want: (what, is, right) => this.#want(what, is, right),
        })
      : null;
  }
  /** Something is on its way for the slot, or was a moment ago. */
  #busy(n: number): boolean {
    const { receiving, sending } = this.slot(n);
    const lately = (times: ReadonlyMap<number, number>): boolean => this.bench.cycle - (times.get(n) ?? -99) < 16;
    return receiving + sending > 0 || this.#held.some((h) => h.slot === n) || lately(this.#rose) || lately(this.#stops);
  }
  slot(n: number): SlotModel {
    return this.slots[n] as SlotModel;
  }
  get idle(): boolean {
    return (
      this.#request === null &&
      this.#due === null &&
      this.transfers?.idle !== false &&
      this.#chain.every((k) => k === null) &&
      this.#judged === null &&
      this.#commits.length + this.#packets.length === 0 &&
      this.#told === null &&
      this.#held.length === 0
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
  #holder(key: Key, ...without: readonly (number | null)[]): number | null {
    const fits = (s: SlotModel, exact: boolean): boolean =>
      s.listens &&
      s.applied.connected === exact &&
      s.local.ip === key.localIp &&
      s.local.port === key.localPort &&
      (!exact || (s.remote.ip === key.remoteIp && s.remote.port === key.remotePort));
    for (const exact of [true, false]) {
      const n = this.slots.findIndex((s, i) => !without.includes(i) && fits(s, exact));
      if (n >= 0) return n;
    }
    return null;
  }
  /** The slot that a request under way may be about to find, or to lose. */
  get #changing(): number | null {
    const asked = this.#request?.asked;
    const name = asked === undefined ? undefined : nameOf(asked.word);
    if (asked?.operation !== "WRITE" || name === undefined || asked.kernel === 0) return null;
    const s = this.slot(asked.slot);
    return s.reopens(name, merged(asked, s.word(name))) ? asked.slot : null;
  }
  /** Whoever a lookup may find that is under way in this cycle. */
  #mayFind(key: Key): (number | null)[] {
    const n = this.#changing;
    const [filling, leaving] = [this.transfers?.filling ?? null, this.transfers?.leaving ?? null];
    const all = n === null ? [this.#holder(key)] : [this.#holder(key), this.#holder(key, n), n];
    const left = leaving === null ? [] : [this.#holder(key, leaving), this.#holder(key, leaving, n)];
    return [...all, ...left, ...(filling === null ? [] : [filling.slot])];
  }

  /** Nobody but the walker opens and closes the slots of its share. */
  #allowed(asked: Request): Request {
    const name = nameOf(asked.word);
    // Now and then what is to be sent is half a ring: its pointers differ in one bit.
    const { open, tx, txRead, txTail, txHead } = this.slot(asked.slot);
    const empty = open && tx.sound && txTail === txRead && txTail === txHead;
    if (this.transfers !== null && asked.operation === "WRITE" && name === "txTail" && empty && this.#random.oneIn(3))
      return { ...asked, data: BigInt(txTail ^ ((tx.mask + 1) >> 1)), strobe: 0xff };
    const settles = name !== undefined && ["control", "local", "remote", "rxBase", "rxSize", "txBase", "txSize"].includes(name);
    return this.transfers !== null && asked.slot >= this.transfers.first && asked.operation === "WRITE" && settles
      ? { ...asked, operation: "READ" }
      : asked;
  }

  // ---- the register port ---------------------------------------------------------------------
  /** Puts one on offer; it may be anything. */
  ask(asked: Request): void {
    // Some words are seen as they were a cycle ago.
    const name = asked.operation === "READ" ? nameOf(asked.word) : undefined;
    const seen = new Set(name === undefined ? [] : [this.slot(asked.slot).word(name)]);
    this.#request = { asked, since: this.bench.cycle, seen, emptied: false, outside: 0, forgets: 0, opened: 0, full: false };
    const io = this.bench.sim.io;
    io.request.payload.value = asked as never;
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
    const { asked, seen, emptied, outside, forgets, opened, full } = this.#request as Pending;
    const changing = this.#changing !== null;
    this.#request = null;
    this.#due = { asked, seen, granted: this.#granted(asked) };
    this.#want("how often all keys were forgotten", forgets, asked.operation === "REKEY" && this.#due.granted ? 1 : 0);
    const s = this.slot(asked.slot);
    const name = nameOf(asked.word);
    const leaves = (value: bigint): boolean => name === "txTail" && s.open && value > BigInt(s.tx.mask);
    const changes = asked.operation === "WRITE" && this.#due.granted && name !== undefined;
    this.#want("how often the tail was told to be outside", outside, changes && leaves(merged(asked, s.word(name))) ? 1 : 0);
    if (!changes) {
      this.#want("whether the slot has begun anew", emptied, false);
      this.#want("how often the slot was opened", opened, 0);
      return;
    }
    const was = s.open;
    const empties = s.write(name, merged(asked, s.word(name)), (me) =>
      this.slots.some((other) => other !== me && other.listens && other.clashes(me)) ? "exists" : full ? "no_space" : null,
    );
    this.#want("whether the slot has begun anew", emptied, empties);
    this.#want("how often the slot was opened", opened, changing && s.open ? 1 : 0);
    if (changing && was && s.open && s.tx.sound && !s.stopped && s.txTail !== s.txRead) this.reached.resumed++;
    if (s.result === "no_space" && full) this.reached.full++;
    if (name === "txTail" && s.open) this.#rang = asked.slot;
    // What came meanwhile counts, and the ready queue hears of it later.
    if (s.available !== 0) this.#rose.set(asked.slot, this.bench.cycle);
    if (s.open && !was) this.reached.opened++;
    if (s.result === "exists" && name === "control") this.reached.exists++;
    if (was && !s.open && s.receiving + s.sending > 0) this.reached.closedBusy++;
    if (s.outside) this.#stops.set(asked.slot, this.bench.cycle);
  }
  #due: { readonly asked: Request; readonly seen: Set<bigint>; readonly granted: boolean } | null = null;
  #granted(asked: Request): boolean {
    const s = this.slot(asked.slot);
    if (asked.operation === "REKEY") return asked.kernel === 1 && this.slots.every((other) => !other.open);
    if (asked.operation === "TAKE" || asked.operation === "PEEK") return asked.kernel === 1;
    const owner = this.#current.some((t, k) => (asked.askers >> k) % 2 === 1 && t.asid === s.asid);
    return asked.kernel === 1 || (owner && s.open && ownersMay(nameOf(asked.word), asked.operation === "WRITE"));
  }
  #checkReply(): void {
    const { reply } = this.bench.sim.io;
    this.#want("reply.valid", reply.valid.value, this.#due === null ? 0n : 1n);
    if (this.#due === null) return;
    const { asked, seen, granted } = this.#due;
    this.#due = null;
    this.#want("reply.error", reply.error.value, granted ? 0n : 1n);
    this.#want("reply.foreign", reply.foreign.value, granted || asked.kernel === 1 ? 0n : 1n);
    if (!granted) this.reached.foreign++;
    const name = nameOf(asked.word);
    const s = this.slot(asked.slot);
    let data = reply.data.value as bigint;
    if (!granted || asked.operation === "WRITE" || asked.operation === "REKEY") {
      this.#want("reply.data", data, 0n);
      return;
    }
    if (asked.operation !== "READ") {
      this.#entry(asked, data);
      return;
    }
    if (name === undefined) {
      this.#want("reply.data", data, 0n);
      return;
    }
    if (name === "status") {
      const draining = (data >> BigInt(statusBits.draining)) & 1n;
      data &= ~(1n << BigInt(statusBits.draining));
      if (s.open || this.#still) this.#want("draining", draining, 0n);
      else if (s.receiving + s.sending > 0) this.#want("draining", draining, 1n);
    }
    this.bench.check(
      seen.has(data),
      () => `${name} of slot ${asked.slot} is read as ${data.toString(16)}, and was ${[...seen].map((v) => v.toString(16)).join(", ")}`,
    );
  }
  /** An entry of a ready queue, or none: which one it should be is known when all is quiet. */
  #entry({ operation, hart }: Request, data: bigint): void {
    if (data === 0n) return;
    const at = (low: number, bits: number): number => Number((data >> BigInt(low)) & ((1n << BigInt(bits)) - 1n));
    const s = this.slot(at(takenBits.slot, 16));
    const cause = at(takenBits.causeRx, 2);
    this.#want("an entry's valid", at(takenBits.valid, 1), 1);
    this.#want("an entry's zeros", at(takenBits.causeTx + 1, takenBits.task - takenBits.causeTx - 1), 0);
    this.bench.check(s.open && s.hart === hart, () => `slot ${at(takenBits.slot, 16)} wakes on hart ${hart}, and is of ${s.hart}`);
    this.bench.check(cause !== 0 && (cause & ~(s.suspended & s.available)) === 0, () => `a cause of ${cause} is not there`);
    if (this.#still) this.#want("the cause", cause, s.suspended & s.available);
    this.#want("the task's bits", (data >> 6n) & ((1n << 42n) - 1n), (s.task >> 6n) & ((1n << 42n) - 1n));
    if (operation === "TAKE") s.suspended &= ~cause;
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
      if (this.#changing !== judged.slot && this.transfers?.filling?.slot !== judged.slot) {
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
        const filled = this.transfers?.filling?.slot === slot;
        this.bench.check(this.slot(slot).listens || this.#changing === slot || filled, () => `closed slot ${slot} was found`);
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
    if (random.oneIn(900) && !this.quiet) this.#storm = bench.cycle + 240;
    if (this.bench.sim.peek("drain.ready") === 0n) this.reached.drainers++;
    if (random.oneIn(200)) {
      this.#calm = random.pick([1, 2, 8, 30]);
      this.#steady = random.pick([2, 5, 12, 40]);
      this.#lazy = random.pick([1, 2, 3, 60]);
    }
    const { io } = bench.sim;
    // As in the card: it counts, and wraps; a step in it is a wait that nobody saw.
    this.#now = random.oneIn(100) ? random.bits(64) : BigInt.asUintN(64, this.#now + 1n);
    if (random.oneIn(50)) io.hashKey.value = random.bits(64);
    this.#checkReply();
    // The threads that run change between requests, so that it is plain who asks.
    if (this.#request === null && random.oneIn(8)) {
      const k = random.below(this.#config.harts);
      this.#current[k] = { asid: random.below(3), accelerated: random.below(2), priority: random.below(8) };
      io.current.value = this.#current;
    }
    if (this.#request === null && this.#due === null && !this.quiet && !random.oneIn(3)) {
      const slot = random.below(this.#config.slots);
      const asked = aRequest(random, this.#config, slot, this.slot(slot), this.#steady);
      const busy =
        this.#storms && this.bench.cycle > this.#storm - 120 ? this.slots.findIndex((s) => s.open && s.receiving + s.sending > 0) : -1;
      const closing = { operation: "WRITE", slot: busy, word: slotWords.control / 8, data: 0n, strobe: 0xff, kernel: 1 } as const;
      // Now and then a slot that has just been given bytes to send is set up anew before the planner has it.
      const anew =
        this.#rang !== null && random.oneIn(5) ? { ...closing, slot: this.#rang, word: slotWords.rxBase / 8, data: random.bits(64) } : null;
      this.#rang = null;
      this.ask(this.#allowed(anew !== null ? { ...asked, ...anew } : busy < 0 ? asked : { ...asked, ...closing }));
    }
    io.request.valid.value = this.#request === null ? 0 : 1;

    // The commit of the last cycle has moved the tail, or has not.
    const told = this.#told;
    this.#want("moved", io.moved.valid.value, told?.good ? 1n : 0n);
    this.#want("lost", io.lost.valid.value, told !== null && !told.good ? 1n : 0n);
    this.#want("fails", io.fails.valid.value, told?.first === true ? 1n : 0n);
    if (told !== null) {
      for (const event of [io.moved, io.lost, io.fails])
        if (event.valid.value === 1n) this.#want("whose news it is", event.slot.number, told.slot);
      if (told.good) this.#rise(told.slot, 1);
    }
    this.#told = null;
    this.#status();

    this.#emptied();
    this.transfers?.offer(this.quiet || !this.#swept);
    const receive = this.#receive();
    io.advance.value = receive.advance ? 1 : 0;
    io.key.valid.value = receive.key === null ? 0 : 1;
    if (receive.key !== null) io.key.payload.value = receive.key;
    io.verdict.value = receive.verdict as never;
    io.judging.value = receive.judging as never;
    io.receiveSlot.value = this.#asked;
    const ends =
      this.#commits.length > (this.#storms ? 50 : 0) &&
      random.oneIn(this.quiet ? 1 : 3) &&
      (bench.cycle % 597 > 120 || this.#commits.length > 24);
    // What gets its verdict in this very cycle is not in memory yet.
    const late = (receive.verdict as { writes: boolean }).writes && this.#commits.length === 1;
    const commit = ends && !late ? this.#commits.shift() : undefined;
    const failed = commit !== undefined && random.oneIn(120);
    io.commit.value = {
      valid: commit === undefined ? 0 : 1,
      slot: commit?.slot ?? 0,
      pointer: commit?.pointer ?? 0,
      failed: failed ? 1 : 0,
    };
    this.#transmit();

    this.#look();
    this.#events();
    this.transfers?.look();
    const taken = this.#request !== null && io.request.ready.value === 1n;
    const keyTaken = receive.key !== null && io.key.ready.value === 1n;
    if (commit !== undefined) {
      const s = this.slot(commit.slot);
      s.receiving--;
      const good = !failed && !s.rxStopped;
      const first = failed && !s.rxStopped;
      if (good) s.rxTail = commit.pointer;
      else {
        if (!s.rxStopped) this.#failed.set(commit.slot, bench.cycle);
        s.rxStopped = true;
        s.rxDrops = (s.rxDrops + 1) >>> 0;
      }
      this.#told = { slot: commit.slot, pointer: commit.pointer, good, first };
    }
    if (taken) this.#taken();
    if (receive.advance) {
      this.#chain.pop();
      this.#chain.unshift(keyTaken && receive.key !== null ? { key: receive.key, may: new Set(this.#mayFind(receive.key)) } : null);
      this.#judged = receive.next;
    }
    bench.step();
  }
  /** What the table says on its own of a request under way. */
  #events(): void {
    const { sim } = this.bench;
    const r = this.#request;
    const outside = sim.io.malformed.valid.value === 1n;
    const forgets =
      sim.peek("commands.find_valid") === 1n && sim.peek("commands.find_payload_op") === 3n && sim.peek("commands.find_ready") === 1n;
    const moved = sim.io.moved.valid.value === 1n;
    const fresh = sim.io.fresh.valid.value === 1n;
    if (moved) {
      this.bench.check(fresh, () => "a tail has moved, and is no news");
      this.#want("whose news it is", sim.io.fresh.slot.number, sim.io.moved.slot.number);
    }
    const opens = fresh && !moved && this.transfers?.opens(sim.io.fresh.slot.number) !== true;
    if (this.transfers !== null && sim.peek("transfer.find_valid") === 1n && sim.peek("transfer.find_payload_op") === 2n)
      this.transfers.removed();
    if (r !== null) this.bench.check(this.bench.cycle - r.since < 4000, () => "a request takes longer than all that can be on its way");
    if (sim.peek("commands.sweep") === 1n) return;
    if (r === null) this.bench.check(!outside && !forgets && !opens, () => "something is done that nobody asked for");
    else {
      if (opens) {
        this.#want("which slot is open", sim.io.fresh.slot.number, r.asked.slot);
        r.opened++;
      }
      // What the lookup answers is the lookup's own affair.
      const answers = sim.peek("commands.found_valid") === 1n && sim.peek("commands.found_ready") === 1n;
      if (answers && sim.peek("commands.found_payload_status") === noSpace) r.full = true;
      if (outside) {
        this.#want("whose tail lies outside", sim.io.malformed.slot.number, r.asked.slot);
        r.outside++;
      }
      if (forgets) r.forgets++;
    }
  }
  /** Somebody asks for what the status lines say. */
  #named: { slot: number; open: boolean; rxTail: number; txHead: number; sure: boolean } | null = null;
  #status(): void {
    const { io } = this.bench.sim;
    const n = this.#named;
    if (n?.sure === true && this.#settled(n.slot)) {
      this.#want(`open of the status of slot ${n.slot}`, io.status.open.value, BigInt(n.open));
      this.#want(`the tail in the status of slot ${n.slot}`, io.status.rxTail.number, n.rxTail);
      this.#want(`the head in the status of slot ${n.slot}`, io.status.txHead.number, n.txHead);
    }
    const slot = this.#random.below(this.#config.slots);
    io.statusSlot.value = slot;
    const { open, rxTail } = this.slot(slot);
    this.#named = { slot, open, rxTail, txHead: 0, sure: this.#settled(slot) && this.#swept };
  }
  /** No request is changing the slot. */
  #settled(n: number): boolean {
    if (this.transfers?.slot === n) return false;
    return this.#request?.asked.slot !== n || this.#request.asked.operation !== "WRITE";
  }
  get #swept(): boolean {
    return this.bench.sim.peek("commands.sweep") === 0n;
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
    const held = this.#held[0];
    if (held !== undefined && random.oneIn(2)) {
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
        const malformed = random.oneIn(120) ? 1 : 0;
        returned = { valid: 1, slot: held.slot, pointer: held.read, malformed };
        this.#backs = { slot: held.slot, pointer: held.read, malformed };
        this.#held.shift();
      }
    }
    io.returned.value = returned;
    io.planned.value = planned;
    const ends =
      this.#packets.length > (this.#storms ? 50 : planned) &&
      random.oneIn(this.quiet ? 1 : 3) &&
      (this.bench.cycle % 589 > 100 || this.#packets.length > 24);
    const packet = ends ? this.#packets.shift() : undefined;
    const building = packet?.slot ?? random.below(this.#config.slots);
    io.building.value = building;
    if (this.#settled(building) && this.#swept) this.#want(`torn of slot ${building}`, io.torn.value, BigInt(this.slot(building).torn));
    let failed = false;
    if (packet !== undefined) {
      const s = this.slot(packet.slot);
      failed = s.torn || random.oneIn(120);
      if (failed && !s.torn) this.reached.torn++;
      if (failed) {
        s.sending--;
        s.torn = true;
        this.#stops.set(packet.slot, this.bench.cycle);
      } else {
        s.txHead = packet.pointer;
        this.#freed = packet;
      }
    }
    // What has been read leaves in a later cycle.
    const left = this.#leaving.length > 0 && (this.#leaving.length > 20 || random.oneIn(this.quiet ? 1 : this.#lazy));
    const sent = left ? this.#leaving.shift() : undefined;
    if (sent !== undefined) this.slot(sent).sending--;
    if (packet !== undefined && !failed) this.#leaving.push(packet.slot);
    io.done.value = { valid: packet === undefined ? 0 : 1, slot: packet?.slot ?? 0, pointer: packet?.pointer ?? 0, failed: failed ? 1 : 0 };
    io.sent.value = { valid: sent === undefined ? 0 : 1, slot: sent ?? random.below(this.#config.slots), timestamp: this.#now };
    if (sent !== undefined) this.slot(sent).txTime = this.#now;
    if (this.#named !== null) this.#named.txHead = this.slot(this.#named.slot).txHead;
    const takes = this.#held.length < 3 && random.oneIn(this.quiet ? 2 : this.#lazy);
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
      for (const flag of ["datagram", "connected", "noChecksum"] as const)
        this.#want(`${flag} of slot ${n}`, state[flag].value, BigInt(s.applied[flag]));
      this.#want(`the four-tuple of slot ${n}`, this.#tupleOf(state.tuple), this.#tupleOf(this.#keyOf(s)));
      if (this.#settled(n)) {
        for (const field of ["ttl", "tos", "own"] as const) this.#want(`${field} of slot ${n}`, state[field].number, Number(s[field]));
        this.#want(`the next hop of slot ${n}`, state.nextHop.value, s.nextHop);
      }
      this.#turnOf(n);
      const tail = state.tail.number;
      const ahead = (s.txTail - tail) & s.tx.mask;
      const before = (tail - s.txRead) & s.tx.mask;
      const rings = this.#request?.asked.slot === n && nameOf(this.#request.asked.word) === "txTail";
      this.bench.check(
        rings || ahead + before <= s.tx.mask,
        () => `the tail of slot ${n} lies before what was sent, or after what is there`,
      );
      this.#held.push({ slot: n, read: state.read.number, tail, mask: s.tx.mask });
    }
    this.#listed();
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
  #keyOf({ local, remote }: SlotModel): Record<keyof Key, { number: number }> {
    return {
      ...{ localIp: { number: local.ip }, localPort: { number: local.port } },
      ...{ remoteIp: { number: remote.ip }, remotePort: { number: remote.port } },
    };
  }
  #tupleOf({ localIp, localPort, remoteIp, remotePort }: Record<keyof Key, { readonly number: number }>): string {
    return [localIp, localPort, remoteIp, remotePort].map((field) => field.number).join();
  }
  /** Since when slots have had work, and how many turns others had since. */
  readonly #waits = new Map<number, { since: number; passed: number }>();
  #turnOf(n: number): void {
    for (const [other, w] of this.#waits)
      if (other !== n && this.bench.cycle - w.since > 8)
        this.bench.check(++w.passed <= this.#config.slots, () => `slot ${other} has work, and others have ${w.passed} turns before it`);
    this.#waits.delete(n);
  }
  /** Who has work is on the list soon. */
  #listed(): void {
    for (const [n, s] of this.slots.entries()) {
      const works =
        s.open && s.tx.sound && !s.stopped && s.txTail !== s.txRead && !this.#held.some((held) => held.slot === n) && this.#settled(n);
      if (!works) this.#waits.delete(n);
      else if (!this.#waits.has(n)) this.#waits.set(n, { since: this.bench.cycle, passed: 0 });
    }
    const waits = [...this.#waits].some(([, w]) => this.bench.cycle - w.since > 8);
    if (waits) this.#want("others", this.bench.sim.io.others.value, 1n);
  }
  readonly #rose = new Map<number, number>();
  #rise(slot: number, bits: number): void {
    const s = this.slot(slot);
    if ((s.available | bits) !== s.available) this.#rose.set(slot, this.bench.cycle);
    s.available |= bits;
  }

  /**
   * Pointers that differ in their highest bit alone: a ring of which half is to be sent is set up anew before the planner has it,
   * and what is left is sent all the same; one of which half is to be read has something to read.
   */
  half(): void {
    this.#lazy = 1000;
    const access = (operation: "READ" | "WRITE", word: SlotWord, data: bigint): void => {
      this.ask({ operation, slot: 0, hart: 0, word: slotWords[word] / 8, data, strobe: 0xff, kernel: 1, askers: 0 });
      while (this.#request !== null) this.cycle();
    };
    const write = (word: SlotWord, data: bigint): void => access("WRITE", word, data);
    const size = BigInt(this.#config.ringLimit);
    write("txSize", size);
    write("rxSize", size);
    write("control", 1n);
    write("txTail", size / 2n);
    access("READ", "status", 0n);
    write("txBase", 64n);
    write("rxHead", size / 2n);
    this.settle();
  }

  // ---- when all is quiet ----------------------------------------------------------------------
  /** Lets everything end; then every word is as the model has it, and exactly those wake who sleep on something. */
  settle(): void {
    this.quiet = true;
    this.#storm = 0;
    const limit = this.bench.cycle + 20_000;
    let still = 0;
    while (still < 300) {
      if (this.bench.cycle > limit) this.#fail("what is on its way does not end");
      still = this.idle ? still + 1 : 0;
      this.cycle();
    }
    this.#still = true;
    const whole = { hart: 0, data: 0n, strobe: 0xff, kernel: 1, askers: 0 };
    const answered = (asked: Request): bigint => {
      this.ask(asked);
      while (this.#request !== null) this.cycle();
      return this.bench.sim.io.reply.data.value as bigint;
    };
    // Words that there are not keep nothing, and to write them changes none of the others.
    for (let word = 0; word < 32; word++)
      if (nameOf(word) === undefined)
        for (const operation of ["WRITE", "READ"] as const) {
          answered({ operation, slot: this.#random.below(this.#config.slots), word, ...whole, data: this.#random.bits(64) });
          this.cycle();
        }
    for (let n = 0; n < this.#config.slots; n++)
      for (const name of Object.keys(slotWords) as SlotWord[]) {
        // Seen by the reply's own check.
        answered({ operation: "READ", slot: n, word: slotWords[name] / 8, ...whole });
        this.cycle();
      }
    for (let k = 0; k < this.#config.harts; k++) {
      const due = this.slots.flatMap((s, n) => (s.open && s.hart === k && (s.suspended & s.available) !== 0 ? [n] : []));
      const { io } = this.bench.sim;
      const masked = this.#random.oneIn(3);
      io.mask.value = ((1n << BigInt(this.#config.harts)) - 1n) & ~(masked ? 1n << BigInt(k) : 0n);
      this.cycle();
      const heard = due.some((n) => {
        const t = this.#current[k] as { accelerated: number; priority: number };
        return t.accelerated === 0 || this.slot(n).priority > t.priority;
      });
      this.#want(`the line of hart ${k}`, (io.irq.number >> k) & 1, heard && !masked ? 1 : 0);
      const woken: number[] = [];
      for (;;) {
        const next = { slot: 0, word: 0, ...whole, hart: k };
        const [seen, entry] = (["PEEK", "TAKE"] as const).map((operation) => {
          const data = answered({ operation, ...next });
          this.cycle();
          return data;
        }) as [bigint, bigint];
        this.#want("what is seen without taking it", seen, entry);
        if ((entry & 1n) === 0n) {
          this.#want("an entry that is none", entry, 0n);
          break;
        }
        const n = Number(entry >> BigInt(takenBits.slot));
        this.bench.check(!woken.includes(n), () => `slot ${n} woke twice`);
        const before = woken.at(-1);
        if (before !== undefined && this.slot(before).priority < this.slot(n).priority) this.#fail(`slot ${n} wakes late`);
        woken.push(n);
        this.#want("whether there are more", Number((entry >> BigInt(takenBits.more)) & 1n), woken.length < due.length ? 1 : 0);
        this.reached.wakes++;
      }
      this.#want(`those who wake on hart ${k}`, woken.toSorted((a, b) => a - b).join(), due.join());
    }
    this.#want("others, when nobody has work", this.bench.sim.io.others.value, 0n);
    this.#want("a turn, when nobody has work", this.bench.sim.io.turn.valid.value, 0n);
    for (const [n, s] of this.slots.entries())
      if (s.open && s.tx.sound && !s.stopped) this.#want(`what slot ${n} has sent`, s.txRead, s.txTail);
    if (this.#random.oneIn(2)) {
      for (let n = 0; n < this.#config.slots; n++) {
        answered({ operation: "WRITE", slot: n, word: slotWords.control / 8, ...whole });
        this.cycle();
      }
      // Twice: nothing of the first one is left.
      for (let i = 0; i < 2; i++) {
        answered({ operation: "REKEY", slot: 0, word: 0, ...whole });
        this.cycle();
        this.reached.rekeyed++;
      }
    }
    this.quiet = this.#still = false;
  }
}

/** Runs phases of random traffic with a look at everything after each. */
export const checkConnectionTable = (
  block: Table,
  config: Config,
  phases: number,
  cycles: number,
  seed: number,
): Reached & Partial<TransferPlay["reached"]> => {
  const table = new TableBench(block, config, seed);
  for (let i = 0; i < phases; i++) {
    for (let k = 0; k < cycles; k++) table.cycle();
    table.settle();
  }
  return { ...table.reached, ...table.transfers?.reached };
};
