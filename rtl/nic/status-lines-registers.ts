/** The registers of the status lines for the kernel's page, 0x40 bytes, and how they are joined to the hardware. */
import { type Bits, type Bool, bool, type SignalOf, struct, uint } from "#hdl";
import { counter, reg, registers, ro, rw } from "#hdl/regmap/index.ts";

/** What software has set. */
export const statusLineSettings = struct({ enable: bool, /** Sampled where it rises. */ base: uint(64) }, "status_line_settings");

/** Registers for a page: `registerMap("...", { ...statusLineNodes(0x240) }, ...)`. */
export const statusLineNodes = (offset: number) => ({
  STATUS_LINES: registers(offset, "Status lines: receive tail and transmit head of each slot in memory", {
    CONTROL: reg(0x00, "Whether they are written", {
      enable: rw(0, bool, "1: write the lines of all open slots, then those that change. 0: end; wait for busy to fall"),
    }),
    STATUS: reg(0x08, "How far that is", {
      busy: ro(0, bool, "It may still write memory. 0 in bounded time after enable is 0, and after reset"),
      idle: ro(1, bool, "Nothing is under way: with enable, lines of open slots are what the slots' registers are"),
    }),
    BASE: reg(0x10, "A line of 64 bytes for each slot, of which 8 are used: receive tail (31 to 0), transmit head (63 to 32)", {
      address: rw(0, uint(64), "Bus address of slot 0's, a multiple of 64: the lower six bits count as 0. Taken over where enable rises"),
    }),
    WRITTEN: reg(0x18, "Lines written", { count: counter(0, uint(64), "Wraps") }),
    FAILED: reg(0x20, "Writes that memory refused; each is an event, too", { count: counter(0, uint(64), "Wraps") }),
  }),
});

interface Counter {
  readonly count: { readonly increment: Bits };
}
/** What hardware sees of them: `regs.STATUS_LINES` of a `registerBlock`. */
export interface StatusLineRegisters {
  readonly CONTROL: { readonly enable: Bool };
  readonly STATUS: Readonly<Record<"busy" | "idle", Bool>>;
  readonly BASE: { readonly address: Bits };
  readonly WRITTEN: Counter;
  readonly FAILED: Counter;
}
/** The hardware's side, of `status_lines`. */
export interface StatusLinePorts {
  readonly settings: SignalOf<typeof statusLineSettings>;
  readonly busy: Bool;
  readonly idle: Bool;
  readonly written: Bool;
  readonly failed: { readonly valid: Bool };
}
/** Joins the registers to the hardware. */
export const connectStatusLines = (regs: StatusLineRegisters, io: StatusLinePorts): void => {
  io.settings.drive({ enable: regs.CONTROL.enable, base: regs.BASE.address } as never);
  regs.STATUS.busy.drive(io.busy);
  regs.STATUS.idle.drive(io.idle);
  regs.WRITTEN.count.increment.drive(io.written);
  regs.FAILED.count.increment.drive(io.failed.valid);
};
