/** The 64-bit words of a slot as the kernel's page and its doorbell page show them: the one place that says where a field is. */

/** Bytes from one slot to the next in the kernel's page. */
export const slotStride = 0x100;
/** Bytes of a doorbell page. Its words stand at the same offsets as in the kernel's window; the others are refused. */
export const doorbellStride = 0x1000;
/** Byte offsets in a slot; each word is 8 bytes wide. */
export const slotWords = {
  control: 0x00,
  status: 0x08,
  local: 0x10,
  remote: 0x18,
  nextHop: 0x20,
  suspend: 0x28,
  rxBase: 0x30,
  rxSize: 0x38,
  rxHead: 0x40,
  rxTail: 0x48,
  txBase: 0x50,
  txSize: 0x58,
  txHead: 0x60,
  txTail: 0x68,
  rxDrops: 0x70,
  task: 0x78,
  identity: 0x80,
  policy: 0x88,
  rxTime: 0x90,
  txTime: 0x98,
  available: 0xa0,
} as const;
export type SlotWord = keyof typeof slotWords;
/** What an owner may read in its doorbell page, and what it may write. */
export const ownerReads: readonly SlotWord[] = [
  ...(["status", "suspend", "rxSize", "rxHead", "rxTail", "txSize", "txHead", "txTail", "rxDrops", "rxTime", "txTime"] as const),
];
export const ownerWrites: readonly SlotWord[] = ["suspend", "rxHead", "txTail"];

/** Bits of the control word. `enable` opens the slot when it rises and closes it when it falls. */
export const controlBits = { enable: 0, connected: 1, datagram: 2, noChecksum: 3, hart: 8, priority: 16 } as const;
/** Bits of the status word. */
export const statusBits = {
  rxAvailable: 0,
  /** Receiving has stopped: memory answered with an error. */
  rxError: 1,
  /** Sending has stopped: the reason is one of the three that follow. */
  txError: 2,
  /** Bytes wait to be sent. */
  txBusy: 3,
  /** The slot is closed, and something that was accepted for it is on its way yet. */
  draining: 4,
  /** There is room to send. */
  txAvailable: 5,
  /** How the last opening went: `openResults`, two bits. */
  result: 8,
  malformed: 12,
  torn: 13,
  outside: 14,
} as const;
export const openResults = ["none", "done", "no_space", "exists"] as const;
/** Bits of the suspend and available words. */
export const sideBits = { rx: 0, tx: 1 } as const;
/** Bits of the identity word. */
export const identityBits = { asid: 0, socket: 32 } as const;
/** Bits of the policy word. `room`: free bytes of the transmit ring from which on a sleeping sender is woken. */
export const policyBits = { ttl: 0, tos: 8, own: 16, room: 32 } as const;
/** Bits of what `TAKE` and `PEEK` answer: a task pointer's bits 47 to 6 in place, and what its other bits would repeat. */
export const takenBits = { valid: 0, more: 1, causeRx: 2, causeTx: 3, task: 6, slot: 48 } as const;
