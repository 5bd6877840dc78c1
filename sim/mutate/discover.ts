/** Finds the blocks that have mutants: every `*.mutants.ts` below `tb` exports a record of families. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import type { Family } from "./family.ts";

export interface Found {
  readonly name: string;
  /** Absolute path of the file that has it. */
  readonly file: string;
  readonly family: Family;
}

/** The families of one file. Throws `UserError` for a file without any. */
export const familiesIn = async (file: string): Promise<readonly Found[]> => {
  const { families } = (await import(pathToFileURL(file).href)) as { families?: Readonly<Record<string, Family>> };
  if (families === undefined || Object.keys(families).length === 0)
    throw new UserError("no mutants", file, "export a record called families, with at least one Family");
  return Object.entries(families).map(([name, family]) => ({ name, file, family }));
};

/** Every family of the project, in the order of their files. Throws `UserError` for names that clash. */
export const discoverFamilies = async (folder = join(projectRoot, "tb")): Promise<readonly Found[]> => {
  const files = globSync("**/*.mutants.ts", { cwd: folder }).toSorted();
  const all = (await Promise.all(files.map((f) => familiesIn(join(folder, f))))).flat();
  for (const [name, list] of Map.groupBy(all, (f) => f.name))
    if (list.length > 1)
      throw new UserError("two blocks of one name", `"${name}" in ${list.map((f) => f.file).join(" and ")}`, "rename one of them");
  return all;
};
