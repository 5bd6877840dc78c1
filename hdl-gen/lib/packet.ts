/**
 * Packet streams: beats of several bytes, the last one of a packet marked. Conventions of AXI4-Stream without its
 * position bytes: byte 0 of a packet is bits 7 to 0 of its first beat; `keep` has a bit per byte, all ones but in a
 * last beat, where the ones are contiguous from bit 0. Every beat has at least one byte, so no packet is empty.
 */
import type { Builder } from "../core/builder.ts";
import { type Bundle, backward, bundle, forward } from "../core/ports.ts";
import { transparent } from "../core/source.ts";
import { bool, type StructType, type StructValue, struct, type Type, uint } from "../core/types.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import { isLowMask } from "./bits.ts";
import { narrow, widen } from "./packet-width.ts";
import { refuse } from "./refuse.ts";
import { Stream, stream } from "./stream.ts";
import { type PropertyKind, property } from "./stream-check.ts";

transparent(import.meta.url);

type PlainFields = { readonly data: Type<Bits>; readonly keep: Type<Bits>; readonly last: Type<Bool> };
/** A beat: `data`, `keep` (a bit per byte), `last`, and `user` where the packet has one. */
export type PacketBeat<U extends Data = never> = [U] extends [never]
  ? StructValue<PlainFields>
  : StructValue<PlainFields & { readonly user: Type<U> }>;
/** Any packet beat, with or without `user`. */
export type AnyBeat = StructValue<PlainFields>;
type BeatType<U extends Data = never> = [U] extends [never]
  ? StructType<PlainFields>
  : StructType<PlainFields & { readonly user: Type<U> }>;

const checkWidth = (dataBits: number, what: string): void => {
  if (!Number.isInteger(dataBits) || dataBits < 8 || dataBits % 8 !== 0) refuse(`${what}: ${dataBits} data bits are not whole bytes`);
};

/** Type of a beat of `dataBits` bits, a whole number of bytes, with a `user` field where a type is given for it. */
export function packetBeat(dataBits: number): BeatType;
export function packetBeat<U extends Data>(dataBits: number, user: Type<U, any>): BeatType<U>;
export function packetBeat(dataBits: number, user: Type | undefined): BeatType;
export function packetBeat(dataBits: number, user?: Type): any {
  checkWidth(dataBits, "packetBeat");
  const plain = { data: uint(dataBits), keep: uint(dataBits / 8), last: bool };
  return user === undefined ? struct(plain, `beat${dataBits}`) : struct({ ...plain, user }, `beat${dataBits}_${user.name}`);
}

/** The `user` field of a beat, to spread into another one; empty where it has none. */
export const userOf = (beat: AnyBeat): { readonly user?: Data } => ("user" in beat ? { user: beat.user as Data } : {});
/** The type of the `user` field of a packet stream; undefined where it has none. */
export const userType = (packets: Stream<AnyBeat>): Type | undefined =>
  (packets.of as unknown as StructType<any>).fields.user as Type | undefined;
/** How a module's name tells of a `user` field. */
export const userSuffix = (user: Type | undefined): string => (user === undefined ? "" : `_${user.name}`);

/** Stream of packets: pins `_valid`, `_ready`, `_payload_data`, `_payload_keep`, `_payload_last` and `_payload_user`. */
export function packetStream(dataBits: number): Bundle<Stream<PacketBeat>>;
export function packetStream<U extends Data>(dataBits: number, user: Type<U, any>): Bundle<Stream<PacketBeat<U>>>;
export function packetStream(dataBits: number, user: Type | undefined): Bundle<Stream<AnyBeat>>;
export function packetStream(dataBits: number, user?: Type): Bundle<Stream<any>> {
  return stream(packetBeat(dataBits, user));
}

/**
 * The same with the pins of AXI4-Stream (ARM IHI 0051): `_tdata`, `_tkeep`, `_tvalid`, `_tready`, `_tlast` and, with
 * `userBits`, `_tuser`. Inside it is a packet stream like any other, so nothing needs converting.
 */
export function axiStream(dataBits: number, userBits?: 0): Bundle<Stream<PacketBeat>>;
export function axiStream(dataBits: number, userBits: number): Bundle<Stream<PacketBeat<Bits>>>;
export function axiStream(dataBits: number, userBits = 0): Bundle<Stream<any>> {
  checkWidth(dataBits, "axiStream");
  const of = packetBeat(dataBits, userBits === 0 ? undefined : uint(userBits)) as StructType<any>;
  const user = userBits === 0 ? {} : { tuser: forward(uint(userBits)) };
  return bundle(
    {
      tdata: forward(uint(dataBits)),
      tkeep: forward(uint(dataBits / 8)),
      tvalid: forward(bool),
      tready: backward(bool),
      tlast: forward(bool),
      ...user,
    },
    (s, name) => {
      const parts = [s.tdata, s.tkeep, s.tlast, ...("tuser" in s ? [s.tuser as Bits] : [])];
      return new Stream(s.tvalid, s.tready, of.wrap(parts.map((p) => p.place)), of, name);
    },
  );
}

/** 1 in the first beat of each packet. One register, `NAME_inside`. */
export const packetStart = (h: Builder, packets: Stream<AnyBeat>): Bool => {
  const inside = h.register(h.freeName(`${packets.name}_inside`), bool, { doc: `The next beat of ${packets.name} continues a packet` });
  h.when(packets.fire, () => inside.next(packets.payload.last.not()));
  return inside.not();
};

/**
 * States the conventions as properties, those of the stream included: beats wait unchanged; keep is contiguous from bit 0,
 * never empty, and full but in a last beat.
 */
export const checkPackets = <S extends Stream<any>>(h: Builder, packets: S, kind: PropertyKind): S => {
  packets.check(h, kind);
  const { keep, last } = packets.payload as AnyBeat;
  property(h, kind, `${packets.name}: a beat has its bytes from byte 0 on`, packets.valid.implies(keep.bit(0).and(isLowMask(keep))));
  property(h, kind, `${packets.name}: only a packet's last beat is not full`, packets.valid.implies(last.or(keep.all())));
  return packets;
};

/** A packet stream at another width: wider, narrower, or itself. The instance is called `NAME_resized`. */
export const resizePackets = <P extends AnyBeat>(h: Builder, packets: Stream<P>, dataBits: number): Stream<P> => {
  const { data } = packets.payload;
  const user = userType(packets as Stream<any>);
  if (dataBits === data.width) return packets;
  const name = h.freeName(`${packets.name}_resized`);
  const converter = dataBits > data.width ? widen(data.width, dataBits, user) : narrow(data.width, dataBits, user);
  return h.instance(name, converter, { from: packets as Stream<any> }).to.named(name) as Stream<P>;
};
