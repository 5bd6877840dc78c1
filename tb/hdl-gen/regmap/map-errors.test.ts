/** Every way a register map can be wrong: the message, and the line it points at. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { bool, enumeration, HdlError, sint, struct, uint } from "#hdl";
import {
  counter,
  type Field,
  fixed,
  memoryLayout,
  type Nodes,
  pop,
  push,
  rc,
  reg,
  registerMap,
  registers,
  ro,
  rw,
  w1c,
  window,
} from "#hdl/regmap/index.ts";

const source = readFileSync(import.meta.filename, "utf8").split("\n");
/** What is thrown: each message without its place, and the lines that are marked `// <-` at the places. */
const thrown = (body: () => unknown): { readonly messages: readonly string[]; readonly marked: boolean } => {
  try {
    body();
  } catch (error) {
    if (!(error instanceof HdlError)) throw error;
    const places = error.diagnostics.map((d) => d.at);
    expect(error.message).toContain("tb/hdl-gen/regmap/map-errors.test.ts:");
    return {
      messages: error.diagnostics.map((d) => d.message),
      marked: places.every((p) => p.file === import.meta.filename && (source[p.line - 1] ?? "").includes("// <-")),
    };
  }
  throw new Error("nothing was thrown");
};
const map = (nodes: Nodes, size = 0x1000, busWidth: 32 | 64 = 64) => registerMap("bad", nodes, { doc: "text", size, busWidth });
const flag = { flag: rw(0, bool, "text") };
const expectOne = (body: () => unknown, message: string): void => {
  expect(thrown(body)).toEqual({ messages: [message], marked: true });
};

describe("overlaps", () => {
  test("the prototype's ring 32: one register inside an array, by element", () => {
    expectOne(
      () =>
        map({
          RING: registers.array(0x000, { count: 64, stride: 0x20 }, "text", {
            HEAD: reg(0x00, "text", flag, { width: 32 }),
            DROPS: reg(0x08, "text", flag, { width: 32 }),
          }),
          IRQ_PENDING: reg(0x400, "text", flag, { width: 32 }), // <-
        }),
      "bad: IRQ_PENDING (0x400 to 0x403) overlaps RING[32].HEAD (0x400 to 0x403); move one of them",
    );
  });
  test("between the elements of an array", () => {
    expectOne(
      () =>
        map({
          RING: registers.array(0x000, { count: 4, stride: 0x20 }, "text", { HEAD: reg(0x00, "text", flag) }),
          IRQ: reg(0x38, "text", flag), // <-
        }),
      "bad: IRQ (0x38 to 0x3f) lies between the registers of RING (0x0 to 0x7f); put it into RING, or move it to 0x80 or above",
    );
  });
  test("two registers, registers of a group, a window", () => {
    expectOne(
      () =>
        map({
          A: reg(0x00, "text", flag),
          B: reg(0x04, "text", flag, { width: 32 }), // <-
        }),
      "bad: B (0x4 to 0x7) overlaps A (0x0 to 0x7); move one of them",
    );
    expectOne(
      () =>
        map({
          G: registers(0x10, "text", {
            A: reg(0x00, "text", flag),
            B: reg(0x00, "text", flag), // <-
          }),
        }),
      "bad: G.B (0x0 to 0x7) overlaps G.A (0x0 to 0x7); move one of them",
    );
    expectOne(
      () =>
        map({
          W: window(0x100, 0x100, "text"),
          A: reg(0x1f8, "text", flag), // <-
        }),
      "bad: A (0x1f8 to 0x1ff) overlaps W (0x100 to 0x1ff); move one of them",
    );
  });
  test("elements larger than their stride", () => {
    expectOne(
      () => map({ A: reg.array(0, { count: 2, stride: 4 }, "text", flag) }), // <-
      "bad: A: its elements have 0x8 bytes and a stride of 0x4: they overlap",
    );
  });
  test("fields, with both places", () => {
    const error = (): unknown =>
      map({
        A: reg(0, "text", {
          one: rw(0, uint(8), "text"),
          two: rw(7, uint(8), "text"), // <-
        }),
      });
    expectOne(error, "bad: A.two and A.one both have bit 7");
    expect(error).toThrow(/map-errors.test.ts:\d+: one is here/);
  });
  test("a bus word shared with an array", () => {
    expectOne(
      () =>
        map({
          LANE: reg.array(0x00, { count: 3, stride: 4 }, "text", flag, { width: 32 }),
          A: reg(0x0c, "text", flag, { width: 32 }), // <-
        }),
      "bad: A (0xc to 0xf) shares a bus word of 8 bytes with LANE (0x0 to 0xb); arrays, windows and forwarded registers need words of their own, so move one of them",
    );
  });
  test("several mistakes are told together", () => {
    const { messages } = thrown(() => map({ A: reg(1, "text", flag), B: reg(2, "text", { high: rw(64, bool, "text") }) }));
    expect(messages).toEqual([
      "bad: A: offset 0x1 is not a multiple of its 8 bytes",
      "bad: B: offset 0x2 is not a multiple of its 8 bytes",
      "bad: B.high takes bits 64 to 64 of a register of 64; move it, or give the register more with { width }",
    ]);
  });
});

