/** What the generated modules hold, counted: each operator by width, each kind of statement, register, memory, instance. */
import { type Expr, hierarchy, type Module, type Stmt } from "#hdl/core/ir.ts";
import { eachNode, rootsOf } from "./analysis.ts";

/** Ranges of widths, by their upper ends: where simulators change how they represent a value. */
const upTo = [1, 31, 32, 63, 64, 127, 128, 199, 200] as const;
export const widthRanges: readonly string[] = upTo.map((hi, i) => {
  const lo = (upTo[i - 1] ?? 0) + 1;
  return lo === hi ? `${hi}` : `${lo}-${hi}`;
});

/** Operators and the other kinds of values. */
export const operators: readonly string[] = [
  "not neg and or xor add sub mul smul div mod shl shr sra mux",
  "eq ne lt le gt ge slt sle sgt sge all any parity",
  "slice concat repeat zext sext index cell literal ref",
].flatMap((w) => w.split(" "));
/** What is always wider than one bit: it joins parts, or takes some. */
const wide: ReadonlySet<string> = new Set("mul smul concat repeat zext sext slice index".split(" "));

/** Everything else that there is. */
export const kinds: readonly string[] = [
  "drive whole,drive bits,drive element,next whole,next bits,next element,store word,store lanes",
  "if,switch full,switch with fallback,depth 0,depth 1,depth 2,depth 3",
  "register,synchroniser,signed signal,reset sync,reset async,reset none,state machine",
  "memory registers,memory distributed,memory block,memory auto,memory with contents,memory without contents,synchronous read",
  "no clock,one clock,two clocks,instance,instance with two clocks,second instance of a module,grandchild",
  "decimal literal,hexadecimal literal,binary literal,member of an enumeration,name wished for",
].flatMap((w) => w.split(","));

export interface CoverageResult {
  /** For each operator, how often it occurs at widths of each range of `ranges`. */
  readonly ranges: readonly string[];
  readonly operators: Readonly<Record<string, readonly number[]>>;
  readonly kinds: Readonly<Record<string, number>>;
  /** What never occurred. */
  readonly missing: readonly string[];
}

const radixes = { dec: "decimal literal", hex: "hexadecimal literal", bin: "binary literal" } as const;

/** The width that matters: of what is compared, reduced or selected from, and of the result otherwise. */
const widthOf = (e: Expr): number => {
  if (e.kind === "unary" || e.kind === "slice") return e.a.width;
  if (e.kind === "binary") return e.width < e.a.width ? e.a.width : e.width;
  return e.kind === "index" ? e.of.width : e.width;
};

export class Coverage {
  readonly #operators = new Map(operators.map((o) => [o, upTo.map(() => 0)]));
  readonly #kinds = new Map(kinds.map((k) => [k, 0]));

  /** Counts a design: its module and everything below, each once. */
  add(top: Module): void {
    for (const m of hierarchy(top)) {
      eachNode(rootsOf(m), (e) => this.#expr(e));
      this.#stmts(m.body, 0);
      this.#declarations(m);
    }
    if (top.instances.some((i) => i.of.kind === "module" && i.of.instances.length > 0)) this.#count("grandchild");
  }
  #count(kind: string): void {
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
  }
  #expr(e: Expr): void {
    const counts = this.#operators.get("op" in e ? e.op : e.kind);
    const range = upTo.findIndex((n) => widthOf(e) <= n);
    if (counts !== undefined && range >= 0) counts[range] = (counts[range] ?? 0) + 1;
    if (e.hint !== undefined) this.#count("name wished for");
    if (e.kind === "literal") this.#count(e.enumeration === undefined ? radixes[e.radix ?? "dec"] : "member of an enumeration");
  }
  #stmts(body: readonly Stmt[], depth: number): void {
    for (const s of body) {
      this.#count(`depth ${Math.min(depth, 3)}`);
      if (s.kind === "assign") {
        this.#count(`${s.target.signal.kind === "register" ? "next" : "drive"} ${s.target.kind}`);
        if (s.value.kind === "cell" && s.target.signal.kind === "register") this.#count("synchronous read");
      } else if (s.kind === "store") this.#count(s.mask === null ? "store word" : "store lanes");
      else if (s.kind === "if") {
        this.#count("if");
        for (const b of [s.then, s.else]) this.#stmts(b, depth + 1);
      } else {
        this.#count(s.fallback === null ? "switch full" : "switch with fallback");
        for (const b of [...s.cases.map((c) => c.body), s.fallback ?? []]) this.#stmts(b, depth + 1);
      }
    }
  }
  #declarations(m: Module): void {
    for (const s of m.signals) {
      if (s.signed) this.#count("signed signal");
      if (s.kind !== "register") continue;
      this.#count(s.synchroniser ? "synchroniser" : "register");
      this.#count(`reset ${s.reset?.kind ?? "none"}`);
    }
    for (const x of m.memories) {
      this.#count(`memory ${x.style}`);
      this.#count(x.init === null ? "memory without contents" : "memory with contents");
    }
    for (const _ of m.fsms) this.#count("state machine");
    this.#count(["no clock", "one clock", "two clocks"][m.domains.length] ?? "more clocks");
    const seen = new Set<object>();
    for (const i of m.instances) {
      this.#count("instance");
      if (i.clocks.length === 2) this.#count("instance with two clocks");
      if (seen.has(i.of)) this.#count("second instance of a module");
      seen.add(i.of);
    }
  }

  result(): CoverageResult {
    const gaps = [...this.#operators].flatMap(([o, counts]) =>
      counts.flatMap((n, i) => (n > 0 || (i === 0 && wide.has(o)) ? [] : [`${o} at ${widthRanges[i]} bits`])),
    );
    return {
      ranges: widthRanges,
      operators: Object.fromEntries(this.#operators),
      kinds: Object.fromEntries(this.#kinds),
      missing: [...gaps, ...[...this.#kinds].filter(([, n]) => n === 0).map(([k]) => k)],
    };
  }
}
