/** State machines, switches, resets of what decides, and ghosts. */
import { describe, expect, test } from "vitest";
import { bool, enumeration, input, module, output, stream, uint } from "#hdl";
import { checkModule } from "#hdl/check/index.ts";
import { complaint, marks, shown, warnings } from "./complaints.ts";

const at = marks(import.meta.url);

describe("state machines", () => {
  test("a state that nothing leads to", () => {
    expect(
      complaint(() =>
        module("m", { go: input(bool), q: output(bool) }, ({ go, q }, h) => {
          // @machine
          const s = h.fsm("state", {
            IDLE: (to) => h.when(go, () => to("RUN")),
            RUN: (to) => to("IDLE"),
            LOST: (to) => to("IDLE"),
          });
          q.drive(s.is("RUN"));
        }),
      ),
    ).toBe(
      `${at("machine")}: error: state LOST of state cannot be reached from IDLE: no state goes there [fsm]\n    ${at("machine")}: state is declared here`,
    );
  });
  test("states that lead to each other only", () => {
    expect(
      complaint(() =>
        module("m", { go: input(bool), q: output(bool) }, ({ go, q }, h) => {
          const s = h.fsm("state", {
            IDLE: (to) => h.when(go, () => to("RUN")),
            RUN: (to) => to("IDLE"),
            PING: (to) => to("PONG"), // @ping
            PONG: (to) => to("PING"), // @pong
          });
          q.drive(s.is("RUN"));
        }),
      ),
    ).toContain(
      `${at("pong")}: error: state PING of state cannot be reached from IDLE: only from PONG, which cannot be reached either [fsm]`,
    );
  });
  test("a state without a way out: a warning", () => {
    const m = module("m", { go: input(bool), q: output(bool) }, ({ go, q }, h) => {
      const s = h.fsm("state", { IDLE: (to) => h.when(go, () => to("HALT")), HALT: () => {} }); // @halt
      q.drive(s.is("HALT"));
    });
    expect(warnings(m)).toEqual([`${at("halt")}: warning: state HALT of state is never left [fsm]`]);
  });
  test("a transition from outside the bodies counts", () => {
    const m = module("m", { go: input(bool), stop: input(bool), q: output(bool) }, ({ go, stop, q }, h) => {
      const s = h.fsm("state", { IDLE: (to) => h.when(go, () => to("RUN")), RUN: () => {}, ERROR: (to) => h.when(go, () => to("IDLE")) });
      h.when(stop, () => s.state.next("ERROR"));
      q.drive(s.is("RUN"));
    });
    expect(m.warnings).toEqual([]);
  });
});

describe("switches", () => {
  const op = enumeration("op", ["ADD", "SUB", "NOP"]);
  test("refused by the language at the statement", () => {
    expect(
      complaint(() =>
        module("m", { what: input(op), q: output(bool) }, ({ what, q }, h) => {
          q.drive(0);
          h.switch(what).case("ADD", () => q.drive(1)); // @missing
        }),
      ),
    ).toBe(`${at("missing")}: error: the switch on what does not cover SUB, NOP; add the cases or .otherwise(() => {}) [switch]`);
  });
  test("refused in any IR", () => {
    const m = module("m", { what: input(op), q: output(bool) }, ({ what, q }, h) => {
      q.drive(0);
      h.switch(what) // @whole
        .case("ADD", () => q.drive(1))
        .otherwise(() => {});
    });
    const [first, s] = m.body;
    if (s?.kind !== "switch" || first === undefined) throw new Error("a switch stands second");
    const { cases } = s;
    expect(shown(checkModule({ ...m, body: [first, { ...s, fallback: null }] }))).toEqual([
      `${at("whole")}: error: the switch on what does not cover SUB, NOP; add the cases or .otherwise(() => {}) [switch]`,
    ]);
    expect(shown(checkModule({ ...m, body: [first, { ...s, cases: [...cases, ...cases] }] }))[0]).toContain(
      "error: case ADD of the switch on what is there twice [switch]",
    );
  });
});

