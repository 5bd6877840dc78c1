/** The connection table's format: its page, its C structs, and its hash in C against the hardware's definition. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markdown, readMemory, writeMemory } from "#hdl/regmap/index.ts";
import { Random } from "#hdl/simulate/index.ts";
import { entryReserved, tableBucket, tableEntry, tableHeaders } from "#rtl/ict/table-format.ts";
import { findTool, projectRoot } from "#toolchain/tools.ts";
import { halfSipHash, keyBytes } from "./lookup-model.ts";

const page = join(projectRoot, "docs/connection-table.md");
const marker = "<!-- generated: what follows is printed from rtl/ict/table-format.ts -->\n";

test("the page has every field as it is", () => {
  const [own] = readFileSync(page, "utf8").split(marker);
  const printed = [tableBucket, tableEntry]
    .map((l) =>
      markdown(l as never)
        .replaceAll(/^#/gm, "##")
        .trim(),
    )
    .join("\n\n");
  return expect(`${own}${marker}\n${printed}\n`).toMatchFileSnapshot(page);
});
test("what no field names is zero in what is written, and only that", () => {
  const bytes = Buffer.alloc(128, 255);
  const { HEAD, ...rest } = readMemory(tableEntry, bytes);
  const { magic: _magic, version: _version, ...head } = HEAD;
  writeMemory(tableEntry, { HEAD: head, ...rest } as never, bytes);
  const value = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
  expect(value & entryReserved).toBe(0n);
  expect(value | entryReserved | 0xffffffn).toBe((1n << 1024n) - 1n);
});
test("C has the same structs, and the same hash", () => {
  const folder = join(projectRoot, "build/table-format");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of tableHeaders()) writeFileSync(join(folder, name), text);
  const random = new Random(1);
  const keys = Array.from({ length: 50 }, () => ({
    secret: random.bits(64),
    key: { localIp: random.bits(32), localPort: random.bits(16), remoteIp: random.bits(32), remotePort: random.bits(16) },
  }));
  const program = `#include "accio_table_bucket.h"
#include "accio_table_entry.h"
#include "accio_table_hash.h"
#include <stdio.h>
int main(void)
{
${keys
  .map(({ secret, key: { localIp, localPort, remoteIp, remotePort } }) => {
    const local = `${secret}ULL, ${localIp}U, ${localPort}U`;
    return `\tprintf("%u %u\\n", accio_table_hash(${local}, ${remoteIp}U, ${remotePort}U), accio_table_hash_local(${local}));`;
  })
  .join("\n")}
	return 0;
}
`;
  writeFileSync(join(folder, "hash.c"), program);
  execFileSync(findTool("gcc"), [
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
    "-o",
    join(folder, "hash"),
    join(folder, "hash.c"),
  ]);
  const wanted = keys.map(({ secret, key }) => [true, false].map((exact) => halfSipHash(secret, keyBytes(key as never, exact))).join(" "));
  expect(execFileSync(join(folder, "hash"), { encoding: "utf8" }).trim().split("\n")).toEqual(wanted);
});
