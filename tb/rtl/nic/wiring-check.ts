/** A module around parts that do what the test says: random values on every pin that drives, and each wire looked at. */
import type { HardwareModule, Module } from "#hdl";
import { heldName } from "../puppet.ts";
import { BlockBench, ones } from "./block-bench.ts";
import { connections, type Pin, pinName, pinsOf, type Wiring } from "./wires.ts";

/** A bench around `block`, whose pins are those of `like`, and whose parts are puppets. */
export const wiringBench = (block: Module, like: Module, { wires, derived }: Wiring, seed: number) => {
  const bench = new BlockBench(block as HardwareModule, seed);
  const { sim, random } = bench;
  const pins = pinsOf(like);
  const widths = new Map(pins.map((p) => [pinName(p), p.port.width]));
  const drivers = pins.filter((p) => p.drives);
  const list = connections(like, wires).map(({ to, from }) => ({ to: pinName(to), from: pinName(from) }));
  const masks = derived.map(({ to }) => ones(widths.get(to) ?? 0));
  // Conditions over many bits, such as "none of them", shall come about too.
  const value = ({ port }: Pin): bigint => (random.oneIn(4) ? 0n : random.bits(port.width));
  const poke = (p: Pin): void => sim.poke(p.part === "" ? p.port.name : `${p.part}.${heldName(p.port.name)}`, value(p));
  return {
    sim,
    bench,
    /** Looks at every wire in so many cycles; throws where one does not have what its driver gives. */
    check: (cycles: number, further: () => void = () => {}): void => {
      for (let i = 0; i < cycles; i++, bench.cycle++) {
        for (const p of drivers) poke(p);
        for (const { to, from } of list)
          bench.check(sim.peek(to) === sim.peek(from), () => `${to} is not what ${from} gives: 0x${sim.peek(from).toString(16)}`);
        for (const [k, d] of derived.entries()) {
          const from = d.from.map((name) => sim.peek(name));
          const expected = d.value(from) & (masks[k] as bigint);
          const told = (): string => d.from.map((name, n) => `${name} is 0x${from[n]?.toString(16)}`).join(", ");
          bench.check(sim.peek(d.to) === expected, () => `${d.to} is not 0x${expected.toString(16)} where ${told()}`);
        }
        further();
        sim.step();
      }
    },
  };
};
