/** Drives a register block and the model with the same random accesses and events, and compares every cycle. */

import type { Module } from "#hdl";
import type { Field } from "#hdl/regmap/fields.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import { Random } from "#hdl/simulate/index.ts";
import { BlockBench } from "./block-bench.ts";
import { type Inputs, MapModel, type Request } from "./model.ts";

/** Names of all inputs, with the field they belong to where its type limits them. */
const inputNames = (map: RegisterMap, model: MapModel): ReadonlyMap<string, Field | null> => {
  const names = new Map<string, Field | null>();
  for (const c of model.cells.filter((x) => !x.element.placed.forwarded)) {
    const { kind } = c.field;
    if (kind === "ro") names.set(c.title, c.field);
    if (kind === "external") names.set(`${c.title}.value`, c.field);
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

/** The block does something else than the model says. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

/** Throws at the first cycle in which `module`, the map's block unless said, does something else than the model. */
export const agree = (map: RegisterMap, seed: number, cycles: number, module?: Module): void => {
  const random = new Random(seed);
  const model = new MapModel(map);
  const bench = new BlockBench(map, module);
  const { sim } = bench;
  const names = [...inputNames(map, model)].filter(([name]) => bench.has(name)).map(([name, f]) => [name, f, bench.width(name)] as const);
  const ports = names.flatMap(([name]) => (name.endsWith(".response.error") ? [name.slice(0, -".response.error".length)] : []));
  let request: Request | null = null;
  for (let cycle = 0; cycle < cycles; cycle++) {
    const same = (what: string, got: bigint, want: bigint): void => {
      if (got === want) return;
      const access = JSON.stringify(request, (_, v) => (typeof v === "bigint" ? `0x${v.toString(16)}` : v));
      throw new Disagreement(
        `seed ${seed}, cycle ${cycle}, ${access}: ${what} is 0x${got.toString(16)}, and should be 0x${want.toString(16)}`,
      );
    };
    const values = new Map(names.map(([name, f, width]) => [name, randomValue(random, width, f)]));
    const inputs: Inputs = (name) => values.get(name) as bigint;
    for (const [name, value] of values) bench.poke(name, value);
    request ??= random.below(4) === 0 ? null : randomRequest(random, map);
    const strobe = request?.bytes.reduce((m, b) => m | (1n << BigInt(b)), 0n) ?? 0n;
    sim.poke("bus_valid", request !== null);
    if (request !== null) {
      sim.poke("bus_write", request.write);
      sim.poke("bus_word", request.address / map.busBytes);
      sim.poke("bus_data", request.data);
      sim.poke("bus_strobe", strobe);
    }
    const { now, response } = model.cycle(request, inputs);
    same("bus_response_valid", sim.peek("bus_response_valid"), response === null ? 0n : 1n);
    if (response !== null) {
      same("bus_response_data", sim.peek("bus_response_data"), response.data);
      same("bus_response_error", sim.peek("bus_response_error"), response.error ? 1n : 0n);
    }
    if (request !== null) same("bus_ready", sim.peek("bus_ready"), now.ready ? 1n : 0n);
    for (const [name, value] of now.outputs) same(name, bench.peek(name), value);
    for (const port of ports) {
      const here = now.exit !== null && now.exit.path.join(".") === port;
      same(`${port}.valid`, bench.peek(`${port}.valid`), here ? 1n : 0n);
      if (!here || now.exit === null || request === null) continue;
      if (now.exit.index !== null) same(`${port}.index`, bench.peek(`${port}.index`), BigInt(now.exit.index));
      if (now.exit.word !== null && bench.has(`${port}.word`)) same(`${port}.word`, bench.peek(`${port}.word`), BigInt(now.exit.word));
      same(`${port}.write`, bench.peek(`${port}.write`), request.write ? 1n : 0n);
      same(`${port}.data`, bench.peek(`${port}.data`), request.data);
      same(`${port}.strobe`, bench.peek(`${port}.strobe`), strobe);
    }
    if (now.ready) request = null;
    sim.step();
  }
};
