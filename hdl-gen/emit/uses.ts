/**
 * Which values get a wire of their own because they are used more than once. A value with a `hint` is named on its
 * second use, as a person would; one without only where printing it again would cost the reader (or, in deep chains of
 * shared values such as an unrolled CRC, the disk) too much.
 */
import { type Expr, operands } from "../core/ir.ts";

/** Operators that a repeated value may add to the text in all before it is named. */
const repeatedOperators = 6;

/** How often each value is used directly, by another value or by a statement. */
export class Uses {
  readonly #count = new Map<Expr, number>();
  readonly #order: Expr[] = [];

  /** Counts the use of `e` by a statement. */
  add(e: Expr): void {
    const before = this.#count.get(e) ?? 0;
    this.#count.set(e, before + 1);
    if (before > 0) return;
    for (const o of operands(e)) this.add(o);
    this.#order.push(e);
  }

  of(e: Expr): number {
    return this.#count.get(e) ?? 0;
  }

  /** The values to name, operands before what uses them; `known` ones have a name already. */
  toName(known: (e: Expr) => boolean): ReadonlySet<Expr> {
    const named = new Set<Expr>();
    const size = new Map<Expr, number>();
    for (const e of this.#order) {
      const trivial = e.kind === "ref" || e.kind === "literal" || (e.kind === "slice" && e.a.kind === "ref");
      let operators = trivial || e.kind === "slice" ? 0 : 1;
      for (const o of operands(e)) operators += size.get(o) ?? 0;
      const uses = this.of(e);
      if (!trivial && !known(e) && uses > 1 && (e.hint !== undefined || (uses - 1) * operators > repeatedOperators)) named.add(e);
      size.set(e, trivial || known(e) || named.has(e) ? 0 : operators);
    }
    return named;
  }
}
