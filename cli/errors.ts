/** How errors reach the user: one line for what the user can mend, a hint at `--debug` for our own faults. */
import { UserError } from "../toolchain/user-error.ts";

export { UserError };

/** Exit status of a wrong argument, bad input or a missing tool. Failing tests and checks exit 1. */
export const userErrorStatus = 2;
/** Exit status of a fault of Accio itself. */
export const internalErrorStatus = 70;

/** Errors of the lower layers that already say what, where and what to do; `hdl-gen` must not know of `UserError`. */
const plainNames = new Set(["UserError", "MissingToolError", "HdlError", "ConfigError"]);

function isSystemError(error: Error): error is NodeJS.ErrnoException {
  return "syscall" in error && typeof (error as NodeJS.ErrnoException).code === "string";
}

const systemRemedies: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder: check the path",
  EACCES: "permission denied: check who owns it",
  EISDIR: "is a folder: name a file",
  ENOTDIR: "a part of the path is not a folder: check the path",
  ENOSPC: "the disk is full: free some space",
  EROFS: "the file system is read-only: choose another folder",
};

/** The line for the user, without `accio: `, and the exit status that goes with it. */
export function describeError(error: unknown): { readonly text: string; readonly status: number } {
  if (!(error instanceof Error)) return { text: `internal error: ${String(error)}`, status: internalErrorStatus };
  if (plainNames.has(error.name)) return { text: error.message, status: userErrorStatus };
  if (isSystemError(error) && error.path !== undefined) {
    const remedy = systemRemedies[error.code ?? ""];
    if (remedy !== undefined) return { text: `${error.path}: ${remedy}`, status: userErrorStatus };
  }
  return {
    text: `internal error: ${error.message}: run the command again with --debug and report what it prints`,
    status: internalErrorStatus,
  };
}

/** Prints an error on stderr, with its stack when debugging, and returns the exit status. */
export function reportError(error: unknown, options: { readonly debug: boolean }): number {
  const { text, status } = describeError(error);
  process.stderr.write(`accio: ${text}\n`);
  if (options.debug && error instanceof Error) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) process.stderr.write(`${cause.stack ?? cause.message}\n`);
  }
  return status;
}
