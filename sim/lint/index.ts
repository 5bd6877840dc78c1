/** Linting a design with every tool that will read it; each remark says where in the TypeScript it comes from. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Module } from "#hdl";
import { projectRoot } from "../../toolchain/tools.ts";
import { type Place, placeFinder } from "./places.ts";
import { linters, type Remark } from "./tools.ts";

export type { Place } from "./places.ts";
export { type Linter, linters, type Remark } from "./tools.ts";

export interface LintFinding extends Remark {
  /** The user's statement; null where the tool named no line, or one of external Verilog. */
  readonly source: Place | null;
}
export interface LintResult {
  readonly top: string;
  /** Tools that ran, by name and version. */
  readonly tools: readonly string[];
  readonly findings: readonly LintFinding[];
}

/**
 * Lints the files of a design (as `emitDesign(top)` gives them; other files than `.v` are left out) with both Verilators
 * where they are there, Icarus and Yosys, with and without the properties. Places in TypeScript need texts with
 * `sources`. Throws `MissingToolError`.
 */
export const lintDesign = async (files: ReadonlyMap<string, string>, top: Module): Promise<LintResult> => {
  const tools = linters();
  const verilog = [...files].filter(([name]) => name.endsWith(".v"));
  const build = join(projectRoot, "build/lint");
  await mkdir(build, { recursive: true });
  const folder = await mkdtemp(join(build, `${top.name}-`));
  try {
    for (const [name, text] of verilog) await writeFile(join(folder, name), text);
    const names = verilog.map(([name]) => name);
    const placeOf = placeFinder(top, files);
    const findings: LintFinding[] = [];
    for (const tool of tools)
      for (const remark of await tool.lint(folder, names, top.name))
        findings.push({ ...remark, source: remark.file === null || remark.line === null ? null : placeOf(remark.file, remark.line) });
    return { top: top.name, tools: tools.map((t) => t.name), findings };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
