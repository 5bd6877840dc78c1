import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { configSchema, derived, namedConfigs, resolveConfig } from "#rtl/config/config.ts";

describe("named configurations", () => {
  it.each(Object.keys(namedConfigs))("%s is valid", (name) => {
    expect(configSchema.safeParse(namedConfigs[name]).success).toBe(true);
    expect(resolveConfig(name).name).toBe(name);
  });
  it("what follows from line-rate", () => {
    expect(derived(resolveConfig("line-rate"))).toMatchObject({
      busBytes: 64,
      wireBytes: 64,
      maxFrame: 1518,
      maxPayload: 1472,
      slotBits: 6,
    });
  });
});

describe("an impossible parameter is named with its range", () => {
  it.each([
    [["slots=17"], "slots = 17: must be a power of two from 16 to 1024 slots"],
    [["harts=9"], "harts = 9: must be 1 to 8 harts"],
    [["harts=1.5"], "harts = 1.5: must be a whole number from 1 to 8 harts"],
    [["busBits=128"], "wireBits = 64: must be at least busBits, 128 bits"],
    [["mtu=9001"], "mtu = 9001: must be 576 to 9000 bytes"],
    [["mtu=9000"], "rxBuffer = 16384: must be at least two frames of 9018 bytes"],
    [["wireBits=wide"], "wireBits = wide: must be a power of two from 64 to 512 bits"],
    [["wireMhz=50"], "wireMhz = 50: must be coreMhz, 100 MHz, unless wireClock is true"],
    [["baseAddress=4096"], "baseAddress = 4096: must be a multiple of 0x10000"],
    [["speed=3"], 'there is no parameter "speed"'],
    [["slots"], "--set slots: write KEY=VALUE"],
  ])("%s", (settings, message) => expect(() => resolveConfig("tiny", settings)).toThrow(message));
  it("a name that is none", () =>
    expect(() => resolveConfig("huge")).toThrow('configuration "huge": there is none of that name; choose tiny, prototype, line-rate'));
});

it("setting a parameter changes it and nothing else", () => {
  fc.assert(
    fc.property(fc.constantFrom(16, 32, 64, 128, 256, 512, 1024), (slots) => {
      expect(resolveConfig("tiny", [`slots=${slots}`])).toEqual({ ...namedConfigs.tiny, slots });
    }),
  );
});
