/**
 * The kernel's side of the connection table in the simulated NIC's memory: arrays of buckets and entries, connections put into
 * them and taken back as docs/connection-table.md says, and what the hardware has written of them.
 */
import { readMemory, writeMemory } from "#hdl/regmap/index.ts";
import { bucketBytes, bucketCells, entryBytes, tableEntry } from "#rtl/ict/table-format.ts";
import type { Memory } from "#sim/models/axi/index.ts";
import { type Endpoint, ipv4Number } from "#sim/models/packet/index.ts";
import type { Host, NicRegisters } from "#sim/nic/host.ts";
import { halfSipHash, keyBytes } from "./ict/lookup-model.ts";

export interface TableShape {
  /** Bus address of the buckets, a multiple of their size; entries follow. */
  readonly at: number;
  readonly logBuckets: number;
  /** The highest number of an entry. */
  readonly last: number;
  /** The walker's first slot. */
  readonly first: number;
}
export interface TableConnection {
  readonly entry: number;
  readonly local: Endpoint;
  /** With one peer; else with any. */
  readonly remote?: Endpoint;
  readonly datagram?: boolean;
  /** Bus addresses of rings, and their sizes as powers of two. */
  readonly rxBase: number;
  readonly rxLog: number;
  readonly txBase?: number;
  readonly txLog?: number;
  readonly hart?: number;
  readonly asid?: number;
  readonly task?: bigint;
  readonly generation?: number;
  readonly nextHop?: bigint;
  /** Its owner sleeps on data. */
  readonly sleeps?: boolean;
}
export type EntryValue = ReturnType<typeof readMemory<(typeof tableEntry)["nodes"]>>;
/** The hash's secret. */
export const tableSecret = 0x0f1e_2d3c_4b5a_6978n;

/** Bytes of a table's arrays. */
export const tableBytes = ({ logBuckets, last }: TableShape): number => bucketBytes * 2 ** logBuckets + entryBytes * (last + 1);

export class WalkerTable {
  readonly shape: TableShape;
  readonly #memory: Memory;
  readonly #registers: NicRegisters | undefined;

  /** Without registers nothing can be asked of the hardware. */
  constructor({ memory, registers }: Pick<Host, "memory"> & Partial<Host>, shape: TableShape) {
    this.shape = shape;
    this.#memory = memory;
    this.#registers = registers;
  }
  get #walker() {
    const WALKER = this.#registers?.WALKER;
    if (WALKER === undefined) throw new Error("this configuration has no table walker");
    return WALKER;
  }
  addressOf(entry: number): number {
    return this.shape.at + bucketBytes * 2 ** this.shape.logBuckets + entryBytes * entry;
  }
  bucketOf({ local, remote }: Pick<TableConnection, "local" | "remote">): { readonly address: number; readonly hash: number } {
    const big = (e: Endpoint | undefined) => ({ ip: BigInt(ipv4Number(e?.address ?? "0.0.0.0")), port: BigInt(e?.port ?? 0) });
    const [l, r] = [big(local), big(remote)];
    const key = { localIp: l.ip, localPort: l.port, remoteIp: r.ip, remotePort: r.port };
    const hash = halfSipHash(tableSecret, keyBytes(key, remote !== undefined));
    return { address: this.shape.at + bucketBytes * (hash % 2 ** this.shape.logBuckets), hash };
  }

  /** Begins a connection: its entry, then a cell. Throws where its bucket is full. */
  add(c: TableConnection): void {
    const bytes = new Uint8Array(entryBytes);
    writeMemory(
      tableEntry,
      {
        HEAD: {
          valid: true,
          connected: c.remote !== undefined,
          datagram: c.datagram ?? true,
          noChecksum: false,
          own: false,
          priority: 0,
          hart: c.hart ?? 0,
          rxLog: c.rxLog,
          txLog: c.txLog ?? 0,
        },
        LOCAL: { ip: ipv4Number(c.local.address), port: c.local.port, remotePort: c.remote?.port ?? 0 },
        REMOTE: { ip: c.remote === undefined ? 0 : ipv4Number(c.remote.address), room: 0 },
        NEXT_HOP: { mac: c.nextHop ?? 0n, ttl: 0, tos: 0 },
        OWNER: { asid: c.asid ?? 0, generation: c.generation ?? 0, socket: 0 },
        TASK: { pointer: c.task ?? 0n },
        RX_BASE: { address: BigInt(c.rxBase) },
        TX_BASE: { address: BigInt(c.txBase ?? 0) },
        PLACE: { slot: 0, generation: 0, resident: false },
        RX: { head: 0, tail: 0 },
        TX: { head: 0, tail: 0 },
        STATE: {
          ...{ drops: 0, rxSuspended: c.sleeps ?? false, txSuspended: false },
          ...{ rxStopped: false, malformed: false, torn: false, outside: false },
        },
        RX_TIME: { cycles: 0n },
        TX_TIME: { cycles: 0n },
      },
      bytes,
    );
    this.#memory.write(this.addressOf(c.entry), bytes);
    const { address, hash } = this.bucketOf(c);
    for (let cell = 0; cell < bucketCells; cell++) {
      if (this.#memory.read32(address + 8 * cell + 4) !== 0) continue;
      this.#memory.write64(address + 8 * cell, (BigInt(c.entry) << 32n) | BigInt(hash));
      return;
    }
    throw new Error(`the bucket of entry ${c.entry} is full`);
  }
  /** Ends a connection that no slot has: its entry is out of use, whatever cell leads to it. */
  end(entry: number): void {
    const head = this.addressOf(entry);
    this.#memory.write64(head, this.#memory.read64(head) & ~(1n << 24n));
  }
  /** What memory says of an entry. */
  entry(entry: number): EntryValue {
    return readMemory(tableEntry, this.#memory.read(this.addressOf(entry), entryBytes));
  }
  async enable(on = true): Promise<void> {
    const { at, logBuckets, last, first } = this.shape;
    await this.#walker.KEY.write({ key: tableSecret });
    await this.#walker.BUCKETS.write({ address: BigInt(at) });
    await this.#walker.ENTRIES.write({ address: BigInt(this.addressOf(0)) });
    await this.#walker.LAST.write({ entry: last });
    await this.#walker.CONTROL.write({ enable: on, logBuckets, first });
  }
  /** No slot has this entry any more, or any, when it returns. */
  async invalidate(entry: number | "all"): Promise<void> {
    const all = entry === "all";
    await this.#walker.INVALIDATE.write({ entry: all ? 0 : entry, all });
    while ((await this.#walker.STATUS.read()).invalidating);
  }
  async counters() {
    const w = this.#walker;
    const of = async (register: { read(): Promise<{ readonly count: bigint }> }): Promise<number> => Number((await register.read()).count);
    return {
      walks: await of(w.WALKS),
      joined: await of(w.JOINED),
      fills: await of(w.FILLS),
      evictions: await of(w.EVICTIONS),
      notFound: await of(w.NOT_FOUND),
      malformed: await of(w.MALFORMED),
      failed: await of(w.FAILED),
      noSlot: await of(w.NO_SLOT),
      roomFull: await of(w.ROOM_FULL),
    };
  }
}
