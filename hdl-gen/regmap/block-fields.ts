/** What is behind each field of a register block: its flip-flops, what software and hardware do to them, what is read. */
import type { Builder } from "../core/builder.ts";
import { mux } from "../core/select.ts";
import { transparent, writtenAt } from "../core/source.ts";
import { array, type Type } from "../core/types.ts";
import { type Bits, type Bool, constant, type Data, Vec } from "../core/values.ts";
import { enumerationOf, type Field, highest, isPartialEnumeration, isSigned } from "./fields.ts";
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

  /** A value of one element as bits: by access, or by number. */
  #bits(value: unknown, which: Access | number): Bits {
    const one = value instanceof Vec ? value.at(typeof which === "number" ? which : (which.element as Bits)) : value;
    return this.#f.type.toBits(one as never);
  }
  #at(which: Access | number): any {
    const q = this.#q as Data;
    return q instanceof Vec ? q.at(typeof which === "number" ? which : (which.element as Bits)) : q;
  }
  #next(which: Access | number, bits: Bits): void {
    this.#at(which).next(this.#f.type.fromBits(bits));
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
    if (!isPartialEnumeration(f) || !["rw", "wo", "external", "push"].includes(f.kind)) return null;
    const whole = this.#oneByte(a.slot) || f.kind === "push" || (f.kind === "external" && !f.readable);
    const old = f.kind === "external" && !whole ? this.#bits(this.#port.value, a) : whole ? null : this.#bits(this.#q, a);
    const value = old === null ? this.#data(a.slot) : this.#merged(old, a.slot);
    const refused = someOf(this.#w.strobe, bytesIn(f, a.slot)).and(members(f, value).not());
    return a.exists === null ? refused : refused.and(a.exists);
  }

  /** Hardware's side: ports and flip-flops, for all accesses that reach the field. */
  connect(accesses: readonly Access[]): void {
    writtenAt(this.#f.at, () => {
      switch (this.#f.kind) {
        case "rw":
        case "wo":
          this.#port.drive(this.#q);
          for (const a of accesses) this.#store(a);
          return;
        case "w1c":
        case "w1s":
        case "rc":
        case "counter":
          this.#port.value.drive(this.#q);
          for (const [which, a, hit] of this.#each(accesses)) this.#update(which, a, hit);
          return;
        case "external":
          this.#offer(accesses);
          return;
        default:
          return;
      }
    });
  }
  /** Each element with the access that reaches it and the condition on the row. */
  *#each(accesses: readonly Access[]): Generator<readonly [number | Access, Access, Bool | null]> {
    if (this.#count === null) {
      for (const a of accesses) yield [a, a, null];
      return;
    }
    for (let i = 0; i < this.#count; i++) {
      const a = accesses.find((x) => x.slot.lane === i % x.lanes) as Access;
      const row = a.row as Bits;
      yield [i, a, row.eq(Math.floor(i / a.lanes))];
    }
  }
  #store(a: Access): void {
    const h = this.#h;
    const single = this.#oneByte(a.slot);
    const condition = single ? a.write.and(this.#w.strobe.bit(bytesIn(this.#f, a.slot).first)) : a.write;
    h.when(condition, () => this.#next(a, single ? this.#data(a.slot) : this.#merged(this.#bits(this.#q, a), a.slot)));
  }
  #update(which: number | Access, a: Access, hit: Bool | null): void {
    const h = this.#h;
    const f = this.#f;
    const now = this.#bits(this.#q, which);
    const of = (bool: Bool): Bool => (hit === null ? bool : bool.and(hit));
    const port = (value: unknown): Bits => this.#bits(value, which);
    switch (f.kind) {
      case "w1c": {
        const set = port(this.#port.set);
        h.when(of(a.write), () => this.#next(which, now.and(this.#ones(a.slot).not()).or(set))).otherwise(() =>
          this.#next(which, now.or(set)),
        );
        return;
      }
      case "w1s": {
        const kept = now.and(port(this.#port.clear).not());
        h.when(of(a.write), () => this.#next(which, kept.or(this.#ones(a.slot)))).otherwise(() => this.#next(which, kept));
        return;
      }
      case "rc": {
        const set = port(this.#port.set);
        const taken = of(a.read.and(someOf(this.#w.strobe, bytesIn(f, a.slot))));
        h.when(taken, () => this.#next(which, set)).otherwise(() => this.#next(which, now.or(set)));
        return;
      }
      default: {
        const by = this.#port.increment;
        const increment: Bits = by instanceof Vec ? (by.at(which as number) as Bits) : by;
        this.#add(which, now, increment);
      }
    }
  }
  #add(which: number | Access, now: Bits, increment: Bits): void {
    const h = this.#h;
    const { width } = this.#f.type;
    if (this.#f.overflow === "wrap") {
      if (increment.width === 1) h.when(increment.bit(0), () => this.#next(which, now.add(1)));
      else this.#next(which, now.add(increment.zext(width)));
      return;
    }
    const key = `${this.#name}_sum${typeof which === "number" ? `_${which}` : ""}`;
    const total = (h.nets({ [key]: now.addCarry(increment.zext(width)) }, { doc: "" }) as Record<string, Bits>)[key] as Bits;
    h.when(total.msb().not(), () => this.#next(which, total.trunc(width))).otherwise(() =>
      this.#next(which, constant(width, (1n << BigInt(width)) - 1n)),
    );
  }
  #offer(accesses: readonly Access[]): void {
    const f = this.#f;
    const [first] = accesses;
    if (first === undefined) return;
    const whole = this.#oneByte(first.slot) || !f.readable;
    const data = whole ? this.#data(first.slot) : this.#merged(this.#bits(this.#port.value, first), first.slot);
    this.#port.data.drive(f.type.fromBits(data));
    const written = first.write.and(someOf(this.#w.strobe, bytesIn(f, first.slot)));
    if (this.#count === null) this.#port.written.drive(written);
    else for (let i = 0; i < this.#count; i++) this.#port.written.at(i).drive(written.and((first.row as Bits).eq(i)));
  }
}
