/**
 * Which pins of instances need a wire. The IR has a net for each; a person connects a child's input to the expression
 * that drives it, and a child's output to the signal that it drives.
 */
import { ref as refTo } from "../core/expr.ts";
import { type Expr, type Module, operands, type Signal, type Stmt } from "../core/ir.ts";
import { eachExpr, eachLeaf } from "./walk.ts";

export interface PinPlan {
  /** What is read where the body reads the pin. */
  readonly substitute: ReadonlyMap<Signal, Expr>;
  /** What stands in the port connection instead of the pin's own net. */
  readonly connection: ReadonlyMap<Signal, Expr>;
  /** Top-level assignments that the connections replace. */
  readonly consumed: ReadonlySet<Stmt>;
}

/** Operators that a port connection may hold. */
const connectionOperators = 3;

const operators = (e: Expr, most: number): number => {
  if (e.kind === "ref" || e.kind === "literal") return 0;
  let n = e.kind === "slice" ? 0 : 1;
  for (const o of operands(e)) if (n <= most) n += operators(o, most - n);
  return n;
};

/** Decides for every pin of `m`. */
export const planPins = (m: Module): PinPlan => {
  const assignments = new Map<Signal, number>();
  eachLeaf(m.body, (s) => {
    if (s.kind === "assign") assignments.set(s.target.signal, (assignments.get(s.target.signal) ?? 0) + 1);
  });
  const reads = new Map<Signal, number>();
  const seen = new Set<Expr>();
  const read = (e: Expr): void => {
    if (e.kind === "ref") reads.set(e.signal, (reads.get(e.signal) ?? 0) + 1);
    if (seen.has(e)) return;
    seen.add(e);
    operands(e).forEach(read);
  };
  eachExpr(m.body, read);
  for (const p of m.properties) read(p.cond);
  for (const t of m.tristates) [t.value, t.enable].forEach(read);

  const whole = (s: Stmt): s is Extract<Stmt, { kind: "assign" }> =>
    s.kind === "assign" && s.target.kind === "whole" && assignments.get(s.target.signal) === 1;
  const direction = new Map(m.instances.flatMap((i) => i.pins.map((p) => [p.net, i.ghost ? "ghost" : p.direction] as const)));
  const substitute = new Map<Signal, Expr>();
  const connection = new Map<Signal, Expr>();
  const consumed = new Set<Stmt>();
  for (const s of m.body) {
    if (!whole(s)) continue;
    const { target, value } = s;
    const source = value.kind === "ref" ? value.signal : null;
    if (direction.get(target.signal) === "input") {
      const simple = value.kind === "ref" || value.kind === "literal";
      if (!simple && ((reads.get(target.signal) ?? 0) > 0 || operators(value, connectionOperators) > connectionOperators)) continue;
      substitute.set(target.signal, value);
      connection.set(target.signal, value);
      consumed.add(s);
    } else if (source !== null && direction.get(source) === "output" && !connection.has(source) && !direction.has(target.signal)) {
      if (target.signal.ghost || (target.signal.kind !== "net" && target.signal.kind !== "output")) continue;
      substitute.set(source, refTo(target.signal));
      connection.set(source, refTo(target.signal));
      consumed.add(s);
    }
  }
  return { substitute, connection, consumed };
};
