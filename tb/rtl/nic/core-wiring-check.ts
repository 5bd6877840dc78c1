/** `nic_core` around parts that do what the test says: random values on every pin that drives, and each wire looked at. */
import type { HardwareModule, Module } from "#hdl";
import type { Config } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { heldName, puppet } from "../puppet.ts";
import { withInstance } from "../with-instance.ts";
import { BlockBench } from "./block-bench.ts";
import { connections, gate, type Pin, pinName, pinsOf } from "./core-wiring.ts";

/** `nic_core` with parts for the test to play. */
export const coreAroundPuppets = (c: Config): ReturnType<typeof nicCore> =>
  Object.entries({ ict: connectionTable(c), rx: rxEngine(c, c.wireBits), tx: txEngine(c, c.wireBits) }).reduce(
    (core, [name, part]) => withInstance(core, name, puppet(part as HardwareModule)),
    nicCore(c),
  );

/** What `check` looks at; `prepare` sets inputs of the test's own. Both may be called as often as one likes. */
export const wiringBench = (block: Module, like: Module, seed: number) => {
  const bench = new BlockBench(block as HardwareModule, seed);
  const { sim, random } = bench;
  const drivers = pinsOf(like).filter((p) => p.drives);
  const list = connections(like).map(({ to, from }) => ({ to: pinName(to), from: pinName(from) }));
  const poke = (p: Pin): void => sim.poke(p.part === "" ? p.port.name : `${p.part}.${heldName(p.port.name)}`, random.bits(p.port.width));
  return {
    sim,
    /** Looks at every wire in so many cycles; throws where one does not have what its driver gives. */
    check: (cycles: number): void => {
      for (let i = 0; i < cycles; i++, bench.cycle++) {
        for (const p of drivers) poke(p);
        for (const { to, from } of list)
          bench.check(sim.peek(to) === sim.peek(from), () => `${to} is not what ${from} gives: 0x${sim.peek(from).toString(16)}`);
        const [committed, lost] = [sim.peek(gate.of), sim.peek(gate.unless)];
        bench.check(
          sim.peek(gate.to) === (committed & ~lost),
          () => `${gate.to} where ${gate.of} is ${committed} and ${gate.unless} ${lost}`,
        );
        sim.step();
      }
    },
  };
};
