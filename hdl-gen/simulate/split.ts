/**
 * Cuts signals that seem to depend on themselves into pieces: `carry[1]` may read `carry[0]` although both are bits of
 * one net. Expressions are cut along, so that a piece reads only what it needs (bits of a concatenation, the low bits of
 * a sum).
 */
import { type Binary, type Expr, operands, type Signal, type Stmt, type Target } from "../core/ir.ts";
import { type ExprPool, rebuild } from "./flatten.ts";
import type { Unit } from "./schedule.ts";
import { eachExpr, effective, expressions, leaves, project } from "./statements.ts";

/** Bits `lo` to `lo + signal.width - 1` of a signal, as a signal of its own. */
interface Piece {
  readonly signal: Signal;
  readonly lo: number;
}
/** What a piece is a piece of, for its name; pieces may be cut again. */
const origins = new WeakMap<Signal, { readonly name: string; readonly lo: number }>();

const makePiece = (of: Signal, hi: number, lo: number): Piece => {
  const origin = origins.get(of) ?? { name: of.name, lo: 0 };
  const [top, bottom] = [origin.lo + hi, origin.lo + lo];
  const whole = hi - lo + 1 === of.width;
  const name = whole ? of.name : `${origin.name}[${top === bottom ? top : `${top}:${bottom}`}]`;
  const signal: Signal = { ...of, kind: "net", name, width: hi - lo + 1 };
  origins.set(signal, { name: origin.name, lo: bottom });
  return { signal, lo };
};

/** Lowest bits of the pieces of each signal: where statements write and expressions read. */
const cutPoints = (group: readonly Unit[], how: "pieces" | "bits"): ReadonlyMap<Signal, readonly number[]> => {
  const points = new Map<Signal, Set<number>>(group.map((u) => [u.signal, new Set([0])]));
  if (how === "bits") for (const u of group) for (let i = 1; i < u.signal.width; i++) points.get(u.signal)?.add(i);
  const cut = (s: Signal, hi: number, lo: number): void => {
    points.get(s)?.add(lo);
    if (hi + 1 < s.width) points.get(s)?.add(hi + 1);
  };
  for (const u of group) {
    const roots: Expr[] = [];
    expressions(u.stmts, (e) => roots.push(e));
    eachExpr(roots, (e) => {
      if (e.kind === "slice" && e.a.kind === "ref") cut(e.a.signal, e.hi, e.lo);
    });
    leaves(u.stmts, (s) => {
      if (s.kind !== "assign") return;
      if (s.target.kind === "bits") cut(s.target.signal, s.target.hi, s.target.lo);
      if (s.target.kind === "element") for (let i = 0; i < s.target.signal.width; i += s.target.width) points.get(s.target.signal)?.add(i);
    });
  }
  return new Map([...points].map(([s, set]) => [s, [...set].sort((a, b) => a - b)]));
};

