/**
 * Which signals a signal depends on within one cycle, signal by signal, and for a whole module: which outputs depend on
 * which inputs. The second is found once per module, so that a loop through instances costs no more than one without.
 */
import type { Module, Signal } from "../core/ir.ts";
import { factsOf, readsOfAssign } from "./facts.ts";

export type SignalGraph = ReadonlyMap<Signal, ReadonlySet<Signal>>;

/** Holds its value over the cycle, or comes from outside: the end of every combinational path. */
const isEnd = (s: Signal): boolean =>
  s.kind === "register" || s.kind === "input" || s.kind === "clock" || s.kind === "reset" || s.kind === "inout";

const graphs = new WeakMap<Module, SignalGraph>();
/** Combinational dependencies of nets and outputs; instance outputs depend on the inputs the child passes through. */
export const combGraph = (m: Module): SignalGraph => {
  const found = graphs.get(m);
  if (found !== undefined) return found;
  const graph = new Map<Signal, Set<Signal>>();
  const from = (s: Signal): Set<Signal> => {
    const known = graph.get(s);
    if (known !== undefined) return known;
    const made = new Set<Signal>();
    graph.set(s, made);
    return made;
  };
  for (const a of factsOf(m).assigns) {
    const s = a.stmt.target.signal;
    if (isEnd(s)) continue;
    const all = from(s);
    for (const r of readsOfAssign(a).signals) all.add(r);
  }
  for (const { of, pins } of m.instances) {
    if (of.kind === "external") continue;
    const nets = new Map(pins.map((p) => [p.port, p.net]));
    for (const [output, inputs] of portPaths(of)) {
      const net = nets.get(output);
      if (net === undefined || inputs.size === 0) continue;
      const all = from(net);
      for (const i of inputs) {
        const other = nets.get(i);
        if (other !== undefined) all.add(other);
      }
    }
  }
  graphs.set(m, graph);
  return graph;
};

const paths = new WeakMap<Module, ReadonlyMap<string, ReadonlySet<string>>>();
/** Names of the inputs each output depends on in the same cycle. */
export const portPaths = (m: Module): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = paths.get(m);
  if (found !== undefined) return found;
  const graph = combGraph(m);
  const made = new Map(
    m.ports
      .filter((p) => p.kind === "output")
      .map((p) => [p.name, new Set([...reached(graph, p)].filter((s) => s.kind === "input").map((s) => s.name))]),
  );
  paths.set(m, made);
  return made;
};

/** Everything a signal depends on. */
const reached = (graph: SignalGraph, start: Signal): ReadonlySet<Signal> => {
  const seen = new Set<Signal>();
  const open = [start];
  for (let s = open.pop(); s !== undefined; s = open.pop())
    for (const next of graph.get(s) ?? [])
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
  return seen;
};

/** Groups of nodes that depend on each other (Tarjan 1972, without recursion), and single nodes that depend on themselves. */
export const cycles = <N>(nodes: Iterable<N>, next: (n: N) => Iterable<N>): readonly (readonly N[])[] => {
  const order = new Map<N, number>();
  const low = new Map<N, number>();
  const onStack = new Set<N>();
  const stack: N[] = [];
  const groups: N[][] = [];
  for (const root of nodes) {
    if (order.has(root)) continue;
    const work: { readonly node: N; readonly rest: Iterator<N>; self: boolean }[] = [];
    const enter = (node: N): void => {
      order.set(node, order.size);
      low.set(node, order.size - 1);
      stack.push(node);
      onStack.add(node);
      work.push({ node, rest: next(node)[Symbol.iterator](), self: false });
    };
    enter(root);
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const step = top.rest.next();
      if (!step.done) {
        if (step.value === top.node) top.self = true;
        if (!order.has(step.value)) enter(step.value);
        else if (onStack.has(step.value)) low.set(top.node, Math.min(low.get(top.node) as number, order.get(step.value) as number));
        continue;
      }
      work.pop();
      const up = work.at(-1);
      if (up !== undefined) low.set(up.node, Math.min(low.get(up.node) as number, low.get(top.node) as number));
      if (low.get(top.node) !== order.get(top.node)) continue;
      const group = stack.splice(stack.lastIndexOf(top.node));
      for (const n of group) onStack.delete(n);
      if (group.length > 1 || top.self) groups.push(group);
    }
  }
  return groups;
};
