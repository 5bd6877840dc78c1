/** A program on a system from its ELF file to its end, with everything that may go in and out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import type { VerilatorName } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import { buildSimulator } from "./build.ts";
import { readFrames, type WireTiming, writeFrames } from "./capture.ts";
import { partHash } from "./checkpoint.ts";
import { type CheckpointWishes, checkpointing, type KeptCheckpoint, simulatorIdentity } from "./checkpointing.ts";
import type { ClientSpec } from "./client-spec.ts";
import { type CrashReport, crashReport, exitCodes } from "./crash.ts";
import { addressOf, type Elf, readElf, type Segment } from "./elf.ts";
import { type HartProfile, parseProfile } from "./profile.ts";
import { type Job, type Load, type SimulationResult, simulate } from "./simulate.ts";
import { hex, Symbolizer } from "./symbols.ts";
import type { Timing } from "./timing.ts";

export interface RunOptions {
  /** Path of an ELF file. */
  readonly program: string;
  readonly config: SocName;
  readonly timing: Timing;
  /** A hundred million unless said. */
  readonly maxCycles?: number;
  /** Bytes; 64 MiB unless said. */
  readonly memoryBytes?: number;
  readonly client?: ClientSpec;
  readonly wireIn?: { readonly capture: string; readonly timing: WireTiming /** Cycle of the first frame. */; readonly from: number };
  readonly wireOut?: string;
  /** The far end of the wire is a plug that sends everything back; without `wireIn` and `client`. */
  readonly loop?: boolean;
  readonly quiet?: number;
  readonly profile?: boolean;
  /** A waveform (FST) of some cycles; its simulator is compiled apart, and slower. */
  readonly waves?: { readonly file: string; readonly from: number; readonly to: number };
  /** Our standard input is the console's. */
  readonly input?: boolean;
  /** An address that nothing has does not end the run. */
  readonly keepUnmapped?: boolean;
  /** Saves the state; goes on from one of the same program, system, timing, memory and traffic. */
  readonly checkpoints?: CheckpointWishes;
  /** Takes what the console prints; standard output unless said. */
  readonly onConsole?: (text: string) => void;
  readonly verilator?: VerilatorName;
  readonly threads?: number;
}
export interface ProgramRun {
  readonly result: SimulationResult;
  /** What to leave the process with: the program's code, 124 at the cycle limit, 70 for a crash. */
  readonly exitCode: number;
  readonly crash: CrashReport | null;
  readonly profiles?: readonly HartProfile[];
  /** What was saved on the way. */
  readonly checkpoint?: KeptCheckpoint;
  /** Frames sent in and written out. */
  readonly frames?: { readonly in?: number; readonly out?: number };
}

export const defaultMaxCycles = 100_000_000;

/** A program's codes above a byte are 255, so that none but 0 becomes 0. */
const byteCode = (code: number): number => (code > 255 ? 255 : code);
const exitCodeOf = ({ end, code }: SimulationResult): number => {
  if (end === "exit") return byteCode(code);
  if (end === "client" || end === "quiet") return 0;
  return end === "limit" ? exitCodes.limit : end === "interrupted" ? exitCodes.interrupted : exitCodes.crash;
};

/** Linkers without a script put the file's own headers in front of the first section: those need not be in memory. */
const withoutHeaders = (s: Segment, base: bigint): Segment => {
  const before = Number(base - s.address);
  if (s.offset !== 0 || before <= 0 || before >= s.bytes) return s;
  return { ...s, offset: before, bytes: s.bytes - before, memoryBytes: s.memoryBytes - before, address: base };
};

/** What of a program goes into memory. Throws `UserError` where there is no memory. */
const loadsOf = (elf: Elf, base: bigint, size: bigint): readonly Load[] => {
  const segments = elf.segments.map((s) => withoutHeaders(s, base));
  for (const s of segments) {
    const end = s.address + BigInt(s.memoryBytes);
    if (s.address < base || end > base + size)
      throw new UserError(
        `it loads ${hex(s.address)} to ${hex(end - 1n)}, and memory is ${hex(base)} to ${hex(base + size - 1n)}`,
        elf.path,
        "link it to run from the start of memory, or give more with --memory",
      );
  }
  return segments
    .filter((s) => s.bytes > 0)
    .map((s) => ({ file: resolve(elf.path), offset: s.offset, bytes: s.bytes, address: s.address }));
};

