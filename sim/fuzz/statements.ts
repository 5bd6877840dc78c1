/**
 * Random statements: trees of `if` and `switch` that assign nets and registers in whole, in bits and by element, state
 * machines, nets in parts, synchronisers. What the language's checks refuse is not made: nets have a value whatever the
 * conditions are, and no assignment is always hidden by a later one.
 */
import type { EnumInfo, Expr, Literal, Signal, Stmt, SwitchCase } from "#hdl/core/ir.ts";
import { inRange, lit, maxWidth, op, type Pool, randomWidth, refTo, slice } from "./expressions.ts";
import { type ModuleMaker, place, type Region } from "./modules.ts";

/** Bits that assignments of a block may write so far, per signal. */
type Written = Map<Signal, bigint[]>;
const span = (hi: number, lo: number): bigint => ((1n << BigInt(hi - lo + 1)) - 1n) << BigInt(lo);

/** What a tree may assign, and what may be read where. */
interface Tree {
  readonly region: Region;
  readonly targets: readonly Signal[];
  /** What values of this target may read: nets of the same tree only those declared before it. */
  readonly poolFor: (target: Signal) => Pool;
}

export class Blocks {
  readonly #maker: ModuleMaker;
  readonly #written: Written = new Map();
  readonly #free = new Map<Region, Signal[]>();
  constructor(maker: ModuleMaker) {
    this.#maker = maker;
    for (const region of maker.regions)
      this.#free.set(
        region,
        maker.signals.filter((s) => s.kind === "register" && s.domain === region.domain && s.name.startsWith("r")),
      );
  }
  get #random() {
    return this.#maker.random;
  }

  /** One more block of statements, for signals of this region. */
  add(region: Region): void {
    const random = this.#random;
    const other = this.#maker.regions.find((r) => r !== region);
    if (other !== undefined && random.oneIn(5)) this.#synchroniser(region, other);
    else this.#block(random.below(9), region);
  }
  #block(kind: number, region: Region): void {
    if (kind < 2) this.#nets(region);
    else if (kind === 2) this.#parts(region);
    else if (kind === 3) this.#array(region);
    else if (kind === 4) this.#complete(region);
    else if (kind === 5 && !this.#maker.stateless) this.#machine(region);
    else this.#tree(region);
  }
  /** Every register that nothing assigns yet gets a next value. */
  finish(): void {
    for (const [region, registers] of this.#free)
      for (const r of registers)
        if (!this.#written.has(r)) this.#maker.body.push(...this.#assigns(r, [{ hi: r.width - 1, lo: 0 }], region.pool, this.#written));
  }

  // ---- nets -------------------------------------------------------------------------------

  #nets(region: Region): void {
    this.#maker.nextGroup();
    for (let i = this.#random.between(1, 3); i > 0; i--) {
      const net = this.#maker.declare("n", randomWidth(this.#random), "net");
      this.#whole(net, this.#maker.expr(net.width, region));
      region.pool.signals.push(net);
    }
  }
  #whole(signal: Signal, value: Expr, into: Stmt[] = this.#maker.body): void {
    into.push({ kind: "assign", target: { kind: "whole", signal }, value, at: place() });
  }
  /** A net in pieces, which may read the pieces below them: no loop, bit by bit. */
  #parts(region: Region): void {
    const random = this.#random;
    this.#maker.nextGroup();
    const net = this.#maker.declare("n", random.between(2, maxWidth), "net");
    const cuts = [...new Set([0, ...Array.from({ length: random.between(1, 4) }, () => random.below(net.width))])].sort((a, b) => a - b);
    const ripple = random.oneIn(3);
    const stmts = cuts.map((lo, i): Stmt => {
      const hi = (cuts[i + 1] ?? net.width) - 1;
      const below = cuts[i - 1];
      const own = this.#maker.expr(hi - lo + 1, region);
      const value =
        ripple && below !== undefined ? op("xor", own, this.#maker.expressions.fit(slice(refTo(net), lo - 1, below), own.width)) : own;
      return { kind: "assign", target: { kind: "bits", signal: net, hi, lo }, value, at: place() };
    });
    if (random.oneIn(2)) stmts.reverse();
    this.#maker.body.push(...stmts);
    region.pool.signals.push(net);
  }
  /** A net that is a list of elements, some of them replaced at run time. */
  #array(region: Region): void {
    const random = this.#random;
    this.#maker.nextGroup();
    const width = random.between(1, 24);
    const count = random.between(2, 8);
    const net = this.#maker.declare("n", width * count, "net");
    this.#whole(net, this.#maker.expr(net.width, region));
    for (let i = random.between(1, 2); i > 0; i--) this.#maker.body.push(this.#element(net, width, region.pool));
    region.pool.signals.push(net);
  }
  /** Writes the element of `width` bits that an index chooses. */
  #element(signal: Signal, width: number, pool: Pool): Stmt {
    const { expressions } = this.#maker;
    const count = signal.width / width;
    const index = expressions.index(count, pool, 2);
    const write: Stmt = {
      kind: "assign",
      target: { kind: "element", signal, index, width },
      value: expressions.make(width, pool, 2),
      at: place(),
    };
    const guard = inRange(index, count);
    return guard === null ? write : { kind: "if", cond: guard, then: [write], else: [], at: place() };
  }
  /** Nets without a default: each branch gives them a value. */
  #complete(region: Region): void {
    const random = this.#random;
    this.#maker.nextGroup();
    const nets = Array.from({ length: random.between(1, 3) }, () => this.#maker.declare("n", randomWidth(random), "net"));
    const branch = (depth: number): Stmt[] => {
      const stmts: Stmt[] = [];
      const rest = nets.filter((net) => {
        if (depth > 0 && random.oneIn(2)) return true;
        this.#whole(net, this.#maker.expr(net.width, region, 3), stmts);
        return false;
      });
      if (rest.length > 0) stmts.push(this.#branching(region, () => branchOf(rest)));
      return stmts;
    };
    const branchOf = (rest: readonly Signal[]): Stmt[] => {
      const stmts: Stmt[] = [];
      for (const net of rest) this.#whole(net, this.#maker.expr(net.width, region, 2), stmts);
      return stmts;
    };
    this.#maker.body.push(this.#branching(region, () => branch(random.below(2))));
    region.pool.signals.push(...nets);
  }
  #synchroniser(region: Region, from: Region): void {
    const source = from.pool.signals.find((s) => s.kind === "register" && (this.#random.oneIn(2) || s.width === 1));
    if (source === undefined) {
      this.#nets(region);
      return;
    }
    this.#maker.nextGroup();
    const [first, second] = [0, 1].map(() =>
      this.#maker.declare("s", source.width, "register", { domain: region.domain, reset: { kind: "sync", value: 0n }, synchroniser: true }),
    ) as [Signal, Signal];
    this.#whole(first, refTo(source));
    this.#whole(second, refTo(first));
    region.pool.signals.push(second);
  }

  // ---- registers --------------------------------------------------------------------------

  #machine(region: Region): void {
    const random = this.#random;
    const maker = this.#maker;
    maker.nextGroup();
    const count = random.between(2, 6);
    const sparse = random.oneIn(3);
    const values = Array.from({ length: count }, (_, i) => BigInt(sparse ? i * 3 + (i % 2) : i));
    const width = Math.max(1, (values.at(-1) as bigint).toString(2).length) + (random.oneIn(4) ? 1 : 0);
    const name = maker.name("state");
    const info: EnumInfo = { name, width, members: values.map((value, i) => ({ name: `S${i}`, value })) };
    const member = (i: number): Literal => ({ ...lit(values[i] as bigint, width), enumeration: info });
    const state = maker.declare("fsm", width, "register", {
      domain: region.domain,
      reset: { kind: random.pick(["sync", "async"] as const), value: values[0] as bigint },
      enumeration: info,
      signed: false,
    });
    const transitions: { from: string; to: string; at: Signal["at"] }[] = [];
    const tree = this.#treeOf(region, []);
    const inner: Written = new Map();
    const cases = values.map((_, i): SwitchCase => {
      const body: Stmt[] = [];
      const go = (to: number): void => {
        transitions.push({ from: `S${i}`, to: `S${to}`, at: place() });
        const s: Stmt = { kind: "assign", target: { kind: "whole", signal: state }, value: member(to), at: place() };
        body.push({ kind: "if", cond: maker.expr(1, region, 2), then: [s], else: [], at: place() });
      };
      go((i + 1) % count);
      if (random.oneIn(2)) go(random.below(count));
      if (tree.targets.length > 0 && random.oneIn(2)) {
        const own: Written = new Map();
        body.push(...this.#stmts(tree, 1, own));
        this.#noteAll(inner, own);
      }
      return { values: [member(i)], body, at: place() };
    });
    maker.body.push({ kind: "switch", subject: refTo(state), cases, fallback: null, at: place() });
    this.#noteAll(this.#written, inner);
    maker.fsms.push({ signal: state, states: info, start: "S0", transitions, at: place() });
    region.pool.signals.push(state);
    region.pool.made.push(op("eq", refTo(state), member(random.below(count)), 1));
  }
  #tree(region: Region): void {
    const random = this.#random;
    const maker = this.#maker;
    maker.nextGroup();
    const nets = Array.from({ length: random.below(3) }, () => maker.declare("n", randomWidth(random), "net"));
    for (const net of nets) {
      this.#whole(net, maker.expr(net.width, region, 2));
      this.#note(this.#written, net, span(net.width - 1, 0));
    }
    maker.body.push(...this.#stmts(this.#treeOf(region, nets), 3, this.#written));
    region.pool.signals.push(...nets);
  }
  /** Some registers and the given nets. Values of a net may read the nets before it, those of registers all of them. */
  #treeOf(region: Region, nets: readonly Signal[]): Tree {
    const random = this.#random;
    const registers = (this.#free.get(region) ?? []).filter(() => !random.oneIn(3));
    const pools = nets.map(
      (_, i): Pool => ({ signals: [...region.pool.signals, ...nets.slice(0, i)], memories: region.pool.memories, made: [] }),
    );
    const all: Pool = { signals: [...region.pool.signals, ...nets], memories: region.pool.memories, made: [] };
    const poolFor = (target: Signal): Pool => (random.oneIn(3) ? (pools[nets.indexOf(target)] ?? all) : region.pool);
    return { region, targets: [...registers, ...nets], poolFor };
  }
  #stmts(tree: Tree, depth: number, written: Written): Stmt[] {
    const random = this.#random;
    if (tree.targets.length === 0) return [];
    const stmts: Stmt[] = [];
    for (let i = random.between(1, 3); i > 0; i--) {
      if (depth > 0 && random.oneIn(2)) {
        const inner: Written[] = [];
        stmts.push(
          this.#branching(tree.region, () => {
            const own: Written = new Map();
            inner.push(own);
            return random.oneIn(6) ? [] : this.#stmts(tree, depth - 1, own);
          }),
        );
        for (const own of inner) this.#noteAll(written, own);
        continue;
      }
      const target = random.pick(tree.targets);
      const pool = tree.poolFor(target);
      const { width } = target;
      const divisors = [1, 2, 3, 4, 8, 16].filter((n) => n < width && width % n === 0);
      if (divisors.length > 0 && random.oneIn(6)) {
        stmts.push(this.#element(target, random.pick(divisors), pool));
        this.#note(written, target, span(width - 1, 0));
      } else if (width > 1 && random.oneIn(4)) {
        const lo = random.below(width);
        stmts.push(...this.#assigns(target, [{ hi: random.between(lo, width - 1), lo }], pool, written));
      } else stmts.push(...this.#assigns(target, [{ hi: width - 1, lo: 0 }], pool, written));
    }
    return stmts;
  }
  #note(written: Written, s: Signal, mask: bigint): void {
    written.set(s, [...(written.get(s) ?? []), mask]);
  }
  #noteAll(written: Written, inner: Written): void {
    for (const [s, masks] of inner) written.set(s, [...(written.get(s) ?? []), ...masks]);
  }
  /** Assigns these bits, unless an assignment before would be hidden or partly hidden. */
  #assigns(signal: Signal, parts: readonly { readonly hi: number; readonly lo: number }[], pool: Pool, written: Written): Stmt[] {
    return parts.flatMap(({ hi, lo }) => {
      const mask = span(hi, lo);
      if ((written.get(signal) ?? []).some((e) => (e & mask) !== 0n && !((e & mask) === mask && e !== mask))) return [];
      this.#note(written, signal, mask);
      const value = this.#maker.expressions.make(hi - lo + 1, pool, 3);
      const target =
        lo === 0 && hi === signal.width - 1 ? ({ kind: "whole", signal } as const) : ({ kind: "bits", signal, hi, lo } as const);
      return [{ kind: "assign", target, value, at: place() } satisfies Stmt];
    });
  }
  /** An `if` or a `switch` over something, with these bodies. */
  #branching(region: Region, body: () => Stmt[]): Stmt {
    const random = this.#random;
    if (!random.oneIn(3)) return { kind: "if", cond: this.#maker.expr(1, region, 3), then: body(), else: body(), at: place() };
    const wide = random.oneIn(4);
    const width = wide ? random.between(4, 70) : random.between(1, 3);
    const subject = this.#maker.expr(width, region, 3);
    const all = wide
      ? [...new Set(Array.from({ length: 3 }, () => this.#maker.expressions.literal(width).value))]
      : Array.from({ length: 2 ** width }, (_, i) => BigInt(i));
    const covered = wide || random.oneIn(2) ? all.filter((_, i) => i === 0 || !random.oneIn(3)) : all;
    const cases: SwitchCase[] = [];
    for (let i = 0; i < covered.length; ) {
      const n = Math.min(random.between(1, 3), covered.length - i);
      cases.push({ values: covered.slice(i, i + n).map((v) => lit(v, width)), body: body(), at: place() });
      i += n;
    }
    const full = !wide && covered.length === all.length;
    return { kind: "switch", subject, cases, fallback: full && random.oneIn(2) ? null : body(), at: place() };
  }
}
