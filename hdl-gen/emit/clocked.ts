/** Which registers and memory writes share an `always @(posedge clk)`. */
import type { ClockDomain, Memory, Module, Signal, Stmt } from "../core/ir.ts";
import { Groups } from "./groups.ts";
import { withoutIdle } from "./idle.ts";
import { prune } from "./prune.ts";
import { eachLeaf } from "./walk.ts";

export interface ClockedProcess {
  readonly kind: "clocked";
  /** Index in the body of the first statement of the user in it. */
  readonly order: number;
  readonly domain: ClockDomain;
  readonly asynchronous: boolean;
  readonly registers: readonly Signal[];
  readonly memories: ReadonlySet<Memory>;
  readonly body: readonly Stmt[];
}

/** What one always block at a clock writes: a register, or the words of a memory. */
export type Clocked = Signal | Memory;

/**
 * One process per group of registers: those of one `h.registers` call, and those that one statement of the user assigns,
 * stand together; registers of another clock or kind of reset, and memories of another clock, stand apart. Two writes of
 * one memory at one clock are in one block, because the order of blocks means nothing.
 */
export const planClocked = (m: Module, wanted: (x: Clocked) => boolean): ClockedProcess[] => {
  const { body } = m;
  const registers = m.signals.filter((s) => s.kind === "register" && wanted(s));
  const isAsynchronous = (x: Clocked): boolean => "reset" in x && x.reset?.kind === "async";
  const blocks = new Groups<string>();
  const idOf = new Map<Clocked, number>();
  const key = (x: Clocked, domain: ClockDomain): string => {
    if (!idOf.has(x)) idOf.set(x, idOf.size);
    return `${idOf.get(x)} ${m.domains.indexOf(domain)}`;
  };
  /** With the statements, by their index in the body, that write it. */
  const members = new Map<string, { readonly what: Clocked; readonly domain: ClockDomain; readonly statements: Set<number> }>();
  const member = (what: Clocked, domain: ClockDomain): { readonly statements: Set<number>; readonly k: string } => {
    const k = key(what, domain);
    const known = members.get(k)?.statements;
    const statements = known ?? new Set<number>();
    if (known === undefined) members.set(k, { what, domain, statements });
    return { k, statements };
  };
  const groupOf = new Map<string, string>();
  for (const r of registers) {
    if (r.domain === null) continue;
    const { k } = member(r, r.domain);
    const group = `${r.group} ${m.domains.indexOf(r.domain)} ${isAsynchronous(r)}`;
    const first = groupOf.get(group);
    if (first === undefined) groupOf.set(group, k);
    else blocks.join(first, k);
  }
  body.forEach((statement, order) => {
    const firsts = new Map<string, string>();
    eachLeaf([statement], (s) => {
      const domain = s.kind === "store" ? s.domain : s.target.signal.domain;
      const what = s.kind === "store" ? s.memory : s.target.signal;
      if (domain === null || !wanted(what) || (s.kind === "assign" && s.target.signal.kind !== "register")) return;
      const { k, statements } = member(what, domain);
      statements.add(order);
      const kind = `${m.domains.indexOf(domain)} ${isAsynchronous(what)}`;
      const first = firsts.get(kind);
      if (first === undefined) firsts.set(kind, k);
      else blocks.join(first, k);
    });
  });
  return blocks.sets(members.keys()).flatMap((keys): ClockedProcess[] => {
    const list = keys.flatMap((k) => members.get(k) ?? []);
    const [first] = list;
    if (first === undefined) return [];
    const written = new Set(list.map((x) => x.what));
    const orders = [...new Set(list.flatMap((x) => [...x.statements]))].sort((a, b) => a - b);
    const concerned = orders.map((order) => body[order] as Stmt);
    const statements = prune(concerned, (s) =>
      s.kind === "store"
        ? written.has(s.memory) && s.domain === first.domain
        : s.kind === "assign" && s.target.signal.kind === "register" && written.has(s.target.signal),
    );
    const own = registers.filter((r) => written.has(r));
    if (statements.length === 0 && own.every((r) => r.reset === null)) return [];
    return [
      {
        kind: "clocked",
        order: orders[0] ?? Number.POSITIVE_INFINITY,
        domain: first.domain,
        asynchronous: isAsynchronous(first.what),
        registers: own,
        memories: new Set(m.memories.filter((x) => written.has(x))),
        body: withoutIdle(statements),
      },
    ];
  });
};
