/** Runs a program with a time limit. What runs when the limit or our own end comes is ended with all its children. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Ran {
  /** Exit status; null where it was ended. */
  readonly code: number | null;
  /** Both streams, in order. */
  readonly output: string;
  readonly timedOut: boolean;
}

const running = new Set<ChildProcess>();
const end = (child: ChildProcess): void => {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    // Its own group: the solver that it started ends with it.
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};
let watching = false;
const watch = (): void => {
  if (watching) return;
  watching = true;
  const endAll = (): void => running.forEach(end);
  process.on("exit", endAll);
  for (const [signal, status] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.once(signal, () => {
      endAll();
      process.exit(status);
    });
};

/** Runs `program` in `folder`, at most `seconds`; `hear` gets what it prints as it comes. Rejects only where it cannot be started. */
export const runLimited = (
  program: string,
  args: readonly string[],
  folder: string,
  seconds: number,
  env: NodeJS.ProcessEnv = process.env,
  hear: (text: string) => void = () => {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    watch();
    const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    running.add(child);
    let output = "";
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        hear(text);
      });
    const timer = setTimeout(() => {
      timedOut = true;
      end(child);
    }, seconds * 1000);
    const done = (): void => {
      clearTimeout(timer);
      running.delete(child);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("close", (code) => {
      done();
      resolve({ code, output, timedOut });
    });
  });
