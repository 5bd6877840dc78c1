/**
 * What a connection is hashed as, in two forms: a pipeline for the receive path, which has no time, and one round's hardware
 * for commands, which have. Both are HalfSipHash-1-3 (`#hdl/lib/keyed-hash.ts` says why that one) of the bytes of the
 * four-tuple, 12, or of its local half alone, 6.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, type SignalOf, struct, uint } from "#hdl";
import { type KeyedHashState, keyedHashHalves, keyedHashStart } from "#hdl/lib/keyed-hash.ts";
import type { tuple } from "#rtl/common.ts";

type Tuple = SignalOf<typeof tuple>;
const word = uint(32);
const stateType = struct({ v0: word, v1: word, v2: word, v3: word }, "siphash_state");
const asState = (s: KeyedHashState) => stateType.of(s as never);
/** Bits of a four-tuple, and of its local half. */
export const exactBits = 96,
  localBits = 48;
/** A four-tuple as a message of the hash, first byte lowest: the local half's message is its lowest `localBits`. */
export const tupleMessage = (key: Tuple): Bits => cat(key.remoteIp, key.remotePort, key.localPort, key.localIp);
/** The message's last word has its length in bytes on top. */
const lengthWord = (bytes: number) => constant(32, BigInt(bytes) << 24n);
const messageWords = (message: Bits): readonly Bits[] =>
  message.width === exactBits
    ? [message.slice(31, 0), message.slice(63, 32), message.slice(95, 64), lengthWord(12)]
    : [
        message.slice(31, 0),
        message
          .slice(localBits - 1, 32)
          .zext(32)
          .or(lengthWord(6)),
      ];

/** Where the registers stand: half-rounds before the first, from there to the next, and so on; the rest is before the memories. */
const cuts = { exact: [2, 3, 3, 3], local: [2, 2, 2, 2] } as const;
/** Registers between a message and its hash. */
export const tupleHashLatency = cuts.exact.length;
/**
 * The hash as a pipeline: a message in every cycle in which `advance` is 1, and `tupleHashLatency` such cycles later its hash,
 * three adders behind the last registers: the address register of a memory is meant to come next. `key` must not change
 * while messages are on their way.
 */
export const tupleHash = (of: keyof typeof cuts) =>
  module(
    `tuple_hash_${of}`,
    { key: input(uint(64)), message: input(uint(of === "exact" ? exactBits : localBits)), advance: input(bool), hash: output(word) },
    ({ key, message, advance, hash }, h) => {
      let words = messageWords(message),
        state = keyedHashStart(key),
        at = 0;
      const halves = 2 * (words.length + 3);
      const run = (until: number): void => {
        for (; at < until; at++) {
          const m = words[at >> 1];
          if (at === 2 * words.length) state = { ...state, v2: state.v2.xor(0xff) };
          if (at % 2 === 0 && m !== undefined) state = { ...state, v3: state.v3.xor(m) };
          state = (keyedHashHalves[at % 2] as (typeof keyedHashHalves)[0])(state);
          if (at % 2 === 1 && m !== undefined) state = { ...state, v0: state.v0.xor(m) };
        }
      };
      for (const [i, count] of cuts[of].entries()) {
        run(at + count);
        const { [`stage_${i}`]: stage } = h.registers({ [`stage_${i}`]: stateType.noReset() }) as Record<
          string,
          SignalOf<typeof stateType>
        >;
        h.when(advance, () => stage?.next(asState(state)));
        state = stage as unknown as KeyedHashState;
        // Words that later rounds need move along; the last one but the length is constant already.
        words = words.map((w, k) => {
          if (k < at >> 1 || w.expr.kind === "literal") return w;
          const { [`stage_${i}_word_${k}`]: moved } = h.registers({ [`stage_${i}_word_${k}`]: word.noReset() }) as Record<string, Bits>;
          h.when(advance, () => moved?.next(w));
          return moved as Bits;
        });
      }
      run(halves);
      hash.drive(state.v1.xor(state.v3) as never);
    },
  );

/** Rounds of the longer message: its words, the length, three at the end. */
const rounds = exactBits / 32 + 1 + 3;
/**
 * The same hash, a round a cycle. `start` takes a message, whatever was under way: the four-tuple where `exact` is 1, else
 * its local half. `done` is 1 from 8 cycles later on (6 for a local half), with the hash, until the next start. `key` must
 * not change in between.
 */
export const tupleHashSerial = module(
  "tuple_hash_serial",
  { key: input(uint(64)), message: input(uint(exactBits)), exact: input(bool), start: input(bool), done: output(bool), hash: output(word) },
  ({ key, message, exact, start, done, hash }, h) => {
    const { round, state, left } = h.registers({
      /** Rounds done, or left out. */
      round: uint(3).reset(rounds),
      state: stateType.noReset(),
      /** Words still to come, the next one lowest; then zeros, which change nothing. */
      left: uint(32 * 4).noReset(),
    });
    const { now } = h.nets({ now: left.slice(31, 0) });
    const { closing } = h.nets({ closing: mux(round.eq(rounds - 3), word.of(0xff), word.of(0)) });
    const mixed = keyedHashHalves.reduce<KeyedHashState>((s, half) => half(s), {
      ...state,
      v2: state.v2.xor(closing),
      v3: state.v3.xor(now),
    });
    done.drive(round.eq(rounds));
    hash.drive(state.v1.xor(state.v3));
    h.when(done.not(), () => {
      round.next(round.add(1));
      state.next(asState({ ...mixed, v0: mixed.v0.xor(now) }));
      left.next(left.shr(32));
    });
    h.when(start, () => {
      const all = cat(...[...messageWords(message)].reverse());
      const local = cat(...[...messageWords(message.trunc(localBits))].reverse());
      round.next(mux(exact, uint(3).of(0), uint(3).of(2)));
      state.next(asState(keyedHashStart(key)));
      left.next(mux(exact, all as Bits, local.zext(128)));
    });
  },
);
