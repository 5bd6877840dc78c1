/**
 * The examples of docs/hdl-comparison.md: ours against models of their own, and the Verilog ones against ours, pin by pin
 * and cycle by cycle.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { uint } from "#hdl";
import type { Module } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { build, ipv4Number, ordinaryFrame, ordinaryKinds, Prng, parse, randomUdp } from "#sim/models/packet/index.ts";
import { verilator } from "#toolchain/tools.ts";
import { asyncFifo } from "../../docs/examples/async-fifo.ts";
import { fifo } from "../../docs/examples/fifo.ts";
import { registerExample } from "../../docs/examples/register-map.ts";
import { udpParser } from "../../docs/examples/udp-parser.ts";
import { root } from "./pages.ts";
import { compare, type Step } from "./same-behaviour.ts";

const seed = seedFromEnvironment();
const random = new Random(seed);
const note = `seed ${seed}`;
const byHand = (name: string): string => join(root, "docs/examples/verilog", `${name}.v`);
const bit = (oneIn: number): bigint => (random.oneIn(oneIn) ? 1n : 0n);

describe("FIFO", () => {
  test("keeps bytes in order, holds four, refuses a fifth", () => {
    const sim = simulate(fifo(uint(8), 4));
    const { io } = sim;
    sim.reset();
    const inside: bigint[] = [];
    let full = 0;
    for (let i = 0; i < 5000; i++) {
      const pace = i % 500 < 250 ? 4 : 2;
      const value = random.bits(8);
      io.push.valid.value = random.oneIn(pace === 4 ? 2 : 4);
      io.push.payload.value = value;
      io.pop.ready.value = random.oneIn(pace);
      expect(io.push.ready.value, note).toBe(inside.length < 4 ? 1n : 0n);
      expect(io.pop.valid.value, note).toBe(inside.length > 0 ? 1n : 0n);
      if (inside.length > 0) expect(io.pop.payload.value, note).toBe(inside[0]);
      if (inside.length === 4) full++;
      const [pushes, pops] = [io.push.fire.value === 1n, io.pop.fire.value === 1n];
      if (pops) inside.shift();
      if (pushes) inside.push(value);
      sim.step();
    }
    expect(full).toBeGreaterThan(100);
  });
  test("the Verilog by hand does the same", () => {
    const steps = Array.from(
      { length: 4000 },
      (_, i): Step => ({
        inputs: { push_valid: bit(i % 200 < 100 ? 1 : 3), push_payload: random.bits(8), pop_ready: bit(i % 200 < 100 ? 3 : 1) },
      }),
    );
    const found = compare(fifo(uint(8), 4), { module: "fifo", files: [byHand("fifo")], parameters: { WIDTH: 8, DEPTH: 4 } }, steps, {
      pop_payload: "pop_valid",
    });
    expect(found.report, note).toBe("mismatches 0\n");
    expect(found.ones.pop_valid).toBeGreaterThan(1000);
    expect(found.ones.push_ready).toBeLessThan(3900);
  });
});

describe("asynchronous FIFO", () => {
  test("keeps order and loses nothing, whatever the clocks do", () => {
    const sim = simulate(asyncFifo(uint(8), 8));
    sim.reset(3);
    const inside: bigint[] = [];
    let [moved, refused] = [0, 0];
    for (let i = 0; i < 8000; i++) {
      const [writeEdge, readEdge] = i % 1000 < 500 ? [random.oneIn(2), random.oneIn(5)] : [random.oneIn(5), random.oneIn(2)];
      const clocks = [...(writeEdge ? ["write"] : []), ...(readEdge ? ["read"] : [])];
      if (clocks.length === 0) continue;
      const value = random.bits(8);
      sim.io.push.valid.value = !random.oneIn(4);
      sim.io.push.payload.value = value;
      sim.io.pop.ready.value = !random.oneIn(4);
      if (readEdge && sim.io.pop.fire.value === 1n) {
        expect(sim.io.pop.payload.value, note).toBe(inside.shift());
        moved++;
      }
      if (writeEdge && sim.io.push.valid.value === 1n && sim.io.push.ready.value === 0n) refused++;
      if (writeEdge && sim.io.push.fire.value === 1n) inside.push(value);
      expect(inside.length, note).toBeLessThanOrEqual(8);
      sim.step(1, clocks);
    }
    expect(moved).toBeGreaterThan(500);
    expect(refused).toBeGreaterThan(50);
  });
  test("the Verilog by hand does the same", () => {
    const steps = Array.from(
      { length: 6000 },
      (_, i): Step => ({
        clocks: ["write_clk", "read_clk"].filter((_, side) => random.oneIn(i % 600 < 300 === (side === 0) ? 2 : 4)),
        inputs: { push_valid: bit(2), push_payload: random.bits(8), pop_ready: bit(2) },
      }),
    );
    const found = compare(
      asyncFifo(uint(8), 8),
      { module: "async_fifo", files: [byHand("async_fifo")], parameters: { WIDTH: 8, DEPTH: 8 } },
      steps,
      { pop_payload: "pop_valid" },
    );
    expect(found.report, note).toBe("mismatches 0\n");
    expect(found.ones.pop_valid).toBeGreaterThan(1000);
    expect(found.ones.push_ready).toBeLessThan(5900);
  });
});

const beatsOf = (frame: Uint8Array): { readonly data: bigint; readonly keep: bigint; readonly last: boolean }[] =>
  Array.from({ length: Math.ceil(frame.length / 8) }, (_, i) => {
    const part = frame.subarray(i * 8, i * 8 + 8);
    return {
      data: BigInt(`0x${Buffer.from(part).reverse().toString("hex")}`),
      keep: (1n << BigInt(part.length)) - 1n,
      last: i * 8 + 8 >= frame.length,
    };
  });
const frames = (): readonly Uint8Array[] => {
  const prng = new Prng(seed);
  return Array.from({ length: 300 }, () =>
    prng.chance(0.5) ? build(randomUdp(prng, { maxPayload: 100 })) : ordinaryFrame(prng.pick([...ordinaryKinds]), prng),
  );
};
/** What the parser shall say of a frame: its header, or null. */
const headerOf = (frame: Uint8Array) => {
  const { ethernet, ipv4, udp } = parse(frame);
  const bytes = Buffer.from(frame);
  // By the parser's own rules: IPv4 without tag, options or fragments. `parse` reads more than that.
  if (ethernet.tags.length > 0 || ipv4 === undefined || bytes[14] !== 0x45 || (bytes.readUInt16BE(20) & 0x3fff) !== 0 || bytes[23] !== 17)
    return null;
  expect(udp).toBeDefined();
  return {
    from: { ip: BigInt(ipv4Number(ipv4.source)), port: BigInt(udp?.sourcePort ?? 0) },
    to: { ip: BigInt(ipv4Number(ipv4.destination)), port: BigInt(udp?.destinationPort ?? 0) },
    bytes: BigInt(bytes.readUInt16BE(38)),
  };
};

