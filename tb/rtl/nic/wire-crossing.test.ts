import { expect, it } from "vitest";
import { checkWireCrossing, periods, smallCrossing, wireCrossing } from "./wire-crossing-check.ts";

it.each(periods.map(([wire, bus], i) => [wire, bus, i] as const))(
  "frames cross whole, or are lost and told, at periods %i and %i",
  (_, __, i) => {
    let dropped = 0;
    for (let round = 0; round < 6; round++) dropped += checkWireCrossing(wireCrossing(smallCrossing), 100, i + round * periods.length);
    expect(dropped).toBeGreaterThan(60);
  },
);
