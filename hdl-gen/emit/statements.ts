/** Statements with expressions that Verilog can say: lanes of memory writes taken apart, every `case` complete. */
import { mask } from "../core/expr.ts";
import type { Expr, Literal, Memory, Signal, Source, Stmt, Target } from "../core/ir.ts";
import type { Context, Lowering } from "./lower.ts";
import { eachLeaf, targetBits } from "./walk.ts";

/** What an assignment writes; `word`: bits of a memory word. */
export type Place =
  | Target
  | { readonly kind: "word"; readonly memory: Memory; readonly address: Expr; readonly hi: number; readonly lo: number };

export type Line =
  | { readonly kind: "assign"; readonly place: Place; readonly value: Expr; readonly at: Source }
  | { readonly kind: "if"; readonly cond: Expr; readonly then: readonly Line[]; readonly else: readonly Line[]; readonly at: Source }
  | {
      readonly kind: "case";
      readonly subject: Expr;
      readonly cases: readonly { readonly labels: readonly Literal[]; readonly body: readonly Line[]; readonly at: Source }[];
      /** Of the default branch; null: the labels cover everything. `standsFor`: the labels that it replaces. */
      readonly rest: { readonly body: readonly Line[]; readonly standsFor: readonly Literal[] } | null;
      readonly at: Source;
    }
  /** The element called `index` of `signal`, found by comparing: one enable each, where a part select would be a shifter. */
  | {
      readonly kind: "element";
      readonly signal: Signal;
      readonly index: Expr;
      readonly width: number;
      readonly count: number;
      readonly value: Expr;
      readonly at: Source;
    }
  /** `word[lane]` written where `enable[lane]` is 1, for all lanes. */
  | {
      readonly kind: "lanes";
      readonly memory: Memory;
      readonly address: Expr;
      readonly value: Expr;
      readonly enable: Expr;
      readonly lane: number;
      readonly at: Source;
    };

/** Fewer lanes are written out one by one; Verilator unrolls no loop of more than 64. */
const loopFrom = 3;
const loopUpTo = 64;

export class StatementLowering {
  readonly #lowering: Lowering;
  readonly #retarget: ReadonlyMap<Signal, Signal>;
  readonly #context: Context;

  /** `retarget`: signals that are assigned under another name. */
  constructor(lowering: Lowering, context: Context, retarget: ReadonlyMap<Signal, Signal>) {
    this.#lowering = lowering;
    this.#context = context;
    this.#retarget = retarget;
  }

  body(list: readonly Stmt[], assigned: ReadonlyMap<Signal, bigint> = new Map()): readonly Line[] {
    let done = assigned;
    return list.flatMap((s) => {
      const lines = this.#statement(s, done);
      if (this.#context.combinational) done = assignedAfter([s], done);
      return lines;
    });
  }

  #for(target: string): Context {
    return { ...this.#context, target };
  }

  #statement(s: Stmt, assigned: ReadonlyMap<Signal, bigint>): readonly Line[] {
    switch (s.kind) {
      case "assign": {
        const c = this.#for(s.target.signal.name);
        const place = this.target(s.target);
        const element = place.kind === "element" ? this.#element(place, s, c) : null;
        if (element !== null) return [element];
        const value = place.kind === "element" ? this.#lowering.element(s.value, c) : this.#lowering.lower(s.value, c);
        return [{ kind: "assign", place, value, at: s.at }];
      }
      case "if": {
        const cond = this.#lowering.lower(s.cond, this.#for(firstTarget(s) ?? this.#context.target));
        if (cond.kind === "literal") return this.body(cond.value === 1n ? s.then : s.else, assigned);
        return [{ kind: "if", cond, then: this.body(s.then, assigned), else: this.body(s.else, assigned), at: s.at }];
      }
      case "switch":
        return this.#switch(s, assigned);
      case "store":
        return this.#store(s);
    }
  }

  target(t: Target): Target {
    const signal = this.#retarget.get(t.signal) ?? t.signal;
    if (t.kind !== "element") return { ...t, signal };
    const count = Math.floor(signal.width / t.width);
    const index: Expr =
      count === 1 ? { kind: "literal", value: 0n, width: 1 } : this.#lowering.index(t.index, signal.width, t.width, this.#for(signal.name));
    if (index.kind !== "literal") return { ...t, signal, index };
    const lo = Math.min(Number(index.value), count - 1) * t.width;
    return { kind: "bits", signal, hi: lo + t.width - 1, lo };
  }

