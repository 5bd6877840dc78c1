/**
 * `h`: what a module's body builds with. It collects declarations and statements; `module.ts` freezes them into the IR.
 */

import { oneBit, Switch, When } from "./branches.ts";
import { docFor } from "./doc-comments.ts";
import { binary, type Constant, clog2, literal, named, ref, unary } from "./expr.ts";
import { type FsmBodies, Fsm as FsmHandle } from "./fsm.ts";
import { buildInstance, type ConnectionsOf, type InstanceOptions } from "./instance.ts";
import type {
  ClockDomain,
  Expr,
  ExternalModule,
  Fsm,
  Instance,
  Memory,
  Module,
  Property,
  Signal,
  SignalKind,
  Source,
  Stmt,
  Target,
  TriState,
} from "./ir.ts";
import { MemoryHandle, type MemoryOptions } from "./memory.ts";
import { assign, type Place, type Scope, signalPlace, valuePlace } from "./place.ts";
import { type Clock, defaultClock, type Io, type Ports } from "./ports.ts";
import { fail, here } from "./source.ts";
import { type InitOf, type Leaf, type RegisterSpec, type SignalOf, Type } from "./types.ts";
import { Bits, type Bool, type Condition, type Data, type EnumValue } from "./values.ts";

type RegisterInput = Type | RegisterSpec;
type Registers<T> = { readonly [K in keyof T]: T[K] extends RegisterSpec<infer S, any> ? S : SignalOf<T[K]> };
export interface SignalOptions {
  /** No warning where nothing reads it. */
  readonly unused?: boolean;
  /** A register of a synchroniser: its input may come from any clock domain. */
  readonly synchroniser?: boolean;
  /** What they are, in place of the doc comments at their keys: for signals that are made from data. */
  readonly doc?: string;
}

const identifier = /^[A-Za-z_][A-Za-z0-9_$]*$/;
/** The modules being built, innermost last: only to say where a signal was used wrongly. */
const building: Builder[] = [];

interface Frame {
  readonly into: Stmt[];
  readonly condition: () => Expr | null;
}

/** Declares signals, states what they do. One per module; see `module`. */
export class Builder implements Scope {
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

  // ---- declarations -----------------------------------------------------------------------

