/** A block inside the one that uses it: to see a mutant of a part through the test of the whole, or to prove the whole without it. */
import type { Module } from "#hdl";
import type { Instance } from "#hdl/core/ir.ts";

/** `outer` with `of` as its instance `name`; the ports are the same. Throws where there is no such instance. */
export const withInstance = <M extends Module>(outer: M, name: string, of: Module): M => {
  if (!outer.instances.some((i) => i.name === name))
    throw new Error(`${outer.name} has no instance "${name}": it has ${outer.instances.map((i) => i.name).join(", ") || "none"}`);
  const swapped = (i: Instance): Instance => {
    if (i.name !== name) return i;
    // A module of its own has its own domains; they are those of the same place.
    return { ...i, of, clocks: of.domains.map((domain, k) => ({ domain, to: (i.clocks[k] as Instance["clocks"][number]).to })) };
  };
  return { ...outer, instances: outer.instances.map(swapped) };
};
