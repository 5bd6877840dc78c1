/** The C header compiles without a remark wherever it may be used, and its functions do what the map says. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeField, encodeField } from "#hdl/regmap/codec.ts";
import { enumerationOf, type Field, isWritable, maskOf } from "#hdl/regmap/fields.ts";
import { cHeader } from "#hdl/regmap/index.ts";
import type { RegisterMap } from "#hdl/regmap/map.ts";
import { snake } from "#hdl/regmap/names.ts";
import { Random } from "#hdl/simulate/index.ts";
import { findTool, lookForTool } from "#toolchain/tools.ts";
import { example } from "./example.ts";
import { layout } from "./example-layout.ts";
import { mapOf, mapSpec } from "./random-map.ts";
import { Scratch } from "./scratch.ts";

const strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/** Every compiler of this machine, with the flags of each language. */
const compilers: readonly (readonly [string, string, readonly string[]])[] = [
  ["gcc", findTool("gcc"), ["-std=c11", "-xc"]],
  ["g++", findTool("g++"), ["-std=c++11", "-xc++"]],
  ["gcc for 32 bits", findTool("gcc"), ["-std=c11", "-xc", "-m32", "-ffreestanding", "-nostdinc", "-isystem", "stub"]],
  ...[lookForTool("gcc-riscv64")].filter((p) => p !== null).map((p) => ["gcc for riscv64", p, ["-std=c11", "-xc"]] as const),
];
/** Headers of the kernel, as far as a register map's header uses them. */
const kernel: Readonly<Record<string, string>> = {
  "linux/types.h":
    "typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t; typedef unsigned long long uint64_t; typedef short int16_t; typedef _Bool bool; typedef unsigned long size_t;\n",
  "linux/stddef.h": "#define offsetof(type, member) __builtin_offsetof(type, member)\n",
  "linux/io-64-nonatomic-lo-hi.h": `#define __iomem\n${(
    [
      ["b", "unsigned char"],
      ["w", "unsigned short"],
      ["l", "unsigned int"],
      ["q", "unsigned long long"],
    ] as const
  )
    .map(
      ([s, t]) =>
        `static inline ${t} read${s}(const volatile void __iomem *p) { return *(const volatile ${t} *)p; }\nstatic inline void write${s}(${t} v, volatile void __iomem *p) { *(volatile ${t} *)p = v; }\n`,
    )
    .join("")}`,
};
/** The compiler's own headers, for a target whose C library is not here. */
const freestanding: Readonly<Record<string, string>> = {
  "stub/stdbool.h": "#define bool _Bool\n",
  "stub/stddef.h": "typedef __SIZE_TYPE__ size_t;\n#define offsetof(type, member) __builtin_offsetof(type, member)\n",
  "stub/stdint.h":
    "typedef __UINT8_TYPE__ uint8_t; typedef __UINT16_TYPE__ uint16_t; typedef __UINT32_TYPE__ uint32_t; typedef __UINT64_TYPE__ uint64_t; typedef __INT16_TYPE__ int16_t; typedef __INT8_TYPE__ int8_t; typedef __INT32_TYPE__ int32_t; typedef __INT64_TYPE__ int64_t;\n",
};

test("compiles in user space, C11 and C++11, and twice in one file", () => {
  using scratch = new Scratch();
  for (const [name, text] of Object.entries(freestanding)) scratch.write(name, text);
  scratch.write("demo_nic.h", cHeader(example));
  scratch.write("demo_record.h", cHeader(layout));
  const main = scratch.write(
    "main.c",
    '#include "demo_nic.h"\n#include "demo_nic.h"\n#include "demo_record.h"\nint main(void) { return 0; }\n',
  );
  for (const [name, program, flags] of compilers)
    expect({ name, ...scratch.run(program, [...flags, ...strict, "-fsyntax-only", main]) }).toEqual({
      name,
      status: 0,
      stdout: "",
      stderr: "",
    });
});

test("compiles in the kernel", () => {
  using scratch = new Scratch();
  for (const [name, text] of Object.entries(kernel)) scratch.write(name, text);
  scratch.write("demo_nic.h", cHeader(example));
  const main = scratch.write(
    "main.c",
    '#include "demo_nic.h"\nuint64_t f(demo_nic_io io);\nuint64_t f(demo_nic_io io) { return demo_nic_rx_head_read(io, 3) + demo_nic_control_read(io); }\n',
  );
  expect(scratch.run(findTool("gcc"), ["-std=gnu11", "-D__KERNEL__", "-nostdinc", "-I.", ...strict, "-fsyntax-only", main])).toEqual({
    status: 0,
    stdout: "",
    stderr: "",
  });
});

