/**
 * How an operator passes a consumer's ready on. A gate in a stream's path needs no net of its own: the ready pin that
 * the consumer drives is the one of the stream before, behind the gate.
 */
import { fail, transparent } from "../core/source.ts";
import { Bits, type Bool } from "../core/values.ts";

transparent(import.meta.url);

/** A ready pin before an operator, and what becomes of the value that the consumer gives. */
export interface ReadyPart {
  readonly ready: Bool;
  readonly gate: (given: Bool) => Bool;
}

/**
 * The ready pin behind an operator. Driving it drives every part, through its gate. Reading it reads the first part's pin,
 * or `read` where that says too little; together with the operator's valid it tells exactly whether a beat moves.
 */
export const readyThrough = (first: ReadyPart, rest: readonly ReadyPart[] = [], read: Bool = first.ready): Bool => {
  const parts = [first, ...rest];
  const { target, guard } = first.ready.place;
  return new Bits<1>({
    expr: read.place.expr,
    target,
    guard,
    scope: {
      assign: (_, value, at) => {
        const given = new Bits<1>({ expr: value, target: null, guard: null, scope: null });
        for (const { ready, gate } of parts) {
          const { place } = ready;
          if (place.target === null || place.scope === null)
            fail("assign", "this stream's ready is a computed value and cannot be driven", at);
          else place.scope.assign(place.target, gate(given).expr, at, place.guard);
        }
      },
    },
  });
};
