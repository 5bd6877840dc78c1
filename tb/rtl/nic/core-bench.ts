/**
 * A small bench around `nic_core` for the instant simulator: memory with random latency and order, streams with random
 * pauses, kernel access to slots. Cycle by cycle and in TypeScript alone, so that it starts at once.
 */
import { Random, type Simulation, simulate } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";
import { nicCore } from "#rtl/nic/core.ts";

type Core = ReturnType<typeof nicCore>;
export interface BenchOptions {
  /** Share of cycles in which a stream's other side pauses. */
  readonly pause?: number;
  /** Longest memory latency in cycles; answers come in any order across IDs, unless `inOrder`. */
  readonly latency?: number;
  /** Memory answers in the order in which it was asked, as a fast one does, always after `latency`: for counting cycles. */
  readonly inOrder?: boolean;
  readonly seed?: number;
  /** Addresses (of lines) that memory refuses. */
  readonly refuse?: (address: number) => boolean;
}
const count = (value: bigint): number => value.toString(2).replaceAll("0", "").length;

export class CoreBench {
  readonly sim: Simulation<Core["shape"]>;
  readonly memory = new Uint8Array(1 << 20);
  readonly sent: Uint8Array[] = [];
  readonly ordinary: Uint8Array[] = [];
  /** Pulses seen, by event name. */
  readonly events: Record<string, number> = {};
  cycle = 0;
  /** What the bus and the wire have carried, in beats. */
  readonly beats = { write: 0, read: 0, arrived: 0, sent: 0 };
  readonly #config: Config;
  readonly #random: Random;
  readonly #options: Required<BenchOptions>;
  readonly #toSend: Uint8Array[] = [];
  #at = 0;
  #writeAddresses: { address: number; beats: number; id: number }[] = [];
  #writeData: { data: bigint; strobe: bigint; last: boolean }[] = [];
  #answers: { id: number; error: boolean; due: number }[] = [];
  #reads: { id: number; address: number; beats: number; done: number; due: number }[] = [];
  #partial: { sent: number[]; ordinary: number[] } = { sent: [], ordinary: [] };

