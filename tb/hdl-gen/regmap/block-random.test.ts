/** Random maps, random accesses of every width and hardware events in the same cycles: the block agrees with the model. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Field } from "#hdl/regmap/fields.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import { Random } from "#hdl/simulate/index.ts";
import { BlockBench } from "./block-bench.ts";
import { type Inputs, MapModel, type Request } from "./model.ts";
import { mapOf, mapSpec } from "./random-map.ts";

/** Names of all inputs, with the field they belong to where its type limits them. */
const inputNames = (map: RegisterMap, model: MapModel): ReadonlyMap<string, Field | null> => {
  const names = new Map<string, Field | null>();
  for (const c of model.cells.filter((x) => !x.element.placed.forwarded)) {
    const { kind } = c.field;
    if (kind === "ro") names.set(c.title, c.field);
    if (kind === "external" && c.field.readable) names.set(`${c.title}.value`, c.field);
    if (kind === "w1c" || kind === "rc") names.set(`${c.title}.set`, null);
    if (kind === "w1s") names.set(`${c.title}.clear`, null);
    if (kind === "counter") names.set(`${c.title}.increment`, null);
    if (kind === "pop") names.set(`${c.element.title}.pop.valid`, null).set(`${c.element.title}.pop.payload.${c.name}`, c.field);
    if (kind === "push") names.set(`${c.element.title}.push.ready`, null);
  }
  const exits = [...map.windows.map((w) => w.path.join(".")), ...map.registers.filter((r) => r.forwarded).map((r) => r.path.join("."))];
  for (const e of exits)
    for (let path = e; path !== ""; path = path.split(".").slice(0, -1).join("."))
      names.set(`${path}.ready`, null).set(`${path}.response.data`, null).set(`${path}.response.error`, null);
  return names;
};
const randomValue = (random: Random, width: number, f: Field | null): bigint => {
  const e = f?.type.leaves[0]?.enumeration ?? null;
  if (e !== null) return (e.members[random.below(e.members.length)] as { value: bigint }).value;
  const dense = random.below(3);
  const value = random.bits(width);
  return dense === 0 ? 0n : dense === 1 ? value : value & random.bits(width);
};
const randomRequest = (random: Random, map: RegisterMap): Request => {
  const words = map.size / map.busBytes;
  const some = map.registers[random.below(map.registers.length || 1)];
  const [array] = some?.arrays ?? [];
  const target =
    some === undefined || random.below(6) === 0
      ? random.below(words)
      : Math.floor((some.offset + (array === undefined ? 0 : random.below(array.count) * array.stride)) / map.busBytes);
  const width = 2 ** random.below(map.busBytes === 8 ? 4 : 3);
  const first = random.below(map.busBytes / width) * width;
  const natural = Array.from({ length: width }, (_, i) => first + i);
  const any = Array.from({ length: map.busBytes }, (_, i) => i).filter(() => random.below(2) === 0);
  return {
    write: random.below(2) === 0,
    address: target * map.busBytes,
    data: random.bits(map.busBytes * 8),
    bytes: random.below(5) === 0 && any.length > 0 ? any : natural,
  };
};

const agree = (map: RegisterMap, seed: number, cycles: number): void => {
  const random = new Random(seed);
  const model = new MapModel(map);
  const bench = new BlockBench(map);
  const names = [...inputNames(map, model)].filter(([name]) => bench.has(name.replaceAll(/\[\d+\]/g, "").replaceAll(".", "_")));
  let request: Request | null = null;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const values = new Map(names.map(([name, f]) => [name, randomValue(random, bench.width(name), f)]));
    const inputs: Inputs = (name) => values.get(name) as bigint;
    for (const [name, value] of values) bench.poke(name, value);
    request ??= random.below(4) === 0 ? null : randomRequest(random, map);
    const { sim } = bench;
    sim.poke("bus_valid", request !== null);
    if (request !== null) {
      sim.poke("bus_write", request.write);
      sim.poke("bus_word", request.address / map.busBytes);
      sim.poke("bus_data", request.data);
      sim.poke(
        "bus_strobe",
        request.bytes.reduce((m, b) => m | (1 << b), 0),
      );
    }
    const { now, response } = model.cycle(request, inputs);
    const where = `cycle ${cycle}, ${JSON.stringify(request, (_, v) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v))}`;
    expect([sim.peek("bus_response_valid"), where]).toEqual([response === null ? 0n : 1n, where]);
    if (response !== null)
      expect({ data: sim.peek("bus_response_data"), error: sim.peek("bus_response_error"), where }).toEqual({
        data: response.data,
        error: response.error ? 1n : 0n,
        where,
      });
    for (const [name, value] of now.outputs) expect(`${name} = ${bench.peek(name)}, ${where}`).toBe(`${name} = ${value}, ${where}`);
    if (request !== null) expect([sim.peek("bus_ready"), where]).toEqual([now.ready ? 1n : 0n, where]);
    for (const [name] of names.filter(([n]) => n.endsWith(".response.error"))) {
      const port = name.slice(0, -".response.error".length);
      const here = now.exit !== null && now.exit.path.join(".") === port;
      expect(`${port} asked ${bench.peek(`${port}.valid`)}, ${where}`).toBe(`${port} asked ${here ? 1 : 0}, ${where}`);
      if (!here || now.exit === null || request === null) continue;
      const signal = port.replaceAll(".", "_");
      if (now.exit.index !== null) expect(sim.peek(`${signal}_index`)).toBe(BigInt(now.exit.index));
      if (now.exit.word !== null && bench.has(`${signal}_word`)) expect(sim.peek(`${signal}_word`)).toBe(BigInt(now.exit.word));
      expect(sim.peek(`${signal}_write`)).toBe(request.write ? 1n : 0n);
      expect(sim.peek(`${signal}_data`)).toBe(request.data);
    }
    if (now.ready) request = null;
    sim.step();
  }
};

test("random maps and accesses", () => {
  fc.assert(
    fc.property(mapSpec, fc.nat(), (spec, seed) => agree(mapOf(spec), seed, 150)),
    { numRuns: Number(process.env.RUNS ?? 200) },
  );
});