describe("UDP parser", () => {
  test("finds the headers of datagrams and of nothing else", () => {
    const sim = simulate(udpParser);
    const { io } = sim;
    sim.reset();
    let found = 0;
    for (const frame of frames()) {
      const seen: unknown[] = [];
      for (const beat of [...beatsOf(frame), null, null]) {
        io.frames.valid.value = beat !== null;
        if (beat !== null) io.frames.payload.value = beat;
        sim.step();
        if (io.found.value === 1n) seen.push(io.header.value);
      }
      const expected = headerOf(frame);
      expect(seen, note).toEqual(expected === null ? [] : [expected]);
      found += seen.length;
    }
    expect(found).toBeGreaterThan(50);
  });
  test("the Verilog by hand does the same", () => {
    const steps = frames().flatMap((frame) =>
      beatsOf(frame).flatMap(({ data, keep, last }): Step[] => [
        ...(random.oneIn(5) ? [{ inputs: { frames_payload_data: random.bits(64) } }] : []),
        { inputs: { frames_valid: 1n, frames_payload_data: data, frames_payload_keep: keep, frames_payload_last: last ? 1n : 0n } },
      ]),
    );
    const header = ["from_ip", "from_port", "to_ip", "to_port", "bytes"].map((f) => [`header_${f}`, "found"]);
    const found = compare(udpParser, { module: "udp_parser", files: [byHand("udp_parser")] }, steps, Object.fromEntries(header));
    expect(found.report, note).toBe("mismatches 0\n");
    expect(found.ones.found).toBeGreaterThan(50);
  });
});

