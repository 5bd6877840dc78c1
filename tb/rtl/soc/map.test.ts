/** The memory map: what is refused, and that dtc, compilers and linkers take what is made of it and find the same numbers. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { cHeader } from "#hdl/regmap/index.ts";
import { socHeader } from "#rtl/soc/c-header.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { type DeviceTreeOptions, deviceTree } from "#rtl/soc/device-tree.ts";
import { linkerScript } from "#rtl/soc/linker-script.ts";
import { checkedMap, interruptOf, MapError, type Region, regionOf, type SocMap, socMap } from "#rtl/soc/map.ts";
import { hartIds } from "#rtl/soc/rocket.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { findTool, projectRoot } from "#toolchain/tools.ts";

const build = join(projectRoot, "build");
mkdirSync(build, { recursive: true });
const folder = mkdtempSync(join(build, "soc-map-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const names = Object.keys(socConfigs) as SocName[];
const map1 = socMap(socConfigs.soc1);

describe("the map", () => {
  it("is what the issue asks for", () => {
    const bases = Object.fromEntries(map1.regions.map((r) => [r.name, r.base]));
    expect(bases).toMatchObject({
      boot_rom: 0x1000_0000,
      system: 0x1001_0000,
      uart: 0x1002_0000,
      prototype_ict: 0x1003_0000,
      prototype_nic: 0x1004_0000,
      accio: 0x1100_0000,
      memory: 0x8000_0000,
      clint: 0x0200_0000,
      plic: 0x0c00_0000,
    });
    expect(regionOf(map1, "memory").size).toBe(64 << 20);
    expect(socMap(socConfigs.soc4).interrupts.map((x) => [x.name, x.source])).toEqual([
      ["wake0", 1],
      ["wake1", 2],
      ["wake2", 3],
      ["wake3", 4],
      ["ordinary_receive", 5],
      ["ordinary_transmit", 6],
      ["event", 7],
      ["console", 8],
    ]);
  });

  const region = (name: string, base: number, size: number, kind: Region["kind"] = "device"): Region => ({
    name,
    kind,
    base,
    size,
    doc: "A region",
  });
  const withRegion = (r: Region): SocMap => ({ ...map1, regions: [...map1.regions, r] });
  it.each([
    [region("mine", 0x1002_0000, 0x1000), /mine \(0x10020000 to 0x10020fff\) overlaps uart \(0x10020000 to 0x10020fff\): move one of them/],
    [region("mine", 0x1000_0000, 0x1000_0000), /mine .* overlaps boot_rom/],
    [region("mine", 0x1300_0800, 0x1000), /mine \(0x13000800 to 0x130017ff\): its base is not a multiple of 0x00001000, a page/],
    [region("mine", 0x1300_0000, 0x1800), /its size 0x00001800 is not a multiple of 0x00001000, a page/],
    [region("mine", 0x1300_0000, 0x3000), /the size of a device is a power of two/],
    [region("mine", 0x1300_1000, 0x2000), /its base is not a multiple of its size 0x00002000/],
    [region("mine", 0x0e00_0000, 0x1000), /a device region lies between 0x10000000 and 0x7fffffff/],
    [region("uart", 0x1300_0000, 0x1000), /uart \(0x13000000 to 0x13000fff\): there are two regions of this name/],
  ])("refuses %o", (r, message) => {
    expect(() => checkedMap(withRegion(r))).toThrow(message);
  });

  it("refuses views of what is not there", () => {
    const view = (device: string, offset: number): Region => ({
      ...region("mine", 0x1300_0000, 0x8000, "view"),
      shows: { device, offset },
    });
    const accio = regionOf(map1, "accio");
    expect(() => checkedMap(withRegion(view("accio", accio.size - 0x8000)))).not.toThrow();
    for (const wrong of [
      view("accio", accio.size - 0x7000),
      view("memory", 0),
      view("nothing", 0),
      region("mine", 0x1300_0000, 0x8000, "view"),
    ])
      expect(() => checkedMap(withRegion(wrong))).toThrow(
        /mine \(0x13000000 to 0x13007fff\): a view shows a part of a device that is there/,
      );
  });
  it("shows the prototype's pages where the prototype had them, and harts by Rocket's IDs", () => {
    for (const [name, offset] of [
      ["prototype_ict", 0x1_0000],
      ["prototype_nic", 0x1_8000],
    ] as const)
      expect(regionOf(map1, name)).toMatchObject({ kind: "view", shows: { device: "accio", offset } });
    for (const config of Object.values(socConfigs)) {
      expect(config.accio.harts).toBe(config.harts);
      // What system.test.ts sees them ask with.
      expect(config.accio.hartIds).toEqual(hartIds[config.rocket]);
    }
  });

  it("refuses interrupts that clash or do not exist", () => {
    const extra = (name: string, source: number): SocMap => ({ ...map1, interrupts: [...map1.interrupts, { name, source, doc: "One" }] });
    expect(() => checkedMap(extra("mine", 8))).toThrow(/interrupts console and mine: one source/);
    expect(() => checkedMap(extra("mine", 9))).toThrow(/interrupt mine: source 9; there are 1 to 8/);
    expect(() => interruptOf(map1, "nose")).toThrow(/no interrupt nose; it has wake0, /);
    expect(() => regionOf(map1, "nose")).toThrow(/no region nose; it has clint, /);
  });

  it.each([0, 100, 2 ** 32])("refuses memory of %i bytes", (memoryBytes) => {
    expect(() => socMap(socConfigs.soc1, { memoryBytes })).toThrow(MapError);
  });

  it("names every overlap there is, and no other", () => {
    const page = 0x1000;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 6 })), { minLength: 2, maxLength: 8 }),
        (list) => {
          const regions = list.map(([at, pages], i) => region(`r${i}`, 0x1300_0000 + at * page, pages * page, "reserved"));
          const clash = regions.some((a, i) => regions.some((b, j) => i < j && a.base < b.base + b.size && b.base < a.base + a.size));
          const check = () => checkedMap({ ...map1, regions });
          if (clash) expect(check).toThrow(/overlaps/);
          else expect(check().regions.map((r) => r.base)).toEqual(regions.map((r) => r.base).sort((a, b) => a - b));
        },
      ),
    );
  });
});

describe.each(names)("%s", (name) => {
  const map = socMap(socConfigs[name], { memoryBytes: 32 << 20 });
  const source = (options?: DeviceTreeOptions): string => file(`${name}.dts`, deviceTree(map, options));
  const property = (blob: string, node: string, what: string): string[] =>
    execFileSync("fdtget", ["-t", "x", blob, node, what], { encoding: "utf8" }).trim().split(/\s+/);

  it.each<[string, DeviceTreeOptions]>([
    ["alone", {}],
    ["with all options", { bootargs: 'quiet "x"', initrd: { start: 0x8100_0000, end: 0x8200_0000 }, rngSeed: new Uint8Array(32).fill(7) }],
  ])("the device tree is clean, %s", (_, options) => {
    const { status, stderr } = spawnSync(findTool("dtc"), ["-I", "dts", "-O", "dtb", "-o", join(folder, "x.dtb"), source(options)], {
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("the device tree says what the map says", () => {
    const blob = join(folder, `${name}.dtb`);
    execFileSync(findTool("dtc"), ["-I", "dts", "-O", "dtb", "-o", blob, source({ initrd: { start: 0x8100_0000, end: 0x8200_0000 } })]);
    const nodes = execFileSync("fdtget", ["-l", blob, "/soc"], { encoding: "utf8" }).trim().split("\n");
    for (const node of nodes) {
      const [, high, , size] = [...property(blob, `/soc/${node}`, "reg")].map((x) => Number.parseInt(x, 16));
      expect(
        map.regions.some((r) => r.base === high && r.size === size),
        node,
      ).toBe(true);
      expect(Number.parseInt(node.split("@")[1] ?? "", 16)).toBe(high);
    }
    const accio = nodes.find((n) => n.startsWith("accio@"));
    expect(property(blob, `/soc/${accio}`, "interrupts").map((x) => Number.parseInt(x, 16))).toEqual([
      ...Array.from({ length: map.config.harts }, (_, h) => interruptOf(map, `wake${h}`).source),
      7,
    ]);
    expect(execFileSync("fdtget", ["-l", blob, "/cpus"], { encoding: "utf8" }).trim().split("\n")).toHaveLength(map.config.harts);
    expect(property(blob, "/cpus", "timebase-frequency")).toEqual([(1_000_000).toString(16)]);
    expect(property(blob, "/memory@80000000", "reg")).toEqual(["0", "80000000", "0", "2000000"]);
    expect(property(blob, "/chosen", "linux,initrd-end")).toEqual(["0", "82000000"]);
  });

  it("the C header compiles and has the map's numbers", () => {
    file("accio_soc.h", socHeader(map));
    file("accio_system.h", cHeader(systemMap));
    const asserts = [
      ...map.regions.flatMap((r) => [
        `_Static_assert(SOC_${r.name.toUpperCase()}_BASE == ${r.base}UL, "${r.name}");`,
        `_Static_assert(SOC_${r.name.toUpperCase()}_SIZE == ${r.size}UL, "${r.name}");`,
      ]),
      ...map.interrupts.map((x) => `_Static_assert(SOC_IRQ_${x.name.toUpperCase()} == ${x.source}, "${x.name}");`),
      `_Static_assert(SOC_HARTS == ${map.config.harts} && SOC_TIMEBASE_HZ == 1000000, "harts and clock");`,
    ];
    const c = file("header.c", `#include "accio_soc.h"\n#include "accio_system.h"\n${asserts.join("\n")}\nint main(void) { return 0; }\n`);
    const s = file(
      "header.S",
      `#include "accio_soc.h"\n.quad SOC_UART_BASE\n.if SOC_MEMORY_BASE != ${regionOf(map, "memory").base}\n.error "memory"\n.endif\n`,
    );
    for (const path of [c, s]) {
      const { status, stderr } = spawnSync(
        findTool("gcc"),
        ["-Wall", "-Wextra", "-Werror", ...(path === c ? ["-std=c11", "-pedantic"] : []), "-c", path, "-o", "/dev/null"],
        {
          cwd: folder,
          encoding: "utf8",
        },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
  });

  it("ld lays a program out with the script", () => {
    const script = file(`${name}.ld`, linkerScript(map, { stackBytes: 4096 }));
    const object = join(folder, "program.o");
    const program = file(
      "program.S",
      [
        '.section .text.main,"ax"\n.globl main\nmain: .word 0x6f',
        '.section .text.init,"ax"\n.globl _start\n_start: .word 0x6f',
        '.section .tohost,"aw"\n.globl tohost\ntohost: .quad 0',
        '.data\nvalue: .quad 5\n.section .tdata,"awT"\n.quad 1\n.bss\n.space 100',
      ].join("\n"),
    );
    const elf = join(folder, "program.elf");
    // The machine's own assembler and linker do for a script: it names no instruction set but in OUTPUT_ARCH.
    const host = file(`${name}-host.ld`, linkerScript(map, { stackBytes: 4096 }).replace("OUTPUT_ARCH(riscv)\n", ""));
    expect(linkerScript(map)).toContain("OUTPUT_ARCH(riscv)");
    execFileSync(findTool("gcc"), ["-c", program, "-o", object]);
    const { status, stderr } = spawnSync("ld", ["--fatal-warnings", "-static", "-T", host, object, "-o", elf], { encoding: "utf8" });
    expect({ script, status, stderr }).toEqual({ script, status: 0, stderr: "" });
    const symbols = new Map(
      execFileSync("nm", [elf], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((l) => l.split(" "))
        .map(([value, , symbol]) => [symbol ?? "", Number.parseInt(value ?? "", 16)]),
    );
    const memory = regionOf(map, "memory");
    const symbol = (s: string): number => symbols.get(s) ?? Number.NaN;
    expect(symbol("_start")).toBe(memory.base);
    expect(symbol("tohost") % 64).toBe(0);
    expect(symbol("__stack_top")).toBe(memory.base + memory.size);
    expect(symbol("__heap_end")).toBe(memory.base + memory.size - map.config.harts * 4096);
    expect(symbol("__bss_end") - symbol("__bss_start")).toBe(128);
    expect(symbol("__heap_start")).toBeGreaterThanOrEqual(symbol("__bss_end"));
  });

  it("refuses stacks that are no stacks, or fill the memory", () => {
    expect(() => linkerScript(map, { stackBytes: 100 })).toThrow(/stack of 100 bytes: a positive multiple of 16/);
    expect(() => linkerScript(map, { stackBytes: 32 << 20 })).toThrow(/do not fit a memory of 33554432/);
  });
});
