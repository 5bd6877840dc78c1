/** A register block in the instant simulator: inputs and outputs by the model's names. */

import { registerBlock } from "#hdl/regmap/block.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import { simulate } from "#hdl/simulate/index.ts";

/** Where a name of the model is: "RX[3].STATUS.done.set" is bits of RX_STATUS_done_set. */
const place = (name: string): { readonly signal: string; readonly index: number | null } => {
  const index = /\[(\d+)\]/.exec(name)?.[1];
  return { signal: name.replaceAll(/\[\d+\]/g, "").replaceAll(".", "_"), index: index === undefined ? null : Number(index) };
};
const ones = (n: number): bigint => (1n << BigInt(n)) - 1n;

export class BlockBench {
  readonly sim;
  /** Elements of the array a signal belongs to. */
  readonly #counts = new Map<string, number>();
  constructor(map: RegisterMap) {
    this.sim = simulate(registerBlock(map), { initial: "random" });
    for (const r of map.registers) {
      const [array] = r.arrays;
      if (array !== undefined && !r.forwarded) this.#counts.set(r.path.join("_"), array.count);
    }
  }
  #lane(signal: string): number {
    const count = [...this.#counts].find(([prefix]) => signal.startsWith(`${prefix}_`))?.[1] ?? 1;
    return this.sim.find(signal).width / count;
  }
  poke(name: string, value: bigint): void {
    const { signal, index } = place(name);
    if (index === null) {
      this.sim.poke(signal, value);
      return;
    }
    const width = this.#lane(signal);
    const at = BigInt(width * index);
    this.sim.poke(signal, (this.sim.peek(signal) & ~(ones(width) << at)) | (value << at));
  }
  peek(name: string): bigint {
    const { signal, index } = place(name);
    const value = this.sim.peek(signal);
    if (index === null) return value;
    const width = this.#lane(signal);
    return (value >> BigInt(width * index)) & ones(width);
  }
  has(signal: string): boolean {
    return this.sim.module.ports.some((p) => p.name === signal);
  }
  width(name: string): number {
    const { signal, index } = place(name);
    return index === null ? this.sim.find(signal).width : this.#lane(signal);
  }
}
