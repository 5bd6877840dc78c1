/** Module ports: plain values and bundles of signals that flow both ways. */

import { type Leaf, Type } from "./types.ts";
import { Data } from "./values.ts";

/** A clock by name. `clock("wire")` has the pins `wire_clk` and `wire_rst`; the default one `clk` and `rst`. */
export interface Clock {
  readonly name: string;
  /** Names of its pins on external Verilog, where they are others. */
  readonly pins?: { readonly clock: string; readonly reset: string };
}
export const clock = (name: string): Clock => ({ name });
export const defaultClock: Clock = { name: "" };

/** A field of a bundle: `forward` flows as the port does, `backward` against it. */
export interface Field<T = unknown> {
  readonly flow: "forward" | "backward";
  readonly of: T;
}
export const forward = <T extends Type | Bundle>(of: T): Field<T> => ({ flow: "forward", of });
export const backward = <T extends Type | Bundle>(of: T): Field<T> => ({ flow: "backward", of });
export type BundleFields = Readonly<Record<string, Field<any>>>;
export type FieldSignals<F extends BundleFields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? ViewOf<T> : never };

/** Signals that belong together, such as a stream. `make` gives them their methods; it is told the name they go by. */
export class Bundle<S = any> {
  readonly fields: BundleFields;
  readonly make: (signals: any, name: string) => S;
  constructor(fields: BundleFields, make: (signals: any, name: string) => S) {
    this.fields = fields;
    this.make = make;
  }
}
export const bundle = <const F extends BundleFields, S>(fields: F, make: (signals: FieldSignals<F>, name: string) => S): Bundle<S> =>
  new Bundle<S>(fields, make);
/** How a type or bundle looks inside a module. */
export type ViewOf<T> = T extends Bundle<infer S> ? S : T extends Type<infer S, any> ? S : never;

export interface PortOptions {
  /** The clock its signals belong to; the module's own unless said. */
  readonly clock?: Clock;
  /** Nothing need read it. */
  readonly unused?: boolean;
  /** What it is, in place of the doc comment at its key: for ports that are made from data. */
  readonly doc?: string;
}
export type Direction = "input" | "output" | "inout";
export interface Port<T = any> extends PortOptions {
  readonly direction: Direction;
  readonly of: T;
}
export const input = <T extends Type | Bundle>(of: T, options: PortOptions = {}): Port<T> => ({ direction: "input", of, ...options });
export const output = <T extends Type | Bundle>(of: T, options: PortOptions = {}): Port<T> => ({ direction: "output", of, ...options });
/** A tri-state pin: top module only. */
export const inout = <T extends Type>(of: T, options: PortOptions = {}): Port<T> => ({ direction: "inout", of, ...options });
export type Ports = Readonly<Record<string, Port>>;
/** The ports as the module's body sees them. */
export type Io<P extends Ports> = { readonly [K in keyof P]: P[K] extends Port<infer T> ? ViewOf<T> : never };

const flip = (d: Direction): Direction => (d === "input" ? "output" : d === "output" ? "input" : d);
/** One pin of a port: its Verilog name, direction and leaf. */
export interface Pin {
  readonly name: string;
  readonly direction: Direction;
  readonly leaf: Leaf;
}

/** The pins of a port in order: `push` of a stream gives push_valid, push_ready, push_payload. */
export const pins = (name: string, direction: Direction, of: Type | Bundle): readonly Pin[] =>
  of instanceof Type
    ? of.leaves.map((leaf) => ({ name: [name, ...leaf.path].join("_"), direction, leaf }))
    : Object.entries(of.fields).flatMap(([key, f]) => pins(`${name}_${key}`, f.flow === "forward" ? direction : flip(direction), f.of));

/** Builds the view of a type or bundle; `place` gives the signal of each pin. */
export const view = <T extends Type | Bundle>(
  name: string,
  direction: Direction,
  of: T,
  place: (pin: Pin) => Parameters<Type["wrap"]>[0][number],
): ViewOf<T> => {
  if (of instanceof Type) return of.wrap(pins(name, direction, of).map(place)) as ViewOf<T>;
  const signals = Object.fromEntries(
    Object.entries(of.fields).map(([key, f]) => [
      key,
      view(`${name}_${key}`, f.flow === "forward" ? direction : flip(direction), f.of as Type, place),
    ]),
  );
  return of.make(signals, name) as ViewOf<T>;
};
export { Data };