describe("register map", () => {
  test("reads, writes, flags and counts", () => {
    const sim = simulate(registerExample as Module);
    sim.reset();
    const set = (pins: Readonly<Record<string, number | bigint | boolean>>): void => {
      for (const [pin, value] of Object.entries(pins)) sim.poke(pin, value);
    };
    const access = (write: boolean, offset: number, data: bigint, strobe: number): readonly [bigint, bigint] => {
      set({ bus_valid: 1, bus_write: write, bus_word: offset / 4, bus_data: data, bus_strobe: strobe });
      sim.step();
      set({ bus_valid: 0 });
      return [sim.peek("bus_response_data"), sim.peek("bus_response_error")];
    };
    const write = (offset: number, data: bigint, strobe = 0xf): bigint => access(true, offset, data, strobe)[1];
    const read = (offset: number): readonly [bigint, bigint] => access(false, offset, 0n, 0xf);
    expect(write(0, 0x1234_0001n)).toBe(0n);
    expect([sim.peek("CONTROL_enable"), sim.peek("CONTROL_port")]).toEqual([1n, 0x1234n]);
    write(0, 0xffff_ffffn, 0b0100);
    expect(read(0)).toEqual([0x12ff_0001n, 0n]);
    set({ STATUS_received_set: 1, DROPS_count_increment: 1 });
    sim.step(3);
    set({ STATUS_received_set: 0, DROPS_count_increment: 0 });
    expect([read(4), read(8)]).toEqual([
      [1n, 0n],
      [3n, 0n],
    ]);
    write(4, 1n);
    expect(read(4)).toEqual([0n, 0n]);
    expect([write(8, 1n), write(12, 1n), read(12)]).toEqual([1n, 1n, [0n, 1n]]);
  });
  test("the Verilog by hand does the same", () => {
    const steps = Array.from(
      { length: 4000 },
      (): Step => ({
        inputs: {
          bus_valid: bit(2),
          bus_write: bit(2),
          bus_word: random.bits(2),
          bus_data: random.bits(32),
          // A request names at least one byte.
          bus_strobe: BigInt(random.between(1, 15)),
          STATUS_received_set: bit(3),
          DROPS_count_increment: bit(3),
        },
      }),
    );
    const found = compare(registerExample, { module: "register_map", files: [byHand("register_map")] }, steps);
    expect(found.report, note).toBe("mismatches 0\n");
    expect(found.ones.STATUS_received_value).toBeGreaterThan(500);
    expect(found.ones.bus_response_error).toBeGreaterThan(500);
  });
});

test("a difference is found", () => {
  // The same FIFO with half the depth.
  const steps = Array.from({ length: 50 }, (): Step => ({ inputs: { push_valid: 1n } }));
  const found = compare(fifo(uint(8), 4), { module: "fifo", files: [byHand("fifo")], parameters: { WIDTH: 8, DEPTH: 2 } }, steps);
  expect(found.mismatches).toBe(2);
  expect(found.report).toContain("step 2: push_ready: 1 and 0");
});

describe("Verilator finds nothing to warn of", () => {
  const { bin, environment } = verilator();
  const folder = join(root, "build/docs/lint");
  mkdirSync(folder, { recursive: true });
  const lint = (file: string, text?: string): string => {
    if (text !== undefined) writeFileSync(join(folder, file), text);
    const result = spawnSync(bin, ["--lint-only", "-Wall", "-Wno-DECLFILENAME", file], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, ...environment },
      timeout: 900_000,
    });
    return `${result.stderr}${result.stdout}`.replaceAll(/^- .*\n/gm, "");
  };
  test.each(["fifo", "async_fifo", "udp_parser", "register_map"])("%s.v", (name) => expect(lint(byHand(name))).toBe(""));
  const ours: readonly (readonly [string, Module])[] = [
    ["fifo.ts", fifo(uint(8), 4)],
    ["async-fifo.ts", asyncFifo(uint(8), 8)],
    ["udp-parser.ts", udpParser],
    ["register-map.ts", registerExample as Module],
  ];
  test.each(ours)("what %s prints", (_, m) => expect(lint(`${m.name}.v`, verilog(m))).toBe(""));
  test("and would say so", () => {
    expect(lint("x.v", "module x(input wire [3:0] a, output wire [4:0] b); assign b = a; endmodule")).toContain("WIDTH");
  });
});
