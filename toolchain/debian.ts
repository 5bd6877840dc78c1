/**
 * Installs Debian packages that a command turns out to need. The work and the words are in `debian.bash`, which
 * `./accio` also uses before there is a Node.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { catalogueEntry, type ToolName } from "./catalogue.ts";
import { lookForTool, MissingToolError, projectRoot } from "./tools.ts";

/**
 * Makes sure that the tools are there: as root installs the Debian packages that bring them (named on stderr first);
 * otherwise throws `MissingToolError`, which holds the one command to run. Costs a few file look-ups when all are there.
 */
export function ensureTools(names: readonly ToolName[]): void {
  const missing = names.filter((name) => lookForTool(name) === null);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || missing.some((name) => catalogueEntry(name).origin !== "debian")) throw new MissingToolError(missing);
  const packages = [...new Set(missing.map((name) => catalogueEntry(name).package))];
  const logFolder = join(projectRoot, ".toolchain/log");
  mkdirSync(logFolder, { recursive: true });
  spawnSync("bash", [join(projectRoot, "toolchain/debian.bash"), ...packages], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ACCIO_APT_LOG: join(logFolder, "apt.log") },
  });
  const still = names.filter((name) => lookForTool(name) === null);
  if (still.length > 0) throw new MissingToolError(still);
}
