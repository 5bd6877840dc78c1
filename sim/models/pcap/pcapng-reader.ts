/**
 * The next generation capture format (IETF draft-ietf-opsawg-pcapng): sections of either byte order, several interfaces
 * with their own link type and clock, enhanced, simple and the obsolete packet blocks, options. Other blocks are skipped.
 */
import type { ByteReader } from "./bytes.ts";
import {
  type CapturedRecord,
  CaptureError,
  type CaptureInterface,
  type CapturePlace,
  checkComplete,
  checkRecordLength,
  toNanoseconds,
} from "./capture.ts";
import { blockTypes, byteOrderMagic, commentOption, interfaceOptions } from "./pcapng-format.ts";

/** Larger blocks are taken for damage; the longest frame and generous options fit many times. */
const maxBlock = 1 << 24;

export function isPcapng(head: Uint8Array): boolean {
  if (head.length < 12) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return view.getUint32(0) === blockTypes.sectionHeader && [true, false].some((order) => view.getUint32(8, order) === byteOrderMagic);
}

/** The packets of a capture that `isPcapng` has recognised, in file order, over all sections. */
export function* readPcapng(reader: ByteReader): Generator<CapturedRecord, void, undefined> {
  const section = new Section(reader.source.name);
  while (reader.available(1) > 0) {
    const record = section.next(reader);
    if (record !== null) yield record;
  }
}

/** State of the section being read; a section header begins it anew. */
class Section {
  readonly #file: string;
  #littleEndian = true;
  /** Interfaces of the section. */
  #interfaces: CaptureInterface[] = [];
  /** Interfaces of the sections before, so that indices stay apart. */
  #before = 0;
  #packets = 0;
  #place: CapturePlace;

  constructor(file: string) {
    this.#file = file;
    this.#place = { file, offset: 0 };
  }

  /** Reads one block; null when it holds no packet. */
  next(reader: ByteReader): CapturedRecord | null {
    this.#place = { file: this.#file, offset: reader.position, packet: this.#packets + 1 };
    checkComplete(12, reader.available(12), this.#place);
    const head = viewOf(reader.peek(12));
    if (head.getUint32(0) === blockTypes.sectionHeader) this.#littleEndian = this.#byteOrder(head);
    const order = this.#littleEndian;
    const type = head.getUint32(0, order);
    const length = head.getUint32(4, order);
    if (length < 12 || length % 4 !== 0 || length > maxBlock) this.#damaged(`block of ${length} bytes`);
    checkComplete(length, reader.available(length), this.#place);
    const block = viewOf(reader.take(length));
    if (block.getUint32(length - 4, order) !== length)
      this.#damaged(`block whose two lengths differ (${length}, ${block.getUint32(length - 4, order)})`);
    return this.#read(type, new DataView(block.buffer, block.byteOffset + 8, length - 12));
  }

  #byteOrder(head: DataView): boolean {
    const order = [true, false].find((littleEndian) => head.getUint32(8, littleEndian) === byteOrderMagic);
    if (order === undefined) this.#damaged("section without a byte order mark");
    return order;
  }

  #damaged(what: string): never {
    throw new CaptureError(`${what}: the file is damaged here`, this.#place, "capture it again");
  }

  /** @param body  the block without its type and lengths */
  #read(type: number, body: DataView): CapturedRecord | null {
    switch (type) {
      case blockTypes.sectionHeader:
        return this.#begin(body);
      case blockTypes.interfaceDescription:
        this.#interfaces.push(this.#readInterface(body));
        return null;
      case blockTypes.enhancedPacket:
        this.#need(body, 20);
        return this.#packet(body, { id: this.#word(body, 0), time: 4, lengths: 12, data: 20 });
      case blockTypes.obsoletePacket:
        this.#need(body, 20);
        return this.#packet(body, { id: body.getUint16(0, this.#littleEndian), time: 4, lengths: 12, data: 20 });
      case blockTypes.simplePacket:
        this.#need(body, 4);
        return this.#simplePacket(body);
      default:
        return null;
    }
  }

