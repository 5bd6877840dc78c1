/** What each access to the register port does, window by window, and whom it is refused (issue 5, numbers 2 to 4). */
import type { Config } from "#rtl/config/config.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { PrototypeModel, type Shared } from "./prototype-model.ts";
import { lanes, merge, type Reply, type Request, type StandInTable } from "./stand-in-table.ts";

export interface BusAccess {
  /** AXI ID. */
  readonly source: number;
  /** A multiple of 8. */
  readonly address: number;
  readonly write: boolean;
  readonly data: bigint;
  readonly strobe: number;
}
export interface Fault {
  readonly cause: "FOREIGN" | "NO_DOORBELL" | "NO_HART";
  readonly slot: number;
  readonly hart: number | null;
  readonly offset: number;
  readonly write: boolean;
}
export interface Outcome extends Reply {
  /** What the table is asked; null where the prototype's view asks what it likes. */
  readonly requests: readonly Request[] | null;
  readonly fault: Fault | null;
}
const ok = (data = 0n, requests: readonly Request[] = []): Outcome => ({ data, error: false, requests, fault: null });
const refused = (requests: readonly Request[] = []): Outcome => ({ data: 0n, error: true, requests, fault: null });
/** What a doorbell page has: its owner may read these, and write some. */
const doorbells: Readonly<Record<number, "r" | "rw">> = {
  8: "r",
  40: "rw",
  56: "r",
  64: "rw",
  72: "r",
  88: "r",
  96: "r",
  104: "rw",
  112: "r",
  144: "r",
  152: "r",
};

