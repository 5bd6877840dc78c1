/**
 * A keyed hash for tables whose keys strangers choose, as they choose the ports and addresses of their packets:
 * HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", and its reference code), the function that
 * Linux uses for the same purpose on 32-bit machines (`hsiphash`, Documentation/security/siphash.rst).
 *
 * Why this one. With a linear hash (CRC, Toeplitz as in RSS, XOR folding) two keys that collide tell of as many others as
 * one likes: the difference of the pair collides everywhere, under any secret key. Whoever can see a single collision, by
 * its delay say, can then fill one bucket. HalfSipHash mixes additions with XORs and rotations, so a collision tells
 * nothing about others, and without its 64-bit key nobody can compute any. The kernel computes the same value for its own
 * copy of the table. Not for authentication: 32 bits and one round per word are made for tables.
 */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { input, output, type Port } from "../core/ports.ts";
import { bool, struct, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, constant } from "../core/values.ts";
import { refuse } from "./refuse.ts";

export interface KeyedHashOptions {
  /** 32-bit words of the message: 1 to 32. */
  readonly words: number;
  /** Rounds per word and at the end; 1 and 3 unless said (2 and 4 is the stronger form). */
  readonly rounds?: readonly [perWord: number, last: number];
  /** Rounds between two registers: 1 unless said, two 32-bit adders one after the other. */
  readonly roundsPerStage?: number;
}
/** The hash's state, in the names of its authors. */
export interface KeyedHashState {
  readonly v0: Bits;
  readonly v1: Bits;
  readonly v2: Bits;
  readonly v3: Bits;
}
const word = uint(32) as Type<Bits>;

/** The state before the first word. With `keyedHashHalves`, for those who put the registers elsewhere. */
export const keyedHashStart = (key: Bits): KeyedHashState => {
  const [k0, k1] = [key.slice(31, 0), key.slice(63, 32)];
  return { v0: k0, v1: k1, v2: k0.xor("0x6c796765"), v3: k1.xor("0x74656462") };
};
/** A round in halves, each as deep as a 32-bit adder: for registers that stand closer than whole rounds. */
export const keyedHashHalves: readonly [(s: KeyedHashState) => KeyedHashState, (s: KeyedHashState) => KeyedHashState] = [
  ({ v0, v1, v2, v3 }) => {
    const a0 = v0.add(v1);
    const a2 = v2.add(v3);
    return { v0: a0.rotl(16), v1: v1.rotl(5).xor(a0), v2: a2, v3: v3.rotl(8).xor(a2) };
  },
  ({ v0, v1, v2, v3 }) => {
    const b0 = v0.add(v3);
    const b2 = v2.add(v1);
    return { v0: b0, v1: v1.rotl(13).xor(b2), v2: b2.rotl(16), v3: v3.rotl(7).xor(b0) };
  },
];
const round = (s: KeyedHashState): KeyedHashState => keyedHashHalves.reduce((state, half) => half(state), s);
const begin = (s: KeyedHashState, m: Bits): KeyedHashState => ({ ...s, v3: s.v3.xor(m) });
const end = (s: KeyedHashState, m: Bits): KeyedHashState => ({ ...s, v0: s.v0.xor(m) });

