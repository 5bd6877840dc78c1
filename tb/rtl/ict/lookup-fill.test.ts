/** Space: practically never does a key find none. The numbers for many more fills are in docs/decisions/lookup-by-hash.md. */
import { expect, test } from "vitest";
import { expectedRefusals, fill } from "./lookup-fill.ts";

const shape = { banks: 2, ways: 4 };

test.each([16, 64, 1024])("%i keys find space, filled anew and in a table that lives long", (keys) => {
  const table = { ...shape, keys, buckets: keys / 2 };
  const rounds = Math.ceil(400_000 / keys);
  expect(fill(table, rounds, 1).refused).toBe(0);
  expect(fill(table, 10, 2, rounds * 10).refused).toBe(0);
});
test("theory: less than one in 10^17 fills of 1024", () => {
  expect(expectedRefusals({ ...shape, keys: 1024, buckets: 512 }, 20_000)).toBeLessThan(1e-17);
});
test("theory and fills agree where both have something to say", () => {
  const crowded = { banks: 2, ways: 3, keys: 1024, buckets: 256 };
  const { refused } = fill(crowded, 400, 3);
  const expected = 400 * expectedRefusals(crowded, 20_000);
  expect(expected).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(0.8 * expected);
  expect(refused).toBeLessThan(1.2 * expected);
});
test("one bank of buckets twice as large would not do", () => {
  expect(fill({ banks: 1, ways: 8, keys: 1024, buckets: 512 }, 400, 4).failed).toBeGreaterThan(10);
});