export class PortModel {
  readonly table: StandInTable;
  readonly prototype: PrototypeModel;
  readonly shared: Shared;
  readonly faults = { FOREIGN: 0n, NO_DOORBELL: 0n, NO_HART: 0n };
  last = 0n;
  readonly #c: Config;
  readonly #current: bigint[];
  readonly #map: ReturnType<typeof nicMap>;
  constructor(c: Config, table: StandInTable) {
    this.#c = c;
    this.#map = nicMap(c);
    this.table = table;
    this.shared = { enable: false, mac: 0n, largest: BigInt(c.mtu - 28), ttl: 64n, tos: 0n, wakeMask: 0 };
    this.prototype = new PrototypeModel(c, table, this.shared);
    this.#current = Array.from({ length: c.harts }, () => 0n);
  }
  #request(r: Partial<Request>): Request {
    return { operation: "READ", slot: 0, hart: 0, word: 0, data: 0n, strobe: 0xff, kernel: true, askers: 0, ...r };
  }
  hartOf(source: number): number | null {
    const { hartIds, harts } = this.#c;
    if (hartIds === "none") return null;
    const hart = hartIds.slice(0, harts).indexOf(source);
    return hart < 0 ? null : hart;
  }
  /** Bits of a register's fields that can be read, and whether it can be written; undefined where there is none. */
  #register(title: string): { readonly readable: bigint; readonly writable: boolean; readonly bytes: number } {
    const found = this.#map.registers.find((r) => r.title === title);
    if (found === undefined) throw new Error(`no register ${title}`);
    const fields = Object.values(found.register.fields);
    const mask = fields.reduce((m, f) => m | (((1n << BigInt(f.type.width)) - 1n) << BigInt(f.lowest)), 0n);
    const bytes = Array.from({ length: 8 }, (_, i) => ((mask >> BigInt(8 * i)) & 0xffn ? 1 << i : 0)).reduce((a, b) => a | b);
    return { readable: mask, writable: fields.some((f) => f.kind === "external"), bytes };
  }
  #slot(a: BusAccess, slot: number, offset: number): Outcome {
    const r = this.#map.registers.find((x) => x.path[0] === "SLOT" && x.offset - 0x4_0000 === offset);
    if (r === undefined || slot >= this.#c.slots) return refused();
    const { readable, writable } = this.#register(r.title);
    if (a.write && !writable) return refused();
    const request = this.#request({ operation: a.write ? "WRITE" : "READ", slot, word: offset / 8, data: a.data, strobe: a.strobe });
    const { data, error } = this.table.apply(request);
    return error ? refused([request]) : ok(data & readable, [request]);
  }
  #doorbell(a: BusAccess, slot: number, offset: number): Outcome {
    const hart = this.hartOf(a.source);
    const somebody = this.#c.hartIds === "none" || hart !== null;
    const may = doorbells[offset];
    const bell = may === "rw" || (may === "r" && !a.write);
    const first = Array.from({ length: 8 }, (_, i) => i).find((i) => (a.strobe >> i) & 1) ?? 0;
    const fault = { slot, hart, offset: offset + first, write: a.write };
    if (!somebody) return { ...refused(), fault: { cause: "NO_HART", ...fault } };
    if (!bell) return { ...refused(), fault: { cause: "NO_DOORBELL", ...fault } };
    if (slot >= this.#c.slots) return { ...refused(), fault: { cause: "FOREIGN", ...fault } };
    const askers = hart === null ? 2 ** this.#c.harts - 1 : 1 << hart;
    const request = this.#request({
      operation: a.write ? "WRITE" : "READ",
      slot,
      word: offset / 8,
      data: a.data,
      strobe: a.strobe,
      kernel: false,
      askers,
    });
    const { data, error } = this.table.apply(request);
    return error ? { ...refused([request]), fault: { cause: "FOREIGN", ...fault } } : ok(data, [request]);
  }
  /** The kernel's page: what concerns the table, the harts and the prototype. */
  #page(a: BusAccess, now: bigint): Outcome {
    const { address: at, write, data, strobe } = a;
    const { shared } = this;
    const c = this.#c;
    const keep = (value: bigint, mask: bigint, set: (v: bigint) => void): Outcome => {
      if (write) set(merge(value, data, strobe) & mask);
      return ok(write ? 0n : value);
    };
    const show = (value: bigint): Outcome => (write ? refused() : ok(value));
    const hart = (at >> 3) & 7;
    if (at === 0x10) return keep(shared.enable ? 1n : 0n, 1n, (v) => (shared.enable = v === 1n));
    if (at === 0x18) return keep(shared.mac, 2n ** 48n - 1n, (v) => (shared.mac = v));
    if (at === 0x20)
      return keep(shared.largest | (shared.ttl << 16n) | (shared.tos << 24n), 2n ** 32n - 1n, (v) => {
        shared.largest = v & 0xffffn;
        shared.ttl = (v >> 16n) & 0xffn;
        shared.tos = v >> 24n;
      });
    if (at === 0x28) return show(now);
    if (at === 0x48) return write ? ok() : refused();
    if (at === 0x50) {
      if (!write) return refused();
      if ((strobe & 1) === 0 || (data & 1n) === 0n) return ok();
      const request = this.#request({ operation: "REKEY", data });
      return this.table.apply(request).error ? refused([request]) : ok(0n, [request]);
    }
    if (at === 0x280) return show(this.faults.FOREIGN);
    if (at === 0x288) return show(this.faults.NO_DOORBELL);
    if (at === 0x290) return show(this.faults.NO_HART);
    if (at === 0x298) return show(this.last);
    if (c.prototypeView && at === 0x2c0) return show(this.prototype.packetsRefused[1]);
    if (c.prototypeView && at === 0x2c8) return show(this.prototype.packetsRefused[0]);
    if (at >= 0x800 && at < 0x900 && hart < c.harts) {
      if (at < 0x840)
        return keep(this.#current[hart] as bigint, 0x0701_ffffn, (v) => {
          this.#current[hart] = v;
        });
      if (at < 0x880)
        return keep(BigInt((shared.wakeMask >> hart) & 1), 1n, (v) => {
          shared.wakeMask = (shared.wakeMask & ~(1 << hart)) | (Number(v) << hart);
        });
      const { readable, bytes } = this.#register("TAKE[]");
      if (write || ((strobe & bytes) !== bytes && (strobe & bytes) !== 0)) return refused();
      const takes = at < 0x8c0 && (strobe & bytes) !== 0;
      const request = this.#request({ operation: takes ? "TAKE" : "PEEK", hart });
      const { data: entry, error } = this.table.apply(request);
      return error ? refused([request]) : ok(entry & readable, [request]);
    }
    return refused();
  }
  access(a: BusAccess, now: bigint): Outcome {
    const { address: at } = a;
    if (at < 0x1_0000) return this.#page(a, now);
    if (at < 0x1_d000 && this.#c.prototypeView) {
      const reply = this.prototype.access({ ...a, at: at - 0x1_0000, hart: this.hartOf(a.source) }, now);
      return { ...(a.write || reply.error ? { data: 0n, error: reply.error } : reply), requests: null, fault: null };
    }
    if (at >= 0x4_0000 && at < 0x4_0000 + 0x100 * 1024) return this.#slot(a, (at - 0x4_0000) >> 8, at & 0xff);
    if (at >= 0x40_0000) return this.#doorbell(a, (at - 0x40_0000) >> 12, at & 0xfff);
    return refused();
  }
  /** The fault is known now; registers show it from the next cycle on. */
  count(f: Fault): void {
    this.faults[f.cause]++;
    this.last =
      BigInt(f.offset) |
      (f.write ? 0x1000n : 0n) |
      (BigInt(["FOREIGN", "NO_DOORBELL", "NO_HART"].indexOf(f.cause)) << 24n) |
      (f.hart === null ? 0n : 0x2000n | (BigInt(f.hart) << 16n)) |
      (BigInt(f.slot) << 32n);
  }
}
/** The parts of a request that mean something, to compare. */
export const meant = (r: Request): string => {
  switch (r.operation) {
    case "TAKE":
    case "PEEK":
      return `${r.operation} of hart ${r.hart}, kernel ${r.kernel}`;
    case "REKEY":
      return `REKEY, kernel ${r.kernel}`;
    case "READ":
    case "WRITE": {
      const what = `${r.operation} of word ${r.word} of slot ${r.slot}`;
      const value = r.operation === "WRITE" ? ` with ${(r.data & lanes(r.strobe)).toString(16)} by ${r.strobe.toString(2)}` : "";
      return `${what}${value}, ${r.kernel ? "kernel" : `askers ${r.askers.toString(2)}`}`;
    }
  }
};
