/** Everyone who waits for the next edge of a clock. */
import type { Wait } from "./wait.ts";

/** A promise that everyone who waits for the same edge shares: it saves a promise per task and cycle. */
export class SharedEdge {
  /** "RisingEdge(clk)" */
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
  promise: Promise<void> | null = null;
  resolve!: () => void;
  reject!: (error: unknown) => void;
  readonly #take = (resolve: () => void, reject: (error: unknown) => void): void => {
    this.resolve = resolve;
    this.reject = reject;
  };
  /** Those who can be cancelled on their own. */
  own: Wait<void>[] = [];

  get(): Promise<void> {
    this.promise ??= new Promise<void>(this.#take);
    return this.promise;
  }
  get awaited(): boolean {
    return this.promise !== null || this.own.length > 0;
  }
  fire(): void {
    if (this.promise !== null) {
      this.promise = null;
      this.resolve();
    }
    if (this.own.length === 0) return;
    const own = this.own;
    this.own = [];
    for (const wait of own) wait.finish();
  }
  fail(error: unknown): void {
    if (this.promise === null) return;
    this.promise.catch(() => undefined);
    this.promise = null;
    this.reject(error);
  }
}
