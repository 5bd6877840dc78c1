/** Writes down accesses of a register map together with what its model says must come of them. */
import type { RegisterElement } from "#hdl/regmap/layout.ts";
import type { Random } from "#hdl/simulate/index.ts";
import { ones, type RegisterModel } from "./model.ts";
import { lanes, type Operation, operation } from "./table.ts";

type Bytes = Operation["bytes"];

/** Accesses of one device. */
export class Recorder {
  readonly #to: Operation[];
  readonly #model: RegisterModel;
  readonly #base: number;
  readonly random: Random;

  constructor(to: Operation[], model: RegisterModel, base: number, random: Random) {
    this.#to = to;
    this.#model = model;
    this.#base = base;
    this.random = random;
  }
  #name(offset: number): string {
    const r = this.#model.registers.find((x) => x.offset === offset - (offset % 8));
    return `${this.#model.map.name} ${r?.title ?? `offset 0x${offset.toString(16)}`}`;
  }
  #register(title: string): RegisterElement {
    const found = this.#model.registers.find((r) => r.title === title);
    if (found === undefined) throw new Error(`${this.#model.map.name} has no register ${title}`);
    return found;
  }
  #push(kind: Operation["kind"], offset: number, bytes: Bytes, value: bigint, mask?: bigint): void {
    this.#to.push(operation(kind, this.#name(offset), this.#base + offset, bytes, value, mask));
  }

  read(offset: number, bytes: Bytes): void {
    this.#push("read", offset, bytes, this.#model.read(offset, bytes));
  }
  write(offset: number, bytes: Bytes, value: bigint): void {
    this.#model.write(offset, bytes, value);
    this.#push("write", offset, bytes, value & ones(bytes));
  }
  /** A whole register. */
  put(title: string, value: bigint): void {
    this.write(this.#register(title).offset, 8, value);
  }
  get(title: string): void {
    this.read(this.#register(title).offset, 8);
  }
  /** Waits until it reads as the model says. */
  await(title: string): void {
    const { offset } = this.#register(title);
    this.#push("wait", offset, 8, this.#model.read(offset, 8));
  }
  /** The address of the program's buffer and `offset`, which the host does not know. */
  pointer(title: string, offset: bigint): void {
    this.#push("writePointer", this.#register(title).offset, 8, offset);
  }

  /** Words of the map without a register, and in no window: the first and the last of each gap. */
  get gaps(): readonly number[] {
    const { registers, map } = this.#model;
    const taken = [
      { from: 0, to: 0 },
      ...registers.map((r) => ({ from: r.offset, to: r.offset + 8 })),
      ...map.windows.map((w) => ({ from: w.offset, to: w.offset + w.window.size })),
      { from: map.size, to: map.size },
    ].toSorted((a, b) => a.from - b.from);
    const between = taken.slice(1).map((after, i) => ({ from: (taken[i] as { readonly to: number }).to, to: after.from }));
    return [...new Set(between.filter((g) => g.from < g.to).flatMap((g) => [g.from, g.to - 8]))];
  }
  /** What is refused reads as zero, and what is written there changes nothing in front of or behind it. */
  refused(): void {
    for (const offset of this.gaps)
      for (const { first, bytes } of lanes) {
        this.read(offset + first, bytes);
        this.write(offset + first, bytes, this.random.bits(64));
        this.read(offset, 8);
      }
  }

  /** Reads it in every way. */
  readLanes(title: string): void {
    const r = this.#register(title);
    for (const { first, bytes } of lanes) this.read(r.offset + first, bytes);
  }
  /** A register that counts cycles, in every way. */
  clockLanes(title: string): void {
    const r = this.#register(title);
    for (const { first, bytes } of lanes) this.#push("clock", r.offset + first, bytes, 0n);
  }
  /**
   * Writes it in every way, and reads all of it each time.
   * @param value for a whole register; random unless said, also in bits without a field, which ignore it
   */
  writeLanes(title: string, value: () => bigint = () => this.random.bits(64)): void {
    const r = this.#register(title);
    for (const { first, bytes } of lanes) {
      this.write(r.offset + first, bytes, value() >> BigInt(8 * first));
      this.read(r.offset, 8);
    }
  }
}
