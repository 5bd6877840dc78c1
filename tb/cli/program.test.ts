/** The frame of the command line: help, unknown words, error lines and exit statuses. */
import { Command } from "commander";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { describeError, internalErrorStatus, reportError, UserError, userErrorStatus } from "#cli/errors.ts";
import { run } from "#cli/program.ts";
import { type CommandEntry, commands } from "#cli/registry.ts";
import { HdlError } from "#hdl/core/ir.ts";
import { accio } from "./run-cli.ts";

function captured(): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    const spy = vi.spyOn(process[name], "write").mockImplementation((text) => {
      output[name] += String(text);
      return true;
    });
    onTestFinished(() => spy.mockRestore());
  }
  return output;
}

const entry = (name: string, action: () => void): CommandEntry => ({
  name,
  summary: `summary of ${name}`,
  load: async () => ({ command: new Command().argument("[file]").option("--count <n>").action(action) }),
});

describe("help", () => {
  it("lists every command with its summary, without loading any", async () => {
    const output = captured();
    const load = vi.fn();
    expect(await run([], [{ ...entry("alpha", () => undefined), load }])).toBe(0);
    expect(output.stdout).toMatch(/^Usage: accio/);
    expect(output.stdout).toMatch(/alpha +summary of alpha/);
    expect(load).not.toHaveBeenCalled();
  });

  it.each([["--help"], ["-h"], ["help"]])("%s exits 0 on stdout", (...args) => {
    const { status, stdout, stderr } = accio(args);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const { name } of commands) expect(stdout).toContain(`\n  ${name}`);
  });

  it.each(commands.map(({ name }) => name))("%s --help loads and describes the command", (name) => {
    const { status, stdout } = accio([name, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^Usage: accio ${name}`));
    expect(accio(["help", name]).stdout).toBe(stdout);
  });

  it("does not install what the command needs", async () => {
    const output = captured();
    const needy: CommandEntry = { ...entry("needy", () => undefined), needs: ["gcc-riscv64"] };
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await run(["needy", "--help"], [needy])).toBe(0);
    expect(output.stdout).toContain("Usage: accio needy");
  });

  it("prints the version", () => {
    expect(accio(["--version"])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe("bad arguments", () => {
  it.each([
    [["docter"], "accio: unknown command 'docter' (Did you mean doctor?): see ./accio --help\n"],
    [["doctor", "--jsno"], "accio: unknown option '--jsno' (Did you mean --json?): see ./accio --help\n"],
    [["doctor", "now"], /^accio: too many arguments/],
    [["test", "--jobs", "0"], /^accio: option '-j, --jobs <n>' argument '0' is invalid. It must be a whole number from 1 to 256\.: see/],
    [["test", "--jobs"], /^accio: option '-j, --jobs <n>' argument missing/],
    [["test", "--seed", "-1"], /^accio: .*It must be a whole number from 0 to 4294967295/],
  ])("%j is one line on stderr and exit 2", (args, message) => {
    const { status, stdout, stderr } = accio(args);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: userErrorStatus, stdout: "" });
  });
});

describe("a command", () => {
  it("gets its arguments and options", async () => {
    const action = vi.fn();
    expect(await run(["alpha", "in.pcap", "--count", "3"], [entry("alpha", action), entry("beta", () => undefined)])).toBe(0);
    expect(action.mock.calls[0]?.slice(0, 2)).toEqual(["in.pcap", { count: "3" }]);
  });

  it("accepts --debug behind its own arguments", async () => {
    const action = vi.fn();
    expect(await run(["alpha", "x", "--debug"], [entry("alpha", action)])).toBe(0);
    expect(action).toHaveBeenCalledOnce();
  });

  it("is not loaded when something it needs is missing and cannot be installed", async () => {
    const load = vi.fn();
    vi.spyOn(process, "getuid").mockReturnValue(1000);
    vi.stubEnv("PATH", "/nowhere");
    onTestFinished(() => void vi.unstubAllEnvs());
    onTestFinished(() => void vi.restoreAllMocks());
    await expect(run(["alpha"], [{ ...entry("alpha", () => undefined), load, needs: ["g++", "make"] }])).rejects.toThrow(
      "missing on this machine: g++ (compiles simulators), make (compiles simulators): run: sudo apt-get install --yes --no-install-recommends g++ make",
    );
    expect(load).not.toHaveBeenCalled();
  });
});

describe("errors", () => {
  it("of the user are one line: what, where, what to do", () => {
    expect(describeError(new UserError("not a capture", "in.txt", "give a pcap file"))).toEqual({
      text: "not a capture: in.txt: give a pcap file",
      status: userErrorStatus,
    });
  });

  it("of the file system name the path", () => {
    const error = Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT", syscall: "open", path: "/no/such" });
    expect(describeError(error)).toEqual({ text: "/no/such: no such file or folder: check the path", status: userErrorStatus });
  });

  it("of a design are the user's, and keep every diagnostic", () => {
    const at = { file: "fifo.ts", line: 17, column: 3 };
    const diagnostic = { severity: "error", code: "width", message: "8 bits into 4", at } as const;
    expect(describeError(new HdlError([diagnostic, { ...diagnostic, message: "9 bits into 4" }]))).toEqual({
      text: "fifo.ts:17: error: 8 bits into 4 [width]\nfifo.ts:17: error: 9 bits into 4 [width]",
      status: userErrorStatus,
    });
  });

  it("of Accio itself say how to see more", () => {
    expect(describeError(new TypeError("x is undefined"))).toEqual({
      text: "internal error: x is undefined: run the command again with --debug and report what it prints",
      status: internalErrorStatus,
    });
    expect(describeError("thrown text").status).toBe(internalErrorStatus);
  });

  it("show a stack, and its causes, only with --debug", () => {
    const error = new Error("outer", { cause: new RangeError("inner") });
    const plain = captured();
    expect(reportError(error, { debug: false })).toBe(internalErrorStatus);
    expect(plain.stderr.split("\n")).toHaveLength(2);
    const debug = captured();
    reportError(error, { debug: true });
    expect(debug.stderr).toMatch(/Error: outer\n {4}at (.|\n)*RangeError: inner\n {4}at /);
  });
});
