/** What is behind each field of a register block: its flip-flops, what software and hardware do to them, what is read. */
import type { Builder } from "../core/builder.ts";
import { mux } from "../core/select.ts";
import { transparent, writtenAt } from "../core/source.ts";
import { array, bool, type Type } from "../core/types.ts";
import { type Bits, type Bool, constant, type Data, Vec } from "../core/values.ts";
import { enumerationOf, type Field, highest, isPartialEnumeration, isSigned, kinds } from "./fields.ts";
import type { Slot } from "./spaces.ts";

transparent(import.meta.url);

/** The request's wires that all fields share. */
export interface RequestWires {
  readonly data: Bits;
  readonly strobe: Bits;
  /** `strobe` bit by bit, as wide as `data`. */
  readonly mask: Bits;
}
/** A register reached through one slot of one word. */
export interface Access {
  readonly slot: Slot;
  /** An allowed access of its word moves now. */
  readonly write: Bool;
  readonly read: Bool;
  /** In an array: the row, and the element (the row's lane `slot.lane`). */
  readonly row: Bits | null;
  readonly element: Bits | null;
  readonly lanes: number;
  /** The last row of narrow elements may not be full; null: it is. */
  readonly exists: Bool | null;
}

/** Bits of the bus word in which a field lies. */
export const bitsIn = (f: Field, slot: Slot): { readonly hi: number; readonly lo: number } => ({
  hi: slot.byte * 8 + highest(f),
  lo: slot.byte * 8 + f.lowest,
});
/** Bytes of the bus word in which it lies. */
export const bytesIn = (f: Field, slot: Slot): { readonly last: number; readonly first: number } => {
  const { hi, lo } = bitsIn(f, slot);
  return { last: Math.floor(hi / 8), first: Math.floor(lo / 8) };
};
/** A bus word has some byte of these. */
export const someOf = (strobe: Bits, bytes: { readonly last: number; readonly first: number }): Bool =>
  strobe.slice(bytes.last, bytes.first).any();

/** A reset value as the type takes it. */
const initial = (f: Field): unknown => {
  const e = enumerationOf(f);
  if (e !== null) return e.members.find((m) => m.value === f.reset)?.name;
  const negative = isSigned(f) && f.reset >= 1n << BigInt(f.type.width - 1);
  return negative ? f.reset - (1n << BigInt(f.type.width)) : f.reset;
};
const members = (f: Field, value: Bits): Bool => (enumerationOf(f)?.members ?? []).map((m) => value.eq(m.value)).reduce((a, b) => a.or(b));

/** One field of one register, or of an array of them. */
export class FieldCell {
  readonly #h: Builder;
  readonly #f: Field;
  readonly #name: string;
  readonly #port: any;
  readonly #count: number | null;
  readonly #w: RequestWires;
  /** Flip-flops, where it has any. */
  readonly #q: Data | null;
  constructor(h: Builder, f: Field, name: string, port: unknown, count: number | null, w: RequestWires, q: Data | null) {
    this.#h = h;
    this.#f = f;
    this.#name = name;
    this.#port = port;
    this.#count = count;
    this.#w = w;
    this.#q = q;
  }
  /** The register declaration of a stored field. */
  static storage(f: Field, count: number | null) {
    const value = initial(f);
    return count === null ? (f.type as Type).reset(value) : array(f.type as Type, count).reset(Array.from({ length: count }, () => value));
  }

