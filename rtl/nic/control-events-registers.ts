/** The control event queue's registers for the kernel's page, 0x40 bytes, and how they are joined to the hardware. */
import { type Bits, type Bool, bool, type SignalOf, struct, uint } from "#hdl";
import { counter, external, reg, registers, ro, rw } from "#hdl/regmap/index.ts";
import { eventRingLogs } from "./control-event-formats.ts";

/** What software has set; sampled where said. */
export const eventSettings = struct(
  {
    enable: bool,
    /** Kinds that are events, a bit for each. */
    kinds: uint(16),
    /** Sampled when the queue begins: bus address of the ring, and the power of two of its records. */
    base: uint(64),
    log_size: uint(4),
    /** The line rises with so many records that were not read, or so many cycles after the first. */
    count: uint(16),
    cycles: uint(24),
  },
  "event_settings",
);
/** Writes of software, each for one cycle. */
export const eventWrites = struct({ head: bool, head_index: uint(16), arm: bool, armed: bool }, "event_writes");
/** What software reads. */
export const eventStatus = struct(
  {
    busy: bool,
    running: bool,
    /** Why it has stopped. */
    dma_error: bool,
    malformed: bool,
    /** The link is up. */
    link: bool,
    tail: uint(16),
    head: uint(16),
    armed: bool,
  },
  "event_status",
);

/** Bits of the number of events that are lost at once. */
export const lostBits = 4;

/** Registers for a page: `registerMap("...", { ...controlEventNodes(0x200) }, ...)`. */
export const controlEventNodes = (offset: number) => ({
  EVENTS: registers(offset, "Control events", {
    CONTROL: reg(0x00, "Life of the queue, and what is an event", {
      enable: rw(0, bool, "1: begin, with indices of 0, and with what happened shortly before. 0: end; wait for busy to fall"),
      logSize: rw(8, uint(4), `Records of the ring, as a power of two: ${eventRingLogs.least} to ${eventRingLogs.most}`, { reset: 8 }),
      kinds: rw(16, uint(16), "What is an event: a bit for each kind, by its number"),
    }),
    STATUS: reg(0x08, "What the hardware says of it", {
      busy: ro(0, bool, "It may still write memory. 0 in bounded time after enable is 0"),
      running: ro(1, bool, "It writes events"),
      dmaError: ro(2, bool, "It has stopped because memory refused a write, which is in LOST; until it is enabled anew"),
      malformed: ro(3, bool, "It has stopped because of an index or a ring size that cannot be; until it is enabled anew"),
      link: ro(8, bool, "The link is up"),
    }),
    RING: reg(0x10, "Records of 16 bytes; fill it with zeros before", {
      address: rw(0, uint(64), "Bus address of the ring, a multiple of 64: the lower six bits count as 0"),
    }),
    TAIL: reg(0x18, "How far the hardware is", {
      index: ro(0, uint(16), "Records in memory. Counts on from 0 and wraps at 65536, not at the ring's size"),
    }),
    HEAD: reg(0x20, "How far the driver is", {
      index: external(0, uint(16), "Records before it have been read. Counts as TAIL does"),
      armed: external(31, bool, "The line may rise: with records that were not read, or because the queue has stopped"),
    }),
    MODERATION: reg(0x28, "When records that were not read raise the line, if it is armed", {
      count: rw(0, uint(16), "So many; 0 and 1 are at once"),
      cycles: rw(32, uint(24), "Or so many cycles of the bus clock after the first, or after HEAD was written; 0 is at once"),
    }),
    LOST: reg(0x30, "Events that are in no record", { count: counter(0, uint(64), "Wraps", { step: lostBits }) }),
    RECORDED: reg(0x38, "Events that are in one", { count: counter(0, uint(64), "Wraps") }),
  }),
});

interface External {
  readonly value: Bits;
  readonly written: Bool;
  readonly data: Bits;
}
interface Counter {
  readonly count: { readonly increment: Bits };
}
/** What hardware sees of them: `regs.EVENTS` of a `registerBlock`. */
export interface EventRegisters {
  readonly CONTROL: { readonly enable: Bool; readonly logSize: Bits; readonly kinds: Bits };
  readonly STATUS: Readonly<Record<"busy" | "running" | "dmaError" | "malformed" | "link", Bool>>;
  readonly RING: { readonly address: Bits };
  readonly TAIL: { readonly index: Bits };
  readonly HEAD: { readonly index: External; readonly armed: External };
  readonly MODERATION: { readonly count: Bits; readonly cycles: Bits };
  readonly LOST: Counter;
  readonly RECORDED: Counter;
}
/** The hardware's side, of `control_events`. */
export interface EventPorts {
  readonly settings: SignalOf<typeof eventSettings>;
  readonly writes: SignalOf<typeof eventWrites>;
  readonly status: SignalOf<typeof eventStatus>;
  readonly lost: Bits;
  readonly recorded: Bool;
}
/** Joins the registers to the hardware. */
export const connectControlEvents = (regs: EventRegisters, { settings, writes, status, lost, recorded }: EventPorts): void => {
  const { CONTROL, STATUS, HEAD, MODERATION } = regs;
  settings.drive({
    enable: CONTROL.enable,
    kinds: CONTROL.kinds,
    base: regs.RING.address,
    log_size: CONTROL.logSize,
    count: MODERATION.count,
    cycles: MODERATION.cycles,
  } as never);
  writes.drive({
    head: HEAD.index.written,
    head_index: HEAD.index.data,
    arm: HEAD.armed.written,
    armed: HEAD.armed.data,
  } as never);
  STATUS.busy.drive(status.busy);
  STATUS.running.drive(status.running);
  STATUS.dmaError.drive(status.dma_error);
  STATUS.malformed.drive(status.malformed);
  STATUS.link.drive(status.link);
  regs.TAIL.index.drive(status.tail);
  HEAD.index.value.drive(status.head);
  HEAD.armed.value.drive(status.armed);
  regs.LOST.count.increment.drive(lost);
  regs.RECORDED.count.increment.drive(recorded);
};
