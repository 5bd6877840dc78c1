/**
 * Cyclic redundancy checks, any number of bytes a cycle. A CRC is linear over GF(2): each bit of the next state is the XOR
 * of some bits of the present one and of the data, and which ones is worked out here once by running the bit-serial
 * definition on symbols.
 */

import { clog2, isPowerOfTwo } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { fromBits, maskCount, resize, reverseBits } from "./bits.ts";
import { keptBytes } from "./checksum.ts";
import { type AnyBeat, packetBeat } from "./packet.ts";
import { refuse } from "./refuse.ts";

/** A CRC in the terms of the Rocksoft model; `reflected` says that bytes go in, and the result comes out, low bit first. */
export interface CrcSpec {
  readonly name: string;
  /** 8 to 64, a multiple of 8. */
  readonly width: number;
  /** Without its highest term, highest bit first: 0x04c11db7. */
  readonly polynomial: bigint;
  readonly initial: bigint;
  readonly finalXor: bigint;
  readonly reflected: boolean;
}
/** The Ethernet frame check sequence (IEEE 802.3), sent low byte first. */
export const crc32: CrcSpec = {
  name: "crc32",
  width: 32,
  polynomial: 0x04c11db7n,
  initial: 0xffffffffn,
  finalXor: 0xffffffffn,
  reflected: true,
};
/** Castagnoli's: iSCSI (RFC 7143), SCTP. */
export const crc32c: CrcSpec = {
  name: "crc32c",
  width: 32,
  polynomial: 0x1edc6f41n,
  initial: 0xffffffffn,
  finalXor: 0xffffffffn,
  reflected: true,
};
/** CCITT's 16 bits, high bit first, in the form that starts at 0xffff. */
export const crc16ccitt: CrcSpec = {
  name: "crc16_ccitt",
  width: 16,
  polynomial: 0x1021n,
  initial: 0xffffn,
  finalXor: 0n,
  reflected: false,
};

const mirror = (value: bigint, width: number): bigint => BigInt(`0b${value.toString(2).padStart(width, "0").split("").reverse().join("")}`);

/**
 * The state after `bytes` bytes, from a state of 0: for each bit of the state the mask of data bits whose XOR it is.
 * Inside, every CRC is reflected: state and bytes low bit first.
 */
const masks = (spec: CrcSpec, bytes: number): readonly bigint[] => {
  const polynomial = mirror(spec.polynomial, spec.width);
  let state: bigint[] = Array.from({ length: spec.width }, () => 0n);
  for (let bit = 0; bit < bytes * 8; bit++) {
    const out = (state[0] as bigint) ^ (1n << BigInt(bit));
    state = state.map((_, i) => (state[i + 1] ?? 0n) ^ ((polynomial >> BigInt(i)) & 1n ? out : 0n));
  }
  return state;
};
const cache = new Map<string, readonly bigint[]>();
const masksOf = (spec: CrcSpec, bytes: number): readonly bigint[] => {
  const key = `${spec.name} ${spec.width} ${spec.polynomial} ${bytes}`;
  const made = cache.get(key) ?? masks(spec, bytes);
  cache.set(key, made);
  return made;
};
const reduced = (spec: CrcSpec, data: Bits): Bits =>
  fromBits(masksOf(spec, data.width / 8).map((mask) => data.and(constant(data.width, `0x${mask.toString(16)}`)).parity()));
const mirrorBytes = (data: Bits): Bits =>
  cat(...Array.from({ length: data.width / 8 }, (_, i) => reverseBits(data.slice(data.width - 8 * i - 1, data.width - 8 * i - 8))));
/** Data as the reflected form has it. */
const inward = (spec: CrcSpec, data: Bits): Bits => (spec.reflected ? data : mirrorBytes(data));
const wide = (spec: CrcSpec, data: Bits): number => Math.max(data.width, spec.width);

