/** The lean device tree is a tree, is much smaller than the full one, and agrees with it where both say something. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { leanTree } from "#driver/linux/lean-tree.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { deviceTree } from "#rtl/soc/device-tree.ts";
import { socMap } from "#rtl/soc/map.ts";

const options = { bootargs: 'a="b c" quiet', initrd: { start: 0x8100_0000, end: 0x8110_0000 }, rngSeed: Buffer.alloc(32, 7) };
const dtc = (source: string, format: "dtb" | "dts"): Buffer => {
  const { status, stdout, stderr } = spawnSync("dtc", ["-q", "-s", "-I", "dts", "-O", format], { input: source });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
  return stdout;
};

/** Every number of the first `reg` behind these words, two cells a number or one. */
const regOf = (text: string, words: string): readonly number[] => {
  const cells = new RegExp(`${words}[^{}]*?\\breg = <([^>]*)>`, "s").exec(text)?.[1]?.split(" ").map(Number) ?? [];
  return cells.length === 4 ? [cells[1] as number, cells[3] as number] : cells;
};

describe.each(Object.keys(socConfigs) as SocName[])("%s", (name) => {
  const map = socMap(socConfigs[name]);
  const full = dtc(deviceTree(map, options), "dts").toString();
  const source = leanTree(map, options);
  const lean = dtc(source, "dts").toString();

  it("is of 0.6 of the size at most", () =>
    expect(dtc(source, "dtb").length).toBeLessThan(dtc(deviceTree(map, options), "dtb").length * 0.6));

  it.each([
    'compatible = "sifive,clint0',
    'compatible = "sifive,plic-1.0.0',
    'compatible = "ns16550a',
    'compatible = "accio,system-1',
    'device_type = "memory',
  ])("%s has the full tree's addresses", (words) => {
    expect(regOf(lean, words)).toHaveLength(2);
    expect(regOf(lean, words)).toEqual(regOf(full, words));
  });

  it.each(["timebase-frequency = .*", "reg-shift = .*", "reg-io-width = .*", "riscv,ndev = .*", "bootargs = .*", "rng-seed = .*"])(
    "%s is the full tree's",
    (line) => {
      const found = new RegExp(line).exec(full)?.[0];
      expect(found).toBeDefined();
      expect(lean).toContain(found);
    },
  );

  it("tells the clock of the timing: `mtime` advances once in 100 cycles", () =>
    expect(leanTree(map, { ...options, clockMhz: 50 })).toContain("timebase-frequency = <500000>"));

  it("has every hart", () => {
    expect(lean.match(/device_type = "cpu";/g)).toHaveLength(socConfigs[name].harts);
    expect(lean.match(/riscv,isa = "rv64imafdc";/g)).toHaveLength(socConfigs[name].harts);
    expect(lean).toContain("linux,initrd-start = <0x81000000>");
    expect(lean).toContain("linux,initrd-end = <0x81100000>");
  });
});