describe("places", () => {
  test("misalignment", () => {
    expectOne(() => map({ A: reg(0x6, "text", flag, { width: 32 }) }), "bad: A: offset 0x6 is not a multiple of its 4 bytes"); // <-
    expectOne(
      () => map({ A: reg.array(0x8, { count: 2, stride: 16 }, "text", flag) }), // <-
      "bad: A: offset 0x8 is not a multiple of its stride 0x10",
    );
    expectOne(
      () => map({ A: reg.array(0, { count: 2, stride: 24 }, "text", flag) }), // <-
      "bad: A: stride 24: hardware finds the element by slicing the address, so a power of two is needed",
    );
    expectOne(() => map({ W: window(0x4, 0x10, "text") }), "bad: W: offset 0x4 and size 0x10 must be multiples of the bus's 8 bytes"); // <-
    expectOne(
      () => map({ G: registers(0x4, "text", { A: reg(0, "text", flag, { width: 32 }) }, { forwarded: true }) }), // <-
      "bad: G: a forwarded group starts at a multiple of the bus's 8 bytes, not at 0x4",
    );
    expectOne(
      () =>
        map({
          G: registers(0x4, "text", {
            A: reg(0, "text", flag), // <-
          }),
        }),
      "bad: G.A lies at 0x4, which is not a multiple of its 8 bytes; move the group it is in",
    );
  });
  test("outside: of the map, of the bus, of the numbers", () => {
    expectOne(
      () => map({ A: reg(0x10, "text", flag) }, 0x10), // <-
      "bad: A ends at 0x17, outside the map's 0x10 bytes; move it, or give the map a larger size",
    );
    expectOne(
      () => map({ A: reg(0, "text", flag, { width: 64 }) }, 0x10, 32), // <-
      "bad: A: 64 bits on a bus of 32: an access could not be one",
    );
    expectOne(() => map({ A: reg(-8, "text", flag) }), "bad: A: -8 is no offset"); // <-
    expectOne(
      () => map({ A: reg.array(0, { count: 0, stride: 8 }, "text", flag) }), // <-
      "bad: A has 0 elements; a whole number of at least 1 is needed",
    );
    expect(() => map({ A: reg(0, "text", flag) }, 12)).toThrow("size 12 is not a multiple of the bus's 8 bytes, of at least two words");
  });
  test("what hardware cannot decode", () => {
    expectOne(
      () =>
        map({
          ROW: registers.array(0, { count: 2, stride: 32 }, "text", {
            CELL: reg.array(0, { count: 2, stride: 8 }, "text", flag), // <-
          }),
        }),
      "bad: ROW[].CELL: an array in an array is possible in forwarded groups only; say { forwarded: true } on the outer one",
    );
    expectOne(
      () => map({ A: reg.array(0, { count: 2, stride: 4 }, "text", flag, { width: 32, forwarded: true }) }), // <-
      "bad: A: a forwarded array needs a stride of at least the bus's 8 bytes, not 4",
    );
    expectOne(
      () => map({ A: reg.array(0, { count: 4, stride: 2 }, "text", { next: pop(0, uint(8), "text") }, { width: 16 }) }), // <-
      "bad: A: elements with pop fields need a stride of at least the bus's 8 bytes, so that an access meets one of them",
    );
    expectOne(
      () =>
        map({
          G: registers(0, "text", { A: reg(0, "text", flag, { forwarded: true }) }, { forwarded: true }), // <-
        }),
      "bad: G.A is forwarded already, with the group it is in",
    );
    expectOne(
      () =>
        map({
          G: registers.array(0, { count: 2, stride: 16 }, "text", {
            W: window(0, 8, "text"), // <-
          }),
        }),
      "bad: G[].W: a window cannot be in an array or in a forwarded group",
    );
  });
});