  #declare<S>(
    key: string,
    type: Type<S>,
    kind: "net" | "register",
    at: Source,
    options: SignalOptions,
    more: (leaf: number) => Partial<Signal>,
  ): S {
    const doc = options.doc ?? docFor(at, key);
    return type.wrap(
      type.leaves.map((leaf, i) => {
        const s = this.signal([key, ...leaf.path].join("_"), leaf, kind, at, { doc, ...more(i) });
        return signalPlace(s, ref(s), this);
      }),
    );
  }
  /**
   * Registers of the current clock, named by their keys. A plain type starts at zero after a synchronous reset;
   * `.reset(v)`, `.asyncReset(v)` and `.noReset()` on the type say otherwise.
   */
  registers<const T extends Readonly<Record<string, RegisterInput>>>(of: T, options: SignalOptions = {}): Registers<T> {
    const at = here();
    const domain = this.currentDomain;
    this.nextGroup();
    this.useClock(domain);
    return Object.fromEntries(
      Object.entries(of).map(([key, given]) => {
        const spec: RegisterSpec = given instanceof Type ? given.reset(null) : given;
        const kind = spec.resetKind;
        const values =
          kind === "none"
            ? null
            : spec.value === null
              ? spec.type.leaves.map((l) => this.#zero(key, l, at))
              : spec.type.exprs(spec.value, `reset value of ${key}`);
        if (kind !== "none") this.useReset(domain);
        return [
          key,
          this.#declare(key, spec.type, "register", at, options, (leaf) => {
            const value = values?.[leaf];
            if (value !== undefined && value.kind !== "literal") {
              const folded = constantOf(value);
              if (folded === null) return fail("reset", `reset value of ${key} is not a constant`, at);
              return {
                domain,
                reset: { kind: kind === "async" ? "async" : "sync", value: folded },
                allowUnused: options.unused ?? false,
                synchroniser: options.synchroniser ?? false,
              };
            }
            return {
              domain,
              allowUnused: options.unused ?? false,
              synchroniser: options.synchroniser ?? false,
              reset: value === undefined || kind === "none" ? null : { kind, value: value.value },
            };
          }),
        ];
      }),
    ) as Registers<T>;
  }
  #zero(key: string, leaf: Leaf, at: Source): Expr {
    if (leaf.enumeration !== null && leaf.width === leaf.enumeration.width && !leaf.enumeration.members.some((m) => m.value === 0n))
      fail(
        "reset",
        `${key}: ${leaf.enumeration.name} has no member of value 0 to reset to; give one with .reset("${leaf.enumeration.members[0]?.name}")`,
        at,
      );
    return { kind: "literal", value: 0n, width: leaf.width };
  }
  /** Named values: `const { empty } = h.nets({ empty: head.eq(tail) })`. */
  nets<const T extends Readonly<Record<string, Data>>>(of: T, options: SignalOptions = {}): T {
    const at = here();
    this.nextGroup();
    return Object.fromEntries(
      Object.entries(of).map(([key, value]) => {
        const exprs = value.exprs();
        const doc = options.doc ?? docFor(at, key);
        return [
          key,
          value.rewrap(
            value.leafInfo().map((leaf, i) => {
              const s = this.signal([key, ...leaf.path].join("_"), leaf, "net", at, { doc, allowUnused: options.unused ?? false });
              this.body.push({ kind: "assign", target: { kind: "whole", signal: s }, value: exprs[i] as Expr, at });
              return valuePlace(ref(s));
            }),
          ),
        ];
      }),
    ) as T;
  }
  /** Nets that are driven later, once or in parts, with `.drive(...)`. */
  wires<const T extends Readonly<Record<string, Type>>>(of: T, options: SignalOptions = {}): { readonly [K in keyof T]: SignalOf<T[K]> } {
    const at = here();
    this.nextGroup();
    return Object.fromEntries(
      Object.entries(of).map(([key, type]) => [
        key,
        this.#declare(key, type, "net", at, options, () => ({ allowUnused: options.unused ?? false })),
      ]),
    ) as never;
  }
  /** One register, net or wire under a name that is worked out: for functions that declare what they are told. */
  register<S, I>(name: string, of: Type<S, I> | RegisterSpec<S, I>, options: SignalOptions = {}): S {
    return this.registers({ [name]: of }, options)[name] as S;
  }
  net<D extends Data>(name: string, value: D, options: SignalOptions = {}): D {
    return this.nets({ [name]: value }, options)[name] as D;
  }
  wire<S, I>(name: string, of: Type<S, I>, options: SignalOptions = {}): S {
    return this.wires({ [name]: of }, options)[name] as S;
  }
  /** A memory of `depth` words. */
  memory<S, I>(name: string, of: Type<S, I>, depth: number, options: MemoryOptions = {}): MemoryHandle<S, I> {
    const at = here();
    return new MemoryHandle<S, I>(this, this.claim(name, at), of, depth, options, at, docFor(at));
  }
  /** A child module under a name; returns its ports as seen from here. `connections` drives its inputs, streams included. */
  instance<P extends Ports>(
    name: string,
    of: HardwareModule<P> | HardwareExternal<P>,
    connections: ConnectionsOf<P> = {},
    options: InstanceOptions = {},
  ): Io<P> {
    return buildInstance(this, name, of, connections, options, here());
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
  /** Statements of `then` hold where `condition` is 1. */
  when<M extends number>(condition: Condition<M>, then: () => void): When {
    const at = here();
    return new When(this, oneBit(condition, "when", at), then, at, null);
  }
  /** One of several values: `.case(v, body)`, `.case([v, w], body)`, and `.otherwise(body)` unless all are covered. */
  switch<M extends string>(subject: EnumValue<M>): Switch<M>;
  switch(subject: Bits<any>): Switch<Constant>;
  switch(subject: EnumValue | Bits<any>): Switch<any> {
    return new Switch(this, subject, here());
  }
  /**
   * A state machine: one body per state, the first state is where reset leads. Inside, `go(state)` sets the next state.
   * The returned handle tells the state: `machine.is("BUSY")`.
   */
  fsm<S extends string>(name: string, states: FsmBodies<S>): FsmHandle<S> {
    return new FsmHandle<S>(this, name, states, here());
  }

  // ---- properties -------------------------------------------------------------------------

  #property(kind: Property["kind"], name: string, condition: Bits<any>, at: Source): void {
    const cond = oneBit(condition, kind, at);
    const path = this.pathCondition();
    const full = path === null ? cond : kind === "cover" ? binary("and", path, cond) : binary("or", unary("not", path), cond);
    this.properties.push({ kind, name, cond: full, domain: this.useReset(this.currentDomain), at });
  }
  /** Holds at every clock edge outside reset: checked in simulation and proved by `accio formal`. */
  assert<M extends number>(name: string, condition: Condition<M>): void {
    this.#property("assert", name, condition, here());
  }
  /** What the surroundings promise: assumed in proofs, checked in simulation. */
  assume<M extends number>(name: string, condition: Condition<M>): void {
    this.#property("assume", name, condition, here());
  }
  /** Should happen some day: `accio formal` finds a way, simulation counts. */
  cover<M extends number>(name: string, condition: Condition<M>): void {
    this.#property("cover", name, condition, here());
  }
  /** For properties: the value `cycles` edges ago (zero before the first). */
  past<D extends Data>(value: D, cycles = 1, name?: string): D {
    const at = here();
    const base = name ?? value.exprs().map((e) => (e.kind === "ref" ? e.signal.name : (e.hint ?? "value")))[0] ?? "value";
    return this.ghost(() => {
      let current: Data = value;
      for (let i = 1; i <= cycles; i++) {
        this.nextGroup();
        const from = current.exprs();
        const domain = this.useReset(this.currentDomain);
        const stem = this.freeName(`${base}_past${i === 1 ? "" : i}`);
        current = value.rewrap(
          value.leafInfo().map((leaf, k) => {
            const s = this.signal(this.freeName([stem, ...leaf.path].join("_")), leaf, "register", at, {
              domain,
              reset: { kind: "sync", value: 0n },
              origin: "implicit",
            });
            this.body.push({ kind: "assign", target: { kind: "whole", signal: s }, value: from[k] as Expr, at });
            return valuePlace(ref(s));
          }),
        );
      }
      return current as D;
    });
  }
  /** For properties: 1 once `cycles` edges outside reset have passed, so that `past` means something. */
  pastValid(cycles = 1): Bool {
    const at = here();
    return this.ghost(() => {
      let previous: Expr = literal(1, 1);
      for (let i = 1; i <= cycles; i++) {
        const domain = this.useReset(this.currentDomain);
        const s = this.signal(
          this.freeName(`past_valid${i === 1 ? "" : i}`),
          { path: [], width: 1, signed: false, enumeration: null },
          "register",
          at,
          { domain, group: this.nextGroup(), reset: { kind: "sync", value: 0n }, origin: "implicit" },
        );
        this.body.push({ kind: "assign", target: { kind: "whole", signal: s }, value: previous, at });
        previous = ref(s);
      }
      return new Bits<1>(valuePlace(previous));
    });
  }
  /** A tri-state pin of the top module: driven to `value` while `enable` is 1. */
  tristate<N extends number, M extends number>(pin: Bits<N>, value: Bits<N>, enable: Condition<M>): void {
    const at = here();
    const target = pin.place.target;
    if (target === null || target.kind !== "whole" || target.signal.kind !== "inout") {
      fail("assign", `${named(pin.expr)} is no inout port`, at);
      return;
    }
    this.tristates.push({ pin: target.signal, value: value.expr, enable: oneBit(enable, "tristate", at), at });
  }
}

const constantOf = (e: Expr): bigint | null => {
  if (e.kind === "literal") return e.value;
  if (e.kind !== "concat") return null;
  let value = 0n;
  for (const p of e.parts) {
    const v = constantOf(p);
    if (v === null) return null;
    value = (value << BigInt(p.width)) | v;
  }
  return value;
};
/** A module value: the IR with the types of its ports. */
export interface HardwareModule<P extends Ports = Ports> extends Module {
  readonly shape: P;
}
/** Verilog written by others, with typed ports. */
export interface HardwareExternal<P extends Ports = Ports> extends ExternalModule {
  readonly shape: P;
}
export type { InitOf, Place };
export { assign, clog2 };
