/** What the run of a NIC needs of a simulator, whichever it is: pins by name, and a clock edge. */
import type { HardwareModule } from "#hdl";
import { type Simulation, simulate } from "#hdl/simulate/index.ts";
import { build } from "#sim/bridge/build.ts";

export interface Device {
  /** Sets an input from the next step on. */
  set(pin: string, value: number | bigint): void;
  /** An output as it was just before the edge of the last step, with the inputs of that step. */
  get(pin: string): bigint;
  /** The same for pins of at most 53 bits. */
  number(pin: string): number;
  /** One edge of every clock. */
  step(): void;
  /** Holds every reset for some cycles. */
  reset(cycles: number): void;
  /** Called at each edge of the wire's own clock, before the edge of the bus that comes with or after it. */
  onWireEdge(listener: () => void): void;
  close(): void;
}

/** The instant simulator: starts at once, some ten thousand cycles a second. */
export const instantDevice = (module: HardwareModule): Device => {
  const sim: Simulation = simulate(module);
  const outputs = module.ports.filter((p) => p.kind === "output").map((p) => p.name);
  const sample = new Map<string, bigint>();
  return {
    set: (pin, value) => sim.poke(pin, value),
    get: (pin) => sample.get(pin) ?? 0n,
    number: (pin) => Number(sample.get(pin) ?? 0n),
    step: () => {
      for (const name of outputs) sample.set(name, sim.peek(name));
      sim.step();
    },
    reset: (cycles) => sim.reset(cycles),
    onWireEdge: () => {
      throw new Error(`${module.name}: the instant simulator steps all clocks together; run configurations with a wire clock in Verilator`);
    },
    close: () => {},
  };
};

/** Verilator: seconds to build, then a million cycles a second. `waves` is the path of an FST file to write. */
export const verilatedDevice = async (
  module: HardwareModule,
  options: { readonly waves?: string; readonly wireMhz?: number; readonly coreMhz?: number } = {},
): Promise<Device> => {
  const period = (mhz: number | undefined) => ({ period: 1000 / (mhz ?? 100) });
  const clocks = Object.fromEntries(module.domains.map((d) => [d.clock.name, period(d.name === "" ? options.coreMhz : options.wireMhz)]));
  const { sim } = await build(module, { clocks, ...(options.waves === undefined ? {} : { waves: options.waves }) });
  const pins = new Map(module.ports.map((p) => [p.name, sim.pin(p.name)]));
  for (const d of module.resets) pins.set(d.reset.name, sim.pin(d.reset.name));
  const pin = (name: string) => {
    const found = pins.get(name);
    if (found === undefined) throw new Error(`${module.name} has no pin ${name}`);
    return found;
  };
  return {
    set: (name, value) => {
      pin(name).value = value as never;
    },
    get: (name) => pin(name).big,
    number: (name) => pin(name).number,
    step: () => sim.step(),
    reset: (cycles) => {
      for (const d of module.resets) pin(d.reset.name).value = 1 as never;
      sim.step(cycles);
      for (const d of module.resets) pin(d.reset.name).value = 0 as never;
    },
    onWireEdge: (listener) => {
      sim.onRise(
        module.domains.findIndex((d) => d.name === "wire"),
        listener,
      );
    },
    close: () => sim.close(),
  };
};
