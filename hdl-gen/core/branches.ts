/** Statements that branch: `when` with its `elseWhen` and `otherwise`, and `switch` with its cases. */

import { binary, type Constant, literal, named, sized, unary } from "./expr.ts";
import type { Expr, Source, Stmt, SwitchCase } from "./ir.ts";
import type { Recorder } from "./recorder.ts";
import { fail, here } from "./source.ts";
import type { EnumType } from "./types.ts";
import { Bits, type Condition, EnumValue, enumLiteral } from "./values.ts";

/** The expression of a condition, or an error where it has not exactly one bit. */
export const oneBit = (c: unknown, what: string, at: Source): Expr => {
  if (typeof c === "boolean") return literal(c, 1);
  if (!(c instanceof Bits)) return fail("type", `${what}: a condition of one bit is needed`, at);
  return c.width === 1
    ? c.expr
    : fail("width", `${what}: a condition has one bit, ${sized(c.expr)} is wider; say .any(), .all() or .eq(...)`, at);
};

/** The rest of a `when`. */
export class When {
  readonly #h: Recorder;
  readonly #condition: Expr;
  readonly #otherwise: Stmt[] = [];
  #closed = false;
  constructor(h: Recorder, condition: Expr, then: () => void, at: Source, into: Stmt[] | null, before: () => Expr | null = () => null) {
    this.#h = h;
    this.#condition = condition;
    const body: Stmt[] = [];
    const s: Stmt = { kind: "if", cond: condition, then: body, else: this.#otherwise, at };
    if (into === null) h.push(s);
    else into.push(s);
    this.#before = before;
    h.nested(
      body,
      () => {
        const b = before();
        return b === null ? condition : binary("and", b, condition);
      },
      then,
    );
  }
  readonly #before: () => Expr | null;
  #not(): Expr {
    const b = this.#before(),
      n = unary("not", this.#condition);
    return b === null ? n : binary("and", b, n);
  }
  #once(): void {
    if (this.#closed) fail("statement", "this when already has its otherwise");
    this.#closed = true;
  }
  /** Where no condition before held and this one does. */
  elseWhen<M extends number>(condition: Condition<M>, then: () => void): When {
    this.#once();
    const at = here();
    return new When(this.#h, oneBit(condition, "elseWhen", at), then, at, this.#otherwise, () => this.#not());
  }
  /** Where no condition before held. */
  otherwise(body: () => void): void {
    this.#once();
    this.#h.nested(this.#otherwise, () => this.#not(), body);
  }
}

/** A `switch` under way. */
export class Switch<V> {
  readonly #h: Recorder;
  readonly #subject: Expr;
  readonly #enumeration: EnumType<string>["info"] | null;
  readonly #cases: SwitchCase[] = [];
  readonly #seen = new Map<bigint, Source>();
  readonly #statement: { kind: "switch"; subject: Expr; cases: SwitchCase[]; fallback: Stmt[] | null; at: Source };
  constructor(h: Recorder, subject: EnumValue | Bits<any>, at: Source) {
    this.#h = h;
    this.#subject = subject.expr;
    this.#enumeration = subject instanceof EnumValue ? subject.enumeration : null;
    this.#statement = { kind: "switch", subject: subject.expr, cases: this.#cases, fallback: null, at };
    h.push(this.#statement);
    h.atEnd.push(() => {
      this.#checkFull();
    });
  }
  #any(cases: readonly SwitchCase[]): Expr | null {
    return cases
      .flatMap((c) => c.values)
      .map((v) => binary("eq", this.#subject, v))
      .reduce<Expr | null>((a, b) => (a === null ? b : binary("or", a, b)), null);
  }
  /** Statements for one value or a list of them. */
  case(value: V | readonly V[], body: () => void): this {
    const at = here();
    const list = Array.isArray(value) ? (value as readonly V[]) : [value as V];
    const values = list.map(
      (v) =>
        (this.#enumeration === null
          ? literal(v as Constant, this.#subject.width, false, at)
          : enumLiteral(this.#enumeration, v as string, "case")) as SwitchCase["values"][number],
    );
    for (const v of values) {
      const other = this.#seen.get(v.value);
      if (other !== undefined)
        fail("switch", `case ${this.#show(v.value)} of the switch on ${named(this.#subject)} is there twice`, at, [
          { message: "first here", at: other },
        ]);
      this.#seen.set(v.value, at);
    }
    const stmts: Stmt[] = [];
    const made: SwitchCase = { values, body: stmts, at };
    this.#cases.push(made);
    this.#h.nested(stmts, () => this.#any([made]), body);
    return this;
  }
  /** Statements for every other value. */
  otherwise(body: () => void): void {
    if (this.#statement.fallback !== null) fail("statement", "this switch already has its otherwise");
    const stmts: Stmt[] = [];
    this.#statement.fallback = stmts;
    this.#h.nested(
      stmts,
      () => {
        const any = this.#any(this.#cases);
        return any === null ? null : unary("not", any);
      },
      body,
    );
  }
  #show(v: bigint): string {
    return this.#enumeration?.members.find((m) => m.value === v)?.name ?? `${v}`;
  }
  #checkFull(): void {
    if (this.#statement.fallback !== null) return;
    const all =
      this.#enumeration?.members.map((m) => m.value) ??
      (this.#subject.width <= 10 ? Array.from({ length: 2 ** this.#subject.width }, (_, i) => BigInt(i)) : null);
    const missing = all?.filter((v) => !this.#seen.has(v));
    if (missing === undefined || missing.length > 0) {
      const some = missing
        ?.slice(0, 4)
        .map((v) => this.#show(v))
        .join(", ");
      fail(
        "switch",
        `the switch on ${named(this.#subject)} does not cover ${some === undefined ? `all 2^${this.#subject.width} values` : `${some}${(missing as bigint[]).length > 4 ? ` and ${(missing as bigint[]).length - 4} more` : ""}`}; add the cases or .otherwise(() => {})`,
        this.#statement.at,
      );
    }
  }
}
