/** Runs a tool of the build and turns its failure into an error that says what ran and what it said. */
import { spawn } from "node:child_process";

export class BuildError extends Error {
  override readonly name = "BuildError";
}

export interface CommandOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const lines = (text: string, most: number): string => {
  const all = text.trimEnd().split("\n");
  return all.length <= most ? all.join("\n") : [...all.slice(0, most), `... ${all.length - most} lines more`].join("\n");
};

/** Runs a program to its end; returns what it printed on both streams. Throws `BuildError` where it does not exit 0. */
export const run = (program: string, args: readonly string[], { folder, environment = {} }: CommandOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", (error) => reject(new BuildError(`${program}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(
          new BuildError(
            `${[program, ...args].join(" ")}: ${signal === null ? `exit ${code}` : `killed by ${signal}`}\n${lines(output, 40)}`,
          ),
        );
    });
  });

/** Maps with at most `limit` promises under way. */
export const mapLimited = async <T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> => {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results[at] = await work(items[at] as T);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
};
