/**
 * Random modules. They are well typed, pass every check of the language, and avoid what it leaves undefined: addresses
 * and indices are in range. Four-state simulators must not see X either, so all state gets a value while `init` is 1:
 * registers without reset are set, memories without contents are written word by word at address `init_at`.
 */
import type { ClockDomain, Expr, Fsm, Instance, Memory, Module, Property, Signal, Source, Stmt } from "#hdl/core/ir.ts";
import type { Random } from "#hdl/simulate/random.ts";
import { combinationalInputs } from "./analysis.ts";
import { bitsFor, Expressions, lit, newPool, op, type Pool, randomValue, randomWidth, refTo } from "./expressions.ts";
import { Blocks } from "./statements.ts";

/** Words of the deepest memory; `init` lasts longer than this. */
export const maxDepth = 16;
const initAtWidth = bitsFor(maxDepth);

export interface GenerateOptions {
  /** Levels of instances below. */
  readonly levels: number;
  /** May it have a second clock? */
  readonly clocks: 1 | 2;
  /** Blocks of statements, about. */
  readonly size: number;
  /** Bits of operators, about. */
  readonly bits: number;
}

let line = 0;
/** Places in an imaginary source, each another. */
export const place = (): Source => ({ file: "fuzz.ts", line: ++line, column: 1 });

export const signalOf = (name: string, width: number, kind: Signal["kind"], more: Partial<Signal> = {}): Signal => ({
  name,
  width,
  kind,
  origin: "user",
  domain: null,
  reset: null,
  enumeration: null,
  signed: false,
  group: 0,
  ghost: false,
  allowUnused: true,
  synchroniser: false,
  at: place(),
  doc: "",
  ...more,
});

/** One clock of a module under construction. */
export interface Region {
  readonly domain: ClockDomain;
  readonly pool: Pool;
  readonly init: Signal;
  readonly initAt: Signal;
}

