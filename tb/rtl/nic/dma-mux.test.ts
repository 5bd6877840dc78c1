import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { dmaReadMux, dmaWriteMux } from "#rtl/nic/dma-mux.ts";
import { checkReadMux, checkWriteMux } from "./dma-mux-check.ts";

const tiny = resolveConfig("tiny");
describe.each([2, 3, 5])("DMA mux of %i masters", (masters) => {
  const config = { ...tiny, dmaInFlight: masters === 5 ? 2 : 4 };
  it("brings reads out and their answers back", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) checkReadMux(dmaReadMux(config, masters), config, masters, 40, seed);
  });
  it("brings whole writes out and their answers back", () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) checkWriteMux(dmaWriteMux(config, masters), config, masters, 40, seed);
  });
});
it("refuses to be a mux of one", () => {
  expect(() => dmaReadMux(tiny, 1)).toThrow("DMA mux of 1 masters");
  expect(() => dmaWriteMux(tiny, 1.5)).toThrow("DMA mux of 1.5 masters");
});
