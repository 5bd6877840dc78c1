/** The 64-bit words of a connection table slot as the kernel sees them: the one place that says where a field is. */

/** Bytes from one slot to the next. */
export const slotStride = 0x100;
/** Byte offsets in a slot; each word is 8 bytes wide. */
export const slotWords = {
  control: 0x00,
  status: 0x08,
  local: 0x10,
  remote: 0x18,
  nextHop: 0x20,
  rxSuspend: 0x28,
  rxBase: 0x30,
  rxSize: 0x38,
  rxHead: 0x40,
  rxTail: 0x48,
  txBase: 0x50,
  txSize: 0x58,
  txHead: 0x60,
  txTail: 0x68,
  rxDrops: 0x70,
} as const;
/** Bits of the control word. */
export const controlBits = { enable: 0, connected: 1, datagram: 2, hart: 8 } as const;
/** Bits of the status word. */
export const statusBits = { rxAvailable: 0, rxError: 1, txError: 2, txBusy: 3 } as const;
