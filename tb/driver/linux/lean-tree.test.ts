/** The lean device tree is one, is much smaller, and still says what firmware and kernel must know. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { leanTree } from "#driver/linux/lean-tree.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { deviceTree } from "#rtl/soc/device-tree.ts";
import { socMap } from "#rtl/soc/map.ts";

const options = { bootargs: "console=hvc0 quiet", initrd: { start: 0x8100_0000, end: 0x8110_0000 }, rngSeed: Buffer.alloc(32, 7) };
const dtc = (source: string, format: "dtb" | "dts"): Buffer => {
  const { status, stdout, stderr } = spawnSync("dtc", ["-q", "-s", "-I", "dts", "-O", format], { input: source });
  expect(stderr.toString()).toBe("");
  expect(status).toBe(0);
  return stdout;
};

describe.each(Object.keys(socConfigs) as SocName[])("%s", (name) => {
  const full = deviceTree(socMap(socConfigs[name]), options);
  const lean = leanTree(full);

  it("is a tree, of two thirds at most", () => expect(dtc(lean, "dtb").length).toBeLessThan(dtc(full, "dtb").length * 0.67));

  it("holds harts, memory, devices, and what was chosen", () => {
    const text = dtc(lean, "dts").toString();
    expect(text.match(/device_type = "cpu"/g)).toHaveLength(socConfigs[name].harts);
    expect(text.match(/riscv,isa = "rv64imafdc"/g)).toHaveLength(socConfigs[name].harts);
    for (const words of [
      "timebase-frequency",
      'device_type = "memory"',
      "sifive,clint0",
      "sifive,plic-1.0.0",
      "accio,system-1",
      "ns16550a",
      "reg-shift = <0x02>",
      "reg-io-width = <0x04>",
      "linux,initrd-start",
      "linux,initrd-end",
      "rng-seed",
      'bootargs = "console=hvc0 quiet"',
    ])
      expect(text).toContain(words);
  });

  it("has nothing without a driver", () => {
    for (const words of ["cache", "tlb", "isa-extensions", "accio,nic", "current-speed"]) expect(lean).not.toContain(words);
  });
});
