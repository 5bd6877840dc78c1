/** The stream protocol as properties, for simulation and for proofs. Behind `Stream.check`. */
import type { Builder } from "../core/builder.ts";
import { transparent } from "../core/source.ts";
import type { Bool, Data } from "../core/values.ts";
import type { Stream } from "./stream.ts";

transparent(import.meta.url);

/** `assert`: this module answers for it. `assume`: its surroundings do. */
export type PropertyKind = "assert" | "assume";

/** A property of the given kind. */
export const property = (h: Builder, kind: PropertyKind, name: string, condition: Bool): void => {
  if (kind === "assert") h.assert(name, condition);
  else h.assume(name, condition);
};

/** Once valid, a beat waits unchanged until it has moved. */
export const checkStream = (h: Builder, s: Stream<Data>, kind: PropertyKind): void => {
  const waited = h.past(s.stalled, 1, `${s.name}_stalled`);
  property(h, kind, `${s.name}: valid stays until the beat has moved`, waited.implies(s.valid));
  const payload = s.payload.asBits();
  const before = h.past(payload, 1, `${s.name}_payload`);
  property(h, kind, `${s.name}: the payload stays until the beat has moved`, waited.implies(payload.eq(before)));
};
