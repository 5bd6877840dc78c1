/** What the stages of the transmit engine hand to each other: a packet whose payload is being read, a frame that is whole. */
import { type Bits, bool, mux, struct, uint } from "#hdl";
import { refuse } from "#hdl/lib/refuse.ts";
import { type Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";

/** Bytes of Ethernet, IPv4 without options and UDP. */
export const frameHeaderBytes = 42;
/** Shortest frame without its check sequence (RFC 894: 46 bytes of data). */
export const shortestFrame = 60;

/** What the headers of a packet say of it alone. */
const addressing = { tuple, nextHop: uint(48), ttl: uint(8), tos: uint(8), noChecksum: bool };

/** A packet whose payload has been asked for. */
export const packetJob = (c: Config) => {
  const { slotBits, pointerBits, busBytes } = derived(c);
  return struct(
    {
      slot: uint(slotBits),
      payload: uint(16),
      /** The byte of its first bus word that the payload begins with. */
      offset: uint(Math.log2(busBytes)),
      /** Where the slot's head goes once the payload has been read. */
      head: uint(pointerBits),
      /** Memory did not give the datagram's header: there is no payload, and nothing leaves. */
      unread: bool,
      ...addressing,
    },
    `packet_job_${c.slots}_${c.busBits}`,
  );
};
/** A frame whose payload is in the buffer. */
export const waitingFrame = (c: Config) =>
  struct({ slot: uint(derived(c).slotBits), payload: uint(16), ...addressing }, `waiting_frame_${c.slots}`);
/** The same, with the sum of the payload's 16-bit words, not yet folded. */
export const txFrame = (c: Config) =>
  struct({ slot: uint(derived(c).slotBits), payload: uint(16), ...addressing, sum: uint(32) }, `tx_frame_${c.slots}`);

/** The frame buffer: words of `frameBits`, each of as many bus words. Refuses what is no multiple by a power of two. */
export const frameBuffer = (c: Config, frameBits: number) => {
  const lanes = frameBits / c.busBits;
  if (lanes < 1 || !Number.isInteger(Math.log2(lanes)))
    refuse(`transmit frames of ${frameBits} bits on a bus of ${c.busBits}: a multiple by a power of two is needed`);
  const words = (c.txBuffer * 8) / frameBits;
  // Frames that wait, at most: there are also some without payload.
  const waitingFrames = Math.min(16, words);
  return { lanes, words, addressBits: Math.log2(words), waitingFrames, name: `${c.busBits}${lanes === 1 ? "" : `to${frameBits}`}` };
};
/** A bus word for the frame buffer, or the end of a frame, or both. */
export const txPiece = (c: Config, frameBits: number) => {
  const { lanes, addressBits } = frameBuffer(c, frameBits);
  return struct(
    {
      valid: bool,
      /** Zero where it has no payload. */
      word: uint(c.busBits),
      at: uint(addressBits),
      /** Which bus word of the frame's word. */
      lane: uint(Math.max(1, Math.log2(lanes))),
      /** Nothing of its packet came before. */
      first: bool,
      /** The frame leaves: its words end before `end`. */
      commit: bool,
      end: uint(addressBits + 1),
    },
    `tx_piece_${c.busBits}_${addressBits}`,
  );
};

/** Words of `bytes` bytes that `count` bytes lie in, from a word's beginning on. */
export const wordsOf = (count: Bits<16>, bytes: number): Bits<16> => count.add(bytes - 1).shr(Math.log2(bytes)) as Bits<16>;
/** Bytes of the frame with a payload. */
export const frameBytesOf = (payload: Bits<16>): Bits<16> =>
  mux(payload.lt(shortestFrame - frameHeaderBytes), uint(16).of(shortestFrame), payload.add(frameHeaderBytes));
