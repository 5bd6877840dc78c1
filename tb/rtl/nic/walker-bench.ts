/** The small bench around `nic_core` with the table walker, which has a memory of its own, as fast as the other one. */
import type { IoHandles } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import type { CorePinsOfWalker } from "#rtl/nic/core.ts";
import { Memory } from "#sim/models/axi/index.ts";
import { type TableShape, tableBytes, tableSecret, WalkerTable } from "../walker-table.ts";
import { CoreBench } from "./core-bench.ts";

const shape: TableShape = { at: 0, logBuckets: 2, last: 15, first: 0 };

/** Answers come in the cycle after they were asked for, in order. The walker is on, and all slots are its own. */
export class WalkerBench extends CoreBench {
  readonly table: WalkerTable;
  readonly pins: IoHandles<CorePinsOfWalker>;
  readonly #memory = new Memory({ size: tableBytes(shape) });
  readonly #bytes: number;
  readonly #reads: { readonly id: bigint; readonly address: number; beats: bigint }[] = [];
  #write: { readonly id: bigint; at: number } | null = null;
  #written: bigint | null = null;
  /** Cycles of frames that wait from then on: of their verdicts. */
  readonly parked: number[] = [];

  constructor(config: Config) {
    super(config, { inOrder: true });
    this.#bytes = config.busBits / 8;
    this.table = new WalkerTable({ memory: this.#memory }, shape);
    this.pins = this.sim.io as unknown as IoHandles<CorePinsOfWalker>;
    this.pins.walkerSettings.value = {
      enable: 1,
      buckets: shape.at,
      log_buckets: shape.logBuckets,
      entries: this.table.addressOf(0),
      last: shape.last,
      first: shape.first,
      key: tableSecret,
    };
  }
  override step(): void {
    const { walkerAr: ar, walkerR: r, walkerAw: aw, walkerW: w, walkerB: b, waiting } = this.pins;
    for (const stream of [ar, aw, w]) stream.ready.value = 1;
    const read = this.#reads[0];
    r.valid.value = read !== undefined;
    if (read !== undefined) {
      const data = Buffer.from(this.#memory.read(read.address, this.#bytes)).reverse().toString("hex");
      r.payload.value = { id: read.id, data: BigInt(`0x${data}`), response: 0, last: read.beats === 0n };
    }
    b.valid.value = this.#written !== null;
    b.payload.value = { id: this.#written ?? 0n, response: 0 };
    this.#written = null;
    // The pulse comes a cycle after the verdict.
    if (waiting.parked.value === 1n) this.parked.push(this.cycle - 1);
    if (read !== undefined) {
      this.#reads.shift();
      if (read.beats > 0n) this.#reads.unshift({ ...read, address: read.address + this.#bytes, beats: read.beats - 1n });
    }
    if (ar.valid.value === 1n) {
      const { id, address, length } = ar.payload.value;
      this.#reads.push({ id, address: Number(address), beats: length });
    }
    if (aw.valid.value === 1n) this.#write = { id: aw.payload.value.id, at: Number(aw.payload.value.address) };
    if (w.valid.value === 1n && this.#write !== null) {
      const { data, strobe, last } = w.payload.value;
      for (let k = 0; k < this.#bytes; k++)
        if ((strobe >> BigInt(k)) & 1n) this.#memory.write(this.#write.at + k, Uint8Array.of(Number((data >> BigInt(8 * k)) & 255n)));
      this.#write.at += this.#bytes;
      if (last === 1n) this.#written = this.#write.id;
    }
    super.step();
  }
}
