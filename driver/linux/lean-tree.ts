/**
 * The device tree with which a system boots Linux: as little as firmware and kernel need. The kernel walks the tree from the
 * start for whatever it looks up early, byte by byte: a character of a name costs a thousand instructions, a property three
 * thousand, a device without a driver fifty thousand. What is all there is, with its descriptions, says rtl/soc/device-tree.ts.
 */
import { regionOf, type SocMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";

export interface LeanTreeOptions {
  /** The kernel's command line. */
  readonly bootargs: string;
  /** Where the initial file system lies: its first address and the one after its last. */
  readonly initrd: { readonly start: number; readonly end: number };
  /** Random bytes for the kernel, which otherwise gathers some for a million instructions. */
  readonly rngSeed: Uint8Array;
  /** The processor's clock, which `mtime` counts; what the map says unless said. */
  readonly clockMhz?: number;
}

/** Source for dtc. Names are short where they mean nothing. */
export const leanTree = (map: SocMap, { bootargs, initrd, rngSeed, clockMhz = map.config.accio.coreMhz }: LeanTreeOptions): string => {
  const harts = Array.from({ length: map.config.harts }, (_, hart) => hart);
  const reg = (name: string): string => {
    const { base, size } = regionOf(map, name);
    return `reg = <0x${base.toString(16)} 0x${size.toString(16)}>;`;
  };
  const at = (name: string): string => regionOf(map, name).base.toString(16);
  // Interrupt numbers of a hart: machine software 3, machine timer 7, machine external 11, supervisor external 9.
  const lines = (numbers: readonly number[]): string => harts.flatMap((h) => numbers.map((n) => `<&i${h} ${n}>`)).join(", ");
  const cpu = (hart: number): string => `
    c@${hart} {
      device_type = "cpu"; reg = <${hart}>; compatible = "riscv"; riscv,isa = "rv64imafdc"; mmu-type = "riscv,sv39";
      i${hart}: i { #interrupt-cells = <1>; interrupt-controller; compatible = "riscv,cpu-intc"; };
    };`;
  return `/dts-v1/;
/ {
  #address-cells = <1>; #size-cells = <1>; compatible = "accio,${map.config.name}";
  chosen {
    bootargs = ${JSON.stringify(bootargs)};
    linux,initrd-start = <0x${initrd.start.toString(16)}>; linux,initrd-end = <0x${initrd.end.toString(16)}>;
    rng-seed = [${Buffer.from(rngSeed).toString("hex")}];
  };
  memory@${at("memory")} { device_type = "memory"; ${reg("memory")} };
  cpus {
    #address-cells = <1>; #size-cells = <0>; timebase-frequency = <${(clockMhz * 1e6) / map.cyclesPerTick}>;${harts.map(cpu).join("")}
  };
  p@${at("plic")} {
    compatible = "sifive,plic-1.0.0"; ${reg("plic")} #address-cells = <0>; #interrupt-cells = <1>; interrupt-controller;
    interrupts-extended = ${lines([11, 9])}; riscv,ndev = <8>;
  };
  /* For the firmware alone: this is no bus, so the kernel makes no devices of it. */
  m {
    #address-cells = <1>; #size-cells = <1>;
    c@${at("clint")} { compatible = "sifive,clint0"; ${reg("clint")} };
    e@${at("system")} { compatible = "${systemMap.compatible[0]}"; ${reg("system")} };
    s@${at("uart")} { compatible = "ns16550a"; ${reg("uart")} reg-shift = <2>; reg-io-width = <4>; };
  };
};
`;
};
