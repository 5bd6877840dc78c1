/** `./accio linux`: builds Linux for the RISC-V systems, boots it, and runs programs in it. */
import { basename, relative } from "node:path";
import { Command } from "commander";
import { type BootResult, boot, commandLine, panicStatus, resolveProgram } from "#driver/linux/boot.ts";
import { settingsIn } from "#driver/linux/checkpoint.ts";
import { firmware, program, programNames } from "#driver/linux/compile.ts";
import { type Kernel, kernel } from "#driver/linux/kernel.ts";
import { limitStatus, type Machine } from "#driver/linux/machine.ts";
import { qemu } from "#driver/linux/qemu.ts";
import { rocket } from "#driver/linux/rocket.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { writeFileAtomically } from "#sim/models/pcap/index.ts";
import { buildSimulator } from "#sim/soc/build.ts";
import { flameHtml } from "#sim/soc/flame.ts";
import { profileHeader, profileRows } from "#sim/soc/profile.ts";
import { defaultMaxCycles } from "#sim/soc/run.ts";
import { timingNamed, timings } from "#sim/soc/timing.ts";
import { checkOutput, oneOf, wholeNumber } from "../arguments.ts";
import { clockLine } from "../clock-line.ts";
import { UserError } from "../errors.ts";
import { type Progress, runSteps } from "../progress.ts";
import { table } from "../table.ts";
import { checkpoints, checkpointWishes, checkSaved } from "./checkpoints.ts";

const mebibyte = 2 ** 20;
const here = (path: string): string => relative(process.cwd(), path);

/** About what a boot takes with the raw timing, so that nobody takes it for stuck. */
const usualCycles = { soc1: "9 M", soc4: "12 M" } as const;

interface BuildOptions {
  readonly jobs?: number;
  readonly json?: true;
}

/** The kernel, with a line or a live display on stderr; silent where it is there already. */
const buildKernel = async (jobs: number | undefined, quiet: boolean): Promise<Kernel> => {
  let made: Kernel | undefined;
  await runSteps(
    [
      {
        title: "Building the kernel",
        run: async ({ note }: Progress) => {
          made = await kernel({ note, ...(jobs === undefined ? {} : { jobs }) });
          return made.found ? `${made.release}, was there` : `${made.release}, ${made.cpuSeconds.toFixed(0)} s of processor time`;
        },
      },
    ],
    { quiet },
  );
  return made as Kernel;
};

const buildSystem = (name: "soc1" | "soc4", quiet: boolean): Promise<void> =>
  runSteps(
    [{ title: `Building the simulator of ${name}`, run: async () => ((await buildSimulator(name)).found ? "was there" : "compiled") }],
    { quiet },
  );

const build = new Command("build")
  .description("Builds the kernel, the firmware and the guest's programs below build/linux: minutes the first time.")
  .option("-j, --jobs <n>", "compilers at once (default: the machine's cores)", wholeNumber(1, 256))
  .option("--json", "print JSON for other programs")
  .action(async ({ jobs, json }: BuildOptions) => {
    const { image, vmlinux, release, found, seconds, cpuSeconds } = await buildKernel(jobs, json === true);
    const paths = { image, vmlinux, firmware: await firmware(), init: await program("init") };
    if (json) process.stdout.write(`${JSON.stringify({ release, found, seconds, cpuSeconds, ...paths }, null, 2)}\n`);
    else for (const [what, path] of Object.entries(paths)) process.stdout.write(`${what.padEnd(9)} ${here(path)}\n`);
  });

interface BootCommandOptions extends BuildOptions {
  readonly config: "soc1" | "soc4";
  readonly qemu?: true;
  readonly run?: string;
  readonly memory: number;
  readonly kernelLog?: true;
  readonly append?: string;
  readonly timeout: number;
  readonly timing: string;
  readonly maxCycles: number;
  readonly profile?: string;
  readonly checkpoint?: string;
  readonly at?: number;
  readonly from?: string;
}

/**
 * With --from, what was not said is as in the checkpoint; what was said must be the same there, which booting checks.
 *
 * @param said  whether an option stands on the command line
 */
const settingsOf = (options: BootCommandOptions, said: (option: string) => boolean) => {
  const { config, timing, memory, kernelLog, append, from } = options;
  const own = {
    config,
    timing,
    memoryBytes: memory * mebibyte,
    commandLine: commandLine({ kernelLog: kernelLog === true, ...(append === undefined ? {} : { append }) }),
  };
  if (from === undefined) return own;
  const { header, memoryBytes, line } = settingsIn(from);
  return {
    config: said("config") ? config : (header.settings.config as typeof config),
    timing: said("timing") ? timing : (header.settings.timing ?? timing),
    memoryBytes: said("memory") ? own.memoryBytes : memoryBytes,
    commandLine: said("kernelLog") || said("append") ? own.commandLine : line,
  };
};

