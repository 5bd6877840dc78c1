/** `nic` around parts that do what the test says: each wire has what the list says, and its clock counts cycles from 0 on. */
import type { Module } from "#hdl";
import type { Config } from "#rtl/config/config.ts";
import { nic } from "#rtl/nic/nic.ts";
import { puppet } from "../puppet.ts";
import { withInstance } from "../with-instance.ts";
import { nicWiring } from "./nic-wiring.ts";
import { wiringBench } from "./wiring-check.ts";

type Nic = ReturnType<typeof nic>;

/** `nic` with all of its parts for the test to play. */
export const nicAroundPuppets = (c: Config): Nic =>
  nic(c).instances.reduce((around, { name, of }) => withInstance(around, name, puppet(of as Module)), nic(c));

/** A bench around `block`, a changed `nicAroundPuppets(c)`; `check` of it can be called as often as one likes. */
export const nicBench = (block: Module, c: Config, seed: number) => {
  const like = nic(c);
  const { sim, bench, check } = wiringBench(block, like, nicWiring(like, c), seed);
  let now = 0n;
  return {
    sim,
    check: (cycles: number): void =>
      check(cycles, () => {
        bench.check(sim.peek("now") === now, () => `the clock says ${sim.peek("now")}, not ${now}`);
        // Now and then it is another time, so that all bits of it are seen.
        if (bench.random.oneIn(4)) {
          now = bench.random.bits(64);
          sim.poke("now", now);
        }
        now = BigInt.asUintN(64, now + 1n);
      }),
    /** From here on the clock is what it says: after something was broken, that is. */
    forget: (): void => {
      now = sim.peek("now");
    },
  };
};
/** Plays `cycles` random cycles from reset on; throws where a pin has not what the list says. */
export const checkNic = (block: Module, c: Config, cycles: number, seed: number): void => nicBench(block, c, seed).check(cycles);
