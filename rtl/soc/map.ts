/**
 * The memory map of the systems as one value: every address and interrupt number that hardware, linker scripts, C headers
 * and device trees know comes from here.
 */
import { nicMap, prototypeNicOffset, prototypeOffset } from "#rtl/nic/registers.ts";
import type { SocConfig } from "./config.ts";

/**
 * `processor`: inside Rocket. `device`: behind its MMIO port. `view`: a part of a device at a second place. `reserved`: kept
 * for a device to come; accesses are answered with DECERR. `memory`: behind its memory port.
 */
export type RegionKind = "processor" | "device" | "view" | "reserved" | "memory";
export interface Region {
  /** Lower case words with underscores. */
  readonly name: string;
  readonly kind: RegionKind;
  /** First byte's physical address. */
  readonly base: number;
  /** Bytes. */
  readonly size: number;
  readonly doc: string;
  /** Of a view: the device that it shows, and where in it. */
  readonly shows?: { readonly device: string; readonly offset: number };
}
/** Source of the platform-level interrupt controller, all level and active high. */
export interface Interrupt {
  readonly name: string;
  /** 1 to 8. */
  readonly source: number;
  readonly doc: string;
}
export interface SocMap {
  readonly config: SocConfig;
  /** In order of their addresses. */
  readonly regions: readonly Region[];
  readonly interrupts: readonly Interrupt[];
  /** Cycles of the clock for one tick of `mtime`. */
  readonly cyclesPerTick: number;
}

/** A map that cannot be. The message names the regions and the addresses. */
export class MapError extends Error {
  override readonly name = "MapError";
}

const page = 0x1000;
const mebibyte = 2 ** 20;
/** What Rocket's MMIO and memory ports span. */
const spans: Readonly<Partial<Record<RegionKind, readonly [number, number]>>> = {
  device: [0x1000_0000, 0x8000_0000],
  view: [0x1000_0000, 0x8000_0000],
  reserved: [0x1000_0000, 0x8000_0000],
  memory: [0x8000_0000, 0x1_0000_0000],
};
export const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
const extent = (r: Region): string => `${r.name} (${hex(r.base)} to ${hex(r.base + r.size - 1)})`;
const isPowerOfTwo = (n: number): boolean => n > 0 && Number.isInteger(Math.log2(n));

/** The same map, its regions in order, if it can be; throws `MapError` with everything that is wrong. */
export const checkedMap = (map: SocMap): SocMap => {
  const regions = [...map.regions].sort((a, b) => a.base - b.base);
  const wrong: string[] = [];
  for (const r of regions) {
    if (r.size <= 0 || r.size % page !== 0) wrong.push(`${extent(r)}: its size ${hex(r.size)} is not a multiple of ${hex(page)}, a page`);
    if (r.base % page !== 0) wrong.push(`${extent(r)}: its base is not a multiple of ${hex(page)}, a page`);
    const placed = r.kind === "device" || r.kind === "view";
    if (placed && !isPowerOfTwo(r.size)) wrong.push(`${extent(r)}: the size of a ${r.kind} is a power of two`);
    else if (placed && r.base % r.size !== 0) wrong.push(`${extent(r)}: its base is not a multiple of its size ${hex(r.size)}`);
    const [first, end] = spans[r.kind] ?? [0, 0x1_0000_0000];
    if (r.base < first || r.base + r.size > end)
      wrong.push(`${extent(r)}: a ${r.kind} region lies between ${hex(first)} and ${hex(end - 1)}`);
  }
  regions.forEach((r, i) => {
    const before = regions.slice(0, i).find((x) => x.base + x.size > r.base);
    if (before !== undefined) wrong.push(`${extent(r)} overlaps ${extent(before)}: move one of them`);
    const shown = regions.find((x) => x.kind === "device" && x.name === r.shows?.device);
    if (r.kind === "view" && (r.shows === undefined || shown === undefined || r.shows.offset + r.size > shown.size))
      wrong.push(`${extent(r)}: a view shows a part of a device that is there`);
    if (regions.findIndex((x) => x.name === r.name) !== i) wrong.push(`${extent(r)}: there are two regions of this name`);
  });
  for (const [i, x] of map.interrupts.entries()) {
    if (!Number.isInteger(x.source) || x.source < 1 || x.source > 8)
      wrong.push(`interrupt ${x.name}: source ${x.source}; there are 1 to 8`);
    const other = map.interrupts.slice(0, i).find((y) => y.source === x.source || y.name === x.name);
    if (other !== undefined) wrong.push(`interrupts ${other.name} and ${x.name}: one source, or one name, for both`);
  }
  if (wrong.length > 0) throw new MapError(`memory map of ${map.config.name}: ${wrong.join("; ")}`);
  return { ...map, regions };
};

