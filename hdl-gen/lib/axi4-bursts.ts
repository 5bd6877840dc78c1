/** What AXI4 masters share: a transfer of any bytes, and the aligned bursts it is cut into. */

import { clog2, isPowerOfTwo } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, type StructValue, struct, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { resize } from "./bits.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";

export interface Axi4MasterOptions {
  readonly addressBits: number;
  /** A power of two from 16 to 1024. */
  readonly dataBits: number;
  /** 2^idBits bursts can be in flight, each with an ID of its own. */
  readonly idBits: number;
  /** Bits of a transfer's length; 16 unless said. */
  readonly lengthBits?: number;
  /**
   * Largest burst in bytes, and what bursts are aligned to: a power of two from a bus word to 4096. 64, a line, unless
   * said: what a coherent memory system takes fastest. No burst crosses such a boundary, and so none crosses 4 KiB.
   */
  readonly burstBytes?: number;
}
type TransferFields = { readonly address: Type<Bits>; readonly bytes: Type<Bits> };
/** A run of bytes in memory: from any address, at least one byte. */
export type Transfer = StructValue<TransferFields>;
export const transfer = ({ addressBits, lengthBits = 16 }: Pick<Axi4MasterOptions, "addressBits" | "lengthBits">) =>
  struct<TransferFields>({ address: uint(addressBits), bytes: uint(lengthBits) }, `transfer_${addressBits}_${lengthBits}`);

/** The numbers that follow from the options, checked. */
export const masterShape = (options: Axi4MasterOptions, what: string) => {
  const { addressBits, dataBits, idBits, lengthBits = 16, burstBytes = 64 } = options;
  const bytes = dataBits / 8;
  if (!isPowerOfTwo(bytes) || bytes < 2 || bytes > 128) refuse(`${what}: ${dataBits} data bits; a power of two from 16 to 1024 is needed`);
  const least = Math.max(bytes, 8);
  if (!isPowerOfTwo(burstBytes) || burstBytes < least || burstBytes > 4096)
    refuse(`${what}: bursts of ${burstBytes} bytes; a power of two from ${least} to 4096 is needed`);
  if (burstBytes / bytes > 256) refuse(`${what}: bursts of ${burstBytes / bytes} beats; AXI4 has at most 256`);
  return {
    shape: { addressBits, dataBits, idBits },
    addressBits,
    dataBits,
    idBits,
    lengthBits,
    burstBytes,
    bytes,
    /** Bits of a byte's place in a bus word, and in a burst. */
    wordBits: clog2(bytes),
    burstBits: clog2(burstBytes),
    /** Beats of a whole burst. */
    beats: burstBytes / bytes,
    ids: 2 ** idBits,
  };
};

type BurstFields = {
  readonly addr: Type<Bits>;
  readonly len: Type<Bits<8>>;
  readonly first: Type<Bool>;
  readonly ends: Type<Bool>;
  readonly offset: Type<Bits>;
  readonly tail: Type<Bits>;
};
/**
 * One burst of a transfer: whole bus words from `addr` on, `len` beats less one. `first` and `ends` say where in its
 * transfer it stands; the transfer's first byte is byte `offset` of its first word, its last one byte `tail` of the last.
 */
export type Burst = StructValue<BurstFields>;
export const burstType = (options: Axi4MasterOptions) => {
  const { addressBits, wordBits } = masterShape(options, "burst");
  return struct<BurstFields>(
    { addr: uint(addressBits), len: uint(8), first: bool, ends: bool, offset: uint(wordBits), tail: uint(wordBits) },
    `axi_burst_${addressBits}_${2 ** wordBits}`,
  );
};
export interface BurstsPorts {
  readonly from: Port<Bundle<Stream<Transfer>>>;
  readonly to: Port<Bundle<Stream<Burst>>>;
  readonly [key: string]: Port;
}
/** Cuts transfers into bursts. One burst a cycle, without a pause between transfers; latency 1; all outputs from registers. */
export const axi4Bursts = (options: Axi4MasterOptions): HardwareModule<BurstsPorts> => {
  const { addressBits, dataBits, lengthBits, burstBytes, wordBits, burstBits } = masterShape(options, "axi4Bursts");
  return module(
    `axi4_bursts_${addressBits}_${lengthBits}_${dataBits}_${burstBytes}`,
    { from: input(stream(transfer(options))), to: output(stream(burstType(options))) },
    ({ from, to }, h) => {
      const { busy, first } = h.registers({ busy: bool, first: bool });
      const { address, left, offset } = h.registers({
        /** Where the next burst begins, and how many bytes it and those after it have. */
        address: uint(addressBits).noReset(),
        left: uint(lengthBits).noReset(),
        offset: uint(wordBits).noReset(),
      });
      const inBurst = address.trunc(burstBits);
      const width = Math.max(lengthBits, burstBits + 1);
      const { room } = h.nets({
        /** Bytes up to the next boundary. */ room: constant(burstBits + 1, burstBytes).sub(inBurst.zext(burstBits + 1)),
      });
      const { ends } = h.nets({ ends: left.zext(width).le(room.zext(width)) });
      const { last_byte } = h.nets({
        last_byte: mux(ends, inBurst.add(resize(left, burstBits)).sub(1), constant(burstBits, burstBytes - 1) as Bits),
      });
      const words = (from: Bits): Bits => (burstBits === wordBits ? constant(8, 0) : from.slice(burstBits - 1, wordBits).zext(8));
      to.valid.drive(busy);
      to.payload.drive({
        addr: cat(address.slice(addressBits - 1, wordBits), constant(wordBits, 0)),
        len: words(last_byte).sub(words(inBurst)),
        first,
        ends,
        offset,
        tail: last_byte.trunc(wordBits),
      });
      from.ready.drive(busy.not().or(to.ready.and(ends)));
      h.when(from.ready, () => busy.next(from.valid));
      h.when(from.fire, () => {
        first.next(1);
        address.next(from.payload.address);
        left.next(from.payload.bytes);
        offset.next(from.payload.address.trunc(wordBits));
      }).elseWhen(to.fire, () => {
        first.next(0);
        address.next(cat(address.slice(addressBits - 1, burstBits).add(1), constant(burstBits, 0)));
        left.next(left.sub(resize(room, lengthBits)));
      });
      h.assume("a transfer has at least one byte", from.valid.implies(from.payload.bytes.ne(0)));
      h.assert(
        "a burst stays inside its boundary",
        to.valid.implies(
          words(inBurst)
            .add(to.payload.len)
            .le(burstBytes / (dataBits / 8) - 1),
        ),
      );
    },
  ) as unknown as HardwareModule<BurstsPorts>;
};
