/** Disjoint sets with the order of their members kept. */
export class Groups<T> {
  readonly #parent = new Map<T, T>();
  find(x: T): T {
    let root = x;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; up = this.#parent.get(root)) root = up;
    this.#parent.set(x, root);
    return root;
  }
  join(a: T, b: T): void {
    const [ra, rb] = [this.find(a), this.find(b)];
    if (ra !== rb) this.#parent.set(rb, ra);
  }
  sets(of: Iterable<T>): T[][] {
    const sets = new Map<T, T[]>();
    for (const x of of) {
      const root = this.find(x);
      const set = sets.get(root);
      if (set === undefined) sets.set(root, [x]);
      else set.push(x);
    }
    return [...sets.values()];
  }
}
