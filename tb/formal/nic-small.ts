/** A NIC small enough for a solver: two slots, lines of two words, rings of one or two lines, two bursts in flight. */
import type { Bits, Bool, Builder } from "#hdl";
import type { PropertyKind } from "#hdl/lib/stream-check.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";

export const small: Config = {
  ...resolveConfig("tiny"),
  slots: 2,
  busBits: 256,
  wireBits: 256,
  ringLimit: 128,
  dmaInFlight: 2,
  mtu: 576,
  rxBuffer: 2048,
  txBuffer: 2048,
};
export const busBytes = small.busBits / 8;

/** A stream, as far as its properties go. */
interface Offered<P> {
  readonly name: string;
  readonly valid: Bool;
  readonly payload: P;
  check(h: Builder, kind: PropertyKind): unknown;
}
/** What AXI4 and the project say of a burst's address: whole bus words, within one line, and so within 4 KiB. */
export const checkBurst = (h: Builder, s: Offered<{ readonly address: Bits; readonly length: Bits }>): void => {
  s.check(h, "assert");
  const { address, length } = s.payload;
  const bytes = length.zext(13).add(1).shl(5);
  h.assert(`${s.name}: whole bus words`, s.valid.implies(address.trunc(5).eq(0)));
  h.assert(`${s.name}: within a line`, s.valid.implies(address.trunc(6).zext(13).add(bytes).le(64)));
  h.assert(`${s.name}: within 4 KiB`, s.valid.implies(address.trunc(12).zext(13).add(bytes).le(4096)));
};
/** A burst of a job lies in the job's ring. */
export const checkInRing = (
  h: Builder,
  s: Offered<{ readonly address: Bits; readonly length: Bits }>,
  job: { readonly base: Bits; readonly mask: Bits },
): void => {
  const from = s.payload.address.sub(job.base);
  const bytes = s.payload.length.zext(64).add(1).shl(5);
  h.assert(`${s.name}: within the ring`, s.valid.implies(from.le(job.mask.zext(64)).and(from.add(bytes).le(job.mask.zext(64).add(1)))));
};
/** What the table and the engines promise of a job: a ring of whole lines, and no more bytes than it has. */
export const assumeJob = (h: Builder, s: Offered<Record<"base" | "offset" | "mask" | "bytes", Bits>>): void => {
  const { base, offset, mask, bytes } = s.payload;
  s.check(h, "assume");
  h.assume(`${s.name}: a ring of 64 or 128 bytes`, mask.eq(63).or(mask.eq(127)));
  h.assume(`${s.name}: it begins at a line`, base.trunc(6).eq(0));
  // Higher bits of an address only take part in a carry; without them the solver is quicker.
  h.assume(`${s.name}: in the lowest 8 KiB`, base.slice(63, 13).eq(0));
  h.assume(`${s.name}: an offset in the ring`, offset.le(mask));
  h.assume(`${s.name}: at least one byte, and no more than the ring has`, bytes.ne(0).and(bytes.le(mask.zext(16).add(1))));
};
/** Bus words that a job's bytes lie in. */
export const jobWords = (job: { readonly offset: Bits; readonly bytes: Bits }): Bits =>
  job.offset
    .trunc(5)
    .zext(8)
    .add(job.bytes.trunc(8))
    .add(busBytes - 1)
    .shr(5);
/** It never changes: any value, the same in every cycle. */
export const chosen = (h: Builder, value: Bits, name: string): void =>
  h.ghost(() => h.assume(`${name} stays`, h.pastValid().implies(value.eq(h.past(value)))));
/** What the table promises of a slot that has something to send. */
export const assumeJobState = (h: Builder, s: Record<"base" | "mask" | "read" | "tail" | "datagram", Bits>): void => {
  h.assume("a transmit ring of 64 or 128 bytes", s.mask.eq(63).or(s.mask.eq(127)));
  h.assume("head and tail are in the ring", s.read.le(s.mask).and(s.tail.le(s.mask)));
  h.assume("records begin at multiples of 16", s.datagram.not().or(s.read.trunc(4).eq(0)) as Bool);
};
