/**
 * What a connection is hashed as, and the hash over several cycles: one round's hardware for the command port, which has
 * time, beside the pipelines of the receive path, which has none.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, type SignalOf, struct, uint } from "#hdl";
import { keyedHashRound, keyedHashStart } from "#hdl/lib/keyed-hash.ts";
import type { tuple } from "#rtl/common.ts";

/** 32-bit words of a four-tuple. */
export const tupleWords = 3;
/** Rounds of HalfSipHash-1-3: one for each word, one for the length, three at the end. */
const rounds = tupleWords + 1 + 3;

type Tuple = SignalOf<typeof tuple>;
/** A four-tuple as the hash takes it; the local half alone is hashed as if the remote one were zero. */
export const tupleMessage = (key: Tuple, connected: Bits<1>): Bits => {
  const remote = (value: Bits): Bits => value.and(connected.repeat(value.width));
  return cat(remote(key.remoteIp), key.localPort, remote(key.remotePort), key.localIp);
};

/**
 * `keyedHash({ words: 3 })`, a round a cycle. `start` takes a message, whatever was under way; `done` is 1 from 8 cycles
 * later on, with the hash, until the next start. `key` must not change in between.
 */
export const tupleHashSerial = module(
  "tuple_hash_serial",
  { key: input(uint(64)), message: input(uint(32 * tupleWords)), start: input(bool), done: output(bool), hash: output(uint(32)) },
  ({ key, message, start, done, hash }, h) => {
    const word = uint(32);
    const { round, state, left } = h.registers({
      /** Rounds done. */
      round: uint(3).reset(rounds),
      state: struct({ v0: word, v1: word, v2: word, v3: word }, "siphash_state").noReset(),
      /** Words still to come, the next one lowest: the message, then its length in bytes, then zeros, which change nothing. */
      left: uint(32 * (tupleWords + 1)).noReset(),
    });
    const { word_now } = h.nets({ word_now: left.slice(31, 0) });
    const { closing } = h.nets({ closing: mux(round.eq(tupleWords + 1), word.of(0xff), word.of(0)) });
    const mixed = keyedHashRound({ v0: state.v0, v1: state.v1, v2: state.v2.xor(closing), v3: state.v3.xor(word_now) });
    done.drive(round.eq(rounds));
    hash.drive(state.v1.xor(state.v3));
    h.when(done.not(), () => {
      round.next(round.add(1));
      state.next({ v0: mixed.v0.xor(word_now) as never, v1: mixed.v1 as never, v2: mixed.v2 as never, v3: mixed.v3 as never });
      left.next(left.shr(32));
    });
    h.when(start, () => {
      const { v0, v1, v2, v3 } = keyedHashStart(key);
      round.next(0);
      state.next({ v0: v0 as never, v1: v1 as never, v2: v2 as never, v3: v3 as never });
      left.next(cat(constant(32, BigInt(tupleWords * 4) << 24n), message));
    });
  },
);
