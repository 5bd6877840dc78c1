import { describe, expect, it } from "vitest";
import { beatNarrow } from "#rtl/nic/beat-narrow.ts";
import { checkBeatNarrow } from "./beat-narrow-check.ts";

describe.each([
  [16, 8],
  [64, 8],
  [64, 32],
])("beats of %i bytes into %i", (wide, narrow) => {
  const runs = Array.from({ length: 150 }, (_, i) => ({ to: (i * 7) % wide, count: 1 + ((i * 13) % (2 * wide)) }));
  it("gives each byte once, in its lane", () => {
    for (const seed of [1, 2, 3]) checkBeatNarrow(beatNarrow(wide, narrow), wide, narrow, runs, seed);
  });
  it("gives a beat in every cycle", () => {
    const full = Array.from({ length: 20 }, () => ({ to: 0, count: wide }));
    expect(checkBeatNarrow(beatNarrow(wide, narrow), wide, narrow, full, 1, 0)).toBe((20 * wide) / narrow);
  });
});
it("asks for a ratio", () => expect(() => beatNarrow(8, 8)).toThrow("beats of 8 bytes into 8: a whole number of at least 2 is needed"));
