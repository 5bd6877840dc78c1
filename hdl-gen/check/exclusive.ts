/**
 * Can two statements act in the same cycle? Answered by what their conditions say as they are written: branches of one
 * statement, a condition and its opposite, one value compared with two constants. "Perhaps" counts as yes.
 */
import type { Expr, Signal } from "../core/ir.ts";
import { decider, type Path } from "./facts.ts";

/** Numbers for structurally equal expressions. */
export class Keys {
  readonly #ids = new Map<string, number>();
  readonly #known = new Map<Expr, number>();
  readonly #names = new Map<object, number>();
  #name(x: object): number {
    const n = this.#names.get(x) ?? this.#names.size;
    this.#names.set(x, n);
    return n;
  }
  /** Equal for expressions that are written alike. */
  of(e: Expr): number {
    const known = this.#known.get(e);
    if (known !== undefined) return known;
    const text = this.#text(e);
    const id = this.#ids.get(text) ?? this.#ids.size;
    this.#ids.set(text, id);
    this.#known.set(e, id);
    return id;
  }
  #text(e: Expr): string {
    switch (e.kind) {
      case "literal":
        return `'${e.width}'${e.value}`;
      case "ref":
        return `s${this.#name(e.signal)}`;
      case "unary":
        return `${e.op} ${this.of(e.a)}`;
      case "binary":
        return `${e.op} ${this.of(e.a)} ${this.of(e.b)}`;
      case "mux":
        return `? ${this.of(e.sel)} ${this.of(e.a)} ${this.of(e.b)}`;
      case "slice":
        return `[${e.hi}:${e.lo}] ${this.of(e.a)}`;
      case "concat":
        return `{} ${e.parts.map((p) => this.of(p)).join(" ")}`;
      case "repeat":
        return `{${e.count}} ${this.of(e.a)}`;
      case "zext":
      case "sext":
        return `${e.kind}${e.width} ${this.of(e.a)}`;
      case "index":
        return `[${e.width}] ${this.of(e.of)} ${this.of(e.index)}`;
      case "cell":
        return `m${this.#name(e.memory)} ${this.of(e.address)}`;
    }
  }
}

/** What is known where a statement acts: the truth of conditions, the values a subject may have. */
export interface Known {
  readonly truth: ReadonlyMap<number, boolean>;
  readonly value: ReadonlyMap<number, ReadonlySet<bigint>>;
}
interface Gather {
  readonly truth: Map<number, boolean>;
  readonly value: Map<number, ReadonlySet<bigint>>;
}

/** The value a net has in one assignment, to look through names the user gave to conditions. */
export type NetValue = (s: Signal) => Expr | null;

const learn = (k: Gather, keys: Keys, e: Expr, holds: boolean, net: NetValue): void => {
  const key = keys.of(e);
  // Also ends where nets depend on each other in a loop, which is another check's business.
  if (k.truth.has(key)) return;
  k.truth.set(key, holds);
  if (e.kind === "unary" && e.op === "not") learn(k, keys, e.a, !holds, net);
  if (e.kind === "binary") {
    if (e.width === 1 && e.op === (holds ? "and" : "or")) for (const part of [e.a, e.b]) learn(k, keys, part, holds, net);
    if (e.op === (holds ? "eq" : "ne") && e.b.kind === "literal") restrict(k, keys.of(e.a), new Set([e.b.value]));
  }
  if (e.kind === "ref") {
    const value = net(e.signal);
    if (value !== null) learn(k, keys, value, holds, net);
  }
};
const restrict = (k: Gather, key: number, to: ReadonlySet<bigint>): void => {
  const old = k.value.get(key);
  k.value.set(key, old === undefined ? to : new Set([...to].filter((v) => old.has(v))));
};

/** What the conditions of a path say. */
export const knownOn = (path: Path | null, keys: Keys, net: NetValue = () => null): Known => {
  const k: Gather = { truth: new Map(), value: new Map() };
  for (let p = path; p !== null; p = p.up) {
    const e = decider(p.stmt);
    if (p.stmt.kind === "if") learn(k, keys, e, p.branch === "then", net);
    else if (typeof p.branch === "object") restrict(k, keys.of(e), new Set(p.branch.values.map((v) => v.value)));
  }
  return k;
};

/** Branches of one statement, innermost last. */
const branches = (path: Path | null): Map<object, Path["branch"]> => {
  const all = new Map<object, Path["branch"]>();
  for (let p = path; p !== null; p = p.up) all.set(p.stmt, p.branch);
  return all;
};

/** Never both in one cycle, by what is written. */
export const exclusive = (
  a: { readonly path: Path | null; readonly known: Known },
  b: { readonly path: Path | null; readonly known: Known },
): boolean => {
  const other = branches(b.path);
  for (const [stmt, branch] of branches(a.path)) if (other.has(stmt) && other.get(stmt) !== branch) return true;
  for (const [key, holds] of a.known.truth) if (b.known.truth.get(key) === !holds) return true;
  for (const [key, values] of a.known.value) {
    const theirs = b.known.value.get(key);
    if (theirs !== undefined && ![...values].some((v) => theirs.has(v))) return true;
  }
  return false;
};
