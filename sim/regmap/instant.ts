/** A register master over the register bus of a module in the instant simulator: one access at a time, a cycle each. */

import type { Simulation } from "#hdl/simulate/index.ts";

import type { RegisterMaster } from "./access.ts";

/** The access was answered with an error. */
export class BusError extends Error {
  override readonly name = "BusError";
}
export interface InstantMasterOptions {
  /** Name of the register bus port; "bus" unless said. */
  readonly port?: string;
  /** Runs once before each edge, with the bus driven: what the hardware behind the registers does meanwhile. */
  readonly each?: () => void;
  /** Cycles that `ready` may stay away. */
  readonly patience?: number;
}

/** Accesses through `sim`'s register bus. The clock runs only during accesses. A refused access rejects with `BusError`. */
export const instantMaster = (
  sim: Pick<Simulation, "find" | "poke" | "peek" | "step">,
  options: InstantMasterOptions = {},
): RegisterMaster => {
  const { port = "bus", each, patience = 1000 } = options;
  const pin = (name: string): string => `${port}_${name}`;
  const busBytes = sim.find(pin("strobe")).width;
  const access = (write: boolean, address: number, value: bigint, bytes: number): bigint => {
    const what = `${write ? "write" : "read"} of ${bytes} bytes at 0x${address.toString(16)}`;
    if (![1, 2, 4, 8].includes(bytes) || bytes > busBytes || address % bytes !== 0)
      throw new RangeError(`${what}: accesses have 1, 2, 4 or 8 bytes, no more than the bus's ${busBytes}, and are aligned to them`);
    const lane = address % busBytes;
    sim.poke(pin("valid"), 1);
    sim.poke(pin("write"), write);
    sim.poke(pin("word"), (address - lane) / busBytes);
    sim.poke(pin("data"), (value & ((1n << BigInt(bytes * 8)) - 1n)) << BigInt(lane * 8));
    sim.poke(pin("strobe"), ((1n << BigInt(bytes)) - 1n) << BigInt(lane));
    let waited = 0;
    for (; ; waited++) {
      each?.();
      if (sim.peek(pin("ready")) === 1n) break;
      if (waited >= patience) throw new BusError(`${what}: not ready for ${patience} cycles`);
      sim.step();
    }
    sim.step();
    sim.poke(pin("valid"), 0);
    each?.();
    const refused = sim.peek(pin("response_error")) === 1n;
    const data = (sim.peek(pin("response_data")) >> BigInt(lane * 8)) & ((1n << BigInt(bytes * 8)) - 1n);
    sim.step();
    if (refused) throw new BusError(`${what} was refused`);
    return data;
  };
  return {
    read: async (address, bytes) => access(false, address, 0n, bytes),
    write: async (address, value, bytes) => {
      access(true, address, value, bytes);
    },
  };
};
