/** `./accio soc`: builds the simulators of the systems, and runs programs on Rocket beside the NIC. */
import { Command } from "commander";
import { resolveProgram } from "../../driver/baremetal/build.ts";
import { parseSettings } from "../../driver/baremetal/settings.ts";
import { type SocName, socConfigs } from "../../rtl/soc/config.ts";
import { writeFileAtomically } from "../../sim/models/pcap/index.ts";
import { buildSimulator } from "../../sim/soc/build.ts";
import { parseClient } from "../../sim/soc/client-spec.ts";
import { crashText } from "../../sim/soc/crash.ts";
import { flameHtml } from "../../sim/soc/flame.ts";
import { histogramRows, latencyHeader, latencyRows } from "../../sim/soc/latency.ts";
import { profileHeader, profileRows } from "../../sim/soc/profile.ts";
import { jsonOf } from "../../sim/soc/report.ts";
import { defaultMaxCycles, type ProgramRun, type RunOptions, runProgram } from "../../sim/soc/run.ts";
import { timingNamed, timings } from "../../sim/soc/timing.ts";
import { checkOutput, oneOf, wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { runSteps } from "../progress.ts";
import { table } from "../table.ts";
import { checkpoints, checkpointWishes, checkSaved } from "./checkpoints.ts";
import { collect } from "./config.ts";
import { program } from "./soc-program.ts";

const names = Object.keys(socConfigs) as SocName[];
const system = oneOf(...(names as [SocName, ...SocName[]]));

const build = new Command("build")
  .description("Compiles the simulator of a system, or of both; a second time it is found.")
  .argument("[config]", `${names.join(" or ")}; both unless said`, system)
  .option("--threads <n>", "threads of the model", wholeNumber(1, 16))
  .option("--waves", "the one that can write waveforms")
  .action(async (config: SocName | undefined, options: { readonly threads?: number; readonly waves?: true }) => {
    await runSteps(
      (config === undefined ? names : [config]).map((name) => ({
        title: `Building the simulator of ${name}`,
        run: async () => {
          const built = await buildSimulator(name, {
            waves: options.waves === true,
            ...(options.threads === undefined ? {} : { threads: options.threads }),
          });
          return built.found ? "was there" : "compiled";
        },
      })),
    );
  });

interface Options {
  readonly config: SocName;
  readonly timing: string;
  readonly set: readonly string[];
  readonly memory: number;
  readonly maxCycles: number;
  readonly wireIn?: string;
  readonly wireOut?: string;
  readonly wireTiming: "capture" | "line";
  readonly wireFrom: number;
  readonly quiet?: number;
  readonly wireLoop?: true;
  readonly client?: string;
  readonly profile?: string;
  readonly waves?: string;
  readonly from: number;
  readonly to?: number;
  readonly input?: true;
  readonly keepUnmapped?: true;
  readonly threads?: number;
  readonly checkpoint?: string;
  readonly at?: number;
  readonly resume?: string;
  readonly json?: true;
}

const run = new Command("run")
  .description("Runs a program on Rocket beside the NIC, cycle by cycle. Its exit code is the command's; 124: cycle limit, 70: crash.")
  .argument("<program>", "ELF file, C file or folder of such, or the name of a program of driver/baremetal/programs")
  .option("-c, --config <name>", names.join(" or "), system, "soc1")
  .option("-t, --timing <name>", Object.keys(timings).join(" or "), "raw")
  .option("--set <key=value>", "change what the program lets one choose (repeatable)", collect, [])
  .option("--memory <mib>", "memory in MiB", wholeNumber(1, 2048), 64)
  .option("--max-cycles <n>", "stop after so many cycles", wholeNumber(1), defaultMaxCycles)
  .option("-i, --wire-in <file>", "capture of frames that arrive on the wire")
  .option("-o, --wire-out <file>", "capture of what leaves on the wire")
  .option("--wire-timing <how>", "capture: at the frames' times; line: back to back", oneOf("capture", "line"), "capture")
  .option("--wire-from <cycle>", "when the first frame comes", wholeNumber(0), 100_000)
  .option("--quiet <cycles>", "end when the wire was quiet for so long after the last frame of --wire-in", wholeNumber(1))
  .option("--wire-loop", "the far end of the wire is a plug that sends everything back")
  .option("--client <spec>", "load generator on the wire: closed,connections=8,size=64,count=10000 or open,rate=50000,...")
  .option("-p, --profile <file>", "write a flame graph (HTML) and print a table of cycles by function")
  .option("-w, --waves <file>", "write a waveform (FST) of cycles --from to --to")
  .option("--from <cycle>", "first cycle of the waveform", wholeNumber(0), 0)
  .option("--to <cycle>", "last cycle of the waveform", wholeNumber(0))
  .option("--checkpoint <name>", "save the run's state, after the program's first mark (slti x0, x0, 1)")
  .option("--at <cycle>", "save it before this cycle instead", wholeNumber(1))
  .option("--resume <name>", "go on from a checkpoint of the same run")
  .option("--input", "standard input goes to the console")
  .option("--keep-unmapped", "an access to an address that nothing has is the hart's affair")
  .option("--threads <n>", "threads of the model: 2 for soc4 on a machine with nothing else to do", wholeNumber(1, 16))
  .option("--json", "print JSON for other programs; the console goes to stderr")
  .action(async (program: string, options: Options) => {
    const timing = timingNamed(options.timing);
    const client = options.client === undefined ? undefined : parseClient(options.client, timing.clockMhz);
    for (const path of [options.wireOut, options.profile, options.waves]) if (path !== undefined) checkOutput(path);
    const memoryBytes = options.memory * 2 ** 20;
    const elf = await resolveProgram(program, socConfigs[options.config], { memoryBytes, settings: parseSettings(options.set) });
    const { wireIn, wireOut, waves, to } = options;
    const { checkpoint, at, resume } = options;
    if (at !== undefined && checkpoint === undefined)
      throw new UserError("a cycle without a checkpoint", `--at ${at}`, "name the checkpoint with --checkpoint");
    const wishes = checkpointWishes(checkpoint, at, resume);
    const request: RunOptions = {
      program: elf,
      config: options.config,
      timing,
      memoryBytes,
      maxCycles: options.maxCycles,
      profile: options.profile !== undefined,
      input: options.input === true,
      keepUnmapped: options.keepUnmapped === true,
      checkpoints: wishes,
      ...(client === undefined ? {} : { client }),
      ...(wireIn === undefined ? {} : { wireIn: { capture: wireIn, timing: options.wireTiming, from: options.wireFrom } }),
      ...(wireOut === undefined ? {} : { wireOut }),
      ...(options.wireLoop === undefined ? {} : { loop: options.wireLoop }),
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      ...(options.quiet === undefined ? {} : { quiet: options.quiet }),
      ...(waves === undefined ? {} : { waves: { file: waves, from: options.from, to: to ?? options.maxCycles } }),
      ...(options.json === true ? { onConsole: (text: string) => void process.stderr.write(text, "latin1") } : {}),
    };
    const done = await runProgram(request);
    if (options.profile !== undefined && done.profiles !== undefined)
      writeFileAtomically(
        options.profile,
        flameHtml(done.profiles, { title: program, subtitle: `${options.config}, timing ${timing.name}, ${done.result.cycles} cycles` }),
      );
    process.exitCode = done.exitCode;
    checkSaved(wishes, done.checkpoint, done.result.began, done.result.cycles);
    if (options.json === true) process.stdout.write(jsonOf(request, done));
    else process.stderr.write(textOf(request, done));
  });

/** What is printed at the end, on stderr: the program's own words are on stdout. */
const textOf = (request: RunOptions, { result, crash, profiles, frames, exitCode }: ProgramRun): string => {
  const { timing } = request;
  const parts: string[] = [];
  if (crash !== null) parts.push(`accio: ${crashText(crash)}`);
  if (result.htifUnknown !== 0n) parts.push(`accio: HTIF ${result.htifUnknown}: there are only write (64) and exit (93)\n`);
  parts.push(
    table(
      ["hart", "instructions", "cycles", "per cycle", "traps"],
      result.harts.map((h, hart) => [
        String(hart),
        String(h.instructions),
        String(result.cycles),
        (h.instructions / Math.max(1, result.cycles)).toFixed(3),
        String(h.traps),
      ]),
    ),
  );
  if (request.waves !== undefined && result.cycles < request.waves.from)
    parts.push(`no waveform: the run ended before cycle ${request.waves.from}: give a lower --from\n`);
  const { wire } = result;
  if (wire.framesIn + wire.framesOut > 0)
    parts.push(
      table(
        ["wire", "frames", "bytes"],
        [
          ["in", String(wire.framesIn), String(wire.bytesIn)],
          ["out", String(wire.framesOut), String(wire.bytesOut)],
          ["left to the kernel", String(wire.ordinary), ""],
        ],
      ),
    );
  if (frames?.out !== undefined) parts.push(`${frames.out} ${frames.out === 1 ? "frame" : "frames"} in ${request.wireOut}\n`);
  const { client } = result;
  if (client !== undefined) {
    const { sent, answered, lost, late, wrong, stray } = client;
    const span = client.lastAnswer - client.firstSent;
    const rate = span > 0 ? `, ${((answered * timing.clockMhz * 1e6) / span).toFixed(0)} a second at ${timing.clockMhz} MHz` : "";
    parts.push(
      `client: ${sent} requests, ${answered} answered, ${lost} lost, ${late} late, ${wrong} wrong, ${stray} other frames${rate}\n`,
    );
    const rows = latencyRows(client, timing.clockMhz);
    if (rows.length > 0)
      parts.push(
        table(latencyHeader(timing.clockMhz), rows),
        table(["round trip, cycles", "answers", ""], histogramRows(client.roundTrips)),
      );
  }
  if (profiles !== undefined) {
    const flat = profiles.filter((p) => p.stacks === "flat").map((p) => p.hart);
    parts.push(table(profileHeader, profileRows(profiles)));
    parts.push(
      flat.length === profiles.length
        ? "flat: no calls were seen\n"
        : `stacks rebuilt from calls and returns${flat.length > 0 ? `; flat on hart ${flat.join(", ")}, where none were seen` : ""}\n`,
    );
  }
  const speed = `${((result.cycles - result.began) / Math.max(1e-9, result.seconds) / 1e3).toFixed(0)} k cycles/s`;
  parts.push(`${result.cycles} cycles, timing ${timing.name}, ${result.seconds.toFixed(1)} s (${speed}), exit ${exitCode}\n`);
  return `\n${parts.join("\n")}`;
};

export const command = new Command()
  .description("Runs programs on real RISC-V cores (Rocket, Verilated) beside the NIC.")
  .addCommand(build)
  .addCommand(run)
  .addCommand(checkpoints("soc"))
  .addCommand(program);
