/** The connection table does what its model says, whatever its neighbours do at once. */
import { expect, it } from "vitest";
import { emitDesign } from "#hdl/emit/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { lookup } from "#rtl/ict/lookup.ts";
import { lintDesign } from "#sim/lint/index.ts";
import { withInstance } from "../with-instance.ts";
import { checkConnectionTable, type Reached } from "./connection-table-check.ts";

const small = { ...resolveConfig("tiny"), slots: 8, harts: 2, ringLimit: 4096 };

it("does what the model says, and comes by every case", () => {
  const table = connectionTable(small);
  // With few cells, so that a key may find no space.
  const narrow = withInstance(table, "find", lookup({ slots: small.slots, ways: 1 }));
  const all: Partial<Reached> = {};
  for (let seed = 1; seed <= 16; seed++)
    for (const [key, n] of Object.entries(checkConnectionTable(seed % 2 === 1 ? table : narrow, small, 4, 2500, seed)) as [
      keyof Reached,
      number,
    ][])
      all[key] = (all[key] ?? 0) + n;
  for (const [key, n] of Object.entries(all)) expect(n, key).toBeGreaterThan(5);
});

it("does what the model says with slots that the table walker fills and gives up, and comes by every case", () => {
  const config = { ...small, walker: true };
  const table = connectionTable(config);
  const narrow = withInstance(table, "find", lookup({ slots: small.slots, ways: 1, waits: true }));
  const all: Record<string, number> = {};
  for (let seed = 1; seed <= 10; seed++)
    for (const [key, n] of Object.entries(checkConnectionTable(seed % 2 === 0 ? narrow : table, config, 2, 2500, seed)))
      all[key] = (all[key] ?? 0) + n;
  for (const key of ["loads", "exists", "unloads", "forced", "forcedBusy", "refused", "returned"]) expect(all[key], key).toBeGreaterThan(5);
  expect(all.full).toBeGreaterThan(0);
});

it.each([
  { slots: 16, harts: 1 },
  { slots: 64, harts: 4 },
  { slots: 256, harts: 8 },
])("with $slots slots and $harts harts", ({ slots, harts }) => {
  const config = { ...resolveConfig("prototype"), slots, harts };
  const reached = checkConnectionTable(connectionTable(config), config, 1, 5000, 7);
  expect(reached.opened).toBeGreaterThan(3);
  expect(reached.hits).toBeGreaterThan(100);
});

const largest: Config = { ...resolveConfig("line-rate"), slots: 1024, harts: 8 };
it.each([resolveConfig("tiny"), resolveConfig("prototype"), resolveConfig("line-rate"), largest])(
  "passes every linter without a remark: $name, $slots slots",
  { timeout: 900_000 },
  async (config) => {
    const top = connectionTable(config);
    expect(top.warnings).toEqual([]);
    const { findings, tools } = await lintDesign(emitDesign(top), top);
    expect(findings).toEqual([]);
    expect(tools.length).toBeGreaterThanOrEqual(5);
  },
);
