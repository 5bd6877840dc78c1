/** The connection table does what its model says, whatever its neighbours do at once. */
import { expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { checkConnectionTable, type Reached } from "./connection-table-check.ts";

const small = { ...resolveConfig("tiny"), slots: 4, harts: 2, ringLimit: 4096 };

it("does what the model says, and comes by every case", () => {
  const block = connectionTable(small);
  const all: Partial<Reached> = {};
  for (let seed = 1; seed <= 12; seed++)
    for (const [key, n] of Object.entries(checkConnectionTable(block, small, 4, 2500, seed)) as [keyof Reached, number][])
      all[key] = (all[key] ?? 0) + n;
  for (const [key, n] of Object.entries(all)) expect(n, key).toBeGreaterThan(5);
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
