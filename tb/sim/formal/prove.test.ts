/** Proofs catch what is wrong, show how, and say so where they cannot tell. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { failure, resultTable } from "#cli/formal.ts";
import { type Bits, type Builder, bool, clock, enumeration, external, type Io, input, module, mux, output, uint } from "#hdl";
import { type FormalTask, type Mode, prove, type TaskResult } from "#sim/formal/index.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-formal-"));
afterAll(() => rmSync(folder, { recursive: true }));
const run = (name: string, mode: Mode, depth: number, build: FormalTask["module"], more: Partial<FormalTask> = {}): Promise<TaskResult> =>
  prove({ name, mode, depth, module: build, ...more }, { folder });
const verdicts = (r: TaskResult) => r.properties.map((p) => [p.name, p.verdict, p.cycle]);

const color = enumeration("color", ["RED", "GREEN", "BLUE"]);
const ports = { go: input(bool), color: input(color), count: output(uint(4)) };
/** Counts to `top` while `go` is 1, and starts again. */
const counter = (top: number, properties: (h: Builder, io: Io<typeof ports>, value: Bits<4>) => void) => () =>
  module("counter", ports, (io, h) => {
    const { value } = h.registers({ value: uint(4) });
    h.when(io.go, () => value.next(mux(value.eq(top), uint(4).of(0), value.add(1))));
    io.count.drive(mux(io.color.is("BLUE"), value, value.not()));
    properties(h, io, value);
  });

describe("bounded proofs", () => {
  test("hold for as many cycles as were looked at, and not for one more", async () => {
    const build = counter(9, (h, _, value) => h.assert("below 6", value.lt(6)));
    // The counter is 6 after six counted edges: in cycle 7, since cycle 0 is the one with reset.
    const short = await run("short", "bmc", 6, build);
    expect([short.ok, verdicts(short), short.trace]).toEqual([true, [["below 6", "holds", null]], null]);
    const long = await run("long", "bmc", 7, build);
    expect([long.ok, verdicts(long)]).toEqual([false, [["below 6", "failed", 7]]]);
  });
  test("a counter-example names property, line and cycle, and shows signals and members of enumerations", async () => {
    const result = await run(
      "seen",
      "bmc",
      10,
      counter(9, (h, io, value) => h.assert("no blue at 2", value.eq(2).and(io.color.is("BLUE")).not())),
    );
    const text = failure(result);
    expect(text).toMatch(/^\nseen: failed\n {2}tb\/sim\/formal\/prove\.test\.ts:\d+: assert "no blue at 2": failed in cycle 3\n/);
    expect(text).toMatch(/^ {2}cycle +0 +1 +2 +3$/m);
    // Before reset it is anything, also what it is reset to.
    expect(text).toMatch(/^ {2}value +\|(?:.*\|)?0 +\|1 +\|2$/m);
    expect(text).toMatch(/^ {2}color .*\|BLUE$/m);
    expect(text).toMatch(/^ {2}waveform: .*seen\/bmc\.vcd$/m);
    expect(existsSync(result.trace?.vcd ?? "")).toBe(true);
  });
  test("what did not fail in a failed task is not decided", async () => {
    const result = await run(
      "both",
      "bmc",
      8,
      counter(9, (h, _, value) => {
        h.assert("below 3", value.lt(3));
        h.assert("below 16", value.le(14));
      }),
    );
    expect(verdicts(result)).toEqual([
      ["below 3", "failed", 4],
      ["below 16", "undecided", null],
    ]);
    expect(resultTable([result])).toMatch(/^both +bounded +8 +\d+\.\d +failed in cycle 4 +below 3 .*\n +undecided +below 16 /m);
  });
  test("a memory as the solver's array fails in the same cycle as one of flip-flops", async () => {
    const build = () =>
      module("words", { at: input(uint(2)), data: input(uint(4)) }, ({ at, data }, h) => {
        const cells = h.memory("cells", uint(4), 4);
        cells.write(at, data);
        h.ghost(() => {
          const { wrote } = h.registers({ wrote: bool });
          wrote.next(at.eq(3).and(data.eq(5)));
          h.assert("never 5 at 3", wrote.and(cells.read(uint(2).of(3)).eq(5)).not());
        });
      });
    for (const memories of ["registers", "arrays"] as const)
      expect(verdicts(await run(`memory ${memories}`, "bmc", 4, build, { memories }))).toEqual([["never 5 at 3", "failed", 2]]);
  });
});

