/**
 * Switches that mean nothing are not printed: those of which every assignment is overwritten later, whichever way the
 * statements after it go. Yosys 0.18 to 0.38 stop with a division by zero (`proc_rom`) where such a `case` tells every
 * value, and with a failed assertion where it is a large one.
 */
import { mask } from "../core/expr.ts";
import type { Signal, Stmt } from "../core/ir.ts";
import { prune } from "./prune.ts";
import { blocks, eachLeaf, targetBits } from "./walk.ts";

/** Bits of signals. */
type Bits = ReadonlyMap<Signal, bigint>;

const union = (a: Bits, b: Bits): Bits => {
  const all = new Map(a);
  for (const [s, bits] of b) all.set(s, (all.get(s) ?? 0n) | bits);
  return all;
};
const common = (ways: readonly Bits[]): Bits => {
  const [first, ...others] = ways;
  return new Map([...(first ?? [])].map(([s, bits]) => [s, others.reduce((b, o) => b & (o.get(s) ?? 0n), bits)]));
};

/** Does one of its branches run, whatever the values are? */
const isComplete = (s: Extract<Stmt, { kind: "if" | "switch" }>): boolean =>
  s.kind === "if" || s.fallback !== null || s.cases.reduce((n, c) => n + BigInt(c.values.length), 0n) === 1n << BigInt(s.subject.width);

/** What a statement assigns in any case. */
const certain = (s: Stmt): Bits => {
  if (s.kind === "store") return new Map();
  if (s.kind === "assign") {
    const bits = targetBits(s.target);
    return bits === null ? new Map() : new Map([[s.target.signal, mask(bits.hi - bits.lo + 1) << BigInt(bits.lo)]]);
  }
  return isComplete(s) ? common(blocks(s).map((body) => body.map(certain).reduce(union, new Map()))) : new Map();
};

/** Are all assignments in `s` among `later`? */
const isHidden = (s: Stmt, later: Bits): boolean => {
  let hidden = true;
  eachLeaf([s], (leaf) => {
    if (leaf.kind === "store") hidden = false;
    else {
      const { signal } = leaf.target;
      const { hi, lo } = targetBits(leaf.target) ?? { hi: signal.width - 1, lo: 0 };
      if ((mask(hi - lo + 1) & ~((later.get(signal) ?? 0n) >> BigInt(lo))) !== 0n) hidden = false;
    }
  });
  return hidden;
};

const hasSwitch = (body: readonly Stmt[]): boolean =>
  body.some((s) => s.kind === "switch" || (s.kind === "if" && (hasSwitch(s.then) || hasSwitch(s.else))));

/** The statements of one process without idle switches. */
export const withoutIdle = (body: readonly Stmt[]): readonly Stmt[] => {
  if (!hasSwitch(body)) return body;
  const idle = new Set<Stmt>();
  const walk = (list: readonly Stmt[], after: Bits): void => {
    let later = after;
    for (const s of [...list].reverse()) {
      if (s.kind === "switch" && isHidden(s, later)) eachLeaf([s], (leaf) => idle.add(leaf));
      else if (s.kind === "if" || s.kind === "switch") for (const b of blocks(s)) walk(b, later);
      later = union(later, certain(s));
    }
  };
  walk(body, new Map());
  return idle.size === 0 ? body : prune(body, (leaf) => !idle.has(leaf));
};