  /** The accessed element of a value, as bits. */
  #bits(value: unknown, a: Access): Bits {
    return this.#f.type.toBits((value instanceof Vec ? value.at(a.element as Bits) : value) as never);
  }
  #next(a: Access, bits: Bits): void {
    const q = this.#q as Data;
    const one = q instanceof Vec ? (q.at(a.element as Bits) as Data) : q;
    one.next(this.#f.type.fromBits(bits));
  }
  #data(slot: Slot): Bits {
    const { hi, lo } = bitsIn(this.#f, slot);
    return this.#w.data.slice(hi, lo);
  }
  /** Ones that software writes; a byte it does not write has none. */
  #ones(slot: Slot): Bits {
    const { hi, lo } = bitsIn(this.#f, slot);
    return this.#data(slot).and(this.#w.mask.slice(hi, lo));
  }
  #oneByte(slot: Slot): boolean {
    const { last, first } = bytesIn(this.#f, slot);
    return last === first;
  }
  /** `old` with the bytes that are written. */
  #merged(old: Bits, slot: Slot): Bits {
    const { hi, lo } = bitsIn(this.#f, slot);
    const mask = this.#w.mask.slice(hi, lo);
    return old.and(mask.not()).or(this.#data(slot).and(mask));
  }

  /** What software reads; null where that is zero. */
  read(a: Access): Bits | null {
    if (!this.#f.readable) return null;
    switch (this.#f.kind) {
      case "ro":
        return this.#bits(this.#port, a);
      case "external":
        return this.#bits(this.#port.value, a);
      case "fixed":
        return this.#fixed(a);
      case "pop":
      case "push":
        return null;
      default:
        return this.#bits(this.#q, a);
    }
  }
  #fixed(a: Access): Bits {
    const { width } = this.#f.type;
    const value = constant(width, this.#f.reset) as Bits;
    return a.exists === null ? value : mux(a.exists, value, constant(width, 0) as Bits);
  }
  /** A write through this access would leave a value that is no member of the field's enumeration; null: it cannot. */
  refusesWrite(a: Access): Bool | null {
    const f = this.#f;
    if (!isPartialEnumeration(f) || !["rw", "wo", "command", "external", "push"].includes(f.kind)) return null;
    const whole = this.#oneByte(a.slot) || kinds[f.kind].writeWhole;
    const old = f.kind === "external" && !whole ? this.#bits(this.#port.value, a) : whole ? null : this.#bits(this.#q, a);
    const value = old === null ? this.#data(a.slot) : this.#merged(old, a.slot);
    const refused = someOf(this.#w.strobe, bytesIn(f, a.slot)).and(members(f, value).not());
    return a.exists === null ? refused : refused.and(a.exists);
  }

  /** What happens to it without software: its outputs, events of the hardware. */
  drive(accesses: readonly Access[]): void {
    const q = this.#q as Data;
    const port = this.#port;
    const whole = (bits: Bits): unknown => (this.#count === null ? this.#f.type : array(this.#f.type, this.#count)).fromBits(bits);
    writtenAt(this.#f.at, () => {
      switch (this.#f.kind) {
        case "rw":
        case "wo":
          port.drive(q);
          return;
        case "w1c":
        case "rc":
          port.value.drive(q);
          q.next(whole(q.asBits().or(port.set.asBits())));
          return;
        case "w1s":
          port.value.drive(q);
          q.next(whole(q.asBits().and(port.clear.asBits().not())));
          return;
        case "counter":
          port.value.drive(q);
          if (this.#count === null) this.#add(null, port.increment);
          else for (let i = 0; i < this.#count; i++) this.#add(i, port.increment.at(i));
          return;
        case "command":
        case "external":
          this.#offer(accesses[0] as Access);
          return;
        default:
          return;
      }
    });
  }
  /** Takes what software writes into flip-flops of the block. */
  get stores(): boolean {
    return ["rw", "wo", "w1c", "w1s"].includes(this.#f.kind);
  }
  /** The write, to stand under its condition. */
  store(a: Access): void {
    writtenAt(this.#f.at, () => {
      const now = this.#bits(this.#q, a);
      if (this.#f.kind === "w1c") this.#next(a, now.and(this.#ones(a.slot).not()).or(this.#bits(this.#port.set, a)));
      else if (this.#f.kind === "w1s") this.#next(a, now.and(this.#bits(this.#port.clear, a).not()).or(this.#ones(a.slot)));
      else if (!this.#oneByte(a.slot)) this.#next(a, this.#merged(now, a.slot));
      else this.#h.when(this.#w.strobe.bit(bytesIn(this.#f, a.slot).first), () => this.#next(a, this.#data(a.slot)));
    });
  }
  /** Is cleared by reads. */
  get clearsOnRead(): boolean {
    return this.#f.kind === "rc";
  }
  /** The clearing read, to stand under its condition. */
  clear(a: Access): void {
    writtenAt(this.#f.at, () => {
      this.#h.when(someOf(this.#w.strobe, bytesIn(this.#f, a.slot)), () => this.#next(a, this.#bits(this.#port.set, a)));
    });
  }
  #add(element: number | null, increment: Bits): void {
    const h = this.#h;
    const { width } = this.#f.type;
    const q = element === null ? (this.#q as Bits) : (this.#q as Vec<Bits>).at(element);
    if (this.#f.overflow === "wrap") {
      if (increment.width === 1) h.when(increment.bit(0), () => q.next(q.add(1)));
      else q.next(q.add(increment.zext(width)));
      return;
    }
    if (increment.width === 1) {
      h.when(increment.bit(0).and(q.all().not()), () => q.next(q.add(1)));
      return;
    }
    const key = `${this.#name}_sum${element === null ? "" : `_${element}`}`;
    const { [key]: sum } = h.nets({ [key]: q.addCarry(increment.zext(width)) }, { doc: "" }) as Record<string, Bits>;
    const total = sum as Bits;
    h.when(total.msb(), () => q.next((1n << BigInt(width)) - 1n)).otherwise(() => q.next(total.trunc(width)));
  }
  /** Tells the hardware that keeps the field what software writes. */
  #offer(a: Access): void {
    const f = this.#f;
    const whole = this.#oneByte(a.slot) || kinds[f.kind].writeWhole;
    const data = whole ? this.#data(a.slot) : this.#merged(this.#bits(this.#port.value, a), a.slot);
    this.#port.data.drive(f.type.fromBits(data));
    const written = a.write.and(someOf(this.#w.strobe, bytesIn(f, a.slot)));
    if (this.#count === null || a.row === null) {
      this.#port.written.drive(written);
      return;
    }
    const which = mux(written, constant(this.#count, 1).shl(a.row) as Bits, constant(this.#count, 0) as Bits);
    this.#port.written.drive(array(bool, this.#count).fromBits(which));
  }
}