describe("induction", () => {
  test("proves for ever what is inductive", async () => {
    const result = await run(
      "ten",
      "induction",
      1,
      counter(9, (h, _, value) => h.assert("at most 9", value.le(9))),
    );
    expect([result.ok, verdicts(result)]).toEqual([true, [["at most 9", "proved", null]]]);
  });
  test("says where a property holds but does not follow from itself", async () => {
    // 12 is never reached, but from 11, which the property allows, the next step leads there.
    const result = await run(
      "twelve",
      "induction",
      3,
      counter(9, (h, _, value) => h.assert("not 12", value.ne(12))),
    );
    expect([result.ok, verdicts(result).map(([name, verdict]) => [name, verdict])]).toEqual([false, [["not 12", "not inductive"]]]);
    expect(result.message).toContain("holds for 3 cycles, but not by induction of depth 3");
    expect(result.trace?.text).toMatch(/value .*\|c$/m);
  });
  test("finds what fails from power-up first", async () => {
    const result = await run(
      "nine",
      "induction",
      12,
      counter(9, (h, _, value) => h.assert("below 9", value.lt(9))),
    );
    expect(verdicts(result)).toEqual([["below 9", "failed", 10]]);
    expect(result.message).toBeNull();
  });
});

describe("covers", () => {
  test("are reached in the first cycle that allows it, or not at all", async () => {
    const build = counter(9, (h, _, value) => {
      h.cover("four", value.eq(4));
      h.cover("fourteen", value.eq(14));
    });
    const result = await run("covers", "cover", 12, build);
    expect([result.ok, verdicts(result), result.message]).toEqual([
      false,
      [
        ["four", "reached", 5],
        ["fourteen", "unreached", null],
      ],
      "not every cover is reached in 12 cycles",
    ]);
  });
});

describe("covers and what comes with them", () => {
  test("an assertion that fails on the way is told", async () => {
    const build = counter(9, (h, _, value) => {
      h.cover("two", value.eq(2));
      h.cover("six", value.eq(6));
      h.assert("below 5", value.lt(5));
    });
    const result = await run("on the way", "cover", 12, build);
    expect([result.ok, verdicts(result)]).toEqual([
      false,
      [
        ["two", "reached", 3],
        ["six", "reached", 7],
        ["below 5", "failed", 6],
      ],
    ]);
    expect(result.trace?.text).toMatch(/^value .*\|4 +\|5$/m);
  });
  test("one cover in two instances, of which one never gets there", async () => {
    const half = module("half", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
      y.drive(a);
      h.cover("a is 1", a);
    });
    const both = () =>
      module("both", { a: input(bool), y: output(bool) }, ({ a, y }, h) => {
        y.drive(h.instance("moves", half, { a }).y.and(h.instance("rests", half, { a: 0 }).y));
      });
    const result = await run("two instances", "cover", 4, both);
    expect([result.ok, result.properties.map((p) => p.verdict).sort()]).toEqual([false, ["reached", "unreached"]]);
  });
});

describe("promises", () => {
  /** Wrong while its input is 7. */
  const block = module("block", { a: input(uint(3)), y: output(uint(3)) }, ({ a, y }, h) => {
    y.drive(a);
    h.assume("never 7", a.ne(7));
    h.assert("y is not 7", y.ne(7));
  });
  const shell = module("shell", { a: input(uint(3)), y: output(uint(3)) }, ({ a, y }, h) => y.drive(h.instance("inner", block, { a }).y));
  test("of the block in the harness are taken for granted", async () => {
    const result = await run("promise", "bmc", 3, () =>
      module("top", { a: input(uint(3)), y: output(uint(3)) }, ({ a, y }, h) => y.drive(h.instance("dut", block, { a }).y)),
    );
    expect(result.properties.map((p) => [p.path, p.name, p.verdict])).toEqual([["dut", "y is not 7", "holds"]]);
  });
  test("of blocks further down must be kept", async () => {
    const result = await run("obligation", "bmc", 3, () =>
      module("top", { a: input(uint(3)), y: output(uint(3)) }, ({ a, y }, h) => y.drive(h.instance("dut", shell, { a }).y)),
    );
    expect(result.properties.map((p) => [p.path, p.name, p.verdict])).toContainEqual(["dut.inner", "never 7", "failed"]);
    expect(failure(result)).toContain('assert "never 7" in dut.inner: failed in cycle 1');
    expect(result.trace?.text).toMatch(/^dut\.inner\.a .*\|7$/m);
  });
  test("that contradict each other prove nothing, and it says so", async () => {
    const result = await run(
      "contradiction",
      "bmc",
      5,
      counter(9, (h, io, value) => {
        h.assume("goes on", io.go);
        h.assume("stays below 3", value.lt(3));
        h.assert("below 9", value.lt(9));
      }),
    );
    expect([result.ok, result.message]).toEqual([false, "the assumptions contradict each other in cycle 4: nothing is proved"]);
  });
});

