/**
 * The ports of a simulated module, in the shape in which its body sees them: `sim.io.push.payload.last.value = 1`.
 * Anything a bundle computes from its signals, such as a stream's `fire`, can be read in the same way.
 */

import { ref } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import type { Signal } from "../core/ir.ts";
import type { Place } from "../core/place.ts";
import { type Io, type Ports, view } from "../core/ports.ts";
import type { Type } from "../core/types.ts";
import { type Bits, Data, EnumValue, Signed, StructBase, Vec } from "../core/values.ts";
import type { Engine, Value } from "./engine.ts";

type FieldsOf<V> = Exclude<{ [K in keyof V]: V[K] extends Data ? K : never }[keyof V], keyof StructBase>;

/** What reading a value gives: bigint (negative for signed values), member name, object of fields or list. */
export type Plain<V> =
  V extends EnumValue<infer M>
    ? M
    : V extends Signed | Bits
      ? bigint
      : V extends Vec<infer S>
        ? Plain<S>[]
        : V extends StructBase
          ? { [K in FieldsOf<V>]: Plain<V[K]> }
          : never;
/** What may be written to it. */
export type Settable<V> =
  V extends EnumValue<infer M>
    ? M
    : V extends Signed | Bits
      ? Value
      : V extends Vec<infer S>
        ? readonly Settable<S>[]
        : V extends StructBase
          ? { readonly [K in FieldsOf<V>]: Settable<V[K]> }
          : never;

/** A value of the running simulation. */
export interface ValueHandle<V> {
  /** Reading settles the combinational logic first. Writing anything but an input (or part of one) throws. */
  get value(): Plain<V>;
  set value(value: Settable<V>);
}
export interface IntegerHandle<V> extends ValueHandle<V> {
  /** The value as a number; throws from 2^53 up. */
  readonly number: number;
}
export interface VecHandle<S> extends ValueHandle<Vec<S>> {
  readonly length: number;
  at(index: number): Handle<S>;
}
/** A struct has its fields; it can also be read and written as a whole, unless a field is called "value". */
export type StructHandle<V> = { readonly [K in FieldsOf<V>]: Handle<V[K]> } & ("value" extends FieldsOf<V> ? unknown : ValueHandle<V>);
export type Handle<V> = V extends EnumValue
  ? ValueHandle<V>
  : V extends Signed | Bits
    ? IntegerHandle<V>
    : V extends Vec<infer S>
      ? VecHandle<S>
      : V extends StructBase
        ? StructHandle<V>
        : V extends object
          ? { readonly [K in keyof V as V[K] extends Data ? K : never]: Handle<V[K]> }
          : never;
export type IoHandles<P extends Ports> = { readonly [K in keyof Io<P>]: Handle<Io<P>[K]> };

const readLeaf = (engine: Engine, v: Bits | Signed | EnumValue): bigint | string => {
  const value = engine.evaluate(v.expr);
  if (v instanceof Signed) return BigInt.asIntN(v.width, value);
  if (!(v instanceof EnumValue)) return value;
  return v.enumeration.members.find((m) => m.value === value)?.name ?? `${v.enumeration.name}'${value}`;
};
const read = (engine: Engine, v: Data): unknown => {
  if (v instanceof Vec) return [...v].map((e) => read(engine, e as Data));
  if (v instanceof StructBase) return Object.fromEntries(fields(v).map(([key, field]) => [key, read(engine, field)]));
  return readLeaf(engine, v as Bits | Signed | EnumValue);
};
const fields = (v: StructBase): [string, Data][] => Object.entries(v).filter((entry): entry is [string, Data] => entry[1] instanceof Data);

