/**
 * Programs of other people, run with a limit. It is one of processor time, so that a busy machine makes no difference;
 * what waits without working is ended by the clock, much later.
 */
import { spawn } from "node:child_process";

/** A tool refused what it was given, broke, or did not come to an end. */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly timedOut: boolean;
  constructor(message: string, timedOut: boolean) {
    super(message);
    this.timedOut = timedOut;
  }
}

export interface Run {
  readonly cwd: string;
  /** Of processor time. */
  readonly seconds: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The clock may show this many times the limit. */
const patience = 20;
/** Much more than any simulation here prints. */
const mostOutput = 2 ** 28;

/** Runs a program; its standard output. Throws `ToolError` for any other status than 0, after the limit, and for endless output. */
export const execute = (run: Run, program: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", 'ulimit -S -t "$0" && exec "$@"', `${run.seconds}`, program, ...args], {
      cwd: run.cwd,
      env: { ...process.env, ...run.environment },
      timeout: run.seconds * patience * 1000,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    const keep = (list: Buffer[]) => (b: Buffer) => {
      size += b.length;
      if (size > mostOutput) child.kill("SIGKILL");
      else list.push(b);
    };
    child.stdout.on("data", keep(out));
    child.stderr.on("data", keep(err));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      const name = program.slice(program.lastIndexOf("/") + 1);
      const text = Buffer.concat(out).toString();
      if (size > mostOutput) return reject(new ToolError(`time-out: ${name} printed more than ${mostOutput} bytes`, true));
      if (status === 0) return resolve(text);
      // Programs that start others say it with a status.
      const timedOut = signal === "SIGXCPU" || signal === "SIGKILL" || status === 128 + 24;
      if (timedOut) return reject(new ToolError(`time-out: ${name} took more than ${run.seconds} s of processor time`, true));
      const how = signal === null ? "failed" : `crashed (${signal})`;
      reject(new ToolError(`${name} ${args.join(" ")} ${how}:\n${`${Buffer.concat(err)}${text}`.slice(0, 4000)}`, false));
    });
  });
