/** What a user of `simulate` meets: paths, typed ports, values, properties, messages. */
import { describe, expect, test } from "vitest";
import { array, bool, enumeration, input, module, output, sint, stream, struct, uint } from "#hdl";
import { PropertyError, simulate } from "#hdl/simulate/index.ts";

const queue = module("queue", { push: input(stream(uint(40))), pop: output(stream(uint(40))) }, ({ push, pop }, h) => {
  const { head, tail, count } = h.registers({ head: uint(2), tail: uint(2), count: uint(3) });
  const cells = h.memory("cells", uint(40), 4);
  push.ready.drive(count.ne(4));
  pop.valid.drive(count.ne(0));
  pop.payload.drive(cells.read(head));
  cells.write(tail, push.payload, push.fire);
  h.when(push.fire, () => tail.next(tail.add(1)));
  h.when(pop.fire, () => head.next(head.add(1)));
  h.when(push.fire.and(pop.fire.not()), () => count.next(count.add(1)));
  h.when(pop.fire.and(push.fire.not()), () => count.next(count.sub(1)));
  h.cover("full", count.eq(4));
});

describe("paths", () => {
  test("poke, step, peek", () => {
    const sim = simulate(queue);
    sim.poke("push_valid", 1n);
    sim.poke("push_payload", 0x12_3456_789an);
    sim.step();
    expect([sim.peek("pop_valid"), sim.peek("pop_payload"), sim.peek("count")]).toEqual([1n, 0x12_3456_789an, 1n]);
    expect(sim.memory("cells").read(0)).toBe(0x12_3456_789an);
  });
  test("registers can be set", () => {
    const sim = simulate(queue);
    sim.poke("count", 4);
    expect(sim.peek("push_ready")).toBe(0n);
  });
  test("what the design drives cannot", () => {
    expect(() => simulate(queue).poke("pop_valid", 1)).toThrow(
      "poke: pop_valid of queue is driven by the design; only inputs, resets and registers can be set",
    );
  });
  test("unknown ones are answered with near ones", () => {
    expect(() => simulate(queue).peek("valid")).toThrow('queue has no signal "valid"; near are push_valid, pop_valid');
    expect(() => simulate(queue).peek("xyz")).toThrow('queue has no signal "xyz"; it has rst, push_valid');
  });
  test("values must fit; negative ones are two's complement", () => {
    const sim = simulate(queue);
    expect(() => sim.poke("push_valid", 2)).toThrow("push_valid = 2: does not fit 1 bit");
    expect(() => sim.poke("push_payload", 1.5)).toThrow("push_payload = 1.5: not a whole number below 2^53; use a bigint");
    sim.poke("push_payload", -1);
    expect(sim.peek("push_payload")).toBe((1n << 40n) - 1n);
    sim.poke("push_valid", true);
    expect(sim.peek("push_valid")).toBe(1n);
  });
  test("two simulations of one module do not share anything", () => {
    const [a, b] = [simulate(queue), simulate(queue)];
    a.poke("push_valid", 1);
    a.step(3);
    expect([a.peek("count"), b.peek("count")]).toEqual([3n, 0n]);
  });
});

