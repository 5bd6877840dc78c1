/** Finds the tasks: every `*.formal.ts` below `tb/formal` exports a list of them. */
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectRoot } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import { type FormalTask, slug } from "./task.ts";

/** All tasks of the project, in the order of their files. Throws `UserError` for a file without tasks and for names that clash. */
export const discoverTasks = async (folder = join(projectRoot, "tb/formal")): Promise<readonly FormalTask[]> => {
  const files = globSync("**/*.formal.ts", { cwd: folder }).sort();
  const found: FormalTask[] = [];
  const owners = new Map<string, string>();
  for (const file of files) {
    const { tasks } = (await import(pathToFileURL(join(folder, file)).href)) as { tasks?: readonly FormalTask[] };
    if (!Array.isArray(tasks) || tasks.length === 0)
      throw new UserError("no proofs", file, "export a list called tasks, with at least one FormalTask");
    for (const task of tasks as readonly FormalTask[]) {
      const owner = owners.get(slug(task.name));
      if (owner !== undefined)
        throw new UserError("two proofs of one name", `"${task.name}" in ${owner} and ${basename(file)}`, "rename one of them");
      owners.set(slug(task.name), basename(file));
      found.push(task);
    }
  }
  return found;
};
