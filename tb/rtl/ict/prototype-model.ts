/** The prototype's pages as its document has them (prototype-interface.md, sections 1 to 5), over a table's words. */
import type { Config } from "#rtl/config/config.ts";
import type { SlotWord } from "#rtl/ict/slot-words.ts";
import { lanes, merge, type Reply, type StandInTable } from "./stand-in-table.ts";

/** Registers that the kernel's page shows too. */
export interface Shared {
  /** Also set where the prototype's software begins: by a row that is enabled, and by a request on a packet page. */
  enable: boolean;
  mac: bigint;
  largest: bigint;
  ttl: bigint;
  tos: bigint;
  wakeMask: number;
}
export interface PrototypeAccess {
  /** From the start of the view on, a multiple of 8. */
  readonly at: number;
  readonly write: boolean;
  readonly data: bigint;
  readonly strobe: number;
  /** The hart, or null where it is none that one knows. */
  readonly hart: number | null;
}
const ok = (data = 0n): Reply => ({ data, error: false });
const refused: Reply = { data: 0n, error: true };
/** What a packet page shows of its engine. */
export interface PacketState {
  requests: bigint;
  completions: bigint;
  /** What a pop gives. */
  first: bigint;
}
/** A refusal in the middle of it: what was done until then stays. */
class Refused extends Error {}
const bit = (value: bigint, n: number): boolean => ((value >> BigInt(n)) & 1n) === 1n;
const none = 0xffff_ffffn;

