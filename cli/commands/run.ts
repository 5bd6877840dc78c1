/** `./accio run`: a capture through the hardware, and what became of every frame. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { Command } from "commander";
import { derived, resolveConfig } from "../../rtl/config/config.ts";
import type { ApplicationName } from "../../sim/models/host/applications.ts";
import { parseBindings, parsePeers } from "../../sim/models/nic/index.ts";
import { CaptureWriter, checkDistinct, openCapture, writeFileAtomically } from "../../sim/models/pcap/index.ts";
import { buildNic, type Nic } from "../../sim/nic/nic.ts";
import { type InputFrame, runNic } from "../../sim/nic/run.ts";
import { htmlOf, jsonOf, type RunResult, resultOf, tableOf } from "../../sim/report/index.ts";
import { verilator } from "../../toolchain/tools.ts";
import { oneOf, wholeNumber } from "../arguments.ts";
import { UserError } from "../errors.ts";
import { runSteps } from "../progress.ts";
import { collect } from "./config.ts";

interface Options {
  readonly bind: string;
  readonly app: ApplicationName;
  readonly config: string;
  readonly set: readonly string[];
  readonly slots?: number;
  readonly harts?: number;
  readonly connect?: string;
  readonly framing: "datagram" | "stream";
  readonly memoryLatency?: number;
  readonly timing: "line" | "capture";
  readonly ordinary?: string;
  readonly pause?: number;
  readonly waves?: string;
  readonly report?: string;
  readonly json?: true;
}

/** Folders of the results must be there before the work begins; nothing is half-written because of a name. */
const checkOutput = (path: string): void => {
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UserError("the folder does not exist", path, `make it first: mkdir -p ${dirname(path)}`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new UserError("is a folder", path, "name a file");
  accessSync(folder, constants.W_OK);
};

export const command = new Command()
  .description("Sends a capture through the generated hardware, with applications on the sockets that --bind names.")
  .argument("<in>", "pcap or pcapng file: frames that arrive on the wire")
  .argument("<out>", "capture of what leaves on the wire")
  .requiredOption("-b, --bind <ip:port,...>", "sockets to accelerate")
  .option("-a, --app <name>", "what the sockets do: echo or sink", oneOf("echo", "sink"), "echo")
  .option("-c, --config <name>", "configuration", "tiny")
  .option("--set <key=value>", "change a parameter (repeatable)", collect, [])
  .option("--slots <n>", "slots of the connection table: as --set slots=N", wholeNumber(16, 1024))
  .option("--harts <n>", "harts that own the sockets in turns: as --set harts=N", wholeNumber(1, 8))
  .option("--connect <ip:port,...>", "the one peer of each socket, in their order; any: all peers")
  .option("-f, --framing <how>", "datagram: boundaries and peers are kept; stream: bare bytes", oneOf("datagram", "stream"), "datagram")
  .option("--memory-latency <cycles>", "cycles that memory takes to answer", wholeNumber(1, 10_000))
  .option("-t, --timing <how>", "line: back to back; capture: at the frames' times", oneOf("line", "capture"), "line")
  .option("-o, --ordinary <file>", "capture of the frames left to the kernel's ordinary path")
  .option("-p, --pause <seed>", "pause at random at every port", wholeNumber(0, 0xffff_ffff))
  .option("-w, --waves <file>", "write a waveform (FST)")
  .option("-r, --report <file>", "write an HTML report")
  .option("--json", "print JSON for other programs")
  .action(async (input: string, output: string, options: Options) => {
    const { slots, harts, framing, memoryLatency } = options;
    const settings = [
      ...options.set,
      ...(slots === undefined ? [] : [`slots=${slots}`]),
      ...(harts === undefined ? [] : [`harts=${harts}`]),
    ];
    const config = resolveConfig(options.config, settings);
    const binds = parseBindings(options.bind, config.slots);
    const named = options.connect === undefined ? [] : parsePeers(options.connect, binds.length);
    const peers = binds.map((_, i) => named[i] ?? null);
    if (framing === "stream" && options.app === "echo" && peers.includes(null))
      throw new UserError(
        "an answering stream needs a peer",
        "--framing stream",
        "name each socket's with --connect, or choose --app sink",
      );
    const outputs = [
      { name: "<out>", path: output },
      { name: "--ordinary", path: options.ordinary },
      { name: "--waves", path: options.waves },
      { name: "--report", path: options.report },
    ].flatMap(({ name, path }) => (path === undefined ? [] : [{ name, path }]));
    for (const { path } of outputs) checkOutput(path);
    checkDistinct([{ name: "<in>", path: input }], outputs);
    const frames: InputFrame[] = [];
    let nic: Nic | undefined;
    let result: RunResult | undefined;
    let unreachable = 0;
    let ordinaryDropped = 0;
    using out = new CaptureWriter(output);
    using ordinary = options.ordinary === undefined ? null : new CaptureWriter(options.ordinary);
    try {
      await runSteps(
        [
          {
            title: `Reading ${input}`,
            run: () => {
              for (const f of openCapture(input, { maxFrame: derived(config).maxFrame }))
                frames.push({ data: f.data, timestamp: f.timestamp ?? frames.at(-1)?.timestamp ?? 0n });
              if (frames.length === 0) throw new UserError("no frames", input, "name a capture that holds some");
              return `${frames.length} frames`;
            },
          },
          {
            title: `Building the simulator of ${config.name}`,
            run: async () => {
              const waves = options.waves === undefined ? {} : { waves: options.waves };
              // Whatever is arbitrary is so in the same way each time, unless another seed is asked for.
              nic = await buildNic(config, { seed: options.pause ?? 1, ...waves });
              return undefined;
            },
          },
          {
            title: "Sending the capture through it",
            run: async (progress) => {
              const start = frames[0]?.timestamp ?? 0n;
              const at = (cycle: number): bigint => start + BigInt(Math.round((cycle * 1000) / config.coreMhz));
              const outcome = await runNic(nic as Nic, frames, {
                config,
                binds,
                peers,
                framing,
                observe: true,
                ...(memoryLatency === undefined ? {} : { memory: { readLatency: memoryLatency, writeLatency: memoryLatency } }),
                app: options.app,
                timing: options.timing,
                ...(options.pause === undefined ? {} : { pause: options.pause }),
                out: (data, cycle) => out.write({ data, timestamp: at(cycle) }),
                ordinary: (data, cycle) => ordinary?.write({ data, timestamp: at(cycle) }),
                onFrame: (n) => progress.at(n, frames.length, "frames"),
              });
              unreachable = outcome.unreachable;
              ordinaryDropped = outcome.ordinaryDropped;
              result = resultOf({
                configuration: {
                  name: config.name,
                  application: options.app,
                  timing: options.timing,
                  ...(options.pause === undefined ? {} : { pauseSeed: options.pause }),
                  clockMhz: config.coreMhz,
                  busBits: config.busBits,
                  wireBits: config.wireBits,
                  wireMhz: config.wireMhz,
                  mtu: config.mtu,
                  slots: config.slots,
                  harts: config.harts,
                  ...(settings.length === 0 ? {} : { settings }),
                  framing,
                  ...(memoryLatency === undefined ? {} : { memoryLatency }),
                  sockets: binds,
                  peers,
                  input,
                  output,
                  ...(options.ordinary === undefined ? {} : { ordinary: options.ordinary }),
                  simulator: `Verilator ${verilator().version}`,
                },
                cycles: outcome.cycles,
                frames: outcome.frames,
                sent: outcome.sent,
                counters: outcome.counters,
                events: outcome.events,
              });
              return `${outcome.cycles} cycles`;
            },
          },
        ],
        { quiet: options.json === true },
      );
    } finally {
      nic?.sim.close();
    }
    if (result === undefined) return;
    if (options.report !== undefined) writeFileAtomically(options.report, htmlOf(result));
    out.commit();
    ordinary?.commit();
    if (ordinaryDropped > 0)
      process.stderr.write(`${ordinaryDropped} frames of the ordinary path were dropped there: memory did not keep up with the wire\n`);
    if (unreachable > 0)
      process.stderr.write(`${unreachable} datagrams were not answered: no frame showed the MAC address of their sender\n`);
    process.stdout.write(options.json === true ? jsonOf(result) : `\n${tableOf(result)}`);
  });
