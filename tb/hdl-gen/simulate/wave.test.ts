/** Recordings as text and as VCD. */
import { describe, expect, test } from "vitest";
import { clock, enumeration, input, module, output, sint, uint } from "#hdl";
import { simulate, wave } from "#hdl/simulate/index.ts";

const phase = enumeration("phase", ["IDLE", "BUSY"]);
const worker = module("worker", { start: input(uint(1)), level: output(sint(6)) }, ({ start, level }, h) => {
  const { state, count } = h.registers({ state: phase, count: uint(12) });
  h.when(start, () => state.next("BUSY"));
  h.when(state.eq("BUSY"), () => count.next(count.add(7)));
  h.when(count.ge(21), () => state.next("IDLE"));
  level.drive(count.slice(5, 0).asSigned());
});
const run = (options: Parameters<typeof simulate>[1]) => {
  const sim = simulate(worker, options);
  sim.step();
  sim.io.start.value = 1;
  sim.step();
  sim.io.start.value = 0;
  sim.step(6);
  return sim;
};

describe("text", () => {
  test("bits, numbers, members, signed", () => {
    expect(`\n${wave(run({ trace: true }), ["start", "state", "count", "level"])}`).toBe(`
cycle  0   1   2   3   4   5   6   7
start ____/¯¯¯\\_______________________
state |IDLE   |BUSY           |IDLE
count |0          |7  |e  |15 |1c
level |0          |7  |14 |21 |28
`);
  });
  test("of the last cycles only", () => {
    expect(`\n${run({ trace: { last: 3 } }).wave(["count", "start"])}`).toBe(`
cycle  5   6   7
count |15 |1c
start ____________
`);
    expect(run({ trace: true }).wave(["count"], 2)).toBe("cycle  6   7\ncount |1c\n");
  });
  test("columns grow with what stands in them", () => {
    const wide = module("wide", { a: input(uint(64)) }, ({ a }, h) => {
      const { kept } = h.registers({ kept: uint(64) });
      kept.next(a);
    });
    const sim = simulate(wide, { trace: true });
    for (let i = 0; i < 3; i++) {
      sim.io.a.value = 0x1234_5678n << BigInt(8 * i);
      sim.step();
    }
    expect(`\n${sim.wave(["a", "kept"])}`).toBe(`
cycle  0             1             2
a     |12345678     |1234567800   |123456780000
kept  |0            |12345678     |1234567800
`);
  });
  test("with a row of numbers for each clock", () => {
    const two = module("two", { a: input(uint(1)) }, ({ a }, h) => {
      const { x } = h.registers({ x: uint(4) });
      x.next(x.add(1));
      h.clocked(clock("wire"), () => {
        const { y } = h.registers({ y: uint(4) }, { synchroniser: true });
        y.next(y.add(a.zext(4)));
      });
    });
    const sim = simulate(two, { trace: true });
    sim.io.a.value = 1;
    sim.step(2, "");
    sim.step(1, "wire");
    sim.step();
    sim.step(1, "wire");
    expect(`\n${sim.wave(["x", "y"])}`).toBe(`
clk       0   1       2
wire_clk          0   1   2
x        |0  |1  |2      |3
y        |0          |1  |2
`);
  });
  test("only of what is recorded", () => {
    const sim = run({ trace: { signals: ["count"] } });
    expect(() => sim.wave(["state"])).toThrow('wave: "state" is not recorded; recorded are count');
    expect(() => simulate(worker).wave(["state"])).toThrow("wave: nothing is recorded; start with simulate(module, { trace: true })");
    expect(() => simulate(worker, { trace: { signals: ["x"] } })).toThrow('trace: worker has no signal or instance "x"');
  });
});

describe("vcd", () => {
  test("declares scopes and shows every change at its time", () => {
    const parent = module("parent", { go: input(uint(1)) }, ({ go }, h) => {
      h.instance("one", worker, { start: go });
    });
    const sim = simulate(parent, { trace: { signals: ["go", "one"] } });
    sim.io.go.value = 1;
    sim.step(2);
    expect(sim.vcd()).toBe(`$timescale 1ns $end
$scope module parent $end
$var wire 1 ' clk $end
$var wire 1 ! go $end
$scope module one $end
$var wire 1 " rst $end
$var wire 1 # start $end
$var wire 6 $ level [5:0] $end
$var reg 1 % state $end
$var reg 12 & count [11:0] $end
$upscope $end
$upscope $end
$enddefinitions $end
#0
$dumpvars
1!
0"
1#
b0 $
0%
b0 &
0'
$end
#5
1'
1%
#10
0'
#15
1'
b111 $
b111 &
#20
`);
  });
  test("identifiers stay apart beyond one character", () => {
    const many = module("many", { go: input(uint(1)) }, ({ go }, h) => {
      for (let i = 0; i < 120; i++) {
        const wires = h.wires({ [`w${i}`]: uint(1) }, { unused: true });
        (wires[`w${i}`] as typeof go).drive(go);
      }
    });
    const sim = simulate(many, { trace: true });
    sim.step();
    const ids = [...sim.vcd().matchAll(/\$var wire 1 (\S+) (\S+) /g)].map((m) => m[1]);
    expect(ids.length).toBe(121);
    expect(new Set(ids).size).toBe(121);
  });
});
