/**
 * One function of the generated program. Engines optimise functions of moderate size only, so a design becomes many;
 * within one, values live in local variables, between them in the arrays `N` (numbers) and `W` (BigInts).
 */
import type { Expr, Memory, Signal } from "../core/ir.ts";
import { JavaScript } from "./javascript.ts";
import { isNarrow } from "./runtime.ts";

/** Where each value lives between functions. */
export class Layout {
  narrow = 0;
  wide = 0;
  readonly memories: readonly Memory[];
  readonly #slots = new Map<Signal | Expr, string>();
  readonly #indices = new Map<Signal | Expr, number>();
  readonly #ids = new Map<Signal | Expr, number>();
  constructor(memories: readonly Memory[]) {
    this.memories = memories;
  }
  /** The place of a signal or shared value, given at first use. */
  slot(o: Signal | Expr): string {
    let slot = this.#slots.get(o);
    if (slot === undefined) {
      const index = isNarrow(o.width) ? this.narrow++ : this.wide++;
      slot = `${isNarrow(o.width) ? "N" : "W"}[${index}]`;
      this.#slots.set(o, slot);
      this.#indices.set(o, index);
    }
    return slot;
  }
  /** Index of the place in `N` or `W`. */
  index(o: Signal | Expr): number {
    this.slot(o);
    return this.#indices.get(o) as number;
  }
  /** A number to name local variables with. */
  id(o: Signal | Expr): number {
    let id = this.#ids.get(o);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(o, id);
    }
    return id;
  }
}

/** Shared values of the whole program, and the function that computes each. */
export interface Sharing {
  readonly isShared: (e: Expr) => boolean;
  readonly definedIn: Map<Expr, Chunk>;
}

export class Chunk {
  readonly name: string;
  readonly js: JavaScript;
  readonly #layout: Layout;
  readonly #sharing: Sharing;
  readonly #loads = new Map<string, string>();
  readonly #own = new Set<Signal | Expr>();
  readonly #exports = new Set<Expr>();
  readonly #lines: string[] = [];
  /** Characters of code so far. */
  size = 0;

  constructor(name: string, layout: Layout, sharing: Sharing) {
    this.name = name;
    this.#layout = layout;
    this.#sharing = sharing;
    this.js = new JavaScript({
      signal: (s) => this.#local("s", s),
      memory: (m) => `M${layout.memories.indexOf(m)}`,
      shared: (e) => (sharing.isShared(e) ? this.#sharedLocal(e) : null),
    });
  }
  #local(prefix: string, o: Signal | Expr): string {
    const name = `${prefix}${this.#layout.id(o)}`;
    if (!this.#own.has(o)) this.#loads.set(name, this.#layout.slot(o));
    return name;
  }
  #sharedLocal(e: Expr): string {
    const home = this.#sharing.definedIn.get(e);
    if (home !== undefined && home !== this) home.#exports.add(e);
    return this.#local("t", e);
  }
  line(text: string): void {
    this.#lines.push(text);
    this.size += text.length;
  }
  /** Computes a shared value here. */
  define(e: Expr): void {
    const value = this.js.spelt(e);
    this.#own.add(e);
    this.#sharing.definedIn.set(e, this);
    this.line(`const t${this.#layout.id(e)} = ${value};`);
  }
  /** Declares the variable in which a signal is computed here; `store` when that is done. */
  declare(s: Signal, value: string, fixed: boolean): string {
    this.#own.add(s);
    const name = `s${this.#layout.id(s)}`;
    this.line(`${fixed ? "const" : "let"} ${name} = ${value};`);
    return name;
  }
  store(s: Signal): void {
    this.line(`${this.#layout.slot(s)} = s${this.#layout.id(s)};`);
  }
  /** The function's text; asked for when the whole program is made, for only then is it known what others need. */
  render(): string {
    const loads = [...this.#loads].map(([name, slot]) => `const ${name} = ${slot};`);
    const stores = [...this.#exports].map((e) => `${this.#layout.slot(e)} = t${this.#layout.id(e)};`);
    return `function ${this.name}() {\n${[...loads, ...this.#lines, ...stores].join("\n")}\n}`;
  }
}