describe("names", () => {
  const named = (name: string): string => thrown(() => map({ [name]: reg(0, "text", flag) })).messages.join("\n");
  test("words of C, C++, the kernel and Verilog", () => {
    expect(named("DEFAULT")).toBe('bad: "DEFAULT" cannot be used: default is a word of C; add a word, such as DEFAULT_VALUE');
    expect(named("Template")).toBe('bad: "Template" cannot be used: template is a word of C++; add a word, such as TemplateValue');
    expect(named("CURRENT")).toContain("current is a macro of the Linux kernel");
    expect(named("wire")).toContain("wire is a word of Verilog");
    expect(named("bus")).toBe('bad: "bus" cannot be used: the register block has a port of that name');
    expect(named("IO")).toBe('bad: "IO" cannot be used: the C header has a type of that name');
  });
  test("no identifiers", () => {
    for (const name of ["1ST", "A-B", "A__B", "A_", "_A", "Ä"])
      expect(named(name)).toBe(
        `bad: "${name}" is no name for C, Verilog and SystemRDL: letters, digits and single _ between them, starting with a letter`,
      );
    expectOne(
      () => map({ A: reg(0, "text", { "a b": rw(0, bool, "text") }) }), // <-
      'bad: A: "a b" is no name for C, Verilog and SystemRDL: letters, digits and single _ between them, starting with a letter',
    );
  });
  test("fields may be words of Verilog: their names never stand alone", () => {
    expect(map({ A: reg(0, "text", { time: rw(0, uint(8), "text"), default: rw(8, bool, "text") }) }).registers).toHaveLength(1);
  });
  test("the same name in C", () => {
    expectOne(
      () =>
        map({
          RX_DONE: reg(0, "text", flag),
          rxDone: reg(8, "text", flag), // <-
        }),
      "bad: RX_DONE and rxDone are the same in C: rx_done; rename one",
    );
    expect(
      thrown(() => map({ A_B: reg(0, "text", { c: rw(0, bool, "text") }), A: reg(8, "text", { bC: rw(0, bool, "text") }) })).messages,
    ).toEqual(["bad: A_B.c and A.bC would both give the C name BAD_A_B_C_SHIFT; rename one"]);
  });
  test("the name of the queue", () => {
    expectOne(
      () => map({ A: reg(0, "text", { pop: pop(0, bool, "text") }) }), // <-
      'bad: A: a field of a register with pop fields cannot be called "pop": its queue is',
    );
    expect(map({ A: reg(0, "text", { pop: ro(0, bool, "text") }) }).registers).toHaveLength(1);
  });
});

