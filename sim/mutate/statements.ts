/** Broken versions of a block, one statement at a time: an assignment dropped, a condition that always or never holds. */
import type { Module } from "#hdl";
import type { Expr, Source, Stmt } from "#hdl/core/ir.ts";
import { type Mutant, type MutantKind, mutant } from "./mutant.ts";
import { written } from "./rewrite.ts";

interface Changed {
  readonly where: string;
  readonly change: string;
  readonly kind: MutantKind;
  readonly at: Source;
  readonly body: readonly Stmt[];
}
const bit = (value: bigint): Expr => ({ kind: "literal", width: 1, value });

/** What a dropped assignment leaves: a register keeps its value, a net is zero, where it may not be without one. */
const dropped = (s: Stmt): readonly [change: string, by: readonly Stmt[]] | null => {
  if (s.kind === "store") return ["left out", []];
  if (s.kind !== "assign" || s.target.signal.ghost) return null;
  if (s.target.signal.kind === "register") return ["left out", []];
  const { value } = s;
  return value.kind === "literal" && value.value === 0n
    ? null
    : ["zero", [{ ...s, value: { kind: "literal", width: value.width, value: 0n } }]];
};

const changes = (body: readonly Stmt[]): readonly Changed[] =>
  body.flatMap((s, i): readonly Changed[] => {
    const put = (by: readonly Stmt[]): readonly Stmt[] => [...body.slice(0, i), ...by, ...body.slice(i + 1)];
    const about = { where: written(s), at: s.at };
    const drop = dropped(s);
    if (drop !== null) return [{ ...about, change: drop[0], kind: "dropped", body: put(drop[1]) }];
    const inside = (list: readonly Stmt[], make: (body: readonly Stmt[]) => Stmt): readonly Changed[] =>
      changes(list).map((c) => ({ ...c, body: put([make(c.body)]) }));
    if (s.kind === "if")
      return [
        { ...about, change: "always", kind: "condition", body: put([{ ...s, cond: bit(1n) }]) },
        { ...about, change: "never", kind: "condition", body: put([{ ...s, cond: bit(0n) }]) },
        // biome-ignore lint/suspicious/noThenProperty: a branch, not a promise
        ...inside(s.then, (b) => ({ ...s, then: b })),
        ...inside(s.else, (b) => ({ ...s, else: b })),
      ];
    if (s.kind === "switch")
      return [
        ...s.cases.flatMap((c, k) => inside(c.body, (b) => ({ ...s, cases: s.cases.with(k, { ...c, body: b }) }))),
        ...(s.fallback === null ? [] : inside(s.fallback, (b) => ({ ...s, fallback: b }))),
      ];
    return [];
  });

/** Each assignment and store dropped, each condition held. */
export const statementMutants = <M extends Module>(block: M): readonly Mutant<M>[] =>
  changes(block.body).map(({ where, change, kind, at, body }, i) =>
    mutant(block, { name: `s${i}: ${where}: ${change}`, kind, at }, () => ({ body })),
  );