const explain = (result: BootResult, { limit }: Machine, option: string): void => {
  const { began = 0, cycles, instructions, seconds, profiles, report } = result;
  if (report !== undefined) process.stderr.write(`\naccio: linux boot: ${report}`);
  if (profiles !== undefined) process.stderr.write(`\n${table(profileHeader, profileRows(profiles))}`);
  if (cycles !== undefined && instructions !== undefined) {
    const speed = ((cycles - began) / Math.max(1e-9, seconds) / 1e3).toFixed(0);
    process.stderr.write(
      `\n${cycles} cycles${began > 0 ? `, ${cycles - began} of them after the checkpoint` : ""}, instructions by hart: ${instructions.join(", ")}; ${seconds.toFixed(1)} s (${speed} k cycles/s)\n`,
    );
  }
  if (result.stopped)
    process.stderr.write(`accio: linux boot: no end within ${limit}, stopped: exit ${limitStatus}: allow more with ${option}\n`);
  else if (result.status === panicStatus && /Kernel panic|firmware: /.test(result.output))
    process.stderr.write(`accio: linux boot: the kernel gave up: exit ${panicStatus}: see the lines above, and --kernel-log\n`);
};

const bootCommand = new Command("boot")
  .description(
    "Boots Linux and runs a program in it; the exit status is the program's. The console is live. Exits 124 at the limit of\n" +
      "cycles or of time, 70 when the kernel panics.",
  )
  .argument("[arguments...]", "arguments of the program, behind --")
  .option("-c, --config <name>", "soc1 (one hart) or soc4 (four)", oneOf(...(Object.keys(socConfigs) as ("soc1" | "soc4")[])), "soc1")
  .option("-q, --qemu", "on QEMU instead of Rocket's RTL: seconds instead of minutes")
  .option("-r, --run <program>", `a static RISC-V program, or one of ${programNames().join(", ")}`)
  .option("-m, --memory <MiB>", "memory of the guest", wholeNumber(16, 1024), 16)
  .option("-l, --kernel-log", "show the kernel's messages")
  .option("-a, --append <words>", "more words for the kernel's command line")
  .option("-t, --timing <name>", `how slow memory and devices are: ${Object.keys(timings).join(" or ")}; not with --qemu`, "raw")
  .option("--max-cycles <n>", "when to give up, without --qemu", wholeNumber(1), defaultMaxCycles)
  .option("-p, --profile <file>", "write a flame graph (HTML) and print a table of cycles by function, without --qemu")
  .option("--checkpoint <name>", "save the machine when user space begins, before it looks for a program; without --qemu")
  .option("--at <cycle>", "save it at this cycle instead, with the program in it", wholeNumber(1))
  .option("--from <name>", "go on from a checkpoint, with any program; options that are not given are as they were")
  .option("--timeout <seconds>", "when to give up, with --qemu", wholeNumber(1, 86_400), 60)
  .option("-j, --jobs <n>", "compilers at once, where something must be built", wholeNumber(1, 256))
  .option("--json", "print JSON for other programs; the console goes to stderr")
  .action(async (words: readonly string[], options: BootCommandOptions, self: Command) => {
    const { profile, checkpoint, at, from } = options;
    for (const [option, value] of Object.entries({ checkpoint, at, from }))
      if (value !== undefined && options.qemu === true)
        throw new UserError("checkpoints are of the RTL", `--${option} ${value}`, "leave --qemu out");
    if (at !== undefined && checkpoint === undefined)
      throw new UserError("a cycle without a checkpoint", `--at ${at}`, "name the checkpoint with --checkpoint");
    const settings = settingsOf(options, (option) => self.getOptionValueSource(option) === "cli");
    const { config, memoryBytes } = settings;
    const timing = timingNamed(settings.timing);
    const wishes = checkpointWishes(checkpoint, at, from);
    if (profile !== undefined && options.qemu === true)
      throw new UserError("QEMU counts no cycles", `--profile ${profile}`, "leave --qemu out");
    if (profile !== undefined) checkOutput(profile);
    const machine =
      options.qemu === true
        ? qemu({ harts: socConfigs[config].harts, seconds: options.timeout })
        : rocket({ system: config, timing, maxCycles: options.maxCycles, profile: profile !== undefined, checkpoints: wishes });
    if (words.length > 0 && options.run === undefined)
      throw new UserError("arguments without a program", words.join(" "), "name the program with --run");
    const command = options.run === undefined ? {} : { command: { program: await resolveProgram(options.run), arguments: words } };
    await buildKernel(options.jobs, options.json === true);
    if (options.qemu !== true) await buildSystem(config, options.json === true);
    const line =
      options.qemu === true || options.json === true
        ? null
        : clockLine(from === undefined ? `Booting; user space takes ${usualCycles[config]} cycles` : `Going on from ${from}`);
    const result = await boot({
      machine,
      memoryBytes,
      ...command,
      commandLine: settings.commandLine,
      input: true,
      console: (text) => {
        line?.end();
        (options.json ? process.stderr : process.stdout).write(text);
      },
      ...(line === null ? {} : { onCycle: line.at }),
    });
    line?.end();
    explain(result, machine, options.qemu === true ? "--timeout" : "--max-cycles");
    const { profiles, ...rest } = result;
    if (profile !== undefined && profiles !== undefined) {
      const title = `Linux on ${config}${options.run === undefined ? "" : `, ${basename(options.run)}`}`;
      writeFileAtomically(profile, flameHtml(profiles, { title, subtitle: `timing ${timing.name}, ${result.cycles} cycles` }));
    }
    if (options.json) process.stdout.write(`${JSON.stringify({ config, ...rest }, null, 2)}\n`);
    process.exitCode = result.status;
    checkSaved(wishes, result.checkpoint, result.began ?? 0, result.cycles ?? 0);
  });

export const command = new Command()
  .description("Linux on the RISC-V systems.")
  .addCommand(build)
  .addCommand(bootCommand)
  .addCommand(checkpoints("linux"));