describe("several clocks", () => {
  const wire = clock("wire");
  /** A bit that is set for ever in one domain and seen in the other through two registers. */
  const crossing = (property: string) => () =>
    module("crossing", { strike: input(bool) }, ({ strike }, h) => {
      const { flag } = h.registers({ flag: bool });
      h.when(strike, () => flag.next(1));
      h.clocked(wire, () => {
        const { first } = h.registers({ first: bool }, { synchroniser: true });
        const { seen } = h.registers({ seen: bool }, { unused: true });
        first.next(flag);
        seen.next(first);
        if (property === "right") h.assert("seen means set", seen.implies(flag));
        if (property === "wrong") h.assert("set means seen", flag.implies(seen));
        if (property === "cover") h.cover("seen", seen);
      });
    });
  test("run freely: a right property holds, a wrong one shows the clocks", async () => {
    const right = await run("clocks right", "bmc", 16, crossing("right"));
    expect([right.message, verdicts(right)]).toEqual([null, [["seen means set", "holds", null]]]);
    const wrong = await run("clocks wrong", "bmc", 16, crossing("wrong"));
    expect(wrong.properties[0]?.verdict).toBe("failed");
    expect(wrong.trace?.text).toMatch(/^step .*\nclk +[_¯/\\]+\nwire_clk +[_¯/\\]+\nrst /);
    expect(wrong.trace?.text).toMatch(/^flag +.*[¯/]$/m);
    expect((await run("clocks cover", "cover", 16, crossing("cover"))).properties[0]?.verdict).toBe("reached");
  });
});

describe("no answer is no success", () => {
  test("time runs out", async () => {
    // Whether two ways to multiply agree is beyond any solver at this width.
    const hard = () =>
      module("hard", { a: input(uint(40)), b: input(uint(40)) }, ({ a, b }, h) => {
        const sum = a.zext(41).add(b.zext(41));
        h.assert(
          "binomial",
          sum
            .mul(sum)
            .zext(84)
            .eq(
              a
                .mul(a)
                .zext(84)
                .add(a.mul(b).zext(84))
                .add(a.mul(b).zext(84))
                .add(b.mul(b).zext(84))
                .add(b.mul(b).zext(84).sub(b.mul(b).zext(84))),
            ),
        );
      });
    const result = await run("hard", "bmc", 3, hard, { timeout: 3 });
    expect([result.ok, verdicts(result)]).toEqual([false, [["binomial", "undecided", null]]]);
    expect(result.message).toMatch(/^not decided in 3 s \(in cycle \d+ of 3\): raise the task's timeout or lower its depth$/);
  });
  test("a harness without anything to prove, or with external Verilog, or that is refused", async () => {
    const nothing = counter(9, () => {});
    expect((await run("nothing", "bmc", 3, nothing)).message).toBe("nothing: counter has no assertion to prove");
    expect((await run("no cover", "cover", 3, nothing)).message).toBe("no cover: counter has no cover to reach");
    const ip = external("ip", { a: input(bool), y: output(bool) });
    const outside = () => module("outside", { a: input(bool), y: output(bool) }, ({ a, y }, h) => y.drive(h.instance("i", ip, { a }).y));
    expect((await run("outside", "bmc", 3, outside)).message).toContain("ip is external Verilog, which a proof cannot look into");
    const wrong = await run("refused", "bmc", 3, () => module("refused", { y: output(bool) }, () => {}));
    expect([wrong.ok, wrong.message]).toEqual([false, expect.stringContaining("error: output y is not driven")]);
    expect(resultTable([wrong])).toMatch(/^refused +bounded +3 +\d\.\d +error$/m);
  });
});

test("the Yosys of npm makes models as Debian's does", async () => {
  const build = counter(9, (h, _, value) => {
    h.assert("at most 9", value.le(9));
    h.assert("below 7", value.lt(7));
  });
  const by = (yosys: "npm" | "debian") => prove({ name: `yosys of ${yosys}`, mode: "bmc", depth: 12, module: build }, { folder, yosys });
  const [npm, debian] = [await by("npm"), await by("debian")];
  expect(verdicts(npm)).toEqual([
    ["at most 9", "undecided", null],
    ["below 7", "failed", 8],
  ]);
  expect(verdicts(debian)).toEqual(verdicts(npm));
});
