/** Inputs, nets, registers and memories that nothing reads: a forgotten connection, or hardware for nothing. */
import type { Diagnostic, Memory, Module, Signal } from "../core/ir.ts";
import { factsOf, readsOf, readsOfAssign, readsOfStore } from "./facts.ts";
import { remark } from "./show.ts";

const silence: Partial<Record<Signal["kind"], string>> = {
  input: "say { unused: true } at the port if that is meant",
  register: "remove it, or say { unused: true } if it is meant",
  net: "remove it, or say { unused: true } if it is meant",
};

/** Warnings for what is never read. A register that only its own next value reads counts as never read. */
export const unused = (m: Module): readonly Diagnostic[] => {
  const { assigns, stores, pinOf } = factsOf(m);
  const read = new Set<Signal>();
  const readMemories = new Set<Memory>();
  for (const a of assigns) {
    const target = a.stmt.target.signal;
    const reads = readsOfAssign(a);
    for (const s of reads.signals) if (s !== target) read.add(s);
    for (const x of reads.memories) readMemories.add(x);
  }
  for (const s of stores) for (const r of readsOfStore(s).signals) read.add(r);
  for (const t of m.tristates) for (const e of [t.value, t.enable]) for (const s of readsOf(e).signals) read.add(s);
  const proved = new Set<Signal>();
  for (const p of m.properties) {
    const reads = readsOf(p.cond);
    for (const s of reads.signals) proved.add(s);
    for (const x of reads.memories) readMemories.add(x);
  }
  const found: Diagnostic[] = [];
  for (const s of [...m.ports, ...m.signals]) {
    const advice = silence[s.kind];
    if (advice === undefined || s.allowUnused || read.has(s) || pinOf.has(s)) continue;
    if (proved.has(s)) {
      if (s.ghost || s.kind === "input") continue;
      found.push(
        remark(
          "unused",
          s.at,
          `${s.kind} ${s.name} is read by properties only: declare it in h.ghost(() => ...), so that it is no hardware`,
        ),
      );
    } else found.push(remark("unused", s.at, `${s.kind} ${s.name} is never read: ${advice}`));
  }
  for (const x of m.memories) if (!readMemories.has(x)) found.push(remark("unused", x.at, `memory ${x.name} is never read: remove it`));
  return found;
};
