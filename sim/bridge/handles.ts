/** Handles of a module's ports, shaped as the module declared them: enumerations by name, structs, arrays, streams. */
import { Bits, type Bundle, Data, EnumValue, type Ports, Signed, type Type, Vec } from "#hdl";
import { ref } from "#hdl/core/expr.ts";
import type { EnumInfo, Expr, Signal as IrSignal } from "#hdl/core/ir.ts";
import { type Place, valuePlace } from "#hdl/core/place.ts";
import { type Pin, view } from "#hdl/core/ports.ts";
import { StructBase } from "#hdl/core/values.ts";
import { plainSignal, Signal, type ValueStore, type Writable } from "./signal.ts";
import type { PortTable } from "./slots.ts";

/** Where handles find their pins. */
export interface HandleContext {
  readonly table: PortTable;
  readonly store: ValueStore;
}

/** On handles: makes the same handle over other storage, of one beat of a stream, say. */
export const remake = Symbol("the same handle elsewhere");

class EnumSignal extends Signal<string> {
  readonly #info: EnumInfo;
  constructor(context: HandleContext, place: PinPart, info: EnumInfo) {
    super(context.store, place.port, place.lo, place.width, false);
    this.#info = info;
  }
  override get value(): string {
    const bits = this.big;
    const member = this.#info.members.find((m) => m.value === bits);
    if (member === undefined) throw new RangeError(`${this.name} is ${bits}, which is no member of ${this.#info.name}`);
    return member.name;
  }
  override set value(member: string | Writable) {
    this.write(this.#bits(member));
  }
  override is(member: string | Writable): ReturnType<Signal["is"]> {
    return super.is(this.#bits(member));
  }
  override isNot(member: string | Writable): ReturnType<Signal["isNot"]> {
    return super.isNot(this.#bits(member));
  }
  #bits(member: string | Writable): Writable {
    if (typeof member !== "string") return member;
    const found = this.#info.members.find((m) => m.name === member);
    if (found !== undefined) return found.value;
    throw new RangeError(`${this.name} = ${member}: ${this.#info.name} has ${this.#info.members.map((m) => m.name).join(", ")}`);
  }
}

interface HasValue {
  value: unknown;
}

/** Elements are made when they are asked for: a table may have thousands. */
class ArrayOfHandles implements Iterable<unknown> {
  readonly length: number;
  readonly #make: (index: number) => unknown;
  readonly #made: unknown[] = [];
  constructor(length: number, make: (index: number) => unknown) {
    this.length = length;
    this.#make = make;
  }
  at(index: number): unknown {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new RangeError(`element ${index}: there are elements 0 to ${this.length - 1}`);
    this.#made[index] ??= this.#make(index);
    return this.#made[index];
  }
  *[Symbol.iterator](): Iterator<unknown> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
  get value(): unknown[] {
    return [...this].map((handle) => (handle as HasValue).value);
  }
  set value(values: readonly unknown[]) {
    if (values.length !== this.length) throw new RangeError(`${values.length} values for an array of ${this.length}`);
    values.forEach((v, i) => {
      (this.at(i) as HasValue).value = v;
    });
  }
}

/** Bits of a pin, as far as an expression is nothing else. */
interface PinPart {
  readonly port: PortTable["ports"][number];
  readonly lo: number;
  readonly width: number;
}
const pinPart = (expr: Expr, table: PortTable): PinPart | null => {
  if (expr.kind === "ref") {
    const port = table.byName.get(expr.signal.name);
    return port === undefined ? null : { port, lo: 0, width: port.width };
  }
  if (expr.kind !== "slice") return null;
  const outer = pinPart(expr.a, table);
  return outer === null ? null : { port: outer.port, lo: outer.lo + expr.lo, width: expr.hi - expr.lo + 1 };
};

/** A value that the module computes from its pins, such as `push.fire`, has no pin and no handle. */
class NoPin extends Error {}

const scalar = (data: Data, context: HandleContext): Signal<unknown> => {
  const expr = data.exprs()[0] as Expr;
  const part = pinPart(expr, context.table);
  if (part === null) throw new NoPin("this value is computed inside the module and has no pin");
  if (data instanceof EnumValue) return new EnumSignal(context, part, data.enumeration);
  return plainSignal(context.store, part.port, part.lo, part.width, data instanceof Signed) as Signal<unknown>;
};

const structHandle = (data: StructBase, context: HandleContext): object => {
  const handle = {};
  const fields = Object.keys(data).filter((key) => (data as unknown as Record<string, unknown>)[key] instanceof Data);
  for (const key of fields)
    Object.defineProperty(handle, key, { value: convert((data as unknown as Record<string, unknown>)[key], context), enumerable: true });
  const parts = handle as Record<string, HasValue>;
  if (fields.includes("value")) return handle;
  return Object.defineProperty(handle, "value", {
    get: () => Object.fromEntries(fields.map((key) => [key, parts[key]?.value])),
    set: (values: Readonly<Record<string, unknown>>) => {
      for (const key of Object.keys(values))
        if (!fields.includes(key)) throw new RangeError(`there is no field ${key}; there are ${fields.join(", ")}`);
      for (const key of fields) {
        if (!(key in values)) throw new RangeError(`field ${key} is missing`);
        (parts[key] as HasValue).value = values[key];
      }
    },
  });
};

/** Bundles are objects of any class whose own properties are hardware values or further bundles. */
const bundleHandle = (bundle: object, context: HandleContext): object => {
  const handle = {};
  for (const [key, part] of Object.entries(bundle)) {
    if (typeof part !== "object" || part === null) continue;
    try {
      const converted = convert(part, context);
      if (converted !== null) Object.defineProperty(handle, key, { value: converted, enumerable: true });
    } catch (error) {
      if (!(error instanceof NoPin)) throw error;
      Object.defineProperty(handle, key, {
        get: () => {
          throw new Error(`${key}: ${error.message}`);
        },
      });
    }
  }
  return handle;
};

const isPlainPart = (part: object): boolean => Object.values(part).some((v) => v instanceof Data || (Array.isArray(v) && v.length > 0));

const convert = (value: unknown, context: HandleContext): unknown => {
  const handle = convertOnce(value, context);
  if (value instanceof Data && typeof handle === "object" && handle !== null)
    Object.defineProperty(handle, remake, { value: (other: HandleContext) => convertOnce(value, other) });
  return handle;
};
const convertOnce = (value: unknown, context: HandleContext): unknown => {
  if (value instanceof Bits || value instanceof Signed || value instanceof EnumValue) return scalar(value, context);
  if (value instanceof Vec) return new ArrayOfHandles(value.length, (i) => convert(value.at(i), context));
  if (value instanceof StructBase) return structHandle(value, context);
  if (Array.isArray(value)) return value.map((element) => convert(element, context));
  if (
    typeof value === "object" &&
    value !== null &&
    (isPlainPart(value) || Object.values(value).some((v) => typeof v === "object" && v !== null && isPlainPart(v)))
  )
    return bundleHandle(value, context);
  return null;
};

/** A signal that stands for a pin while the view of a port is built. */
const standIn = (pin: Pin, source: Pick<IrSignal, "at">): Place => {
  const signal: IrSignal = {
    name: pin.name,
    width: pin.leaf.width,
    kind: pin.direction,
    origin: "user",
    domain: null,
    reset: null,
    enumeration: pin.leaf.enumeration,
    signed: pin.leaf.signed,
    group: 0,
    ghost: false,
    allowUnused: true,
    synchroniser: false,
    at: source.at,
    doc: "",
  };
  return valuePlace(ref(signal));
};

/** One handle per port of a module. */
export const portHandles = (shape: Ports, at: IrSignal["at"], context: HandleContext): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(shape).map(([key, port]) => {
      const handle = convert(
        view(key, port.direction, port.of as Type | Bundle, (pin) => standIn(pin, { at })),
        context,
      ) as object;
      return [key, handle];
    }),
  );

/** One handle per pin, for Verilog without a declared shape. */
export const pinHandles = ({ table, store }: HandleContext): Readonly<Record<string, Signal<unknown>>> =>
  Object.fromEntries(table.ports.map((port) => [port.name, plainSignal(store, port) as Signal<unknown>]));
