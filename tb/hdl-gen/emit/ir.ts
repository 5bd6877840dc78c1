/** Small modules put together from IR nodes, for tests of single printing rules. */
import { checkModule } from "#hdl/check/index.ts";
import { ref } from "#hdl/core/expr.ts";
import type { Expr, Module, Ref, Signal, Source, Stmt } from "#hdl/core/ir.ts";
import { verilog } from "#hdl/emit/index.ts";

export const at: Source = { file: "/somewhere/test.ts", line: 7, column: 3 };

/** A signal with nothing special about it. */
export const signal = (name: string, width: number, kind: Signal["kind"], more: Partial<Signal> = {}): Signal => ({
  name,
  width,
  kind,
  origin: "user",
  domain: null,
  reset: null,
  enumeration: null,
  signed: false,
  group: 0,
  ghost: false,
  allowUnused: false,
  synchroniser: false,
  at,
  doc: "",
  ...more,
});

/** A module that computes each output from its inputs. */
export const combinational = <I extends string>(
  name: string,
  inputs: Readonly<Record<I, number>>,
  outputs: (inputs: Readonly<Record<I, Ref>>) => Readonly<Record<string, Expr>>,
): Module => {
  const ins = Object.entries<number>(inputs).map(([key, width]) => signal(key, width, "input", { allowUnused: true }));
  const values = Object.entries(outputs(Object.fromEntries(ins.map((s) => [s.name, ref(s)])) as Record<I, Ref>));
  const outs = values.map(([key, e]) => signal(key, e.width, "output"));
  const m: Module = {
    kind: "module",
    name,
    doc: "",
    at,
    domains: [],
    resets: [],
    ports: [...ins, ...outs],
    signals: [],
    memories: [],
    instances: [],
    body: values.map(([, value], i): Stmt => ({ kind: "assign", target: { kind: "whole", signal: outs[i] as Signal }, value, at })),
    properties: [],
    fsms: [],
    tristates: [],
    warnings: [],
  };
  const errors = checkModule(m).filter((d) => d.severity === "error");
  if (errors.length > 0) throw new Error(errors.map((d) => d.message).join("\n"));
  return m;
};

/** The statements and declarations of a module that hold a word, without indentation. */
export const linesWith = (m: Module, word: string): readonly string[] =>
  verilog(m, { sources: false })
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => new RegExp(`\\b${word}\\b`).test(l) && !/^(input|output|inout) /.test(l));

/** What stands right of `=` for the only output of an expression. */
export const printed = <I extends string>(inputs: Readonly<Record<I, number>>, of: (inputs: Readonly<Record<I, Ref>>) => Expr): string => {
  const text = verilog(
    combinational("printed", inputs, (i) => ({ y: of(i) })),
    { sources: false },
  );
  const m = /assign y =\s([^;]*);/.exec(text);
  if (m === null) throw new Error(`no assignment of y in\n${text}`);
  return (m[1] as string).trim().replaceAll(/\s+/g, " ");
};
