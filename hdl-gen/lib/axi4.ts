/** AXI4 (ARM IHI 0022) as a bundle with the standard's pin names, its five channels as streams. */
import { type Bundle, backward, bundle, type FieldSignals, forward } from "../core/ports.ts";
import { transparent } from "../core/source.ts";
import { bool, type StructType, type StructValue, struct, type Type, uint } from "../core/types.ts";
import type { Bits, Bool, Data } from "../core/values.ts";
import { refuse } from "./refuse.ts";
import { Stream } from "./stream.ts";

transparent(import.meta.url);

export interface Axi4Shape {
  readonly addressBits: number;
  /** 8 to 1024, a power of two. */
  readonly dataBits: number;
  readonly idBits: number;
}
type AddressFields = {
  readonly id: Type<Bits>;
  readonly addr: Type<Bits>;
  readonly len: Type<Bits>;
  readonly size: Type<Bits>;
  readonly burst: Type<Bits>;
};
type WriteFields = { readonly data: Type<Bits>; readonly strb: Type<Bits>; readonly last: Type<Bool> };
type ResponseFields = { readonly id: Type<Bits>; readonly resp: Type<Bits> };
type ReadFields = { readonly id: Type<Bits>; readonly data: Type<Bits>; readonly resp: Type<Bits>; readonly last: Type<Bool> };

/** Values of `burst`. */
export const axiBurst = { fixed: 0, incr: 1, wrap: 2 } as const;
/** Values of `resp`; bit 1 says that it is an error. */
export const axiResponse = { okay: 0, exclusiveOkay: 1, slaveError: 2, decodeError: 3 } as const;

/** Types of the channels' beats. `len` is the number of beats less one, `size` the binary logarithm of a beat's bytes. */
export const axi4Channels = ({ addressBits, dataBits, idBits }: Axi4Shape) => {
  if (dataBits < 8 || dataBits > 1024 || (dataBits & (dataBits - 1)) !== 0)
    refuse(`axi4: ${dataBits} data bits; a power of two from 8 to 1024 is needed`);
  const tag = `${addressBits}_${dataBits}_${idBits}`;
  return {
    address: struct(
      { id: uint(idBits), addr: uint(addressBits), len: uint(8), size: uint(3), burst: uint(2) },
      `axi_address_${tag}`,
    ) as StructType<AddressFields>,
    write: struct({ data: uint(dataBits), strb: uint(dataBits / 8), last: bool }, `axi_write_${tag}`) as StructType<WriteFields>,
    response: struct({ id: uint(idBits), resp: uint(2) }, `axi_response_${tag}`) as StructType<ResponseFields>,
    read: struct({ id: uint(idBits), data: uint(dataBits), resp: uint(2), last: bool }, `axi_read_${tag}`) as StructType<ReadFields>,
  };
};

/** The channels, seen from either side. `output(axi4(...))` is a master, `input(axi4(...))` a slave. */
export class Axi4 {
  readonly aw: Stream<StructValue<AddressFields>>;
  readonly w: Stream<StructValue<WriteFields>>;
  readonly b: Stream<StructValue<ResponseFields>>;
  readonly ar: Stream<StructValue<AddressFields>>;
  readonly r: Stream<StructValue<ReadFields>>;
  constructor(s: Readonly<Record<string, Data>>, shape: Axi4Shape, name: string) {
    const types = axi4Channels(shape);
    const channel = <P extends Data>(prefix: string, of: StructType<any>): Stream<P> => {
      const parts = Object.keys(of.fields).map((key) => s[prefix + key] as Bits);
      return new Stream<P>(
        s[`${prefix}valid`] as Bool,
        s[`${prefix}ready`] as Bool,
        of.wrap(parts.map((p) => p.place)) as unknown as P,
        of as unknown as Type<P, any>,
        `${name}_${prefix}`,
      );
    };
    this.aw = channel("aw", types.address);
    this.w = channel("w", types.write);
    this.b = channel("b", types.response);
    this.ar = channel("ar", types.address);
    this.r = channel("r", types.read);
  }
  /** Drives this side's requests from another port of the same shape, and that one's answers from here. */
  connect(from: Axi4): void {
    this.aw.connect(from.aw);
    this.w.connect(from.w);
    this.ar.connect(from.ar);
    from.b.connect(this.b);
    from.r.connect(this.r);
  }
}

/** AXI4 port: pins `_awid`, `_awaddr`, ... `_rready`. No lock, cache, protection, quality or region signals. */
export const axi4 = (shape: Axi4Shape): Bundle<Axi4> => {
  const types = axi4Channels(shape);
  const channel = (prefix: string, of: StructType<any>, way: typeof forward, back: typeof backward) => ({
    ...Object.fromEntries(Object.entries(of.fields).map(([key, type]) => [prefix + key, way(type as Type)])),
    [`${prefix}valid`]: way(bool),
    [`${prefix}ready`]: back(bool),
  });
  return bundle(
    {
      ...channel("aw", types.address, forward, backward),
      ...channel("w", types.write, forward, backward),
      ...channel("b", types.response, backward as never, forward as never),
      ...channel("ar", types.address, forward, backward),
      ...channel("r", types.read, backward as never, forward as never),
    },
    (s: FieldSignals<any>, name) => new Axi4(s as unknown as Readonly<Record<string, Data>>, shape, name),
  );
};
