/** What capture files hold, common to pcap and pcapng, and the errors that reading them can give. */
import { UserError } from "#toolchain/user-error.ts";

/** One captured frame. */
export interface CapturedFrame {
  /** Number in the file, from 1, as tshark counts. */
  readonly number: number;
  /** Nanoseconds since 1970; undefined where the file has none (pcapng's simple packets). */
  readonly timestamp: bigint | undefined;
  /** The frame, without its check sequence. A copy: it stays valid. */
  readonly data: Uint8Array;
  /** Length on the wire; more than `data` when the capture kept only the beginning. */
  readonly originalLength: number;
  /** Index into the capture's interfaces. */
  readonly interface: number;
  /** pcapng's comments on this packet. */
  readonly comments: readonly string[];
  /** Where its record begins in the file, in bytes. */
  readonly offset: number;
}

/** An interface of a pcapng section; a pcap file has one. */
export interface CaptureInterface {
  readonly linkType: number;
  /** The capture kept at most this many bytes of a frame; 0: all. */
  readonly snapLength: number;
  /** Timestamp units in a second: 1,000,000 for microseconds. */
  readonly unitsPerSecond: bigint;
  /** Seconds added to timestamps (if_tsoffset). */
  readonly offsetSeconds: bigint;
  /** Bytes of frame check sequence at the end of each frame. */
  readonly checkSequence: number;
  readonly name?: string;
  readonly description?: string;
}

/** A frame as it lies in the file, not yet judged, with the interface that it came from. */
export interface CapturedRecord extends CapturedFrame {
  readonly link: CaptureInterface;
}

export const linkTypeEthernet = 1;

/** Frames longer than this are taken for a damaged file: the largest snap length that tcpdump writes. */
export const maxRecordedFrame = 262_144;

/** Registered link types that turn up in captures (the names of tcpdump.org's LINKTYPE list). */
const linkTypeNames: Readonly<Record<number, string>> = {
  0: "NULL (BSD loopback)",
  1: "ETHERNET",
  6: "IEEE802_5 (token ring)",
  9: "PPP",
  12: "RAW on some systems",
  101: "RAW (IP without a link layer)",
  105: "IEEE802_11 (wireless)",
  108: "LOOP (OpenBSD loopback)",
  113: "LINUX_SLL (Linux cooked, from the interface any)",
  127: "IEEE802_11_RADIOTAP (wireless)",
  147: "USER0",
  189: "USB_LINUX",
  192: "PPI",
  195: "IEEE802_15_4",
  220: "USB_LINUX_MMAPPED",
  228: "IPV4 (without a link layer)",
  229: "IPV6 (without a link layer)",
  249: "USBPCAP",
  253: "NETLINK",
  276: "LINUX_SLL2 (Linux cooked, from the interface any)",
};

export const linkTypeText = (type: number) => `${type} ${linkTypeNames[type] ?? "unknown"}`;

/** Where in a capture something is wrong. */
export interface CapturePlace {
  readonly file: string;
  readonly offset: number;
  /** The packet that was being read, from 1; undefined before the first. */
  readonly packet?: number;
}

const placeText = ({ file, offset, packet }: CapturePlace) => `${file}, ${packet === undefined ? "" : `packet ${packet}, `}byte ${offset}`;

/** A capture that cannot be used: what, where in the file, what to do. */
export class CaptureError extends UserError {
  readonly place: CapturePlace;

  constructor(what: string, place: CapturePlace, remedy: string) {
    super(what, placeText(place), remedy);
    this.place = place;
  }
}

/** Throws the error of a record whose length cannot be true. */
export function checkRecordLength(length: number, place: CapturePlace): void {
  if (length <= maxRecordedFrame) return;
  throw new CaptureError(
    `length of ${length} bytes (more than ${maxRecordedFrame}): the file is damaged here`,
    place,
    keepTheBeginning(place),
  );
}

/** Throws the error of a file that ends within a record. */
export function checkComplete(needed: number, found: number, place: CapturePlace): void {
  if (found === needed) return;
  throw new CaptureError(`truncated capture: ${needed} bytes needed, ${found} left`, place, keepTheBeginning(place));
}

/** editcap writes the packets in front of the damage although it complains about it. */
function keepTheBeginning({ packet = 1 }: CapturePlace): string {
  return packet === 1 ? "capture it again" : `capture it again, or keep the packets before it (editcap -r IN OUT 1-${packet - 1})`;
}

/** Nanoseconds since 1970 from a timestamp in an interface's units, rounded down. */
export function toNanoseconds(ticks: bigint, { unitsPerSecond, offsetSeconds }: CaptureInterface): bigint {
  return (ticks * 1_000_000_000n) / unitsPerSecond + offsetSeconds * 1_000_000_000n;
}
