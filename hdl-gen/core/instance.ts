/** Children: a net of the parent stands for each pin, and the child's ports look as they do inside, seen from outside. */

import { docFor } from "./doc-comments.ts";
import { ref } from "./expr.ts";
import type { HardwareExternal, HardwareModule } from "./hardware.ts";
import type { ClockDomain, Instance, Signal, Source } from "./ir.ts";
import { type Place, signalPlace, valuePlace } from "./place.ts";
import { type Bundle, type Clock, clock as clockOf, defaultClock, type Io, type Pin, type Ports, view } from "./ports.ts";
import type { Recorder } from "./recorder.ts";
import { fail } from "./source.ts";
import { type InitOf, Type } from "./types.ts";

/** Values for the child's inputs (constants too) and partners for its bundles. Outputs may be left out. */
export type ConnectionsOf<P extends Ports> = {
  readonly [K in keyof P]?: P[K]["of"] extends Type ? InitOf<P[K]["of"]> : P[K]["of"] extends Bundle<infer S> ? S : never;
};
export interface InstanceOptions {
  /** Which clock here serves a clock of the child, by the child's clock name ("" for its default one). */
  readonly clocks?: Readonly<Record<string, Clock>>;
  /** External modules: Verilog parameters. */
  readonly parameters?: Readonly<Record<string, number | bigint | string>>;
}
/** What bundles can do with each other; `stream` implements it. */
interface Connectable {
  connect(from: unknown): void;
}
const isConnectable = (x: unknown): x is Connectable =>
  typeof x === "object" && x !== null && "connect" in x && typeof x.connect === "function";

export const buildInstance = <P extends Ports>(
  h: Recorder,
  name: string,
  of: HardwareModule<P> | HardwareExternal<P>,
  connections: ConnectionsOf<P>,
  options: InstanceOptions,
  at: Source,
): Io<P> => {
  h.claim(name, at);
  h.nextGroup();
  const clocks = of.domains.map((domain): { domain: ClockDomain; to: ClockDomain } => {
    const wanted = options.clocks?.[domain.name] ?? (domain.name === "" ? null : clockOf(domain.name));
    const to = wanted === null ? h.currentDomain : h.domain(wanted);
    h.useClock(to);
    if (of.kind === "external" || of.resets.includes(domain)) h.useReset(to);
    return { domain, to };
  });
  for (const given of Object.keys(options.clocks ?? {}))
    if (!of.domains.some((d) => d.name === given))
      fail(
        "instance",
        `${name}: ${of.name} has no clock "${given}"; it has ${of.domains.map((d) => `"${d.name}"`).join(", ") || "none"}`,
        at,
      );
  const domainOf = (child: ClockDomain | null): ClockDomain | null => clocks.find((c) => c.domain === child)?.to ?? null;

  const instancePins: Instance["pins"][number][] = [];
  const inner = new Map(of.ports.map((p) => [p.name, p]));
  const io = Object.fromEntries(
    Object.entries(of.shape).map(([key, port]) => [
      key,
      // Seen from here a port goes by the instance's name too: `jobs_pop` of an instance `jobs`.
      view(`${name}_${key}`, port.direction, port.of as Type, (pin: Pin): Place => {
        const childPort = pin.name.slice(name.length + 1);
        const child = inner.get(childPort) as Signal;
        const net = h.signal(pin.name, pin.leaf, "net", at, {
          origin: "instance",
          domain: pin.direction === "output" ? domainOf(child.domain) : null,
          allowUnused: true,
        });
        instancePins.push({ port: childPort, direction: pin.direction, net });
        return pin.direction === "output" ? valuePlace(ref(net)) : signalPlace(net, ref(net), h);
      }),
    ]),
  ) as Io<P>;

  for (const [key, value] of Object.entries(connections)) {
    const port = of.shape[key];
    if (port === undefined) {
      fail("instance", `${name}: ${of.name} has no port "${key}"; it has ${Object.keys(of.shape).join(", ")}`, at);
      continue;
    }
    const own = io[key] as { drive(v: unknown): void } | Connectable;
    if (port.of instanceof Type) {
      if (port.direction === "output")
        fail("instance", `${name}: ${key} is an output of ${of.name}: read it from what h.instance returns`, at);
      (own as { drive(v: unknown): void }).drive(value);
    } else {
      const [to, from] = port.direction === "input" ? [own, value] : [value, own];
      if (!isConnectable(to)) fail("instance", `${name}: ${key} cannot be connected as a whole; drive its parts`, at);
      else to.connect(from);
    }
  }
  const parameters = Object.entries(options.parameters ?? {}).map(([key, value]) => ({
    name: key,
    value: typeof value === "number" ? BigInt(value) : value,
  }));
  if (parameters.length > 0 && of.kind === "module")
    fail("instance", `${name}: parameters are for external Verilog; ${of.name} is a function of TypeScript values`, at);
  h.instances.push({ name, of, pins: instancePins, clocks, parameters, ghost: h.ghostRegion, at, doc: docFor(at, name) });
  return io;
};
export { defaultClock };
