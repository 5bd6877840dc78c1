/** Runs a built simulator: the job as text (native/job.h), the result as JSON (native/result.h), console on our own stdout. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { ClientSpec } from "./client-spec.ts";
import type { Timing } from "./timing.ts";

/** Bytes of a file that are in memory before the first cycle. */
export interface Load {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly address: bigint;
}
export interface Job {
  readonly loads: readonly Load[];
  readonly memoryBytes: number;
  /** Where every hart begins, and a1. */
  readonly entry: bigint;
  readonly deviceTree?: bigint;
  readonly timing: Timing;
  readonly maxCycles: number;
  /** Ends the run, as done, when the wire was quiet for so many cycles after the last frame of `wireIn`. */
  readonly quiet?: number;
  /** Addresses of `tohost` and `fromhost`. */
  readonly htif?: { readonly tohost: bigint; readonly fromhost: bigint };
  readonly client?: ClientSpec;
  /** A file of frames in the form of native/replay.h; likewise one to be written. */
  readonly wireIn?: string;
  readonly wireOut?: string;
  /** The far end is a plug that sends everything back. */
  readonly loop?: boolean;
  /** Functions by address for `profile`, a file to be written (native/profile.h). */
  readonly functions?: readonly { readonly first: bigint; readonly end: bigint }[];
  readonly profile?: string;
  readonly waves?: { readonly file: string; readonly from: number; readonly to: number };
  /** Keys go to the console: our standard input. */
  readonly input?: boolean;
  /** An address that nothing has is the hart's affair. */
  readonly keepUnmapped?: boolean;
  /** A file for the state of the run, as native/checkpoint.h writes it: from before a cycle, or after a program's first mark. */
  readonly save?: {
    readonly file: string;
    readonly at: number | "mark";
    /** Bytes of memory that belong to the state, from its beginning. */
    readonly bytes: number;
  };
  /** Such a file of the same simulator, to go on from. `loads` come on top of it. */
  readonly restore?: string;
}

export interface Trap {
  readonly cause: bigint;
  readonly pc: bigint;
  readonly value: bigint;
  readonly vector: bigint;
  readonly cycle: number;
  readonly privilege: number;
}
export interface RetiredInstruction {
  readonly pc: bigint;
  readonly cycle: number;
  readonly instruction: number;
}
export interface HartResult {
  readonly instructions: number;
  readonly traps: number;
  /** 0 user, 1 supervisor, 3 machine. */
  readonly privilege: number;
  /** It waits in `wfi`. */
  readonly sleeping: boolean;
  /** Traps since an instruction retired. */
  readonly trapsInARow: number;
  readonly firstTrap?: Trap;
  readonly lastTrap?: Trap;
  /** The last ones, the oldest first. */
  readonly recent: readonly RetiredInstruction[];
}
/** Latencies in cycles, each with how often it was seen, ascending. */
export type Latencies = readonly (readonly [cycles: number, count: number])[];
export interface ClientResult {
  readonly probes: number;
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  /** Answers that came twice, or after their request was given up. */
  readonly late: number;
  /** Answers with other bytes than the request's. */
  readonly wrong: number;
  /** Frames of others. */
  readonly stray: number;
  readonly firstSent: number;
  readonly lastAnswer: number;
  /** From when a request was to be sent to when its answer had come, at the far end of the wire. */
  readonly roundTrips: Latencies;
  /** From a request's last beat in to its answer's first beat out, at the system's pins. */
  readonly inside: Latencies;
}
export interface SimulationResult {
  /** Why it ended. */
  readonly end: "exit" | "client" | "quiet" | "limit" | "trap" | "unmapped" | "memory" | "interrupted";
  /** The program's, where it ended by itself. */
  readonly code: number;
  /** The first cycle of this run: not 0 where it was restored. */
  readonly began: number;
  readonly cycles: number;
  /** Wall-clock time of the loop. */
  readonly seconds: number;
  /** Time that it took on all processors. */
  readonly processorSeconds: number;
  readonly harts: readonly HartResult[];
  readonly stray: { readonly write: boolean; readonly address: bigint; readonly id: number };
  readonly wire: {
    readonly framesIn: number;
    readonly bytesIn: number;
    readonly framesOut: number;
    readonly bytesOut: number;
    readonly stalls: number;
    readonly ordinary: number;
  };
  readonly memory: {
    readonly reads: number;
    readonly writes: number;
    readonly rowHits: number;
    readonly rowMisses: number;
    readonly rowConflicts: number;
  };
  /** The last HTIF command or system call that we do not have; 0: none. */
  readonly htifUnknown: bigint;
  readonly client?: ClientResult;
}

/** The simulator itself has failed. */
export class SimulatorError extends Error {
  override readonly name = "SimulatorError";
}

/** Ticks of the wire in a cycle, as native/wire.h counts. */
const ticks = 1024;