describe("registers without reset", () => {
  test("as a condition", () => {
    const m = module("m", { a: input(bool), q: output(uint(4)) }, ({ a, q }, h) => {
      const { seen } = h.registers({ seen: bool.noReset() }); // @seen
      const { count } = h.registers({ count: uint(4) });
      seen.next(a);
      h.when(seen, () => count.next(count.add(1))); // @decides
      q.drive(count);
    });
    expect(warnings(m)).toEqual([
      `${at("seen")}: warning: register seen has no reset and decides the condition seen: give it one, or guard it with a signal that has [missing-reset]\n    ${at("decides")}: it decides here`,
    ]);
  });
  test("as a write enable, through a net; as a valid; as a switch", () => {
    const m = module("m", { a: input(uint(2)), t: output(stream(uint(2))) }, ({ a, t }, h) => {
      const { x, y, z } = h.registers({ x: bool.noReset(), y: bool.noReset(), z: uint(2).noReset() });
      x.next(a.bit(0));
      y.next(a.bit(1));
      z.next(a);
      const { enable } = h.nets({ enable: x.not() });
      const cells = h.memory("cells", uint(2), 4);
      cells.write(a, a, enable);
      t.valid.drive(y.and(t.ready.or(y)));
      t.payload.drive(cells.read(a));
      h.switch(z)
        .case(0, () => t.payload.drive(1))
        .otherwise(() => {});
    });
    expect(warnings(m).map((w) => /register (\w) has no reset and decides (.*?):/.exec(w)?.slice(1))).toEqual([
      ["x", "the condition enable"],
      ["z", "the switch on z"],
      ["y", "output t_valid"],
    ]);
  });
  test("guarded payload, data paths and synchronisers are quiet", () => {
    const m = module("m", { s: input(stream(uint(8))), t: output(stream(uint(8))), far: input(bool) }, ({ s, t, far }, h) => {
      const { valid } = h.registers({ valid: bool });
      const { payload, total } = h.registers({ payload: uint(8).noReset(), total: uint(8).noReset() });
      const { sync } = h.registers({ sync: bool.noReset() }, { synchroniser: true });
      const { count } = h.registers({ count: uint(8) });
      s.ready.drive(valid.not().or(t.ready));
      h.when(s.ready, () => {
        valid.next(s.valid);
        payload.next(s.payload);
      });
      // Under a guard, and joined with one.
      h.when(valid, () => h.when(payload.bit(0), () => count.next(count.add(1))));
      h.when(valid.and(payload.eq(255)), () => count.next(0));
      // Decides about data only.
      h.when(payload.bit(1), () => total.next(total.add(1)));
      sync.next(far);
      h.when(sync, () => count.next(1));
      t.valid.drive(valid);
      t.payload.drive(payload.add(count).xor(total));
    });
    expect(m.warnings).toEqual([]);
  });
});

describe("ghosts", () => {
  test("hardware that reads one", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { seen } = h.ghost(() => h.registers({ seen: bool })); // @ghost
          seen.next(a);
          q.drive(seen); // @reader
        }),
      ),
    ).toBe(
      `${at("reader")}: error: q is hardware and depends on seen, which exists for properties only [ghost]\n    ${at("ghost")}: seen is declared here, in h.ghost`,
    );
  });
  test("hardware under a condition that reads one", () => {
    expect(
      complaint(() =>
        module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
          const { seen } = h.ghost(() => h.registers({ seen: bool }));
          seen.next(a);
          q.drive(0);
          h.when(seen, () => q.drive(1)); // @under
        }),
      ),
    ).toContain(`${at("under")}: error: q is hardware and depends on seen`);
  });
  test("a ghost may read hardware and other ghosts", () => {
    const m = module("m", { a: input(bool), q: output(bool) }, ({ a, q }, h) => {
      q.drive(a);
      h.ghost(() => {
        const { seen } = h.registers({ seen: bool });
        const { again } = h.registers({ again: bool });
        seen.next(a);
        again.next(seen);
        h.assert("order", again.implies(a.or(again)));
      });
    });
    expect(m.warnings).toEqual([]);
  });
});
