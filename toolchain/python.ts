/**
 * Python environments beside the toolchain's own, for what only one command needs (a benchmark's peer, say). Made when
 * first asked for, from a requirements file that pins every wheel by hash; kept until that file changes.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { findTool, projectRoot } from "./tools.ts";
import { UserError } from "./user-error.ts";

// One process makes an environment, others that want the same wait for it and find it complete.
const make = `
  exec 9>"$1.lock"
  flock 9
  [[ -e $1/complete ]] && exit 0
  rm -rf "$1"
  "$2" -m venv "$1" &&
    "$1/bin/pip" install --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: --requirement "$3" &&
    touch "$1/complete"`;

/**
 * The environment that a requirements file describes, made if it is not there yet; the network is needed then. Throws
 * `UserError` with pip's last line when that fails.
 *
 * @param requirements absolute path of a pip requirements file; every line pins its version and hashes
 * @returns absolute path of the environment: programs are in its `bin/`
 */
export function pythonEnvironment(requirements: string, folder: string = join(projectRoot, ".toolchain/venvs")): string {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const name = `${basename(requirements).replace(/\.[^.]*$/, "")}-${hash}`;
  const environment = join(folder, name);
  if (existsSync(join(environment, "complete"))) return environment;
  mkdirSync(folder, { recursive: true });
  const { status, stdout, stderr } = spawnSync("bash", ["-c", make, "bash", environment, findTool("python3"), requirements], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0) {
    const reason = `${stdout}${stderr}`.trim().split("\n").at(-1) ?? "";
    throw new UserError(
      "cannot install Python packages",
      `${requirements}: ${reason}`,
      "check the network and pip's settings, then run the command again",
    );
  }
  return environment;
}
