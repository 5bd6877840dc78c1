/**
 * The command line interface. Loads commander, the list of commands and the one command that was asked for, nothing
 * else: `./accio --help` must answer at once.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { reportError } from "./errors.ts";

enableCompileCache(join(import.meta.dirname, "../.toolchain/cache/node"));
// Libraries that colour their output look at CI and FORCE_COLOR; without a terminal only the latter is a wish.
if (!process.stdout.isTTY && process.env.FORCE_COLOR === undefined) process.env.NO_COLOR ??= "1";
// `./accio ... | head` closes our output early; that is the reader's choice and no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const { run } = await import("./program.ts");
try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.exitCode = reportError(error, { debug: process.argv.includes("--debug") });
}
