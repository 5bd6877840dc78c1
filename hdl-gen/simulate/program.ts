/**
 * A flat design as the text of a JavaScript program: `settle` computes the combinational signals in order, `next`
 * computes registers and collects memory writes from values before the edge, `commit` makes them visible. With several
 * clocks at one edge, every `next` runs before any `commit`.
 */
import type { ClockDomain, Expr, Signal, Stmt, Target } from "../core/ir.ts";
import { Chunk, Layout, type Sharing } from "./chunk.ts";
import type { ExprPool, FlatDesign } from "./flatten.ts";
import { constant } from "./javascript.ts";
import { isNarrow, maskOf } from "./runtime.ts";
import { schedule, type Unit } from "./schedule.ts";
import { bySignal, eachExpr, expressions, leaves, project } from "./statements.ts";

type Store = Extract<Stmt, { kind: "store" }>;
type Assign = Extract<Stmt, { kind: "assign" }>;
/** Characters of code after which a function is full. */
const chunkSize = 12_000;

export interface Program {
  /** Body of a function of N, W, X, Y (next values), M (memories), C (cover counts), R (runtime) and `fail`. */
  readonly source: string;
  readonly layout: Layout;
}

/** Values used more than once get a variable, unless spelling them out again is as cheap. */
const findShared = (roots: readonly Expr[]): ReadonlySet<Expr> => {
  const uses = new Map<Expr, number>();
  const visit = (e: Expr): void => {
    const n = uses.get(e) ?? 0;
    uses.set(e, n + 1);
    if (n > 0) return;
    switch (e.kind) {
      case "unary":
      case "slice":
      case "repeat":
      case "zext":
      case "sext":
        visit(e.a);
        break;
      case "binary":
        visit(e.a);
        visit(e.b);
        break;
      case "mux":
        visit(e.sel);
        visit(e.a);
        visit(e.b);
        break;
      case "concat":
        e.parts.forEach(visit);
        break;
      case "index":
        visit(e.of);
        visit(e.index);
        break;
      case "cell":
        visit(e.address);
        break;
    }
  };
  roots.forEach(visit);
  return new Set([...uses].filter(([e, n]) => n > 1 && !isCheap(e)).map(([e]) => e));
};
const isLeaf = (e: Expr): boolean => e.kind === "ref" || e.kind === "literal";
const isCheap = (e: Expr): boolean =>
  isLeaf(e) ||
  (e.kind === "slice" && isLeaf(e.a) && isNarrow(e.a.width)) ||
  (e.kind === "unary" && isLeaf(e.a) && isNarrow(e.a.width) && e.op !== "parity") ||
  (e.kind === "binary" && (e.op === "eq" || e.op === "ne") && e.a.kind === "ref" && e.b.kind === "literal" && isNarrow(e.a.width)) ||
  (e.kind === "zext" && isLeaf(e.a) && isNarrow(e.width));

/** Drives of single bits that together make up a signal are one concatenation. */
const joinBits = (u: Unit, pool: ExprPool): readonly Stmt[] => {
  if (u.stmts.length < 2) return u.stmts;
  const parts: { readonly hi: number; readonly lo: number; readonly s: Assign }[] = [];
  for (const s of u.stmts) {
    if (s.kind !== "assign" || s.target.kind !== "bits") return u.stmts;
    parts.push({ hi: s.target.hi, lo: s.target.lo, s });
  }
  parts.sort((a, b) => b.hi - a.hi);
  const joined: Expr[] = [];
  let above = u.signal.width;
  for (const p of parts) {
    if (p.hi >= above) return u.stmts;
    if (p.hi + 1 < above) joined.push(pool.intern({ kind: "literal", value: 0n, width: above - p.hi - 1 }));
    joined.push(p.s.value);
    above = p.lo;
  }
  if (above > 0) joined.push(pool.intern({ kind: "literal", value: 0n, width: above }));
  const value = joined.length === 1 ? (joined[0] as Expr) : pool.intern({ kind: "concat", parts: joined, width: u.signal.width });
  return [{ kind: "assign", target: { kind: "whole", signal: u.signal }, value, at: (u.stmts[0] as Stmt).at }];
};

