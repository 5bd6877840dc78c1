/**
 * The connection table's transmit side for tests of the transmit engine: a list of slots with work, pointers, and the rules of
 * `rtl/ict/interface.ts`, each of which it checks. What a slot's bytes are, and which frames they make, others know.
 */
import type { txEngine } from "#rtl/udp/tx-engine.ts";
import type { SlotSettings } from "#sim/models/nic/index.ts";
import { ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import type { BlockBench } from "../nic/block-bench.ts";

/** A slot that sends. */
export interface TableSlot {
  readonly settings: SlotSettings;
  readonly base: number;
  readonly size: number;
  /** Bytes before it may be used anew; before it have been planned; wait to be sent. */
  head: number;
  read: number;
  tail: number;
  /** Waits for its turn, or has it. */
  listed: boolean;
  malformed: boolean;
  torn: boolean;
}
/** A turn that was taken. */
interface Turn {
  readonly slot: number;
  /** Where it began, and the tail that the planner was told. */
  readonly read: number;
  readonly tail: number;
  packets: number;
  /** Another slot has waited all the time. */
  crowded: boolean;
}
/** What happens, for whoever looks at the frames. */
export interface TableNews {
  /** A packet is done: its bytes from `from` to the slot's head may be overwritten, and its frame will leave. */
  freed(slot: number, from: number): void;
  /** The slot has stopped where its records cannot be. */
  malformed(slot: number): void;
  /** The slot is torn: memory failed a read of it. */
  torn(slot: number): void;
}

export const openSlot = (settings: SlotSettings, { base, size }: { base: number; size: number }): TableSlot => ({
  settings,
  base,
  size,
  head: 0,
  read: 0,
  tail: 0,
  listed: false,
  malformed: false,
  torn: false,
});
export const stopped = (s: TableSlot): boolean => s.malformed || s.torn;

export class TransmitTable {
  readonly slots: TableSlot[];
  readonly #bench: BlockBench<ReturnType<typeof txEngine>>;
  readonly #news: TableNews;
  /** How often a turn comes late, of ten thousand cycles, or is taken away before it was taken. */
  readonly #late: number;
  /** Slots that wait, in their order; the one that is offered, as it was when it was first offered; turns that were taken. */
  readonly #list: number[] = [];
  #offer: { readonly slot: number; readonly read: number; readonly tail: number } | undefined;
  readonly #turns: Turn[] = [];
  #taken = -9;
  /** Packets that were planned and are not done, and those that ended with failure. */
  planned = 0;
  torn = 0;

  constructor(bench: BlockBench<ReturnType<typeof txEngine>>, slots: TableSlot[], news: TableNews, late: number) {
    this.#bench = bench;
    this.slots = slots;
    this.#news = news;
    this.#late = late;
    bench.watch(() => this.#cycle());
  }
  #slot(i: number): TableSlot {
    const s = this.slots[i];
    this.#bench.check(s !== undefined, () => `something is said of slot ${i}, which there is not`);
    return s as TableSlot;
  }
  #distance(s: TableSlot, from: number, to: number): number {
    return (to - from + s.size) % s.size;
  }
  /** The slot's owner has written its tail, or somebody just wants it looked at. */
  doorbell(slot: number): void {
    const s = this.#slot(slot);
    if (s.listed || stopped(s)) return;
    s.listed = true;
    this.#list.push(slot);
  }
  /** Nothing is on its way. */
  get idle(): boolean {
    return this.#list.length === 0 && this.#offer === undefined && this.#turns.length === 0 && this.planned === 0;
  }
  /** Nothing of the slot is on its way, so it may be opened anew. */
  quiet(slot: number): boolean {
    return !this.#slot(slot).listed && this.planned === 0;
  }

  #cycle(): void {
    const { sim, random } = this.#bench;
    const { io } = sim;
    // Settled inputs first: nothing that the engine says of this cycle depends on what is set later.
    this.#give();
    io.others.value = this.#list.length > 0 || this.#offer !== undefined ? 1 : 0;
    io.torn.value = this.slots[io.building.number]?.torn === true ? 1 : 0;
    const taken = io.turn.valid.value === 1n && io.turn.ready.value === 1n;
    this.#look();
    if (taken && this.#offer !== undefined) {
      this.#bench.check(io.enable.value === 1n, () => "a turn is taken although sending is off");
      this.#turns.push({ ...this.#offer, packets: 0, crowded: true });
      this.#offer = undefined;
      this.#taken = this.#bench.cycle;
    } else if (this.#offer !== undefined && this.#late > 0 && random.oneIn(50)) {
      // A turn that was not taken may be taken away, as when its slot is closed; here it only waits again.
      this.#list.push(this.#offer.slot);
      this.#offer = undefined;
    }
  }
  /** Offers the next turn: one every other cycle, or later. */
  #give(): void {
    const { sim, random, cycle } = this.#bench;
    const { turn } = sim.io;
    while (this.#offer === undefined && this.#list.length > 0 && cycle >= this.#taken + 2 && random.below(10_000) >= this.#late) {
      const slot = this.#list.shift() as number;
      const s = this.#slot(slot);
      if (stopped(s)) s.listed = false;
      else this.#offer = { slot, read: s.read, tail: s.tail };
    }
    turn.valid.value = this.#offer === undefined ? 0 : 1;
    const { slot, read, tail } = this.#offer ?? { slot: random.below(this.slots.length), read: random.below(64), tail: random.below(64) };
    const s = this.#slot(slot);
    const { local, remote, nextHop, policy } = s.settings;
    turn.payload.value = {
      slot,
      state: {
        datagram: s.settings.framing === "datagram" ? 1 : 0,
        connected: s.settings.connected === true ? 1 : 0,
        noChecksum: s.settings.noChecksum === true ? 1 : 0,
        own: policy === undefined ? 0 : 1,
        ttl: policy?.ttl ?? random.below(256),
        tos: policy === undefined ? random.below(256) : (policy.dscp << 2) | policy.ecn,
        base: s.base,
        mask: s.size - 1,
        read,
        tail,
        tuple: {
          localIp: ipv4Number(local.address),
          localPort: local.port,
          remoteIp: ipv4Number(remote?.address as string),
          remotePort: remote?.port as number,
        },
        nextHop: macNumber(nextHop as string),
      },
    };
  }
  /** What the engine says in this cycle. */
  #look(): void {
    const { io } = this.#bench.sim;
    const check = this.#bench.check.bind(this.#bench);
    const { returned, done } = io;
    for (const t of this.#turns) t.crowded &&= io.others.value === 1n;
    if (io.planned.value === 1n) {
      const turn = this.#turns[0];
      this.planned++;
      if (turn !== undefined) turn.packets++;
      check(turn !== undefined, () => "a packet is planned of nobody");
      check(turn?.packets === 1 || turn?.crowded === false, () => `slot ${turn?.slot}: several packets although others wait`);
    }
    if (done.valid.value === 1n) {
      const { slot, pointer, failed } = done.value;
      const s = this.#slot(Number(slot));
      check(this.planned-- > 0, () => "something is done that was not planned");
      if (failed === 1n) {
        this.torn++;
        check(io.failed.value === (s.torn ? 0n : 1n), () => `slot ${slot}: a failure is counted ${s.torn ? "twice" : "not at all"}`);
        if (!s.torn) {
          s.torn = true;
          this.#news.torn(Number(slot));
        }
      } else {
        check(!s.torn, () => `slot ${slot}: sends after it was torn`);
        check(io.failed.value === 0n, () => `slot ${slot}: a failure is counted that was none`);
        const from = s.head;
        // Every packet that has no bytes at all is a header of 16 bytes: a head always moves.
        check(
          this.#distance(s, from, Number(pointer)) > 0 && Number(pointer) < s.size,
          () => `slot ${slot}: head from ${from} to ${pointer}`,
        );
        s.head = Number(pointer);
        this.#news.freed(Number(slot), from);
      }
    } else check(io.failed.value === 0n, () => "a failure is counted of nothing");
    check(io.malformed.value === (returned.valid.value & returned.malformed.value), () => "malformed descriptors are counted wrongly");
    if (returned.valid.value === 1n) {
      const { slot, pointer, malformed } = returned.value;
      const turn = this.#turns.shift();
      const s = this.#slot(Number(slot));
      check(turn?.slot === Number(slot), () => `slot ${slot} is given back, and slot ${turn?.slot} is out`);
      if (turn === undefined) return;
      const [moved, most] = [Number(pointer), turn.tail].map((to) => this.#distance(s, turn.read, to)) as [number, number];
      check(Number(pointer) < s.size && moved <= most, () => `slot ${slot}: planned from ${turn.read} to ${pointer}, beyond ${turn.tail}`);
      check(moved === 0 || turn.packets > 0, () => `slot ${slot}: bytes are skipped`);
      s.read = Number(pointer);
      s.listed = false;
      if (malformed === 1n) {
        s.malformed = true;
        this.#news.malformed(Number(slot));
      } else if (s.read !== s.tail) this.doorbell(Number(slot));
    }
  }
}
