/** The systems as an operating system finds them: a device tree for each configuration. */
import { deviceOf, deviceTreeNode } from "#hdl/regmap/index.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import { interruptOf, regionOf, type SocMap, timebase } from "./map.ts";
import { systemMap } from "./system.ts";
import { uartDepth } from "./uart.ts";

export interface DeviceTreeOptions {
  /** The kernel's command line; none unless said. */
  readonly bootargs?: string;
  /** Where an initial file system lies in memory: its first address and the one after its last. */
  readonly initrd?: { readonly start: number; readonly end: number };
  /** Random bytes for the kernel, so that it need not wait for some. */
  readonly rngSeed?: Uint8Array;
}

/** What the caches and TLBs of both variants are: facts of the generated Verilog. */
const cache = { block: 64, sets: 64, bytes: 16384, tlb: 32 };
const tab = "\t";
const indent = (text: string, depth: number): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : tab.repeat(depth) + line))
    .join("\n");
const cells = (value: number): string => `0x${Math.floor(value / 2 ** 32).toString(16)} 0x${(value % 2 ** 32).toString(16)}`;
const at = (value: number): string => value.toString(16);

const cpu = (hart: number): string => `cpu${hart}: cpu@${hart} {
	device_type = "cpu";
	reg = <${hart}>;
	status = "okay";
	compatible = "sifive,rocket0", "riscv";
	riscv,isa = "rv64imafdc";
	riscv,isa-base = "rv64i";
	riscv,isa-extensions = "i", "m", "a", "f", "d", "c", "zicntr", "zicsr", "zifencei";
	mmu-type = "riscv,sv39";
	d-cache-block-size = <${cache.block}>;
	d-cache-sets = <${cache.sets}>;
	d-cache-size = <${cache.bytes}>;
	d-tlb-sets = <1>;
	d-tlb-size = <${cache.tlb}>;
	i-cache-block-size = <${cache.block}>;
	i-cache-sets = <${cache.sets}>;
	i-cache-size = <${cache.bytes}>;
	i-tlb-sets = <1>;
	i-tlb-size = <${cache.tlb}>;
	tlb-split;

	cpu${hart}_intc: interrupt-controller {
		#address-cells = <0>;
		#interrupt-cells = <1>;
		compatible = "riscv,cpu-intc";
		interrupt-controller;
	};
};
`;

/** Device tree source; `dtc` makes a blob of it without a remark. */
export const deviceTree = (map: SocMap, options: DeviceTreeOptions = {}): string => {
  const { accio, harts, name } = map.config;
  const all = Array.from({ length: harts }, (_, hart) => hart);
  const reg = (region: string): string => {
    const { base, size } = regionOf(map, region);
    return `<${cells(base)} ${cells(size)}>`;
  };
  const base = (region: string): number => regionOf(map, region).base;
  // Interrupt numbers of a hart: machine software 3, machine timer 7, machine external 11, supervisor external 9.
  const lines = (numbers: readonly number[]): string => all.flatMap((h) => numbers.map((n) => `<&cpu${h}_intc ${n}>`)).join(", ");
  const { bootargs, initrd, rngSeed } = options;
  const chosen = [
    `stdout-path = "/soc/serial@${at(base("uart"))}:115200n8";`,
    ...(bootargs === undefined ? [] : [`bootargs = ${JSON.stringify(bootargs)};`]),
    ...(initrd === undefined ? [] : [`linux,initrd-start = <${cells(initrd.start)}>;`, `linux,initrd-end = <${cells(initrd.end)}>;`]),
    ...(rngSeed === undefined ? [] : [`rng-seed = [${Buffer.from(rngSeed).toString("hex")}];`]),
  ];
  const registers = nicMap(accio);
  const nic = deviceTreeNode(deviceOf(registers), {
    bases: { registers: base("accio") },
    interrupts: Object.keys(registers.interrupts).map((line) => interruptOf(map, line).source),
    label: "accio",
  });
  return `/dts-v1/;

/* The system "${name}". Generated: change rtl/soc/map.ts instead. */
/ {
	#address-cells = <2>;
	#size-cells = <2>;
	compatible = "accio,${name}";
	model = "Accio on Rocket, ${harts} hart${harts === 1 ? "" : "s"}";

	chosen {
${indent(chosen.join("\n"), 2)}
	};

	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		timebase-frequency = <${timebase(map)}>;

${all.map((hart) => indent(cpu(hart), 2)).join("\n")}	};

	memory@${at(base("memory"))} {
		device_type = "memory";
		reg = ${reg("memory")};
	};

	soc {
		#address-cells = <2>;
		#size-cells = <2>;
		compatible = "simple-bus";
		interrupt-parent = <&plic>;
		ranges;

		clint@${at(base("clint"))} {
			compatible = "sifive,clint0", "riscv,clint0";
			reg = ${reg("clint")};
			interrupts-extended = ${lines([3, 7])};
		};

		plic: interrupt-controller@${at(base("plic"))} {
			compatible = "sifive,plic-1.0.0", "riscv,plic0";
			reg = ${reg("plic")};
			#address-cells = <0>;
			#interrupt-cells = <1>;
			interrupt-controller;
			interrupts-extended = ${lines([11, 9])};
			riscv,ndev = <8>;
		};

		system@${at(base("system"))} {
			compatible = "${systemMap.compatible[0]}";
			reg = ${reg("system")};
		};

		serial@${at(base("uart"))} {
			compatible = "ns16550a";
			reg = ${reg("uart")};
			reg-shift = <2>;
			reg-io-width = <4>;
			fifo-size = <${uartDepth}>;
			clock-frequency = <${accio.coreMhz * 1e6}>;
			current-speed = <115200>;
			interrupts = <${interruptOf(map, "console").source}>;
		};

${indent(nic, 2)}	};
};
`;
};