class Generator {
  readonly #design: FlatDesign;
  readonly #layout: Layout;
  readonly #units: readonly Unit[];
  readonly #sharing: Sharing;
  readonly #chunks: Chunk[] = [];
  readonly #text: string[] = [];
  readonly #stores: readonly Store[];
  readonly #drivers: ReadonlyMap<Signal, readonly Stmt[]>;

  constructor(design: FlatDesign, pool: ExprPool) {
    this.#design = design;
    this.#layout = new Layout(design.memories);
    // Registers come first, those of a clock side by side: `commit` copies ranges.
    for (const d of design.domains) for (const r of this.#registers(d)) this.#layout.slot(r);
    for (const s of design.inputs) this.#layout.slot(s);
    this.#units = schedule(design, pool).map((u) => ({ signal: u.signal, stmts: joinBits(u, pool) }));
    this.#drivers = bySignal(design.body);
    const stores: Store[] = [];
    leaves(design.body, (s) => {
      if (s.kind === "store") stores.push(s);
    });
    this.#stores = stores;
    const roots: Expr[] = [];
    const root = (e: Expr): unknown => roots.push(e);
    for (const u of this.#units) expressions(u.stmts, root);
    expressions(this.#edgeStmts(), root);
    for (const p of design.properties) root(p.cond);
    const shared = findShared(roots);
    this.#sharing = { isShared: (e) => shared.has(e), definedIn: new Map() };
  }
  #registers(d: ClockDomain): readonly Signal[] {
    return this.#design.registers.filter((r) => r.domain === d);
  }
  /** Everything that happens at clock edges. */
  #edgeStmts(): readonly Stmt[] {
    return project(this.#design.body, (s) => s.kind === "store" || (s.kind === "assign" && s.target.signal.kind === "register"));
  }
  #open(name: string): Chunk {
    const chunk = new Chunk(name, this.#layout, this.#sharing);
    this.#chunks.push(chunk);
    return chunk;
  }
  /** Computes in `chunk` the shared values below `roots` that nobody computed yet. */
  #ensure(chunk: Chunk, roots: readonly Expr[], seen: Set<Expr>): void {
    eachExpr(
      roots,
      (e) => {
        if (this.#sharing.isShared(e) && !this.#sharing.definedIn.has(e)) chunk.define(e);
      },
      seen,
    );
  }

  run(): Program {
    const seen = new Set<Expr>();
    const combs = this.#combinational(seen);
    const late = this.#late(seen);
    const asyncs = this.#design.domains.flatMap((d) => {
      const own = this.#registers(d).filter((r) => r.reset?.kind === "async");
      return own.length === 0
        ? []
        : [
            `if (${this.#layout.slot(d.reset)}) { ${own.map((r) => `${this.#layout.slot(r)} = ${constant(r.reset?.value ?? 0n, r.width)};`).join(" ")} }`,
          ];
    });
    this.#text.push(`function settle() {\n${[...asyncs, ...combs.map((c) => `${c}();`)].join("\n")}\n}`);
    this.#text.push(`function late() {\n${late.map((c) => `${c}();`).join("\n")}\n}`);
    this.#design.domains.forEach((d, i) => {
      this.#check(d, i);
      this.#next(d, i);
      this.#commit(d, i);
    });
    const memories = this.#design.memories.map((_, i) => `const M${i} = M[${i}];`);
    const list = (name: string): string => this.#design.domains.map((_, i) => `${name}${i}`).join(", ");
    const source = [
      '"use strict";',
      ...memories,
      ...this.#chunks.map((c) => c.render()),
      ...this.#text,
      `return { settle, late, check: [${list("check")}], next: [${list("next")}], commit: [${list("commit")}] };`,
    ].join("\n");
    return { source, layout: this.#layout };
  }

