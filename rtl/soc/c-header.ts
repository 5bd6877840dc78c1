/** The memory map for C and assembler. Registers inside the devices have headers of their own, from their register maps. */
import { type Region, type SocMap, timebase } from "./map.ts";

const hex = (value: number): string => `0x${value.toString(16)}`;

/** `accio_soc.h`: base and size of each region, interrupt sources, harts and clocks, as macros `SOC_...`. */
export const socHeader = (map: SocMap): string => {
  const { config, regions, interrupts, cyclesPerTick } = map;
  const define = (name: string, value: string, doc: string): string => `/* ${doc} */\n#define SOC_${name} ${value}\n`;
  const address = (value: number): string => `SOC_UL(${hex(value)})`;
  const region = ({ name, base, size, doc, kind }: Region): string => {
    const macro = name.toUpperCase();
    const absent = kind === "reserved" ? ". Not there yet: accesses are refused" : "";
    return `${define(`${macro}_BASE`, address(base), `${doc}${absent}`)}#define SOC_${macro}_SIZE ${address(size)}\n`;
  };
  return [
    `/* Memory map of the system "${config.name}". Generated: change rtl/soc/map.ts instead. */`,
    "#ifndef ACCIO_SOC_H",
    "#define ACCIO_SOC_H",
    "",
    "#ifdef __ASSEMBLER__",
    "#define SOC_UL(value) value",
    "#else",
    "#define SOC_UL(value) value##UL",
    "#endif",
    "",
    define("HARTS", `${config.harts}`, "Harts, numbered from 0"),
    define("CLOCK_HZ", `SOC_UL(${config.accio.coreMhz * 1e6})`, "The clock of everything"),
    define("TIMEBASE_HZ", `SOC_UL(${timebase(map)})`, "Ticks of mtime per second"),
    define("CYCLES_PER_TICK", `${cyclesPerTick}`, "Cycles of the clock per tick of mtime"),
    ...regions.map(region),
    ...interrupts.map((x) => define(`IRQ_${x.name.toUpperCase()}`, `${x.source}`, `Interrupt source: ${x.doc}`)),
    "#endif",
    "",
  ].join("\n");
};
