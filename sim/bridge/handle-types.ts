/** The types of handles: what a port of a module looks like in a test, derived from how it looks inside the module. */
import type { Bits, Data, EnumValue, Port, Ports, Signed, Stream, Vec, ViewOf } from "#hdl";
import type { NumberWidth } from "#hdl/core/number-width.ts";
import type { StructBase } from "#hdl/core/values.ts";
import type { Signal, Writable } from "./signal.ts";

/** Values of `N` bits: numbers up to 53, bigints above; either where the width is computed. */
export type ValueOf<N extends number> = number extends N ? number | bigint : N extends NumberWidth ? number : bigint;

/** A pin, or some bits of one. */
export interface SignalHandle<V = number | bigint> extends Omit<Signal<V>, "value"> {
  /** The sample of the last stop: a number up to 53 bits, a bigint above. */
  get value(): V;
  /** Takes effect right after the current stop. */
  set value(v: V | Writable);
}
/** A pin whose values are members of an enumeration. */
export interface EnumHandle<M extends string> extends Omit<Signal, "value" | "is" | "isNot"> {
  /** The member's name. Throws where the bits are no member. */
  get value(): M;
  set value(member: M);
  is(member: M): ReturnType<Signal["is"]>;
  isNot(member: M): ReturnType<Signal["isNot"]>;
}
/** Elements by index; `value` is all of them. */
export interface ArrayHandle<H> extends Iterable<H> {
  readonly length: number;
  at(index: number): H;
  get value(): readonly PlainOf<H>[];
  set value(values: readonly PlainOf<H>[]);
}
/** Fields by name; `value` is a plain object of all of them. */
export type StructHandle<F> = F & {
  get value(): { readonly [K in keyof F]: PlainOf<F[K]> };
  set value(fields: { readonly [K in keyof F]: PlainOf<F[K]> });
};
/** What `.value` of a handle is. */
export type PlainOf<H> = H extends { readonly value: infer V } ? V : never;
/** A valid/ready stream. */
export interface StreamHandle<P> {
  readonly valid: SignalHandle<number>;
  readonly ready: SignalHandle<number>;
  readonly payload: P;
}

type IsAny<T> = 0 extends 1 & T ? true : false;
/** The handle of a hardware value, bundle or array of bundles. */
export type HandleOf<S> =
  IsAny<S> extends true
    ? // biome-ignore lint/suspicious/noExplicitAny: nothing is known of it
      any
    : S extends EnumValue<infer M>
      ? EnumHandle<M>
      : S extends Bits<infer N>
        ? SignalHandle<ValueOf<N>>
        : S extends Signed<infer N>
          ? SignalHandle<ValueOf<N>>
          : S extends Vec<infer E, unknown>
            ? ArrayHandle<HandleOf<E>>
            : S extends StructBase
              ? StructHandle<{ readonly [K in Exclude<keyof S, keyof StructBase>]: HandleOf<S[K]> }>
              : S extends Stream<infer P>
                ? StreamHandle<HandleOf<P>>
                : S extends readonly (infer E)[]
                  ? readonly HandleOf<E>[]
                  : { readonly [K in keyof S as S[K] extends Data | object ? K : never]: HandleOf<S[K]> };

/** Handles of a module's ports. */
export type PortHandles<P extends Ports> = { readonly [K in keyof P]: P[K] extends Port<infer T> ? HandleOf<ViewOf<T>> : never };
