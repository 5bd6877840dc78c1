/**
 * The ordinary path's registers for the kernel's page, one group per direction, and how a page's view of them is joined to
 * the hardware. No access waits for a queue: doorbells are indices, and what cannot be stops the queue and says so.
 */
import { type Bits, type Bool, bool, type SignalOf, struct, uint } from "#hdl";
import { counter, external, reg, registers, ro, rw } from "#hdl/regmap/index.ts";
import { ringLogs } from "./ordinary-formats.ts";

/** What software has set; sampled where said. */
export const queueSettings = struct(
  {
    enable: bool,
    /** Sampled when the queue begins: bus addresses of the rings, and the power of two of their entries. */
    descriptors: uint(64),
    completions: uint(64),
    log_size: uint(4),
    /** The line rises with so many completions that were not consumed, or so many cycles after the first. */
    count: uint(16),
    cycles: uint(24),
  },
  "queue_settings",
);
/** Writes of software, each for one cycle. */
export const queueWrites = struct(
  { producer: bool, producer_index: uint(16), consumer: bool, consumer_index: uint(16), arm: bool, armed: bool },
  "queue_writes",
);
/** What software reads. */
export const queueStatus = struct(
  {
    busy: bool,
    running: bool,
    /** Why it has stopped. */
    dma_error: bool,
    malformed: bool,
    producer: uint(16),
    consumer: uint(16),
    armed: bool,
    /** Descriptors read; completions in memory. */
    fetched: uint(16),
    completed: uint(16),
  },
  "queue_status",
);

const events = (offset: number, doc: string, step = 1) => reg(offset, doc, { count: counter(0, uint(64), "Wraps", { step }) });
const what = { receive: ["Free buffers", "a filled buffer"], transmit: ["Fragments to send", "a frame that was read"] } as const;

/** Registers of one direction, 128 bytes. */
const queueNodes = (direction: keyof typeof what) => ({
  CONTROL: reg(0x00, "Life of the queue", {
    enable: rw(0, bool, "1: begin, with indices of 0. 0: end; completions that are not in memory yet are lost. Wait for busy to fall"),
    logSize: rw(8, uint(4), `Entries of both rings, as a power of two: ${ringLogs.least} to ${ringLogs.most}`, { reset: 8 }),
  }),
  STATUS: reg(0x08, "What the hardware says of it", {
    busy: ro(0, bool, "It may still read or write memory. 0 in bounded time after enable is 0"),
    running: ro(1, bool, "It takes up new descriptors"),
    dmaError: ro(2, bool, "It has stopped because memory refused an access; until it is enabled anew"),
    malformed: ro(3, bool, "It has stopped because of an index, a ring size or a descriptor that cannot be; until it is enabled anew"),
  }),
  DESCRIPTORS: reg(0x10, `${what[direction][0]}, 16 bytes each`, {
    address: rw(0, uint(64), "Bus address of the ring, a multiple of 64: the lower six bits count as 0"),
  }),
  COMPLETIONS: reg(0x18, `8 bytes for ${what[direction][1]}; fill it with zeros before`, {
    address: rw(0, uint(64), "Bus address of the ring, a multiple of 64: the lower six bits count as 0"),
  }),
  PRODUCER: reg(0x20, "Doorbell of the descriptors", {
    index: external(0, uint(16), "Descriptors before it are ready. Counts on from 0 and wraps at 65536, not at the ring's size"),
  }),
  CONSUMER: reg(0x28, "Where the driver is in the completions", {
    index: external(0, uint(16), "Completions before it have been read. Counts as the producer does"),
    armed: external(31, bool, "The line may rise. Write 0 where the driver begins to poll, and 1 with the last index where it ends"),
  }),
  MODERATION: reg(0x30, "When completions that were not consumed raise the line, if it is armed", {
    count: rw(0, uint(16), "So many; 0 and 1 are at once"),
    cycles: rw(32, uint(24), "Or so many cycles of the bus clock after the first, or after CONSUMER was written; 0 is at once"),
  }),
  PROGRESS: reg(0x38, "How far it is", {
    fetched: ro(0, uint(16), "Descriptors that were read"),
    completed: ro(16, uint(16), "Completions in memory"),
  }),
});

export const receiveQueueNodes = () => ({
  ...queueNodes("receive"),
  FRAMES: events(0x40, "Frames whose last byte is in memory"),
  DROPPED: events(0x48, "Frames dropped: no buffer was free for too long, the queue was not running, or memory refused a write", 2),
});
export const transmitQueueNodes = () => ({
  ...queueNodes("transmit"),
  FRAMES: events(0x40, "Frames read and sent"),
  REFUSED: events(0x48, "Frames refused: too long, or with a fragment of 0 bytes"),
});
/** Both directions for a page of registers: `registerMap("...", { ...ordinaryNodes(0x1000) }, ...)`. */
export const ordinaryNodes = (offset: number) => ({
  ORDINARY_RX: registers(offset, "Ordinary path: frames to the kernel", receiveQueueNodes()),
  ORDINARY_TX: registers(offset + 0x80, "Ordinary path: frames from the kernel", transmitQueueNodes()),
});

interface External {
  readonly value: Bits;
  readonly written: Bool;
  readonly data: Bits;
}
/** What hardware sees of one direction's registers: `regs.ORDINARY_RX` of a `registerBlock`. */
export interface QueueRegisters {
  readonly CONTROL: { readonly enable: Bool; readonly logSize: Bits };
  readonly STATUS: Readonly<Record<"busy" | "running" | "dmaError" | "malformed", Bool>>;
  readonly DESCRIPTORS: { readonly address: Bits };
  readonly COMPLETIONS: { readonly address: Bits };
  readonly PRODUCER: { readonly index: External };
  readonly CONSUMER: { readonly index: External; readonly armed: External };
  readonly MODERATION: { readonly count: Bits; readonly cycles: Bits };
  readonly PROGRESS: Readonly<Record<"fetched" | "completed", Bits>>;
}
/** The hardware's side: `receiveSettings`, `receiveWrites`, `receiveStatus` of `ordinary_path`, and the same of transmit. */
export interface QueuePorts {
  readonly settings: SignalOf<typeof queueSettings>;
  readonly writes: SignalOf<typeof queueWrites>;
  readonly status: SignalOf<typeof queueStatus>;
}

/** Joins the registers of a direction to its queue. Counters are the caller's: they count `events`. */
export const connectQueue = (regs: QueueRegisters, { settings, writes, status }: QueuePorts): void => {
  const { PRODUCER, CONSUMER, MODERATION, STATUS, PROGRESS } = regs;
  settings.drive({
    enable: regs.CONTROL.enable,
    descriptors: regs.DESCRIPTORS.address,
    completions: regs.COMPLETIONS.address,
    log_size: regs.CONTROL.logSize,
    count: MODERATION.count,
    cycles: MODERATION.cycles,
  } as never);
  writes.drive({
    producer: PRODUCER.index.written,
    producer_index: PRODUCER.index.data,
    consumer: CONSUMER.index.written,
    consumer_index: CONSUMER.index.data,
    arm: CONSUMER.armed.written,
    armed: CONSUMER.armed.data,
  } as never);
  PRODUCER.index.value.drive(status.producer);
  CONSUMER.index.value.drive(status.consumer);
  CONSUMER.armed.value.drive(status.armed);
  STATUS.busy.drive(status.busy);
  STATUS.running.drive(status.running);
  STATUS.dmaError.drive(status.dma_error);
  STATUS.malformed.drive(status.malformed);
  PROGRESS.fetched.drive(status.fetched);
  PROGRESS.completed.drive(status.completed);
};
