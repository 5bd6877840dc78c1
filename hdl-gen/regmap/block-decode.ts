/** Address decoding of a register block: which space, row and word an access is for, and what the map says of it. */
import type { Builder } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import { transparent } from "../core/source.ts";
import { type Bits, type Bool, constant } from "../core/values.ts";
import type { RegisterBus } from "../lib/register-bus.ts";
import type { Part } from "./assemble.ts";
import { type Permission, permission } from "./block-permission.ts";
import { rowsOf, type Slot, type Space, wordBitsOf } from "./spaces.ts";

transparent(import.meta.url);

/** A space in hardware: whether the request is for it, and for what of it. */
export interface Decoded {
  readonly space: Space;
  /** null: always (the map itself). */
  readonly here: Bool | null;
  /** null: no array. */
  readonly row: Bits | null;
  /** null: a row has one word. */
  readonly word: Bits | null;
}
/** One word of a row, with what is in it. */
export interface Word {
  readonly decoded: Decoded;
  readonly number: number;
  readonly slots: readonly Slot[];
  readonly permission: Permission;
  /** What its registers have against a write that the map allows. */
  readonly refusals: Bool[];
  /** What a read of it gives. */
  readonly parts: Part[];
}

/** Is `word` one of `count` from `first` on? */
const within = (word: Bits, first: number, count: number): Bool => {
  if (count === 1) return word.eq(first);
  const bits = clog2(count);
  if (2 ** bits === count && first % count === 0)
    return bits === word.width ? constant(1, 1) : word.slice(word.width - 1, bits).eq(first / count);
  const last = first + count - 1;
  const low = first === 0 ? null : word.ge(first);
  const high = last === 2 ** word.width - 1 ? null : word.le(last);
  return low === null ? (high as Bool) : high === null ? low : low.and(high);
};
/** Bits `hi` to `lo` of the word's number, counted from `first`. */
const relative = (word: Bits, first: number, hi: number, lo: number): Bits => {
  const offset = first % 2 ** (hi + 1);
  if (offset === 0) return word.slice(hi, lo);
  // Arrays start at a multiple of their stride, so that nothing below the row's number is borrowed.
  return offset % 2 ** lo === 0 ? word.slice(hi, lo).sub(offset / 2 ** lo) : word.slice(hi, 0).sub(offset).slice(hi, lo);
};

export const decode = (h: Builder, bus: RegisterBus, space: Space): Decoded => {
  if (space.path.length === 0) return { space, here: null, row: null, word: bus.word };
  const name = space.path.join("_");
  const wordBits = wordBitsOf(space);
  const rowBits = clog2(rowsOf(space));
  const nets = h.nets(
    {
      [`at_${name}`]: within(bus.word, space.firstWord, space.words) as Bits,
      ...(space.count === null
        ? {}
        : {
            [`${name}_row`]:
              rowBits === 0 ? (constant(1, 0) as Bits) : relative(bus.word, space.firstWord, wordBits + rowBits - 1, wordBits),
          }),
      ...(wordBits === 0 ? {} : { [`${name}_row_word`]: relative(bus.word, space.firstWord, wordBits - 1, 0) }),
    },
    { unused: true, doc: "" },
  ) as Record<string, Bits>;
  return { space, here: nets[`at_${name}`] as Bool, row: nets[`${name}_row`] ?? null, word: nets[`${name}_row_word`] ?? null };
};

/** Whether an element of the row is there: the last row of elements narrower than a word may not be full. null: always. */
export const exists = ({ space, row }: Decoded, slot: Slot): Bool | null => {
  const full = space.count === null || space.count % space.lanes === 0 ? space.lanes : space.count % space.lanes;
  return slot.lane < full || row === null ? null : row.ne(rowsOf(space) - 1);
};
/** The words of a space, lowest first. */
export const wordsOf = (d: Decoded, strobe: Bits): readonly Word[] =>
  [...d.space.slots]
    .sort(([a], [b]) => a - b)
    .map(([number, slots]) => ({
      decoded: d,
      number,
      slots,
      permission: permission(slots, strobe, (s) => exists(d, s)),
      refusals: [],
      parts: [],
    }));
/** The request is for this word of its space. */
export const hit = (w: Word): Bool => {
  const { here, word } = w.decoded;
  if (word === null) return here as Bool;
  return here === null ? word.eq(w.number) : here.and(word.eq(w.number));
};

/** Runs `body` where a word of `words` (all of one space) is accessed; those that `alike` gives one text share a case. */
export const forEachWord = (h: Builder, words: readonly Word[], alike: (w: Word) => string, body: (w: Word) => void): void => {
  const [first] = words;
  if (first === undefined) return;
  const { here, word } = first.decoded;
  const inside = (): void => {
    if (word === null) {
      body(first);
      return;
    }
    const groups = new Map<string, Word[]>();
    for (const w of words) groups.set(alike(w), [...(groups.get(alike(w)) ?? []), w]);
    const choice = h.switch(word);
    for (const [one, ...more] of groups.values()) {
      if (one === undefined) continue;
      const numbers = [one, ...more].map((w) => w.number);
      choice.case(numbers, () => body(one));
    }
    if (words.length < 2 ** word.width) choice.otherwise(() => {});
  };
  if (here === null) inside();
  else h.when(here, inside);
};
