/**
 * What software sees of a register map, from the map's own rules, one access at a time: the host's opinion, against which
 * the program `registers` holds the hardware.
 */
import { bytesOf, type Field, isWritable, maskOf } from "#hdl/regmap/fields.ts";
import { elements, type RegisterElement } from "#hdl/regmap/layout.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";

/** Fields that hardware beside the register block keeps or drives. */
export interface Behind {
  /** @param title of the register: "SLOT[3].RX_HEAD" */
  readonly read: (title: string, field: string) => bigint;
  /** Software has written some byte of it; `value` is the field with the bytes it did not write as they read. */
  readonly write: (title: string, field: string, value: bigint) => void;
  /** A register that is forwarded, all of it: it is read and written as a whole. */
  readonly readWord: (title: string) => bigint;
  readonly writeWord: (title: string, value: bigint) => void;
  /** An entry of it (kind `pop`) has been read, and is taken. */
  readonly taken: (title: string) => void;
}
/** What is behind a map that forwards nothing. */
export const nothingForwarded: Pick<Behind, "readWord" | "writeWord" | "taken"> = {
  readWord: (title) => {
    throw new Error(`${title} is not forwarded`);
  },
  writeWord: (title) => {
    throw new Error(`${title} is not forwarded`);
  },
  taken: (title) => {
    throw new Error(`${title} has no entries`);
  },
};

/** Bits of so many bytes. */
export const ones = (bytes: number): bigint => (1n << BigInt(8 * bytes)) - 1n;
const shift = (byte: number): bigint => BigInt(8 * byte);

/** One register map in use. Registers are of eight bytes, and every access lies in one of them. */
export class RegisterModel {
  readonly map: RegisterMap;
  /** In order of their addresses. */
  readonly registers: readonly RegisterElement[];
  readonly #behind: Behind;
  readonly #at = new Map<number, RegisterElement>();
  readonly #values = new Map<string, bigint>();

  constructor(map: RegisterMap, behind: Behind) {
    this.map = map;
    this.#behind = behind;
    this.registers = map.registers.flatMap((r) => [...elements(r)]).toSorted((a, b) => a.offset - b.offset);
    for (const r of this.registers) {
      if (r.placed.bytes !== 8) throw new Error(`${r.title} has ${r.placed.bytes} bytes: this model knows registers of 8`);
      this.#at.set(r.offset, r);
      for (const [name, f] of Object.entries(r.placed.register.fields)) {
        if (["rc", "push", "w1s"].includes(f.kind)) throw new Error(`${r.title}.${name}: this model does not know ${f.kind}`);
        this.#values.set(`${r.title}.${name}`, f.reset);
      }
    }
  }

  fieldsOf(r: RegisterElement): readonly (readonly [string, Field])[] {
    return Object.entries(r.placed.register.fields);
  }
  /** Some field of it can be read, or written. */
  allows(r: RegisterElement, write: boolean): boolean {
    return this.fieldsOf(r).some(([, f]) => (write ? isWritable(f) : f.readable));
  }
  #value(r: RegisterElement, name: string, f: Field): bigint {
    if (r.placed.forwarded) return (this.#behind.readWord(r.title) & maskOf(f)) >> BigInt(f.lowest);
    if (f.kind === "ro" || f.kind === "external") return this.#behind.read(r.title, name);
    return f.kind === "command" ? 0n : (this.#values.get(`${r.title}.${name}`) as bigint);
  }
  /** What hardware has made of a field that the block keeps: a counter, a flag. */
  set(title: string, field: string, value: bigint): void {
    if (!this.#values.has(`${title}.${field}`)) throw new Error(`there is no ${title}.${field}`);
    this.#values.set(`${title}.${field}`, value);
  }

  #word(r: RegisterElement): bigint {
    return this.fieldsOf(r).reduce((n, [name, f]) => (f.readable ? n | (this.#value(r, name, f) << BigInt(f.lowest)) : n), 0n);
  }
  /** What an access of 1, 2, 4 or 8 bytes reads; zero where it is refused. A read that takes an entry takes it here, too. */
  read(offset: number, bytes: number): bigint {
    const r = this.#at.get(offset - (offset % 8));
    if (r === undefined) return 0n;
    const word = this.#word(r);
    const entry = this.fieldsOf(r).filter(([, f]) => f.kind === "pop");
    if (entry.length > 0) {
      // It is read whole or left out.
      const places = entry.flatMap(([, f]) => [bytesOf(f).first, bytesOf(f).last]);
      const [least, most] = [Math.min(...places), Math.max(...places)];
      const first = offset % 8;
      if (first <= least && most < first + bytes) this.#behind.taken(r.title);
      else if (first <= most && least < first + bytes) return 0n;
    }
    return (word >> shift(offset % 8)) & ones(bytes);
  }
  /** False: refused, and nothing has changed. */
  write(offset: number, bytes: number, value: bigint): boolean {
    const r = this.#at.get(offset - (offset % 8));
    if (r === undefined || !this.allows(r, true)) return false;
    const first = offset % 8;
    const written = ones(bytes) << shift(first);
    const word = (value & ones(bytes)) << shift(first);
    const touched = this.fieldsOf(r).filter(([, f]) => isWritable(f) && bytesOf(f).last >= first && bytesOf(f).first < first + bytes);
    // A command is given whole or not at all.
    if (touched.some(([, f]) => f.kind === "command" && (maskOf(f) & written) !== maskOf(f))) return false;
    if (r.placed.forwarded) {
      const all = this.fieldsOf(r).reduce((n, [, f]) => n | maskOf(f), 0n);
      this.#behind.writeWord(r.title, ((this.#word(r) & ~written) | (word & written)) & all);
      return true;
    }
    for (const [name, f] of touched) {
      const part = (n: bigint): bigint => (n & maskOf(f)) >> BigInt(f.lowest);
      const old = this.#value(r, name, f);
      if (f.kind === "w1c") this.#values.set(`${r.title}.${name}`, old & ~part(word));
      else {
        const merged = (old & ~part(written)) | part(word);
        if (f.kind === "rw" || f.kind === "wo") this.#values.set(`${r.title}.${name}`, merged);
        else this.#behind.write(r.title, name, merged);
      }
    }
    return true;
  }
}
