/** Structures in memory: bytes, hardware bits and the C struct are views of the same thing. */

import { expect, test } from "vitest";
import { input, module, output, uint } from "#hdl";
import { cHeader, markdown, memoryBits, memoryFields, readMemory, writeMemory } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { findTool } from "#toolchain/tools.ts";
import { layout } from "./example-layout.ts";
import { Scratch } from "./scratch.ts";

const value = {
  STATE: { valid: true, kind: "REMOTE" as const },
  LENGTH: { length: 1472 },
  END: [
    { ADDRESS: { ip: 0x0a00_0001 }, PORT: { port: 9000 } },
    { ADDRESS: { ip: 0xc0a8_0102 }, PORT: { port: 53 } },
  ],
  TIME: { ticks: 0x1122_3344_5566_7788n },
};
const bytesOf = (): Uint8Array => {
  const bytes = new Uint8Array(48).fill(0xff);
  writeMemory(layout, value, bytes, 8);
  return bytes;
};

test("bytes: little-endian, fixed fields in place, the rest zero, and back again", () => {
  const bytes = bytesOf();
  expect([...bytes.subarray(0, 8), ...bytes.subarray(40)]).toEqual(Array(16).fill(0xff));
  expect(Buffer.from(bytes.subarray(8, 40)).toString("hex")).toBe(
    ["05030000", "c0050000", "0100000a", "28230000", "0201a8c0", "35000000", "8877665544332211"].join(""),
  );
  expect(readMemory(layout, bytes, 8)).toEqual({ ...value, STATE: { ...value.STATE, version: 3 } });
});
test("mistakes are named", () => {
  const bytes = new Uint8Array(32);
  expect(() => writeMemory(layout, value, new Uint8Array(31))).toThrow("demo_record: 32 bytes at 0 do not fit 31");
  expect(() => writeMemory(layout, { END: [{ PORT: { port: 65536 } }] }, bytes)).toThrow(
    "demo_record.END[0].PORT.port: 65536 does not fit 16 bits",
  );
  expect(() => writeMemory(layout, { STATE: { version: 4 } } as never, bytes)).toThrow(
    'demo_record.STATE has no field "version" to write; it has valid, kind',
  );
  expect(() => writeMemory(layout, { FLAGS: {} } as never, bytes)).toThrow(
    "demo_record: there is no FLAGS; there are STATE, LENGTH, END, TIME",
  );
});
test("hardware takes the bits apart and puts them together as a program does", () => {
  const m = module("record", { line: input(uint(256)), port: output(uint(16)), again: output(uint(256)) }, ({ line, port, again }) => {
    const record = memoryFields(layout, line);
    port.drive(record.END[1]?.PORT.port ?? 0);
    again.drive(memoryBits(layout, record));
  });
  const sim = simulate(m);
  const line = [...bytesOf().subarray(8, 40)].reduceRight((n, b) => (n << 8n) | BigInt(b), 0n);
  sim.poke("line", line);
  expect(sim.peek("port")).toBe(53n);
  expect(sim.peek("again")).toBe(line);
  expect(() => module("short", { line: input(uint(255)) }, ({ line }) => void memoryFields(layout, line))).toThrow(
    "demo_record has 256 bits, not 255",
  );
});
test("the C struct has the same bytes", () => {
  using scratch = new Scratch();
  scratch.write("demo_record.h", cHeader(layout));
  const main = scratch.write(
    "main.c",
    `#include "demo_record.h"
#include <stdio.h>
int main(void)
{
	struct demo_record r = { .state = demo_record_state_version_get(DEMO_RECORD_STATE_RESET) << DEMO_RECORD_STATE_VERSION_SHIFT };
	r.state = demo_record_state_kind_put(demo_record_state_valid_put(r.state, true), DEMO_RECORD_STATE_KIND_REMOTE);
	r.length = 1472;
	r.end[0].address = 0x0a000001;
	r.end[0].port = 9000;
	r.end[1].address = 0xc0a80102;
	r.end[1].port = 53;
	r.time = 0x1122334455667788;
	for (size_t i = 0; i < sizeof(r); i++)
		printf("%02x", ((unsigned char *)&r)[i]);
	return 0;
}
`,
  );
  expect(scratch.run(findTool("gcc"), ["-std=c11", "-Wall", "-Wextra", "-Werror", main, "-o", "main"]).stderr).toBe("");
  expect(scratch.run("./main", []).stdout).toBe(Buffer.from(bytesOf().subarray(8, 40)).toString("hex"));
});
test("documents speak of memory, not of accesses", () => {
  const text = markdown(layout);
  expect(text).toContain("Little-endian.");
  expect(text).not.toContain("bus error");
});
