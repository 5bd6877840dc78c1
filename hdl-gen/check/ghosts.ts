/** What serves properties only is printed for proofs and simulation only, so hardware must not depend on it. */
import type { Diagnostic, Memory, Module, Signal, Source } from "../core/ir.ts";
import { factsOf, type Reads, readsOf, readsOfAssign, readsOfStore } from "./facts.ts";
import { problem } from "./show.ts";

/** Hardware that reads ghost signals or memories, also through the conditions it stands under. */
export const ghosts = (m: Module): readonly Diagnostic[] => {
  const { assigns, stores } = factsOf(m);
  const found: Diagnostic[] = [];
  const check = (reads: Reads, who: string, at: Source): void => {
    const spirit: Signal | Memory | undefined = [...reads.signals, ...reads.memories].find((x) => x.ghost);
    if (spirit !== undefined)
      found.push(
        problem("ghost", at, `${who} is hardware and depends on ${spirit.name}, which exists for properties only`, [
          { message: `${spirit.name} is declared here, in h.ghost`, at: spirit.at },
        ]),
      );
  };
  for (const a of assigns) if (!a.stmt.target.signal.ghost) check(readsOfAssign(a), a.stmt.target.signal.name, a.stmt.at);
  for (const s of stores) if (!s.stmt.memory.ghost) check(readsOfStore(s), `memory ${s.stmt.memory.name}`, s.stmt.at);
  for (const t of m.tristates) for (const e of [t.value, t.enable]) check(readsOf(e), t.pin.name, t.at);
  return found;
};
