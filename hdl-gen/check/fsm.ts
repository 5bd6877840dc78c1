/** State machines: every state can be reached from the first one, and left again. */
import type { Diagnostic, Module, Signal } from "../core/ir.ts";
import { factsOf, type Path } from "./facts.ts";
import { problem, remark } from "./show.ts";

/** Does a statement stand in a case of a switch on this signal, that is: in the body of one of its states? */
const inState = (path: Path | null, signal: Signal): boolean => {
  for (let p = path; p !== null; p = p.up)
    if (p.stmt.kind === "switch" && p.stmt.subject.kind === "ref" && p.stmt.subject.signal === signal) return true;
  return false;
};

/** Errors for states that no transition from the start leads to, warnings for states without a way out. */
export const stateMachines = (m: Module): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  for (const { signal, states, start, transitions, at } of m.fsms) {
    const next = new Map<string, string[]>();
    for (const t of transitions) next.set(t.from, [...(next.get(t.from) ?? []), t.to]);
    // The state may also be set from outside its bodies (an abort, say); by a computed value, that may be any state.
    const outside = (factsOf(m).assignsOf.get(signal) ?? []).filter((a) => !inState(a.path, signal)).map((a) => a.stmt.value);
    if (outside.some((v) => v.kind !== "literal")) continue;
    const forced = outside.flatMap((v) => states.members.filter((x) => v.kind === "literal" && x.value === v.value).map((x) => x.name));
    const reached = new Set([start, ...forced]);
    for (const s of reached) for (const to of next.get(s) ?? []) reached.add(to);
    for (const { name } of states.members) {
      const into = transitions.filter((t) => t.to === name && t.from !== name);
      const others = [...new Set(into.map((t) => t.from))];
      if (!reached.has(name))
        found.push(
          problem(
            "fsm",
            into[0]?.at ?? at,
            `state ${name} of ${signal.name} cannot be reached from ${start}: ${others.length === 0 ? "no state goes there" : `only from ${others.join(", ")}, which cannot be reached either`}`,
            [{ message: `${signal.name} is declared here`, at }],
          ),
        );
      else if (states.members.length > 1 && ![...(next.get(name) ?? []), ...forced].some((to) => to !== name))
        found.push(remark("fsm", at, `state ${name} of ${signal.name} is never left`));
    }
  }
  return found;
};
