/** A command's files must be different ones: an output that is its input, or two outputs that are one, would be lost work. */
import { realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "#toolchain/user-error.ts";

/** A path by the name that its user gave it: `OUT.pcap`, `--ordinary`. */
export interface NamedPath {
  readonly name: string;
  readonly path: string;
}

/** Throws a `UserError` when an output is an input or another output, links followed. Devices may be shared. */
export function checkDistinct(inputs: readonly NamedPath[], outputs: readonly NamedPath[]): void {
  for (const [index, output] of outputs.entries()) {
    const target = place(output.path);
    const other = [...inputs, ...outputs.slice(0, index)].find(({ path }) => place(path) === target);
    if (other !== undefined && !target.startsWith("/dev/")) {
      throw new UserError(`${output.name} and ${other.name} are the same file`, output.path, "name another output");
    }
  }
}

function place(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // The file is not there yet; its folder may be, or the error comes when it is opened.
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}
