/**
 * Values that software changes while hardware goes on. A register access takes effect at some cycle between its being asked
 * for and its answer; which one is the hardware's to choose. So the model keeps both, and says which values could have held.
 */

/** An effect that happens once, in one of these cycles, both included; `to` is infinite until the access is answered. */
export interface Span {
  readonly from: number;
  to: number;
}

export const never = Number.POSITIVE_INFINITY;
export const always = Number.NEGATIVE_INFINITY;

/** Changes that can be under way at once, and so be noted in another order than theirs. */
const overlapping = 16;

/** A value with its changes. */
export class Timed<T> {
  readonly #changes: { readonly value: T; readonly span: Span }[];

  constructor(value: T) {
    this.#changes = [{ value, span: { from: always, to: always } }];
  }
  /** The value that was set last. */
  get latest(): T {
    return (this.#changes.at(-1) as { readonly value: T }).value;
  }
  /** When the last change was asked for. */
  get since(): number {
    return (this.#changes.at(-1) as { readonly span: Span }).span.from;
  }
  /** A change is asked for in a cycle. The caller ends the span when it is answered. */
  change(value: T, from: number): Span {
    const span = { from, to: never };
    this.#changes.push({ value, span });
    return span;
  }
  /** A change of which the cycle is known. */
  set(value: T, at: number): void {
    this.change(value, at).to = at;
  }
  /**
   * All values that can have held in one of the cycles, newest first. Of two changes that overlap either can be the later one.
   */
  possible(first: number, last: number): T[] {
    const values: T[] = [];
    // What was over before this cycle was followed by a change that was over before the first one.
    let since = always;
    for (let i = this.#changes.length - 1; i >= 0; i--) {
      const { value, span } = this.#changes[i] as { readonly value: T; readonly span: Span };
      // An access that was answered when another one began came before it.
      const isOld = span.to <= since && span.from < since;
      if (span.from <= last && !isOld) values.push(value);
      if (span.to < first && span.from > since) since = span.from;
      // Changes are noted nearly in their order.
      if (isOld && this.#changes.length - i > overlapping) break;
    }
    return values;
  }
}
