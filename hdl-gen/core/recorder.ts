/**
 * What a module's body leaves behind while it runs: names, signals, clocks, statements in the order in which they were
 * said. `builder.ts` is what the user says them with; `module.ts` freezes them into the IR.
 */
import { binary, ref } from "./expr.ts";
import type { ClockDomain, Expr, Fsm, Instance, Memory, Property, Signal, SignalKind, Source, Stmt, Target, TriState } from "./ir.ts";
import { type Scope, valuePlace } from "./place.ts";
import { type Clock, defaultClock } from "./ports.ts";
import { fail, here } from "./source.ts";
import type { Leaf } from "./types.ts";
import { Bits, type Bool } from "./values.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_$]*$/;
/** The modules being built, innermost last: only to say where a signal was used wrongly. */
const building: Recorder[] = [];

interface Frame {
  readonly into: Stmt[];
  readonly condition: () => Expr | null;
}

/** One per module. */
export class Recorder implements Scope {
  readonly moduleName: string;
  readonly domains = new Map<string, ClockDomain>();
  readonly clocksUsed = new Set<ClockDomain>();
  readonly resetsUsed = new Set<ClockDomain>();
  readonly ports: Signal[] = [];
  readonly signals: Signal[] = [];
  readonly memories: Memory[] = [];
  readonly instances: Instance[] = [];
  readonly properties: Property[] = [];
  readonly fsms: { signal: Signal; states: Fsm["states"]; start: string; transitions: Fsm["transitions"][number][]; at: Source }[] = [];
  readonly tristates: TriState[] = [];
  readonly body: Stmt[] = [];
  /** Run when the body is done: checks of statements that could go on, like `switch`. */
  readonly atEnd: (() => void)[] = [];
  readonly #names = new Map<string, Source>();
  #frames: Frame[];
  #clock: Clock = defaultClock;
  #ghost = false;
  #groups = 0;

  constructor(moduleName: string) {
    this.moduleName = moduleName;
    this.#frames = [{ into: this.body, condition: () => null }];
  }
  enter(): void {
    building.push(this);
  }
  leave(): void {
    building.pop();
  }

  // ---- names, signals, clocks -------------------------------------------------------------

  /** Takes a name, or fails where it is taken or no identifier. */
  claim(name: string, at: Source): string {
    if (!identifier.test(name)) fail("name", `"${name}" is no Verilog identifier: letters, digits and _, not starting with a digit`, at);
    const other = this.#names.get(name);
    if (other !== undefined)
      fail("name", `${name} is declared twice in ${this.moduleName}`, at, [{ message: `first declared here`, at: other }]);
    this.#names.set(name, at);
    return name;
  }
  /** A free name like `wanted`. */
  freeName(wanted: string): string {
    for (let i = 2, name = wanted; ; name = `${wanted}_${i++}`) if (!this.#names.has(name)) return name;
  }
  signal(name: string, leaf: Leaf, kind: SignalKind, at: Source, more: Partial<Signal> = {}): Signal {
    this.claim(name, at);
    const s: Signal = {
      name,
      width: leaf.width,
      kind,
      origin: "user",
      domain: null,
      reset: null,
      enumeration: leaf.enumeration,
      signed: leaf.signed,
      group: this.#groups,
      ghost: this.#ghost,
      allowUnused: false,
      synchroniser: false,
      at,
      doc: "",
      ...more,
    };
    if (kind === "input" || kind === "output" || kind === "inout") this.ports.push(s);
    else if (kind === "net" || kind === "register") this.signals.push(s);
    return s;
  }
  /** The domain of a clock in this module, made at first use. */
  domain(clock: Clock): ClockDomain {
    const known = this.domains.get(clock.name);
    if (known !== undefined) return known;
    const at = here();
    const prefix = clock.name === "" ? "" : `${clock.name}_`;
    const bit: Leaf = { path: [], width: 1, signed: false, enumeration: null };
    const made: ClockDomain = {
      name: clock.name,
      clock: this.signal(clock.pins?.clock ?? `${prefix}clk`, bit, "clock", at, { ghost: false }),
      reset: this.signal(clock.pins?.reset ?? `${prefix}rst`, bit, "reset", at, { ghost: false }),
    };
    this.domains.set(clock.name, made);
    return made;
  }
  get currentDomain(): ClockDomain {
    return this.domain(this.#clock);
  }
  get ghostRegion(): boolean {
    return this.#ghost;
  }
  useClock(d: ClockDomain): ClockDomain {
    this.clocksUsed.add(d);
    return d;
  }
  useReset(d: ClockDomain): ClockDomain {
    this.resetsUsed.add(d);
    return this.useClock(d);
  }
  /** Registers, memory ports, instances and properties declared in `body` belong to this clock. */
  clocked<R>(clock: Clock, body: () => R): R {
    const outer = this.#clock;
    this.#clock = clock;
    try {
      return body();
    } finally {
      this.#clock = outer;
    }
  }
  /** The reset of the current clock, as a signal to read. */
  get reset(): Bool {
    return new Bits(valuePlace(ref(this.useReset(this.currentDomain).reset)));
  }
  /** What is declared in `body` serves properties only and never becomes hardware. */
  ghost<R>(body: () => R): R {
    const outer = this.#ghost;
    this.#ghost = true;
    try {
      return body();
    } finally {
      this.#ghost = outer;
    }
  }
  nextGroup(): number {
    return ++this.#groups;
  }

  // ---- statements -------------------------------------------------------------------------

  assign(target: Target, value: Expr, at: Source, guard: Expr | null): void {
    const inner = building.at(-1);
    if (inner !== this)
      fail(
        "foreign",
        `${target.signal.name} belongs to ${this.moduleName} and cannot be driven from ${inner === undefined ? "outside, after that module was built" : inner.moduleName}`,
        at,
        [{ message: "declared here", at: target.signal.at }],
      );
    const s: Stmt = { kind: "assign", target, value, at };
    this.push(guard === null ? s : { kind: "if", cond: guard, then: [s], else: [], at });
  }
  push(s: Stmt): void {
    (this.#frames.at(-1) as Frame).into.push(s);
  }
  /** Runs `body` with its statements going to `into`, under `condition`. */
  nested(into: Stmt[], condition: () => Expr | null, body: () => void): void {
    this.#frames.push({ into, condition });
    try {
      body();
    } finally {
      this.#frames.pop();
    }
  }
  /** All conditions the current statement stands under, or null. */
  pathCondition(): Expr | null {
    let all: Expr | null = null;
    for (const f of this.#frames) {
      const c = f.condition();
      if (c !== null) all = all === null ? c : binary("and", all, c);
    }
    return all;
  }
}