const writeLeaf = (engine: Engine, v: Bits | Signed | EnumValue, value: unknown): void => {
  const { target } = v.place;
  if (target === null || target.kind === "element") throw new Error("a computed value cannot be set: set the inputs it is made of");
  const given: Value = v instanceof EnumValue ? memberValue(v, value) : (value as Value);
  if (target.kind === "whole") {
    engine.pokeSignal(target.signal, given);
    return;
  }
  const { signal, hi, lo } = target;
  const width = hi - lo + 1;
  const bits = BigInt.asUintN(width, BigInt(given));
  if (BigInt(given) !== bits && BigInt(given) !== BigInt.asIntN(width, bits))
    throw new Error(`${signal.name}[${hi}:${lo}] = ${given}: does not fit ${width} bits`);
  const old = engine.peekSignal(signal);
  engine.pokeSignal(signal, old ^ ((BigInt.asUintN(width, old >> BigInt(lo)) ^ bits) << BigInt(lo)));
};
const memberValue = (v: EnumValue, value: unknown): bigint => {
  const member = v.enumeration.members.find((m) => m.name === value);
  if (member === undefined)
    throw new Error(
      `${v.enumeration.name} has no member "${String(value)}"; it has ${v.enumeration.members.map((m) => m.name).join(", ")}`,
    );
  return member.value;
};
const write = (engine: Engine, v: Data, value: unknown): void => {
  if (v instanceof Vec) {
    const list = value as readonly unknown[];
    if (list.length !== v.length) throw new Error(`${list.length} values for an array of ${v.length}`);
    [...v].forEach((e, i) => {
      write(engine, e as Data, list[i]);
    });
  } else if (v instanceof StructBase) {
    const given = value as Readonly<Record<string, unknown>>;
    for (const key of Object.keys(given))
      if (!fields(v).some(([k]) => k === key))
        throw new Error(
          `no field "${key}"; there are ${fields(v)
            .map(([k]) => k)
            .join(", ")}`,
        );
    for (const [key, field] of fields(v)) if (key in given) write(engine, field, given[key]);
  } else writeLeaf(engine, v as Bits | Signed | EnumValue, value);
};

class DataHandle {
  readonly #engine: Engine;
  readonly #data: Data;
  constructor(engine: Engine, data: Data) {
    this.#engine = engine;
    this.#data = data;
    if (data instanceof StructBase)
      for (const [key, field] of fields(data))
        Object.defineProperty(this, key, { enumerable: true, get: once(() => new DataHandle(engine, field)) });
  }
  get value(): unknown {
    return read(this.#engine, this.#data);
  }
  set value(value: unknown) {
    write(this.#engine, this.#data, value);
  }
  get number(): number {
    const value = Number(this.value);
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is no exact number: read .value, a bigint`);
    return value;
  }
  get length(): number {
    return (this.#data as Vec).length;
  }
  at(index: number): DataHandle {
    return new DataHandle(this.#engine, (this.#data as Vec).at(index) as Data);
  }
}
const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => (made ??= make());
};

/** Handles of whatever a port's view is: a value, or a bundle with values in it. */
const wrap = (engine: Engine, v: unknown): unknown => {
  if (v instanceof Data) return new DataHandle(engine, v);
  if (typeof v !== "object" || v === null) return v;
  const made = new Map<string | symbol, unknown>();
  return new Proxy(v, {
    get: (target, key) => {
      if (!made.has(key)) made.set(key, wrap(engine, Reflect.get(target, key, target)));
      return made.get(key);
    },
  });
};

/** Handles of all ports of the module that `engine` runs. */
export const ioHandles = <P extends Ports>(engine: Engine, m: HardwareModule<P>): IoHandles<P> => {
  const byName = new Map<string, Signal>(m.ports.map((s) => [s.name, s]));
  const place = (name: string): Place => {
    const signal = byName.get(name) as Signal;
    return { expr: ref(signal), target: { kind: "whole", signal }, guard: null, scope: null };
  };
  return Object.fromEntries(
    Object.entries(m.shape ?? {}).map(([key, port]) => [
      key,
      wrap(
        engine,
        view(key, port.direction, port.of as Type, (pin) => place(pin.name)),
      ),
    ]),
  ) as IoHandles<P>;
};
