/**
 * Ports of a register block, derived from the map: what the hardware behind the registers sees, field by field. In an
 * array every value is a `Vec`, and every queue a list of streams.
 */
import { type Bundle, backward, bundle, forward, type Port } from "../core/ports.ts";
import { transparent } from "../core/source.ts";
import { array, bool, type SignalOf, type StructType, type StructValue, struct, type Type, uint } from "../core/types.ts";
import type { Bits, Bool, Data, Vec } from "../core/values.ts";
import type { RegisterBus } from "../lib/register-bus.ts";
import { Stream } from "../lib/stream.ts";
import type { Field, FieldKind, Fields } from "./fields.ts";
import { type ForwardedBus, type ForwardedShape, forwardedBus } from "./forwarded.ts";
import type { Group, Node, Nodes, Register, Window } from "./nodes.ts";
import { indexBitsOf, type Space, wordBitsOf } from "./spaces.ts";

transparent(import.meta.url);

type Lifted<S, N> = N extends number ? Vec<S, any> : S;
type FieldView<K, T extends Type, N> = K extends "rw" | "wo" | "ro"
  ? Lifted<SignalOf<T>, N>
  : K extends "w1c" | "rc"
    ? {
        /** As software would read it. */
        readonly value: Lifted<SignalOf<T>, N>;
        /** To drive: bits to set. */
        readonly set: Lifted<SignalOf<T>, N>;
      }
    : K extends "w1s"
      ? {
          /** Bits that software asks for. */
          readonly value: Lifted<SignalOf<T>, N>;
          /** To drive: bits to clear. */
          readonly clear: Lifted<SignalOf<T>, N>;
        }
      : K extends "counter"
        ? {
            readonly value: Lifted<SignalOf<T>, N>;
            /** To drive: what to add in this cycle. */
            readonly increment: Lifted<Bits<any>, N>;
          }
        : K extends "command"
          ? {
              /** Software writes `data` now. */
              readonly written: Lifted<Bool, N>;
              readonly data: SignalOf<T>;
            }
          : {
              /** To drive: what software reads. */
              readonly value: Lifted<SignalOf<T>, N>;
              /** Software writes `data` now. */
              readonly written: Lifted<Bool, N>;
              /** What it writes; bytes that it does not write are those of `value`. */
              readonly data: SignalOf<T>;
            };
type TypesOf<F extends Fields, K extends FieldKind> = {
  readonly [X in keyof F as F[X] extends Field<K, any> ? X : never]: F[X] extends Field<K, infer T> ? T : never;
};
type Queue<F extends Fields, K extends FieldKind, N> = N extends number
  ? readonly Stream<StructValue<TypesOf<F, K>>>[]
  : Stream<StructValue<TypesOf<F, K>>>;
type WithQueue<F extends Fields, K extends FieldKind, N, Name extends string> = keyof TypesOf<F, K> extends never
  ? unknown
  : { readonly [X in Name]: Queue<F, K, N> };
/** A register's fields as hardware sees them, and its queues. */
export type RegisterView<F extends Fields, N> = {
  readonly [X in keyof F as F[X] extends Field<"pop" | "push" | "fixed", any> ? never : X]: F[X] extends Field<infer K, infer T>
    ? FieldView<K, T, N>
    : never;
} & WithQueue<F, "pop", N, "pop"> &
  WithQueue<F, "push", N, "push">;
/** A node of a map as hardware sees it; `N` is the length of the array around it. */
export type NodeView<X, N = null> =
  X extends Register<infer F, infer C, infer W>
    ? W extends true
      ? ForwardedBus
      : RegisterView<F, C extends number ? C : N>
    : X extends Group<infer M, infer C, infer W>
      ? W extends true
        ? ForwardedBus
        : { readonly [K in keyof M]: NodeView<M[K], C extends number ? C : N> }
      : X extends Window
        ? ForwardedBus
        : never;
/** `bus`, and a port for each register, group and window of the map. */
export type BlockPorts<M extends Nodes> = { readonly bus: Port<Bundle<RegisterBus>> } & {
  readonly [K in keyof M]: Port<Bundle<NodeView<M[K]>>>;
};

const lift = (type: Type, count: number | null): Type => (count === null ? type : array(type, count));
const plain = (fields: Parameters<typeof bundle>[0]): Bundle => bundle(fields, (s) => s);

