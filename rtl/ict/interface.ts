/**
 * What the connection table and its neighbours say to each other: the register port, the receive and the transmit engine,
 * and the writers of status lines and events (docs/decisions/slot-store.md).
 *
 * There are no lives and no epochs: a slot that is closed stays closed until everything that was accepted for it is in
 * memory or on the wire, and only then can it be opened anew, so nothing late ever meets another owner's slot.
 */
import { bool, enumeration, struct, uint } from "#hdl";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { priorityBits } from "#rtl/ict/ready-queue-lists.ts";

/** Bits of an address space's name, as RISC-V's satp holds it. */
export const asidBits = 16;

/** The thread that runs on a hart: what the context switch writes. */
export const currentThread = struct({ asid: uint(asidBits), accelerated: bool, priority: uint(priorityBits) }, "current_thread");

/**
 * What the register port asks, one thing at a time.
 *
 * | operation | does |
 * |---|---|
 * | `READ`, `WRITE` | word `word` of slot `slot` (slot-words.ts) |
 * | `TAKE`, `PEEK` | the first entry of `hart`'s ready queue, removed or not |
 * | `REKEY` | takes the hash's secret over; refused while any slot is open |
 */
export const slotOperation = enumeration("slot_operation", ["READ", "WRITE", "TAKE", "PEEK", "REKEY"]);
/**
 * A request. It stands until it is taken (`ready`), and its answer stands in the cycle after, as on a register bus; taking
 * it may last as long as what it asks for.
 */
export const slotRequest = (c: Config) =>
  struct(
    {
      operation: slotOperation,
      slot: uint(derived(c).slotBits),
      hart: uint(derived(c).hartBits),
      word: uint(5),
      data: uint(64),
      strobe: uint(8),
      /** The kernel asks, and may do everything. */
      kernel: bool,
      /**
       * Else: the harts of which one asks, one bit each. It may do what a doorbell page has (slot-words.ts), where the slot
       * is enabled and its ASID is the current one of one of these harts.
       */
      askers: uint(c.harts),
    },
    `slot_request_${c.slots}_${c.harts}`,
  );
/** The answer, in the cycle after the request was taken. */
export const slotReply = struct(
  {
    valid: bool,
    data: uint(64),
    /** Refused: nothing has changed, `data` is zero. */
    error: bool,
    /** Refused because it was not the owner who asked, or because owners may not do this. */
    foreign: bool,
  },
  "slot_reply",
);

/** What placing a datagram needs to know of its slot. */
export const receiveState = (c: Config) => {
  const { pointerBits } = derived(c);
  return struct(
    {
      datagram: bool,
      /** Memory has answered with an error: nothing more is received. */
      stopped: bool,
      base: uint(64),
      mask: uint(pointerBits),
      head: uint(pointerBits),
      write: uint(pointerBits),
    },
    `receive_state_${c.slots}`,
  );
};
/** A verdict on a datagram of a slot. `placed`: its bytes go from the write pointer to `pointer`. Else it is dropped. */
export const receiveVerdict = (c: Config) => {
  const { slotBits, pointerBits } = derived(c);
  return struct(
    {
      valid: bool,
      slot: uint(slotBits),
      placed: bool,
      /** With `placed`: it has bytes to write, and a commit will follow. */
      writes: bool,
      pointer: uint(pointerBits),
      timestamp: uint(64),
    },
    `receive_verdict_${c.slots}`,
  );
};
/** The end of a datagram's writes, in the order of the verdicts; `failed` where memory answered with an error. */
export const ringCommit = (c: Config) => {
  const { slotBits, pointerBits } = derived(c);
  return struct({ valid: bool, slot: uint(slotBits), pointer: uint(pointerBits), failed: bool }, `ring_commit_${c.slots}`);
};
/** A slot that something is said of. */
export const slotEvent = (c: Config) => struct({ valid: bool, slot: uint(derived(c).slotBits) }, `slot_event_${c.slots}`);

/** What building a packet needs to know of its slot. */
export const transmitState = (c: Config) => {
  const { pointerBits } = derived(c);
  return struct(
    {
      datagram: bool,
      connected: bool,
      /** Datagrams leave with a UDP checksum of zero (RFC 768: none). */
      noChecksum: bool,
      /** `ttl` and `tos` are the slot's own; else those of register TRANSMIT apply. */
      own: bool,
      ttl: uint(8),
      tos: uint(8),
      base: uint(64),
      mask: uint(pointerBits),
      read: uint(pointerBits),
      tail: uint(pointerBits),
      tuple,
      nextHop: uint(48),
    },
    `transmit_state_${c.slots}`,
  );
};
/**
 * A slot whose turn it is to send. From its being taken until `returned` it is the planner's alone; it may plan one packet
 * or, while no other slot has work, several. Its tail may have moved on since `state` was read, never back. A turn that was not taken yet may be taken away: its
 * slot was closed, or has stopped.
 */
export const transmitTurn = (c: Config) => struct({ slot: uint(derived(c).slotBits), state: transmitState(c) }, `transmit_turn_${c.slots}`);
/** The planner gives a slot back: all before `pointer` has been planned. `malformed`: what comes next cannot be; the slot stops. */
export const transmitReturn = (c: Config) => {
  const { slotBits, pointerBits } = derived(c);
  return struct({ valid: bool, slot: uint(slotBits), pointer: uint(pointerBits), malformed: bool }, `transmit_return_${c.slots}`);
};
/**
 * The end of a planned packet's reads, in the order of the plans, one for each `planned`. Its bytes before `pointer` may be
 * used anew. `failed`: it does not leave, because memory answered with an error (the slot is torn from then on) or because
 * the slot was torn before.
 */
export const transmitDone = (c: Config) => {
  const { slotBits, pointerBits } = derived(c);
  return struct({ valid: bool, slot: uint(slotBits), pointer: uint(pointerBits), failed: bool }, `transmit_done_${c.slots}`);
};
/** A frame's last beat has left. */
export const frameSent = (c: Config) =>
  struct({ valid: bool, slot: uint(derived(c).slotBits), timestamp: uint(64) }, `frame_sent_${c.slots}`);

/** What a slot's status line in memory says. */
export const slotStatus = (c: Config) => {
  const { pointerBits } = derived(c);
  return struct({ open: bool, rxTail: uint(pointerBits), txHead: uint(pointerBits) }, `slot_status_${c.slots}`);
};
