/** The core between its parts: it adds wires and one gate, and each pin has what the list of wires says, whatever the parts do. */
import type { Expr, Property, Signal } from "#hdl/core/ir.ts";
import { connectionTable } from "#rtl/ict/connection-table.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { gate, wires } from "../rtl/nic/core-wiring.ts";
import { connections, type Pin, pinName } from "../rtl/nic/wires.ts";
import { layOpen } from "./lay-open.ts";
import { small as smallest } from "./nic-small.ts";

/** A lookup has four slots at least. */
const small = { ...smallest, slots: 4 };

/** The core with all of its parts laid open, and the list of wires as assertions. */
const wiresAreThose = () => {
  const core = nicCore(small);
  const open = layOpen(core, { ict: connectionTable(small), rx: rxEngine(small, small.wireBits), tx: txEngine(small, small.wireBits) });
  const pin = (name: string): Expr => {
    const signal = open.ports.find((p) => p.name === name.replace(".", "__")) as Signal;
    return { kind: "ref", width: signal.width, signal };
  };
  const [domain] = open.domains;
  if (domain === undefined) throw new Error(`${core.name} has no clock to look at its wires by`);
  const same = (name: string, a: Expr, b: Expr): Property => ({
    kind: "assert",
    name,
    cond: { kind: "binary", op: "eq", width: 1, a, b },
    domain,
    at: core.at,
  });
  const of = (p: Pin): Expr => pin(pinName(p));
  const lost: Expr = { kind: "unary", op: "not", width: 1, a: pin(gate.unless) };
  return {
    ...open,
    properties: [
      ...connections(core, wires).map(({ to, from }) => same(`${pinName(to)} has what ${pinName(from)} gives`, of(to), of(from))),
      same(`${gate.to}: ${gate.of} without ${gate.unless}`, pin(gate.to), {
        kind: "binary",
        op: "and",
        width: 1,
        a: pin(gate.of),
        b: lost,
      }),
    ],
  };
};

export const tasks: readonly FormalTask[] = [
  { name: "core: each pin has what the list says", module: wiresAreThose, mode: "induction", depth: 1 },
];