describe("fields", () => {
  const field = (make: () => Field): string => thrown(make).messages.join("\n");
  const mode = enumeration("mode", { SLOW: 1, FAST: 2 });
  test("types that a kind cannot have", () => {
    expectOne(
      () => w1c(3, mode, "text"), // <-
      "w1c field at bit 3: hardware sets bits, writing 1 clears them; set wins: its type must be bool or uint(n), not mode",
    );
    expect(field(() => rc(0, sint(4), "text"))).toContain("its type must be bool or uint(n), not s4");
    expect(field(() => counter(0, mode, "text"))).toContain("its type must be bool or uint(n)");
    expect(field(() => ro(0, struct({ a: bool }, "pair"), "text"))).toBe(
      "ro field at bit 0: pair has parts; describe each as a field of its own",
    );
    expect(field(() => counter(0, uint(4), "text", { step: 5 }))).toBe(
      "counter at bit 0: increments of 5 bits for a counter of 4; 1 to 4 are possible",
    );
  });
  test("reset values", () => {
    expect(field(() => rw(0, uint(4), "text", { reset: 16 }))).toBe("16 does not fit 4 bits (0 to 15)");
    expect(field(() => rw(0, mode, "text"))).toBe(
      'rw field at bit 0: mode has no member of value 0 to reset to; give one with { reset: "SLOW" }',
    );
    expect(field(() => rw(0, mode, "text", { reset: "IDLE" as never }))).toContain('mode has no member "IDLE"');
    expect(rw(0, mode, "text", { reset: "FAST" }).reset).toBe(2n);
    expect(rw(0, sint(4), "text", { reset: -1 }).reset).toBe(15n);
    expect(fixed(0, uint(8), 7, "text").reset).toBe(7n);
  });
  test("bits and documentation", () => {
    expect(field(() => rw(0, bool, " "))).toBe("rw field at bit 0 has no documentation");
    expectOne(() => map({ A: reg(0, "", flag) }), "bad: A has no documentation"); // <-
    expectOne(() => map({ A: reg(0, "text", {}) }), "bad: A has no fields"); // <-
    expectOne(() => map({ A: reg(0, "text", { b: rw(1.5, bool, "text") }) }), "bad: A.b: lowest bit 1.5 is no bit number"); // <-
    expectOne(
      () => map({ A: reg(0, "text", { b: rw(5, uint(4), "text") }, { width: 8 }) }), // <-
      "bad: A.b takes bits 5 to 8 of a register of 8; move it, or give the register more with { width }",
    );
  });
});

test("structures in memory have no side effects", () => {
  const layout = (nodes: Nodes): string => thrown(() => memoryLayout("shared", nodes, { doc: "text", size: 64 })).messages.join("\n");
  expect(layout({ A: reg(0, "text", { a: push(0, bool, "text") }) })).toBe("shared: A.a is push: memory has no side effects, use rw");
  expect(layout({ A: reg(0, "text", flag, { forwarded: true }) })).toBe("shared: A is forwarded: there is nothing to forward in memory");
  expect(layout({ A: window(0, 8, "text") })).toBe("shared: A is a window: describe what is there");
  expect(layout({ A: reg.array(0, { count: 2, stride: 12 }, "text", flag) })).toBe(
    "shared: A: stride 12 is not a multiple of its elements' alignment, 8 bytes",
  );
  expect(thrown(() => memoryLayout("shared", { A: reg(0, "text", flag, { width: 32 }) }, { doc: "text", size: 6 })).messages).toEqual([
    "shared: size 6 is not a multiple of its widest word's 4 bytes",
  ]);
  // What hardware could not decode is no matter here: odd strides, arrays in arrays, any size.
  const cell = reg.array(0, { count: 3, stride: 4 }, "text", flag, { width: 32 });
  expect(
    memoryLayout("shared", { ROW: registers.array(4, { count: 2, stride: 12 }, "text", { CELL: cell }) }, { doc: "text", size: 28 })
      .registers[0]?.title,
  ).toBe("ROW[].CELL[]");
});
