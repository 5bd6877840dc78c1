/** Capture files put together byte by byte, in either byte order, to reach what no tool here writes. */

/** Numbers of a given width in the file's byte order, and bytes as they are. */
export type Item = { readonly u8: number } | { readonly u16: number } | { readonly u32: number } | { readonly i64: bigint } | Uint8Array;

export const u8 = (value: number): Item => ({ u8: value });
export const u16 = (value: number): Item => ({ u16: value });
export const u32 = (value: number): Item => ({ u32: value });
export const i64 = (value: bigint): Item => ({ i64: value });

export type ByteOrder = "little" | "big";

export function pack(order: ByteOrder, ...items: readonly Item[]): Uint8Array {
  const little = order === "little";
  const parts = items.map((item) => {
    if (item instanceof Uint8Array) return item;
    const view = new DataView(new ArrayBuffer(8));
    if ("u8" in item) view.setUint8(0, item.u8);
    else if ("u16" in item) view.setUint16(0, item.u16, little);
    else if ("u32" in item) view.setUint32(0, item.u32, little);
    else view.setBigInt64(0, item.i64, little);
    const length = "u8" in item ? 1 : "u16" in item ? 2 : "u32" in item ? 4 : 8;
    return new Uint8Array(view.buffer, 0, length);
  });
  return new Uint8Array(Buffer.concat(parts));
}

export interface PcapPacket {
  readonly seconds: number;
  readonly fraction: number;
  readonly data: Uint8Array;
  readonly originalLength?: number;
}

export function pcap(
  order: ByteOrder,
  packets: readonly PcapPacket[],
  { magic = 0xa1b2c3d4, link = 1, major = 2 }: { readonly magic?: number; readonly link?: number; readonly major?: number } = {},
): Uint8Array {
  const header = pack(order, u32(magic), u16(major), u16(4), u32(0), u32(0), u32(262_144), u32(link));
  const records = packets.map(({ seconds, fraction, data, originalLength = data.length }) =>
    pack(order, u32(seconds), u32(fraction), u32(data.length), u32(originalLength), data),
  );
  return new Uint8Array(Buffer.concat([header, ...records]));
}

const padding = (length: number) => new Uint8Array((4 - (length % 4)) % 4);

/** A pcapng block; `claim` overrides the second length. */
export function block(order: ByteOrder, type: number, body: readonly Item[], claim?: number): Uint8Array {
  const content = pack(order, ...body);
  const length = 12 + content.length;
  return pack(order, u32(type), u32(length), content, u32(claim ?? length));
}

export const option = (code: number, length: number, ...value: readonly Item[]): Item[] => [
  u16(code),
  u16(length),
  ...value,
  padding(length),
];
export const textOption = (code: number, text: string): Item[] => {
  const value = new TextEncoder().encode(text);
  return option(code, value.length, value);
};
export const noMoreOptions: Item[] = [u16(0), u16(0)];

export const section = (order: ByteOrder, options: readonly Item[] = [], major = 1) =>
  block(order, 0x0a0d0d0a, [u32(0x1a2b3c4d), u16(major), u16(0), i64(-1n), ...options]);

export const description = (order: ByteOrder, { link = 1, snap = 0, options = [] as readonly Item[] } = {}) =>
  block(order, 1, [u16(link), u16(0), u32(snap), ...options]);

const high = (ticks: bigint) => Number(ticks >> 32n);
const low = (ticks: bigint) => Number(ticks & 0xffff_ffffn);

export const enhanced = (
  order: ByteOrder,
  data: Uint8Array,
  { id = 0, ticks = 0n, originalLength = data.length, options = [] as readonly Item[] } = {},
) =>
  block(order, 6, [
    u32(id),
    u32(high(ticks)),
    u32(low(ticks)),
    u32(data.length),
    u32(originalLength),
    data,
    padding(data.length),
    ...options,
  ]);

export const simple = (order: ByteOrder, data: Uint8Array, originalLength = data.length) =>
  block(order, 3, [u32(originalLength), data, padding(data.length)]);

export const obsolete = (order: ByteOrder, data: Uint8Array, { id = 0, ticks = 0n } = {}) =>
  block(order, 2, [
    u16(id),
    u16(0xffff),
    u32(high(ticks)),
    u32(low(ticks)),
    u32(data.length),
    u32(data.length),
    data,
    padding(data.length),
  ]);

export const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
