/** A block whose outputs are what the test says: to see what stands around it without what it does. */
import type { Module } from "#hdl";
import type { Signal, Stmt } from "#hdl/core/ir.ts";

/** Of the register behind an output of a puppet, to be poked: "core.irq_held". */
export const heldName = (port: string): string => `${port}_held`;

/** `of` with its ports alone: each output is a register that nothing but the test changes. */
export const puppet = <M extends Module>(of: M): M => {
  const domain = of.domains[0];
  if (domain === undefined) throw new Error(`${of.name} has no clock: its outputs cannot be held`);
  const outputs = of.ports.filter((p) => p.kind === "output");
  const held = outputs.map((p): Signal => ({ ...p, kind: "register", name: heldName(p.name), domain, group: -1 }));
  const body = outputs.map((p, i): Stmt => {
    const signal = held[i] as Signal;
    return { kind: "assign", target: { kind: "whole", signal: p }, value: { kind: "ref", width: p.width, signal }, at: of.at };
  });
  return { ...of, name: `${of.name}_puppet`, signals: held, memories: [], instances: [], body, properties: [], fsms: [] };
};
