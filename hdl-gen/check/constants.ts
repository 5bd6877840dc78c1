/** Comparisons that are always true or always false because of the range of their operand. */
import type { Binary, Diagnostic, Expr, Module } from "../core/ir.ts";
import { eachNode, roots } from "./facts.ts";
import { allBits, remark, showExpr } from "./show.ts";

/** Largest unsigned value an expression can have, as far as its shape tells. */
const largest = (e: Expr): bigint => (e.kind === "zext" ? largest(e.a) : e.kind === "literal" ? e.value : allBits(e.width));
/** Smallest and largest value as a two's complement number. */
const signedRange = (e: Expr): readonly [bigint, bigint] => {
  if (e.kind === "sext") return signedRange(e.a);
  if (e.kind === "zext") return [0n, largest(e)];
  const half = 1n << BigInt(e.width - 1);
  return [-half, half - 1n];
};
const asSigned = (value: bigint, width: number): bigint => BigInt.asIntN(width, value);

/** The constant result, or null. `b` is a literal. */
const result = (e: Binary, value: bigint): boolean | null => {
  const top = largest(e.a);
  switch (e.op) {
    case "eq":
      return value > top ? false : null;
    case "ne":
      return value > top ? true : null;
    case "lt":
      return value === 0n ? false : value > top ? true : null;
    case "le":
      return value >= top ? true : null;
    case "gt":
      return value >= top ? false : null;
    case "ge":
      return value === 0n ? true : value > top ? false : null;
  }
  const [min, max] = signedRange(e.a);
  const signed = asSigned(value, e.a.width);
  switch (e.op) {
    case "slt":
      return signed <= min ? false : signed > max ? true : null;
    case "sle":
      return signed < min ? false : signed >= max ? true : null;
    case "sgt":
      return signed >= max ? false : signed < min ? true : null;
    case "sge":
      return signed > max ? false : signed <= min ? true : null;
    default:
      return null;
  }
};

/** Warnings for comparisons with a constant that the other side can never, or always, satisfy. */
export const constantComparisons = (m: Module): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  eachNode(roots(m), (e, at) => {
    if (e.kind !== "binary" || e.b.kind !== "literal" || e.a.kind === "literal") return;
    const constant = result(e, e.b.value);
    if (constant === null) return;
    const range = e.op.length === 3 ? signedRange(e.a).join(" to ") : `0 to ${largest(e.a)}`;
    found.push(
      remark(
        "constant-comparison",
        at,
        `${showExpr(e) ?? `a comparison with ${e.b.value}`} is always ${constant ? 1 : 0}: the left side is ${range}`,
      ),
    );
  });
  return found;
};