/** What happens before and after each round: `word` counts message words, the last being the length. */
const schedule = (words: number, [perWord, last]: readonly [number, number]) => [
  ...Array.from({ length: words + 1 }, (_, word) =>
    Array.from({ length: perWord }, (_, i) => ({ word, begins: i === 0, ends: i === perWord - 1, closes: false })),
  ).flat(),
  ...Array.from({ length: last }, (_, i) => ({ word: words, begins: false, ends: false, closes: i === 0 })),
];
const checked = ({ words, rounds = [1, 3], roundsPerStage = 1 }: KeyedHashOptions) => {
  if (!Number.isInteger(words) || words < 1 || words > 32) refuse(`keyedHash of ${words} words: 1 to 32 are possible`);
  if (![...rounds, roundsPerStage].every((n) => Number.isInteger(n) && n >= 1)) refuse("keyedHash: rounds are whole numbers of at least 1");
  return { words, rounds, roundsPerStage, steps: schedule(words, rounds) };
};
/** One round with what stands around it; `m` is the message word that belongs to it. */
const apply = (s: KeyedHashState, step: ReturnType<typeof schedule>[number], m: Bits): KeyedHashState => {
  const opened = step.begins ? begin(s, m) : step.closes ? { ...s, v2: s.v2.xor(0xff) } : s;
  const mixed = round(opened);
  return step.ends ? end(mixed, m) : mixed;
};

/** Edges from a message to its hash. */
export const keyedHashLatency = (options: KeyedHashOptions): number => {
  const { steps, roundsPerStage } = checked(options);
  return Math.ceil(steps.length / roundsPerStage);
};
export interface KeyedHashPorts {
  readonly key: Port<Type<Bits>>;
  readonly message: Port<Type<Bits>>;
  readonly advance: Port<Type<Bool>>;
  readonly hash: Port<Type<Bits>>;
  readonly [port: string]: Port;
}
/**
 * The hash as a pipeline: a message in and a hash out in every cycle in which `advance` is 1. Latency
 * `keyedHashLatency(options)` such cycles: 7 for a four-tuple of three words. Word 0 is the lowest of `message`, byte 0
 * the lowest of a word, as in memory of a little-endian machine. `key` must not change while messages are on their way.
 */
export const keyedHash = (options: KeyedHashOptions): HardwareModule<KeyedHashPorts> => {
  const { words, rounds, roundsPerStage, steps } = checked(options);
  const name = `half_siphash_${rounds.join("_")}_${words}${roundsPerStage === 1 ? "" : `_by_${roundsPerStage}`}`;
  return module(
    name,
    { key: input(uint(64) as Type<Bits>), message: input(uint(32 * words) as Type<Bits>), advance: input(bool), hash: output(word) },
    ({ key, message, advance, hash }, h) => {
      let state = keyedHashStart(key);
      let left: { readonly value: Bits; readonly from: number } = { value: message, from: 0 };
      for (let at = 0, stage = 0; at < steps.length; at += roundsPerStage, stage++) {
        const now = steps.slice(at, at + roundsPerStage);
        const { value, from } = left;
        // The word after the last one is the message's length in bytes, in its top byte.
        const wordAt = (k: number): Bits =>
          k < words ? value.slice(32 * (k - from) + 31, 32 * (k - from)) : constant(32, BigInt(words * 4) << 24n);
        const next = now.reduce<KeyedHashState>((s, step) => apply(s, step, wordAt(step.word)), state);
        if (at + roundsPerStage >= steps.length) {
          const { result } = h.registers({ result: word.noReset() });
          h.when(advance, () => result.next(next.v1.xor(next.v3)));
          hash.drive(result);
          return;
        }
        // Words that later rounds need move along.
        const needed = steps[at + roundsPerStage]?.word ?? words;
        const rest = needed < words ? value.slice(value.width - 1, 32 * (needed - from)) : null;
        const register = struct({ v0: word, v1: word, v2: word, v3: word }, "siphash_state");
        const made = h.registers({
          [`stage_${stage}`]: register.noReset(),
          ...(rest === null ? {} : { [`stage_${stage}_message`]: uint(rest.width).noReset() }),
        }) as Readonly<Record<string, any>>;
        h.when(advance, () => {
          made[`stage_${stage}`].next(next);
          if (rest !== null) made[`stage_${stage}_message`].next(rest);
        });
        state = made[`stage_${stage}`];
        left = rest === null ? left : { value: made[`stage_${stage}_message`], from: needed };
      }
    },
  ) as unknown as HardwareModule<KeyedHashPorts>;
};
