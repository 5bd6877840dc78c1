/** A module as text, node by node: what a disagreement is reported with, beside the Verilog. Widths stand after a colon. */
import { type Expr, hierarchy, type Module, operands, type Signal, type Stmt, type Target } from "#hdl/core/ir.ts";
import { rootsOf } from "./analysis.ts";

const symbols: Readonly<Record<string, string>> = {
  and: "&",
  or: "|",
  xor: "^",
  add: "+",
  sub: "-",
  mul: "*",
  smul: "*s",
  div: "/",
  mod: "%",
  eq: "==",
  ne: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
  slt: "<s",
  sle: "<=s",
  sgt: ">s",
  sge: ">=s",
  shl: "<<",
  shr: ">>",
  sra: ">>s",
};
const domainOf = (s: Signal): string => (s.domain === null ? "" : ` @${s.domain.clock.name}`);
const isLeaf = (e: Expr): boolean => e.kind === "ref" || e.kind === "literal";

class Printer {
  readonly #shared = new Map<Expr, string>();
  readonly lines: string[] = [];

  constructor(m: Module) {
    const uses = new Map<Expr, number>();
    const visit = (e: Expr): void => {
      const n = uses.get(e) ?? 0;
      uses.set(e, n + 1);
      if (n === 0) operands(e).forEach(visit);
      if (n === 0 || isLeaf(e) || this.#shared.has(e)) return;
      this.#shared.set(e, `$${this.#shared.size}`);
    };
    const roots = rootsOf(m);
    roots.forEach(visit);
    this.#declare(m);
    // Values used more than once, operands first.
    const done = new Set<Expr>();
    const define = (e: Expr): void => {
      if (done.has(e)) return;
      done.add(e);
      operands(e).forEach(define);
      const name = this.#shared.get(e);
      if (name !== undefined) this.lines.push(`  ${name} : ${e.width} = ${this.#spelt(e)}${e.hint === undefined ? "" : `  (${e.hint})`}`);
    };
    roots.forEach(define);
    this.#stmts(m.body, "  ");
    for (const p of m.properties) this.lines.push(`  ${p.kind} "${p.name}" @${p.domain.clock.name}: ${this.expr(p.cond)}`);
    this.lines.push("end");
  }
  #declare(m: Module): void {
    this.lines.push(
      `module ${m.name}  clocks ${m.domains.map((d) => d.clock.name).join(" ") || "none"}  resets ${m.resets.map((d) => d.reset.name).join(" ") || "none"}`,
    );
    for (const s of [...m.ports, ...m.signals]) {
      if (s.origin === "instance") continue;
      const reset = s.kind !== "register" ? "" : s.reset === null ? " no reset" : ` ${s.reset.kind} reset ${s.reset.value}`;
      const members = s.enumeration === null ? "" : ` of ${s.enumeration.members.map((x) => `${x.name}=${x.value}`).join(" ")}`;
      this.lines.push(
        `  ${s.kind} ${s.name} : ${s.width}${s.signed ? " signed" : ""}${members}${domainOf(s)}${reset}${s.synchroniser ? " synchroniser" : ""}`,
      );
    }
    for (const x of m.memories)
      this.lines.push(`  memory ${x.name} : ${x.depth} x ${x.width} ${x.style}${x.init === null ? "" : ` = ${x.init.join(" ")}`}`);
    for (const i of m.instances) {
      const clocks = i.clocks.map((c) => `${c.domain.clock.name}=${c.to.clock.name}`).join(" ");
      this.lines.push(
        `  instance ${i.name} of ${i.of.name}${clocks === "" ? "" : `  ${clocks}`}; pins ${i.pins.map((p) => `${p.net.name} : ${p.net.width}`).join(", ")}`,
      );
    }
  }
  expr(e: Expr): string {
    return this.#shared.get(e) ?? this.#spelt(e);
  }
  #spelt(e: Expr): string {
    const of = (x: Expr): string => this.expr(x);
    switch (e.kind) {
      case "literal":
        return `${e.value < 10n ? e.value : `0x${e.value.toString(16)}`}:${e.width}`;
      case "ref":
        return e.signal.name;
      case "unary":
        return `${e.op}(${of(e.a)})`;
      case "binary":
        return `(${of(e.a)} ${symbols[e.op] ?? e.op} ${of(e.b)})`;
      case "mux":
        return `(${of(e.sel)} ? ${of(e.a)} : ${of(e.b)})`;
      case "slice":
        return `${of(e.a)}[${e.hi === e.lo ? e.hi : `${e.hi}:${e.lo}`}]`;
      case "concat":
        return `{${e.parts.map(of).join(", ")}}`;
      case "repeat":
        return `{${e.count}{${of(e.a)}}}`;
      case "zext":
      case "sext":
        return `${e.kind}(${of(e.a)}, ${e.width})`;
      case "index":
        return `${of(e.of)}.element(${of(e.index)}, ${e.width})`;
      case "cell":
        return `${e.memory.name}[${of(e.address)}]`;
    }
  }
  #target(t: Target): string {
    const { name } = t.signal;
    if (t.kind === "whole") return name;
    return t.kind === "bits" ? `${name}[${t.hi}:${t.lo}]` : `${name}.element(${this.expr(t.index)}, ${t.width})`;
  }
  #stmts(body: readonly Stmt[], margin: string): void {
    const add = (text: string): unknown => this.lines.push(margin + text);
    for (const s of body) {
      if (s.kind === "assign") add(`${this.#target(s.target)} ${s.target.signal.kind === "register" ? "<=" : "="} ${this.expr(s.value)}`);
      else if (s.kind === "store")
        add(
          `${s.memory.name}[${this.expr(s.address)}] <= ${this.expr(s.value)}${s.mask === null ? "" : ` lanes ${this.expr(s.mask.enable)} of ${s.mask.lane}`} @${s.domain.clock.name}`,
        );
      else if (s.kind === "if") {
        add(`if ${this.expr(s.cond)} {`);
        this.#stmts(s.then, `${margin}  `);
        if (s.else.length > 0) add("} else {");
        this.#stmts(s.else, `${margin}  `);
        add("}");
      } else {
        add(`switch ${this.expr(s.subject)} {`);
        for (const c of s.cases) {
          add(`${c.values.map((v) => v.value).join(", ")}:`);
          this.#stmts(c.body, `${margin}  `);
        }
        if (s.fallback !== null) {
          add("otherwise:");
          this.#stmts(s.fallback, `${margin}  `);
        }
        add("}");
      }
    }
  }
}

/** A module and everything below it, children first. */
export const moduleText = (top: Module): string =>
  hierarchy(top)
    .flatMap((m) => new Printer(m).lines)
    .map((l) => `${l}\n`)
    .join("");
