/** Registers, memories, clocks and the order of assignments. */
import { describe, expect, test } from "vitest";
import type { Instance, Stmt } from "#hdl/core/ir.ts";
import { simulate } from "#hdl/simulate/index.ts";
import {
  assign,
  assignBits,
  assignElement,
  binary,
  cell,
  clk,
  clock,
  concat,
  design,
  input,
  lit,
  memory,
  net,
  not,
  output,
  ref,
  register,
  slice,
  store,
  when,
} from "./design.ts";

describe("registers", () => {
  const d = input("d", 8);
  const make = (more: Parameters<typeof register>[3], value: bigint | null = 5n) => {
    const q = register("q", 8, value, more);
    return simulate(design({ ports: [d], signals: [q], body: [assign(q, ref(d))] }));
  };
  test("take their value at the edge", () => {
    const sim = make({});
    sim.poke("d", 9);
    expect(sim.peek("q")).toBe(5n);
    sim.step();
    expect(sim.peek("q")).toBe(9n);
  });
  test("start at their reset value, and return to it at an edge under reset", () => {
    const sim = make({});
    sim.poke("d", 9);
    sim.step();
    sim.poke("rst", 1);
    expect(sim.peek("q")).toBe(9n);
    sim.step();
    expect(sim.peek("q")).toBe(5n);
  });
  test("with an asynchronous reset do so at once, and stay when it ends", () => {
    const sim = make({ reset: { kind: "async", value: 5n } });
    sim.poke("d", 9);
    sim.step();
    sim.poke("rst", 1);
    expect(sim.peek("q")).toBe(5n);
    sim.step();
    sim.poke("rst", 0);
    expect(sim.peek("q")).toBe(5n);
    sim.step();
    expect(sim.peek("q")).toBe(9n);
  });
  test("without reset run on under it", () => {
    const sim = make({}, null);
    sim.poke("rst", 1);
    sim.poke("d", 9);
    sim.step();
    expect(sim.peek("q")).toBe(9n);
  });
  test("swap: every value is from before the edge", () => {
    const [a, b] = [register("a", 40, 1n), register("b", 40, 2n)];
    const sim = simulate(design({ signals: [a, b], body: [assign(a, ref(b)), assign(b, ref(a))] }));
    sim.step();
    expect([sim.peek("a"), sim.peek("b")]).toEqual([2n, 1n]);
  });
  test("reset() holds reset for an edge and lets go", () => {
    const sim = make({});
    sim.poke("d", 9);
    sim.step();
    sim.reset();
    expect([sim.peek("q"), sim.peek("rst")]).toEqual([5n, 0n]);
  });
  test("without reset start at zero, or at random values that the seed repeats", () => {
    const q = register("q", 64, null);
    const words = memory("words", 40, 4);
    const m = design({ ports: [input("d", 64)], signals: [q], memories: [words], body: [assign(q, ref(q))] });
    expect(simulate(m).peek("q")).toBe(0n);
    const seen = [1, 1, 2].map((seed) => {
      const sim = simulate(m, { initial: "random", seed });
      return [sim.peek("q"), sim.memory("words").read(3)].join();
    });
    expect(seen[0]).toBe(seen[1]);
    expect(seen[0]).not.toBe(seen[2]);
    expect(seen[0]).not.toBe("0,0");
  });
});

