/** What stands in for the connection table behind the register port: words that are kept, queues that are counted. */
import { type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";

export interface Request {
  readonly operation: "READ" | "WRITE" | "TAKE" | "PEEK" | "REKEY";
  readonly slot: number;
  readonly hart: number;
  readonly word: number;
  readonly data: bigint;
  readonly strobe: number;
  readonly kernel: boolean;
  readonly askers: number;
}
export interface Reply {
  readonly data: bigint;
  readonly error: boolean;
}
/** Bits of the bytes of a strobe. */
export const lanes = (strobe: number): bigint =>
  Array.from({ length: 8 }, (_, i) => ((strobe >> i) & 1 ? 0xffn << BigInt(8 * i) : 0n)).reduce((a, b) => a | b);
export const merge = (old: bigint, data: bigint, strobe: number): bigint => (old & ~lanes(strobe)) | (data & lanes(strobe));
const refusal: Reply = { data: 0n, error: true };

/** It knows which harts run a slot's owner, and refuses some writes, always the same, to see what becomes of a refusal. */
export class StandInTable {
  readonly words = new Map<number, bigint>();
  /** Harts on which a slot's owner runs, by slot. */
  readonly owners = new Map<number, number>();
  taken = 0n;
  rekeyed = 0;
  readonly #refuses: boolean;
  constructor(refuses: boolean) {
    this.#refuses = refuses;
  }
  at(slot: number, word: SlotWord): bigint {
    return this.words.get(slot * 32 + slotWords[word] / 8) ?? 0n;
  }
  put(slot: number, word: SlotWord, value: bigint): void {
    this.words.set(slot * 32 + slotWords[word] / 8, value);
  }
  refuses(slot: number, word: number): boolean {
    return this.#refuses && (slot * 7 + word * 5) % 11 === 0;
  }
  /** A kernel's write of some bytes; false where it is refused. */
  write(slot: number, word: SlotWord, data: bigint, strobe: number): boolean {
    if (this.refuses(slot, slotWords[word] / 8)) return false;
    this.#keep(slot, slotWords[word] / 8, data, strobe);
    return true;
  }
  /** As the table has it, a slot's life begins with nothing queued, nobody asleep, and room. */
  #keep(slot: number, word: number, data: bigint, strobe: number): void {
    const old = this.words.get(slot * 32 + word) ?? 0n;
    const value = merge(old, data, strobe);
    this.words.set(slot * 32 + word, value);
    if (word !== slotWords.control / 8 || (value & ~old & 1n) === 0n) return;
    this.put(slot, "available", 2n);
    this.put(slot, "suspend", 0n);
  }
  apply(r: Request): Reply {
    const key = r.slot * 32 + r.word;
    if (!r.kernel && ((this.owners.get(r.slot) ?? 0) & r.askers) === 0) return refusal;
    if (this.#refuses && r.hart === 2 && (r.operation === "TAKE" || r.operation === "PEEK")) return refusal;
    switch (r.operation) {
      case "READ":
        return { data: this.words.get(key) ?? 0n, error: false };
      case "WRITE":
        if (this.refuses(r.slot, r.word)) return refusal;
        this.#keep(r.slot, r.word, r.data, r.strobe);
        return { data: 0n, error: false };
      case "TAKE":
        this.taken += 0x1_0000_0000n;
        return { data: this.taken + BigInt(r.hart), error: false };
      case "PEEK":
        return { data: this.taken + 0x8000n + BigInt(r.hart), error: false };
      case "REKEY":
        this.rekeyed++;
        return this.rekeyed % 2 === 0 ? refusal : { data: 0n, error: false };
    }
  }
  copy(): StandInTable {
    const other = new StandInTable(this.#refuses);
    for (const [k, v] of this.words) other.words.set(k, v);
    for (const [k, v] of this.owners) other.owners.set(k, v);
    other.taken = this.taken;
    other.rekeyed = this.rekeyed;
    return other;
  }
  /** What is different of another one. */
  difference(other: StandInTable): string {
    const keys = new Set([...this.words.keys(), ...other.words.keys()]);
    const found = [...keys].find((k) => (this.words.get(k) ?? 0n) !== (other.words.get(k) ?? 0n));
    if (found !== undefined)
      return `word ${found % 32} of slot ${Math.floor(found / 32)}: ${this.words.get(found)?.toString(16)} for ${other.words.get(found)?.toString(16)}`;
    return this.taken === other.taken && this.rekeyed === other.rekeyed ? "" : "entries taken or keys changed";
  }
}
