/** The walker's memory: lines of the kernel's table, read and written as a bus does it, with the errors that a bus has. */
import type { Config } from "#rtl/config/config.ts";
import type { tableWalker } from "#rtl/ict/walker.ts";
import type { BlockBench } from "../nic/block-bench.ts";
import type { Connection, KernelTable, State } from "./walker-model.ts";

type Bench = BlockBench<ReturnType<typeof tableWalker>>;
export interface MemoryScenario {
  readonly pause: number;
  readonly latency: number;
  readonly readErrors: number;
  readonly writeErrors: number;
}
interface Read {
  readonly id: number;
  readonly address: bigint;
  readonly due: number;
  /** What it is, from the first beat on. */
  bytes: Buffer | null;
  beat: number;
  /** The beat that is refused. */
  readonly bad: number;
}

export class WalkerMemory {
  readonly #bench: Bench;
  readonly #table: KernelTable;
  readonly #bytes: number;
  #reads: Read[] = [];
  #write: { address: bigint; length: number } | null = null;
  #data: { data: bigint; strobe: bigint; last: bigint }[] = [];
  #due = 0;
  #now: Read | undefined;
  #refuses = false;
  /** What is to be written: marks, then states, of an entry in order. */
  #marks: { c: Connection; slot: number }[] = [];
  #states: { c: Connection; slot: number; state: State }[] = [];
  /** Connections of which memory says what is not so, because it refused a write. */
  readonly #spoilt = new Set<Connection>();
  readonly #generation = new Map<Connection, number>();
  readonly loadedAt = new Map<Connection, number>();
  states = 0;
  refusedWrites = 0;
  failedWalks = 0;
  /** Walks with an error in one of the two lines that came, by number. */
  readonly #errors = new Map<number, { lines: number; failed: boolean }>();
  onReadError: () => void = () => {};
  mayRead: (entry: number) => boolean = () => true;

