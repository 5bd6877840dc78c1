/** From nets and cells of a flattened netlist back to what the user wrote: `nic.core.rx.deliver.given[3]`, and its place. */
import type { Memory, Module, Signal, Source } from "#hdl/core/ir.ts";
import type { NetlistModule } from "./netlist.ts";

export interface Named {
  /** Instances from the top down, then the signal with its bit, or the memory. */
  readonly name: string;
  /** Without the bit. */
  readonly signal: string;
  readonly at: Source | null;
}
interface Known {
  readonly signal?: Signal;
  readonly memory?: Memory;
}

/** What a path of instance names and a last name means below `top`; nothing where a part of it is not the user's. */
const lookUp = (top: Module, path: readonly string[]): Known => {
  let module = top;
  for (const instance of path.slice(0, -1)) {
    const of = module.instances.find((i) => i.name === instance)?.of;
    if (of?.kind !== "module") return {};
    module = of;
  }
  const last = path.at(-1) as string;
  const signal = [...module.signals, ...module.ports, ...module.domains.map((d) => d.clock)].find((s) => s.name === last);
  const memory = module.memories.find((m) => m.name === last);
  return { ...(signal === undefined ? {} : { signal }), ...(memory === undefined ? {} : { memory }) };
};

/** Of several names of one net the one that says most: its register, then a net that the user named, then any. */
const rank = ({ signal }: Known): number => {
  if (signal === undefined) return 0;
  if (signal.kind === "register") return 4;
  if (signal.origin === "user") return signal.kind === "net" ? 3 : 2;
  return 1;
};

/**
 * The user's path in a name, and what Yosys says of it. Registers that Yosys makes are called after what it made them of:
 * `$\nic.core.queue.cells$rdreg[0]$q` is an output register that it found behind a memory.
 */
const userPath = (name: string, hidden: boolean): readonly string[] => {
  if (!hidden) return name.includes("$") ? [] : [name];
  const made = /^\$[^\\]*\\([\w.]+)\$([a-z]+)/.exec(name);
  return made === null ? [] : [made[1] as string, `${made[2]}`];
};

export interface Names {
  /** Null where the net is one that Yosys made. */
  readonly net: (net: number) => Named | null;
  /** The user's name of a memory's cell ("buffer" of `buffer.0.3`); null for any other. */
  readonly cell: (cell: string) => Named | null;
}

/** Names in the flat netlist `module` of the design below `top`. */
export const namesOf = (module: NetlistModule, top: Module): Names => {
  const known = new Map<string, Known>();
  const meaning = (name: string): Known => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = lookUp(top, name.split("."));
    known.set(name, found);
    return found;
  };
  const best = new Map<number, { readonly named: Named; readonly rank: number; readonly depth: number }>();
  for (const [name, { hide_name, bits, offset }] of Object.entries(module.netnames)) {
    const [path, ...rest] = userPath(name, hide_name === 1);
    if (path === undefined) continue;
    const meant = meaning(path);
    const depth = path.split(".").length;
    for (const [i, net] of bits.entries()) {
      if (typeof net !== "number") continue;
      const before = best.get(net);
      const mine = hide_name === 1 ? -1 : rank(meant);
      if (before !== undefined && (before.rank > mine || (before.rank === mine && before.depth >= depth))) continue;
      const shown = [path, ...rest].join(".");
      const at = meant.signal?.at ?? meant.memory?.at ?? null;
      const named = { name: bits.length > 1 ? `${shown}[${i + (offset ?? 0)}]` : shown, signal: shown, at };
      best.set(net, { named, rank: mine, depth });
    }
  }
  return {
    net: (net) => best.get(net)?.named ?? null,
    cell: (cell) => {
      const name = /^([^$]*?)(\.\d+)+$/.exec(cell)?.[1];
      const memory = name === undefined ? undefined : meaning(name).memory;
      return name === undefined || memory === undefined ? null : { name, signal: name, at: memory.at };
    },
  };
};