export class ModuleMaker {
  readonly random: Random;
  readonly expressions: Expressions;
  readonly regions: readonly Region[];
  readonly ports: Signal[] = [];
  readonly signals: Signal[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly body: Stmt[] = [];
  readonly fsms: Fsm[] = [];
  readonly properties: Property[] = [];
  /** Without registers, memories and instances: no clock. */
  readonly stateless: boolean;
  readonly #name: string;
  readonly #options: GenerateOptions;
  #count = 0;
  #group = 0;

  constructor(random: Random, name: string, options: GenerateOptions) {
    this.random = random;
    this.expressions = new Expressions(random, options.bits);
    this.#name = name;
    this.#options = options;
    this.stateless = random.oneIn(12);
    const clocks = options.clocks === 2 && !this.stateless && random.oneIn(2) ? ["", "b"] : [""];
    this.regions = clocks.map((clock) => this.#region(clock));
  }
  #region(name: string): Region {
    const prefix = name === "" ? "" : `${name}_`;
    const domain: ClockDomain = { name, clock: signalOf(`${prefix}clk`, 1, "clock"), reset: signalOf(`${prefix}rst`, 1, "reset") };
    const port = (key: string, width: number): Signal => {
      const s = signalOf(prefix + key, width, "input", { domain });
      this.ports.push(s);
      return s;
    };
    const region: Region = { domain, pool: newPool(), init: port("init", 1), initAt: port("init_at", initAtWidth) };
    for (let i = this.random.between(1, 4); i > 0; i--) region.pool.signals.push(port(`in${this.#count++}`, randomWidth(this.random)));
    if (!this.stateless && this.random.oneIn(8)) region.pool.signals.push(domain.reset);
    return region;
  }
  name(stem: string): string {
    return `${stem}${this.#count++}`;
  }
  nextGroup(): number {
    return ++this.#group;
  }
  /** Declares a signal; registers and nets join the pool when the caller says so. */
  declare(stem: string, width: number, kind: Signal["kind"], more: Partial<Signal> = {}): Signal {
    const s = signalOf(this.name(stem), width, kind, { group: this.#group, signed: this.random.oneIn(5), ...more });
    (kind === "output" || kind === "input" ? this.ports : this.signals).push(s);
    return s;
  }
  expr(width: number, region: Region, fuel = this.random.between(1, 4)): Expr {
    return this.expressions.make(width, region.pool, fuel);
  }

  make(children: readonly Module[]): Module {
    const { random } = this;
    for (const region of this.stateless ? [] : this.regions) {
      for (let i = random.below(3); i > 0; i--) this.#memory(region);
      for (let i = random.between(1, 3); i > 0; i--) this.#registers(region);
    }
    const blocks = new Blocks(this);
    for (let i = random.between(2, this.#options.size); i > 0; i--) {
      const child = children.length > 0 && !this.stateless && random.oneIn(3) ? random.pick(children) : null;
      if (child === null) blocks.add(random.pick(this.regions));
      else this.#instance(child);
    }
    blocks.finish();
    this.#lateInputs();
    this.#initialise();
    this.#outputs();
    return this.#finish();
  }

  #registers(region: Region): void {
    const { random } = this;
    this.nextGroup();
    const shared = random.pick(["sync", "async", "none", null] as const);
    for (let i = random.between(1, 3); i > 0; i--) {
      const width = randomWidth(random);
      const kind = shared ?? random.pick(["sync", "async", "none"] as const);
      const reset = kind === "none" ? null : { kind, value: randomValue(random, width) };
      region.pool.signals.push(this.declare("r", width, "register", { domain: region.domain, reset }));
    }
  }
  #memory(region: Region): void {
    const { random } = this;
    const style = random.pick(["registers", "distributed", "block", "auto"] as const);
    const depth = style === "block" ? random.pick([2, 4, 8, 16]) : random.between(1, maxDepth);
    const width = random.oneIn(2) ? random.pick([8, 12, 16, 32, 36, 64, 72, 128]) : randomWidth(random);
    const init = random.oneIn(2) ? Array.from({ length: random.below(depth + 1) }, () => randomValue(random, width)) : null;
    const memory: Memory = { name: this.name("mem"), width, depth, style, init, ghost: false, at: place(), doc: "" };
    this.memories.push(memory);
    if (style !== "block") region.pool.memories.push(memory);
    this.#writes(memory, region);
    if (random.oneIn(2) || style === "block") this.#syncRead(memory, region);
  }
  #writes(memory: Memory, region: Region): void {
    const { random } = this;
    const { domain } = region;
    const lanes = [2, 3, 4, 8, 9, 16].filter((n) => n <= memory.width && memory.width % n === 0);
    const store = (): Stmt => {
      const count = lanes.length > 0 && random.oneIn(2) ? random.pick(lanes) : 0;
      return {
        kind: "store",
        memory,
        domain,
        address: this.expressions.address(memory, region.pool, 2),
        value: this.expr(memory.width, region),
        mask: count === 0 ? null : { enable: this.expr(count, region, 2), lane: memory.width / count },
        at: place(),
      };
    };
    const guarded = (s: Stmt): Stmt => ({ kind: "if", cond: this.expr(1, region, 2), then: [s], else: [], at: place() });
    const list = [guarded(store())];
    if (memory.style === "registers" && random.oneIn(2)) list.push(random.oneIn(2) ? store() : guarded(store()));
    if (memory.init !== null) {
      // Its contents must outlast the steps in which others have none yet.
      const quiet: Expr = { kind: "unary", op: "not", a: refTo(region.init), width: 1 };
      this.body.push({ kind: "if", cond: quiet, then: list, else: [], at: place() });
      return;
    }
    const bits = bitsFor(memory.depth);
    const at: Expr =
      bits < initAtWidth ? { kind: "slice", a: refTo(region.initAt), hi: bits - 1, lo: 0, width: bits } : refTo(region.initAt);
    const clear: Stmt = { kind: "store", memory, domain, address: at, value: lit(0, memory.width), mask: null, at: place() };
    const valid =
      2 ** bits === memory.depth
        ? [clear]
        : [{ kind: "if", cond: op("lt", at, lit(memory.depth, bits), 1), then: [clear], else: [], at: place() } satisfies Stmt];
    this.body.push({ kind: "if", cond: refTo(region.init), then: valid, else: list, at: place() });
  }
  /** A registered read port, with or without an enable, set to a known value by `init`. */
  #syncRead(memory: Memory, region: Region): void {
    this.nextGroup();
    const data = this.declare("q", memory.width, "register", { domain: region.domain });
    const read: Stmt = {
      kind: "assign",
      target: { kind: "whole", signal: data },
      value: { kind: "cell", memory, address: this.expressions.address(memory, region.pool, 2), width: memory.width },
      at: place(),
    };
    this.body.push(this.random.oneIn(2) ? read : { kind: "if", cond: this.expr(1, region, 2), then: [read], else: [], at: place() });
    region.pool.signals.push(data);
  }

