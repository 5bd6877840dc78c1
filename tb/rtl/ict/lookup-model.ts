/**
 * The lookup in plain words: who has which key, and, since a full bucket may refuse a key, where each one lies. Written from
 * the description of the block and of HalfSipHash; `lookup-check.ts` holds the hardware against it.
 */

/** A four-tuple. */
export interface Tuple {
  readonly localIp: bigint;
  readonly localPort: bigint;
  readonly remoteIp: bigint;
  readonly remotePort: bigint;
}

/** HalfSipHash-c-d of any bytes (Aumasson and Bernstein), 32 bits of result. */
export const halfSipHash = (key: bigint, message: Uint8Array, [c, d]: readonly [number, number] = [1, 3]): number => {
  const rotate = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
  const k0 = Number(key & 0xffff_ffffn) | 0,
    k1 = Number(key >> 32n) | 0;
  let [v0, v1, v2, v3] = [k0, k1, k0 ^ 0x6c796765, k1 ^ 0x74656462];
  const rounds = (n: number): void => {
    for (let i = 0; i < n; i++) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
  };
  const whole = message.length >> 2;
  for (let i = 0; i <= whole; i++) {
    let m = i === whole ? message.length << 24 : 0;
    for (let b = 0; b < 4 && 4 * i + b < message.length; b++) m |= (message[4 * i + b] as number) << (8 * b);
    v3 ^= m;
    rounds(c);
    v0 ^= m;
  }
  v2 ^= 0xff;
  rounds(d);
  return (v1 ^ v3) >>> 0;
};

/** A key as it is stored: the four-tuple, or the local half. Bytes in the order of `tuple`'s fields from the local address on. */
export const keyBytes = (key: Tuple, connected: boolean): Uint8Array => {
  const bytes = Buffer.alloc(connected ? 12 : 6);
  bytes.writeUInt32LE(Number(key.localIp), 0);
  bytes.writeUInt16LE(Number(key.localPort), 4);
  if (connected) {
    bytes.writeUInt16LE(Number(key.remotePort), 6);
    bytes.writeUInt32LE(Number(key.remoteIp), 8);
  }
  return bytes;
};
export type Op = "FIND" | "INSERT" | "REMOVE" | "CLEAR";
export type Status = "DONE" | "NO_SPACE" | "EXISTS" | "NOT_FOUND";
export interface Command {
  readonly op: Op;
  readonly connected: boolean;
  readonly slot: number;
  readonly key: Tuple;
}
export interface Entry {
  readonly key: Tuple;
  readonly connected: boolean;
  readonly slot: number;
}

export class LookupModel {
  readonly #buckets: number;
  readonly #ways: number;
  #hashKey = 0n;
  /** By key, the connected ones apart from the others. */
  #entries = new Map<string, Entry>();
  /** What lies in a bucket, by table, bank and number: names of keys, or "". */
  #cells = new Map<string, string[]>();

  constructor(slots: number, ways = 4) {
    this.#buckets = slots / 2;
    this.#ways = ways;
  }
  static nameOf(key: Tuple, connected: boolean): string {
    return Buffer.from(keyBytes(key, connected)).toString("hex");
  }
  get entries(): readonly Entry[] {
    return [...this.#entries.values()];
  }
  clear(hashKey: bigint): void {
    this.#hashKey = hashKey;
    this.#entries = new Map();
    this.#cells = new Map();
  }
  /** Who has exactly this key. */
  holder(key: Tuple, connected: boolean): number | null {
    return this.#entries.get(LookupModel.nameOf(key, connected))?.slot ?? null;
  }
  /** The connected slot of a four-tuple, else the unconnected one of its local half. */
  find(key: Tuple): number | null {
    return this.holder(key, true) ?? this.holder(key, false);
  }
  /** Numbers of a key's buckets, left and right. */
  bucketsOf(key: Tuple, connected: boolean): readonly [number, number] {
    const hash = halfSipHash(this.#hashKey, keyBytes(key, connected));
    return [hash % this.#buckets, Math.floor(hash / this.#buckets) % this.#buckets];
  }
  #bucket(connected: boolean, bank: number, number: number): string[] {
    const name = `${connected} ${bank} ${number}`;
    const cells = this.#cells.get(name) ?? Array.from({ length: this.#ways }, () => "");
    this.#cells.set(name, cells);
    return cells;
  }
  #cellsOf(key: Tuple, connected: boolean): readonly string[][] {
    return this.bucketsOf(key, connected).map((number, bank) => this.#bucket(connected, bank, number));
  }
  /** What a command answers, and, if it is `done`, does. */
  run({ op, connected, slot, key }: Command, done: boolean): { readonly status: Status; readonly slot: number } {
    const holder = this.holder(key, connected);
    const name = LookupModel.nameOf(key, connected);
    const cells = this.#cellsOf(key, connected);
    if (op === "FIND") return { status: holder === null ? "NOT_FOUND" : "DONE", slot: holder ?? slot };
    if (op === "REMOVE") {
      if (holder === null) return { status: "NOT_FOUND", slot };
      if (holder !== slot) return { status: "EXISTS", slot: holder };
      if (!done) return { status: "DONE", slot };
      this.#entries.delete(name);
      for (const bucket of cells) if (bucket.includes(name)) bucket[bucket.indexOf(name)] = "";
      return { status: "DONE", slot };
    }
    if (holder !== null) return { status: holder === slot ? "DONE" : "EXISTS", slot: holder };
    for (let way = 0; way < this.#ways; way++)
      for (const bucket of cells)
        if (bucket[way] === "") {
          if (done) {
            bucket[way] = name;
            this.#entries.set(name, { key, connected, slot });
          }
          return { status: "DONE", slot };
        }
    return { status: "NO_SPACE", slot };
  }
}