describe("ports", () => {
  test("of a stream, and what it makes of them", () => {
    const { io, step } = { io: simulate(queue).io, step: 0 };
    expect(step).toBe(0);
    io.push.valid.value = 1;
    io.push.payload.value = 7;
    expect([io.push.ready.value, io.push.fire.value, io.pop.stalled.value]).toEqual([1n, 1n, 0n]);
  });
  test("of structs, arrays, enumerations and signed numbers", () => {
    const op = enumeration("op", ["ADD", "SUB", "HOLD"]);
    const pair = struct({ tag: uint(3), level: sint(12) });
    const alu = module(
      "alu",
      {
        what: input(op),
        in: input(pair),
        items: input(array(uint(8), 3)),
        out: output(pair),
        was: output(op),
        sum: output(uint(8)),
        swapped: output(array(uint(8), 3)),
      },
      ({ what, in: given, items, out, was, sum, swapped }, h) => {
        const { last } = h.registers({ last: op });
        last.next(what);
        was.drive(last);
        out.drive({ tag: given.tag, level: given.level.neg() });
        sum.drive(items.map((x) => x).reduce((x, y) => x.add(y)));
        swapped.drive([items.at(2), items.at(1), items.at(0)]);
      },
    );
    const { io } = simulate(alu);
    const sim = simulate(alu);
    sim.io.what.value = "HOLD";
    sim.io.in.value = { tag: 5, level: -100 };
    sim.io.items.value = [1, 2, 200];
    sim.io.items.at(1).value = 30;
    sim.step();
    expect(sim.io.was.value).toBe("HOLD");
    expect(sim.io.out.value).toEqual({ tag: 5n, level: 100n });
    expect(sim.io.in.value).toEqual({ tag: 5n, level: -100n });
    expect(sim.io.sum.number).toBe(231);
    expect(sim.io.swapped.value).toEqual([200n, 30n, 1n]);
    expect([sim.io.swapped.length, sim.io.swapped.at(0).value]).toEqual([3, 200n]);
    expect(io.was.value).toBe("ADD");
    expect(() => {
      sim.io.what.value = "MUL" as "ADD";
    }).toThrow('op has no member "MUL"; it has ADD, SUB, HOLD');
    expect(() => {
      sim.io.sum.value = 1;
    }).toThrow("sum of alu is driven by the design");
    expect(() => {
      sim.io.items.at(0).value = 256;
    }).toThrow("items[7:0] = 256: does not fit 8 bits");
    expect(() => {
      sim.io.items.value = [1, 2];
    }).toThrow("2 values for an array of 3");
    expect(() => {
      sim.io.in.value = { tag: 1, lever: 2 } as never;
    }).toThrow('no field "lever"; there are tag, level');
  });
  test("of a struct with a field called value: the field", () => {
    const m = module("labelled", { given: input(struct({ value: uint(4) })) }, ({ given }, h) => {
      const { kept } = h.registers({ kept: uint(4) });
      kept.next(given.value);
    });
    const sim = simulate(m);
    sim.io.given.value.value = 9;
    sim.step();
    expect(sim.peek("kept")).toBe(9n);
  });
  test("the editor knows them", () => {
    const { io } = simulate(queue);
    const seen: bigint = io.push.ready.value;
    // @ts-expect-error a stream has no such signal
    expect(io.push.vaild).toBeUndefined();
    // @ts-expect-error a number is not what reading gives
    const wrong: number = io.push.ready.value;
    expect(Number(wrong)).toBe(Number(seen));
  });
});

describe("time", () => {
  test("stepUntil counts edges and gives up", () => {
    const sim = simulate(queue);
    sim.poke("push_valid", 1);
    expect(sim.stepUntil(() => sim.peek("push_ready") === 0n)).toBe(4);
    expect(() => sim.stepUntil(() => false, 5)).toThrow("queue: the condition did not hold within 5 cycles");
  });
});

describe("properties", () => {
  const checked = module("checked", { a: input(uint(8)), b: input(uint(8)) }, ({ a, b }, h) => {
    h.assert("a stays below b", a.lt(b));
    h.assume("b is even", b.bit(0).not());
    h.cover("b is 8", b.eq(8));
  });
  const start = (options: Parameters<typeof simulate>[1] = {}) => {
    const sim = simulate(checked, options);
    sim.io.b.value = 8;
    return sim;
  };
  test("that fail name themselves, the place, the cycle and the values", () => {
    const sim = start();
    sim.step(3);
    sim.io.a.value = 20;
    expect(() => sim.step()).toThrow(
      /^tb\/hdl-gen\/simulate\/api.test.ts:\d+: assert "a stays below b" does not hold in cycle 3: a = 0x14, b = 8$/,
    );
    try {
      sim.step();
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PropertyError);
      expect((error as PropertyError).cycle).toBe(3);
    }
    expect(sim.cycle()).toBe(3);
  });
  test("assumptions too", () => {
    const sim = start();
    sim.io.b.value = 9;
    expect(() => sim.step()).toThrow('assume "b is even" does not hold in cycle 0: b = 9');
  });
  test("hold their tongue under reset, and when told to", () => {
    const sim = start();
    sim.io.a.value = 20;
    sim.reset(2);
    expect(() => sim.step()).toThrow("in cycle 2");
    const deaf = start({ ignoreProperties: true });
    deaf.io.a.value = 20;
    deaf.step();
  });
  test("covers are counted", () => {
    const sim = start();
    sim.step(3);
    sim.io.b.value = 6;
    sim.step();
    expect(sim.covered("b is 8")).toBe(3);
    expect(() => sim.covered("x")).toThrow('checked has no cover "x"');
  });
  test("of a child are named after it", () => {
    const parent = module("parent", { x: input(uint(8)) }, ({ x }, h) => {
      h.instance("inner", checked, { a: x, b: 4 });
    });
    const sim = simulate(parent);
    sim.io.x.value = 4;
    expect(() => sim.step()).toThrow(/assert "inner: a stays below b" does not hold in cycle 0: inner_a = 4, inner_b = 4$/);
  });
});

test("booleans and clocks by name", () => {
  const m = module("flag", { raise: input(bool), seen: output(bool) }, ({ raise, seen }, h) => {
    const { flag } = h.registers({ flag: bool });
    h.when(raise, () => flag.next(1));
    seen.drive(flag);
  });
  const sim = simulate(m);
  sim.io.raise.value = true;
  sim.step(1, "");
  expect(sim.io.seen.value).toBe(1n);
});