  constructor(config: Config, options: BenchOptions = {}) {
    this.#config = config;
    this.#options = { pause: 0, latency: 1, seed: 1, refuse: () => false, inOrder: false, ...options };
    this.#random = new Random(this.#options.seed);
    this.sim = simulate(nicCore(config));
    const { io } = this.sim;
    io.control.value = { enable: 1, mac: 0x02_00_00_00_00_01, largest: 1472, ttl: 64, tos: 0, hashKey: 0x0123_4567_89ab_cdefn };
    io.mask.value = (1n << BigInt(config.harts)) - 1n;
    this.sim.reset(2);
  }
  #busy(): boolean {
    return this.#random.word() / 2 ** 32 >= this.#options.pause;
  }
  /** Frames that arrive on the wire, one after the other. */
  arrive(...frames: readonly Uint8Array[]): void {
    this.#toSend.push(...frames);
  }
  get arriving(): number {
    return this.#toSend.length;
  }

  /** One clock cycle: inputs, look at what moves, edge. */
  step(): void {
    const { io } = this.sim;
    const bytes = this.#config.busBits / 8;
    const wireBytes = this.#config.wireBits / 8;
    io.now.value = this.cycle;
    // Wire in: never held up.
    const frame = this.#toSend[0];
    const rxValid = frame !== undefined && this.#busy();
    io.rx.valid.value = rxValid;
    if (frame !== undefined) {
      const part = frame.subarray(this.#at, this.#at + wireBytes);
      const last = this.#at + wireBytes >= frame.length;
      io.rx.payload.value = { data: toBig(part), keep: (1n << BigInt(part.length)) - 1n, last, user: 0 };
    }
    // Streams out.
    io.tx.ready.value = this.#busy();
    io.ordinary.ready.value = this.#busy();
    io.aw.ready.value = this.#busy();
    io.w.ready.value = this.#busy();
    io.ar.ready.value = this.#busy();
    // Memory's answers: any that is due, in random order across IDs (one per ID is outstanding at a time).
    const answer = this.#answers.filter((a) => a.due <= this.cycle);
    const b = answer[this.#chosen(answer.length)];
    io.b.valid.value = b !== undefined;
    if (b !== undefined) io.b.payload.value = { id: b.id, response: b.error ? 2 : 0 };
    const due = this.#reads.filter((r) => r.due <= this.cycle);
    const r = due[this.#chosen(due.length)];
    io.r.valid.value = r !== undefined;
    if (r !== undefined) {
      const address = r.address + r.done * bytes;
      io.r.payload.value = {
        id: r.id,
        data: toBig(this.memory.subarray(address, address + bytes)),
        response: this.#options.refuse(r.address) ? 2 : 0,
        last: r.done + 1 === r.beats,
      };
    }

    // What moves at this edge.
    if (rxValid && frame !== undefined) {
      this.beats.arrived++;
      this.#at += wireBytes;
      if (this.#at >= frame.length) {
        this.#toSend.shift();
        this.#at = 0;
      }
    }
    if (b !== undefined) this.#answers = this.#answers.filter((a) => a !== b);
    if (r !== undefined) {
      this.beats.read++;
      r.done++;
      if (r.done === r.beats) this.#reads = this.#reads.filter((x) => x !== r);
    }
    this.#collect("sent", io.tx);
    this.#collect("ordinary", io.ordinary);
    if (fires(io.aw)) {
      const { address, length, id } = io.aw.payload.value;
      this.#writeAddresses.push({ address: Number(address), beats: Number(length) + 1, id: Number(id) });
    }
    if (fires(io.tx)) this.beats.sent++;
    if (fires(io.w)) {
      this.beats.write++;
      const { data, strobe, last } = io.w.payload.value;
      this.#writeData.push({ data, strobe, last: last === 1n });
    }
    if (fires(io.ar)) {
      const { address, length, id } = io.ar.payload.value;
      this.#checkBurst(Number(address), Number(length) + 1);
      this.#reads.push({ id: Number(id), address: Number(address), beats: Number(length) + 1, done: 0, due: this.#due() });
    }
    this.#write();
    const events = io.events.value;
    for (const [name, value] of Object.entries(events))
      if (value !== 0n)
        this.events[name === "verdicts" ? `verdicts${value}` : name] =
          (this.events[name === "verdicts" ? `verdicts${value}` : name] ?? 0) + 1;
    this.sim.step();
    this.cycle++;
  }
  /** Which of `choices` answers goes first. */
  #chosen(choices: number): number {
    return this.#options.inOrder || choices === 0 ? 0 : Math.floor((this.#random.word() / 2 ** 32) * choices);
  }
  #due(): number {
    const { inOrder, latency } = this.#options;
    return this.cycle + (inOrder ? latency : 1 + Math.floor((this.#random.word() / 2 ** 32) * latency));
  }
  #checkBurst(address: number, beats: number): void {
    const bytes = this.#config.busBits / 8;
    if (address % bytes !== 0) throw new Error(`cycle ${this.cycle}: burst at ${address} is not aligned to the bus`);
    if (Math.floor(address / 64) !== Math.floor((address + beats * bytes - 1) / 64))
      throw new Error(`cycle ${this.cycle}: burst at ${address} of ${beats} beats crosses a line`);
  }
  #write(): void {
    const bytes = this.#config.busBits / 8;
    for (
      let burst = this.#writeAddresses[0];
      burst !== undefined && this.#writeData.length >= burst.beats;
      burst = this.#writeAddresses[0]
    ) {
      this.#checkBurst(burst.address, burst.beats);
      const error = this.#options.refuse(burst.address);
      for (let i = 0; i < burst.beats; i++) {
        const beat = this.#writeData.shift();
        if (beat === undefined || beat.last !== (i + 1 === burst.beats))
          throw new Error(`cycle ${this.cycle}: last stands wrongly in the burst at ${burst.address}`);
        if (beat.strobe === 0n) throw new Error(`cycle ${this.cycle}: a beat without strobes`);
        for (let k = 0; k < bytes; k++)
          if (!error && (beat.strobe >> BigInt(k)) & 1n)
            this.memory[burst.address + i * bytes + k] = Number((beat.data >> BigInt(k * 8)) & 255n);
      }
      this.#answers.push({ id: burst.id, error, due: this.#due() });
      this.#writeAddresses.shift();
    }
  }
  #collect(where: "sent" | "ordinary", stream: Core extends never ? never : Simulation<Core["shape"]>["io"]["tx"]): void {
    if (!fires(stream)) return;
    const { data, keep, last } = stream.payload.value;
    const n = count(keep);
    for (let k = 0; k < n; k++) this.#partial[where].push(Number((data >> BigInt(k * 8)) & 255n));
    if (last === 1n) {
      this[where].push(Uint8Array.from(this.#partial[where]));
      this.#partial[where] = [];
    }
  }
  run(cycles: number): void {
    for (let i = 0; i < cycles; i++) this.step();
  }
  /** Steps until nothing more happens for a while. */
  settle(): void {
    const state = (): string =>
      [
        JSON.stringify(this.events),
        this.sent.length,
        this.ordinary.length,
        this.#partial.sent.length,
        this.#partial.ordinary.length,
      ].join();
    let quiet = 0;
    for (let limit = 200_000; quiet < 200; limit--) {
      if (limit === 0) throw new Error(`cycle ${this.cycle}: still not settled`);
      const before = state();
      const active = this.#toSend.length + this.#answers.length + this.#reads.length + this.#writeAddresses.length > 0;
      this.step();
      quiet = active || before !== state() ? 0 : quiet + 1;
    }
  }

  /** One request of the register port, from its being made to its answer. */
  #request(operation: "READ" | "WRITE", slot: number, word: SlotWord, data: bigint, strobe: number): bigint {
    const { io } = this.sim;
    io.request.payload.value = { operation, slot, hart: 0, word: slotWords[word] / 8, data, strobe, kernel: 1, askers: 0 };
    io.request.valid.value = 1;
    for (let limit = 5000; io.request.ready.value === 0n; limit--) {
      if (limit === 0) throw new Error(`cycle ${this.cycle}: the ${operation} of ${word} of slot ${slot} does not end`);
      this.step();
    }
    this.step();
    io.request.valid.value = 0;
    if (io.reply.valid.value === 0n || io.reply.error.value === 1n)
      throw new Error(`cycle ${this.cycle}: ${word} of slot ${slot}: refused`);
    return io.reply.data.value;
  }
  write(slot: number, word: SlotWord, value: number | bigint, strobe = 0xff): void {
    this.#request("WRITE", slot, word, BigInt(value), strobe);
  }
  read(slot: number, word: SlotWord): bigint {
    return this.#request("READ", slot, word, 0n, 0xff);
  }
}
const fires = (s: { readonly valid: { readonly value: bigint }; readonly ready: { readonly value: bigint } }): boolean =>
  s.valid.value === 1n && s.ready.value === 1n;
const toBig = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).reverse().toString("hex") || "0"}`);
