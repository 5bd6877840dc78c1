/**
 * Functions on bits, and the counters in line: each against the plainest definition there is, for every value. Without
 * state one step of induction is a proof for ever.
 */
import { type Bits, type Bool, bool, cat, constant, input, type Module, module, mux, type Type, uint, widthOf } from "#hdl";
import {
  atMostOne,
  bitList,
  fromGray,
  isLowMask,
  isOneHot,
  leadingZeros,
  lowestOne,
  lowMask,
  maskCount,
  oneHot,
  oneHotIndex,
  popcount,
  priorityEncode,
  reverseBits,
  sum,
  toGray,
  trailingZeros,
} from "#hdl/lib/bits.ts";
import { foldCarries, onesComplementSum } from "#hdl/lib/checksum.ts";
import { counter, saturatingCounter, upDownCounter } from "#hdl/lib/counter.ts";
import { type CrcSpec, crcAlign, crcFinishStep, crcResult, crcStart, crcStep } from "#hdl/lib/crc.ts";
import { lfsr, lfsrStep } from "#hdl/lib/lfsr.ts";
import type { FormalTask } from "#sim/formal/index.ts";

const asWide = (value: Bits, width: number): Bits => (value.width < width ? value.zext(width) : value);
/** Counts one by one, as a person would. */
const countOf = (list: readonly Bool[], width: number): Bits =>
  list.reduce<Bits>((n, b) => n.add(b.zext(width)), constant(width, 0) as Bits);

/** Widths around a power of two: the trees inside have padding in one and none in the other. */
const oneHotCodes = (width: number) =>
  module(`one_hot_codes_${width}`, { value: input(uint(width) as Type<Bits>) }, ({ value }, h) => {
    const list = bitList(value);
    const bits = widthOf(width);
    const ones = countOf(list, bits);
    h.assert("popcount", asWide(popcount(value), bits).eq(ones));
    h.assert("at most one", atMostOne(value).eq(ones.le(1)));
    h.assert("one-hot", isOneHot(value).eq(ones.eq(1)));
    // The first 1 from either end, found by a chain.
    const first = (from: readonly Bool[]): Bits =>
      [...from.keys()]
        .reverse()
        .reduce<Bits>((rest, i) => mux(from[i] as Bool, constant(bits, i) as Bits, rest as never), constant(bits, width));
    const low = first(list);
    h.assert("trailing zeros", asWide(trailingZeros(value), bits).eq(low));
    h.assert("leading zeros", asWide(leadingZeros(value), bits).eq(first([...list].reverse())));
    const { found, index } = priorityEncode(value);
    h.assert("priority encoder: found", found.eq(value.ne(0)));
    h.assert("priority encoder: index", found.implies(asWide(index, bits).eq(low)));
    h.assert("lowest one", lowestOne(value).eq(mux(value.eq(0), value.and(0), constant(width, 1).shl(low))));
    h.assert("one-hot to index and back", isOneHot(value).implies(oneHot(oneHotIndex(value), width).eq(value)));
    h.assert("masks from bit 0", isLowMask(value).eq(value.eq(lowMask(ones, width))));
    h.assert("bytes of a mask", isLowMask(value).implies(asWide(maskCount(value), bits).eq(ones)));
    h.assert("reversed twice", reverseBits(reverseBits(value)).eq(value));
    h.assert("Gray code back", fromGray(toGray(value)).eq(value));
    const neighbours = toGray(value).xor(toGray(value.add(1)));
    h.assert("neighbours in Gray code differ in one bit", isOneHot(neighbours));
  });

/** Ones' complement arithmetic is arithmetic modulo 0xffff (RFC 1071, section 1), zero apart. */
const sums = module("ones_complement_sums", { words: input(uint(48)), wide: input(uint(20)) }, ({ words, wide }, h) => {
  const list = [words.slice(15, 0), words.slice(31, 16), words.slice(47, 32)];
  const total = list.reduce<Bits>((n, w) => n.add(w.zext(20)), constant(20, 0) as Bits);
  h.assert("sum", asWide(sum(list), 20).eq(total));
  const once = total.slice(15, 0).zext(17).add(total.slice(19, 16).zext(17));
  const folded = once.slice(15, 0).add(once.bit(16).zext(16));
  h.assert("carries come round", onesComplementSum(list).eq(folded));
  h.assert("in any order", onesComplementSum(list).eq(onesComplementSum([...list].reverse())));
  h.assert("only zeros give zero", onesComplementSum(list).eq(0).eq(words.eq(0)));
  const parts = wide.slice(15, 0).zext(17).add(wide.slice(19, 16).zext(17));
  h.assert("folded", foldCarries(wide).eq(parts.slice(15, 0).add(parts.bit(16).zext(16))));
});

/**
 * XORs of many bits are what solvers are worst at, so the proof takes small CRCs of both bit orders (ATM's header check,
 * ITU-T I.432.1, and the same reflected); the ones of 16 and 32 bits are tested against known values.
 */
