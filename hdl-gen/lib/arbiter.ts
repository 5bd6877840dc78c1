/** Arbiters: several streams to one, beat by beat or packet by packet. */
import type { Builder } from "../core/builder.ts";
import { widthOf } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux, oneHotMux } from "../core/select.ts";
import { bool, index, type StructType, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, constant, type Data } from "../core/values.ts";
import { atMostOne, fromBits, lowestOne, oneHotIndex } from "./bits.ts";
import { bundleArray } from "./bundle-array.ts";
import { refuse } from "./refuse.ts";
import { type Stream, stream } from "./stream.ts";

export interface ArbiterOptions {
  /**
   * Who is next. `round-robin` (the default): the next one after the last, so that an input waits for at most one turn of
   * each other. `priority`: the lowest number; the others may starve.
   */
  readonly policy?: "round-robin" | "priority";
  /**
   * Round robin in which input `i` keeps its place for up to `weights[i]` turns in a row while it has something. An input
   * waits for at most the sum of the others' weights.
   */
  readonly weights?: readonly number[];
  /** A turn is a whole packet, up to a beat whose `last` is 1, and not a beat. */
  readonly packets?: boolean;
}
export interface ArbiterPorts<P extends Data> {
  readonly from: Port<Bundle<readonly Stream<P>[]>>;
  readonly to: Port<Bundle<Stream<P>>>;
  readonly source: Port<Type<Bits>>;
  readonly [key: string]: Port;
}

/**
 * Arbiter of `count` inputs. Latency 0, one beat a cycle, no payload register; `to.valid` follows the inputs' valid
 * through the choice, and each `ready` follows `to.ready`: put slices around it where that is too long. A choice stands
 * until its beat (or packet) has gone. `source` is the number of the input that `to` comes from, while `to` is valid.
 */
export const arbiter = <P extends Data, I>(
  of: Type<P, I>,
  count: number,
  options: ArbiterOptions = {},
): HardwareModule<ArbiterPorts<P>> => {
  const { policy = "round-robin", weights, packets = false } = options;
  check(of, count, options);
  const how = weights === undefined ? (policy === "priority" ? "priority" : "round_robin") : `weighted_${weights.join("_")}`;
  const name = `arbiter_${how}_${of.name}x${count}${packets ? "_packets" : ""}`;
  return module(
    name,
    { from: input(bundleArray(stream(of), count)), to: output(stream(of)), source: output(index(count)) },
    ({ from, to, source }, h) => {
      const { requests } = h.nets({ requests: fromBits(from.map((s) => s.valid)) });
      const { held, owner } = h.registers({
        /** The turn goes on: nobody else may be chosen. */
        held: bool,
        /** Who has the turn, or had the last one; one-hot. */
        owner: uint(count),
      });
      const { chosen, turn } = choice(h, requests, owner, options);
      const { grant } = h.nets({ grant: mux(held, owner as Bits, chosen) });
      to.valid.drive(grant.and(requests).any());
      to.payload.drive(oneHotMux(from.map((s, i) => ({ when: grant.bit(i), value: s.payload }))));
      source.drive(oneHotIndex(grant));
      for (const [i, s] of from.entries()) s.ready.drive(to.ready.and(grant.bit(i)));

      const ends = packets ? to.fire.and((to.payload as unknown as { last: Bool }).last) : to.fire;
      h.when(to.valid, () => {
        held.next(ends.not());
        h.when(held.not(), () => {
          owner.next(grant);
          turn(grant);
        });
      });
      h.assert("at most one input has the turn", atMostOne(owner).and(held.implies(owner.any())));
      h.assert("at most one input is granted", atMostOne(grant));
      h.assert("somebody is granted where somebody asks", held.or(requests.any().not()).or(grant.any()));
    },
  ) as unknown as HardwareModule<ArbiterPorts<P>>;
};

const check = (of: Type, count: number, { policy, weights, packets }: ArbiterOptions): void => {
  if (!Number.isInteger(count) || count < 1) refuse(`arbiter of ${count} inputs: a whole number of at least 1 is needed`);
  if (weights !== undefined) {
    if (policy === "priority") refuse("arbiter: weights belong to round robin, not to priority");
    if (weights.length !== count) refuse(`arbiter of ${count} inputs: ${weights.length} weights are given`);
    for (const w of weights) if (!Number.isInteger(w) || w < 1) refuse(`arbiter: a weight is a whole number of at least 1, not ${w}`);
  }
  if (packets && !("fields" in of && "last" in (of as StructType<any>).fields))
    refuse(`arbiter of packets: ${of.name} has no field "last"`);
};

/** Who is chosen where nobody is held, and what a new turn does to the state behind that. */
const choice = (
  h: Builder,
  requests: Bits,
  owner: Bits,
  { policy, weights }: ArbiterOptions,
): { chosen: Bits; turn: (grant: Bits) => void } => {
  if (policy === "priority") return { chosen: lowestOne(requests), turn: () => {} };
  // The inputs after the last owner come first, then all from the beginning.
  const { later } = h.nets({ later: requests.and(owner.or(owner.sub(1)).not()) });
  const { next } = h.nets({ next: mux(later.any(), lowestOne(later), lowestOne(requests)) });
  if (weights === undefined) return { chosen: next, turn: () => {} };
  const width = widthOf(Math.max(...weights) - 1);
  const { turns_left } = h.registers({ /** Turns that the last owner may still have in a row. */ turns_left: uint(width) });
  const { stays } = h.nets({ stays: requests.and(owner).any().and(turns_left.ne(0)) });
  const fresh = (grant: Bits): Bits => oneHotMux(weights.map((w, i) => ({ when: grant.bit(i), value: constant(width, w - 1) as Bits })));
  return {
    chosen: mux(stays, owner, next),
    turn: (grant) => turns_left.next(mux(stays, turns_left.sub(1), fresh(grant))),
  };
};
