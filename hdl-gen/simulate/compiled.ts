/** Compiles a module once and gives it fresh state as often as wanted. */
import type { Expr, Memory, Module } from "../core/ir.ts";
import { ExprPool, type FlatDesign, flatten } from "./flatten.ts";
import { JavaScript } from "./javascript.ts";
import { generate, type Program } from "./program.ts";
import { isNarrow, runtime } from "./runtime.ts";

/** Words of a memory: typed arrays up to 32 bits, BigInts above. */
export type Words = Uint8Array | Uint16Array | Uint32Array | bigint[];

/** The values of one running simulation. */
export interface State {
  readonly N: Uint32Array;
  readonly W: bigint[];
  readonly X: Uint32Array;
  readonly Y: bigint[];
  readonly M: readonly Words[];
  /** How often each cover held, by the property's position. */
  readonly C: Float64Array;
}
export interface Machine {
  readonly settle: () => void;
  readonly late: () => void;
  readonly check: readonly (() => void)[];
  readonly next: readonly (() => void)[];
  readonly commit: readonly (() => void)[];
}
type Factory = (
  N: Uint32Array,
  W: bigint[],
  X: Uint32Array,
  Y: bigint[],
  M: readonly Words[],
  C: Float64Array,
  R: typeof runtime,
  fail: (property: number) => void,
) => Machine;

export interface Compiled {
  readonly design: FlatDesign;
  readonly program: Program;
  readonly factory: Factory;
}

const words = (m: Memory): Words =>
  m.width <= 8
    ? new Uint8Array(m.depth)
    : m.width <= 16
      ? new Uint16Array(m.depth)
      : isNarrow(m.width)
        ? new Uint32Array(m.depth)
        : new Array<bigint>(m.depth).fill(0n);

export const newState = ({ design, program }: Compiled): State => {
  const { narrow, wide } = program.layout;
  return {
    N: new Uint32Array(narrow),
    W: new Array<bigint>(wide).fill(0n),
    X: new Uint32Array(narrow),
    Y: new Array<bigint>(wide).fill(0n),
    M: design.memories.map(words),
    C: new Float64Array(design.properties.length),
  };
};

const compiled = new WeakMap<Module, Compiled>();

/** The program of a module, made at the first call. Throws `HdlError` for what cannot be simulated. */
export const compile = (top: Module): Compiled => {
  const known = compiled.get(top);
  if (known !== undefined) return known;
  const pool = new ExprPool();
  const design = flatten(top, pool);
  const program = generate(design, pool);
  const factory = new Function("N", "W", "X", "Y", "M", "C", "R", "fail", program.source) as Factory;
  const made: Compiled = { design, program, factory };
  compiled.set(top, made);
  return made;
};

/** A function that computes an expression over the design's signals from the state as it is. */
export const compileExpr = (c: Compiled, e: Expr): ((s: State) => number | bigint) => {
  const { layout } = c.program;
  const js = new JavaScript({
    signal: (s) => layout.slot(s),
    memory: (m) => `M[${c.design.memories.indexOf(m)}]`,
    shared: () => null,
  });
  const run = new Function("N", "W", "M", "R", `return ${js.value(e)};`) as (
    N: Uint32Array,
    W: bigint[],
    M: readonly Words[],
    R: typeof runtime,
  ) => number | bigint;
  return (s) => run(s.N, s.W, s.M, runtime);
};
