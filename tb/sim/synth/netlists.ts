/** Small netlists made by hand, whose paths can be counted. */
import type { Bit, Cell, NetlistModule } from "#sim/synth/netlist.ts";

type Pins = Readonly<Record<string, Bit | readonly Bit[]>>;
const outputsOf = /^(O|Q|Q15|Q31|CO|DO[A-H]?|SPO|DPO|DOUT.*)$/;

/** A cell by its pins; those that are outputs in the library are outputs here. */
export const cell = (type: string, pins: Pins, parameters: Cell["parameters"] = {}): Cell => ({
  type,
  parameters,
  port_directions: Object.fromEntries(Object.keys(pins).map((p) => [p, outputsOf.test(p) ? "output" : "input"])),
  connections: Object.fromEntries(Object.entries(pins).map(([p, bits]) => [p, typeof bits === "object" ? bits : [bits]])),
});
export const lut = (out: number, ...ins: readonly number[]): Cell =>
  cell(`LUT${ins.length}`, { ...Object.fromEntries(ins.map((n, i) => [`I${i}`, n])), O: out });
export const register = (clock: number, d: Bit, q: number): Cell => cell("FDRE", { C: clock, CE: "1", R: "0", D: d, Q: q });

/** Net 1 is the clock `clk`, net 2 the clock `wire_clk`. */
export const netlist = (
  cells: Readonly<Record<string, Cell>>,
  names: Readonly<Record<string, number | readonly number[]>> = {},
  ports: NetlistModule["ports"] = {},
): NetlistModule => ({
  ports: { clk: { direction: "input", bits: [1] }, wire_clk: { direction: "input", bits: [2] }, ...ports },
  cells,
  netnames: Object.fromEntries(
    Object.entries({ clk: 1, wire_clk: 2, ...names }).map(([name, nets]) => [
      name,
      { hide_name: 0 as const, bits: typeof nets === "number" ? [nets] : nets },
    ]),
  ),
});
