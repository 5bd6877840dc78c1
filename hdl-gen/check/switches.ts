/** A `switch` has each value once, values that its subject can have, and all of them unless it says what else to do. */
import type { Diagnostic, EnumInfo, Module, Source } from "../core/ir.ts";
import { type BranchStmt, factsOf } from "./facts.ts";
import { problem, showExpr } from "./show.ts";

/** Subjects up to this width are counted value by value. */
const countable = 10;

/** Duplicate cases, cases of another width, missing cases. */
export const switches = (m: Module): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  const statements = new Set<BranchStmt>(factsOf(m).branches.map((b) => b.stmt));
  for (const s of statements) {
    if (s.kind !== "switch") continue;
    const name = showExpr(s.subject) ?? "a value";
    const info: EnumInfo | null =
      (s.subject.kind === "ref" ? s.subject.signal.enumeration : null) ??
      s.cases.flatMap((c) => c.values).find((v) => v.enumeration !== undefined)?.enumeration ??
      null;
    const show = (v: bigint): string => info?.members.find((x) => x.value === v)?.name ?? `${v}`;
    const seen = new Map<bigint, Source>();
    for (const c of s.cases)
      for (const v of c.values) {
        if (v.width !== s.subject.width)
          found.push(problem("width", c.at, `case ${show(v.value)} has ${v.width} bits and ${name} has ${s.subject.width}`));
        const first = seen.get(v.value);
        if (first !== undefined)
          found.push(
            problem("switch", c.at, `case ${show(v.value)} of the switch on ${name} is there twice`, [
              { message: "first here", at: first },
            ]),
          );
        else seen.set(v.value, c.at);
      }
    if (s.fallback !== null) continue;
    const all =
      info?.members.map((x) => x.value) ??
      (s.subject.width <= countable ? Array.from({ length: 2 ** s.subject.width }, (_, i) => BigInt(i)) : null);
    const missing = all?.filter((v) => !seen.has(v)) ?? null;
    if (missing === null)
      found.push(problem("switch", s.at, `the switch on ${name} does not cover all 2^${s.subject.width} values; add .otherwise(() => {})`));
    else if (missing.length > 0) {
      const some = missing.slice(0, 4).map(show).join(", ");
      found.push(
        problem(
          "switch",
          s.at,
          `the switch on ${name} does not cover ${some}${missing.length > 4 ? ` and ${missing.length - 4} more` : ""}; add the cases or .otherwise(() => {})`,
        ),
      );
    }
  }
  return found;
};