  #begin(body: DataView): null {
    this.#need(body, 16);
    const major = body.getUint16(4, this.#littleEndian);
    if (major !== 1)
      throw new CaptureError(`pcapng version ${major}`, this.#place, "only version 1 is known: convert it (editcap -F nsecpcap)");
    this.#before += this.#interfaces.length;
    this.#interfaces = [];
    return null;
  }

  #need(body: DataView, length: number): void {
    if (body.byteLength < length) this.#damaged(`block of ${body.byteLength + 12} bytes, too short for its kind`);
  }

  #word(body: DataView, at: number): number {
    return body.getUint32(at, this.#littleEndian);
  }

  #readInterface(body: DataView): CaptureInterface {
    this.#need(body, 8);
    const found: { -readonly [K in keyof CaptureInterface]: CaptureInterface[K] } = {
      linkType: body.getUint16(0, this.#littleEndian),
      snapLength: this.#word(body, 4),
      unitsPerSecond: 1_000_000n,
      offsetSeconds: 0n,
      checkSequence: 0,
    };
    for (const { code, value } of this.#options(body, 8)) {
      const first = value.byteLength > 0 ? value.getUint8(0) : 0;
      if (code === interfaceOptions.name) found.name = text(value);
      else if (code === interfaceOptions.description) found.description = text(value);
      else if (code === interfaceOptions.resolution)
        found.unitsPerSecond = first < 0x80 ? 10n ** BigInt(first) : 2n ** BigInt(first & 0x7f);
      else if (code === interfaceOptions.offset && value.byteLength === 8) found.offsetSeconds = value.getBigInt64(0, this.#littleEndian);
      else if (code === interfaceOptions.checkSequence) found.checkSequence = first;
    }
    return found;
  }

  /** Enhanced and obsolete packets differ only in how the interface is numbered. */
  #packet(
    body: DataView,
    at: { readonly id: number; readonly time: number; readonly lengths: number; readonly data: number },
  ): CapturedRecord {
    const link = this.#link(at.id);
    const ticks = (BigInt(this.#word(body, at.time)) << 32n) | BigInt(this.#word(body, at.time + 4));
    const length = this.#word(body, at.lengths);
    const comments = [...this.#options(body, at.data + Math.ceil(length / 4) * 4)].filter(({ code }) => code === commentOption);
    return {
      ...this.#record(body, at.data, length, this.#word(body, at.lengths + 4), at.id, link),
      timestamp: toNanoseconds(ticks, link),
      comments: comments.map(({ value }) => text(value)),
    };
  }

  /** Simple packets belong to interface 0, have no time, and are as long as the block and the snap length allow. */
  #simplePacket(body: DataView): CapturedRecord {
    const link = this.#link(0);
    const originalLength = this.#word(body, 0);
    const length = Math.min(originalLength, body.byteLength - 4, link.snapLength === 0 ? Number.POSITIVE_INFINITY : link.snapLength);
    return { ...this.#record(body, 4, length, originalLength, 0, link), timestamp: undefined, comments: [] };
  }

  #link(id: number): CaptureInterface {
    const link = this.#interfaces[id];
    if (link === undefined) this.#damaged(`packet of interface ${id}, the section describes ${this.#interfaces.length}`);
    return link;
  }

  #record(body: DataView, at: number, length: number, originalLength: number, id: number, link: CaptureInterface) {
    checkRecordLength(length, this.#place);
    if (at + length > body.byteLength) this.#damaged(`packet of ${length} bytes in a block of ${body.byteLength + 12}`);
    this.#packets += 1;
    return {
      number: this.#packets,
      data: new Uint8Array(body.buffer, body.byteOffset + at, length).slice(),
      originalLength: Math.max(originalLength, length),
      interface: this.#before + id,
      offset: this.#place.offset,
      link,
    };
  }

  *#options(body: DataView, start: number): Generator<{ readonly code: number; readonly value: DataView }> {
    let at = start;
    while (at + 4 <= body.byteLength) {
      const code = body.getUint16(at, this.#littleEndian);
      const length = body.getUint16(at + 2, this.#littleEndian);
      if (code === 0) return;
      if (at + 4 + length > body.byteLength) this.#damaged(`option ${code} of ${length} bytes beyond the end of its block`);
      yield { code, value: new DataView(body.buffer, body.byteOffset + at + 4, length) };
      at += 4 + Math.ceil(length / 4) * 4;
    }
  }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const decoder = new TextDecoder();
const text = (value: DataView) => decoder.decode(value);
