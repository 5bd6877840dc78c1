/** A flat netlist as a graph: ways through cells, edges where signals begin and end, nets in topological order. */
import { type Arc, delays, type Edge, understand } from "./cells.ts";
import type { Bit, NetlistModule } from "./netlist.ts";

/** Where paths begin and end that do not begin and end at a clock: the pins of the netlist. */
export const pins = "(pins)";
/** The net of a clock. */
export type Clock = number | typeof pins;

export interface Way extends Arc {
  readonly cell: string;
  readonly type: string;
}
/** A place where paths begin or end. `type` is "port" for a pin of the netlist, whose name `cell` and `port` are then. */
export interface Terminal extends Omit<Edge, "clock"> {
  readonly cell: string;
  readonly type: string;
  readonly clock: Clock;
}
export interface Graph {
  /** Begin at a clock's edge, or at a pin. */
  readonly launches: readonly Terminal[];
  readonly captures: readonly Terminal[];
  /** Ways that end at a net. */
  readonly into: ReadonlyMap<number, readonly Way[]>;
  /** Nets that ways end at, each after those it depends on. */
  readonly order: readonly number[];
  /** Nanoseconds from a net's driver to an input of a cell of type `type`. */
  readonly routed: (net: number, port: string, type: string) => number;
}

/** A combinational loop: no path through it has an end. */
export class LoopError extends Error {
  override readonly name = "LoopError";
}

const isNet = (b: Bit): b is number => typeof b === "number";
const push = <K, V>(map: Map<K, V[]>, key: K, value: V): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
};

/** Connections within a slice are free: LUT to its multiplexer and chain, chain to chain, the last of them to its flip-flop. */
const inSlice = (driver: string, readers: number, port: string, type: string): boolean => {
  const lut = /^(LUT|INV)/.test(driver);
  if (/^MUXF/.test(type)) return port !== "S" && (lut || /^MUXF/.test(driver));
  if (/^CARRY/.test(type)) return (port === "S" && lut) || (port.startsWith("CI") && /^CARRY/.test(driver));
  return /^FD/.test(type) && port === "D" && readers === 1 && (lut || /^(MUXF|CARRY)/.test(driver));
};

const ordered = (ways: readonly Way[]): readonly number[] => {
  const out = new Map<number, Way[]>();
  const waiting = new Map<number, number>();
  const nets = new Set<number>();
  for (const w of ways) {
    push(out, w.from, w);
    waiting.set(w.to, (waiting.get(w.to) ?? 0) + 1);
    nets.add(w.from);
    nets.add(w.to);
  }
  const ready = [...nets].filter((n) => !waiting.has(n));
  const order: number[] = [];
  for (let net = ready.pop(); net !== undefined; net = ready.pop()) {
    order.push(net);
    for (const w of out.get(net) ?? []) {
      const left = (waiting.get(w.to) as number) - 1;
      waiting.set(w.to, left);
      if (left === 0) ready.push(w.to);
    }
  }
  if (order.length < nets.size) {
    const reached = new Set(order);
    const cells = [...new Set(ways.filter((w) => !reached.has(w.to) && !reached.has(w.from)).map((w) => w.cell))];
    throw new LoopError(
      `combinational loop through ${cells.slice(0, 5).join(", ")}${cells.length > 5 ? ` and ${cells.length - 5} more` : ""}`,
    );
  }
  return order;
};

/** Throws `UnknownCellError`, and `LoopError` with the cells of a loop. */
export const graphOf = (module: NetlistModule): Graph => {
  const ways: Way[] = [];
  const launches: Terminal[] = [];
  const captures: Terminal[] = [];
  const drivers = new Map<number, string>();
  const readers = new Map<number, number>();
  const clocks = new Set<number>();
  for (const [cell, c] of Object.entries(module.cells)) {
    const { type } = c;
    const known = understand(cell, c);
    for (const a of known.arcs) ways.push({ ...a, cell, type });
    const terminal = (list: Terminal[], e: Edge): void => {
      // Without a clock that moves, nothing begins or ends here.
      if (!isNet(e.clock)) return;
      clocks.add(e.clock);
      list.push({ ...e, clock: e.clock, cell, type });
    };
    for (const e of known.launches) terminal(launches, e);
    for (const e of known.captures) terminal(captures, e);
    for (const [port, bits] of Object.entries(c.connections))
      for (const b of bits)
        if (isNet(b)) {
          if (c.port_directions?.[port] === "input") readers.set(b, (readers.get(b) ?? 0) + 1);
          else drivers.set(b, type);
        }
  }
  for (const [port, { direction, bits }] of Object.entries(module.ports))
    for (const [index, net] of bits.entries()) {
      if (!isNet(net)) continue;
      const pin: Terminal = { net, port, index, clock: pins, delay: 0, cell: port, type: "port" };
      if (direction !== "output" && !clocks.has(net)) launches.push(pin);
      if (direction !== "input") {
        captures.push(pin);
        readers.set(net, (readers.get(net) ?? 0) + 1);
      }
    }
  const into = new Map<number, Way[]>();
  for (const w of ways) push(into, w.to, w);
  const routed = (net: number, port: string, type: string): number =>
    type === "port" || inSlice(drivers.get(net) ?? "", readers.get(net) ?? 0, port, type) ? 0 : delays.net;
  return { launches, captures, into, order: ordered(ways), routed };
};
