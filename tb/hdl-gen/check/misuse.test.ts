/** JavaScript's own conditions on signals: found in the body's text, with the line on which they stand. */
import { describe, expect, it } from "vitest";
import { array, type Builder, bool, HdlError, input, module, output, stream, uint } from "#hdl";

const ports = { push: input(stream(uint(8))), a: input(bool), b: input(uint(8)), y: output(uint(8)) };
const errorOf = (body: Parameters<typeof module<typeof ports>>[2]): { message: string; text: string } => {
  try {
    module("misused", ports, body);
  } catch (e) {
    if (!(e instanceof HdlError)) throw e;
    const d = e.diagnostics[0];
    expect(d?.code).toBe("javascript");
    expect(d?.at.file).toMatch(/misuse\.test\.ts$/);
    return { message: d?.message ?? "", text: String(d?.at.line) };
  }
  throw new Error("no error");
};
const says = (what: string, how: string, instead: string): string =>
  `${what} is hardware and ${how} is JavaScript, which takes every signal for true while the design is built; write ${instead}`;

describe("a signal in a JavaScript condition", () => {
  it("if of a port", () => {
    const e = errorOf(({ a, y }) => {
      if (a) y.drive(1);
    });
    expect(e.message).toBe(says("a", "if (...)", "h.when(c, ...)"));
  });
  it("if of a stream's signal", () => {
    expect(
      errorOf(({ push, y }) => {
        if (push.valid) y.drive(1);
      }).message,
    ).toBe(says("push.valid", "if (...)", "h.when(c, ...)"));
  });
  it("if of a comparison", () => {
    expect(
      errorOf(({ b, y }) => {
        if (b.eq(3)) y.drive(1);
      }).message,
    ).toBe(says("b.eq(3)", "if (...)", "h.when(c, ...)"));
  });
  it("not", () => expect(errorOf(({ a, y }) => y.drive(!a as never)).message).toBe(says("a", "!", "c.not()")));
  it("and", () => expect(errorOf(({ a, push, y }) => y.drive((a && push.valid) as never)).message).toBe(says("a", "&&", "c.and(d)")));
  it("or", () => expect(errorOf(({ a, push, y }) => y.drive((a || push.valid) as never)).message).toBe(says("a", "||", "c.or(d)")));
  it("choice", () => expect(errorOf(({ a, y }) => y.drive(a ? 1 : 2)).message).toBe(says("a", "? :", "mux(c, a, b)")));
  it("ports not taken apart", () => {
    expect(
      errorOf((io) => {
        if (io.push.valid) io.y.drive(1);
      }).message,
    ).toBe(says("io.push.valid", "if (...)", "h.when(c, ...)"));
  });
  it("behind comparisons that are no hardware", () => {
    const depth = Number("3");
    expect(
      errorOf(({ a, y }) => {
        if (depth === 2) y.drive(3);
        else if (depth > 2 && !a === (depth !== 4)) y.drive(1);
      }).message,
    ).toBe(says("a", "!", "c.not()"));
  });
  it("a name out of patterns within patterns", () => {
    expect(
      errorOf(({ push: { valid: there }, y }) => {
        if (there) y.drive(1);
      }).message,
    ).toBe(says("there", "if (...)", "h.when(c, ...)"));
    expect(
      errorOf(({ y }, h) => {
        const {
          kept: { length: many, 0: first },
        } = h.registers({ kept: array(bool, 2) }) as unknown as { kept: { length: number; 0: unknown } };
        if (many > 1) y.drive(first ? 1 : 0);
      }).message,
    ).toBe(says("first", "? :", "mux(c, a, b)"));
  });
  it("the second of two declarations", () => {
    const text = "({ y }, h) => { const first = 1, second = h.registers({ kept: bool }); y.drive(second.kept ? 1 : first); }";
    const body = new Function("bool", `return ${text}`)(bool) as Parameters<typeof errorOf>[0];
    expect(errorOf(body).message).toBe(says("second.kept", "? :", "mux(c, a, b)"));
  });
  it("a register", () => {
    expect(
      errorOf(({ y }, h) => {
        const { busy } = h.registers({ busy: bool });
        y.drive(busy ? 1 : 0);
      }).message,
    ).toBe(says("busy", "? :", "mux(c, a, b)"));
  });
  it("names the line", () => {
    const first = Number(/:(\d+):\d+\)?$/.exec((new Error().stack ?? "").split("\n")[1] ?? "")?.[1]);
    const e = errorOf(({ a: onlyHere, y }) => {
      if (onlyHere) y.drive(1);
    });
    expect(Number(e.text)).toBe(first + 2);
  });
});

describe("what is JavaScript stays JavaScript", () => {
  const builds = (body: (io: never, h: Builder) => void): void => {
    module("fine", ports, ((io: { push: { ready: { drive(v: number): void } }; y: { drive(v: number): void } }, h: Builder) => {
      io.push.ready.drive(1);
      io.y.drive(0);
      body(io as never, h);
    }) as never);
  };
  it("parameters of the generator, widths, lists", () => {
    const wide = true,
      list = [1, 2];
    expect(() =>
      builds(() => {
        if (wide && list.length > 0) list.pop();
        return !wide ? 1 : 2;
      }),
    ).not.toThrow();
  });
  it("a local name that hides a port's", () => {
    expect(() =>
      module("hidden", ports, ({ push, a, b, y }) => {
        push.ready.drive(1);
        y.drive(b);
        void a;
        for (const b of [true, false]) if (b) break;
      }),
    ).not.toThrow();
  });
  it("a width", () => {
    expect(() =>
      module("widths", ports, ({ push, b, y }) => {
        push.ready.drive(1);
        y.drive(b.width === 8 ? b : 0);
      }),
    ).not.toThrow();
  });
});
