/**
 * Which bits of which signals the text reads. Linters ask about the others; bits that nobody needs are gathered in one
 * wire that says so.
 */
import { mask } from "../core/expr.ts";
import { type Expr, type Memory, operands, type Signal } from "../core/ir.ts";

export class Usage {
  readonly #bits = new Map<Signal, bigint>();
  readonly #memories = new Set<Memory>();
  readonly #seen = new Set<Expr>();

  /** Counts a lowered expression as read. */
  readonly read = (e: Expr): void => {
    if (this.#seen.has(e)) return;
    this.#seen.add(e);
    if (e.kind === "ref") this.bits(e.signal, e.width - 1, 0);
    else if (e.kind === "slice" && e.a.kind === "ref") this.bits(e.a.signal, e.hi, e.lo);
    else {
      if (e.kind === "cell") this.#memories.add(e.memory);
      operands(e).forEach(this.read);
    }
  };

  bits(s: Signal, hi: number, lo: number): void {
    this.#bits.set(s, (this.#bits.get(s) ?? 0n) | (mask(hi - lo + 1) << BigInt(lo)));
  }

  isRead(s: Signal): boolean {
    return (this.#bits.get(s) ?? 0n) !== 0n;
  }

  readsMemory(m: Memory): boolean {
    return this.#memories.has(m);
  }

  /** Ranges of bits of `s` that nothing reads, the highest first. */
  idle(s: Signal): readonly { readonly hi: number; readonly lo: number }[] {
    const used = this.#bits.get(s) ?? 0n;
    if (used === mask(s.width)) return [];
    const ranges: { hi: number; lo: number }[] = [];
    const digits = used.toString(2).padStart(s.width, "0");
    for (const run of digits.matchAll(/0+/g)) ranges.push({ hi: s.width - 1 - run.index, lo: s.width - run.index - run[0].length });
    return ranges;
  }
}
