/** The classic capture format (libpcap's savefile): microseconds or nanoseconds, either byte order. */
import type { ByteReader } from "./bytes.ts";
import { type CapturedRecord, CaptureError, type CaptureInterface, checkComplete, checkRecordLength, toNanoseconds } from "./capture.ts";

const fileHeaderLength = 24;
const recordHeaderLength = 16;

/** Timestamp units by the magic number, which also tells the byte order. */
const unitsByMagic: Readonly<Record<number, bigint>> = { 2712847316: 1_000_000n, 2712812621: 1_000_000_000n };

function byteOrder(head: Uint8Array): { readonly littleEndian: boolean; readonly unitsPerSecond: bigint } | null {
  if (head.length < 4) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (const littleEndian of [true, false]) {
    const unitsPerSecond = unitsByMagic[view.getUint32(0, littleEndian)];
    if (unitsPerSecond !== undefined) return { littleEndian, unitsPerSecond };
  }
  return null;
}

export const isPcap = (head: Uint8Array): boolean => byteOrder(head) !== null;

/** The records of a capture that `isPcap` has recognised. */
export function* readPcap(reader: ByteReader): Generator<CapturedRecord, void, undefined> {
  const file = reader.source.name;
  checkComplete(fileHeaderLength, reader.available(fileHeaderLength), { file, offset: 0 });
  const header = reader.take(fileHeaderLength);
  const order = byteOrder(header);
  if (order === null) throw new Error("readPcap: the caller has not asked isPcap");
  const { littleEndian } = order;
  const link = readLink(new DataView(header.buffer, header.byteOffset, header.length), order, file);
  for (let number = 1; reader.available(1) > 0; number++) {
    const offset = reader.position;
    const place = { file, offset, packet: number };
    checkComplete(recordHeaderLength, reader.available(recordHeaderLength), place);
    const record = reader.take(recordHeaderLength);
    const view = new DataView(record.buffer, record.byteOffset, record.length);
    const [seconds, fraction, length, originalLength] = [0, 4, 8, 12].map((at) => view.getUint32(at, littleEndian)) as [
      number,
      number,
      number,
      number,
    ];
    checkRecordLength(length, place);
    checkComplete(recordHeaderLength + length, recordHeaderLength + reader.available(length), place);
    const data = reader.take(length).slice();
    const timestamp = toNanoseconds(BigInt(seconds) * link.unitsPerSecond + BigInt(fraction), link);
    yield { number, timestamp, data, originalLength: Math.max(originalLength, length), interface: 0, comments: [], offset, link };
  }
}

function readLink(
  view: DataView,
  { littleEndian, unitsPerSecond }: { littleEndian: boolean; unitsPerSecond: bigint },
  file: string,
): CaptureInterface {
  const major = view.getUint16(4, littleEndian);
  const minor = view.getUint16(6, littleEndian);
  if (major !== 2)
    throw new CaptureError(`pcap version ${major}.${minor}`, { file, offset: 4 }, "only 2.x is known: convert it (editcap -F nsecpcap)");
  // The link type shares its word with flags: bit 26 says that the top four bits count 16-bit words of check sequence.
  const word = view.getUint32(20, littleEndian);
  const checkSequence = (word & 0x0400_0000) === 0 ? 0 : (word >>> 28) * 2;
  return { linkType: word & 0xffff, snapLength: view.getUint32(16, littleEndian), unitsPerSecond, offsetSeconds: 0n, checkSequence };
}
