/**
 * The buffer that a session shares with its model, in this order: header, clocks, waits, written values, sampled
 * values. TypeScript writes inputs and reads samples in it without a call; see `docs/bridge.md`, "Inside".
 */
import { Layout } from "./record.ts";

/** What a call of the model did, and what it is asked to do. Times are picoseconds in a double: exact for 2.5 hours. */
export const header = new Layout("Header", {
  /** Time of the last stop. */
  now: "f64",
  /** Where `run` stops at the latest. */
  stopTime: "f64",
  /** Clocks that rose and fell at the last stop, bit by clock number. */
  risen: "u32",
  fallen: "u32",
  /** Waits in use are below this index. */
  waitsInUse: "u32",
  clockCount: "u32",
  /** Seed of everything that starts with an arbitrary value: registers without reset, memories. */
  seed: "u32",
  /** Falling edges happen at their own time although nobody waits for them. */
  exactFalling: "u32",
  writtenOffset: "u32",
  sampledOffset: "u32",
});

export const clockEntry = new Layout("ClockEntry", {
  /** Picoseconds. The clock is low before the first rising edge. */
  period: "f64",
  firstRise: "f64",
  /** Rising edges so far. */
  cycles: "f64",
});
export const maxClocks = 16;

/** One thing that the model watches on its own, so that it need not come back each cycle. */
export const waitEntry = new Layout("WaitEntry", {
  kind: "u32",
  /** A port's number, or a counter's. */
  subject: "u32",
  low: "u32",
  high: "u32",
  /** One of `waitState`. */
  state: "u32",
});
export const maxWaits = 256;

/** `counter`: at least `low`. `equal`, `notEqual`: the port's sample against `high:low`. The others: the port's change. */
export const waitKind = { free: 0, counter: 1, equal: 2, notEqual: 3, change: 4, rise: 5, fall: 6 } as const;
export const waitState = { armed: 0, fired: 1, fresh: 2 } as const;

/** Why a call came back: a sum of these. */
export const stopReason = {
  /** The time asked for, with everything sampled before its edges. */
  time: 1,
  /** A wait on a counter or on a sampled value. */
  condition: 2,
  /** A watched port changed; samples are from after the change. */
  change: 4,
  /** The model printed something, or an assertion or a checker failed: see `message`. */
  message: 8,
  /** `$finish` or `$stop`. */
  finish: 16,
} as const;

export const clocksOffset = header.bytes;
export const waitsOffset = clocksOffset + maxClocks * clockEntry.bytes;
export const valuesOffset = waitsOffset + maxWaits * waitEntry.bytes;

const constants = (name: string, values: Readonly<Record<string, number>>): string =>
  `enum ${name} : uint32_t { ${Object.entries(values)
    .map(([key, value]) => `${name}_${key} = ${value}`)
    .join(", ")} };\n`;

/** The C++ side of this file and of the transactors' blocks. */
export const layoutHeader = (blocks: readonly Layout[], numbers: Readonly<Record<string, number>>): string =>
  [
    "// Generated from layouts in TypeScript; do not edit.\n#pragma once\n#include <cstddef>\n#include <cstdint>\n\nnamespace accio {\n",
    header.cpp(),
    clockEntry.cpp(),
    waitEntry.cpp(),
    constants("WaitKind", waitKind),
    constants("WaitState", waitState),
    constants("StopReason", stopReason),
    `constexpr uint32_t kMaxClocks = ${maxClocks};\nconstexpr uint32_t kMaxWaits = ${maxWaits};\n`,
    `constexpr uint32_t kClocksOffset = ${clocksOffset};\nconstexpr uint32_t kWaitsOffset = ${waitsOffset};\n\n`,
    ...Object.entries(numbers).map(([name, value]) => `constexpr uint32_t ${name} = ${value >>> 0}u;\n`),
    ...blocks.map((block) => block.cpp()),
    "}  // namespace accio\n",
  ].join("");
