/** Random maps, random accesses of every width and hardware events in the same cycles: the block agrees with the model. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Expr, Module, Stmt } from "#hdl/core/ir.ts";
import { registerBlock } from "#hdl/regmap/index.ts";
import { PropertyError } from "#hdl/simulate/index.ts";
import { agree, Disagreement } from "./agree.ts";
import { example } from "./example.ts";
import { mapOf, mapSpec } from "./random-map.ts";

test("random maps and accesses", () => {
  fc.assert(
    fc.property(mapSpec, fc.nat(), (spec, seed) => agree(mapOf(spec), seed, 150)),
    { numRuns: 200 },
  );
});

test("the example, for long", () => {
  agree(example, 1, 20_000);
});

/** What may be wrong with a statement: it is not there, its condition is the opposite, its value is another. */
type Fault = "missing" | "opposite" | "other operator";
const other = (e: Expr): Expr | null => {
  if (e.kind === "binary" && (e.op === "and" || e.op === "or")) return { ...e, op: e.op === "and" ? "or" : "and" };
  if (e.kind === "binary" && (e.op === "eq" || e.op === "add")) return { ...e, op: e.op === "eq" ? "ne" : "sub" } as Expr;
  if (e.kind === "unary" && e.op === "not") return e.a;
  if (e.kind === "mux") return { ...e, a: e.b, b: e.a };
  return null;
};
/** Every module that is `m` with one fault. */
function* mutants(m: Module): Generator<{ readonly module: Module; readonly what: string }> {
  let site = 0;
  let wanted = 0;
  let described: string | null = null;
  const isIt = (what: string): boolean => {
    if (site++ !== wanted) return false;
    described = what;
    return true;
  };
  const text = (fault: Fault, s: Stmt): string =>
    `${fault}: ${s.kind === "assign" ? s.target.signal.name : s.kind === "if" ? "condition" : s.kind}`;
  const list = (stmts: readonly Stmt[]): readonly Stmt[] => stmts.flatMap((s) => one(s));
  const one = (s: Stmt): readonly Stmt[] => {
    // What only properties look at is no part of the hardware.
    if (s.kind === "assign" && s.target.signal.ghost) return [s];
    if (isIt(text("missing", s))) return [];
    if (s.kind === "if") {
      const cond: Expr = isIt(text("opposite", s)) ? { kind: "unary", op: "not", a: s.cond, width: 1 } : s.cond;
      return [{ ...s, cond, then: list(s.then), else: list(s.else) }];
    }
    if (s.kind === "switch")
      return [{ ...s, cases: s.cases.map((c) => ({ ...c, body: list(c.body) })), fallback: s.fallback === null ? null : list(s.fallback) }];
    if (s.kind !== "assign") return [s];
    const changed = other(s.value);
    return [changed !== null && isIt(text("other operator", s)) ? { ...s, value: changed } : s];
  };
  for (; ; wanted++) {
    site = 0;
    described = null;
    const body = list(m.body);
    if (described === null) return;
    yield { module: { ...m, body }, what: described };
  }
}

test("the comparison finds every single fault", () => {
  const block = registerBlock(example);
  let tried = 0;
  const survivors: string[] = [];
  for (const { module, what } of mutants(block)) {
    tried++;
    const found = [3, 4].some((seed) => {
      try {
        agree(example, seed, 3000, module);
        return false;
      } catch (error) {
        if (error instanceof Disagreement || error instanceof PropertyError) return true;
        throw error;
      }
    });
    if (!found) survivors.push(what);
  }
  expect(tried).toBeGreaterThan(200);
  // What has no default has zero in the simulator; two ports that can only be read are never told of a write.
  expect(survivors).toEqual(["missing: permitted", "missing: TRACE_write", "missing: RX_LAST_write"]);
});