/** What a field brings to its register's port; null where hardware sees nothing of it, or only its queue. */
const fieldPort = (f: Field, count: number | null) => {
  const value = lift(f.type, count);
  switch (f.kind) {
    case "rw":
    case "wo":
      return forward(value);
    case "ro":
      return backward(value);
    case "w1c":
    case "rc":
      return forward(plain({ value: forward(value), set: backward(value) }));
    case "w1s":
      return forward(plain({ value: forward(value), clear: backward(value) }));
    case "counter":
      return forward(plain({ value: forward(value), increment: backward(lift(uint(f.step), count)) }));
    case "command":
      return forward(plain({ written: forward(lift(bool, count)), data: forward(f.type) }));
    case "external":
      return forward(plain({ value: backward(value), written: forward(lift(bool, count)), data: forward(f.type) }));
    case "pop":
    case "push":
    case "fixed":
      return null;
  }
};

/** The entry type of a register's queue; null where it has none. */
export const entryOf = (r: Register, queue: "pop" | "push", name: string): StructType<any> | null => {
  const parts = Object.entries(r.fields).filter(([, f]) => f.kind === queue);
  return parts.length === 0 ? null : struct(Object.fromEntries(parts.map(([key, f]) => [key, f.type])), `${name}_${queue}`);
};
/** A stream, or one for each element: each signal is an array then. Flows as the bundle does. */
const queuePort = (entry: StructType<any>, count: number | null): Bundle<Stream | readonly Stream[]> => {
  if (count === null)
    return bundle(
      { valid: forward(bool), ready: backward(bool), payload: forward(entry as Type) },
      (s, name) => new Stream(s.valid as Bool, s.ready as Bool, s.payload as Data, entry, name),
    );
  const keys = Object.keys(entry.fields);
  const arrays = struct(Object.fromEntries(keys.map((key) => [key, array(entry.fields[key], count)])), `${entry.name}s`);
  return bundle(
    { valid: forward(array(bool, count)), ready: backward(array(bool, count)), payload: forward(arrays as Type) },
    (s, name) => {
      const { valid, ready, payload } = s as { valid: Vec<Bool>; ready: Vec<Bool>; payload: Record<string, Vec<Bits>> };
      return Array.from({ length: count }, (_, i) => {
        const places = keys.map((key) => (payload[key] as Vec<Bits>).at(i).place);
        return new Stream(valid.at(i), ready.at(i), entry.wrap(places) as Data, entry, `${name}_${i}`);
      });
    },
  );
};

export interface PortContext {
  readonly spaces: readonly Space[];
  readonly busBytes: 4 | 8;
  readonly sourceBits: number;
}
const forwardedPort = (path: readonly string[], around: Space | null, c: PortContext): Bundle<ForwardedBus> => {
  const own = c.spaces.find((s) => s.path.length > 0 && s.path.join() === path.join());
  const shape: ForwardedShape = {
    title: path.join("."),
    indexBits: own !== undefined ? indexBitsOf(own) : around === null ? 0 : indexBitsOf(around),
    wordBits: own === undefined ? 0 : wordBitsOf(own),
    busBytes: c.busBytes,
    sourceBits: c.sourceBits,
  };
  return forwardedBus(shape);
};

/** The bundle of a node at `path`, seen from the block's outside as an output. */
export const nodePort = (n: Node, path: readonly string[], count: number | null, around: Space | null, c: PortContext): Bundle => {
  if (n.node === "window" || n.forwarded) return forwardedPort(path, around, c);
  const inner = n.count ?? count;
  if (n.node === "group") {
    const space = n.count === null ? around : (c.spaces.find((s) => s.path.join() === path.join()) ?? null);
    return plain(
      Object.fromEntries(Object.entries(n.nodes).map(([key, m]) => [key, forward(nodePort(m, [...path, key], inner, space, c))])),
    );
  }
  const name = path.join("_");
  const fields = Object.entries(n.fields).flatMap(([key, f]) => {
    const port = fieldPort(f, inner);
    return port === null ? [] : [[key, port] as const];
  });
  const queues = (["pop", "push"] as const).flatMap((queue) => {
    const entry = entryOf(n, queue, name);
    return entry === null ? [] : [[queue, queue === "pop" ? backward(queuePort(entry, inner)) : forward(queuePort(entry, inner))] as const];
  });
  return plain(Object.fromEntries([...fields, ...queues]));
};
