/**
 * AXI4 and AXI4-Lite (ARM IHI 0022) as bundles: the pins have the standard's names (`m_axi_awaddr`), and inside each
 * channel is a stream, so that slices, queues and arbiters work on it as on any other.
 */
import { clog2 } from "../core/expr.ts";
import { Bundle, backward, type Field, forward } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { transparent } from "../core/source.ts";
import { bool, enumeration, type StructType, type StructValue, struct, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant, type EnumValue, type Operand } from "../core/values.ts";
import { refuse } from "./refuse.ts";
import { Stream } from "./stream.ts";

transparent(import.meta.url);

export interface Axi4Options {
  readonly addressBits: number;
  /** A power of two from 8 to 1024. */
  readonly dataBits: number;
  readonly idBits: number;
}
/** How the address goes on from beat to beat. */
export const axiBurst = enumeration("burst", { FIXED: 0, INCR: 1, WRAP: 2 }, 2);
/** `SLVERR`: the slave was reached and refused; `DECERR`: nobody is there. */
export const axiResponse = enumeration("resp", ["OKAY", "EXOKAY", "SLVERR", "DECERR"]);
export type AxiBurst = EnumValue<"FIXED" | "INCR" | "WRAP">;
export type AxiResponse = EnumValue<"OKAY" | "EXOKAY" | "SLVERR" | "DECERR">;

// ---- what the channels carry --------------------------------------------------------------

const checked = ({ addressBits, dataBits, idBits }: Axi4Options): void => {
  if (![8, 16, 32, 64, 128, 256, 512, 1024].includes(dataBits))
    refuse(`axi4: ${dataBits} data bits; AXI4 has powers of two from 8 to 1024`);
  if (!Number.isInteger(addressBits) || addressBits < 1 || addressBits > 64)
    refuse(`axi4: ${addressBits} address bits; 1 to 64 are possible`);
  if (!Number.isInteger(idBits) || idBits < 1) refuse(`axi4: ${idBits} ID bits; at least 1 is needed`);
};
/** A beat of AW or AR: one burst. `len` is the number of beats less one, `size` the log2 of a beat's bytes. */
export const axi4Address = ({ addressBits, idBits }: Axi4Options) =>
  struct(
    {
      id: uint(idBits) as Type<Bits>,
      addr: uint(addressBits) as Type<Bits>,
      len: uint(8),
      size: uint(3),
      burst: axiBurst,
      lock: bool,
      cache: uint(4),
      prot: uint(3),
      qos: uint(4),
    },
    `axi_address_${addressBits}_${idBits}`,
  );
export const axi4WriteData = ({ dataBits }: Axi4Options) =>
  struct({ data: uint(dataBits) as Type<Bits>, strb: uint(dataBits / 8) as Type<Bits>, last: bool }, `axi_w_${dataBits}`);
export const axi4WriteResponse = ({ idBits }: Axi4Options) =>
  struct({ id: uint(idBits) as Type<Bits>, resp: axiResponse }, `axi_b_${idBits}`);
export const axi4ReadData = ({ dataBits, idBits }: Axi4Options) =>
  struct(
    { id: uint(idBits) as Type<Bits>, data: uint(dataBits) as Type<Bits>, resp: axiResponse, last: bool },
    `axi_r_${dataBits}_${idBits}`,
  );
type Beat<T extends (...args: any) => StructType<any>> = ReturnType<T> extends StructType<infer F> ? StructValue<F> : never;
export type Axi4Address = Beat<typeof axi4Address>;
export type Axi4WriteData = Beat<typeof axi4WriteData>;
export type Axi4WriteResponse = Beat<typeof axi4WriteResponse>;
export type Axi4ReadData = Beat<typeof axi4ReadData>;

// ---- bundles ------------------------------------------------------------------------------

/** The writing half: what a DMA writer has. */
export interface Axi4Write {
  readonly aw: Stream<Axi4Address>;
  readonly w: Stream<Axi4WriteData>;
  readonly b: Stream<Axi4WriteResponse>;
}
/** The reading half: what a DMA reader has. */
export interface Axi4Read {
  readonly ar: Stream<Axi4Address>;
  readonly r: Stream<Axi4ReadData>;
}
type Forward = "aw" | "w" | "ar";
const isForward = (channel: string): channel is Forward => channel === "aw" || channel === "w" || channel === "ar";