export class PrototypeModel {
  readonly table: StandInTable;
  readonly shared: Shared;
  readonly #c: Config;
  readonly #rows: number;
  readonly #protocols = new Map<number, bigint>();
  readonly #connections = new Map<number, bigint>();
  readonly #turns = new Map<number, number>();
  readonly #kicks = new Map<number | null, { readonly count: number; readonly mask: bigint }>();
  readonly #opened = new Set<number>();
  #txMask = 0n;
  legacy = 0n;
  /** Of the packet pages: transmit, receive. */
  readonly packets: readonly [PacketState, PacketState] = [
    { requests: 0n, completions: 0n, first: 0n },
    { requests: 0n, completions: 0n, first: 0n },
  ];
  readonly packetsPending: [bigint, bigint] = [0n, 0n];
  readonly packetsRefused: [bigint, bigint] = [0n, 0n];
  readonly #halves: [bigint, bigint] = [0n, 0n];
  /** What the last access has asked of the engines. */
  asked = "";
  /** Disabled rows of which software has said that there is data, or that the owner sleeps: true once they are enabled. */
  readonly #said = { available: new Set<number>(), suspend: new Set<number>() };
  #nextHop = 0n;
  identification = 0n;
  #noChecksum = 0n;
  rxPending = 0n;
  txPending = 0n;
  /** The identification that the last access has set. */
  identified: bigint | null = null;
  constructor(c: Config, table: StandInTable, shared: Shared) {
    this.#c = c;
    this.table = table;
    this.shared = shared;
    this.#rows = Math.min(64, c.slots);
  }
  #put(row: number, word: SlotWord, data: bigint, strobe: number): void {
    if (!this.table.write(row, word, data, strobe)) throw new Refused();
  }
  #hart(row: number): number {
    return Number((this.table.at(row, "control") >> 8n) & BigInt(2 ** Math.max(1, Math.ceil(Math.log2(this.#c.harts))) - 1));
  }
  #enabled(row: number): boolean {
    return bit(this.table.at(row, "control"), 0);
  }
  #flag(a: PrototypeAccess, row: number, word: "available" | "suspend", which: number): Reply {
    const value = this.table.at(row, word);
    if (!a.write) return ok(bit(value, which) ? 1n : 0n);
    if (a.strobe & 1) {
      const other = value & 3n & ~(1n << BigInt(which));
      this.#put(row, word, other | ((a.data & 1n) << BigInt(which)), 1);
      if (which === 0 && !this.#opened.has(row)) this.#said[word][bit(a.data, 0) ? "add" : "delete"](row);
    }
    return ok();
  }
  /** Bytes of a word from byte `from` on. */
  #field(a: PrototypeAccess, row: number, word: SlotWord, bytes: number, from = 0): Reply {
    const mine = 2 ** bytes - 1;
    if (!a.write) return ok((this.table.at(row, word) >> BigInt(8 * from)) & lanes(mine));
    if (a.strobe & mine) this.#put(row, word, (a.data << BigInt(8 * from)) & lanes(0xff), (a.strobe & mine) << from);
    return ok();
  }
  #own(a: PrototypeAccess, at: number, bits: number, old: bigint, set: (v: bigint) => void): bigint {
    const bytes = 2 ** Math.ceil(bits / 8) - 1;
    const shift = at % 8;
    if (a.write && ((a.strobe >> shift) & bytes) !== 0)
      set(merge(old, a.data >> BigInt(8 * shift), (a.strobe >> shift) & 0xff) & ((1n << BigInt(bits)) - 1n));
    return old << BigInt(8 * shift);
  }
  #row(a: PrototypeAccess, row: number, beat: number): Reply {
    switch (beat) {
      case 0x00: {
        const on = this.#enabled(row);
        if (!a.write) return ok(on ? 1n : 0n);
        const wanted = bit(a.data, 0);
        if ((a.strobe & 1) === 0 || wanted === on) return ok();
        if (wanted) this.#put(row, "nextHop", this.#nextHop, 0x3f);
        this.#put(row, "control", (this.#noChecksum << 3n) | 2n | (wanted ? 1n : 0n), 1);
        if (!wanted) {
          for (const rows of [this.#opened, this.#said.available, this.#said.suspend]) rows.delete(row);
          return ok();
        }
        this.#opened.add(row);
        this.shared.enable = true;
        if (this.#said.available.has(row)) this.#put(row, "available", (this.table.at(row, "available") & 2n) | 1n, 1);
        this.#said.available.delete(row);
        if (this.#said.suspend.has(row)) this.#put(row, "suspend", 1n, 1);
        this.#said.suspend.delete(row);
        return ok();
      }
      case 0x08:
        return ok(this.#own(a, 0, 8, this.#protocols.get(row) ?? 0n, (v) => this.#protocols.set(row, v)));
      case 0x10:
        return this.#field(a, row, "local", 4);
      case 0x18:
        return this.#field(a, row, "local", 2, 4);
      case 0x20:
        return this.#field(a, row, "remote", 4);
      case 0x28:
        return this.#field(a, row, "remote", 2, 4);
      case 0x30:
        return this.#flag(a, row, "available", 0);
      case 0x38:
        return this.#flag(a, row, "suspend", 0);
      case 0x40:
        return this.#flag(a, row, "available", 1);
      case 0x48:
        return this.#flag(a, row, "suspend", 1);
      case 0x50:
        return ok(a.write ? 0n : this.table.at(row, "status") & 0xffffn);
      case 0x58:
        return ok(this.#own(a, 0, 32, this.#connections.get(row) ?? 0n, (v) => this.#connections.set(row, v)));
      case 0x60:
        return this.#field(a, row, "task", 8);
      case 0x68:
        if (!a.write) return ok(BigInt(this.#hart(row)));
        if ((a.data & lanes(a.strobe) & none) >= BigInt(this.#c.harts)) return refused;
        return this.#field(a, row, "control", 1, 1);
      case 0x70:
        return this.#field(a, row, "rxBase", 8);
      case 0x78:
        return this.#field(a, row, "rxSize", 4);
      case 0x80:
        return this.#field(a, row, "txBase", 8);
      case 0x88:
        return this.#field(a, row, "txSize", 4);
      default:
        return ok();
    }
  }
  /** Head and tail in one beat; the hardware's one of them cannot be refused. */
  #pair(a: PrototypeAccess, row: number, words: readonly [SlotWord, SlotWord], hardware: SlotWord): Reply {
    const [head, tail] = words;
    if (!a.write) return ok((this.table.at(row, head) & none) | ((this.table.at(row, tail) & none) << 32n));
    for (const [word, shift] of [
      [head, 0],
      [tail, 4],
    ] as const) {
      const strobe = (a.strobe >> shift) & 0xf;
      if (strobe !== 0 && !this.table.write(row, word, a.data >> BigInt(8 * shift), strobe) && word !== hardware) return refused;
    }
    return ok();
  }
  #kick(hart: number, asker: number | null): void {
    const woken = Array.from({ length: this.#rows }, (_, r) => r).filter((r) => {
      const wakes =
        this.#enabled(r) && this.#hart(r) === hart && bit(this.table.at(r, "available"), 0) && bit(this.table.at(r, "suspend"), 0);
      if (wakes) this.#put(r, "suspend", this.table.at(r, "suspend") & 2n, 1);
      return wakes;
    });
    this.#kicks.set(asker, { count: woken.length, mask: woken.reduce((m, r) => m | (1n << BigInt(r)), 0n) });
  }
  #scheduled(hart: number, takes: boolean): bigint {
    const first = this.#turns.get(hart) ?? 0;
    for (let i = 0; i < this.#rows; i++) {
      const r = (first + i) % this.#rows;
      if (!this.#enabled(r) || this.#hart(r) !== hart || bit(this.table.at(r, "suspend"), 0)) continue;
      if (takes) this.#turns.set(hart, (r + 1) % this.#rows);
      return this.table.at(r, "task");
    }
    return 0n;
  }
  /** The table's page, below its rows. */
  #page(a: PrototypeAccess): Reply {
    const { at, write, strobe } = a;
    const hart = (at >> 4) & 7;
    const { shared } = this;
    if (at < 0x80 && hart < this.#c.harts) {
      const m = 1n << BigInt(hart);
      if (at % 16 === 0)
        return ok(
          this.#own(a, 0, 1, bit(BigInt(shared.wakeMask), hart) ? 1n : 0n, (v) => {
            shared.wakeMask = Number((BigInt(shared.wakeMask) & ~m) | (v << BigInt(hart)));
          }),
        );
      return ok(
        this.#own(a, 0, 1, bit(this.#txMask, hart) ? 1n : 0n, (v) => {
          this.#txMask = (this.#txMask & ~m) | (v << BigInt(hart));
        }),
      );
    }
    if (at === 0x80 && !write) {
      const free = Array.from({ length: this.#rows }, (_, r) => r).find((r) => !this.#enabled(r));
      return ok(free === undefined ? none : BigInt(free));
    }
    if (at === 0x100 && write && (strobe & 0xf) !== 0) {
      const whom = a.data & lanes(strobe) & none;
      if (whom < BigInt(this.#c.harts)) this.#kick(Number(whom), a.hart);
      else this.#kicks.set(a.hart, { count: 0, mask: 0n });
    }
    if (at === 0x108) return ok(BigInt(this.#kicks.get(a.hart)?.count ?? 0));
    if (at === 0x110) return ok(this.#kicks.get(a.hart)?.mask ?? 0n);
    if (at >= 0x200 && at < 0x300 && !write && (at - 0x200) >> 4 < this.#c.harts)
      return ok(this.#scheduled((at - 0x200) >> 4, at % 16 === 0 && (strobe & 0x80) !== 0));
    return ok();
  }
  /** A packet page: 0 transmit, 1 receive. A request is pushed, and a completion popped, with its last byte. */
  #packetPage(a: PrototypeAccess, which: 0 | 1): Reply {
    const { write, strobe } = a;
    const { requests, completions, first } = this.packets[which];
    const name = which === 1 ? "receive" : "transmit";
    // The transmit page's flag is 8 bytes below that of the receive page.
    const at = (a.at & 0xfff) + (which === 0 ? 8 : 0);
    if ((a.at & 0xfff) === 0) return ok(which === 1 ? requests << 32n : requests);
    if ((a.at & 0xfff) === 8) {
      if (!write) return ok();
      const word = merge(this.#halves[which], a.data, strobe);
      this.#halves[which] = word & (2n ** 56n - 1n);
      if ((strobe & 0x80) === 0) return ok();
      if (requests === 64n) {
        this.packetsRefused[which]++;
        return refused;
      }
      this.asked = `${name} push ${word.toString(16)}`;
      this.shared.enable = true;
      return ok();
    }
    if ((a.at & 0xfff) === 0x10) {
      if (!write && (strobe & (which === 1 ? 0x80 : 0x04)) !== 0) this.asked = `${name} pop`;
      return ok(which === 1 ? first : completions | ((first & 1n) << 16n));
    }
    if (at === 0x18 && which === 1) return ok(completions);
    if (at !== 0x20) return ok();
    const pending = this.#own(a, 0, 1, this.packetsPending[which], (v) => (this.packetsPending[which] = v));
    this.#own(a, 4, 1, 0n, (v) => {
      if (v !== 0n) this.packetsPending[which] = 0n;
    });
    return ok(pending);
  }
  #nic(a: PrototypeAccess, now: bigint): Reply {
    const { at } = a;
    const { shared } = this;
    const all = (...values: readonly bigint[]): Reply => ok(values.reduce((x, y) => x | y));
    if (at >= 0x9000 && at < 0xb000) return this.#packetPage(a, at < 0xa000 ? 1 : 0);
    switch (at) {
      case 0x8000:
        return all(this.#own(a, 0, 2, this.legacy, (v) => (this.legacy = v)));
      case 0x8010:
        return ok(now);
      case 0xb800:
        return all(
          this.#own(a, 0, 1, this.rxPending, (v) => (this.rxPending = v)),
          this.#own(a, 4, 1, 0n, (v) => {
            if (v !== 0n) this.rxPending = 0n;
          }),
        );
      case 0xc400:
        return all(this.#own(a, 0, 16, shared.largest, (v) => (shared.largest = v)));
      case 0xc408: {
        const before = this.#nextHop;
        const read = this.#own(a, 0, 48, before, (v) => (this.#nextHop = v));
        if (this.#nextHop !== before)
          for (const r of [...this.#opened].toSorted((x, y) => x - y)) this.#put(r, "nextHop", this.#nextHop, 0x3f);
        return ok(read);
      }
      case 0xc410:
        return all(this.#own(a, 0, 48, shared.mac, (v) => (shared.mac = v)));
      case 0xc420:
        return all(
          this.#own(a, 0, 8, shared.tos, (v) => (shared.tos = v)),
          this.#own(a, 4, 8, shared.ttl, (v) => (shared.ttl = v)),
        );
      case 0xc428:
        return all(
          this.#own(a, 0, 16, this.identification, (v) => (this.identified = this.identification = v)),
          this.#own(a, 4, 1, this.#noChecksum, (v) => (this.#noChecksum = v)),
        );
      case 0xc430:
        return all(
          this.#own(a, 0, 1, this.txPending, (v) => (this.txPending = v)),
          this.#own(a, 4, 1, 0n, (v) => {
            if (v !== 0n) this.txPending = 0n;
          }),
        );
    }
    if (at >= 0xb000 && at < 0xb000 + 0x20 * this.#rows) {
      const ring = (at - 0xb000) >> 5;
      if (at % 32 === 0) return this.#pair(a, ring, ["rxHead", "rxTail"], "rxTail");
      if (at % 32 === 8) return ok(a.write ? 0n : this.table.at(ring, "rxDrops") & none);
      if (at % 32 === 16) return ok(a.write ? 0n : this.table.at(ring, "rxTime"));
    }
    if (at >= 0xc000 && at < 0xc000 + 0x10 * this.#rows) {
      const ring = (at - 0xc000) >> 4;
      return at % 16 === 0 ? this.#pair(a, ring, ["txHead", "txTail"], "txHead") : ok(a.write ? 0n : this.table.at(ring, "txTime"));
    }
    return ok();
  }
  access(a: PrototypeAccess, now: bigint): Reply {
    this.identified = null;
    this.asked = "";
    const row = (a.at - 0x300) >> 8;
    try {
      if (a.at >= 0x8000) return this.#nic(a, now);
      if (a.at < 0x300) return this.#page(a);
      return row < this.#rows ? this.#row(a, row, (a.at - 0x300) & 0xff) : ok();
    } catch (error) {
      if (error instanceof Refused) return refused;
      throw error;
    }
  }
}