test("wrong offsets do not compile", () => {
  using scratch = new Scratch();
  const header = cHeader(example).replace("uint8_t reserved_1b[1];", "uint8_t reserved_1b[5];");
  const main = scratch.write("main.c", `${header}int main(void) { return 0; }\n`);
  expect(scratch.run(findTool("gcc"), ["-std=c11", "-fsyntax-only", main]).stderr).toContain("static assertion failed");
});

interface Case {
  readonly call: string;
  readonly value: bigint;
}
const fieldValue = (random: Random, f: Field): bigint => {
  const e = enumerationOf(f);
  return e === null ? random.bits(f.type.width) : (e.members[random.below(e.members.length)] as { value: bigint }).value;
};
/** Calls of every get and put function with random values, and what they must give. */
const cases = (map: RegisterMap, random: Random): readonly Case[] =>
  map.registers.flatMap((p) =>
    Object.entries(p.register.fields).flatMap(([name, f]): readonly Case[] => {
      const fn = [map.name, ...p.path, name].map(snake).join("_");
      const register = random.bits(p.bytes * 8);
      const value = fieldValue(random, f);
      const decoded = decodeField(f, (register & ~maskOf(f)) | (value << BigInt(f.lowest)));
      const plain = typeof decoded === "string" ? value : BigInt(decoded);
      return [
        ...(f.readable
          ? [
              {
                call: `(uint64_t)${fn}_get(0x${((register & ~maskOf(f)) | (value << BigInt(f.lowest))).toString(16)}ULL)`,
                value: BigInt.asUintN(64, plain),
              },
            ]
          : []),
        ...(isWritable(f)
          ? [
              {
                call: `(uint64_t)${fn}_put(0x${register.toString(16)}ULL, ${typeof decoded === "boolean" ? decoded : `${plain}`}${plain > 0x7fff_ffffn ? "ULL" : ""})`,
                value: (register & ~maskOf(f)) | encodeField(name, f, decoded),
              },
            ]
          : []),
      ];
    }),
  );

test("get and put agree with the map's codec; read and write reach the register", () => {
  using scratch = new Scratch();
  scratch.write("demo_nic.h", cHeader(example));
  const list = cases(example, new Random(7));
  expect(list.length).toBeGreaterThan(40);
  const main = scratch.write(
    "main.c",
    `#include "demo_nic.h"
#include <inttypes.h>
#include <stdio.h>
static union { uint64_t words[512]; struct demo_nic map; } memory;
int main(void)
{
${list.map((c) => `\tprintf("%" PRIu64 "\\n", ${c.call});`).join("\n")}
	demo_nic_rx_head_write(&memory, 3, 0x12345678);
	demo_nic_link_read(&memory);
	demo_nic_trim_write(&memory, 0xabcd);
	memory.map.slot[15].counts[3] = 99;
	printf("%x %x %x\\n", memory.map.rx[3].head, memory.map.trim, (unsigned)demo_nic_slot_counts_read(&memory, 15, 3));
	printf("%x %x\\n", DEMO_NIC_SLOT_COUNTS_OFFSET(15, 3), DEMO_NIC_RX_COUNT);
	return 0;
}
`,
  );
  expect(
    scratch.run(findTool("gcc"), ["-std=c11", "-fsanitize=undefined", "-fno-sanitize-recover", ...strict, main, "-o", "main"]).stderr,
  ).toBe("");
  const { stdout, status } = scratch.run("./main", []);
  const lines = stdout.trim().split("\n");
  expect(status).toBe(0);
  for (const [i, c] of list.entries()) expect(`${c.call} = ${lines[i]}`).toBe(`${c.call} = ${c.value}`);
  expect(lines.slice(list.length)).toEqual(["12345678 abcd 63", "7e8 8"]);
});

test("headers of random maps compile", () => {
  using scratch = new Scratch();
  const specs = fc.sample(mapSpec, { numRuns: 40, seed: 11 });
  const includes = specs.map((spec, i) => {
    scratch.write(`random_${i}.h`, cHeader(mapOf(spec, `random_${i}`)));
    return `#include "random_${i}.h"\n`;
  });
  const main = scratch.write("main.c", `${includes.join("")}int main(void) { return 0; }\n`);
  for (const [name, program, flags] of compilers.slice(0, 2))
    expect({ name, ...scratch.run(program, [...flags, ...strict, "-fsyntax-only", main]) }).toEqual({
      name,
      status: 0,
      stdout: "",
      stderr: "",
    });
});