describe("assignments", () => {
  const c = input("c", 1);
  const i = input("i", 3);
  test.each([20, 100])("a later one wins; bits and elements replace parts (%i bits)", (width) => {
    const all = (1n << BigInt(width)) - 1n;
    const n = net("n", width);
    const body = [
      assign(n, lit(all, width)),
      when(ref(c), [assignBits(n, 7, 4, lit(0, 4)), assignElement(n, ref(i), lit(2, 4))], [assignBits(n, width - 1, width - 3, lit(2, 3))]),
    ];
    const sim = simulate(design({ ports: [c, i], signals: [n], body }));
    const top = BigInt(width - 3);
    expect(sim.peek("n")).toBe(all ^ (5n << top));
    sim.poke("c", 1);
    sim.poke("i", 3);
    expect(sim.peek("n")).toBe(all ^ 0xf0n ^ 0xd000n);
    sim.poke("i", 1);
    expect(sim.peek("n")).toBe(all ^ 0xd0n);
  });
  test("an element beyond the end is not written", () => {
    const q = register("q", 20, 0n);
    const sim = simulate(design({ ports: [i], signals: [q], body: [assignElement(q, ref(i), lit(15, 4))] }));
    for (const at of [7, 5]) {
      sim.poke("i", at);
      sim.step();
      expect(sim.peek("q")).toBe(0n);
    }
    sim.poke("i", 4);
    sim.step();
    expect(sim.peek("q")).toBe(0xf0000n);
  });
  test("registers keep what nothing assigns; a switch without a match too", () => {
    const q = register("q", 8, 1n);
    const subject = input("s", 40);
    const cases = [
      { values: [lit(3, 40), lit(4n << 33n, 40)], body: [assign(q, lit(7, 8))], at: q.at },
      { values: [lit(5, 40)], body: [], at: q.at },
    ];
    const body: Stmt[] = [{ kind: "switch", subject: ref(subject), cases, fallback: null, at: q.at }];
    const sim = simulate(design({ ports: [subject], signals: [q], body }));
    sim.step();
    expect(sim.peek("q")).toBe(1n);
    sim.poke("s", 4n << 33n);
    sim.step();
    expect(sim.peek("q")).toBe(7n);
  });
  test("nets read each other in any order", () => {
    const nets = Array.from({ length: 5 }, (_, k) => net(`n${k}`, 8));
    const body = nets
      .map((n, k) => assign(n, k === 0 ? ref(i8) : binary("add", ref(nets[k - 1] as (typeof nets)[0]), lit(1, 8))))
      .reverse();
    const sim = simulate(design({ ports: [i8], signals: nets, body }));
    sim.poke("i8", 10);
    expect(sim.peek("n4")).toBe(14n);
  });
  const i8 = input("i8", 8);
});

describe("memories", () => {
  const [we, at, d] = [input("we", 1), input("at", 3), input("d", 12)];
  test("a word is read as it was before the edge", () => {
    const m = memory("m", 12, 8);
    const q = register("q", 12);
    const now = output("now", 12);
    const sim = simulate(
      design({
        ports: [we, at, d, now],
        signals: [q],
        memories: [m],
        body: [when(ref(we), [store(m, ref(at), ref(d))]), assign(q, cell(m, ref(at))), assign(now, cell(m, ref(at)))],
      }),
    );
    sim.poke("we", 1);
    sim.poke("at", 3);
    sim.poke("d", 0xabc);
    expect(sim.peek("now")).toBe(0n);
    sim.step();
    expect([sim.peek("q"), sim.peek("now"), sim.memory("m").read(3)]).toEqual([0n, 0xabcn, 0xabcn]);
    sim.poke("we", 0);
    sim.step();
    expect(sim.peek("q")).toBe(0xabcn);
  });
  test.each([12, 72])("lanes, and the later of two writes (%i bits)", (width) => {
    const m = memory("m", width, 6, [(1n << BigInt(width)) - 1n]);
    const lanes = input("lanes", 4);
    const lane = width / 4;
    const body = [
      store(m, lit(0, 3), lit(0, width), { enable: ref(lanes), lane }),
      when(ref(we), [store(m, lit(0, 3), lit(1, width), { enable: lit(1, 4), lane })]),
    ];
    const sim = simulate(design({ ports: [we, lanes], memories: [m], body }));
    sim.poke("lanes", 0b1001);
    sim.step();
    const ones = (1n << BigInt(lane)) - 1n;
    expect(sim.memory("m").read(0)).toBe((ones << BigInt(lane)) | (ones << BigInt(2 * lane)));
    sim.poke("we", 1);
    sim.step();
    expect(sim.memory("m").read(0)).toBe((ones << BigInt(lane)) | (ones << BigInt(2 * lane)) | 1n);
  });
  test("addresses beyond the end read zero and write nothing", () => {
    const m = memory("m", 40, 5, [1n, 2n, 3n, 4n, 5n]);
    const out = output("out", 40);
    const sim = simulate(design({ ports: [at, out], memories: [m], body: [store(m, ref(at), lit(9, 40)), assign(out, cell(m, ref(at)))] }));
    sim.poke("at", 6);
    sim.step();
    expect(sim.peek("out")).toBe(0n);
    expect(Array.from({ length: 5 }, (_, k) => sim.memory("m").read(k))).toEqual([1n, 2n, 3n, 4n, 5n]);
  });
  test("can be filled and read from outside", () => {
    const m = memory("m", 12, 8);
    const out = output("out", 12);
    const sim = simulate(design({ ports: [at, out], memories: [m], body: [assign(out, cell(m, ref(at)))] }));
    sim.poke("at", 2);
    expect(sim.peek("out")).toBe(0n);
    sim.memory("m").write(2, 77);
    expect(sim.peek("out")).toBe(77n);
    expect(() => sim.memory("m").read(8)).toThrow("memory m has words 0 to 7, not 8");
    expect(() => sim.memory("m").write(1, 4096)).toThrow("m[1] = 4096: does not fit 12 bits");
    expect(() => sim.memory("x")).toThrow('design has no memory "x"; it has m');
  });
});

