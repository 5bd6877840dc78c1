/** Accio's registers beside the slots, and its doorbell pages, while nothing comes from the wire and hart 0 alone asks. */
import { isWritable } from "#hdl/regmap/fields.ts";
import { elements } from "#hdl/regmap/layout.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { doorbellMap, nicMap } from "#rtl/nic/registers.ts";
import { type Behind, ones, RegisterModel } from "./model.ts";
import { SlotModel } from "./slot-model.ts";

const causes = ["FOREIGN", "NO_DOORBELL"] as const;
/** An access to a doorbell page. */
export interface DoorbellAccess {
  readonly page: number;
  /** Byte in the page. */
  readonly offset: number;
  readonly bytes: number;
  /** What is written; null for a read. */
  readonly value: bigint | null;
}

export class NicModel implements Behind {
  readonly slots: SlotModel;
  readonly registers: RegisterModel;
  readonly #c: Config;
  /** By "TRANSMIT.ttl": what hardware keeps or shows. Zero where nothing is said. */
  readonly #shown: Map<string, bigint>;

  constructor(c: Config) {
    this.#c = c;
    this.slots = new SlotModel(c);
    this.#shown = new Map([
      ["TRANSMIT.largest", BigInt(derived(c).maxPayload)],
      ["TRANSMIT.ttl", 64n],
      // In the simulator the link is up from the start.
      ["EVENT_QUEUE.STATUS.link", 1n],
      ["STATUS_LINES.STATUS.idle", 1n],
    ]);
    this.registers = new RegisterModel(nicMap(c), this);
  }
  /** What hardware shows from here on. */
  show(title: string, field: string, value: bigint): void {
    this.#shown.set(`${title}.${field}`, value);
  }
  read(title: string, field: string): bigint {
    return this.#shown.get(`${title}.${field}`) ?? 0n;
  }
  write(title: string, field: string, value: bigint): void {
    // A queue that is off takes no index, and of one that is on the caller says what it does with it.
    if (field !== "index") this.show(title, field, value);
  }
  #slot(title: string): readonly [number, string] | null {
    const [, number, register] = /^SLOT\[(\d+)\]\.(\w+)$/.exec(title) ?? [];
    return number === undefined || register === undefined ? null : [Number(number), register];
  }
  #queue(title: string): readonly [number, boolean] | null {
    const [, which, hart] = /^(TAKE|PEEK)\[(\d+)\]$/.exec(title) ?? [];
    return hart === undefined ? null : [Number(hart), which === "TAKE"];
  }
  readWord(title: string): bigint {
    const slot = this.#slot(title);
    if (slot !== null) return this.slots.word(...slot);
    const queue = this.#queue(title);
    return queue === null ? 0n : this.slots.entry(queue[0]);
  }
  writeWord(title: string, value: bigint): void {
    const slot = this.#slot(title);
    if (slot !== null) this.slots.write(...slot, value);
    // A new secret of the hash is seen by nobody.
    else if (title !== "REKEY") throw new Error(`${title} cannot be written`);
  }
  taken(title: string): void {
    const queue = this.#queue(title);
    if (queue?.[1] === true) this.slots.take(queue[0]);
  }

  // ---- doorbell pages ----------------------------------------------------------------------------------------------
  readonly #counts = { FOREIGN: 0n, NO_DOORBELL: 0n };
  #refuse(cause: (typeof causes)[number], a: DoorbellAccess): bigint {
    this.#counts[cause]++;
    this.registers.set(`PROTECTION.${cause}`, "count", this.#counts[cause]);
    const last = { offset: a.offset, write: a.value === null ? 0 : 1, known: 1, hart: 0, cause: causes.indexOf(cause), slot: a.page };
    for (const [field, value] of Object.entries(last)) this.show("PROTECTION.LAST", field, BigInt(value));
    return 0n;
  }
  /** Hart 0 does it. What a read gives. */
  doorbell(a: DoorbellAccess): bigint {
    const first = a.offset % 8;
    const pages = doorbellMap(this.#c).registers.flatMap((r) => [...elements(r)]);
    const r = pages.find((x) => x.offset === a.offset - first);
    if (r === undefined || (a.value !== null && !Object.values(r.placed.register.fields).some(isWritable)))
      return this.#refuse("NO_DOORBELL", a);
    const thread = this.registers.registers.find((x) => x.title === "CURRENT_THREAD[0]");
    const asid = this.registers.read(thread?.offset as number, 2);
    if (a.page >= this.#c.slots || !this.slots.isOpen(a.page) || this.slots.asid(a.page) !== asid) return this.#refuse("FOREIGN", a);
    const kernels = this.registers.registers.find((x) => x.title === `SLOT[${a.page}].${r.title}`);
    const offset = (kernels?.offset as number) + first;
    if (a.value === null) return this.registers.read(offset, a.bytes);
    this.registers.write(offset, a.bytes, a.value & ones(a.bytes));
    return 0n;
  }
}
