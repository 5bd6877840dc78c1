/** `module(...)`: runs the user's body once, freezes what it built, checks it, and gives equal modules one value. */
import { checkModule } from "../check/index.ts";
import { checkMisuse } from "../check/misuse.ts";
import { Builder } from "./builder.ts";
import { docFor } from "./doc-comments.ts";
import { ref } from "./expr.ts";
import { fingerprint } from "./fingerprint.ts";
import type { HardwareExternal, HardwareModule } from "./hardware.ts";
import { type ClockDomain, HdlError, type Signal, type Source } from "./ir.ts";
import { signalPlace } from "./place.ts";
import { type Clock, defaultClock, type Io, type Port, type Ports, pins, view } from "./ports.ts";
import { fail, here, writtenAt } from "./source.ts";
import type { Type } from "./types.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_$]*$/;
const declarePorts = <P extends Ports>(h: Builder, ports: P, at: Source): Io<P> =>
  Object.fromEntries(
    Object.entries(ports).map(([key, port]: [string, Port]) => {
      const doc = port.doc ?? docFor(at, key);
      const domain = h.domain(port.clock ?? defaultClock);
      return [
        key,
        view(key, port.direction, port.of as Type, (pin) => {
          const s = h.signal(pin.name, pin.leaf, pin.direction, at, { domain, doc, allowUnused: port.unused ?? false });
          return pin.direction === "input" ? valueOfInput(s, h) : signalPlace(s, ref(s), h);
        }),
      ];
    }),
  ) as Io<P>;
/** Inputs keep their target so that driving one is answered with "is an input" and not with "a computed value". */
const valueOfInput = (s: Signal, h: Builder) => signalPlace(s, ref(s), h);

/** Known modules by name, to give equal ones one value. The fingerprint is made when a second one needs it. */
const known = new Map<string, { module: HardwareModule; print: string | null }[]>();

export interface ModuleOptions {
  /** What it is, in place of the doc comment before it: for modules that are made from data. */
  readonly doc?: string;
}
/**
 * A hardware module called `name` with these ports. `body` gets the ports and the builder `h`; it runs once, here.
 * Equal modules (same name, ports and contents) are one value. Throws `HdlError` with every error found.
 */
export const module = <const P extends Ports>(
  name: string,
  ports: P,
  body: (io: Io<P>, h: Builder) => void,
  options: ModuleOptions = {},
): HardwareModule<P> => {
  const at = here();
  if (!identifier.test(name)) fail("name", `module name "${name}" is no Verilog identifier`, at);
  const h = new Builder(name);
  h.enter();
  try {
    const io = writtenAt(at, () => declarePorts(h, ports, at));
    // Before the body runs: what it would decide wrongly must not send it elsewhere first.
    const misused = checkMisuse(body, io, at);
    if (misused.length > 0) throw new HdlError(misused);
    body(io, h);
    for (const f of h.atEnd) f();
  } finally {
    h.leave();
  }
  const m: HardwareModule<P> = { kind: "module", name, doc: options.doc ?? docFor(at), at, ...frozen(h), warnings: [], shape: ports };
  // First: two that print alike may differ in what the checks look at (whose a signal is, what is a synchroniser).
  const found = checkModule(m);
  const errors = found.filter((d) => d.severity === "error");
  if (errors.length > 0) throw new HdlError(errors);
  return equal(m) ?? keep({ ...m, warnings: found });
};

const frozen = (
  h: Builder,
): Pick<
  HardwareModule,
  "domains" | "resets" | "ports" | "signals" | "memories" | "instances" | "body" | "properties" | "fsms" | "tristates"
> => {
  const domains = [...h.domains.values()].filter((d) => h.clocksUsed.has(d));
  // A port's domain that nothing in the module is clocked by is only a statement about the outside.
  return {
    domains: domains.sort((a, b) => (a.name === "" ? -1 : b.name === "" ? 1 : 0)),
    resets: domains.filter((d) => h.resetsUsed.has(d)),
    ports: h.ports,
    signals: h.signals,
    memories: h.memories,
    instances: h.instances,
    body: h.body,
    properties: h.properties,
    fsms: h.fsms,
    tristates: h.tristates,
  };
};

/** A sound module that was made before and is equal. */
const equal = <P extends Ports>(m: HardwareModule<P>): HardwareModule<P> | null => {
  const list = known.get(m.name);
  if (list === undefined) return null;
  const print = fingerprint(m);
  for (const entry of list) {
    entry.print ??= fingerprint(entry.module);
    if (entry.print === print) return entry.module as unknown as HardwareModule<P>;
  }
  return null;
};
const keep = <P extends Ports>(m: HardwareModule<P>): HardwareModule<P> => {
  const entry = { module: m, print: null };
  const list = known.get(m.name);
  if (list === undefined) known.set(m.name, [entry]);
  else list.push(entry);
  return m;
};

export interface ExternalOptions {
  /**
   * Verilog files to add to the file list. Those with an absolute path stay where they are and are named by it: for what
   * is too large to copy; the others are relative to the file that declares the module, and are copied.
   */
  readonly sources?: readonly string[];
  /** Clocks whose pins the module has: `clk`/`rst`, `NAME_clk`/`NAME_rst`, or as the clock's `pins` say. */
  readonly clocks?: readonly Clock[];
}
/** Verilog that somebody else wrote, as something `h.instance` takes. */
export const external = <const P extends Ports>(name: string, ports: P, options: ExternalOptions = {}): HardwareExternal<P> => {
  const at = here();
  const h = new Builder(name);
  const domains: ClockDomain[] = (options.clocks ?? []).map((c) => h.domain(c));
  const made: Signal[] = [];
  for (const [key, port] of Object.entries(ports))
    for (const pin of pins(key, port.direction, port.of as Type))
      made.push(
        h.signal(pin.name, pin.leaf, pin.direction, at, {
          domain:
            port.clock === undefined && !domains.some((d) => d.name === "")
              ? null
              : (h.domains.get((port.clock ?? defaultClock).name) ?? null),
        }),
      );
  return { kind: "external", name, ports: made, domains, sources: options.sources ?? [], at, shape: ports };
};