  constructor(bench: Bench, config: Config, table: KernelTable, s: MemoryScenario) {
    this.#bench = bench;
    this.#table = table;
    this.#bytes = config.busBits / 8;
    const { io } = bench.sim;
    const { random } = bench;
    const beats = 64 / this.#bytes;
    bench.sink(
      "ar",
      io.ar,
      ({ address, length, id }: { address: bigint; length: bigint; id: bigint }) => {
        bench.check(table.inTable(address), () => `a read of ${address.toString(16)}, which is not in the table`);
        const entry = table.entryAt(address);
        const bucket = address < table.entries;
        bench.check(
          bucket || this.mayRead(entry),
          () => `a read of entry ${entry}, which no cell with the tag of a key that is sought names`,
        );
        const shared =
          !bucket &&
          this.#reads.some((r) => r.id >> 1 !== Number(id) >> 1 && r.address >= table.entries && table.entryAt(r.address) === entry);
        bench.check(!shared, () => `two walks read entry ${entry}`);
        bench.check(bucket || !this.#states.some((x) => x.c.entry === entry), () => `a read of entry ${entry} before its state is written`);
        bench.check(length === BigInt(beats - 1), () => `a read of ${length + 1n} beats`);
        bench.check(!this.#reads.some((r) => r.id === Number(id)), () => `ID ${id} is in flight`);
        const bytes = random.oneIn(2) ? this.#copy(address) : null;
        const bad = random.word() / 2 ** 32 < s.readErrors ? random.below(beats) : -1;
        this.#reads.push({ id: Number(id), address, due: bench.cycle + s.latency, bytes, beat: 0, bad });
      },
      s.pause,
    );
    bench.source(
      io.r,
      () => {
        const due = this.#reads.filter((r) => r.due <= bench.cycle);
        this.#now = due.length > 0 ? random.pick(due) : undefined;
        const r = this.#now;
        if (r === undefined) return undefined;
        r.bytes ??= this.#copy(r.address);
        let data = 0n;
        for (let i = this.#bytes - 1; i >= 0; i--) data = (data << 8n) | BigInt(r.bytes[r.beat * this.#bytes + i] as number);
        return {
          id: r.id,
          data,
          response: r.beat === r.bad ? random.pick([2, 3]) : random.pick([0, 1]),
          last: r.beat === beats - 1 ? 1 : 0,
        };
      },
      () => {
        const r = this.#now as Read;
        const walk = r.id >> 1;
        const errors = this.#errors.get(walk) ?? { lines: 0, failed: false };
        if (r.beat === r.bad) {
          errors.failed = true;
          this.onReadError();
        }
        if (++r.beat === beats) {
          this.#reads = this.#reads.filter((x) => x !== r);
          if (++errors.lines === 2) {
            if (errors.failed) this.failedWalks++;
            this.#errors.delete(walk);
            return;
          }
        }
        this.#errors.set(walk, errors);
      },
      s.pause,
    );
    bench.sink(
      "aw",
      io.aw,
      ({ address, length }: { address: bigint; length: bigint }) => {
        bench.check(this.#write === null, () => "two writes at a time");
        bench.check(table.inTable(address) && ((address - table.entries) & 127n) === 64n, () => `a write at ${address.toString(16)}`);
        this.#write = { address, length: Number(length) };
      },
      s.pause,
    );
    bench.sink(
      "w",
      io.w,
      (beat: { data: bigint; strobe: bigint; last: bigint }) => {
        this.#data.push(beat);
        if (beat.last === 1n) this.#due = bench.cycle + 1 + s.latency;
      },
      s.pause,
    );
    bench.source(
      io.b,
      () => {
        if (this.#write === null || this.#data.at(-1)?.last !== 1n || bench.cycle < this.#due) return undefined;
        this.#refuses = random.word() / 2 ** 32 < s.writeErrors;
        return { id: 0, response: this.#refuses ? random.pick([2, 3]) : 0 };
      },
      () => this.#finish(),
      s.pause,
    );
  }
  #copy(address: bigint): Buffer {
    return Buffer.from(this.#table.line(address));
  }
  #finish(): void {
    const { address, length } = this.#write as { address: bigint; length: number };
    const entry = this.#table.entryAt(address);
    const bytes = Buffer.alloc(64);
    this.#bench.check(this.#data.length === length + 1, () => `${this.#data.length} beats for a burst of ${length + 1}`);
    let strobes = 0n;
    this.#data.forEach(({ data, strobe }, k) => {
      for (let i = 0; i < this.#bytes; i++) bytes[k * this.#bytes + i] = Number((data >> BigInt(8 * i)) & 255n);
      strobes |= strobe << BigInt(k * this.#bytes);
    });
    const all = strobes === (1n << 64n) - 1n;
    this.#bench.check(all || strobes === 255n, () => `strobes ${strobes.toString(16)}`);
    const refused = this.#refuses;
    if (refused) this.refusedWrites++;
    const { io } = this.#bench.sim;
    this.#bench.check(
      (io.writeFailed.valid.value === 1n) === refused && (!refused || io.writeFailed.entry.number === entry),
      () => `a write of entry ${entry}, ${refused ? "refused" : "done"}, and the event says otherwise`,
    );
    const list: { c: Connection; slot: number }[] = all ? this.#states : this.#marks;
    const at = list.findIndex((x) => x.c.entry === entry);
    this.#bench.check(at >= 0, () => `a ${all ? "state" : "mark"} of entry ${entry}, of which there is none to tell`);
    const [{ c, slot }] = list.splice(at, 1) as [{ c: Connection; slot: number }];
    const place = bytes.readBigUInt64LE(0);
    const generation = BigInt(this.#generation.get(c) as number) << 16n;
    const wanted = all ? generation : generation | (1n << 32n) | BigInt(slot);
    this.#bench.check(place === wanted, () => `entry ${entry}: its place is written as ${place.toString(16)}, not ${wanted.toString(16)}`);
    if (all) {
      this.#bench.check(!this.#marks.some((x) => x.c === c), () => `the state of entry ${entry} is written before its mark`);
      this.states++;
    }
    if (refused) {
      this.#spoilt.add(c);
      // What memory has is what the connection is from now on.
      if (all) {
        const { stops, ...old } = this.#read(entry);
        Object.assign(c.state, old, { stops });
      }
    } else {
      const line = this.#table.line(address);
      line.set(all ? bytes : bytes.subarray(0, 8));
      if (all) {
        this.#spoilt.delete(c);
        this.checkState(c);
      }
    }
    this.#write = null;
    this.#data = [];
  }
  /** A slot has been filled; the hardware must say so. */
  expectMark(c: Connection, slot: number): void {
    this.#marks.push({ c, slot });
    this.#generation.set(c, c.more.generation);
    this.loadedAt.set(c, this.#bench.cycle);
  }
  expectState(c: Connection, slot: number, state: State): void {
    this.#states.push({ c, slot, state });
  }
  /** The state of what this slot had is not in memory yet. */
  pending(slot: number): boolean {
    return this.#states.some((x) => x.slot === slot);
  }
  #read(entry: number): State {
    const line = this.#table.stateOf(entry);
    const flags = line.readUInt32LE(0x1c);
    return {
      rxHead: BigInt(line.readUInt32LE(0x08)),
      rxTail: BigInt(line.readUInt32LE(0x0c)),
      txHead: BigInt(line.readUInt32LE(0x10)),
      txTail: BigInt(line.readUInt32LE(0x14)),
      drops: BigInt(line.readUInt32LE(0x18)),
      rxTime: line.readBigUInt64LE(0x20),
      txTime: line.readBigUInt64LE(0x28),
      suspended: BigInt(flags & 3),
      stops: BigInt((flags >> 8) & 15),
    };
  }
  /** Memory has the whole state of a connection that no slot has. */
  checkState(c: Connection): void {
    if (c.fault !== null || this.#states.some((x) => x.c === c)) return;
    const is = this.#read(c.entry);
    for (const [name, value] of Object.entries(c.state))
      this.#bench.check(
        is[name as keyof State] === value,
        () => `entry ${c.entry}: ${name} is ${is[name as keyof State]} in memory, ${value} expected`,
      );
    const line = this.#table.stateOf(c.entry);
    this.#bench.check(
      (line.readUInt32LE(0x1c) & 0xffff_f0fc) === 0 && line.subarray(0x30).every((b) => b === 0),
      () => `entry ${c.entry}: more is written than there is`,
    );
  }
  /** At rest: memory says of every connection where it is, and what it is where it is there. */
  checkAll(slots: ReadonlyMap<number, Connection>): void {
    this.#bench.check(this.#states.length === 0 && this.#marks.length === 0, () => "at rest, and something is not written");
    const places = new Map([...slots].map(([slot, c]) => [c, slot]));
    for (const c of this.#table.connections.values()) {
      if (c.fault !== null || this.#spoilt.has(c)) continue;
      const resident = this.#table.stateOf(c.entry).readUInt32LE(4) & 1;
      this.#bench.check((resident === 1) === places.has(c), () => `entry ${c.entry}: resident is ${resident}`);
      if (resident === 1) {
        const slot = this.#table.stateOf(c.entry).readUInt16LE(0);
        this.#bench.check(slot === places.get(c), () => `entry ${c.entry}: in slot ${places.get(c)}, not ${slot}`);
      } else this.checkState(c);
    }
  }
}
