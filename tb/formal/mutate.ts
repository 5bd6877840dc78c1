/** Broken versions of a block, to see that proofs notice: a statement left out, or a condition turned round. */
import type { Module } from "#hdl";
import type { Stmt } from "#hdl/core/ir.ts";

export interface Mutant<M> {
  readonly name: string;
  readonly module: M;
}

/** What a statement writes, for the mutant's name. */
const target = (s: Stmt): string => {
  switch (s.kind) {
    case "assign":
      return s.target.signal.name;
    case "store":
      return s.memory.name;
    case "if":
      return [...new Set([...s.then, ...s.else].map(target))].join(", ");
    case "switch":
      return [...new Set(s.cases.flatMap((c) => c.body.map(target)))].join(", ");
  }
};
const writesState = (s: Stmt): boolean =>
  s.kind === "store" || (s.kind === "assign" && s.target.signal.kind === "register" && !s.target.signal.ghost);

/** Every version of a list of statements with one change to what writes registers and memories. */
const changed = (body: readonly Stmt[]): readonly { readonly name: string; readonly body: readonly Stmt[] }[] =>
  body.flatMap((s, i) => {
    const put = (name: string, ...by: readonly Stmt[]) => ({ name, body: [...body.slice(0, i), ...by, ...body.slice(i + 1)] });
    if (writesState(s)) return [put(`without ${target(s)}`)];
    if (s.kind !== "if") return [];
    return [
      put(`${target(s)} in the opposite case`, { ...s, cond: { kind: "unary", op: "not", a: s.cond, width: 1 } }),
      ...(["then", "else"] as const).flatMap((branch) => changed(s[branch]).map((c) => put(c.name, { ...s, [branch]: c.body }))),
    ];
  });
/** All mutants of a block, numbered. Its own properties are left out, so that the harness alone must notice. */
export const mutants = <M extends Module>(block: M): readonly Mutant<M>[] =>
  changed(block.body).map(({ name, body }, i) => ({ name: `${i + 1}: ${name}`, module: { ...block, body, properties: [] } }));
