/** `.ci/run` prints one true count last, whatever fails; `ci/bare-debian` refuses what it does not know. */
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "#toolchain/tools.ts";

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly lastLine: string | undefined;
}

/** Runs `.ci/run` in a project whose `./accio test`, biome and tsc are these scripts. */
function ci(scripts: { readonly test: string; readonly biome?: string; readonly tsc?: string; readonly version?: string }): Outcome {
  const root = mkdtempSync(join(tmpdir(), "accio-ci-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const program = (path: string, script: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `#!/bin/bash\n${script}\n`);
    chmodSync(join(root, path), 0o755);
  };
  cpSync(join(projectRoot, ".ci/run"), join(root, ".ci/run"), { recursive: true });
  program("accio", `[[ $1 != --version ]] || { ${scripts.version ?? "exit 0"}; }\n${scripts.test}`);
  program("node_modules/.bin/biome", scripts.biome ?? "exit 0");
  program("node_modules/.bin/tsc", scripts.tsc ?? "exit 0");
  const { status, stdout } = spawnSync(join(root, ".ci/run"), { encoding: "utf8", cwd: "/", input: "stdin is not for us" });
  return { status, stdout, lastLine: stdout.trimEnd().split("\n").at(-1) };
}

describe(".ci/run", () => {
  it("counts tests and linters", () => {
    const { status, lastLine } = ci({ test: "echo '7 passed, 0 failed'" });
    expect({ status, lastLine }).toEqual({ status: 0, lastLine: "9 passed, 0 failed" });
  });

  it("runs the tests although linters fail, and fails", () => {
    const { status, stdout, lastLine } = ci({ test: "echo '7 passed, 0 failed'", biome: "exit 1", tsc: "echo 'x.ts(1,1): error'; exit 2" });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: "7 passed, 2 failed" });
    expect(stdout).toContain("x.ts(1,1): error\n== types: failed: node_modules/.bin/tsc");
  });

  it("fails with the tests", () => {
    const { status, lastLine } = ci({ test: "echo '7 passed, 3 failed'; exit 1" });
    expect({ status, lastLine }).toEqual({ status: 1, lastLine: "9 passed, 3 failed" });
  });

  it("fails when the tests die without a count, or with one and another reason", () => {
    expect(ci({ test: "echo '7 passed, 0 failed'; echo Segmentation fault; exit 139" })).toMatchObject({
      status: 1,
      lastLine: "2 passed, 1 failed",
    });
    expect(ci({ test: "echo '7 passed, 0 failed'; exit 2" })).toMatchObject({ status: 1, lastLine: "9 passed, 1 failed" });
  });

  it("fails when the toolchain cannot be installed", () => {
    expect(ci({ test: "echo never", version: "exit 2" })).toMatchObject({ status: 2, lastLine: "0 passed, 1 failed" });
  });

  it("gives the tests no input and tells them that they are in CI", () => {
    const { stdout } = ci({ test: 'cat; echo "CI=$CI"; echo "1 passed, 0 failed"' });
    expect(stdout).toContain("CI=true");
    expect(stdout).not.toContain("stdin is not for us");
  });
});

describe("ci/bare-debian", () => {
  const bareDebian = (...args: string[]) => spawnSync(join(projectRoot, "ci/bare-debian"), args, { encoding: "utf8" });

  it.each([[["--variant", "no-disk"]], [["--variant"]], [["--fast"]]])("%j is refused before anything is made", (args) => {
    const { status, stderr } = bareDebian(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^bare-debian: --(variant|fast).*: see --help\n$/);
  });

  it("explains itself", () => {
    const { status, stdout } = bareDebian("--help");
    expect(status).toBe(0);
    for (const variant of ["no-node", "node20", "no-compiler", "all"]) expect(stdout).toContain(variant);
  });
});

it.each(["accio", ".ci/run", "ci/bare-debian", "toolchain/install.bash", "toolchain/debian.bash"])("%s is correct bash", (path) => {
  expect(spawnSync("bash", ["-n", join(projectRoot, path)], { encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});