  /** An element of a register in a loop, where it has bits enough for that to be smaller (docs/decisions/elements.md). */
  #element(place: Extract<Target, { kind: "element" }>, s: Extract<Stmt, { kind: "assign" }>, c: Context): Line | null {
    const { signal, width, index } = place;
    const count = Math.floor(signal.width / width);
    if (c.combinational || width === 1 || count < loopFrom || count > loopUpTo) return null;
    const simple = index.kind === "ref" || (index.kind === "slice" && index.a.kind === "ref");
    return {
      kind: "element",
      signal,
      index: simple ? index : this.#lowering.atom(index, c, `${signal.name}_index`),
      width,
      // A narrow index names no element behind those.
      count: Math.min(count, 2 ** index.width),
      value: this.#lowering.lower(s.value, c),
      at: s.at,
    };
  }

  #switch(s: Extract<Stmt, { kind: "switch" }>, assigned: ReadonlyMap<Signal, bigint>): readonly Line[] {
    const subject = this.#lowering.lower(s.subject, this.#for(firstTarget(s) ?? this.#context.target));
    if (subject.kind === "literal") {
      const chosen = s.cases.find((c) => c.values.some((v) => v.value === subject.value));
      return this.body(chosen?.body ?? s.fallback ?? [], assigned);
    }
    const cases = s.cases.map((c) => ({ labels: c.values, body: this.body(c.body, assigned), at: c.at }));
    const values = s.cases.reduce((n, c) => n + BigInt(c.values.length), 0n);
    const full = values === 1n << BigInt(s.subject.width);
    const line = (rest: Extract<Line, { kind: "case" }>["rest"], told = cases): readonly Line[] => [
      { kind: "case", subject, cases: told, rest, at: s.at },
    ];
    if (s.fallback !== null && !(full && s.fallback.length === 0)) return line({ body: this.body(s.fallback, assigned), standsFor: [] });
    if (full) return line(null);
    const last = cases.at(-1);
    // Every member of the enumeration has a case; for the values that are no member, too, something must be assigned.
    if (this.#context.combinational && last !== undefined && !coveredBefore(s, assigned))
      return line({ body: last.body, standsFor: last.labels }, cases.slice(0, -1));
    return line({ body: [], standsFor: [] });
  }

  #store(s: Extract<Stmt, { kind: "store" }>): readonly Line[] {
    const { memory, mask: lanes, at } = s;
    const c = this.#for(memory.name);
    const address = this.#lowering.writeAddress(memory, s.address, c);
    if (lanes === null)
      return [
        {
          kind: "assign",
          place: { kind: "word", memory, address, hi: memory.width - 1, lo: 0 },
          value: this.#lowering.lower(s.value, c),
          at,
        },
      ];
    const count = lanes.enable.width;
    if (count >= loopFrom && count <= loopUpTo) {
      const value = this.#lowering.atom(s.value, c, `${memory.name}_data`);
      const enable = this.#lowering.atom(lanes.enable, c, `${memory.name}_enable`);
      return [{ kind: "lanes", memory, address, value, enable, lane: lanes.lane, at }];
    }
    return Array.from({ length: count }, (_, i): Line => {
      const lo = i * lanes.lane;
      const hi = lo + lanes.lane - 1;
      const part = (a: Expr, high: number, low: number): Expr =>
        this.#lowering.lower({ kind: "slice", a, hi: high, lo: low, width: high - low + 1 }, c);
      const write: Line = { kind: "assign", place: { kind: "word", memory, address, hi, lo }, value: part(s.value, hi, lo), at };
      return { kind: "if", cond: part(lanes.enable, i, i), then: [write], else: [], at };
    });
  }
}

const firstTarget = (s: Stmt): string | null => {
  let name: string | null = null;
  eachLeaf([s], (leaf) => {
    name ??= leaf.kind === "store" ? leaf.memory.name : leaf.target.signal.name;
  });
  return name;
};

