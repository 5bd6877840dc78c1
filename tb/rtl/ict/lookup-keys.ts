/** Keys that an adversary would send, who knows the hash's key: all for one bucket, or for the same two. */
import { Random } from "#hdl/simulate/index.ts";
import { LookupModel, type Tuple } from "./lookup-model.ts";

/**
 * `count` four-tuples that have their left bucket, or with `both` their two buckets, in common under `hashKey`: as connected
 * keys, or as unconnected ones.
 */
export const collidingKeys = (
  { slots, hashKey, connected, both }: { slots: number; hashKey: bigint; connected: boolean; both: boolean },
  count: number,
  seed: number,
): readonly Tuple[] => {
  const random = new Random(seed);
  const model = new LookupModel(slots);
  model.clear(hashKey);
  const wanted = [1, slots / 2 - 1] as const;
  const found: Tuple[] = [];
  for (let n = 0n; found.length < count; n++) {
    // An adversary is free in the remote half; whoever may bind sockets, in the local one.
    const local = connected ? 0n : n;
    const key: Tuple = {
      localIp: 0x0a00_0001n + (local >> 16n),
      localPort: connected ? 7n : local & 0xffffn,
      remoteIp: connected ? BigInt(random.word()) : 0n,
      remotePort: connected ? BigInt(random.below(65536)) : 0n,
    };
    const [left, right] = model.bucketsOf(key, connected);
    if (left === wanted[0] && (!both || right === wanted[1])) found.push(key);
  }
  return found;
};