/** Makes bits `hi` to `lo` of expressions, with refs to cut signals replaced by refs to their pieces. */
class Cutter {
  readonly #pieces: ReadonlyMap<Signal, readonly Piece[]>;
  readonly #pool: ExprPool;
  readonly #made = new Map<Expr, Map<number, Expr>>();
  readonly #touched = new Map<Expr, boolean>();
  constructor(pieces: ReadonlyMap<Signal, readonly Piece[]>, pool: ExprPool) {
    this.#pieces = pieces;
    this.#pool = pool;
  }
  #touches(e: Expr): boolean {
    if (!this.#touched.has(e)) {
      eachExpr([e], (x) => {
        if (this.#touched.has(x)) return;
        const touched = x.kind === "ref" ? this.#pieces.has(x.signal) : operands(x).some((o) => this.#touched.get(o) === true);
        this.#touched.set(x, touched);
      });
    }
    return this.#touched.get(e) === true;
  }
  whole(e: Expr): Expr {
    return this.bits(e, e.width - 1, 0);
  }
  bits(e: Expr, hi: number, lo: number): Expr {
    const key = hi * 65536 + lo;
    let made = this.#made.get(e);
    if (made === undefined) {
      made = new Map();
      this.#made.set(e, made);
    }
    let part = made.get(key);
    if (part === undefined) {
      part = this.#touches(e) ? this.#cut(e, hi, lo) : this.#slice(e, hi, lo);
      made.set(key, part);
    }
    return part;
  }
  #slice(e: Expr, hi: number, lo: number): Expr {
    if (lo === 0 && hi === e.width - 1) return e;
    const width = hi - lo + 1;
    if (e.kind === "literal")
      return this.#pool.intern({ kind: "literal", value: (e.value >> BigInt(lo)) & ((1n << BigInt(width)) - 1n), width });
    return this.#pool.intern({ kind: "slice", a: e, hi, lo, width });
  }
  #concat(parts: readonly Expr[]): Expr {
    return parts.length === 1
      ? (parts[0] as Expr)
      : this.#pool.intern({ kind: "concat", parts, width: parts.reduce((n, p) => n + p.width, 0) });
  }
  /** Bits `hi` to `lo` of parts side by side; `parts` gives each part's lowest bit, lowest part first. */
  #across(
    parts: readonly { readonly lo: number; readonly width: number; readonly take: (hi: number, lo: number) => Expr }[],
    hi: number,
    lo: number,
  ): Expr {
    const picked: Expr[] = [];
    for (const p of parts) {
      const [top, bottom] = [Math.min(hi, p.lo + p.width - 1), Math.max(lo, p.lo)];
      if (bottom <= top) picked.unshift(p.take(top - p.lo, bottom - p.lo));
    }
    return this.#concat(picked);
  }
  #cut(e: Expr, hi: number, lo: number): Expr {
    const width = hi - lo + 1;
    switch (e.kind) {
      case "ref": {
        const pieces = this.#pieces.get(e.signal) ?? [];
        return this.#across(
          pieces.map(({ signal, lo: at }) => ({
            lo: at,
            width: signal.width,
            take: (h, l) => this.#slice(this.#pool.intern({ kind: "ref", signal, width: signal.width }), h, l),
          })),
          hi,
          lo,
        );
      }
      case "unary":
        if (e.op === "not") return this.#pool.intern({ kind: "unary", op: "not", a: this.bits(e.a, hi, lo), width });
        if (e.op === "neg")
          return this.#slice(this.#pool.intern({ kind: "unary", op: "neg", a: this.bits(e.a, hi, 0), width: hi + 1 }), hi, lo);
        break;
      case "binary":
        return this.#cutBinary(e, hi, lo);
      case "mux":
        return this.#pool.intern({ kind: "mux", sel: this.whole(e.sel), a: this.bits(e.a, hi, lo), b: this.bits(e.b, hi, lo), width });
      case "slice":
        return this.bits(e.a, e.lo + hi, e.lo + lo);
      case "concat": {
        let at = 0;
        const parts = [...e.parts].reverse().map((p) => {
          const part = { lo: at, width: p.width, take: (h: number, l: number) => this.bits(p, h, l) };
          at += p.width;
          return part;
        });
        return this.#across(parts, hi, lo);
      }
      case "repeat": {
        const { a } = e;
        const parts = Array.from({ length: e.count }, (_, i) => ({
          lo: i * a.width,
          width: a.width,
          take: (h: number, l: number) => this.bits(a, h, l),
        }));
        return this.#across(parts, hi, lo);
      }
      case "zext":
      case "sext": {
        const { a } = e;
        const above = e.width - a.width;
        const fill = (n: number): Expr =>
          e.kind === "zext"
            ? { kind: "literal", value: 0n, width: n }
            : { kind: "repeat", a: this.bits(a, a.width - 1, a.width - 1), count: n, width: n };
        return this.#across(
          [
            { lo: 0, width: a.width, take: (h, l) => this.bits(a, h, l) },
            { lo: a.width, width: above, take: (h, l) => this.#pool.intern(fill(h - l + 1)) },
          ],
          hi,
          lo,
        );
      }
      case "index": {
        const from = e.index.kind === "literal" ? Number(e.index.value) * e.width : Number.POSITIVE_INFINITY;
        if (from + e.width <= e.of.width) return this.bits(e.of, from + hi, from + lo);
        const count = Math.floor(e.of.width / e.width);
        const of = this.#concat(Array.from({ length: count }, (_, i) => this.bits(e.of, i * e.width + hi, i * e.width + lo)).reverse());
        return this.#pool.intern({ kind: "index", of, index: this.whole(e.index), width });
      }
      case "literal":
      case "cell":
        break;
    }
    return this.#cutWhole(e, hi, lo);
  }
  #cutBinary(e: Binary, hi: number, lo: number): Expr {
    const { op, a, b } = e;
    const make = (x: Expr, y: Expr, width = x.width): Expr => this.#pool.intern({ kind: "binary", op, a: x, b: y, width });
    switch (op) {
      case "and":
      case "or":
      case "xor":
        return make(this.bits(a, hi, lo), this.bits(b, hi, lo));
      case "add":
      case "sub":
        return this.#slice(make(this.bits(a, hi, 0), this.bits(b, hi, 0)), hi, lo);
      case "mul":
      case "smul": {
        // The low bits of a product come from as many low bits of its factors.
        const factor = (x: Expr): Expr =>
          x.width > hi ? this.bits(x, hi, 0) : this.#pool.intern({ kind: op === "mul" ? "zext" : "sext", a: this.whole(x), width: hi + 1 });
        return this.#slice(make(factor(a), factor(b), 2 * (hi + 1)), hi, lo);
      }
      case "shl":
        return this.#slice(make(this.bits(a, hi, 0), this.whole(b)), hi, lo);
      case "shr":
      case "sra":
        return this.#slice(make(this.bits(a, a.width - 1, lo), this.whole(b)), hi - lo, 0);
      default:
        return this.#cutWhole(e, hi, lo);
    }
  }
  /** Bits of a value that needs all of its operands. */
  #cutWhole(e: Expr, hi: number, lo: number): Expr {
    const rebuilt = rebuild(
      e,
      (o) => this.whole(o),
      (s) => ({ kind: "ref", signal: s, width: s.width }),
      (m) => m,
    );
    return this.#slice(this.#pool.intern(rebuilt), hi, lo);
  }
}

