/**
 * Typed access to the registers of a map, over whatever can read and write: a bus model in a simulation, a device file.
 * `await nic.CONTROL.write({ enable: true })`, `(await nic.RX[3].TAIL.read()).tail`.
 */
import { decodeFields, encodeFields, type ReadFields, type WriteFields } from "#hdl/regmap/codec.ts";
import { type Fields, isWritable, kinds } from "#hdl/regmap/fields.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import type { Group, Node, Nodes, Register, Window } from "#hdl/regmap/nodes.ts";

/** One bus access of 1, 2, 4 or 8 bytes, aligned to them. An error response rejects. */
export interface RegisterMaster {
  read(address: number, bytes: number): Promise<bigint>;
  write(address: number, value: bigint, bytes: number): Promise<void>;
}

export interface RegisterAccess<F extends Fields> {
  /** "RX[3].TAIL" */
  readonly title: string;
  readonly address: number;
  readonly bytes: number;
  /** All readable fields, by one read of the register's width. */
  read(): Promise<ReadFields<F>>;
  /** One write of the register's width; fields that are not named are written as zero. */
  write(fields: WriteFields<F>): Promise<void>;
  /** Reads, replaces the named fields, writes. What writing 1 or reading acts on is left alone unless named: refused
   *  where reading takes something. */
  modify(fields: WriteFields<F>): Promise<void>;
  /** The register's bits. */
  readRaw(): Promise<bigint>;
  writeRaw(value: bigint | number): Promise<void>;
}
export interface WindowAccess {
  readonly title: string;
  readonly address: number;
  readonly bytes: number;
  /** `bytes` (8 unless said) at a byte offset in the window. */
  read(offset: number, bytes?: number): Promise<bigint>;
  write(offset: number, value: bigint | number, bytes?: number): Promise<void>;
}
type Below<N extends number, A extends readonly number[] = []> = A["length"] extends N ? A[number] : Below<N, readonly [...A, A["length"]]>;
/** Numbers of the elements of an array whose length is a literal; none for lengths of four digits, which cost too much. */
type ElementNumber<N extends number> = number extends N ? never : `${N}` extends `${number}${number}${number}${number}` ? never : Below<N>;
/** Elements of an array: `nic.RX[3]` where the map's count is a literal, `nic.RX.at(i)` in general, or `for ... of`. */
export type Elements<T, N extends number = number> = ElementArray<T> & { readonly [K in ElementNumber<N>]: T } & {
  readonly [index: number]: T;
};
class ElementArray<T> implements Iterable<T> {
  readonly title: string;
  readonly length: number;
  readonly #elements: readonly T[];
  constructor(title: string, elements: readonly T[]) {
    this.title = title;
    this.length = elements.length;
    this.#elements = elements;
    Object.assign(this, elements);
  }
  /** Element `index`; throws `RangeError` where there is none. */
  at(index: number): T {
    const found = this.#elements[index];
    if (found === undefined) throw new RangeError(`${this.title}[${index}]: it has elements 0 to ${this.length - 1}`);
    return found;
  }
  [Symbol.iterator](): Iterator<T> {
    return this.#elements[Symbol.iterator]();
  }
}
type Repeated<T, N> = N extends number ? Elements<T, N> : T;
/** A node of a map, as a test holds it. */
export type AccessOf<X> =
  X extends Register<infer F, infer N>
    ? Repeated<RegisterAccess<F>, N>
    : X extends Group<infer M, infer N>
      ? Repeated<AccessesOf<M>, N>
      : X extends Window
        ? WindowAccess
        : never;
export type AccessesOf<M extends Nodes> = { readonly [K in keyof M]: AccessOf<M[K]> };

class OneRegister implements RegisterAccess<Fields> {
  readonly title: string;
  readonly address: number;
  readonly bytes: number;
  readonly #fields: Fields;
  readonly #master: RegisterMaster;
  constructor(master: RegisterMaster, fields: Fields, title: string, address: number, bytes: number) {
    this.#master = master;
    this.#fields = fields;
    this.title = title;
    this.address = address;
    this.bytes = bytes;
  }
  readRaw(): Promise<bigint> {
    return this.#master.read(this.address, this.bytes);
  }
  writeRaw(value: bigint | number): Promise<void> {
    return this.#master.write(this.address, BigInt(value), this.bytes);
  }
  async read(): Promise<ReadFields<Fields>> {
    return decodeFields(this.#fields, await this.readRaw());
  }
  async write(fields: WriteFields<Fields>): Promise<void> {
    await this.writeRaw(encodeFields(this.title, this.#fields, fields));
  }
  async modify(fields: WriteFields<Fields>): Promise<void> {
    const taking = Object.entries(this.#fields).find(([, f]) => kinds[f.kind].readEffect);
    if (taking !== undefined) throw new Error(`${this.title}: modify reads first, and reading changes ${taking[0]}; use write`);
    const kept = Object.values(this.#fields).filter((f) => f.readable && isWritable(f) && !kinds[f.kind].flags);
    const mask = kept.reduce((m, f) => m | (((1n << BigInt(f.type.width)) - 1n) << BigInt(f.lowest)), 0n);
    await this.writeRaw(encodeFields(this.title, this.#fields, fields, (await this.readRaw()) & mask));
  }
}

const windowAccess = (master: RegisterMaster, w: Window, title: string, address: number): WindowAccess => {
  const checked = (offset: number, bytes: number): number => {
    if (offset < 0 || offset + bytes > w.size || offset % bytes !== 0)
      throw new RangeError(`${title}: ${bytes} bytes at ${offset} are not aligned, or not in its ${w.size} bytes`);
    return address + offset;
  };
  return {
    title,
    address,
    bytes: w.size,
    read: async (offset, bytes = 8) => master.read(checked(offset, bytes), bytes),
    write: async (offset, value, bytes = 8) => master.write(checked(offset, bytes), BigInt(value), bytes),
  };
};

/** The registers of `map` at bus address `base`, accessed through `master`. */
export const registerAccess = <M extends Nodes>(map: RegisterMap<M>, master: RegisterMaster, base = 0): AccessesOf<M> => {
  const one = (n: Node, title: string, address: number): unknown => {
    if (n.node === "window") return windowAccess(master, n, title, address);
    if (n.node === "group") return all(n.nodes, `${title}.`, address);
    return new OneRegister(master, n.fields, title, address, n.width === null ? map.busBytes : n.width / 8);
  };
  const all = (nodes: Nodes, prefix: string, from: number): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(nodes).map(([name, n]) => {
        const at = from + n.offset;
        if (n.node === "window" || n.count === null) return [name, one(n, prefix + name, at)];
        const list = Array.from({ length: n.count }, (_, i) => one(n, `${prefix}${name}[${i}]`, at + i * n.stride));
        return [name, new ElementArray(prefix + name, list)];
      }),
    );
  return all(map.nodes, "", base) as AccessesOf<M>;
};
