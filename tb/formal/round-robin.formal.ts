/** A round-robin arbiter: at most one grant, only to who asks, and nobody waits for more than everybody else once. */
import { type Bits, bool, input, module, mux, output, uint, widthOf } from "#hdl";
import type { FormalTask } from "#sim/formal/index.ts";

/** The lowest 1 alone. */
const lowest = (a: Bits): Bits => a.and(a.neg());

/** Grants one of `n` requests; after a grant that is taken, the next one is looked for above it. */
const roundRobin = (n: number) =>
  module(`round_robin_${n}`, { request: input(uint(n)), take: input(bool), grant: output(uint(n)) }, ({ request, take, grant }, h) => {
    const { above } = h.registers({ /** Ones for who comes before all others. */ above: uint(n) });
    const first = request.and(above);
    grant.drive(mux(first.any(), lowest(first), lowest(request)) as Bits);
    // Everything above the lowest 1 of the grant.
    h.when(take.and(grant.any()), () => above.next(grant.or(grant.neg()).and(grant.not())));

    h.assert("at most one grant", grant.and(grant.sub(1)).eq(0));
    h.assert("only to who asks", grant.and(request.not()).eq(0));
    h.assert("somebody, where anybody asks", grant.any().eq(request.any()));
    h.ghost(() => {
      const count = uint(widthOf(2 * n));
      h.assert("ones from some bit up", above.not().and(above.not().add(1)).eq(0));
      for (let i = 0; i < n; i++) {
        const { [`waited_${i}`]: waited } = h.registers({ [`waited_${i}`]: count }) as Record<string, Bits>;
        if (waited === undefined) throw new Error("declared above");
        const granted = take.and(grant.any());
        waited.next(
          mux(
            request
              .bit(i)
              .not()
              .or(granted.and(grant.bit(i))),
            count.of(0),
            mux(granted, waited.add(1), waited),
          ),
        );
        h.assert(`${i} waits for each of the others once`, waited.lt(n));
        // What makes that inductive: who is still to come before i has not been counted yet.
        const ones = (mask: number): Bits =>
          Array.from(
            { length: n },
            (_, k) =>
              above
                .bit(k)
                .and((mask >> k) & 1)
                .zext(count.width) as Bits,
          ).reduce((a, b) => a.add(b));
        const upTo = (1 << i) - 1;
        const before = mux(above.bit(i), ones(upTo), ones((1 << n) - 1).add(i));
        h.assert(`${i}: waited and still to wait are less than ${n}`, waited.add(before).lt(n));
      }
    });
    h.cover("everybody in turn", h.past(grant).eq(1).and(grant.eq(2)).and(request.all()));
  });

export const tasks: readonly FormalTask[] = [
  { name: "round robin of 4: one-hot and fair", module: () => roundRobin(4), mode: "induction", depth: 1 },
  { name: "round robin of 5: one-hot and fair", module: () => roundRobin(5), mode: "induction", depth: 1 },
  { name: "round robin of 4: turns", module: () => roundRobin(4), mode: "cover", depth: 8 },
];
