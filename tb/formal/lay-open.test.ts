/** A block whose part stands beside it does what it did around the part; what is blind is gone; what is not there is refused. */
import { expect, it } from "vitest";
import { bool, input, module, output, stream, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { around, layOpen } from "./lay-open.ts";

const nibble = uint(4);
const queue = fifo(nibble, 2);
const outside = { from: input(stream(nibble)), to: output(stream(nibble)), moved: output(uint(8)) };
const block = module("counts_what_moves", { ...outside, odd: output(bool) }, (io, h) => {
  const { count, parity } = h.registers({ count: uint(8), parity: bool });
  const inner = h.instance("inner", queue, { push: io.from });
  io.to.connect(inner.pop);
  h.when(io.to.fire, () => {
    count.next(count.add(1));
    parity.next(parity.not());
  });
  io.moved.drive(count);
  io.odd.drive(parity);
});
const open = layOpen(block, { inner: queue }, { blind: ["odd"], shown: ["count"] });

it("does the same with its part beside it", () => {
  const joined = module("joined", { ...outside, shown: output(uint(8)) }, (io, h) => {
    const rest = h.instance("rest", open, { from: io.from });
    const part = h.instance("part", queue, { push: rest.inner__push });
    rest.inner__pop.connect(part.pop);
    io.to.connect(rest.to);
    io.moved.drive(rest.moved);
    io.shown.drive(rest.shown__count);
  });
  const random = new Random(1);
  const [whole, apart] = [simulate(block, { seed: 1 }), simulate(joined, { seed: 1 })];
  for (const sim of [whole, apart]) sim.reset(1);
  for (let cycle = 0; cycle < 300; cycle++) {
    const given = { from_valid: random.bits(1), from_payload: random.bits(4), to_ready: random.bits(1) };
    for (const [pin, value] of Object.entries(given)) {
      whole.poke(pin, value);
      apart.poke(pin, value);
    }
    for (const pin of ["from_ready", "to_valid", "to_payload", "moved"])
      expect([cycle, pin, apart.peek(pin)]).toEqual([cycle, pin, whole.peek(pin)]);
    expect(apart.peek("shown")).toBe(whole.peek("moved"));
    whole.step();
    apart.step();
  }
  expect(whole.peek("moved")).toBeGreaterThan(50n);
});
it("leaves out what only a blind pin needs", () => {
  expect(block.signals.map((s) => s.name)).toContain("parity");
  expect(open.signals.map((s) => s.name)).not.toContain("parity");
  expect(open.signals.map((s) => s.name)).toContain("count");
  expect(open.instances).toEqual([]);
});
it("puts a harness around it whose ports are the block's", () => {
  const harness = around(block, "harness", { picked: input(uint(2)) }, (io, h) => h.assert("it counts", io.moved.bit(0).eq(io.odd)));
  expect(harness.ports.map((p) => p.name)).toEqual([...block.ports.map((p) => p.name), "picked"]);
  expect(harness.properties.map((p) => p.name)).toEqual(["it counts"]);
});
it.each([
  ["instance", () => layOpen(block, { outer: queue }), 'counts_what_moves has no instance "outer"'],
  ["pin", () => layOpen(block, {}, { blind: ["even"] }), 'counts_what_moves has no pin "even"'],
  ["signal", () => layOpen(block, {}, { shown: ["sum"] }), 'counts_what_moves has no signal "sum"'],
])("refuses a part that is not there: %s", (_, make, message) => expect(make).toThrow(message));
