import { describe, expect, it } from "vitest";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { connectionTable } from "#rtl/ict/table.ts";
import { checkTable } from "./table-check.ts";

const tiny = resolveConfig("tiny");
const sizes: readonly (readonly [string, Config])[] = [
  ["2 slots, 1 hart", { ...tiny, slots: 2, ringLimit: 4096 }],
  ["4 slots, 2 harts", { ...tiny, slots: 4, harts: 2, ringLimit: 4096 }],
  ["16 slots, 1 hart", tiny],
  ["16 slots, 3 harts, large rings", { ...tiny, harts: 3, ringLimit: 1 << 24 }],
];

describe.each(sizes)("connection table, %s", (_, config) => {
  it.each([1, 2, 3])("is the model in every cycle, seed %i", (seed) => {
    const { exact, localOnly, misses, wakes, picks } = checkTable(connectionTable(config), config, 3000, seed);
    // Every kind of answer has been there.
    for (const n of [exact, localOnly, misses, wakes, picks]) expect(n).toBeGreaterThan(2);
  });
});
