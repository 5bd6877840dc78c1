/**
 * The intermediate representation: plain readonly data that the builder (`builder.ts`) makes and every pass
 * (checks, Verilog, instant simulation, register documents) reads. It knows nothing about how a user writes hardware.
 *
 * Meaning of expressions. Values are unsigned bit vectors; each node states its own width, and no meaning depends on
 * the context it stands in. Signedness lives in the operators (`slt`, `sra`, `smul`, `sext`), not in the operands.
 * Operands of `and or xor add sub` and of all comparisons have equal widths; `add` and `sub` wrap at that width.
 */

/** A place in the user's source. Resolved lazily: reading a field costs a stack trace, holding one costs little. */
export interface Source {
  /** Absolute path, or "?" where it is not known. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Named members of an enumeration, printed as Verilog localparams `PREFIX_MEMBER`. Identity is by object. */
export interface EnumInfo {
  readonly name: string;
  readonly width: number;
  readonly members: readonly { readonly name: string; readonly value: bigint }[];
}

/** A clock with its reset. Two signals of different domains meet only in the library's `cdc` blocks. */
export interface ClockDomain {
  /** "" for the default domain; otherwise the prefix of its pins, e.g. "wire". */
  readonly name: string;
  readonly clock: Signal;
  /** Synchronous, active high. Printed as a port only where something uses it. */
  readonly reset: Signal;
}

export type SignalKind = "clock" | "reset" | "input" | "output" | "inout" | "net" | "register";

/** One Verilog net or variable. Structs are already split into one signal per field; an array is one wide signal. */
export interface Signal {
  /** A legal Verilog identifier, unique in its module. */
  readonly name: string;
  readonly width: number;
  readonly kind: SignalKind;
  /** user: declared under this name; instance: a pin of a child seen from outside; implicit: made by the language. */
  readonly origin: "user" | "instance" | "implicit";
  /** Registers: their clock. Ports: the clock they are synchronous to. Nets: stated by the user or null (derived). */
  readonly domain: ClockDomain | null;
  /** Registers only; null: no reset. */
  readonly reset: { readonly kind: "sync" | "async"; readonly value: bigint } | null;
  readonly enumeration: EnumInfo | null;
  /** How tools should show it; operators carry their own signedness. */
  readonly signed: boolean;
  /** Signals declared in one call share a group: registers of a group share an always block. */
  readonly group: number;
  /** Belongs to properties only: printed inside the formal region, may not be read by hardware. */
  readonly ghost: boolean;
  /** Set by the user: no warning when nothing reads it. */
  readonly allowUnused: boolean;
  /** Set by the user: a register of a synchroniser, whose input may come from another domain. */
  readonly synchroniser: boolean;
  readonly at: Source;
  readonly doc: string;
}

export type UnaryOp = "not" | "neg" | "all" | "any" | "parity";
/** Shifts: the amount `b` has any width, the result has `a`'s. `mul`/`smul`: the result is as wide as both together.
 *  `div`/`mod`: unsigned, `b` is a literal other than zero. Comparisons: one bit. */
export type BinaryOp =
  | "and"
  | "or"
  | "xor"
  | "add"
  | "sub"
  | "mul"
  | "smul"
  | "div"
  | "mod"
  | "eq"
  | "ne"
  | "lt"
  | "le"
  | "gt"
  | "ge"
  | "slt"
  | "sle"
  | "sgt"
  | "sge"
  | "shl"
  | "shr"
  | "sra";

interface Node {
  readonly width: number;
  /** A name to print it under where it must be, or is better, given one: `push_fire`. */
  readonly hint?: string;
}
export interface Literal extends Node {
  readonly kind: "literal";
  readonly value: bigint;
  /** Printed by name where it is a member of an enumeration. */
  readonly enumeration?: EnumInfo;
  /** How a person would write it; decimal unless said. */
  readonly radix?: "dec" | "hex" | "bin";
}
export interface Ref extends Node {
  readonly kind: "ref";
  readonly signal: Signal;
}
export interface Unary extends Node {
  readonly kind: "unary";
  readonly op: UnaryOp;
  readonly a: Expr;
}
export interface Binary extends Node {
  readonly kind: "binary";
  readonly op: BinaryOp;
  readonly a: Expr;
  readonly b: Expr;
}
/** `sel` is one bit; `a` where it is 1, `b` where it is 0. */
export interface Mux extends Node {
  readonly kind: "mux";
  readonly sel: Expr;
  readonly a: Expr;
  readonly b: Expr;
}
/** Bits `hi` down to `lo` of any expression. */
export interface Slice extends Node {
  readonly kind: "slice";
  readonly a: Expr;
  readonly hi: number;
  readonly lo: number;
}
/** First part is the most significant. */
export interface Concat extends Node {
  readonly kind: "concat";
  readonly parts: readonly Expr[];
}
export interface Repeat extends Node {
  readonly kind: "repeat";
  readonly a: Expr;
  readonly count: number;
}
/** Wider than `a`: zeros (`zext`) or copies of the top bit (`sext`) above it. */
export interface Extend extends Node {
  readonly kind: "zext" | "sext";
  readonly a: Expr;
}
/** Element `index` of `of` seen as elements of `width` bits, element 0 lowest. The builder guarantees the index is in
 *  range whenever the value matters (it guards with a mux otherwise): out of range, a backend may return anything. */
export interface Index extends Node {
  readonly kind: "index";
  readonly of: Expr;
  readonly index: Expr;
}
/** A word of a memory as it is now (before this clock edge). In range as for `Index`. */
export interface Cell extends Node {
  readonly kind: "cell";
  readonly memory: Memory;
  readonly address: Expr;
}

export type Expr = Literal | Ref | Unary | Binary | Mux | Slice | Concat | Repeat | Extend | Index | Cell;

/** What an assignment writes: all of a signal, bits of it, or one element chosen at run time (`width` bits wide). */
export type Target =
  | { readonly kind: "whole"; readonly signal: Signal }
  | { readonly kind: "bits"; readonly signal: Signal; readonly hi: number; readonly lo: number }
  | { readonly kind: "element"; readonly signal: Signal; readonly index: Expr; readonly width: number };

/**
 * Statements stand in the user's order in one tree; a later assignment wins. An assignment to a register takes effect at
 * its clock's edge and reads values from before the edge; any other assignment is combinational.
 */
export type Stmt =
  | { readonly kind: "assign"; readonly target: Target; readonly value: Expr; readonly at: Source }
  | { readonly kind: "if"; readonly cond: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[]; readonly at: Source }
  | {
      readonly kind: "switch";
      readonly subject: Expr;
      readonly cases: readonly SwitchCase[];
      readonly fallback: readonly Stmt[] | null;
      readonly at: Source;
    }
  | {
      readonly kind: "store";
      readonly memory: Memory;
      readonly domain: ClockDomain;
      readonly address: Expr;
      readonly value: Expr;
      /** One bit per lane of `lane` bits, lowest lane first; null writes the whole word. */
      readonly mask: { readonly enable: Expr; readonly lane: number } | null;
      readonly at: Source;
    };
/** Values of one case do not repeat in another. A switch without `fallback` covers every value of its subject, or
 *  (for an enumeration) every member; registers keep their value where nothing matches. */
export interface SwitchCase {
  readonly values: readonly Literal[];
  readonly body: readonly Stmt[];
  readonly at: Source;
}

export interface Memory {
  readonly name: string;
  readonly width: number;
  readonly depth: number;
  readonly style: "registers" | "distributed" | "block" | "auto";
  /** Initial contents from word 0; missing words are zero in simulation. null: not initialised. */
  readonly init: readonly bigint[] | null;
  readonly ghost: boolean;
  readonly at: Source;
  readonly doc: string;
}

export interface Instance {
  readonly name: string;
  readonly of: Module | ExternalModule;
  /** Each pin of the child by its port name, and the parent's net that stands for it (origin "instance"). */
  readonly pins: readonly { readonly port: string; readonly direction: "input" | "output" | "inout"; readonly net: Signal }[];
  /** Clock and reset of each of the child's domains. */
  readonly clocks: readonly { readonly domain: ClockDomain; readonly to: ClockDomain }[];
  /** External modules only. */
  readonly parameters: readonly { readonly name: string; readonly value: bigint | string }[];
  readonly ghost: boolean;
  readonly at: Source;
  readonly doc: string;
}

/** Verilog that somebody else wrote: ports only. `sources` are files to add to the file list. */
export interface ExternalModule {
  readonly kind: "external";
  readonly name: string;
  readonly ports: readonly Signal[];
  readonly domains: readonly ClockDomain[];
  readonly sources: readonly string[];
  readonly at: Source;
}

/** Checked at each edge of `domain` outside reset. `cond` already includes the conditions it stands under (as an
 *  implication for assert and assume, a conjunction for cover). */
export interface Property {
  readonly kind: "assert" | "assume" | "cover";
  /** As the user wrote it, free text. */
  readonly name: string;
  readonly cond: Expr;
  readonly domain: ClockDomain;
  readonly at: Source;
}

export interface Fsm {
  readonly signal: Signal;
  readonly states: EnumInfo;
  readonly start: string;
  readonly transitions: readonly { readonly from: string; readonly to: string; readonly at: Source }[];
  readonly at: Source;
}

/** A pin the FPGA may drive or release: `enable` 1 drives `value`. Allowed in the top module only. */
export interface TriState {
  readonly pin: Signal;
  readonly value: Expr;
  readonly enable: Expr;
  readonly at: Source;
}

export interface Module {
  readonly kind: "module";
  readonly name: string;
  readonly doc: string;
  readonly at: Source;
  /** Clock and reset pins of the domains in use come first, then the ports in declared order. */
  readonly domains: readonly ClockDomain[];
  /** Domains whose reset pin is needed (a subset of `domains`). */
  readonly resets: readonly ClockDomain[];
  readonly ports: readonly Signal[];
  /** Nets and registers, in declared order. */
  readonly signals: readonly Signal[];
  readonly memories: readonly Memory[];
  readonly instances: readonly Instance[];
  readonly body: readonly Stmt[];
  readonly properties: readonly Property[];
  readonly fsms: readonly Fsm[];
  readonly tristates: readonly TriState[];
  /** Warnings found while it was built; errors throw. */
  readonly warnings: readonly Diagnostic[];
}

export interface Diagnostic {
  readonly severity: "error" | "warning";
  /** Stable identifier of the check: "width", "undriven", "comb-loop". */
  readonly code: string;
  readonly message: string;
  readonly at: Source;
  /** Other places the message speaks of. */
  readonly related?: readonly { readonly message: string; readonly at: Source }[];
}

/** Thrown for every misuse of the language; `message` starts with the user's file:line. */
export class HdlError extends Error {
  override readonly name = "HdlError";
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(showDiagnostic).join("\n"));
    this.diagnostics = diagnostics;
  }
}

