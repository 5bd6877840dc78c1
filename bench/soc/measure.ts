/**
 * Speed of the systems' simulators: our loop, with everything that it models and watches, against a bare C++ loop around
 * the same Verilated model; by Verilator and by threads. Rounds in which both run once; the median of the ratios counts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { regionOf, socMap } from "#rtl/soc/map.ts";
import { buildSimulator } from "#sim/soc/build.ts";
import { readElf } from "#sim/soc/elf.ts";
import { simulate } from "#sim/soc/simulate.ts";
import { timingNamed } from "#sim/soc/timing.ts";
import { findTool, type VerilatorName } from "#toolchain/tools.ts";

/** One simulator's speed. */
export interface SocSpeed {
  readonly config: SocName;
  readonly verilator: VerilatorName;
  readonly threads: number;
  /** Cycles per second: of processor time on one thread, of wall-clock time on several. */
  readonly bare: number;
  readonly simulator: number;
  /** `simulator` to `bare`, median of the rounds. */
  readonly ratio: number;
  /** Seconds that the build took; null where it was there. */
  readonly buildSeconds: number | null;
}
export interface SocBenchOptions {
  readonly configs: readonly SocName[];
  readonly verilators: readonly VerilatorName[];
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly onStep?: (text: string) => void;
}

/** Cycles of one run: about a second. */
const cyclesOf = (config: SocName): number => 200_000 / socConfigs[config].harts;

const compiled = (folder: string): string => {
  const elf = join(folder, "work.elf");
  execFileSync(findTool("gcc-riscv64-elf"), [
    ...["-O2", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-ffreestanding", "-nostdlib", "-Wl,-Ttext=0x80000000,--build-id=none"],
    ...[join(import.meta.dirname, "work.c"), "-o", elf],
  ]);
  return elf;
};

/** The program as memory has it, and where it begins. */
const imageOf = (elf: string, base: bigint): { readonly image: Buffer; readonly entry: bigint } => {
  const { entry, segments } = readElf(elf);
  const file = readFileSync(elf);
  const end = segments.reduce((most, s) => Math.max(most, Number(s.address - base) + s.bytes), 0);
  const image = Buffer.alloc(end);
  for (const s of segments) {
    const at = Number(s.address - base);
    file.copy(image, Math.max(0, at), s.offset + Math.max(0, -at), s.offset + s.bytes);
  }
  return { image, entry };
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Measures every combination; the configurations' own programs are compiled first where they are not there. */
export const measureSoc = async (o: SocBenchOptions): Promise<readonly SocSpeed[]> => {
  const folder = mkdtempSync(join(tmpdir(), "accio-bench-"));
  try {
    const elf = compiled(folder);
    const results: SocSpeed[] = [];
    for (const config of o.configs)
      for (const verilator of o.verilators)
        for (const threads of o.threads) {
          o.onStep?.(`${config}, ${verilator}, ${threads} thread${threads === 1 ? "" : "s"}`);
          const speed = await measureOne(folder, elf, config, verilator, threads, o.rounds);
          o.onStep?.(socSpeedRows([speed])[0]?.slice(3).join("  ") ?? "");
          results.push(speed);
        }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const measureOne = async (
  folder: string,
  elf: string,
  config: SocName,
  verilator: VerilatorName,
  threads: number,
  rounds: number,
): Promise<SocSpeed> => {
  const built = await buildSimulator(config, { verilator, threads });
  const { base, size } = regionOf(socMap(socConfigs[config]), "memory");
  const { image, entry } = imageOf(elf, BigInt(base));
  const file = join(folder, "image");
  writeFileSync(file, image);
  const cycles = cyclesOf(config);
  const bare: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const words = execFileSync(built.bare, [file, String(cycles), String(entry)], { encoding: "utf8" })
      .split(" ")
      .map(Number);
    const [ran = 0, wall = 0, processor = 0] = words;
    bare.push(ran / (threads === 1 ? processor : wall));
    const result = await simulate(built.program, {
      loads: [{ file, offset: 0, bytes: image.length, address: BigInt(base) }],
      memoryBytes: size,
      entry,
      timing: timingNamed("raw"),
      maxCycles: cycles,
    });
    if (result.end !== "limit") throw new Error(`bench: ${config}: the program ended: ${result.end}`);
    ours.push(result.cycles / (threads === 1 ? result.processorSeconds : result.seconds));
  }
  return {
    config,
    verilator,
    threads,
    bare: median(bare),
    simulator: median(ours),
    ratio: median(ours.map((speed, round) => speed / (bare[round] ?? Number.NaN))),
    buildSeconds: built.found ? null : built.seconds,
  };
};

export const socSpeedHeader: readonly string[] = [
  "system",
  "verilator",
  "threads",
  "bare, k cycles/s",
  "simulator, k cycles/s",
  "ratio",
  "build, s",
];
export const socSpeedRows = (speeds: readonly SocSpeed[]): readonly (readonly string[])[] =>
  speeds.map((s) => [
    s.config,
    s.verilator,
    String(s.threads),
    (s.bare / 1e3).toFixed(0),
    (s.simulator / 1e3).toFixed(0),
    s.ratio.toFixed(2),
    s.buildSeconds === null ? "" : s.buildSeconds.toFixed(0),
  ]);
