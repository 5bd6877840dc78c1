/** Every register of a system through every width at every place, then what registers do to each other and to interrupts. */
import { Random } from "#hdl/simulate/index.ts";
import { bootCode } from "#rtl/soc/boot-rom.ts";
import type { SocConfig } from "#rtl/soc/config.ts";
import { regionOf, type SocMap, socMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { nothingForwarded, RegisterModel } from "./model.ts";
import { nicOperations } from "./nic-scenario.ts";
import { Recorder } from "./recorder.ts";
import { lanes, type Operation, operation } from "./table.ts";
import { uartOperations } from "./uart-model.ts";

/** Causes of exceptions (privileged specification, table 3.6). */
const loadFault = 5n;
const storeFault = 7n;
/** An address that nothing has, for harts and for DMA. */
const nowhere = 0x0800_0000;

/** Boot ROM: its code, then zeros; what is written is refused. */
const bootRom = (map: SocMap, random: Random): readonly Operation[] => {
  const { base } = regionOf(map, "boot_rom");
  const code = bootCode(map);
  const word = (i: number): bigint => BigInt(code[2 * i] ?? 0) | (BigInt(code[2 * i + 1] ?? 0) << 32n);
  const words = [...Array.from({ length: Math.ceil(code.length / 2) + 1 }, (_, i) => i), 511];
  const read = words.flatMap((i) =>
    lanes.map((l) => operation("read", "boot_rom", base + 8 * i + l.first, l.bytes, word(i) >> BigInt(8 * l.first))),
  );
  const write = lanes.map((l) => operation("write", "boot_rom", base + l.first, l.bytes, random.bits(8 * l.bytes)));
  return [...read, ...write, ...lanes.map((l) => operation("read", "boot_rom", base + l.first, l.bytes, word(0) >> BigInt(8 * l.first)))];
};

/** Where Rocket itself refuses: outside of everything, and across a device's alignment. A bus error does not trap on Rocket. */
const traps = (map: SocMap): readonly Operation[] => {
  const device = regionOf(map, "accio").base;
  const places = [0x0008_0000, nowhere, 0x0bff_fff8];
  const both = (address: number, bytes: Operation["bytes"]): readonly Operation[] => [
    operation("readTraps", "nowhere", address, bytes, loadFault),
    operation("writeTraps", "nowhere", address, bytes, storeFault),
  ];
  return [
    ...places.flatMap((at) => lanes.flatMap((l) => both(at + l.first, l.bytes))),
    ...([2, 4, 8] as const).flatMap((bytes) => Array.from({ length: bytes - 1 }, (_, i) => both(device + i + 1, bytes)).flat()),
  ];
};

const system = (to: Operation[], map: SocMap, random: Random): void => {
  // What they are in the simulator: the program lies at the start of memory, and there is no device tree.
  const model = new RegisterModel(systemMap, {
    read: (title) => (title === "ENTRY" ? BigInt(regionOf(map, "memory").base) : 0n),
    write: () => {},
    ...nothingForwarded,
  });
  const { base } = regionOf(map, "system");
  const r = new Recorder(to, model, base, random);
  for (const title of ["EXIT", "ENTRY", "DEVICE_TREE"]) r.readLanes(title);
  r.clockLanes("CYCLES");
  // Writes of the exit code's bytes that are not all of them, and of the bytes beside it.
  for (const { first, bytes } of lanes) if (first >= 4 || bytes < 4) r.write(first, bytes, random.bits(64));
  for (const title of ["ENTRY", "DEVICE_TREE"]) r.writeLanes(title);
  r.refused();
};

export interface ScenarioOptions {
  readonly seed?: number;
  /** Slots whose registers are tried in every way; all unless said. */
  readonly slots?: readonly number[];
}
/** The whole list for a system. */
export const registerOperations = (config: SocConfig, { seed = 1, slots }: ScenarioOptions = {}): readonly Operation[] => {
  const map = socMap(config);
  const random = new Random(seed);
  const to: Operation[] = [...bootRom(map, random), ...traps(map)];
  system(to, map, random);
  to.push(...uartOperations(regionOf(map, "uart").base, random));
  to.push(...nicOperations(map, random, slots));
  return to;
};
