/**
 * Prepares a harness for a proof. Properties get numbers, so that what the solver says of one is found again. Promises
 * (`assume`) of the harness and of the blocks it holds are assumed; those of blocks further down speak of hardware that
 * is part of what is proved, so they become obligations (`assert`).
 */
import type { Module } from "#hdl";
import type { Property } from "#hdl/core/ir.ts";

export interface Numbered {
  readonly property: Property;
  /** The user's module it stands in. */
  readonly module: Module;
}
export interface Instrumented {
  readonly top: Module;
  /** By number. */
  readonly properties: readonly Numbered[];
}

/** Deepest level whose promises are taken for granted: the blocks right below the harness. */
const trusted = 1;

/** A copy of the design whose properties are called `p0 name`, `p1 name`, ... */
export const instrument = (harness: Module): Instrumented => {
  const properties: Numbered[] = [];
  const copies = new Map<Module, Map<boolean, Module>>();
  const names = new Set<string>();
  const copy = (m: Module, depth: number): Module => {
    const obliged = depth > trusted;
    // Blocks at level 0 and 1 have children at another level than deeper ones, so both kinds differ as a whole.
    const known = copies.get(m) ?? new Map<boolean, Module>();
    copies.set(m, known);
    const found = known.get(obliged);
    if (found !== undefined) return found;
    const name = names.has(m.name) ? `${m.name}_nested` : m.name;
    names.add(name);
    const made: Module = {
      ...m,
      name,
      instances: m.instances.map((i) => (i.of.kind === "module" ? { ...i, of: copy(i.of, depth + 1) } : i)),
      properties: m.properties.map((p) => {
        const property: Property = obliged && p.kind === "assume" ? { ...p, kind: "assert" } : p;
        properties.push({ property, module: m });
        return { ...property, name: `p${properties.length - 1} ${p.name}` };
      }),
    };
    known.set(obliged, made);
    return made;
  };
  return { top: copy(harness, 0), properties };
};

/** The number in a property's label, or null. */
export const numberOf = (label: string): number | null => {
  const m = /\bp(\d+)_/.exec(label);
  return m === null ? null : Number(m[1]);
};
