/** `./accio soc` as a user calls it: results, exit codes, and what is said of bad input. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { projectRoot } from "#toolchain/tools.ts";
import { testPrograms } from "../sim/soc/programs.ts";
import { accio } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-soc-test-"));
const programs = testPrograms();
afterAll(() => {
  rmSync(folder, { recursive: true });
  programs[Symbol.dispose]();
});

describe("accio soc run", () => {
  it("console on stdout, numbers on stderr, the program's exit code", () => {
    const page = join(folder, "flame.html");
    const { status, stdout, stderr } = accio(["soc", "run", programs.elf("harts", { HARTS: 1 }), "--profile", page]);
    expect(stdout).toBe("0\n");
    expect(status).toBe(1);
    expect(stderr).toMatch(/hart +instructions +cycles +per cycle +traps\n +0 +\d+ +\d+ +0\.\d{3} +0\n/);
    expect(stderr).toMatch(/ 0 {2}main +\d+/);
    expect(stderr).toContain("stacks rebuilt from calls and returns");
    expect(stderr).toMatch(/\d+ cycles, timing raw, .* exit 1\n$/);
    expect(readFileSync(page, "utf8")).toContain("<!doctype html>");
  });

  it("JSON on stdout for other programs", () => {
    const { status, stdout, stderr } = accio(["soc", "run", programs.elf("crash", { CRASH: "trap", HART: 0 }), "--json"]);
    expect(status).toBe(70);
    expect(stderr).toBe("");
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      config: "soc1",
      end: "trap",
      exitCode: 70,
      crash: { hart: 0, what: "illegal instruction without a handler" },
    });
    expect(result.crash.at.symbol).toBe("trap");
    expect(result.crash.harts[0].last).toHaveLength(20);
  });

  it("a crash for people", () => {
    const { status, stderr } = accio(["soc", "run", programs.elf("crash", { CRASH: "jump", HART: 0 })]);
    expect(status).toBe(70);
    expect(stderr).toMatch(
      /accio: hart 0: jumps to 0x80400000, where no code is\n {2}at 0x80400000\n {2}it came from 0x8\w+ jump\+0x\w+ \(.*crash\.c:\d+\)\n/,
    );
    expect(stderr).toContain("cause 2: illegal instruction");
    expect(stderr).toMatch(/mtvec is 0x00000000, and the first instruction there traps: /);
  });

  it("keys reach the console", () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(projectRoot, "cli/main.ts"), "soc", "run", programs.elf("keys"), "--input", "--max-cycles", "200000"],
      { input: "abcq", encoding: "utf8" },
    );
    expect(stdout).toBe("ABCQ");
    expect(status).toBe(0);
  });

  it("interrupted, it says where the program was", async () => {
    const child = spawn(process.execPath, [join(projectRoot, "cli/main.ts"), "soc", "run", programs.elf("harts", { HARTS: 2 })]);
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    // The program has printed, so it runs; it then waits for a hart that is not there.
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    const [code] = await once(child, "close");
    expect(errors).toMatch(/^\naccio: interrupted\nhart 0: running in machine mode\n/);
    expect(code).toBe(130);
  });

  it("the cycle limit is 124", () => {
    const { status, stderr } = accio(["soc", "run", programs.elf("crash", { CRASH: "loop", HART: 0 }), "--max-cycles", "3000"]);
    expect(status).toBe(124);
    expect(stderr).toContain("accio: no end within 3000 cycles\n  more of them: --max-cycles N\n");
  });

  it.each([
    [["nothing.elf"], "no such program: nothing.elf"],
    [["package.json"], "package.json"],
    [["hello", "--timing", "slow"], "there is no such timing: --timing slow: choose raw or paper"],
    [["hello", "--config", "soc2"], "It must be soc1 or soc4."],
    [["hello", "--client", "open"], "an open loop without a rate"],
    [["hello", "--wire-out", "/nowhere/out.pcap"], "the folder does not exist: /nowhere/out.pcap"],
    [["hello", "--wire-in", "none.pcap"], "none.pcap"],
    [["hello", "--max-cycles", "0"], "It must be a whole number from 1 up."],
  ])("%j is refused with one line and exit 2", (args, message) => {
    const { status, stdout, stderr } = accio(["soc", "run", ...args]);
    expect(stderr).toContain(message);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });
});
