/** State machines: an enumeration register, a switch over it, and the transitions for the reachability check. */

import { binary, clog2, ref } from "./expr.ts";
import type { EnumInfo, Expr, Signal, Source, Stmt, SwitchCase } from "./ir.ts";
import { signalPlace } from "./place.ts";
import type { Recorder } from "./recorder.ts";
import { fail, here } from "./source.ts";
import { type Bool, EnumValue, enumLiteral } from "./values.ts";

/** One body per state. `go("NAME")` takes effect at the clock edge. */
export type FsmBodies<S extends string> = { readonly [K in S]: (go: (to: NoInfer<S>) => void) => void };

/** A state machine's state, to read. */
export class Fsm<S extends string> {
  readonly state: EnumValue<S>;
  constructor(h: Recorder, name: string, bodies: FsmBodies<S>, at: Source) {
    const names = Object.keys(bodies) as S[];
    const start = names[0];
    if (start === undefined) {
      fail("fsm", `state machine ${name} has no states`, at);
      throw new Error();
    }
    const info: EnumInfo = { name, width: Math.max(1, clog2(names.length)), members: names.map((n, i) => ({ name: n, value: BigInt(i) })) };
    const domain = h.useReset(h.currentDomain);
    h.nextGroup();
    const signal: Signal = h.signal(name, { path: [], width: info.width, signed: false, enumeration: info }, "register", at, {
      domain,
      reset: { kind: "sync", value: 0n },
    });
    this.state = new EnumValue<S>(signalPlace(signal, ref(signal), h), info);
    const fsm: Recorder["fsms"][number] = { signal, states: info, start, transitions: [], at };
    h.fsms.push(fsm);
    const cases: SwitchCase[] = [];
    h.push({ kind: "switch", subject: this.state.expr, cases, fallback: null, at });
    for (const from of names) {
      const value = enumLiteral(info, from) as SwitchCase["values"][number];
      const body: Stmt[] = [];
      cases.push({ values: [value], body, at });
      const condition = (): Expr => binary("eq", this.state.expr, value);
      h.nested(body, condition, () => {
        bodies[from]((to) => {
          const where = here();
          if (!names.includes(to)) fail("fsm", `state machine ${name} has no state "${to}"; it has ${names.join(", ")}`, where);
          fsm.transitions.push({ from, to, at: where });
          h.assign({ kind: "whole", signal }, enumLiteral(info, to), where, null);
        });
      });
    }
  }
  /** Is the machine in one of these states? */
  is(...states: S[]): Bool {
    return this.state.is(...states);
  }
}
