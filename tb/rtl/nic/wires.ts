/**
 * What is connected to what in a module that joins parts, written down a second time: the tests of its wires, and the proofs,
 * hold every pin against such a list.
 */
import type { Module, Signal } from "#hdl/core/ir.ts";

/** Ends of wires: a port of the module, or `part.port` of a part. Whole streams and structs go by their name. */
export type WireList = readonly (readonly [string, string])[];
/** A pin whose value follows from others', cut to its width. The others may be registers of the module, too. */
export interface DerivedPin {
  readonly to: string;
  readonly from: readonly string[];
  readonly value: (from: readonly bigint[]) => bigint;
}
/** All that is to be known of a module's wires. */
export interface Wiring {
  readonly wires: WireList;
  readonly derived: readonly DerivedPin[];
}

/** A pin: of a part, or of the core, which `part` "" means. */
export interface Pin {
  readonly part: string;
  readonly port: Signal;
  /** It gives the value that the wire has. */
  readonly drives: boolean;
}
/** "rx.mac", "control_mac". */
export const pinName = ({ part, port }: Pin): string => (part === "" ? port.name : `${part}.${port.name}`);

/** Every pin of a module and of its parts. */
export const pinsOf = (m: Module): readonly Pin[] => [
  ...m.ports.map((port) => ({ part: "", port, drives: port.kind === "input" })),
  ...m.instances.flatMap((i) => i.of.ports.map((port) => ({ part: i.name, port, drives: port.kind === "output" }))),
];
/** A pin of that name, or else all of a stream's or struct's. */
const endOf = (pins: readonly Pin[], name: string): readonly (readonly [leaf: string, Pin])[] => {
  const part = name.includes(".") ? name.slice(0, name.indexOf(".")) : "";
  const its = pins.filter((p) => p.part === part);
  const one = its.filter((p) => pinName(p) === name);
  const found = one.length > 0 ? one : its.filter((p) => pinName(p).startsWith(`${name}_`));
  return found.map((p) => [pinName(p).slice(name.length), p]);
};

/** The list pin by pin: who is driven, and by whom. Throws where two ends do not fit each other. */
export const connections = (m: Module, wires: WireList): readonly { readonly to: Pin; readonly from: Pin }[] => {
  const pins = pinsOf(m);
  return wires.flatMap(([a, b]) => {
    const [left, right] = [endOf(pins, a), new Map(endOf(pins, b))];
    if (left.length === 0 || left.length !== right.size) throw new Error(`${a} has ${left.length} pins, and ${b} has ${right.size}`);
    return left.map(([leaf, one]) => {
      const other = right.get(leaf);
      if (other === undefined || other.drives === one.drives || other.port.width !== one.port.width)
        throw new Error(`${pinName(one)} does not fit ${b}${leaf}`);
      return one.drives ? { from: one, to: other } : { from: other, to: one };
    });
  });
};
