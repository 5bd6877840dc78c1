/**
 * How slow the world around the system is. Hardware results are cycle counts, and these are what they depend on beside the
 * RTL; so they have names. Values are handed to the simulator at run time.
 */
import { UserError } from "#toolchain/user-error.ts";

/** Cycles of the system's clock. */
export interface OpenPage {
  /** From a read's address to its first beat, by what the bank has open: this row, none, another one. */
  readonly hit: number;
  readonly miss: number;
  readonly conflict: number;
  /** Bytes of a row over all chips of a bank; neighbouring rows lie in different banks. */
  readonly rowBytes: number;
  readonly banks: number;
}
export interface Timing {
  readonly name: string;
  /** What a cycle is when microseconds are printed. */
  readonly clockMhz: number;
  /** Cycles added to every access of a hart to a device. */
  readonly mmioLatency: number;
  readonly memory: {
    /** From a read's address to its first beat, where no open page is modelled. */
    readonly read: number;
    /** From a write's last beat to its response. */
    readonly write: number;
    readonly openPage?: OpenPage;
  };
  readonly wire: {
    /** At most 64, the width of the wire's port. */
    readonly bitsPerCycle: number;
    /** Bytes that a frame takes on the link beside its own: preamble, check sequence, gap. */
    readonly overheadBytes: number;
    /** Propagation delay in cycles, each way. */
    readonly delay: number;
  };
}

/** Nothing is slower than it must be: what the RTL itself costs. */
const raw: Timing = {
  name: "raw",
  clockMhz: 100,
  mmioLatency: 0,
  memory: { read: 1, write: 1 },
  wire: { bitsPerCycle: 64, overheadBytes: 0, delay: 0 },
};

/** DDR4-2400 at CL17-17-17, as on the VCU118, in nanoseconds: JEDEC JESD79-4, speed bin 2400R. */
const ddr4 = { activate: 14.16, precharge: 14.16, column: 14.16 } as const;
/**
 * The controller and its PHY beside the DRAM's own times: about 30 cycles of its 300 MHz interface clock, a quarter of the
 * memory's. An estimate from the vendor's published read latencies; the paper gives no figure.
 */
const controllerNs = 100;
/** Cycles of the slow clock to hand a request to the controller's clock and its answer back: two flip-flops, either way. */
const crossingCycles = 4;

/**
 * The memory of the paper's board (section 8.1: DDR, system and memory bus of 64 bits at `clockMhz`). Its latency is nearly
 * all the controller's; at 50 MHz a row makes one cycle's difference. The bus, not the DRAM, bounds its rate: 8 bytes a cycle.
 */
export const boardMemory = (clockMhz: number): Timing["memory"] & { readonly openPage: OpenPage } => {
  const cycles = (ns: number): number => crossingCycles + Math.ceil((controllerNs + ns) * clockMhz * 1e-3);
  const { activate, precharge, column } = ddr4;
  const openPage = {
    hit: cycles(column),
    miss: cycles(activate + column),
    conflict: cycles(precharge + activate + column),
    // Four 16-bit chips with rows of 2 KiB; 4 bank groups of 4 banks in half of them.
    rowBytes: 8192,
    banks: 8,
  };
  // The controller answers a write when it has it.
  return { read: openPage.miss, write: crossingCycles + 1, openPage };
};

/** What a hart sees of a device's register without any latency added, in cycles: tb/rtl/soc/system.test.ts counts it. */
export const rawMmioRoundTrip = 11;

/** The paper's board: 50 MHz, 70 cycles from a hart to the NIC and back (section 7), DDR4, and a link that never waits. */
const paper: Timing = {
  name: "paper",
  clockMhz: 50,
  mmioLatency: 70 - rawMmioRoundTrip,
  memory: boardMemory(50),
  // 100 Gb/s are 2000 bits in a cycle of 50 MHz, more than the 64-bit system bus takes (3.2 Gb/s, section 7). A metre of
  // cable is a quarter of a cycle.
  wire: { bitsPerCycle: 64, overheadBytes: 0, delay: 1 },
};

export const timings: Readonly<Record<string, Timing>> = { raw, paper };

/** The timing of that name. Throws `UserError` with the names that there are. */
export const timingNamed = (name: string): Timing => {
  const found = Object.hasOwn(timings, name) ? timings[name] : undefined;
  if (found === undefined)
    throw new UserError("there is no such timing", `--timing ${name}`, `choose ${Object.keys(timings).join(" or ")}`);
  return found;
};
