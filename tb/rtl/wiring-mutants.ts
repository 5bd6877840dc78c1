/**
 * Broken versions of a module's wiring, all in one: an input chooses which of them it is, so that one compilation serves
 * them all. Each thing that the module drives is broken in three ways: lowest bit turned, highest bit turned, held at zero.
 */
import type { Module } from "#hdl";
import type { Expr, Signal, Stmt } from "#hdl/core/ir.ts";

/** Of the input that chooses; 0 is the module as it is. */
export const chooser = "mutant";
const chooserBits = 10;

const literal = (width: number, value: bigint): Expr => ({ kind: "literal", width, value });
/** The ways in which a value can be broken, but for those that change nothing. */
const breakages = (value: Expr): readonly (readonly [name: string, Expr])[] => {
  const { width } = value;
  const turned = (bit: number): Expr => ({ kind: "binary", op: "xor", width, a: value, b: literal(width, 1n << BigInt(bit)) });
  const isZero = value.kind === "literal" && value.value === 0n;
  return [
    ["lowest bit turned", turned(0)],
    ...(width > 1 ? [["highest bit turned", turned(width - 1)] as const] : []),
    ...(isZero ? [] : [["held at zero", literal(width, 0n)] as const]),
  ];
};

/** The module with its chooser, and the names of the mutants from 1 on. Its own properties are left out. */
export const withWiringMutants = <M extends Module>(top: M): { readonly module: M; readonly names: readonly string[] } => {
  const input = top.ports.find((p) => p.kind === "input") as Signal;
  const mutant: Signal = { ...input, name: chooser, width: chooserBits, enumeration: null, group: -1, doc: "Which mutant it is; 0: none." };
  const names: string[] = [];
  const changed = (s: Stmt): Stmt => {
    // biome-ignore lint/suspicious/noThenProperty: a branch, not a promise
    if (s.kind === "if") return { ...s, then: s.then.map(changed), else: s.else.map(changed) };
    if (s.kind !== "assign") return s;
    const value = breakages(s.value).reduce<Expr>((before, [name, broken]) => {
      names.push(`${s.target.signal.name}: ${name}`);
      if (names.length >= 2 ** chooserBits) throw new Error(`more than ${2 ** chooserBits - 1} mutants: widen the chooser`);
      const sel: Expr = {
        kind: "binary",
        op: "eq",
        width: 1,
        a: { kind: "ref", width: chooserBits, signal: mutant },
        b: literal(chooserBits, BigInt(names.length)),
      };
      return { kind: "mux", width: s.value.width, sel, a: broken, b: before };
    }, s.value);
    return { ...s, value };
  };
  const body = top.body.map(changed);
  return { module: { ...top, ports: [...top.ports, mutant], body, properties: [] }, names };
};
