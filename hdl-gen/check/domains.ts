/**
 * Clock domains: whatever a register, a memory write, an output or a child's input takes in must come from its own
 * domain, unless the register is one of a synchroniser. Ports belong to the domain they were declared with; nets have
 * the domains of what drives them, a child's output the one its port states or, in a purely combinational child, those
 * of the inputs it depends on. Signals that serve properties only may look anywhere.
 *
 * A memory written in one domain and read in another is a dual-clock memory: what makes that safe is an address or a
 * flag that has crossed, so the module must hold (or instantiate) a synchroniser register of the reading domain.
 */
import type { ClockDomain, Diagnostic, Memory, Module, Signal, Source } from "../core/ir.ts";
import { portPaths } from "./comb-graph.ts";
import { factsOf, type Reads, readsOf, readsOfAssign, readsOfStore, union } from "./facts.ts";
import { problem } from "./show.ts";

/** Where a value of some domain entered, and the net it came through. */
interface Origin {
  readonly source: Signal;
  readonly through: Signal | null;
}
type Origins = ReadonlyMap<ClockDomain, Origin>;
const none: Origins = new Map();

/** "clk", "wire_clk": what the user sees on the pins. */
const domainName = (d: ClockDomain): string => d.clock.name;

/** Crossings between clock domains without a synchroniser. */
export const crossings = (m: Module): readonly Diagnostic[] => {
  const facts = factsOf(m);
  const all = new Set<ClockDomain>(m.domains);
  for (const s of facts.signals) if (s.domain !== null) all.add(s.domain);
  for (const s of facts.stores) all.add(s.stmt.domain);
  if (all.size < 2) return [];

  const resets = new Map(m.domains.map((d) => [d.reset, d]));
  const known = new Map<Signal, Origins>();
  const originsOf = (s: Signal): Origins => {
    const found = known.get(s);
    if (found !== undefined) return found;
    known.set(s, none); // A combinational loop has its own error.
    const made = find(s);
    known.set(s, made);
    return made;
  };
  const from = (signals: Iterable<Signal>): Origins => {
    const out = new Map<ClockDomain, Origin>();
    for (const r of signals)
      for (const [domain, o] of originsOf(r)) if (!out.has(domain)) out.set(domain, { source: o.source, through: r });
    return out;
  };
  const find = (s: Signal): Origins => {
    if (s.kind === "clock") return none;
    const own = s.kind === "reset" ? resets.get(s) : s.kind === "output" ? null : s.domain;
    if (own !== null && own !== undefined) return new Map([[own, { source: s, through: null }]]);
    const pin = facts.pinOf.get(s);
    if (pin !== undefined && pin.pin.direction === "output") {
      const { of, pins } = pin.instance;
      if (of.kind === "external") return none;
      const inputs = portPaths(of).get(pin.pin.port);
      return from(pins.filter((p) => inputs?.has(p.port)).map((p) => p.net));
    }
    return from((facts.assignsOf.get(s) ?? []).flatMap((a) => [...readsOfAssign(a).signals]));
  };

  const found: Diagnostic[] = [];
  const way = (o: Origin, domain: ClockDomain): readonly Signal[] => {
    const out: Signal[] = [];
    for (let s = o.through; s !== null && !out.includes(s); s = originsOf(s).get(domain)?.through ?? null) out.unshift(s);
    return out;
  };
  const check = (reads: Reads, to: ClockDomain, sink: string, at: Source, remedy: string): void => {
    for (const [domain, o] of from(reads.signals)) {
      if (domain === to) continue;
      const path = [...new Set([o.source, ...way(o, domain)])].map((s) => s.name);
      found.push(
        problem(
          "clock-crossing",
          at,
          `${sink} (${domainName(to)}) takes ${o.source.name} (${domainName(domain)}) without a synchroniser: ${[...path, sink].join(" -> ")}; ${remedy}`,
          [{ message: `${o.source.name} is declared here`, at: o.source.at }],
        ),
      );
    }
  };
  const crossing = "cross it with a block of lib/cdc";
  for (const [s, assigns] of facts.assignsOf) {
    if (s.ghost) continue;
    const pin = facts.pinOf.get(s);
    if (pin !== undefined) {
      const port = pin.instance.of.ports.find((p) => p.name === pin.pin.port);
      const to = pin.instance.clocks.find((c) => c.domain === port?.domain)?.to;
      if (to !== undefined) check(union(assigns.map(readsOfAssign)), to, s.name, assigns[0]?.stmt.at ?? s.at, crossing);
    } else if (s.domain !== null && !s.synchroniser) {
      const remedy = s.kind === "output" ? `${crossing}, or declare the port with { clock }` : crossing;
      // A register's assignments are checked one by one, so that the error names the one that crosses.
      for (const a of assigns) check(readsOfAssign(a), s.domain, s.name, a.stmt.at, remedy);
    }
  }
  for (const s of facts.stores) if (!s.stmt.memory.ghost) check(readsOfStore(s), s.stmt.domain, s.stmt.memory.name, s.stmt.at, crossing);
  return [...once(found), ...memoryCrossings(m)];
};

/** The same crossing through several statements is told once. */
const once = (list: readonly Diagnostic[]): readonly Diagnostic[] => {
  const seen = new Set<string>();
  return list.filter((d) => !seen.has(d.message) && seen.add(d.message));
};

/** Domains that have a synchroniser register, here or in a child. */
const synchronised = (m: Module): ReadonlySet<ClockDomain> =>
  new Set([
    ...m.signals.filter((s) => s.synchroniser && s.domain !== null).map((s) => s.domain as ClockDomain),
    ...m.instances.flatMap((i) =>
      i.of.kind === "external"
        ? i.clocks.map((c) => c.to)
        : [...synchronised(i.of)].flatMap((d) => i.clocks.filter((c) => c.domain === d).map((c) => c.to)),
    ),
  ]);

const memoryCrossings = (m: Module): readonly Diagnostic[] => {
  const { assigns, stores } = factsOf(m);
  const written = new Map<Memory, ClockDomain>();
  for (const { stmt } of stores) if (!stmt.memory.ghost) written.set(stmt.memory, stmt.domain);
  const found: Diagnostic[] = [];
  const told = new Set<Memory>();
  for (const { stmt } of assigns) {
    const s = stmt.target.signal;
    if (s.domain === null || s.ghost) continue;
    for (const memory of readsOf(stmt.value).memories) {
      const from = written.get(memory);
      if (from === undefined || from === s.domain || told.has(memory) || synchronised(m).has(s.domain)) continue;
      told.add(memory);
      found.push(
        problem(
          "clock-crossing",
          stmt.at,
          `${s.name} (${domainName(s.domain)}) reads memory ${memory.name}, which is written by ${domainName(from)}, and ${m.name} has no synchroniser into ${domainName(s.domain)} that could say when a word is ready`,
          [{ message: `${memory.name} is declared here`, at: memory.at }],
        ),
      );
    }
  }
  return found;
};
