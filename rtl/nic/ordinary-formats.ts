/**
 * What the ordinary path and the kernel's driver share in memory: descriptors, which the driver writes, and completions,
 * which the hardware writes. `ordinaryHeader` prints them as C structs.
 */
import { bool, uint } from "#hdl";
import { cHeader, memoryLayout, reg, rw } from "#hdl/regmap/index.ts";

/** Bytes of a descriptor, and of a completion. */
export const descriptorBytes = 16;
export const completionBytes = 8;
/** Ring sizes, as powers of two: 8 entries, so that completions fill a line, to 32768, half of what indices count. */
export const ringLogs = { least: 3, most: 15 } as const;

const address = reg(0, "Buffer", { address: rw(0, uint(64), "Bus address of its first byte, any alignment") });

/** A free buffer. It belongs to the hardware from the doorbell to its completion. */
export const receiveDescriptor = memoryLayout(
  "accio_rx_descriptor",
  {
    BUFFER: address,
    SIZE: reg(
      8,
      "Its size",
      { bytes: rw(0, uint(16), "1 to 65535; 0 stops the queue. A longer frame goes on in the next buffer") },
      { width: 32 },
    ),
  },
  { doc: "A buffer for the hardware to fill, in the receive ring.", size: descriptorBytes },
);

/** A fragment of a frame to send. Fragments up to one with `last` are one frame. */
export const transmitDescriptor = memoryLayout(
  "accio_tx_descriptor",
  {
    BUFFER: address,
    FRAGMENT: reg(
      8,
      "What of it is sent",
      {
        bytes: rw(0, uint(16), "1 to 65535; a frame with a fragment of 0 bytes is refused"),
        last: rw(16, bool, "The frame ends with this fragment"),
        notify: rw(17, bool, "With last: write a completion when the whole frame has been read. One that tells of an error comes anyway"),
      },
      { width: 32 },
    ),
  },
  { doc: "A fragment of a frame, in the transmit ring.", size: descriptorBytes },
);

/** Bit of a completion that tells a new one from what was there before: 1 in the first pass over the ring, then 0, and so on. */
export const phaseBit = 63;
const phase = rw(phaseBit, bool, "1 where the hardware wrote it in its first pass over the ring, 0 in its second, and so on");
const index = rw(32, uint(16), "Number of the descriptor, counted from 0 since the queue began; wraps");

/** One per buffer, in the order of the buffers. */
export const receiveCompletion = memoryLayout(
  "accio_rx_completion",
  {
    STATUS: reg(0, "One word, written at once", {
      bytes: rw(0, uint(16), "Bytes of the frame that are in this buffer"),
      sum: rw(16, uint(16), "With last: ones' complement sum (RFC 1071) of the frame's bytes from byte 14 on, first byte most significant"),
      index,
      first: rw(48, bool, "The frame begins in this buffer"),
      last: rw(49, bool, "The frame ends in this buffer"),
      tagged: rw(50, bool, "Its type says 802.1Q (0x8100) or 802.1ad (0x88a8); the tag is in the frame"),
      failed: rw(51, bool, "Memory refused a write to this buffer: what it holds is unknown, and the queue has stopped"),
      phase,
    }),
  },
  { doc: "A buffer that the hardware has filled, in the receive completion ring.", size: completionBytes },
);

/** One per frame that asks for it, and one per frame that was not sent. All descriptors up to its own are the driver's again. */
export const transmitCompletion = memoryLayout(
  "accio_tx_completion",
  {
    STATUS: reg(0, "One word, written at once", {
      bytes: rw(0, uint(16), "Length of the frame; of a refused one, what came before the fragment that could not be"),
      index,
      refused: rw(50, bool, "Not sent: longer than the MTU allows, or with a fragment of 0 bytes. Other frames go on"),
      failed: rw(51, bool, "Not sent: memory refused a read, and the queue has stopped"),
      phase,
    }),
  },
  { doc: "A frame whose fragments have been read, in the transmit completion ring.", size: completionBytes },
);

/** C headers, one per structure, by file name. Offsets and sizes are asserted at compile time. */
export const ordinaryHeaders = (): ReadonlyMap<string, string> =>
  new Map([receiveDescriptor, transmitDescriptor, receiveCompletion, transmitCompletion].map((l) => [`${l.name}.h`, cHeader(l as never)]));
