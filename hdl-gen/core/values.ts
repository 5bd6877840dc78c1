/** Hardware values in one import, and how to join them. */
import { type Bits, bits, type Data, type Width } from "./bits.ts";
import { type Constant, concat, literal, mux as muxExpr, sized } from "./expr.ts";
import type { Expr } from "./ir.ts";
import { fail } from "./source.ts";

export * from "./bits.ts";
export * from "./compound.ts";

/** `a` where `condition` is 1, otherwise `b`; of any one type. A constant needs a value beside it to have a width. */
export const muxExprs = (condition: Expr, a: readonly Expr[], b: readonly Expr[]): Expr[] =>
  a.map((e, i) => {
    const other = b[i] as Expr;
    if (e.width !== other.width) fail("width", `mux: ${sized(e)} with ${sized(other)}`);
    return muxExpr(condition, e, other);
  });

/** Parts side by side; the first is the most significant. */
export const cat = (...parts: readonly Data[]): Bits => bits(concat(parts.map((p) => p.asBits().expr)));
/** A constant of a stated width: `bits` of the language. */
export const constant = <const N extends number>(width: N, value: Constant): Bits<Width<N>> => bits(literal(value, width));
/** As a name for an intermediate value: how it is called in Verilog where it is used more than once. */
export const hinted = <N extends number>(value: Bits<N>, hint: string): Bits<N> => bits<N>({ ...value.expr, hint });
