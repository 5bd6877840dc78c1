/** Doc comments are found by place and key, in source written in many ways. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bool, input, module, output, uint } from "#hdl";
import { docFor } from "#hdl/core/doc-comments.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-doc-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

/** The doc found for the call of `callee` in `text` (its `nth`), under `key`. */
const docIn = (text: string, callee: string, key?: string, nth = 1): string => {
  const file = join(folder, `source${count++}.ts`);
  writeFileSync(file, text);
  let at = -1;
  for (let i = 0; i < nth; i++) at = text.indexOf(`${callee}`, at + 1);
  if (at < 0) throw new Error(`no ${callee} in the test's text`);
  const before = text.slice(0, at).split("\n");
  return docFor({ file, line: before.length, column: (before.at(-1) as string).length + 1 }, key);
};

describe("statements", () => {
  test("the comment of the statement", () => {
    const text = `
      /** Other. */
      const a = 1;
      /** Cells of the queue,
       * one per entry.
       * @see nothing */
      const cells = h.memory("cells", of, depth);
      h.memory("bare", of, depth);`;
    expect(docIn(text, "memory(")).toBe("Cells of the queue,\none per entry.");
    expect(docIn(text, "memory(", undefined, 2)).toBe("");
  });
  test("a statement without comment does not take its neighbour's, semicolons or not", () => {
    expect(docIn("/** A. */\nconst a = f(1)\nconst cells = h.memory()", "memory(")).toBe("");
    expect(docIn("/** A. */\nf(1)\nh.memory()", "memory(")).toBe("");
    expect(docIn("/** A. */\nconst f = () => { const cells = h.memory() }", "memory(")).toBe("");
    expect(docIn("/** A. */\nconst f = () => h.memory()", "memory(")).toBe("");
  });
  test("one comment for all keys of a group, unless a key has its own", () => {
    const text = "/** Ring pointers. */\nconst { head, tail } = h.registers({ head: pointer, /** Where to write. */ tail: pointer });";
    expect(docIn(text, "registers(", "head")).toBe("Ring pointers.");
    expect(docIn(text, "registers(", "tail")).toBe("Where to write.");
  });
  test("an instance by its name, with explicit type arguments too", () => {
    expect(docIn('/** The parser. */\nconst parser = h.instance("parser", udp);', "instance(", "parser")).toBe("The parser.");
    expect(docIn('/** Words. */\nconst m = h.memory<Bits<8>, Constant>("m", t, 4);', "memory<")).toBe("Words.");
  });
});

describe("keys", () => {
  test("of the object literal among the arguments, not of an inner one", () => {
    const text = `module("m", {
      /** Beats in. */
      push: input(stream({ /** inner */ pop: 1 })),
      // A remark.
      /** Beats out. */
      // Another.
      pop: output(stream(of)),
      "quoted": 1, bare,
    }, body)`;
    expect(docIn(text, "module(", "push")).toBe("Beats in.");
    expect(docIn(text, "module(", "pop")).toBe("Beats out.");
    expect(docIn(text, "module(", "quoted")).toBe("");
  });
  test("of an object given by name or spread", () => {
    const text = `
      const common = { /** Go. */ enable: input(bool) };
      const ports = { ...common, /** Data. */ data: input(uint(8)) };
      /** The module. */
      export const m = module("m", ports, (io, h) => {});`;
    expect(docIn(text, "module(", "enable")).toBe("Go.");
    expect(docIn(text, "module(", "data")).toBe("Data.");
    expect(docIn(text, "module(", "other")).toBe("");
  });
  test("an object that spreads itself ends the search", () => {
    expect(docIn("const ports = { ...ports };\nmodule('m', ports)", "module(", "x")).toBe("");
  });
});

describe("modules", () => {
  test("the comment of the function that makes them", () => {
    const arrow = `
      /** Before. */
      const before = 1;
      /** FIFO of \`depth\` entries. See {@link other}. */
      export const fifo = <T extends Type, I>(of: Type<T, I>, depth: number) =>
        module(\`fifo_\${depth + "}"}\`, { push: 1 }, () => {});`;
    expect(docIn(arrow, "module(")).toBe("FIFO of `depth` entries. See other.");
    const fn =
      "/** Made here. */\nexport function make(n: number) {\n  /** No. */\n  const x = { a: 1 };\n  return module('m', {}, () => {});\n}";
    expect(docIn(fn, "module(")).toBe("Made here.");
    expect(docIn("/** Before. */\nconst before = 1;\nexport const m = module('m', {})", "module(")).toBe("");
  });
});

describe("robustness", () => {
  test("strings, templates and regular expressions that look like comments", () => {
    const text =
      "const a = '/** no */', r = /[/*]\\/** no */g, t = `/** no $" +
      "{f({ a: `}` })} */`;\nconst q = 6 / 2 / 1;\n/** Yes. */\nconst c = h.memory('c');";
    expect(docIn(text, "memory(")).toBe("Yes.");
  });
  test("files that are not there, places that are not calls, text that is no TypeScript", () => {
    expect(docFor({ file: "?", line: 1, column: 1 })).toBe("");
    expect(docFor({ file: join(folder, "gone.ts"), line: 1, column: 1 }, "a")).toBe("");
    expect(docIn("/** x */ `${ ${ /* ((( { \" ' memory", "memory")).toBe("");
    expect(docIn("/** x */ h.memory((((", "memory(", "a")).toBe("x");
  });
  test("through the language itself", () => {
    /** One more each cycle. */
    const counter = module(
      "doc_counter",
      {
        /** Counts while 1. */
        enable: input(bool),
        /** How many so far. */
        count: output(uint(8)),
      },
      (io, h) => {
        /** The count. */
        const { value } = h.registers({ value: uint(8) });
        h.when(io.enable, () => value.next(value.add(1)));
        io.count.drive(value);
      },
    );
    expect(counter.doc).toBe("One more each cycle.");
    expect(counter.ports.map((p) => p.doc)).toEqual(["Counts while 1.", "How many so far."]);
    expect(counter.signals.map((s) => s.doc)).toEqual(["The count."]);
  });
});
