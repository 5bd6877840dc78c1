import { describe, expect, it } from "vitest";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { checkBufferReader } from "./buffer-reader-check.ts";

describe("buffer reader", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("gives the words of each run in order, seed %i", (seed) => {
    checkBufferReader(bufferReader(2, 32), 2, 100, seed);
    checkBufferReader(bufferReader(5, 32), 5, 20, seed);
  });
  it("has one cycle of latency and no gap between runs", () => {
    expect(checkBufferReader(bufferReader(4, 32), 4, 30, 1, 0)).toBe(1);
  });
});
