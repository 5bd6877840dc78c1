/** Runs Yosys's synthesis for UltraScale+ on emitted Verilog; the netlist is kept under the hash of all that it came from. */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { runLimited } from "#sim/formal/process.ts";
import { findTool, projectRoot } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";
import type { Netlist } from "./netlist.ts";

export interface SynthesisJob {
  readonly top: string;
  /** Verilog by file name. */
  readonly files: ReadonlyMap<string, string>;
  /** Flat, for paths across modules; else each module stays, for what it costs. */
  readonly flat: boolean;
}
export interface Synthesised {
  readonly netlist: Netlist;
  /** It was there already. */
  readonly found: boolean;
  /** What it took when it was made. */
  readonly seconds: number;
}

/** The longest that one run may take. */
const limitSeconds = 4 * 3600;
const netlistFile = "netlist.json";
const keptFile = `${netlistFile}.gz`;

/** Yosys commands. Pads and clock buffers are left out: a block has none. What is not read here is not written. */
export const script = ({ top, files, flat }: SynthesisJob): string =>
  [
    `read_verilog ${[...files.keys()].join(" ")}`,
    `synth_xilinx -family xcup -top ${top} -noiopad -noclkbuf${flat ? " -flatten" : ""}`,
    "setattr -mod -unset src",
    "setattr -unset src",
    "setattr -unset module_not_derived",
    "select *",
    // Of what is selected: the design's modules, and not the several hundred of the cell library.
    `json -o ${netlistFile}`,
    "",
  ].join("\n");

/** "0.23 (git sha1 7ce5011c24b)". */
export const yosysVersion = (): string =>
  execFileSync(findTool("yosys"), ["-V"], { encoding: "utf8" })
    .trim()
    .replace(/^Yosys /, "");

/** What Yosys said when it gave up: its last error, or the end of what it printed. */
const reason = (output: string): string => {
  const lines = output.trim().split("\n");
  return lines.findLast((l) => /(^|: )ERROR: /.test(l))?.trim() ?? lines.slice(-3).join(" ").trim();
};

/**
 * The netlist of a design below `build/synth`. `hear` gets the name of each of Yosys's passes as it begins. Throws
 * `UserError` where Yosys fails, with its reason, and `MissingToolError` where there is none.
 */
export const synthesise = async (
  job: SynthesisJob,
  hear: (pass: string) => void = () => {},
  shelf = join(projectRoot, "build/synth"),
): Promise<Synthesised> => {
  const yosys = findTool("yosys");
  const commands = script(job);
  const key = contentHash([yosysVersion(), commands, ...[...job.files].flat()]);
  const { folder, found } = await stored(shelf, `${job.top}-${key}`, async (scratch) => {
    for (const [name, text] of job.files) writeFileSync(join(scratch, name), text);
    writeFileSync(join(scratch, "synth.ys"), commands);
    const started = performance.now();
    let rest = "";
    const ran = await runLimited(yosys, ["synth.ys"], scratch, limitSeconds, process.env, (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      const pass = lines.map((l) => /^(\d+(?:\.\d+)?)\.[\d.]* Executing (.*?)\.?$/.exec(l)).findLast((m) => m !== null);
      if (pass !== undefined) hear(`${pass[1]} ${pass[2]}`);
    });
    if (ran.timedOut) throw new UserError("Yosys did not come to an end", `${job.top} in ${limitSeconds} s`, "synthesise a block alone");
    if (ran.code !== 0) {
      const kept = join(projectRoot, "build", `synth-${job.top}.log`);
      writeFileSync(kept, ran.output);
      throw new UserError(
        "Yosys failed",
        `${job.top}: ${ran.code === null ? "it was ended from outside" : reason(ran.output)}`,
        "all that it said is in build/synth-NAME.log".replace("NAME", job.top),
      );
    }
    const text = readFileSync(join(scratch, netlistFile));
    writeFileSync(join(scratch, keptFile), gzipSync(text, { level: 1 }));
    writeFileSync(join(scratch, "seconds"), `${(performance.now() - started) / 1000}`);
  });
  const netlist = JSON.parse(gunzipSync(readFileSync(join(folder, keptFile))).toString()) as Netlist;
  return { netlist, found, seconds: Number(readFileSync(join(folder, "seconds"), "utf8")) };
};
