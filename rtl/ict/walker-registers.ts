/** The table walker's registers for the kernel's page, 0x80 bytes, and how they are joined to the hardware. */
import { type Bits, type Bool, bool, type SignalOf, struct, uint } from "#hdl";
import { command, counter, reg, registers, ro, rw, wo } from "#hdl/regmap/index.ts";

/** Bits of the number of buckets, as a power of two. */
export const bucketLogBits = 5;
/** What software has set. All but `enable` changes only while the walker is off, not busy, and holds no connection. */
export const walkerSettings = struct(
  {
    enable: bool,
    /** Bus address of the buckets, a multiple of their size. */
    buckets: uint(64),
    log_buckets: uint(bucketLogBits),
    /** Bus address of entry 0, a multiple of 128, and the number of the last entry. */
    entries: uint(64),
    last: uint(32),
    /** The first slot of the walker's share, which goes to the last slot of all. */
    first: uint(16),
    /** The hash's secret. */
    key: uint(64),
  },
  "walker_settings",
);
/** A command of software, for one cycle: no slot shall hold this entry any more, or any. */
export const walkerCommand = struct({ valid: bool, all: bool, entry: uint(32) }, "walker_command");
/** What has happened in this cycle, for the counters. */
export const walkerCounts = struct(
  {
    walks: bool,
    joined: bool,
    fills: bool,
    notFound: bool,
    malformed: bool,
    evictions: bool,
    failed: uint(2),
    noSlot: bool,
  },
  "walker_counts",
);

/** Registers for a page: `registerMap("...", { ...walkerNodes(0x300) }, ...)`. */
export const walkerNodes = (offset: number) => ({
  WALKER: registers(offset, "Table walker: slots as a cache of the connection table in memory", {
    CONTROL: reg(0x00, "Whether it walks", {
      enable: rw(0, bool, "1: connections without a slot are looked for in memory. 0: no new ones are; slots stay as they are"),
      logBuckets: rw(8, uint(bucketLogBits), "Buckets of the table, as a power of two"),
      first: rw(16, uint(16), "The walker's slots are this one and all behind it; they are its own, and closed when it is enabled"),
    }),
    STATUS: reg(0x08, "How far it is", {
      busy: ro(0, bool, "A walk, a fill, an eviction or an invalidation is under way"),
      invalidating: ro(1, bool, "The last INVALIDATE is not done yet; until then no other one is taken"),
    }),
    BUCKETS: reg(0x10, "Where the buckets are", {
      address: rw(0, uint(64), "Bus address; a multiple of 64 times their number, lower bits count as 0"),
    }),
    ENTRIES: reg(0x18, "Where the entries are", {
      address: rw(0, uint(64), "Bus address of entry 0, which is never used; a multiple of 128, lower bits count as 0"),
    }),
    LAST: reg(0x20, "How many there are", {
      entry: rw(0, uint(32), "Number of the last entry. A cell that names one behind it is malformed"),
    }),
    KEY: reg(0x28, "The hash's secret", { key: wo(0, uint(64), "Random, so that peers cannot aim at buckets") }),
    INVALIDATE: reg(0x30, "Takes connections out of slots; their state is in memory when invalidating is 0", {
      entry: command(0, uint(32), "Number of the entry"),
      all: command(32, bool, "1: every entry, whatever number"),
    }),
    WALKS: reg(0x38, "Walks begun", { count: counter(0, uint(64), "Wraps") }),
    JOINED: reg(0x40, "Frames that joined the walk of a frame before them", { count: counter(0, uint(64), "Wraps") }),
    FILLS: reg(0x48, "Slots filled", { count: counter(0, uint(64), "Wraps") }),
    EVICTIONS: reg(0x50, "Slots whose state was written back", { count: counter(0, uint(64), "Wraps") }),
    NOT_FOUND: reg(0x58, "Walks that found no connection, or a stopped one", { count: counter(0, uint(64), "Wraps") }),
    MALFORMED: reg(0x60, "Walks that found a malformed entry; each is an event, too", { count: counter(0, uint(64), "Wraps") }),
    FAILED: reg(0x68, "Walks that memory refused a read, and refused writes; each is an event, too", {
      count: counter(0, uint(64), "Wraps", { step: 2 }),
    }),
    NO_SLOT: reg(0x70, "Connections that got no slot: all were at work, or the lookup was full", { count: counter(0, uint(64), "Wraps") }),
    ROOM_FULL: reg(0x78, "Frames that found no place to wait for a walk", { count: counter(0, uint(64), "Wraps") }),
  }),
});

interface Counter {
  readonly count: { readonly increment: Bits };
}
/** What hardware sees of them: `regs.WALKER` of a `registerBlock`. */
export interface WalkerRegisters {
  readonly CONTROL: { readonly enable: Bool; readonly logBuckets: Bits; readonly first: Bits };
  readonly STATUS: Readonly<Record<"busy" | "invalidating", Bool>>;
  readonly BUCKETS: { readonly address: Bits };
  readonly ENTRIES: { readonly address: Bits };
  readonly LAST: { readonly entry: Bits };
  readonly KEY: { readonly key: Bits };
  readonly INVALIDATE: {
    readonly entry: { readonly written: Bool; readonly data: Bits };
    readonly all: { readonly written: Bool; readonly data: Bits };
  };
  readonly WALKS: Counter;
  readonly JOINED: Counter;
  readonly FILLS: Counter;
  readonly EVICTIONS: Counter;
  readonly NOT_FOUND: Counter;
  readonly MALFORMED: Counter;
  readonly FAILED: Counter;
  readonly NO_SLOT: Counter;
  readonly ROOM_FULL: Counter;
}
/** The hardware's side, of `tableWalker`. */
export interface WalkerPorts {
  readonly settings: SignalOf<typeof walkerSettings>;
  readonly command: SignalOf<typeof walkerCommand>;
  readonly busy: Bool;
  readonly invalidating: Bool;
  readonly counts: SignalOf<typeof walkerCounts>;
}
/** Joins the registers to the hardware. `roomFull`: of the waiting room, `rxParking`. */
export const connectWalker = (regs: WalkerRegisters, io: WalkerPorts, roomFull: Bool): void => {
  io.settings.drive({
    enable: regs.CONTROL.enable,
    buckets: regs.BUCKETS.address,
    log_buckets: regs.CONTROL.logBuckets,
    entries: regs.ENTRIES.address,
    last: regs.LAST.entry,
    first: regs.CONTROL.first,
    key: regs.KEY.key,
  } as never);
  const { entry, all } = regs.INVALIDATE;
  const every = all.written.and(all.data as Bool);
  io.command.drive({ valid: entry.written.or(every), all: every, entry: entry.data } as never);
  regs.STATUS.busy.drive(io.busy);
  regs.STATUS.invalidating.drive(io.invalidating);
  for (const [register, pulse] of [
    [regs.WALKS, io.counts.walks],
    [regs.JOINED, io.counts.joined],
    [regs.FILLS, io.counts.fills],
    [regs.EVICTIONS, io.counts.evictions],
    [regs.NOT_FOUND, io.counts.notFound],
    [regs.MALFORMED, io.counts.malformed],
    [regs.FAILED, io.counts.failed],
    [regs.NO_SLOT, io.counts.noSlot],
    [regs.ROOM_FULL, roomFull],
  ] as const)
    register.count.increment.drive(pulse);
};
