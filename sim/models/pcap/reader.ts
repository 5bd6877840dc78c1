/**
 * Reads captures of either kind, one frame at a time: `for (const frame of openCapture(path))`. Memory does not grow with
 * the file. What a simulation cannot replay faithfully is an error that names packet and byte.
 */
import { ByteReader, type ByteSource, fileSource } from "./bytes.ts";
import { type CapturedFrame, type CapturedRecord, CaptureError, linkTypeEthernet, linkTypeText } from "./capture.ts";
import { isPcap, readPcap } from "./pcap-reader.ts";
import { isPcapng, readPcapng } from "./pcapng-reader.ts";

export interface CaptureOptions {
  /** Accept frames of which only the beginning was captured; they are an error otherwise. */
  readonly allowCut?: boolean;
  /** Longest frame in bytes (without check sequence) that the consumer can take. */
  readonly maxFrame?: number;
}

/** An open capture. Iterate it once; it closes itself at the end, on an error, and with `using`. */
export class Capture implements Iterable<CapturedFrame>, Disposable {
  readonly format: "pcap" | "pcapng";
  readonly name: string;
  /** Size of the file in bytes, unless it is a pipe; with `position` it tells how far reading has come. */
  readonly size: number | undefined;
  readonly #reader: ByteReader;
  readonly #options: CaptureOptions;
  #closed = false;

  constructor(source: ByteSource, options: CaptureOptions = {}) {
    this.name = source.name;
    this.size = source.size;
    this.#options = options;
    this.#reader = new ByteReader(source);
    try {
      this.format = recognise(this.#reader);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Bytes of the file that have been read. */
  get position(): number {
    return this.#reader.position;
  }

  *[Symbol.iterator](): Generator<CapturedFrame, void, undefined> {
    try {
      for (const record of this.format === "pcap" ? readPcap(this.#reader) : readPcapng(this.#reader)) yield this.#accept(record);
    } finally {
      this.close();
    }
  }

  close(): void {
    if (!this.#closed) this.#reader.source.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #accept({ link, ...record }: CapturedRecord): CapturedFrame {
    const place = { file: this.name, offset: record.offset, packet: record.number };
    if (link.linkType !== linkTypeEthernet) {
      throw new CaptureError(
        `link type ${linkTypeText(link.linkType)}`,
        place,
        "only Ethernet (1) can be replayed: capture on one Ethernet interface",
      );
    }
    const cut = record.originalLength > record.data.length;
    if (cut && this.#options.allowCut !== true) {
      throw new CaptureError(
        `packet cut to ${record.data.length} of its ${record.originalLength} bytes`,
        place,
        "capture whole packets (tcpdump -s 0)",
      );
    }
    const frame = { ...record, ...withoutCheckSequence(record, link.checkSequence) };
    if (frame.originalLength === 0)
      throw new CaptureError("packet without bytes", place, "nothing can be sent for it: take it out (editcap IN OUT NUMBER)");
    const { maxFrame } = this.#options;
    if (maxFrame !== undefined && frame.originalLength > maxFrame) {
      throw new CaptureError(
        `frame of ${frame.originalLength} bytes is longer than the ${maxFrame} that the MTU allows`,
        place,
        "raise the MTU of the configuration, or turn off segmentation offload where it was captured (ethtool -K DEV gro off tso off)",
      );
    }
    return frame;
  }
}

/** Opens a capture file; what it is, pcap or pcapng, its first bytes tell. */
export const openCapture = (path: string, options: CaptureOptions = {}): Capture => new Capture(fileSource(path), options);

function recognise(reader: ByteReader): "pcap" | "pcapng" {
  const count = reader.available(12);
  const head = reader.peek(count);
  if (isPcapng(head)) return "pcapng";
  if (isPcap(head)) return "pcap";
  const place = { file: reader.source.name, offset: 0 };
  if (count === 0) throw new CaptureError("empty file", place, "a capture begins with a pcap or pcapng header");
  const known = foreign.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
  const bytes = Array.from(head.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new CaptureError(
    `not a pcap or pcapng file (it begins with ${bytes}${known === undefined ? "" : `, ${known.what}`})`,
    place,
    known?.remedy ?? "give a capture of tcpdump, dumpcap or Wireshark",
  );
}

/** Files that people take for captures. */
const foreign = [
  { magic: [0x1f, 0x8b], what: "gzip", remedy: "unpack it first (gunzip)" },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: "xz", remedy: "unpack it first (unxz)" },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: "zstd", remedy: "unpack it first (unzstd)" },
  { magic: [0x50, 0x4b, 0x03, 0x04], what: "zip", remedy: "unpack it first (unzip)" },
  { magic: [0x73, 0x6e, 0x6f, 0x6f], what: "snoop", remedy: "convert it first (editcap -F nsecpcap)" },
  { magic: [0xa1, 0xb2, 0xcd, 0x34], what: "Kuznetzov's modified pcap", remedy: "convert it first (editcap -F nsecpcap)" },
  { magic: [0x34, 0xcd, 0xb2, 0xa1], what: "Kuznetzov's modified pcap", remedy: "convert it first (editcap -F nsecpcap)" },
];

/** The frame without its check sequence, of which a cut capture may hold only a part. */
function withoutCheckSequence({ data, originalLength }: CapturedFrame, bytes: number) {
  const length = Math.max(0, originalLength - bytes);
  return { data: data.subarray(0, length), originalLength: length };
}