/** `fifo.ts:17` for comments, which must not depend on where the checkout lies. */
export const shortSource = (at: Source): string => `${at.file.slice(at.file.lastIndexOf("/") + 1)}:${at.line}`;
/** `rtl/udp/parser.ts:17`, relative to the working directory where it lies below it. */
export const showSource = (at: Source): string => {
  const base = `${process.cwd()}/`;
  return `${at.file.startsWith(base) ? at.file.slice(base.length) : at.file}:${at.line}`;
};
export const showDiagnostic = (d: Diagnostic): string =>
  [
    `${showSource(d.at)}: ${d.severity}: ${d.message} [${d.code}]`,
    ...(d.related ?? []).map((r) => `    ${showSource(r.at)}: ${r.message}`),
  ].join("\n");

/** Every module below `top`, children before parents, each once. External modules are left out. */
export const hierarchy = (top: Module): readonly Module[] => {
  const seen = new Set<Module>();
  const order: Module[] = [];
  const visit = (m: Module): void => {
    if (seen.has(m)) return;
    seen.add(m);
    for (const i of m.instances) if (i.of.kind === "module") visit(i.of);
    order.push(m);
  };
  visit(top);
  return order;
};

/** Every external module below `top`, each once. */
export const externals = (top: Module): readonly ExternalModule[] => [
  ...new Set(hierarchy(top).flatMap((m) => m.instances.flatMap((i) => (i.of.kind === "external" ? [i.of] : [])))),
];

/** Direct operands of an expression. */
export const operands = (e: Expr): readonly Expr[] => {
  switch (e.kind) {
    case "literal":
    case "ref":
      return [];
    case "unary":
    case "slice":
    case "repeat":
    case "zext":
    case "sext":
      return [e.a];
    case "binary":
      return [e.a, e.b];
    case "mux":
      return [e.sel, e.a, e.b];
    case "concat":
      return e.parts;
    case "index":
      return [e.of, e.index];
    case "cell":
      return [e.address];
  }
};