/** Runs a program. Throws `UserError` for bad input, `BuildError` or `SimulatorError` when the tools fail. */
export const runProgram = async (o: RunOptions): Promise<ProgramRun> => {
  if (o.loop === true && (o.client !== undefined || o.wireIn !== undefined))
    throw new UserError("a plug at the far end of the wire, and somebody who sends from there", "--wire-loop", "leave one of them out");
  const config = socConfigs[o.config];
  const map = socMap(config, o.memoryBytes === undefined ? {} : { memoryBytes: o.memoryBytes });
  const memory = regionOf(map, "memory");
  const elf = readElf(o.program);
  const symbols = new Symbolizer(elf);
  const [tohost, fromhost] = [addressOf(elf, "tohost"), addressOf(elf, "fromhost")];
  const scratch = mkdtempSync(join(tmpdir(), "accio-run-"));
  const file = (name: string): string => join(scratch, name);
  try {
    const sent =
      o.wireIn === undefined ? undefined : writeFrames(o.wireIn.capture, file("in"), o.wireIn.timing, o.timing.clockMhz, o.wireIn.from);
    const { program } = await buildSimulator(o.config, {
      waves: o.waves !== undefined,
      ...(o.verilator === undefined ? {} : { verilator: o.verilator }),
      ...(o.threads === undefined ? {} : { threads: o.threads }),
    });
    if (o.profile === true) writeFileSync(file("profile"), "");
    const loads = loadsOf(elf, BigInt(memory.base), BigInt(memory.size));
    const saved = await checkpointing(o.checkpoints ?? {}, {
      kind: "soc",
      scratch,
      memoryBytes: memory.size,
      command: `./accio soc run ... --checkpoint ${o.checkpoints?.save?.name ?? ""}`,
      settings: {
        program: basename(o.program),
        config: o.config,
        timing: o.timing.name,
        memory: `${memory.size / 2 ** 20} MiB`,
        client: o.client === undefined ? "" : JSON.stringify(o.client),
        ...(o.loop === true ? { wire: "loop" } : {}),
      },
      parts: {
        simulator: simulatorIdentity(program),
        timing: partHash(JSON.stringify(o.timing)),
        program: partHash(readFileSync(o.program)),
        wire: sent === undefined ? "" : partHash(readFileSync(file("in"))),
      },
    });
    const job: Job = {
      loads: o.checkpoints?.from === undefined ? loads : [],
      ...saved.job,
      memoryBytes: memory.size,
      entry: elf.entry,
      timing: o.timing,
      maxCycles: o.maxCycles ?? defaultMaxCycles,
      ...(o.quiet === undefined ? {} : { quiet: o.quiet }),
      ...(tohost === undefined || fromhost === undefined ? {} : { htif: { tohost, fromhost } }),
      ...(o.client === undefined ? {} : { client: o.client }),
      ...(sent === undefined ? {} : { wireIn: file("in") }),
      ...(o.wireOut === undefined ? {} : { wireOut: file("out") }),
      ...(o.loop === undefined ? {} : { loop: o.loop }),
      ...(o.profile === true ? { profile: file("profile"), functions: symbols.functions } : {}),
      ...(o.waves === undefined ? {} : { waves: { ...o.waves, file: resolve(o.waves.file) } }),
      ...(o.input === undefined ? {} : { input: o.input }),
      ...(o.keepUnmapped === undefined ? {} : { keepUnmapped: o.keepUnmapped }),
    };
    const result = await simulate(program, job, { ...(o.onConsole === undefined ? {} : { onConsole: o.onConsole }), ...saved.options });
    const checkpoint = saved.kept();
    const received =
      o.wireOut === undefined ? undefined : readFrames(file("out"), o.wireOut, o.timing.clockMhz, sent ?? { start: 0n, from: 0 });
    return {
      result,
      exitCode: exitCodeOf(result),
      crash: crashReport(result, config, map, symbols, o.timing.mmioLatency),
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(o.profile === true ? { profiles: parseProfile(readFileSync(file("profile"), "utf8"), symbols.functions) } : {}),
      frames: { ...(sent === undefined ? {} : { in: sent.frames }), ...(received === undefined ? {} : { out: received }) },
    };
  } finally {
    rmSync(scratch, { recursive: true });
  }
};