/** Bits of each signal that have a value whichever way was taken. */
const assignedAfter = (body: readonly Stmt[], before: ReadonlyMap<Signal, bigint>): ReadonlyMap<Signal, bigint> => {
  let now = before;
  const meet = (ways: readonly ReadonlyMap<Signal, bigint>[]): ReadonlyMap<Signal, bigint> => {
    const [first, ...others] = ways;
    return new Map([...(first ?? now)].map(([s, bits]) => [s, others.reduce((b, o) => b & (o.get(s) ?? 0n), bits)]));
  };
  for (const s of body) {
    if (s.kind === "assign") {
      const bits = targetBits(s.target);
      if (bits === null) continue;
      const { signal } = s.target;
      now = new Map(now).set(signal, (now.get(signal) ?? 0n) | (mask(bits.hi - bits.lo + 1) << BigInt(bits.lo)));
    } else if (s.kind === "if") now = meet([assignedAfter(s.then, now), assignedAfter(s.else, now)]);
    else if (s.kind === "switch")
      now = meet([...s.cases.map((c) => c.body), ...(s.fallback === null ? [] : [s.fallback])].map((b) => assignedAfter(b, now)));
  }
  return now;
};

/** Has everything that `s` assigns a value already? */
const coveredBefore = (s: Stmt, assigned: ReadonlyMap<Signal, bigint>): boolean => {
  let all = true;
  eachLeaf([s], (leaf) => {
    if (leaf.kind !== "assign") return;
    const bits = targetBits(leaf.target) ?? { hi: leaf.target.signal.width - 1, lo: 0 };
    const wanted = mask(bits.hi - bits.lo + 1) << BigInt(bits.lo);
    if (((assigned.get(leaf.target.signal) ?? 0n) & wanted) !== wanted) all = false;
  });
  return all;
};

type AssignLine = Extract<Line, { kind: "assign" }>;

/**
 * The constants that statements leave which read nothing (all their conditions are decided): a block that waits for
 * nothing would never run. null where something is read.
 */
export const constantLines = (lines: readonly Line[]): readonly AssignLine[] | null => {
  let constant = true;
  lineExprs(lines, (e) => {
    constant &&= e.kind === "literal";
  });
  if (!constant) return null;
  const left = new Map<Signal, { value: bigint; assigned: bigint; at: Source }>();
  for (const l of lines) {
    const bits = l.kind === "assign" && l.place.kind !== "word" ? targetBits(l.place) : null;
    if (bits === null || l.kind !== "assign" || l.place.kind === "word" || l.value.kind !== "literal") return null;
    const before = left.get(l.place.signal) ?? { value: 0n, assigned: 0n };
    const place = mask(bits.hi - bits.lo + 1) << BigInt(bits.lo);
    left.set(l.place.signal, {
      value: (before.value & ~place) | (l.value.value << BigInt(bits.lo)),
      assigned: before.assigned | place,
      at: l.at,
    });
  }
  return [...left].flatMap(([signal, { value, assigned, at }]) => {
    const digits = assigned.toString(2).padStart(signal.width, "0");
    return [...digits.matchAll(/1+/g)].map((run): AssignLine => {
      const width = run[0].length;
      const lo = signal.width - run.index - width;
      const part: Expr = { kind: "literal", value: (value >> BigInt(lo)) & mask(width), width };
      return { kind: "assign", place: { kind: "bits", signal, hi: lo + width - 1, lo }, value: part, at };
    });
  });
};

/** Every expression of lowered statements. */
export const lineExprs = (lines: readonly Line[], visit: (e: Expr) => void): void => {
  for (const l of lines) {
    switch (l.kind) {
      case "assign":
        if (l.place.kind === "element") visit(l.place.index);
        if (l.place.kind === "word") visit(l.place.address);
        visit(l.value);
        break;
      case "if":
        visit(l.cond);
        lineExprs(l.then, visit);
        lineExprs(l.else, visit);
        break;
      case "case":
        visit(l.subject);
        for (const c of l.cases) lineExprs(c.body, visit);
        if (l.rest !== null) lineExprs(l.rest.body, visit);
        break;
      case "element":
        [l.index, l.value].forEach(visit);
        break;
      case "lanes":
        [l.address, l.value, l.enable].forEach(visit);
        break;
    }
  }
};
