/** Building: found again by content, whole under its name whatever happens, errors in the tools' words. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { designOf } from "#sim/bridge/build.ts";
import { compile } from "#sim/bridge/compile.ts";
import { type Design, verilogDesign } from "#sim/bridge/design.ts";
import { cppName, evaluationParts } from "#sim/bridge/glue.ts";
import { withLock } from "#sim/bridge/lock.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { counter } from "../designs.ts";

let folder: string;
beforeAll(() => {
  mkdirSync(buildFolder(), { recursive: true });
  folder = mkdtempSync(join(buildFolder(), "test-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Never the same twice, so that it must be compiled. */
const fresh = (): Design => {
  const text = `module fresh (input wire clk, input wire a, output reg b);\n  // ${process.pid} ${process.hrtime.bigint()}\n  always @(posedge clk) b <= a;\nendmodule\n`;
  return verilogDesign({ top: "fresh", files: { "fresh.v": text }, pins: { clk: "input", a: "input", b: "output" } });
};

describe("the store", () => {
  it("hashes borders too", () => {
    expect(contentHash(["ab", "c"])).not.toBe(contentHash(["a", "bc"]));
    expect(contentHash(["ab", "c"])).toBe(contentHash(["ab", "c"]));
  });

  it("makes a thing once, for all who want it at the same time", async () => {
    let made = 0;
    const want = () =>
      stored(folder, "thing", async (scratch) => {
        made += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
        writeFileSync(join(scratch, "file"), "whole");
      });
    const results = await Promise.all([want(), want(), want()]);
    expect(made).toBe(1);
    // Whoever asked first need not come first.
    expect(results.map((r) => r.found).sort()).toEqual([false, true, true]);
    expect((await want()).found).toBe(true);
  });

  it("leaves nothing behind where making failed", async () => {
    const attempt = stored(folder, "broken", async (scratch) => {
      writeFileSync(join(scratch, "half"), "");
      throw new Error("no");
    });
    await expect(attempt).rejects.toThrow("no");
    expect(readdirSync(folder).filter((name) => name.startsWith("broken"))).toEqual([]);
  });

  it("takes over the lock of a process that is gone", async () => {
    const lock = join(folder, "gone.lock");
    // Beyond the largest process number of Linux.
    writeFileSync(lock, "99999999");
    expect(await withLock(lock, () => Promise.resolve("done"))).toBe("done");
    expect(existsSync(lock)).toBe(false);
  });
});

describe("compiling", () => {
  it("finds a design again by what it says, not by where or when", async () => {
    const design = fresh();
    const first = await compile(design);
    const again = await compile({ ...design, files: new Map(design.files) });
    expect([first.found, again.found, again.library === first.library]).toEqual([false, true, true]);
  });

  it("compiles anew for other text, pins or options", async () => {
    const design = designOf(counter(5));
    const { hash } = await compile(design);
    const others = [
      compile({ ...design, files: new Map([...design.files].map(([name, text]) => [name, `${text}// more\n`])) }),
      compile(design, { trace: true }),
      compile(design, { coverage: true }),
      compile(design, { assertions: false }),
      compile(design, { defines: { EXTRA: "1" } }),
      compile(design, { verilator: "debian" }),
    ];
    const hashes = [hash, ...(await Promise.all(others)).map((model) => model.hash)];
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("tells what Verilator said about wrong Verilog", async () => {
    const design = verilogDesign({
      top: "wrong",
      files: { "wrong.v": "module wrong (input wire a);\n  assign b = ;\nendmodule\n" },
      pins: { a: "input" },
    });
    await expect(compile(design)).rejects.toThrow(/verilator_bin[\s\S]*exit 1[\s\S]*wrong\.v:2:14: syntax error/);
  });

  it("serves two processes that want the same design at once", async () => {
    const design = fresh();
    const script = join(folder, "compile.ts");
    writeFileSync(
      script,
      `import { compile } from "${join(import.meta.dirname, "../../../sim/bridge/compile.ts")}";
const design = ${JSON.stringify({ ...design, files: [...design.files] })};
const { library, found } = await compile({ ...design, files: new Map(design.files) });
console.log(JSON.stringify({ library, found }));\n`,
    );
    const one = async () => JSON.parse((await promisify(execFile)(process.execPath, [script])).stdout);
    const [a, b] = await Promise.all([one(), one()]);
    expect(a.library).toBe(b.library);
    expect([a.found, b.found].sort()).toEqual([false, true]);
    expect(existsSync(a.library)).toBe(true);
  });

  it("works in a folder of its own", async () => {
    const design = verilogDesign({ top: "elsewhere", files: { "/nowhere/at/all.v": "" }, pins: { a: "input" } });
    await expect(compile(design)).rejects.toThrow("ENOENT");
    expect(tmpdir()).not.toBe(buildFolder());
  });
});

it("spells names as Verilator does", () => {
  expect(["clk", "a__b", "a___b", "x$y", "delete"].map(cppName)).toEqual(["clk", "a___05Fb", "a___05F_b", "x__024y", "__SYM__delete"]);
});

describe("what of an evaluation is called after an edge", () => {
  const regions = ["triggers__act", "act", "nba"].map((name) => `  Vtop___024root___eval_${name}(vlSelf);`).join("\n");
  it("is Verilator's phases, or the regions of a Verilator that has none", () => {
    expect(evaluationParts(["int x;", "bool Vtop___024root___eval_phase__nba(Vtop___024root* vlSelf) {"])).toBe("ACCIO_PHASES");
    expect(evaluationParts(["int x;", `${regions}\n  __VpreTriggered.andNot(vlSelf->a, vlSelf->b);`])).toBe("ACCIO_REGIONS");
  });
  it("is all of it where a region is missing, or something happens between them", () => {
    expect(evaluationParts([regions.replace("___eval_act(", "___eval_other(")])).toBeNull();
    expect(evaluationParts([`${regions}\n  if (__VpreTriggered.at(0U)) {`])).toBeNull();
    expect(evaluationParts([])).toBeNull();
  });
});