/** Channels as streams; `connect` drives a bus from one of the same kind, or both halves of it from two. */
class Channels {
  readonly name: string;
  readonly #channels: Readonly<Record<string, Stream<any>>>;
  constructor(channels: Readonly<Record<string, Stream<any>>>, name: string) {
    this.name = name;
    this.#channels = channels;
    Object.assign(this, channels);
  }
  connect(from: Readonly<Record<string, unknown>>): void {
    for (const [key, own] of Object.entries(this.#channels)) {
      const other = from[key] as Stream<any>;
      if (isForward(key)) own.connect(other);
      else other.connect(own);
    }
  }
}
/** A bus whose channels can be connected as a whole. */
export interface Connected<B> {
  readonly name: string;
  connect(from: B): void;
}
const busBundle = <B>(channels: Readonly<Record<string, StructType<any>>>): Bundle<B & Connected<B>> => {
  const fields = Object.entries(channels).flatMap(([channel, of]): [string, Field<Type>][] => {
    const [along, against] = isForward(channel) ? [forward, backward] : [backward, forward];
    return [
      ...Object.entries(of.fields as Record<string, Type>).map(([key, type]): [string, Field<Type>] => [`${channel}${key}`, along(type)]),
      [`${channel}valid`, along(bool)],
      [`${channel}ready`, against(bool)],
    ];
  });
  return new Bundle(Object.fromEntries(fields), (s: Readonly<Record<string, Bits>>, name: string) => {
    const streams = Object.entries(channels).map(([channel, of]) => {
      const pin = (key: string): Bits => s[`${channel}${key}`] as Bits;
      const payload = of.wrap(Object.keys(of.fields).map((key) => pin(key).place));
      return [channel, new Stream(pin("valid"), pin("ready"), payload, of, `${name}_${channel}`)];
    });
    return new Channels(Object.fromEntries(streams), name) as unknown as B & Connected<B>;
  });
};
const writeChannels = (o: Axi4Options) => ({ aw: axi4Address(o), w: axi4WriteData(o), b: axi4WriteResponse(o) });
const readChannels = (o: Axi4Options) => ({ ar: axi4Address(o), r: axi4ReadData(o) });

/** All five channels, seen from the master: `output(axi4(...))` is a master's port, `input(axi4(...))` a slave's. */
export type Axi4 = Axi4Write & Axi4Read;
export const axi4 = (options: Axi4Options): Bundle<Axi4 & Connected<Axi4>> => {
  checked(options);
  return busBundle({ ...writeChannels(options), ...readChannels(options) });
};
/** AW, W and B alone. */
export const axi4Write = (options: Axi4Options): Bundle<Axi4Write & Connected<Axi4Write>> => {
  checked(options);
  return busBundle(writeChannels(options));
};
/** AR and R alone. */
export const axi4Read = (options: Axi4Options): Bundle<Axi4Read & Connected<Axi4Read>> => {
  checked(options);
  return busBundle(readChannels(options));
};

const liteAddress = (addressBits: number) =>
  struct({ addr: uint(addressBits) as Type<Bits>, prot: uint(3) }, `axi_lite_address_${addressBits}`);
const liteWriteData = (dataBits: number) =>
  struct({ data: uint(dataBits) as Type<Bits>, strb: uint(dataBits / 8) as Type<Bits> }, `axi_lite_w_${dataBits}`);
const liteWriteResponse = struct({ resp: axiResponse }, "axi_lite_b");
const liteReadData = (dataBits: number) => struct({ data: uint(dataBits) as Type<Bits>, resp: axiResponse }, `axi_lite_r_${dataBits}`);
export interface Axi4Lite {
  readonly aw: Stream<Beat<typeof liteAddress>>;
  readonly w: Stream<Beat<typeof liteWriteData>>;
  readonly b: Stream<Beat<() => typeof liteWriteResponse>>;
  readonly ar: Stream<Beat<typeof liteAddress>>;
  readonly r: Stream<Beat<typeof liteReadData>>;
}
/** AXI4-Lite: single beats of the whole width, no IDs. */
export const axi4Lite = ({
  addressBits,
  dataBits,
}: {
  readonly addressBits: number;
  readonly dataBits: 32 | 64;
}): Bundle<Axi4Lite & Connected<Axi4Lite>> =>
  busBundle({
    aw: liteAddress(addressBits),
    w: liteWriteData(dataBits),
    b: liteWriteResponse,
    ar: liteAddress(addressBits),
    r: liteReadData(dataBits),
  });

// ---- addresses ----------------------------------------------------------------------------

/**
 * A whole AW or AR payload from what differs: an INCR burst of full-width beats, normal memory that may be modified and
 * buffered (`cache` 0b0011), unprivileged secure data, no lock, no QoS.
 */
export const incrBurst = <N extends number>(
  { dataBits, ...rest }: Axi4Options,
  what: { readonly id: Bits; readonly addr: Bits; readonly len: Operand<8, N> },
) => {
  const type = axi4Address({ dataBits, ...rest });
  return type.of({
    ...what,
    len: uint(8).of(what.len as Bits<8>),
    size: clog2(dataBits / 8),
    burst: "INCR",
    lock: 0,
    cache: "0b0011",
    prot: 0,
    qos: 0,
  });
};
/** The address of the beat after the one at `current`, of the burst that began with `start` (IHI 0022, A3.4.1). */
export const nextBeatAddress = (start: Axi4Address, current: Bits): Bits => {
  const { width } = current;
  const bytes = constant(width, 1).shl(start.size);
  const inside = bytes.sub(1);
  const stepped = current.and(inside.not()).add(bytes);
  // A wrapping burst stays in its container of (len + 1) beats, a power of two.
  const container = cat(constant(Math.max(1, width - 8), 0), start.len)
    .trunc(width)
    .shl(start.size)
    .or(inside);
  const wrapped = current.and(container.not()).or(stepped.and(container));
  return mux(start.burst.is("FIXED"), current, mux(start.burst.is("WRAP"), wrapped, stepped));
};
/** The bytes of a bus word that the beat at `address` may touch. */
export const beatLanes = (address: Bits, size: Bits, dataBits: number): Bits => {
  const bytes = dataBits / 8;
  const shift = clog2(bytes);
  if (shift === 0) return constant(1, 1);
  const offset = address.trunc(shift);
  const lane = (i: number): Bool => {
    const reached: Bool = i === bytes - 1 ? constant(1, 1) : offset.le(i);
    // In the container of 2^size bytes that the address points into.
    return Array.from({ length: shift }, (_, s) => s)
      .reduceRight<Bool>((wider, s) => mux(size.eq(s), offset.slice(shift - 1, s).eq(i >> s), wider), constant(1, 1))
      .and(reached);
  };
  return cat(...Array.from({ length: bytes }, (_, i) => lane(bytes - 1 - i)));
};