describe("clocks", () => {
  const b = clock("b");
  const [x, y] = [register("x", 8, 1n), register("y", 8, 2n, { domain: b })];
  const m = design({ domains: [clk, b], signals: [x, y], body: [assign(x, ref(y)), assign(y, binary("add", ref(x), lit(10, 8)))] });
  const both = (sim: { peek(p: string): bigint }): readonly bigint[] => [sim.peek("x"), sim.peek("y")];
  test("step alone, or together with values from before", () => {
    const sim = simulate(m);
    sim.step(1, "");
    expect(both(sim)).toEqual([2n, 2n]);
    sim.step(1, "b");
    expect(both(sim)).toEqual([2n, 12n]);
    sim.step();
    expect(both(sim)).toEqual([12n, 12n]);
    expect([sim.cycle(), sim.cycle("b"), sim.clocks]).toEqual([2, 2, ["", "b"]]);
  });
  test("reset one by one", () => {
    const sim = simulate(m);
    sim.step(3);
    sim.reset(1, "b");
    expect(both(sim)).toEqual([12n, 2n]);
  });
  test("unknown ones are named", () => {
    expect(() => simulate(m).step(1, "wire")).toThrow('design has no clock "wire"; it has the default clock, "b"');
  });
});

describe("hierarchy", () => {
  const count = register("count", 8);
  const [up, now] = [input("up", 1), output("now", 8)];
  const counter = design({
    name: "counter",
    ports: [up, now],
    signals: [count],
    body: [when(ref(up), [assign(count, binary("add", ref(count), lit(1, 8)))]), assign(now, ref(count))],
  });
  const two = (): ReturnType<typeof design> => {
    const go = input("go", 1);
    const pins = ["first", "second"].map((name) => ({
      up: net(`${name}_up`, 1, { origin: "instance" }),
      now: net(`${name}_now`, 8, { origin: "instance" }),
      name,
    }));
    const instances = pins.map(
      (p): Instance => ({
        name: p.name,
        of: counter,
        pins: [
          { port: "up", direction: "input", net: p.up },
          { port: "now", direction: "output", net: p.now },
        ],
        clocks: [{ domain: clk, to: clk }],
        parameters: [],
        ghost: false,
        at: go.at,
        doc: "",
      }),
    );
    const [one, other] = pins as [(typeof pins)[0], (typeof pins)[0]];
    const sum = output("sum", 16);
    return design({
      ports: [go, sum],
      signals: pins.flatMap((p) => [p.up, p.now]),
      instances,
      body: [assign(one.up, ref(go)), assign(other.up, slice(ref(one.now), 0, 0)), assign(sum, concat(ref(one.now), ref(other.now)))],
    });
  };
  test("each instance has its own state, found by its path", () => {
    const sim = simulate(two());
    sim.poke("go", 1);
    sim.step(4);
    expect([sim.peek("first.count"), sim.peek("second.count"), sim.peek("sum"), sim.peek("second.up"), sim.peek("second_up")]).toEqual([
      4n,
      2n,
      0x402n,
      0n,
      0n,
    ]);
    expect(sim.paths).toContain("second.now");
  });
  test("external modules are refused by the path of their instance", () => {
    const inner = two();
    const [first] = inner.instances as [Instance];
    const external = { kind: "external", name: "ibufds", ports: counter.ports, domains: [clk], sources: [], at: first.at } as const;
    const m = { ...inner, instances: [{ ...first, of: external }] };
    expect(() => simulate(m)).toThrow(/^design.ts:\d+: error: instance first: ibufds is Verilog that somebody else wrote.* \[external\]$/);
  });
});

test("a tri-state pin reads what drives it", () => {
  const pin = { ...input("pin", 4), kind: "inout" } as const;
  const [value, enable, seen] = [input("value", 4), input("enable", 1), output("seen", 4)];
  const sim = simulate(
    design({
      ports: [pin, value, enable, seen],
      body: [assign(seen, not(ref(pin)))],
      tristates: [{ pin, value: ref(value), enable: ref(enable), at: pin.at }],
    }),
  );
  sim.poke("pin", 3);
  sim.poke("value", 8);
  expect([sim.peek("pin"), sim.peek("seen")]).toEqual([3n, 12n]);
  sim.poke("enable", 1);
  expect([sim.peek("pin"), sim.peek("seen")]).toEqual([8n, 7n]);
});
