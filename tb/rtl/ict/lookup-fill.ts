/**
 * How often an insertion finds no space: the lookup's rule (the first free cell, left and right in turn) with a perfect hash
 * of random bits, and the same from theory. `node tb/rtl/ict/lookup-fill.ts 100000` prints what
 * docs/decisions/lookup-by-hash.md quotes.
 */
import { pathToFileURL } from "node:url";
import { Random } from "#hdl/simulate/index.ts";

export interface Geometry {
  /** Keys to insert, all in one table. */
  readonly keys: number;
  readonly banks: number;
  readonly ways: number;
  /** Of one bank. */
  readonly buckets: number;
}
export interface Filled {
  /** Fills in which a key or more found no space, and keys that did. */
  readonly failed: number;
  readonly refused: number;
}

/**
 * Fills an empty table `fills` times; then, `churn` times, a random key leaves and a new one comes, for tables live long. Keys
 * that find no space are left out.
 */
export const fill = ({ keys, banks, ways, buckets }: Geometry, fills: number, seed: number, churn = 0): Filled => {
  const random = new Random(seed);
  const bits = Math.log2(buckets);
  /** A bit for each way of a bucket. */
  const used = new Uint8Array(banks * buckets);
  const free = Uint8Array.from({ length: 2 ** ways }, (_, set) => Math.min(ways, Math.log2(~set & -~set)));
  const cells = new Int32Array(keys);
  let failed = 0,
    refused = 0;
  const insert = (): number => {
    const hash = random.word();
    let best = ways,
      at = -1;
    for (let b = 0; b < banks; b++) {
      const bucket = b * buckets + ((hash >>> (b * bits)) & (buckets - 1));
      const way = free[used[bucket] as number] as number;
      if (way < best) [best, at] = [way, bucket];
    }
    if (at < 0) return -1;
    used[at] = (used[at] as number) | (1 << best);
    return at * ways + best;
  };
  for (let i = 0; i < fills; i++) {
    used.fill(0);
    const before = refused;
    for (let k = 0; k < keys + churn; k++) {
      const n = k < keys ? k : random.below(keys);
      const old = cells[n] as number;
      if (k >= keys && old >= 0) {
        const bucket = Math.floor(old / ways);
        used[bucket] = (used[bucket] as number) & ~(1 << (old % ways));
      }
      const cell = insert();
      cells[n] = cell;
      if (cell < 0) refused++;
    }
    if (refused > before) failed++;
  }
  return { failed, refused };
};

/**
 * Expected number of keys refused in one fill, in the limit of large tables: how the shares of buckets with 0, 1, ... keys
 * move as keys come (Mitzenmacher, "The power of two choices in randomized load balancing"; ties go left as in Vöcking, "How
 * asymmetry helps load balancing").
 */
export const expectedRefusals = ({ keys, banks, ways, buckets }: Geometry, steps = 100_000): number => {
  const share = Array.from({ length: banks }, () => [1, ...Array.from({ length: ways }, () => 0)]);
  const dt = keys / buckets / steps;
  let refused = 0;
  for (let s = 0; s < steps; s++) {
    const atLeast = share.map((list) => list.map((_, k) => list.slice(k).reduce((a, b) => a + b, 0)));
    refused += share.reduce((p, list) => p * (list[ways] as number), 1) * dt * buckets;
    const moves = share.map((list, b) =>
      list.map((n, k) =>
        k === ways ? 0 : atLeast.reduce((p, other, o) => (o === b ? p : p * ((o < b ? other[k + 1] : other[k]) as number)), n) * dt,
      ),
    );
    for (const [b, list] of share.entries())
      share[b] = list.map((n, k) => n - (moves[b]?.[k] as number) + (k === 0 ? 0 : (moves[b]?.[k - 1] as number)));
  }
  return refused;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const fills = Number(process.argv[2] ?? 1000);
  const shapes: readonly Geometry[] = [
    { keys: 1024, banks: 2, ways: 4, buckets: 512 },
    { keys: 64, banks: 2, ways: 4, buckets: 32 },
    { keys: 16, banks: 2, ways: 4, buckets: 8 },
    { keys: 1024, banks: 2, ways: 4, buckets: 256 },
    { keys: 1024, banks: 2, ways: 3, buckets: 512 },
    { keys: 1024, banks: 1, ways: 8, buckets: 512 },
    { keys: 1024, banks: 1, ways: 4, buckets: 1024 },
  ];
  for (const g of shapes) {
    const { failed, refused } = fill(g, fills, 1);
    const churned = fill(g, Math.ceil(fills / 100), 2, 100 * g.keys);
    console.log(
      `${g.keys} keys, ${g.banks} x ${g.ways} x ${g.buckets} cells: ${failed} of ${fills} fills refused a key (${refused} keys);`,
      `theory ${expectedRefusals(g, 20_000).toExponential(1)} a fill;`,
      `${churned.refused} of ${Math.ceil(fills / 100) * 100 * g.keys} changes of a full table`,
    );
  }
}
