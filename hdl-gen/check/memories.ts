/**
 * What a memory of its style can do at once. LUT RAM has one write port; block RAM has two ports, each of which reads or
 * writes; flip-flops take any number. Writes that exclude each other share a port, and so do a read and a write of one
 * address.
 */
import type { Diagnostic, Expr, Memory, Module, Signal, Source } from "../core/ir.ts";
import { exclusive, Keys, type Known, knownOn } from "./exclusive.ts";
import { eachNode, factsOf, roots, type StoreFact } from "./facts.ts";
import { problem, showExpr } from "./show.ts";

interface Write extends StoreFact {
  readonly known: Known;
  readonly address: number;
}

/** Memories whose reads and writes need more ports than their style has. */
export const memoryPorts = (m: Module): readonly Diagnostic[] => {
  const checked = m.memories.filter((x) => x.style !== "registers" && !x.ghost);
  if (checked.length === 0) return [];
  const { stores, assignsOf } = factsOf(m);
  const keys = new Keys();
  const net = (s: Signal): Expr | null => {
    const [only, ...others] = assignsOf.get(s) ?? [];
    return s.kind !== "register" && only !== undefined && others.length === 0 && only.path === null && only.stmt.target.kind === "whole"
      ? only.stmt.value
      : null;
  };
  const reads = new Map<Memory, Map<number, { readonly expr: Expr; readonly at: Source }>>();
  eachNode(roots(m), (e, at) => {
    if (e.kind !== "cell") return;
    const list = reads.get(e.memory) ?? new Map();
    reads.set(e.memory, list.set(keys.of(e.address), { expr: e.address, at }));
  });

  const found: Diagnostic[] = [];
  for (const memory of checked) {
    const writes: Write[] = stores
      .filter((s) => s.stmt.memory === memory)
      .map((s) => ({ ...s, known: knownOn(s.path, keys, net), address: keys.of(s.stmt.address) }));
    const ports: Write[][] = [];
    const fits = (port: readonly Write[], w: Write): boolean =>
      port.every((o) => o.stmt.domain === w.stmt.domain && (o.address === w.address || exclusive(o, w)));
    for (const w of writes) {
      const port = ports.find((p) => fits(p, w));
      if (port === undefined) ports.push([w]);
      else port.push(w);
    }
    const [first, second] = ports;
    if (memory.style !== "block") {
      if (first === undefined || second === undefined) continue;
      const [w] = second as [Write];
      const clash = (first.find((o) => !fits([o], w)) ?? first[0]) as Write;
      const other = clash.stmt.domain === w.stmt.domain ? "may write in the same cycle" : "write by two clocks";
      const why = memory.style === "distributed" ? "LUT RAM has one write port" : 'a memory of style "auto" has one write port';
      found.push(
        problem(
          "memory-ports",
          w.stmt.at,
          `two writes to memory ${memory.name} ${other}, and ${why}: make their conditions exclusive, or choose style "registers" or "block"`,
          [{ message: "the other write", at: clash.stmt.at }],
        ),
      );
      continue;
    }
    const written = new Set(writes.map((w) => w.address));
    const readPorts = [...(reads.get(memory) ?? [])].filter(([address]) => !written.has(address)).map(([, r]) => r);
    const total = ports.length + readPorts.length;
    if (total <= 2) continue;
    found.push(
      problem(
        "memory-ports",
        memory.at,
        `memory ${memory.name} is a block RAM, which has 2 ports, and needs ${total}: ${ports.length} for writes and ${readPorts.length} for reads`,
        [
          ...ports.map(([w]) => ({
            message: `write at ${showExpr((w as Write).stmt.address) ?? "a computed address"}`,
            at: (w as Write).stmt.at,
          })),
          ...readPorts.map((r) => ({ message: `read at ${showExpr(r.expr) ?? "a computed address"}`, at: r.at })),
        ],
      ),
    );
  }
  return found;
};
