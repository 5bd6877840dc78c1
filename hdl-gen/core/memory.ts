/** Memories: words of a type, with asynchronous and synchronous read ports and write ports with lanes. */

import { binary, type Constant, clog2, literal, ref, sized } from "./expr.ts";
import type { Expr, Memory, Source, Stmt } from "./ir.ts";
import { valuePlace } from "./place.ts";
import type { Recorder } from "./recorder.ts";
import { fail, here } from "./source.ts";
import type { Leaf, Type } from "./types.ts";
import { Bits, type Condition } from "./values.ts";

export interface MemoryOptions {
  /** What it becomes: flip-flops, LUT RAM, block RAM (synchronous reads only), or as the tool likes. */
  readonly style?: Memory["style"];
  /**
   * A synchronous read of a word that is written at the same edge gives the `old` word, the `new` one, or `never`
   * happens (asserted). Default `old`.
   */
  readonly collision?: "old" | "new" | "never";
  /** Contents from word 0 on; the rest is zero. */
  readonly init?: readonly Constant[];
}

/** A memory; see `h.memory`. */
export class MemoryHandle<S, I> {
  readonly #h: Recorder;
  readonly #of: Type<S, I>;
  readonly #memory: Memory;
  readonly #collision: "old" | "new" | "never";
  readonly #writes: { readonly address: Expr; readonly enable: Expr }[] = [];
  constructor(h: Recorder, name: string, of: Type<S, I>, depth: number, options: MemoryOptions, at: Source, doc: string) {
    if (!Number.isInteger(depth) || depth < 1)
      fail("argument", `memory ${name} of ${depth} words: a whole number of at least 1 is needed`, at);
    if (options.init !== undefined && options.init.length > depth)
      fail("argument", `memory ${name}: ${options.init.length} initial words for ${depth}`, at);
    this.#h = h;
    this.#of = of;
    this.#collision = options.collision ?? "old";
    this.#memory = {
      name,
      width: of.width,
      depth,
      style: options.style ?? "auto",
      init: options.init?.map((c) => literal(c, of.width).value) ?? null,
      ghost: h.ghostRegion,
      at,
      doc,
    };
    h.memories.push(this.#memory);
  }
  get depth(): number {
    return this.#memory.depth;
  }
  #address(address: Bits<any>, what: string): Expr {
    const wanted = Math.max(1, clog2(this.#memory.depth));
    if (address.width !== wanted)
      fail(
        "width",
        `${what} address of ${this.#memory.name}: ${sized(address.expr)}, and ${this.#memory.depth} words have addresses of ${wanted} bit${wanted === 1 ? "" : "s"}`,
      );
    return address.expr;
  }
  /** The word at `address` now. Not for block RAM, which answers a cycle later: see `readSync`. */
  read(address: Bits<any>): S {
    if (this.#memory.style === "block") fail("memory", `${this.#memory.name} is a block RAM: it has no asynchronous read; use readSync`);
    const cell: Expr = { kind: "cell", memory: this.#memory, address: this.#address(address, "read"), width: this.#memory.width };
    if (this.#of.leaves.length === 1) return this.#of.fromBits(new Bits(valuePlace(cell)));
    return this.#of.fromBits(this.#implicit(`${this.#memory.name}_word`, cell));
  }
  /**
   * The word at `address` as of the last edge at which `enable` was 1, in registers called `name`. Latency: 1 cycle.
   * With collision "new" the data follows later writes to the word it holds.
   */
  readSync<M extends number>(name: string, address: Bits<any>, enable?: Condition<M>): S {
    const at = here();
    const h = this.#h;
    const domain = h.useClock(h.currentDomain);
    h.nextGroup();
    const from = this.#address(address, "read");
    const register = (key: string, width: number): ReturnType<Recorder["signal"]> =>
      h.signal(key, { path: [], width, signed: false, enumeration: null } satisfies Leaf, "register", at, { domain, origin: "user" });
    const run = (s: Stmt): void => {
      h.push(enable === undefined ? s : { kind: "if", cond: enable.expr, then: [s], else: [], at });
    };
    if (this.#collision === "new") {
      const held = register(`${name}_address`, from.width);
      run({ kind: "assign", target: { kind: "whole", signal: held }, value: from, at });
      return this.#of.fromBits(this.#implicit(name, { kind: "cell", memory: this.#memory, address: ref(held), width: this.#memory.width }));
    }
    const data = register(name, this.#memory.width);
    run({
      kind: "assign",
      target: { kind: "whole", signal: data },
      value: { kind: "cell", memory: this.#memory, address: from, width: this.#memory.width },
      at,
    });
    if (this.#collision === "never") {
      const path = h.pathCondition();
      const conditions = [enable?.expr ?? literal(1, 1), ...(path === null ? [] : [path])];
      h.atEnd.push(() => {
        for (const w of this.#writes) {
          const clash = [...conditions, w.enable, binary("eq", from, w.address)].reduce((a, b) => binary("and", a, b));
          h.properties.push({
            kind: "assert",
            name: `${this.#memory.name}: ${name} never reads a word while it is written`,
            cond: { kind: "unary", op: "not", a: clash, width: 1 },
            domain: h.useReset(domain),
            at,
          });
        }
      });
    }
    return this.#of.fromBits(new Bits(valuePlace(ref(data))));
  }
  #implicit(name: string, value: Expr): Bits {
    const h = this.#h;
    const at = here();
    const s = h.signal(h.freeName(name), { path: [], width: value.width, signed: false, enumeration: null }, "net", at, {
      origin: "implicit",
      group: h.nextGroup(),
    });
    h.body.push({ kind: "assign", target: { kind: "whole", signal: s }, value, at });
    return new Bits(valuePlace(ref(s)));
  }
  /**
   * Writes at the clock edge, where `when` is 1. With `lanes`, bit i of it writes lane i of the word only (lane 0 lowest;
   * as many lanes as it has bits).
   */
  write<M extends number>(address: Bits<any>, value: S | I, when?: Condition<M>, lanes?: Bits<any>): void {
    const at = here();
    const h = this.#h;
    const domain = h.useClock(h.currentDomain);
    const to = this.#address(address, "write");
    const word = this.#of.toBits(this.#of.of(value)).expr;
    if (lanes !== undefined && word.width % lanes.width !== 0)
      fail("width", `write to ${this.#memory.name}: ${sized(lanes.expr)} do not divide a word of ${word.width} bits into lanes`, at);
    const mask = lanes === undefined || lanes.width === 1 ? null : { enable: lanes.expr, lane: word.width / lanes.width };
    const gate = lanes?.width === 1 ? lanes.expr : null;
    const s: Stmt = { kind: "store", memory: this.#memory, domain, address: to, value: word, mask, at };
    const cond = when === undefined ? gate : gate === null ? when.expr : binary("and", when.expr, gate);
    const path = h.pathCondition();
    const enables = [...(path === null ? [] : [path]), ...(cond === null ? [] : [cond])];
    this.#writes.push({ address: to, enable: enables.length === 0 ? literal(1, 1) : enables.reduce((a, b) => binary("and", a, b)) });
    h.push(cond === null ? s : { kind: "if", cond, then: [s], else: [], at });
  }
  /** All words in one value where the memory is small: for models in properties. */
  all(): readonly S[] {
    const width = Math.max(1, clog2(this.#memory.depth));
    return Array.from({ length: this.#memory.depth }, (_, i) => this.read(new Bits(valuePlace(literal(i, width)))));
  }
}