  /** Inputs of children that none of their outputs depends on within a cycle: driven last, by anything. */
  readonly #late: { readonly net: Signal; readonly region: Region }[] = [];
  #instance(child: Module): void {
    const { random } = this;
    this.nextGroup();
    const name = this.name("u");
    const regionOf = new Map<string, Region>();
    const region = (d: ClockDomain | null): Region => {
      const key = d?.name ?? "";
      const known = regionOf.get(key) ?? random.pick(this.regions);
      regionOf.set(key, known);
      return known;
    };
    const reaching = combinationalInputs(child);
    const pins = child.ports.map((p): Instance["pins"][number] => {
      const direction = p.kind === "output" ? "output" : "input";
      const outer = region(p.domain);
      const clocked = child.domains.includes(p.domain as ClockDomain);
      const net = signalOf(`${name}_${p.name}`, p.width, "net", {
        origin: "instance",
        group: this.#group,
        domain: direction === "output" && clocked ? outer.domain : null,
      });
      this.signals.push(net);
      if (direction === "input") {
        const role = /init(_at)?$/.exec(p.name);
        if (role === null && !reaching.has(p)) this.#late.push({ net, region: outer });
        else this.#drive(net, role === null ? this.expr(p.width, outer) : refTo(role[1] === undefined ? outer.init : outer.initAt));
      }
      return { port: p.name, direction, net };
    });
    child.ports.forEach((p, i) => {
      if (p.kind === "output") region(p.domain).pool.signals.push((pins[i] as Instance["pins"][number]).net);
    });
    const clocks = child.domains.map((domain) => ({ domain, to: region(domain).domain }));
    this.instances.push({ name, of: child, pins, clocks, parameters: [], ghost: false, at: place(), doc: "" });
  }
  #drive(signal: Signal, value: Expr): void {
    this.body.push({ kind: "assign", target: { kind: "whole", signal }, value, at: place() });
  }
  #lateInputs(): void {
    for (const { net, region } of this.#late) this.#drive(net, this.expr(net.width, region));
  }
  /** Registers without reset get a value while `init` is 1. */
  #initialise(): void {
    for (const region of this.regions) {
      const bare = this.signals.filter((s) => s.kind === "register" && s.reset === null && s.domain === region.domain);
      if (bare.length === 0) continue;
      const then = bare.map(
        (signal): Stmt => ({
          kind: "assign",
          target: { kind: "whole", signal },
          value: lit(randomValue(this.random, signal.width), signal.width),
          at: place(),
        }),
      );
      this.body.push({ kind: "if", cond: refTo(region.init), then, else: [], at: place() });
    }
  }
  /** Everything that can be seen leaves the module: a wrong value must not get lost. */
  #outputs(): void {
    for (const region of this.regions) {
      const { domain, pool } = region;
      const output = (value: Expr): void => this.#drive(this.declare("out", value.width, "output", { domain }), value);
      for (let i = this.random.between(1, 2); i > 0; i--) output(this.expr(randomWidth(this.random), region));
      const own = pool.signals.filter((s) => s.kind === "register" || s.kind === "net");
      for (let i = 0; i < own.length; i += 6) {
        const parts = own.slice(i, i + 6).map(refTo);
        output(parts.length === 1 ? (parts[0] as Expr) : { kind: "concat", parts, width: parts.reduce((n, p) => n + p.width, 0) });
      }
      for (const memory of pool.memories) output(this.expressions.cell(memory, pool, 1));
    }
  }
  #finish(): Module {
    const clocked = new Set<ClockDomain>();
    const reset = new Set<ClockDomain>();
    for (const s of this.signals) {
      if (s.kind !== "register" || s.domain === null) continue;
      clocked.add(s.domain);
      if (s.reset !== null) reset.add(s.domain);
    }
    for (const i of this.instances)
      for (const c of i.clocks) {
        clocked.add(c.to);
        if (i.of.kind === "module" && i.of.resets.includes(c.domain)) reset.add(c.to);
      }
    const all = this.regions.map((r) => r.domain);
    for (const r of this.regions) {
      // Memories are written by their region's clock; a reset that is read is a pin.
      if (r.pool.memories.length > 0) clocked.add(r.domain);
      if (r.pool.signals.includes(r.domain.reset)) {
        clocked.add(r.domain);
        reset.add(r.domain);
      }
    }
    return {
      kind: "module",
      name: this.#name,
      doc: "",
      at: place(),
      domains: all.filter((d) => clocked.has(d)),
      resets: all.filter((d) => reset.has(d)),
      ports: this.ports,
      signals: this.signals,
      memories: this.memories,
      instances: this.instances,
      body: this.body,
      properties: this.properties,
      fsms: this.fsms,
      tristates: [],
      warnings: [],
    };
  }
}

/** A random module, with its children. Everything of it comes from `random`; names start with `name`. */
export const randomModule = (random: Random, name: string, options: GenerateOptions): Module => {
  const children: Module[] = [];
  if (options.levels > 0 && random.oneIn(2))
    for (let i = random.between(1, 2); i > 0; i--)
      children.push(
        randomModule(random, `${name}_c${children.length}`, {
          ...options,
          levels: options.levels - 1,
          size: Math.ceil(options.size / 2),
          bits: options.bits / 2,
        }),
      );
  return new ModuleMaker(random, name, options).make(children);
};