const jobText = (j: Job, result: string, functions: string): string => {
  const { memory, wire, mmioLatency } = j.timing;
  const lines = [
    ...j.loads.map((s) => `segment ${s.offset} ${s.bytes} ${s.address} ${s.file}`),
    `result ${result}`,
    `memory-bytes ${j.memoryBytes}`,
    `entry ${j.entry}`,
    `device-tree ${j.deviceTree ?? 0n}`,
    `max-cycles ${j.maxCycles}`,
    `mmio-latency ${mmioLatency}`,
    `memory-latency ${memory.read} ${memory.write}`,
    `wire ${Math.round((8 * ticks) / wire.bitsPerCycle)} ${wire.overheadBytes} ${wire.delay}`,
  ];
  const { openPage } = memory;
  if (openPage !== undefined)
    lines.push(`open-page ${openPage.hit} ${openPage.miss} ${openPage.conflict} ${openPage.rowBytes} ${openPage.banks}`);
  if (j.quiet !== undefined) lines.push(`quiet ${j.quiet}`);
  if (j.htif !== undefined) lines.push(`htif ${j.htif.tohost} ${j.htif.fromhost}`);
  if (j.wireIn !== undefined) lines.push(`wire-in ${j.wireIn}`);
  if (j.loop === true) lines.push("wire-loop");
  if (j.wireOut !== undefined) lines.push(`wire-out ${j.wireOut}`);
  if (j.profile !== undefined) lines.push(`functions ${functions}`, `profile ${j.profile}`);
  if (j.waves !== undefined) lines.push(`waves ${j.waves.from} ${j.waves.to} ${j.waves.file}`);
  if (j.save !== undefined) {
    lines.push(`save ${j.save.file}`, `save-bytes ${j.save.bytes}`);
    if (j.save.at !== "mark") lines.push(`save-at ${j.save.at}`);
  }
  if (j.restore !== undefined) lines.push(`restore ${j.restore}`);
  if (j.input === true) lines.push("input");
  if (j.keepUnmapped === true) lines.push("keep-unmapped");
  if (j.client !== undefined) {
    const c = j.client;
    const flag = (b: boolean): number => (b ? 1 : 0);
    lines.push(
      `client ${flag(c.mode === "open")} ${flag(c.arrivals === "poisson")} ${c.connections} ${c.size} ${c.count} ${Math.round(c.interval * 1000)} ${c.timeout} ${c.probe} ${c.start} ${c.seed}`,
      `client-own ${c.client.mac} ${c.client.ip} ${c.client.port}`,
      `client-server ${c.server.mac} ${c.server.ip} ${c.server.port}`,
    );
  }
  return `${lines.join("\n")}\n`;
};

const functionsFile = (functions: NonNullable<Job["functions"]>): BigUint64Array =>
  BigUint64Array.from(functions.flatMap(({ first, end }) => [first, end]));

/** JSON with 64-bit values as strings of digits, turned back into what the types say. */
const bigs = new Set(["cause", "pc", "value", "vector", "address", "htifUnknown"]);
const parseResult = (text: string): SimulationResult =>
  JSON.parse(text, (key, value: unknown) => {
    if (bigs.has(key)) return BigInt(value as string);
    if (key === "code") return Number(value);
    if (key === "sleeping" || key === "write") return value === 1;
    if (key === "roundTrips" || key === "inside") {
      const flat = value as number[];
      return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
    }
    return value;
  }) as SimulationResult;

export interface SimulateOptions {
  /** Takes what the console prints; our own standard output unless said. */
  readonly onConsole?: (text: string) => void;
  /** The state is saved: the cycle that comes next. The run goes on meanwhile. */
  readonly onSaved?: (cycle: number) => Promise<void>;
  /** Told how far it is, every 2^18 cycles. */
  readonly onCycle?: (cycle: number) => void;
}

/** Runs a job to its end. Throws `SimulatorError` when the simulator itself fails. */
export const simulate = async (program: string, job: Job, options: SimulateOptions = {}): Promise<SimulationResult> => {
  const folder = mkdtempSync(join(tmpdir(), "accio-soc-"));
  try {
    const [jobFile, result, functions] = ["job", "result.json", "functions"].map((name) => join(folder, name)) as [string, string, string];
    if (job.profile !== undefined) writeFileSync(functions, functionsFile(job.functions ?? []));
    writeFileSync(jobFile, jobText(job, result, functions) + (options.onCycle === undefined ? "" : "tell-cycles\n"));
    const { status, errors } = await started(program, jobFile, job.input === true, options);
    if (status !== "0") throw new SimulatorError(`the simulator ended with ${status}: ${errors.trim()}`);
    return parseResult(readFileSync(result, "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const started = (
  program: string,
  job: string,
  input: boolean,
  { onConsole, onSaved, onCycle }: SimulateOptions,
): Promise<{ status: string; errors: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, [job], { stdio: [input ? "inherit" : "ignore", onConsole === undefined ? "inherit" : "pipe", "pipe"] });
    // Ctrl-C reaches the simulator too, which then says where its harts are; we wait for that.
    const wait = (): void => undefined;
    const stop = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", wait).on("SIGTERM", stop);
    let errors = "";
    let saving: Promise<void> | undefined;
    createInterface(child.stderr as Readable).on("line", (line) => {
      const [, what, cycle] = /^(at|saved) (\d+)$/.exec(line) ?? [];
      if (what === "at") return onCycle?.(Number(cycle));
      if (what === undefined) {
        errors += `${line}\n`;
        return;
      }
      saving = onSaved?.(Number(cycle));
      // Told at the end.
      saving?.catch(() => undefined);
    });
    if (onConsole !== undefined) child.stdout?.setEncoding("latin1").on("data", onConsole);
    const over = (): void => void process.off("SIGINT", wait).off("SIGTERM", stop);
    child.on("error", (error) => {
      over();
      reject(new SimulatorError(`${program}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      over();
      (saving ?? Promise.resolve()).then(() => resolve({ status: signal ?? String(code), errors }), reject);
    });
  });
