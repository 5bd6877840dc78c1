/**
 * A choice among many values by the bits of one (the library's `choose`, reads of an array of constants) is a tree of
 * multiplexers in the IR and a `case` in Verilog.
 */
import { slice } from "../core/expr.ts";
import type { Expr, Literal, Stmt, SwitchCase } from "../core/ir.ts";

/** Fewer different values read better as `a ? b : c`. */
const fewest = 3;
/** Bits of the value that chooses. */
const most = 8;

/** The bit of a value that a multiplexer chooses by. */
const chooser = (e: Expr): { readonly of: Expr; readonly bit: number } | null => {
  if (e.kind !== "mux") return null;
  if (e.sel.kind === "slice") return { of: e.sel.a, bit: e.sel.lo };
  return e.sel.kind === "ref" ? { of: e.sel, bit: 0 } : null;
};
const same = (a: Expr, b: Expr): boolean => a === b || (a.kind === "ref" && b.kind === "ref" && a.signal === b.signal);

/** Values by number: all 2^(bit+1) of them. */
const leaves = (e: Expr, of: Expr, bit: number): readonly Expr[] => {
  if (bit < 0) return [e];
  const by = chooser(e);
  if (e.kind !== "mux" || by === null || by.bit !== bit || !same(by.of, of))
    return new Array<readonly Expr[]>(2).fill(leaves(e, of, bit - 1)).flat();
  return [...leaves(e.b, of, bit - 1), ...leaves(e.a, of, bit - 1)];
};

const key = (e: Expr): Expr | string =>
  e.kind === "literal" ? `${e.value} ${e.enumeration?.name ?? ""}` : e.kind === "ref" ? e.signal.name : e;

/** `target = tree` as a switch, or the statement as it is. */
export const asSwitch = (s: Extract<Stmt, { kind: "assign" }>): Stmt => {
  const by = chooser(s.value);
  if (by === null || by.bit < 1 || by.bit >= most) return s;
  const groups = new Map<Expr | string, { readonly value: Expr; readonly numbers: number[] }>();
  leaves(s.value, by.of, by.bit).forEach((value, i) => {
    const known = groups.get(key(value));
    if (known === undefined) groups.set(key(value), { value, numbers: [i] });
    else known.numbers.push(i);
  });
  if (groups.size < fewest) return s;
  // The value of most numbers, if it is one of several, is that of all the others.
  const list = [...groups.values()];
  const common = list.reduce((a, b) => (b.numbers.length > a.numbers.length ? b : a));
  const rest = common.numbers.length > 1 ? common : null;
  const width = by.bit + 1;
  const number = (i: number): Literal => ({ kind: "literal", value: BigInt(i), width });
  const cases = list
    .filter((g) => g !== rest)
    .map((g): SwitchCase => ({ values: g.numbers.map(number), body: [{ ...s, value: g.value }], at: s.at }));
  return {
    kind: "switch",
    subject: slice(by.of, by.bit, 0),
    cases,
    fallback: rest === null ? null : [{ ...s, value: rest.value }],
    at: s.at,
  };
};
