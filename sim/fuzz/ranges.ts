/**
 * Is every address and index surely in range? What lies beyond is undefined, and simulators differ there. The generator
 * guards what could be too large; the shrinker must not take the guards away.
 */
import { type Expr, type Module, operands, type Stmt } from "#hdl/core/ir.ts";
import { ExprPool, rebuild } from "#hdl/simulate/flatten.ts";
import { refTo } from "./expressions.ts";

/** Is `guard` the comparison `index < n` with n at most `count`? Both from one pool, so that equal is identical. */
const bounds = (guard: Expr, index: Expr, count: number): boolean =>
  guard.kind === "binary" && guard.op === "lt" && guard.a === index && guard.b.kind === "literal" && guard.b.value <= BigInt(count);
const isSmall = (index: Expr, count: number): boolean =>
  index.kind === "literal"
    ? index.value < BigInt(count)
    : (index.width < 31 && 2 ** index.width <= count) ||
      (index.kind === "mux" && bounds(index.sel, index.a, count) && isSmall(index.b, count));

/** True where all addresses of memories and all indices are in range, as far as their guards tell. */
export const staysInRange = (m: Module): boolean => {
  const pool = new ExprPool();
  const made = new Map<Expr, Expr>();
  const intern = (e: Expr): Expr => {
    let known = made.get(e);
    if (known === undefined) {
      known = pool.intern(rebuild(e, intern, refTo, (x) => x));
      made.set(e, known);
    }
    return known;
  };
  const seen = new Set<Expr>();
  /** `guard` holds where the value of `e` matters. */
  const good = (e: Expr, guard: Expr | null): boolean => {
    const isGuarded = (index: Expr, count: number): boolean => isSmall(index, count) || (guard !== null && bounds(guard, index, count));
    if (e.kind === "index" && !isGuarded(e.index, Math.floor(e.of.width / e.width))) return false;
    if (e.kind === "cell" && !isGuarded(e.address, e.memory.depth)) return false;
    if (guard === null) {
      if (seen.has(e)) return true;
      seen.add(e);
    }
    if (e.kind === "mux") return good(e.sel, null) && good(e.a, e.sel) && good(e.b, null);
    return operands(e).every((o) => good(o, null));
  };
  const check = (body: readonly Stmt[], guards: readonly Expr[]): boolean => {
    const fine = (s: Stmt): boolean => {
      const fits = (index: Expr, count: number): boolean => isSmall(index, count) || guards.some((g) => bounds(g, index, count));
      switch (s.kind) {
        case "assign": {
          const { target } = s;
          if (!good(intern(s.value), null)) return false;
          if (target.kind !== "element") return true;
          const index = intern(target.index);
          return good(index, null) && fits(index, Math.floor(target.signal.width / target.width));
        }
        case "store": {
          const address = intern(s.address);
          return (
            good(address, null) &&
            fits(address, s.memory.depth) &&
            good(intern(s.value), null) &&
            (s.mask === null || good(intern(s.mask.enable), null))
          );
        }
        case "if": {
          const cond = intern(s.cond);
          return good(cond, null) && check(s.then, [...guards, cond]) && check(s.else, guards);
        }
        case "switch":
          return good(intern(s.subject), null) && s.cases.every((c) => check(c.body, guards)) && check(s.fallback ?? [], guards);
      }
    };
    return body.every(fine);
  };
  return check(m.body, []) && m.properties.every((p) => good(intern(p.cond), null));
};
