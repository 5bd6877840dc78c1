/**
 * The kernel's page, register by register as the map lists them: every access width at every place, what can be written is
 * kept, what cannot is refused and changes nothing, and a word without a register is refused.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { Random, type Simulation, simulate } from "#hdl/simulate/index.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { nic } from "#rtl/nic/nic.ts";
import { doorbellsOffset, nicMap, portBytes, prototypeBytes, prototypeOffset, slotsOffset } from "#rtl/nic/registers.ts";

const config = resolveConfig("tiny");
const map = nicMap(config);
const seed = 1;
const random = new Random(seed);
const kept: readonly string[] = ["rw", "external"];
const lanes = (strobe: number): bigint =>
  Array.from({ length: 8 }, (_, i) => ((strobe >> i) & 1 ? 0xffn << BigInt(8 * i) : 0n)).reduce((a, b) => a | b);
/** Strobes of accesses of 1, 2, 4 and 8 bytes, aligned. */
const widths = [1, 2, 4, 8].flatMap((bytes) => Array.from({ length: 8 / bytes }, (_, i) => ((1 << bytes) - 1) << (bytes * i)));

describe("register page", () => {
  let sim: Simulation<ReturnType<typeof nic>["shape"]>;
  beforeAll(() => {
    sim = simulate(nic(config), { initial: "random", seed });
    sim.reset(1);
  });
  const access = (offset: number, write: boolean, data = 0n, strobe = 0xff): { readonly data: bigint; readonly error: boolean } => {
    const { registers } = sim.io;
    registers.valid.value = 1;
    registers.write.value = write ? 1 : 0;
    registers.word.value = offset / 8;
    registers.data.value = data;
    registers.strobe.value = strobe;
    for (let wait = 0; registers.ready.value === 0n; wait++) {
      expect(wait, "cycles until the access moves").toBeLessThan(300);
      sim.step();
    }
    sim.step();
    registers.valid.value = 0;
    const answer = (name: "valid" | "data" | "error"): bigint => sim.peek(`registers_response_${name}`);
    expect(answer("valid")).toBe(1n);
    return { data: answer("data"), error: answer("error") === 1n };
  };
  const fieldsMask = (fields: (typeof map.registers)[number]["register"]["fields"], kinds: readonly string[]): bigint =>
    Object.values(fields)
      .filter((f) => kinds.includes(f.kind))
      .reduce((m, f) => m | (((1n << BigInt(f.type.width)) - 1n) << BigInt(f.lowest)), 0n);
  const places = map.registers.flatMap((r) =>
    (r.arrays.length === 0 ? [0] : [...new Set([0, (r.arrays[0]?.count ?? 1) - 1])]).map((i) => ({
      name: `${r.title}${r.arrays.length === 0 ? "" : ` of ${i}`}`,
      offset: r.offset + i * (r.arrays[0]?.stride ?? 0),
      fields: r.register.fields,
    })),
  );
  /**
   * Registers whose words do more than keep what is written: the checks of the connection table, the register port and the
   * queues look at them.
   */
  const special =
    /RX_SIZE|TX_SIZE|TX_TAIL|RX_HEAD|BASE|SLOT.*CONTROL|TIMESTAMP|QUEUE|ORDINARY|STATUS_LINES|TAKE|PEEK|REKEY|HASH_KEY|AVAILABLE/;

  it.each(places.filter((p) => !special.test(p.name)).map((p) => [p.name, p] as const))("%s", (_, { offset, fields }) => {
    const writable = fieldsMask(fields, kept);
    const mine = Object.values(fields).some((f) => ["rw", "external", "w1c"].includes(f.kind));
    for (let round = 0; round < 4; round++)
      for (const strobe of widths) {
        const before = access(offset, false);
        expect(before.error).toBe(false);
        // A narrow read gives the whole word, of which the processor takes its bytes.
        expect(access(offset, false, 0n, strobe)).toEqual(before);
        const value = random.bits(64);
        const { error, data } = access(offset, true, value, strobe);
        expect([error, data]).toEqual([!mine, 0n]);
        const changes = lanes(strobe) & writable;
        expect(access(offset, false).data.toString(16)).toBe(((before.data & ~changes) | (value & changes)).toString(16));
      }
  });
  it.each(["RX_BASE", "TX_BASE"])("%s begins at a line", (name) => {
    const { offset } = places.find((p) => p.name.includes(name)) as (typeof places)[number];
    access(offset, true, 0xffff_ffff_ffff_ffffn);
    expect(access(offset, false).data).toBe(0xffff_ffff_ffff_ffc0n);
    access(offset, true, 0x1234n, 0x03);
    expect(access(offset, false).data).toBe(0xffff_ffff_ffff_1200n);
  });
  it.each(["RX_SIZE", "TX_SIZE"])("%s takes powers of two, and anything else switches the ring off", (name) => {
    const { offset } = places.find((p) => p.name.includes(name)) as (typeof places)[number];
    for (const [written, read] of [
      [64n, 64n],
      [BigInt(config.ringLimit), BigInt(config.ringLimit)],
      [BigInt(config.ringLimit) * 2n, 0n],
      [32n, 0n],
      [96n, 0n],
      [4096n, 4096n],
      [0n, 0n],
    ] as const) {
      access(offset, true, written);
      expect(access(offset, false).data).toBe(read);
    }
  });
  it("what has no register is refused, and reads zero", () => {
    const known = new Set(
      map.registers.flatMap((r) => Array.from({ length: r.arrays[0]?.count ?? 1 }, (_, i) => r.offset + i * (r.arrays[0]?.stride ?? 0))),
    );
    const answers: Record<string, number> = {};
    // The kernel's page and the slots' windows whole; of what lies between and behind them, some.
    const windows = [prototypeOffset, prototypeOffset + prototypeBytes, doorbellsOffset, portBytes] as const;
    const inWindow = (offset: number): boolean =>
      (offset >= windows[0] && offset < windows[1]) || (offset >= windows[2] && offset < windows[3]);
    const dense = (offset: number): boolean => offset < 0x1000 || (offset >= slotsOffset && offset < slotsOffset + 0x1400);
    for (let offset = 0; offset < map.size; offset += dense(offset) ? 8 : 8 * random.between(1, 512)) {
      if (known.has(offset) || inWindow(offset)) continue;
      for (const write of [false, true]) {
        const { data, error } = access(offset, write, random.bits(64));
        const answer = `${error ? "refused" : "allowed"}, ${data === 0n ? "zero" : "something"}`;
        answers[answer] = (answers[answer] ?? 0) + 1;
      }
    }
    expect(Object.keys(answers)).toEqual(["refused, zero"]);
  });
});
