/** Writes captures with nanoseconds, as pcap or pcapng; the file appears when it is complete, or not at all. */
import { AtomicFile } from "./atomic-file.ts";
import { CaptureError, linkTypeEthernet, maxRecordedFrame } from "./capture.ts";
import { blockTypes, byteOrderMagic, commentOption, interfaceOptions, sectionOptions } from "./pcapng-format.ts";

/** A frame to be written. */
export interface FrameToWrite {
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint;
  /** Without check sequence. */
  readonly data: Uint8Array;
  /** Length on the wire where `data` is only its beginning. */
  readonly originalLength?: number;
  /** Index into the interfaces of a pcapng file; 0 by default. */
  readonly interface?: number;
  /** Comments on the packet; only pcapng keeps them. */
  readonly comments?: readonly string[];
}

export interface WriterOptions {
  /** By default what the name's ending says: `.pcapng`, else `pcap`. */
  readonly format?: "pcap" | "pcapng";
  /** Names of the interfaces of a pcapng file; one without a name by default. */
  readonly interfaces?: readonly string[];
}

/** A capture being written. `commit` puts it in its place; `using` discards it unless that happened. */
export class CaptureWriter implements Disposable {
  readonly format: "pcap" | "pcapng";
  /** Frames written so far. */
  frames = 0;
  readonly #file: AtomicFile;
  readonly #interfaces: readonly string[];

  constructor(path: string, options: WriterOptions = {}) {
    this.format = options.format ?? (path.endsWith(".pcapng") ? "pcapng" : "pcap");
    this.#interfaces = options.interfaces ?? [""];
    this.#file = new AtomicFile(path);
    this.#file.write(this.format === "pcap" ? pcapHeader() : pcapngHeader(this.#interfaces));
  }

  get path(): string {
    return this.#file.path;
  }

  write(frame: FrameToWrite): void {
    const place = { file: this.path, offset: this.#file.size, packet: this.frames + 1 };
    if (frame.data.length > maxRecordedFrame) {
      throw new CaptureError(
        `frame of ${frame.data.length} bytes (limit ${maxRecordedFrame})`,
        place,
        "no Ethernet frame is that long: look at what made it",
      );
    }
    const last = this.format === "pcap" ? 0xffff_ffffn * 1_000_000_000n + 999_999_999n : 0xffff_ffff_ffff_ffffn;
    if (frame.timestamp < 0n || frame.timestamp > last) {
      throw new CaptureError(`timestamp ${frame.timestamp} ns`, place, `${this.format} holds 0 to ${last} ns`);
    }
    const id = frame.interface ?? 0;
    if (id >= this.#interfaces.length)
      throw new CaptureError(`interface ${id}`, place, `the writer was made with ${this.#interfaces.length}`);
    this.#file.write(this.format === "pcap" ? pcapRecord(frame) : enhancedPacket(frame, id));
    this.frames += 1;
  }

  commit(): void {
    this.#file.commit();
  }

  discard(): void {
    this.#file.discard();
  }

  [Symbol.dispose](): void {
    this.discard();
  }
}

/** Writes all frames as one capture. */
export function writeCapture(path: string, frames: Iterable<FrameToWrite>, options: WriterOptions = {}): void {
  using writer = new CaptureWriter(path, options);
  for (const frame of frames) writer.write(frame);
  writer.commit();
}

function pcapHeader(): Uint8Array {
  const view = new DataView(new ArrayBuffer(24));
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, maxRecordedFrame, true);
  view.setUint32(20, linkTypeEthernet, true);
  return new Uint8Array(view.buffer);
}

function pcapRecord({ timestamp, data, originalLength }: FrameToWrite): Uint8Array {
  const view = new DataView(new ArrayBuffer(16 + data.length));
  view.setUint32(0, Number(timestamp / 1_000_000_000n), true);
  view.setUint32(4, Number(timestamp % 1_000_000_000n), true);
  view.setUint32(8, data.length, true);
  view.setUint32(12, originalLength ?? data.length, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(data, 16);
  return bytes;
}

function pcapngHeader(interfaces: readonly string[]): Uint8Array {
  const section = fields(16, (view) => {
    view.setUint32(0, byteOrderMagic, true);
    view.setUint16(4, 1, true);
    view.setUint16(6, 0, true);
    // The section's length is not known while it grows: all ones say so.
    view.setBigInt64(8, -1n, true);
  });
  const blocks = interfaces.map((name) => {
    const description = fields(8, (view) => {
      view.setUint16(0, linkTypeEthernet, true);
      view.setUint32(4, maxRecordedFrame, true);
    });
    const resolution = option(interfaceOptions.resolution, Uint8Array.of(9));
    const named = name === "" ? [] : [option(interfaceOptions.name, encoder.encode(name))];
    return block(blockTypes.interfaceDescription, description, ...named, resolution, endOfOptions);
  });
  return join([
    block(blockTypes.sectionHeader, section, option(sectionOptions.application, encoder.encode("accio")), endOfOptions),
    ...blocks,
  ]);
}

function enhancedPacket({ timestamp, data, originalLength, comments = [] }: FrameToWrite, id: number): Uint8Array {
  const header = fields(20, (view) => {
    view.setUint32(0, id, true);
    view.setUint32(4, Number(timestamp >> 32n), true);
    view.setUint32(8, Number(timestamp & 0xffff_ffffn), true);
    view.setUint32(12, data.length, true);
    view.setUint32(16, originalLength ?? data.length, true);
  });
  const options = comments.map((comment) => option(commentOption, encoder.encode(comment)));
  return block(blockTypes.enhancedPacket, header, padded(data), ...options, ...(options.length > 0 ? [endOfOptions] : []));
}

const encoder = new TextEncoder();
const endOfOptions = new Uint8Array(4);

function fields(length: number, fill: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(length));
  fill(view);
  return new Uint8Array(view.buffer);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

function option(code: number, value: Uint8Array): Uint8Array {
  const head = fields(4, (view) => {
    view.setUint16(0, code, true);
    view.setUint16(2, value.length, true);
  });
  return join([head, padded(value)]);
}

function block(type: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  const head = fields(8, (view) => {
    view.setUint32(0, type, true);
    view.setUint32(4, length, true);
  });
  return join([head, ...parts, head.subarray(4)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
