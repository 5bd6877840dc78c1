/** Starts the command line interface as a user does, in a process of its own, and collects what comes out. */
import { spawnSync } from "node:child_process";
import { projectRoot } from "#toolchain/tools.ts";

export interface CliResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `./accio` with these arguments; `environment` is laid over the present one. */
export function accio(args: readonly string[], environment: Readonly<Record<string, string>> = {}): CliResult {
  return node([`${projectRoot}/cli/main.ts`, ...args], environment);
}

/** Runs Node 24 with these arguments. */
export function node(args: readonly string[], environment: Readonly<Record<string, string>> = {}): CliResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    env: { ...process.env, FORCE_COLOR: undefined, NO_COLOR: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { status, stdout, stderr };
}
