/** Ports, signals and memories as Verilog declares them, each before its first use. */
import { type Expr, type Memory, type Module, operands, type Signal } from "../core/ir.ts";
import type { ExpressionPrinter } from "./expression.ts";
import { literalText } from "./literal.ts";
import type { Text } from "./text.ts";

/** A declaration in the order of the user's, or a wire of the emitter. */
export type Declaration =
  | {
      readonly kind: "signal";
      readonly signal: Signal;
      readonly variable: boolean;
      /** Declared with its value: `wire empty = head == tail;`. */
      readonly value: Expr | null;
      readonly split: boolean;
    }
  | {
      readonly kind: "memory";
      readonly memory: Memory;
      /** Written at more than one clock, which Verilator takes for a mistake. */
      readonly clocks: number;
    };

const range = (width: number): string => (width === 1 ? "" : `[${width - 1}:0]`);

/** Around the few declarations that mean what Verilator warns about. */
const allowing = (warning: string | null, text: Text, body: () => void): void => {
  if (warning !== null) text.line(`/* verilator lint_off ${warning} */`);
  body();
  if (warning !== null) text.line(`/* verilator lint_on ${warning} */`);
};

/** The port list, with the ranges in one column. `mixed`: resets that are used both at the clock's edge and at once. */
export const writePorts = (
  m: Module,
  text: Text,
  nameOf: (s: Signal) => string,
  procedural: ReadonlySet<Signal>,
  mixed: ReadonlySet<Signal>,
): void => {
  const clocks = m.domains.flatMap((d) => [
    { signal: d.clock, kind: "input  wire" },
    ...(m.resets.includes(d) ? [{ signal: d.reset, kind: "input  wire" }] : []),
  ]);
  const direction = (s: Signal): string =>
    s.kind === "input" ? "input  wire" : s.kind === "inout" ? "inout  wire" : procedural.has(s) ? "output reg " : "output wire";
  const ports = [...clocks, ...m.ports.map((signal) => ({ signal, kind: direction(signal) }))];
  const widest = Math.max(0, ...ports.map((p) => range(p.signal.width).length));
  let doc = "";
  ports.forEach(({ signal, kind }, i) => {
    // The signals of a struct or stream share a comment; it stands above the first.
    if (signal.doc !== doc) text.comment(signal.doc);
    doc = signal.doc;
    const column = widest === 0 ? "" : `${range(signal.width).padStart(widest)} `;
    allowing(mixed.has(signal) ? "SYNCASYNCNET" : null, text, () =>
      text.line(`${kind} ${column}${nameOf(signal)}${i < ports.length - 1 ? "," : ""}`),
    );
  });
};

const attributes: Readonly<Record<Memory["style"], string | null>> = {
  auto: null,
  registers: '(* ram_style = "registers" *)',
  distributed: '(* ram_style = "distributed" *)',
  block: '(* ram_style = "block" *)',
};

/** Declares in order; what a declaration's value needs and is not declared yet comes before it. */
export const writeDeclarations = (
  list: readonly Declaration[],
  text: Text,
  print: ExpressionPrinter,
  nameOf: (s: Signal) => string,
): void => {
  const bySubject = new Map<Signal | Memory, Declaration>(list.map((d) => [d.kind === "signal" ? d.signal : d.memory, d]));
  const done = new Set<Declaration>();
  const order: Declaration[] = [];
  const declare = (d: Declaration): void => {
    if (done.has(d)) return;
    done.add(d);
    if (d.kind === "signal" && d.value !== null) need(d.value, new Set());
    order.push(d);
  };
  const need = (e: Expr, seen: Set<Expr>): void => {
    if (seen.has(e)) return;
    seen.add(e);
    const subject = e.kind === "ref" ? e.signal : e.kind === "cell" ? e.memory : null;
    const d = subject === null ? undefined : bySubject.get(subject);
    if (d !== undefined) declare(d);
    for (const o of operands(e)) need(o, seen);
  };
  list.forEach(declare);

  let before: Declaration | null = null;
  for (const d of order) {
    if (startsGroup(before, d)) text.blank();
    const doc = docOf(d);
    if (doc !== "" && (before === null || docOf(before) !== doc)) text.comment(doc);
    if (d.kind === "memory") {
      const attribute = attributes[d.memory.style];
      const words = `reg ${[range(d.memory.width), d.memory.name].filter((x) => x !== "").join(" ")} [0:${d.memory.depth - 1}];`;
      allowing(d.clocks > 1 ? "MULTIDRIVEN" : null, text, () => {
        if (attribute !== null) text.line(attribute);
        text.line(words, d.memory.at);
      });
    } else {
      const name = [d.variable ? "reg" : "wire", range(d.signal.width), nameOf(d.signal), d.split ? "/* verilator split_var */" : ""];
      const head = name.filter((x) => x !== "").join(" ");
      text.line(d.value === null ? `${head};` : [head, " =", print.after(d.value), ";"], d.signal.at);
    }
    before = d;
  }
};

const docOf = (d: Declaration): string => (d.kind === "signal" ? d.signal.doc : d.memory.doc);
const groupOf = (d: Declaration): number => (d.kind === "signal" ? d.signal.group : -1);

/** A blank line parts registers from nets, instances' pins from both, and what has its own comment from what is above. */
const startsGroup = (before: Declaration | null, d: Declaration): boolean => {
  if (before === null) return false;
  const looks = (x: Declaration): string =>
    x.kind === "memory" || x.signal.kind === "register" ? "state" : x.signal.origin === "instance" ? `${x.signal.group}` : "net";
  if (looks(before) !== looks(d)) return true;
  return groupOf(before) !== groupOf(d) && (docOf(d) !== "" || docOf(before) !== "");
};

/** `initial` contents: words that the user gave, zero for the others. */
export const writeInitial = (m: Memory, text: Text, counter: () => string): void => {
  const init = m.init ?? [];
  text.line("initial begin", m.at);
  text.indented(() => {
    if (init.length < m.depth) {
      const i = counter();
      text.line(`for (${i} = 0; ${i} < ${m.depth}; ${i} = ${i} + 1)`);
      text.indented(() => {
        text.line(`${m.name}[${i}] = ${literalText({ value: 0n, width: m.width })};`);
      });
    }
    init.forEach((value, i) => {
      text.line(`${m.name}[${i}] = ${literalText({ value, width: m.width, radix: "hex" })};`);
    });
  });
  text.line("end");
};