export interface MapOptions {
  /** Memory in bytes; 64 MiB unless said. At most 2 GiB. */
  readonly memoryBytes?: number;
}
/** The map of a system. Throws `MapError` where the parameters make one that cannot be. */
export const socMap = (config: SocConfig, { memoryBytes = 64 * mebibyte }: MapOptions = {}): SocMap => {
  const { accio, harts } = config;
  const region = (name: string, kind: RegionKind, base: number, size: number, doc: string): Region => ({ name, kind, base, size, doc });
  const view = (name: string, base: number, size: number, offset: number, doc: string): Region => ({
    ...region(name, "view", base, size, doc),
    shows: { device: "accio", offset },
  });
  return checkedMap({
    config,
    regions: [
      region("clint", "processor", 0x0200_0000, 0x1_0000, "Software and timer interrupts of each hart"),
      region("plic", "processor", 0x0c00_0000, 0x400_0000, "Platform-level interrupt controller"),
      region("boot_rom", "device", 0x1000_0000, 0x1000, "First instructions of every hart"),
      region("system", "device", 0x1001_0000, 0x1000, "Exit, cycle counter, where to start"),
      region("uart", "device", 0x1002_0000, 0x1000, "Console: 16550, a register every 4 bytes"),
      ...(accio.prototypeView
        ? [
            view("prototype_ict", 0x1003_0000, 0x8000, prototypeOffset, "The prototype's connection table"),
            view("prototype_nic", 0x1004_0000, 0x8000, prototypeOffset + prototypeNicOffset, "The prototype's NIC pages"),
          ]
        : []),
      region(
        "accio",
        "device",
        accio.baseAddress,
        Math.max(page, nicMap(accio).size),
        "Accio: registers for the kernel, and a doorbell page per slot for its owner",
      ),
      region("memory", "memory", 0x8000_0000, memoryBytes, "Memory"),
    ],
    interrupts: [
      ...Array.from({ length: harts }, (_, hart) => ({
        name: `wake${hart}`,
        source: 1 + hart,
        doc: `A sleeping thread of hart ${hart} has data`,
      })),
      { name: "ordinary_receive", source: 5, doc: "Frames for the kernel's ordinary path have come" },
      { name: "ordinary_transmit", source: 6, doc: "Frames of the kernel's ordinary path have left" },
      { name: "event", source: 7, doc: "A control event of Accio" },
      { name: "console", source: 8, doc: "The UART" },
    ],
    cyclesPerTick: 100,
  });
};

/** The region of that name. */
export const regionOf = (map: SocMap, name: string): Region => {
  const found = map.regions.find((r) => r.name === name);
  if (found === undefined)
    throw new MapError(`memory map of ${map.config.name}: no region ${name}; it has ${map.regions.map((r) => r.name).join(", ")}`);
  return found;
};
/** The interrupt of that name. */
export const interruptOf = (map: SocMap, name: string): Interrupt => {
  const found = map.interrupts.find((x) => x.name === name);
  if (found === undefined)
    throw new MapError(`memory map of ${map.config.name}: no interrupt ${name}; it has ${map.interrupts.map((x) => x.name).join(", ")}`);
  return found;
};
/** Frequency of `mtime` in Hz. */
export const timebase = (map: SocMap): number => (map.config.accio.coreMhz * 1e6) / map.cyclesPerTick;
