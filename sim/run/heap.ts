/** Things in order of time: a binary heap. Equal times come out in the order in which they went in. */

interface Entry<T> {
  readonly time: number;
  readonly order: number;
  readonly item: T;
}

export class TimeHeap<T> {
  readonly #entries: Entry<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#entries.length;
  }
  /** Time of the first; Infinity when there is none. */
  get next(): number {
    return this.#entries[0]?.time ?? Number.POSITIVE_INFINITY;
  }
  push(time: number, item: T): void {
    const entries = this.#entries;
    const entry = { time, order: this.#order++, item };
    let at = entries.length;
    entries.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent] as Entry<T>;
      if (!before(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }
  pop(): T | undefined {
    const entries = this.#entries;
    const first = entries[0];
    const last = entries.pop();
    if (first === undefined || last === undefined) return undefined;
    if (entries.length > 0) this.#sink(last);
    return first.item;
  }
  #sink(entry: Entry<T>): void {
    const entries = this.#entries;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && before(right, entries[child] as Entry<T>)) child += 1;
      if (!before(entries[child] as Entry<T>, entry)) break;
      entries[at] = entries[child] as Entry<T>;
      at = child;
    }
    entries[at] = entry;
  }
  /** Takes one out that is not wanted any more. */
  remove(item: T): void {
    const at = this.#entries.findIndex((entry) => entry.item === item);
    if (at < 0) return;
    const rest = this.#entries.splice(0).filter((_, i) => i !== at);
    for (const entry of rest.sort((a, b) => (before(a, b) ? -1 : 1))) this.#entries.push(entry);
  }
}

const before = <T>(a: Entry<T>, b: Entry<T>): boolean => a.time < b.time || (a.time === b.time && a.order < b.order);