  #combinational(seen: Set<Expr>): readonly string[] {
    const names: string[] = [];
    let chunk: Chunk | null = null;
    for (const u of this.#units) {
      if (chunk === null || chunk.size > chunkSize) {
        chunk = this.#open(`comb${names.length}`);
        names.push(chunk.name);
      }
      const roots: Expr[] = [];
      expressions(u.stmts, (e) => roots.push(e));
      this.#ensure(chunk, roots, seen);
      const [only] = u.stmts;
      if (u.stmts.length === 1 && only?.kind === "assign" && only.target.kind === "whole")
        chunk.declare(u.signal, chunk.js.value(only.value), true);
      else {
        const name = chunk.declare(u.signal, constant(0n, u.signal.width), false);
        this.#stmts(chunk, u.stmts, () => name);
      }
      chunk.store(u.signal);
    }
    return names;
  }
  /** Shared values that only edges and properties need. */
  #late(seen: Set<Expr>): readonly string[] {
    const names: string[] = [];
    const roots: Expr[] = [];
    expressions(this.#edgeStmts(), (e) => roots.push(e));
    for (const p of this.#design.properties) roots.push(p.cond);
    let chunk: Chunk | null = null;
    for (const r of roots) {
      if (chunk === null || chunk.size > chunkSize) {
        chunk = this.#open(`late${names.length}`);
        names.push(chunk.name);
      }
      this.#ensure(chunk, [r], seen);
    }
    return names;
  }
  #check(d: ClockDomain, i: number): void {
    const chunk = this.#open(`check${i}`);
    const own = this.#design.properties.map((p, n) => ({ p, n })).filter(({ p }) => p.domain === d);
    if (own.length === 0) return;
    chunk.line(`if (${this.#layout.slot(d.reset)}) return;`);
    for (const { p, n } of own)
      chunk.line(p.kind === "cover" ? `if (${chunk.js.condition(p.cond)}) C[${n}]++;` : `if (!${chunk.js.condition(p.cond)}) fail(${n});`);
  }
  #next(d: ClockDomain, i: number): void {
    const names: string[] = [];
    for (const withReset of [true, false]) {
      const registers = this.#registers(d).filter((r) => (r.reset !== null) === withReset);
      for (let from = 0; from < registers.length; ) {
        // Registers are taken in while their statements fit one function; one statement counts about 40 characters.
        const group = new Set<Signal>();
        let size = 0;
        for (; from < registers.length && (group.size === 0 || size < chunkSize); from++) {
          const r = registers[from] as Signal;
          group.add(r);
          leaves(this.#drivers.get(r) ?? [], (s) => {
            if (s.kind === "assign" && s.target.signal === r) size += 40;
          });
        }
        names.push(this.#registerChunk(`next${i}_${names.length}`, d, group));
      }
    }
    const stores = project(this.#design.body, (s) => s.kind === "store" && s.domain === d);
    if (stores.length > 0) {
      const chunk = this.#open(`next${i}_stores`);
      names.push(chunk.name);
      this.#stmts(chunk, stores, () => "");
    }
    this.#text.push(`function next${i}() {\n${names.map((n) => `${n}();`).join("\n")}\n}`);
  }
  #registerChunk(name: string, d: ClockDomain, group: ReadonlySet<Signal>): string {
    const chunk = this.#open(name);
    const variable = (s: Signal): string => `n${this.#layout.id(s)}`;
    const registers = [...group];
    for (const r of registers) chunk.line(`let ${variable(r)} = ${this.#layout.slot(r)};`);
    const drivers = new Set(registers.flatMap((r) => this.#drivers.get(r) ?? []));
    const body = project(
      this.#design.body.filter((s) => drivers.has(s)),
      (s) => s.kind === "assign" && group.has(s.target.signal),
    );
    const reset = registers.filter((r) => r.reset !== null);
    if (reset.length > 0)
      chunk.line(
        `if (${this.#layout.slot(d.reset)}) { ${reset.map((r) => `${variable(r)} = ${constant(r.reset?.value ?? 0n, r.width)};`).join(" ")} } else {`,
      );
    this.#stmts(chunk, body, variable);
    if (reset.length > 0) chunk.line("}");
    for (const r of registers) chunk.line(`${isNarrow(r.width) ? "X" : "Y"}[${this.#layout.index(r)}] = ${variable(r)};`);
    return name;
  }
  #commit(d: ClockDomain, i: number): void {
    const lines: string[] = [];
    for (const narrow of [true, false]) {
      const at = this.#registers(d)
        .filter((r) => isNarrow(r.width) === narrow)
        .map((r) => this.#layout.index(r));
      if (at.length > 0) lines.push(`for (let i = ${at[0]}; i <= ${at.at(-1)}; i++) ${narrow ? "N[i] = X[i]" : "W[i] = Y[i]"};`);
    }
    this.#stores.forEach((s, n) => {
      if (s.domain !== d) return;
      const { width, depth } = s.memory;
      const zero = constant(0n, width);
      this.#text.push(
        `let q${n} = false, q${n}a = 0, q${n}v = ${zero}, q${n}m = ${s.mask === null ? "0" : constant(0n, s.mask.enable.width)};`,
      );
      const word = `M${this.#layout.memories.indexOf(s.memory)}[q${n}a]`;
      let write = `${word} = q${n}v;`;
      if (s.mask !== null) {
        const { enable, lane } = s.mask;
        const lanes = Array.from({ length: enable.width }, (_, k) => ({ bit: 1n << BigInt(k), ones: maskOf(lane) << BigInt(k * lane) }));
        const mask = isNarrow(width)
          ? lanes.map((l) => `(q${n}m & ${constant(l.bit, 32)} ? ${constant(l.ones, 32)} : 0)`).join(" | ")
          : `R.lanes(BigInt(q${n}m), ${enable.width}, ${lane})`;
        write = `const m = ${mask}; ${word} = ${word} ^ ((${word} ^ q${n}v) & m);`;
      }
      lines.push(`if (q${n}) { q${n} = false; if (q${n}a < ${depth}) { ${write} } }`);
    });
    this.#text.push(`function commit${i}() {\n${lines.join("\n")}\n}`);
  }

  #stmts(chunk: Chunk, body: readonly Stmt[], variable: (s: Signal) => string): void {
    const { js } = chunk;
    for (const s of body) {
      switch (s.kind) {
        case "assign":
          chunk.line(this.#assign(chunk, s.target, s.value, variable(s.target.signal)));
          break;
        case "if":
          chunk.line(`if (${js.condition(s.cond)}) {`);
          this.#stmts(chunk, s.then, variable);
          if (s.else.length > 0) {
            chunk.line("} else {");
            this.#stmts(chunk, s.else, variable);
          }
          chunk.line("}");
          break;
        case "switch":
          chunk.line(`switch (${js.value(s.subject)}) {`);
          for (const c of s.cases) {
            chunk.line(c.values.map((v) => `case ${constant(v.value, s.subject.width)}:`).join(" "));
            this.#stmts(chunk, c.body, variable);
            chunk.line("break;");
          }
          if (s.fallback !== null) {
            chunk.line("default:");
            this.#stmts(chunk, s.fallback, variable);
          }
          chunk.line("}");
          break;
        case "store": {
          const q = `q${this.#storeNumber(s)}`;
          chunk.line(
            `${q} = true; ${q}a = ${js.amount(s.address)}; ${q}v = ${js.value(s.value)};${s.mask === null ? "" : ` ${q}m = ${js.value(s.mask.enable)};`}`,
          );
          break;
        }
      }
    }
  }
  /** Projection copies branches but keeps the stores in them. */
  #storeNumber(s: Store): number {
    return this.#stores.indexOf(s);
  }
  #assign({ js }: Chunk, t: Target, value: Expr, v: string): string {
    if (t.kind === "whole") return `${v} = ${js.value(value)};`;
    const { width } = t.signal;
    if (t.kind === "bits") {
      if (!isNarrow(width)) return `${v} = R.putWide(${v}, ${t.lo}, ${value.width}, ${js.wide(value)});`;
      const keep = constant(maskOf(width) ^ (maskOf(value.width) << BigInt(t.lo)), 32);
      return `${v} = ((${v} & ${keep}) | (${js.value(value)} << ${t.lo})) >>> 0;`;
    }
    const count = Math.floor(width / t.width);
    const put = isNarrow(width)
      ? `R.put(${v}, i * ${t.width}, ${t.width}, ${js.value(value)})`
      : `R.putWide(${v}, i * ${t.width}, ${t.width}, ${js.wide(value)})`;
    return `{ const i = ${js.amount(t.index)}; if (i < ${count}) ${v} = ${put}; }`;
  }
}

/** The program of a design. Throws `HdlError` for combinational loops. */
export const generate = (design: FlatDesign, pool: ExprPool): Program => new Generator(design, pool).run();
