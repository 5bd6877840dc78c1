/** A register block in the instant simulator: inputs and outputs by the model's names. */
import type { Module } from "#hdl";
import { registerBlock } from "#hdl/regmap/block.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import { type Simulation, simulate } from "#hdl/simulate/index.ts";

/** Where a name of the model is: "RX[3].STATUS.done.set" is bits of RX_STATUS_done_set. */
interface Place {
  readonly signal: string;
  readonly width: number;
  /** Lowest bit; null where the name is the whole signal. */
  readonly at: bigint | null;
}
const signalOf = (name: string): string => name.replaceAll(/\[\d+\]/g, "").replaceAll(".", "_");
const ones = (n: number): bigint => (1n << BigInt(n)) - 1n;

export class BlockBench {
  readonly sim: Simulation;
  /** Elements of the array that a register is in. */
  readonly #counts = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  readonly #ports: ReadonlySet<string>;
  constructor(map: RegisterMap, module: Module = registerBlock(map)) {
    this.sim = simulate(module, { initial: "random" });
    this.#ports = new Set(module.ports.map((p) => p.name));
    for (const r of map.registers) {
      const [array] = r.arrays;
      if (array !== undefined && !r.forwarded) this.#counts.set(r.path.join("_"), array.count);
    }
  }
  #place(name: string): Place {
    const known = this.#places.get(name);
    if (known !== undefined) return known;
    const signal = signalOf(name);
    const { width } = this.sim.find(signal);
    const index = /\[(\d+)\]/.exec(name)?.[1];
    const count = [...this.#counts].find(([prefix]) => signal.startsWith(`${prefix}_`))?.[1] ?? 1;
    const place =
      index === undefined ? { signal, width, at: null } : { signal, width: width / count, at: BigInt((width / count) * Number(index)) };
    this.#places.set(name, place);
    return place;
  }
  poke(name: string, value: bigint): void {
    const { signal, width, at } = this.#place(name);
    this.sim.poke(signal, at === null ? value : (this.sim.peek(signal) & ~(ones(width) << at)) | (value << at));
  }
  peek(name: string): bigint {
    const { signal, width, at } = this.#place(name);
    const value = this.sim.peek(signal);
    return at === null ? value : (value >> at) & ones(width);
  }
  /** Does the block have a port of this name? */
  has(name: string): boolean {
    return this.#ports.has(signalOf(name));
  }
  width(name: string): number {
    return this.#place(name).width;
  }
}