/** The state before the first byte: the model states `initial` high bit first, whatever the order of the bytes' bits. */
export const crcStart = (spec: CrcSpec): bigint => mirror(spec.initial, spec.width);
/** The state after all bytes of `data`, byte 0 (the lowest) first. One level of XOR trees. */
export const crcStep = (spec: CrcSpec, state: Bits, data: Bits): Bits => {
  const width = wide(spec, data);
  const both = inward(spec, data).zext(width).xor(state.zext(width));
  const next = reduced(spec, both.trunc(data.width));
  // Fewer bytes than the state has: what they do not reach moves down.
  return data.width < spec.width ? next.xor(state.shr(data.width)) : next;
};
/** The first half of a step by the lowest `count` bytes of `data`, 1 to all; the other bytes must be 0. See `crcFinishStep`. */
export const crcAlign = (spec: CrcSpec, state: Bits, data: Bits, count: Bits): { readonly aligned: Bits; readonly rest: Bits } => {
  const width = wide(spec, data);
  const bytes = data.width / 8;
  const both = inward(spec, data).zext(width).xor(state.zext(width));
  // Zeros before the first byte change nothing while the state is 0, so the bytes that count move to the end.
  const unused = constant(clog2(bytes + 1), bytes).sub(resize(count, clog2(bytes + 1)));
  const inBits = (n: Bits): Bits => cat(n, constant(3, 0));
  return { aligned: both.shl(inBits(unused)).trunc(data.width), rest: both.shr(inBits(count)).trunc(spec.width) };
};
/** The second half: the state after the bytes. */
export const crcFinishStep = (spec: CrcSpec, aligned: Bits, rest: Bits): Bits => reduced(spec, aligned).xor(rest);
/** What is sent or compared, from the state after the last byte. */
export const crcResult = (spec: CrcSpec, state: Bits): Bits =>
  (spec.reflected ? state : reverseBits(state)).xor(constant(spec.width, spec.finalXor));

export interface PacketCrcPorts {
  readonly beat: Port<Type<AnyBeat>>;
  readonly valid: Port<Type<Bool>>;
  readonly done: Port<Type<Bool>>;
  readonly crc: Port<Type<Bits>>;
  readonly [key: string]: Port;
}
/** Edges from a packet's last beat to its CRC. */
export const packetCrcLatency = 3;
/**
 * The CRC of every packet as it passes: `valid` says that `beat` moves now. `done` is 1 for one cycle, three edges after a
 * packet's last beat, with the packet's `crc`. One beat a cycle, packets back to back. The loop is one XOR tree of a beat
 * and the state; the partial beat at the end takes a shifter in a stage of its own.
 */
export const packetCrc = (spec: CrcSpec, dataBits: number): HardwareModule<PacketCrcPorts> => {
  if (spec.width < 8 || spec.width > 64 || spec.width % 8 !== 0)
    refuse(`packetCrc: ${spec.name} has ${spec.width} bits; a multiple of 8 up to 64 is needed`);
  if (!isPowerOfTwo(dataBits / 8)) refuse(`packetCrc: ${dataBits} data bits; a power of two from 8 on is needed`);
  const type = packetBeat(dataBits);
  const state = uint(spec.width) as Type<Bits>;
  return module(
    `packet_${spec.name}_${dataBits}`,
    { beat: input(type), valid: input(bool), done: output(bool), crc: output(state) },
    ({ beat, valid, done, crc }, h) => {
      const one = h.registers({
        held: bool,
        held_last: bool.noReset(),
        data: uint(dataBits).noReset(),
        count: uint(clog2(dataBits / 8 + 1)).noReset(),
      });
      one.held.next(valid);
      one.held_last.next(beat.last);
      one.data.next(keptBytes(beat.data, beat.keep));
      one.count.next(maskCount(beat.keep));

      const { running } = h.registers({ /** The state before this beat. */ running: state.reset(crcStart(spec)) });
      const two = h.registers({ last: bool, aligned: uint(dataBits).noReset(), rest: state.noReset() });
      h.when(one.held, () => running.next(mux(one.held_last, state.of(crcStart(spec)), crcStep(spec, running, one.data))));
      const end = crcAlign(spec, running, one.data, one.count);
      two.last.next(one.held.and(one.held_last));
      two.aligned.next(end.aligned);
      two.rest.next(end.rest);

      const out = h.registers({ out_done: bool, out_crc: state.noReset() });
      out.out_done.next(two.last);
      out.out_crc.next(crcResult(spec, crcFinishStep(spec, two.aligned, two.rest)));
      done.drive(out.out_done);
      crc.drive(out.out_crc);
    },
  ) as unknown as HardwareModule<PacketCrcPorts>;
};
