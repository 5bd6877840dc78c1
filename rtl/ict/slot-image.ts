/**
 * What the walker and the connection table say to each other: a slot as a whole, with everything that is set up of it and
 * everything that has become of it, on its way into the table or out of it.
 */
import { bool, enumeration, struct, uint } from "#hdl";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { asidBits } from "#rtl/ict/interface.ts";
import { priorityBits } from "#rtl/ict/ready-queue-lists.ts";
import { ringSetting } from "#rtl/ict/slot-receive.ts";

/** Why a slot has stopped: bits of `stops`. One that has is never loaded. */
export const stopBits = { rx: 0, malformed: 1, torn: 2, outside: 3 } as const;

/** A slot. While it has none of its datagrams and packets on their way: the receive tail is where the next one goes. */
export const slotImage = (c: Config) => {
  const { slotBits, pointerBits, hartBits } = derived(c);
  const pointer = uint(pointerBits);
  return struct(
    {
      slot: uint(slotBits),
      connected: bool,
      datagram: bool,
      noChecksum: bool,
      hart: uint(hartBits),
      priority: uint(priorityBits),
      task: uint(64),
      asid: uint(asidBits),
      socket: uint(32),
      tuple,
      nextHop: uint(48),
      own: bool,
      ttl: uint(8),
      tos: uint(8),
      room: pointer,
      /** `sound` where there is a ring; there always is one to receive. */
      rx: ringSetting(c),
      tx: ringSetting(c),
      rxHead: pointer,
      rxTail: pointer,
      txHead: pointer,
      txTail: pointer,
      drops: uint(32),
      rxTime: uint(64),
      txTime: uint(64),
      /** `sideBits`: the owner sleeps. */
      suspended: uint(2),
      stops: uint(4),
    },
    `slot_image_${c.slots}_${c.harts}_${pointerBits}`,
  );
};
/** What changes of a slot while it is one: what is written back of it. */
export const slotState = (c: Config) => {
  const pointer = uint(derived(c).pointerBits);
  return struct(
    {
      rxHead: pointer,
      rxTail: pointer,
      txHead: pointer,
      txTail: pointer,
      drops: uint(32),
      rxTime: uint(64),
      txTime: uint(64),
      suspended: uint(2),
      stops: uint(4),
    },
    `slot_state_${pointer.width}`,
  );
};
/**
 * How a load went. `DONE`: the slot is open, and lookups find it. `NO_SPACE`: the lookup has no cell for its key. `EXISTS`:
 * another slot has its key. After the last two the slot is closed as before.
 */
export const loadStatus = enumeration("load_status", ["DONE", "NO_SPACE", "EXISTS"]);
/** The answer to a load, one pulse for each that was taken. */
export const loadAnswer = struct({ valid: bool, status: loadStatus }, "load_answer");

/**
 * A slot to close. Without `force` it is one that nobody needs now: the table refuses where the slot has bytes to send, is
 * queued for its owner, or has something on its way. With `force` it closes, and waits for what is on its way.
 */
export const unloadRequest = (c: Config) => struct({ slot: uint(derived(c).slotBits), force: bool }, `unload_request_${c.slots}`);
/** The answer to an unload, one pulse for each that was taken. `done`: the slot is closed, and this has become of it. */
export const unloadAnswer = (c: Config) =>
  struct({ valid: bool, done: bool, state: slotState(c) }, `unload_answer_${derived(c).pointerBits}`);