/** The statements that assign to bits `hi` to `lo` of a signal, assigning to `piece` instead. */
const pieceStmts = (body: readonly Stmt[], piece: Piece, cutter: Cutter, pool: ExprPool): readonly Stmt[] => {
  const { signal, lo } = piece;
  const hi = lo + signal.width - 1;
  const whole: Target = { kind: "whole", signal };
  const cut = (s: Stmt): readonly Stmt[] => {
    switch (s.kind) {
      case "assign": {
        const { target, value } = s;
        if (target.kind === "whole") return [{ ...s, target: whole, value: cutter.bits(value, hi, lo) }];
        if (target.kind === "bits") {
          const [top, bottom] = [Math.min(hi, target.hi), Math.max(lo, target.lo)];
          if (bottom > top) return [];
          const part: Target = bottom === lo && top === hi ? whole : { kind: "bits", signal, hi: top - lo, lo: bottom - lo };
          return [{ ...s, target: part, value: cutter.bits(value, top - target.lo, bottom - target.lo) }];
        }
        const element = Math.floor(lo / target.width);
        const base = element * target.width;
        if (BigInt(element) >> BigInt(target.index.width) !== 0n) return [];
        const chosen: Expr = pool.intern({
          kind: "binary",
          op: "eq",
          a: cutter.whole(target.index),
          b: pool.intern({ kind: "literal", value: BigInt(element), width: target.index.width }),
          width: 1,
        });
        return [
          {
            kind: "if",
            cond: chosen,
            then: [{ ...s, target: whole, value: cutter.bits(value, hi - base, lo - base) }],
            else: [],
            at: s.at,
          },
        ];
      }
      case "if":
        return [
          {
            ...s,
            cond: cutter.whole(s.cond),
            then: pieceStmts(s.then, piece, cutter, pool),
            else: pieceStmts(s.else, piece, cutter, pool),
          },
        ];
      case "switch":
        return [
          {
            ...s,
            subject: cutter.whole(s.subject),
            cases: s.cases.map((c) => ({ ...c, body: pieceStmts(c.body, piece, cutter, pool) })),
            fallback: s.fallback === null ? null : pieceStmts(s.fallback, piece, cutter, pool),
          },
        ];
      case "store":
        return [];
    }
  };
  return body.flatMap(cut);
};

/** One unit per piece of each signal of the group, and one that puts the signal together again for its readers. */
export const cutSignals = (group: readonly Unit[], how: "pieces" | "bits", pool: ExprPool): readonly Unit[] => {
  const pieces = new Map<Signal, readonly Piece[]>();
  for (const [signal, points] of cutPoints(group, how))
    pieces.set(
      signal,
      points.map((lo, i) => makePiece(signal, (points[i + 1] ?? signal.width) - 1, lo)),
    );
  const cutter = new Cutter(pieces, pool);
  return group.flatMap((u) => {
    const own = pieces.get(u.signal) as readonly Piece[];
    const parts = own.map((p): Unit => ({ signal: p.signal, stmts: effective(project(pieceStmts(u.stmts, p, cutter, pool), () => true)) }));
    const joined = cutter.whole(pool.intern({ kind: "ref", signal: u.signal, width: u.signal.width }));
    const at = u.stmts[0]?.at ?? u.signal.at;
    return [
      ...parts,
      { signal: u.signal, stmts: [{ kind: "assign", target: { kind: "whole", signal: u.signal }, value: joined, at } satisfies Stmt] },
    ];
  });
};
