/**
 * A block without some of its parts: their pins become ports of the block, so that a harness may play any part that does
 * what the part's own proofs say of it. What the rest need not know of is left out, which a solver thanks with its time.
 */
import { type Bits, type Builder, type HardwareModule, type Module, module, output, type Type, uint } from "#hdl";
import { type Expr, operands, type Signal, type Stmt } from "#hdl/core/ir.ts";
import { Bundle, type Io, type Port, type Ports } from "#hdl/core/ports.ts";
import { prune } from "#hdl/emit/prune.ts";

type Parts = Readonly<Record<string, HardwareModule>>;
type Pins<Q extends Parts> = { readonly [N in keyof Q & string]: `${N}__${keyof Q[N]["shape"] & string}` }[keyof Q & string];
/** Ports of the parts as ports of the block, `align__out` for `out` of the instance `align`; registers that are shown. */
type Opened<Q extends Parts, S extends string> = { readonly [K in `shown__${S}`]: Port<Type<Bits>> } & {
  readonly [K in Pins<Q>]: K extends `${infer N}__${infer Port}` ? (N extends keyof Q ? Q[N]["shape"][Port] : never) : never;
};
const opposite = { input: "output", output: "input", inout: "inout" } as const;

interface LayOpenOptions<S extends string> {
  /**
   * Pins, of the block or going into a part, that are zero, so that what they alone need is left out. No property may speak
   * of them.
   */
  readonly blind?: readonly string[];
  /** Signals within the block that become outputs: `shown__write`. */
  readonly shown?: readonly S[];
}
/**
 * `outer` without the instances that `parts` names: an output of a part is an input of the block, and the other way round.
 * Throws where there is no such instance, pin or signal.
 */
export const layOpen = <P extends Ports, const Q extends Parts, const S extends string = never>(
  outer: HardwareModule<P>,
  parts: Q,
  { blind = [], shown = [] }: LayOpenOptions<S> = {},
): HardwareModule<P & Opened<Q, S>> => {
  const domain = outer.domains[0] ?? null;
  const ports: Signal[] = [...outer.ports];
  const body: Stmt[] = [];
  const shape: Record<string, unknown> = { ...outer.shape };
  for (const [name, part] of Object.entries(parts)) {
    const instance = outer.instances.find((i) => i.name === name);
    if (instance === undefined) throw new Error(`${outer.name} has no instance "${name}"`);
    for (const [key, port] of Object.entries(part.shape)) shape[`${name}__${key}`] = { ...port, direction: opposite[port.direction] };
    for (const { port, direction, net } of instance.pins) {
      const pin: Signal = { ...net, name: `${name}__${port}`, kind: opposite[direction], origin: "user", domain };
      ports.push(pin);
      const [to, from] = direction === "output" ? [net, pin] : [pin, net];
      body.push(assign(to, { kind: "ref", width: net.width, signal: from }, outer));
    }
  }
  for (const name of shown) {
    const signal = outer.signals.find((x) => x.name === name);
    if (signal === undefined) throw new Error(`${outer.name} has no signal "${name}"`);
    const pin: Signal = { ...signal, name: `shown__${name}`, kind: "output", origin: "user", domain, reset: null, group: -1 };
    shape[pin.name] = output(uint(signal.width));
    ports.push(pin);
    body.push(assign(pin, { kind: "ref", width: signal.width, signal }, outer));
  }
  const driven = [...outer.ports, ...outer.instances.flatMap((i) => i.pins.map((p) => p.net))];
  const zeros = blind.map((name): Stmt => {
    const pin = driven.find((s) => s.name === name);
    if (pin === undefined) throw new Error(`${outer.name} has no pin "${name}"`);
    return assign(pin, { kind: "literal", width: pin.width, value: 0n }, outer);
  });
  const seen = prune(outer.body, (s) => !(s.kind === "assign" && blind.includes(s.target.signal.name)));
  const instances = outer.instances.filter((i) => !(i.name in parts));
  return withoutIdle({ ...outer, name: `${outer.name}_open`, shape: shape as never, ports, instances, body: [...seen, ...zeros, ...body] });
};
const assign = (signal: Signal, value: Expr, { at }: Module): Stmt => ({ kind: "assign", target: { kind: "whole", signal }, value, at });

/**
 * A harness called `name` with the ports of `block`, each connected to it, for `body` to say properties of; `more` are ports
 * of the harness's own.
 */
export const around = <P extends Ports, const Q extends Ports>(
  block: HardwareModule<P>,
  name: string,
  more: Q,
  body: (io: Io<P> & Io<Q>, h: Builder) => void,
): HardwareModule<P & Q> =>
  module(name, { ...block.shape, ...more }, (all, h) => {
    const io = all as unknown as Record<string, { drive(from: unknown): void; connect(from: unknown): void }>;
    const inputs = Object.entries(block.shape).filter(([, port]) => port.direction === "input");
    const dut = h.instance("dut", block, Object.fromEntries(inputs.map(([key]) => [key, io[key]])) as never) as Readonly<
      Record<string, unknown>
    >;
    for (const [key, port] of Object.entries(block.shape))
      if (port.direction === "output") port.of instanceof Bundle ? io[key]?.connect(dut[key]) : io[key]?.drive(dut[key]);
    body(all as unknown as Io<P> & Io<Q>, h);
  }) as unknown as HardwareModule<P & Q>;

/** Without the signals, memories and statements that nothing depends on which can be seen. */
const withoutIdle = <M extends Module>(m: M): M => {
  const needed = new Set<unknown>([...m.ports, ...m.instances.flatMap((i) => i.pins.map((p) => p.net))]);
  const looked = new Set<Expr>();
  const read = (e: Expr): void => {
    if (looked.has(e)) return;
    looked.add(e);
    if (e.kind === "ref") needed.add(e.signal);
    if (e.kind === "cell") needed.add(e.memory);
    for (const o of operands(e)) read(o);
  };
  const written = (s: Stmt): unknown => (s.kind === "assign" ? s.target.signal : s.kind === "store" ? s.memory : null);
  /** Reads what the statement needs, where it does something that is needed; conditions around it count. */
  const visit = (s: Stmt): boolean => {
    if (s.kind === "if" || s.kind === "switch") {
      const inner = s.kind === "if" ? [...s.then, ...s.else] : [...s.cases.flatMap((c) => c.body), ...(s.fallback ?? [])];
      const used = inner.map(visit).some((u) => u);
      if (used) read(s.kind === "if" ? s.cond : s.subject);
      return used;
    }
    if (!needed.has(written(s))) return false;
    read(s.value);
    if (s.kind === "store") {
      read(s.address);
      if (s.mask !== null) read(s.mask.enable);
    } else if (s.target.kind === "element") read(s.target.index);
    return true;
  };
  for (const p of m.properties) read(p.cond);
  for (let before = -1; before < needed.size; ) {
    before = needed.size;
    for (const s of m.body) visit(s);
  }
  return {
    ...m,
    signals: m.signals.filter((s) => needed.has(s)),
    memories: m.memories.filter((x) => needed.has(x)),
    body: prune(m.body, (s) => needed.has(written(s))),
  };
};