const crc8: CrcSpec = { name: "crc8", width: 8, polynomial: 0x07n, initial: 0n, finalXor: 0x55n, reflected: false };
const reflectedCrc8: CrcSpec = { ...crc8, name: "crc8_reflected", initial: 0xfdn, reflected: true };
/** A CRC by its definition: one bit after the other through the shift register of the Rocksoft model, high bit first. */
const crcBySerialBits = (spec: CrcSpec, state: Bits, byte: Bits): Bits => {
  const order = spec.reflected ? byte : reverseBits(byte);
  return bitList(order).reduce<Bits>((s, b) => {
    const out = s.msb().xor(b);
    return cat(s.slice(s.width - 2, 0), constant(1, 0)).xor(constant(spec.width, spec.polynomial).and(out.repeat(spec.width)));
  }, state);
};
const crcs = (spec: CrcSpec, bytes: number) =>
  module(
    `${spec.name}_of_${bytes}_bytes`,
    {
      state: input(uint(spec.width) as Type<Bits>),
      data: input(uint(8 * bytes) as Type<Bits>),
      count: input(uint(widthOf(bytes)) as Type<Bits>),
    },
    ({ state, data, count }, h) => {
      // `state` is the definition's, high bit first; the library's is low bit first.
      const after: Bits[] = [];
      for (let i = 0; i < bytes; i++) after.push(crcBySerialBits(spec, after.at(-1) ?? state, data.slice(8 * i + 7, 8 * i)));
      const mine = crcStep(spec, reverseBits(state), data);
      h.assert("all bytes at once", mine.eq(reverseBits(after.at(-1) as Bits)));
      for (let n = 1; n <= bytes; n++) {
        const { aligned, rest } = crcAlign(spec, reverseBits(state), data, count);
        h.assert(
          `the lowest ${n} bytes`,
          count
            .eq(n)
            .and(data.shr(8 * n).eq(0))
            .implies(crcFinishStep(spec, aligned, rest).eq(reverseBits(after[n - 1] as Bits))),
        );
      }
      const start = constant(spec.width, crcStart(spec));
      h.assert("starts as the model says", reverseBits(start).eq(constant(spec.width, spec.initial)));
      const result = spec.reflected ? reverseBits(state) : state;
      h.assert("ends as the model says", crcResult(spec, reverseBits(state)).eq(result.xor(constant(spec.width, spec.finalXor))));
    },
  );

const counters = module(
  "counters",
  { when: input(bool), clear: input(bool), up: input(bool), down: input(bool) },
  ({ when, clear, up, down }, h) => {
    const five = counter(h, "five", 5, { when, clear });
    const eight = counter(h, "eight", 8);
    h.assert("never beyond its limit", five.value.lt(5));
    h.assert("last", five.last.eq(five.value.eq(4)));
    h.assert("wraps where it goes to 0 by itself", five.wraps.eq(five.value.eq(4).and(when).and(clear.not())));
    const valid = h.pastValid();
    const step = mux(h.past(five.value).eq(4), five.value.and(0), h.past(five.value).add(1));
    h.assert("counts", valid.implies(five.value.eq(mux(h.past(clear), five.value.and(0), mux(h.past(when), step, h.past(five.value))))));
    h.assert("a power of two begins again", valid.implies(eight.value.eq(h.past(eight.value).add(1))));

    const credits = upDownCounter(h, "credits", 3, { up, down });
    h.assume(
      "only what is there is taken, only where there is room it is put",
      down.implies(credits.empty.not()).and(up.implies(credits.full.not().or(down))),
    );
    h.assert("places", credits.value.le(3));
    h.assert("empty and full", credits.empty.eq(credits.value.eq(0)).and(credits.full.eq(credits.value.eq(3))));
    h.assert("up and down", valid.implies(credits.value.add(h.past(down).zext(2)).eq(h.past(credits.value).add(h.past(up).zext(2)))));

    const drops = saturatingCounter(h, "drops", 3, { when, clear });
    const more = mux(h.past(drops).eq(7).or(h.past(when).not()), h.past(drops), h.past(drops).add(1));
    h.assert("stays at its largest value", valid.implies(drops.eq(mux(h.past(clear), drops.and(0), more))));
  },
);

/** A step of a Galois LFSR is a multiplication by x: the state never becomes 0, and no two states lead to one. */
const lfsrs = (width: number) =>
  module(
    `lfsr_of_${width}`,
    { a: input(uint(width) as Type<Bits>), b: input(uint(width) as Type<Bits>), when: input(bool) },
    ({ a, b, when }, h) => {
      const value = lfsr(h, "noise", width, { when });
      h.assert("never 0", value.ne(0));
      h.assert(
        "waits",
        h
          .pastValid()
          .and(h.past(when).not())
          .implies(value.eq(h.past(value))),
      );
      h.assert("two states never become one", a.ne(b).implies(lfsrStep(a).ne(lfsrStep(b))));
      h.assert("a multiplication by x is linear", lfsrStep(a.xor(b)).eq(lfsrStep(a).xor(lfsrStep(b))));
    },
  );
/** It comes back to its first value after exactly 2^width - 1 steps, so it has been at every value but 0. */
const lfsrPeriod = (width: number) =>
  module(`lfsr_period_of_${width}`, {}, (_, h) => {
    const value = lfsr(h, "noise", width);
    const { steps } = h.ghost(() => h.registers({ steps: uint(width) as Type<Bits> }));
    h.ghost(() => {
      h.when(steps.eq(2 ** width - 2), () => steps.next(0)).otherwise(() => steps.next(steps.add(1)));
      h.assert("its first value at the period, and not before", value.eq(1).eq(steps.eq(0)));
    });
  });

const proof = (name: string, harness: () => Module, depth = 1): FormalTask => ({ name, module: harness, mode: "induction", depth });
export const tasks: readonly FormalTask[] = [
  ...[5, 8].map((n) => proof(`one-hot, priority, masks, Gray code of ${n} bits`, () => oneHotCodes(n))),
  proof("ones' complement sums", () => sums),
  ...[crc8, reflectedCrc8].flatMap((spec) =>
    [1, 2].map((n) => proof(`${spec.name} of ${n} bytes: the bit-serial definition`, () => crcs(spec, n))),
  ),
  proof("counters", () => counters, 2),
  ...[4, 32].map((n) => proof(`lfsr of ${n} bits: steps`, () => lfsrs(n), 2)),
  { name: "lfsr of 4 bits: its period", module: () => lfsrPeriod(4), mode: "bmc", depth: 34 },
];
