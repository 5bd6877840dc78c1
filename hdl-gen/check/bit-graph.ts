/**
 * The same question as `comb-graph.ts`, bit by bit: `x[1]` made from `x[0]` is no loop. Only asked about signals that
 * seem to depend on themselves, so nodes are made when they are reached: a bit of a signal, or some bits of an expression.
 */
import type { Expr, Module, Signal } from "../core/ir.ts";
import { portPaths } from "./comb-graph.ts";
import { isCertain, span } from "./driven.ts";
import { decider, factsOf } from "./facts.ts";

export interface SignalBit {
  readonly signal: Signal;
  readonly bit: number;
}
interface ExprBits {
  readonly expr: Expr;
  readonly hi: number;
  readonly lo: number;
}
type BitNode = SignalBit | ExprBits;
const isSignal = (n: BitNode): n is SignalBit => "signal" in n;

const graphs = new WeakMap<Module, BitGraph>();
/** Dependencies between bits of one module. Nodes are numbers. */
export class BitGraph {
  readonly #module: Module;
  readonly #nodes: BitNode[] = [];
  readonly #signals = new Map<Signal, Map<number, number>>();
  readonly #exprs = new Map<Expr, Map<string, number>>();
  readonly #next: (readonly number[] | undefined)[] = [];
  readonly #inputs = new Map<number, readonly SignalBit[]>();
  private constructor(m: Module) {
    this.#module = m;
  }
  static of(m: Module): BitGraph {
    const found = graphs.get(m) ?? new BitGraph(m);
    graphs.set(m, found);
    return found;
  }
  /** The node of a bit of a signal. */
  bit(signal: Signal, bit: number): number {
    const bits = this.#signals.get(signal) ?? new Map<number, number>();
    this.#signals.set(signal, bits);
    const known = bits.get(bit);
    if (known !== undefined) return known;
    bits.set(bit, this.#nodes.length);
    return this.#nodes.push({ signal, bit }) - 1;
  }
  #some(expr: Expr, hi = expr.width - 1, lo = 0): number {
    const parts = this.#exprs.get(expr) ?? new Map<string, number>();
    this.#exprs.set(expr, parts);
    const key = `${hi}:${lo}`;
    const known = parts.get(key);
    if (known !== undefined) return known;
    parts.set(key, this.#nodes.length);
    return this.#nodes.push({ expr, hi, lo }) - 1;
  }
  /** The signal bit a node is, or null for a part of an expression. */
  signalBit(node: number): SignalBit | null {
    const n = this.#nodes[node] as BitNode;
    return isSignal(n) ? n : null;
  }
  /** Nodes that a node depends on. */
  next(node: number): readonly number[] {
    const known = this.#next[node];
    if (known !== undefined) return known;
    const n = this.#nodes[node] as BitNode;
    const made = isSignal(n) ? this.#sources(n) : this.#parts(n);
    this.#next[node] = made;
    return made;
  }

  #sources({ signal, bit }: SignalBit): readonly number[] {
    const { assignsOf, pinOf } = factsOf(this.#module);
    const pin = pinOf.get(signal);
    if (pin !== undefined && pin.pin.direction === "output") {
      const { of, pins } = pin.instance;
      if (of.kind === "external" || portPaths(of).get(pin.pin.port)?.size === 0) return [];
      const port = of.ports.find((p) => p.name === pin.pin.port) as Signal;
      const nets = new Map(pins.map((p) => [p.port, p.net]));
      return BitGraph.of(of)
        .inputsOf(port, bit)
        .flatMap((i) => {
          const net = nets.get(i.signal.name);
          return net === undefined ? [] : [this.bit(net, i.bit)];
        });
    }
    if (signal.kind !== "net" && signal.kind !== "output") return [];
    const out: number[] = [];
    const assigns = assignsOf.get(signal) ?? [];
    for (let i = assigns.length - 1; i >= 0; i--) {
      const { stmt, path } = assigns[i] as (typeof assigns)[number];
      const [hi, lo] = span(stmt);
      if (bit > hi || bit < lo) continue;
      const t = stmt.target;
      const at = t.kind === "whole" ? bit : t.kind === "bits" ? bit - t.lo : bit % t.width;
      out.push(this.#some(stmt.value, at, at));
      if (t.kind === "element") out.push(this.#some(t.index));
      for (let p = path; p !== null; p = p.up) out.push(this.#some(decider(p.stmt)));
      // What stands before an unconditional assignment has no part in this bit.
      if (path === null && isCertain(stmt)) break;
    }
    return out;
  }

  #parts({ expr: e, hi, lo }: ExprBits): readonly number[] {
    const both = (a: Expr, b: Expr, top: number, bottom: number): readonly number[] => [
      this.#some(a, top, bottom),
      this.#some(b, top, bottom),
    ];
    switch (e.kind) {
      case "literal":
        return [];
      case "ref":
        return Array.from({ length: hi - lo + 1 }, (_, i) => this.bit(e.signal, lo + i));
      case "unary":
        return e.op === "not" ? [this.#some(e.a, hi, lo)] : e.op === "neg" ? [this.#some(e.a, hi, 0)] : [this.#some(e.a)];
      case "binary":
        switch (e.op) {
          case "and":
          case "or":
          case "xor":
            return both(e.a, e.b, hi, lo);
          case "add":
          case "sub":
            return both(e.a, e.b, hi, 0);
          case "mul":
            return [this.#some(e.a, Math.min(hi, e.a.width - 1), 0), this.#some(e.b, Math.min(hi, e.b.width - 1), 0)];
          case "shl":
            return [this.#some(e.a, hi, 0), this.#some(e.b)];
          case "shr":
          case "sra":
            return [this.#some(e.a, e.a.width - 1, lo), this.#some(e.b)];
          default:
            return [this.#some(e.a), this.#some(e.b)];
        }
      case "mux":
        return [this.#some(e.sel), ...both(e.a, e.b, hi, lo)];
      case "slice":
        return [this.#some(e.a, e.lo + hi, e.lo + lo)];
      case "concat": {
        const out: number[] = [];
        let top = e.width;
        for (const p of e.parts) {
          const bottom = top - p.width;
          if (bottom <= hi && top > lo) out.push(this.#some(p, Math.min(hi, top - 1) - bottom, Math.max(lo, bottom) - bottom));
          top = bottom;
        }
        return out;
      }
      case "repeat":
        return Math.floor(hi / e.a.width) === Math.floor(lo / e.a.width)
          ? [this.#some(e.a, hi % e.a.width, lo % e.a.width)]
          : [this.#some(e.a)];
      case "zext":
      case "sext": {
        const top = e.a.width - 1;
        const low = lo <= top ? [this.#some(e.a, Math.min(hi, top), lo)] : [];
        return e.kind === "sext" && hi > top ? [...low, this.#some(e.a, top, top)] : low;
      }
      case "index":
        // Bit `hi` of every element, or all of it where several bits are asked for.
        return hi === lo
          ? [
              this.#some(e.index),
              ...Array.from({ length: e.of.width / e.width }, (_, i) => this.#some(e.of, i * e.width + lo, i * e.width + lo)),
            ]
          : [this.#some(e.index), this.#some(e.of)];
      case "cell":
        return [this.#some(e.address)];
    }
  }

  /** Bits of inputs that a bit of an output depends on. */
  inputsOf(port: Signal, bit: number): readonly SignalBit[] {
    const start = this.bit(port, bit);
    const known = this.#inputs.get(start);
    if (known !== undefined) return known;
    const seen = new Set([start]);
    const open = [start];
    const found: SignalBit[] = [];
    for (let n = open.pop(); n !== undefined; n = open.pop())
      for (const o of this.next(n)) {
        if (seen.has(o)) continue;
        seen.add(o);
        const s = this.signalBit(o);
        if (s?.signal.kind === "input") found.push(s);
        else open.push(o);
      }
    this.#inputs.set(start, found);
    return found;
  }
}
