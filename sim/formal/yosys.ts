/** Verilog to the solver's language, through Yosys: Debian's, or the one of npm, which needs no installation. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findTool, lookForTool } from "#toolchain/tools.ts";
import { runLimited } from "./process.ts";

export interface VerilogFile {
  readonly name: string;
  readonly text: string;
}
export interface ModelOptions {
  readonly top: string;
  /** Several clocks, each with edges of its own. */
  readonly severalClocks: boolean;
  /** Memories become flip-flops. */
  readonly expandMemories: boolean;
  readonly seconds: number;
}
export type YosysName = "debian" | "npm";

/** The name of the model that `makeModel` writes. */
export const modelFile = "model.smt2";

/** Yosys commands; the same for every version. */
export const script = (files: readonly string[], { top, severalClocks, expandMemories }: ModelOptions): string =>
  [
    `read_verilog -formal ${files.join(" ")}`,
    `prep -top ${top}`,
    "memory_nordff",
    ...(expandMemories ? ["memory_map"] : []),
    severalClocks ? "clk2fflogic" : "async2sync",
    "opt_clean",
    "setundef -undriven -anyseq",
    "dffunmap",
    "check -assert",
    `write_smt2 -wires ${modelFile}`,
    "",
  ].join("\n");

const scriptFile = "model.ys";

/** Yosys gave up; the message is what it said. */
export class YosysError extends Error {
  override readonly name = "YosysError";
}

/** Writes files, script and model to `folder`. Throws `YosysError`. */
export const makeModel = async (
  folder: string,
  files: readonly VerilogFile[],
  options: ModelOptions,
  yosys: YosysName = defaultYosys(),
): Promise<void> => {
  for (const f of files) writeFileSync(join(folder, f.name), f.text);
  writeFileSync(
    join(folder, scriptFile),
    script(
      files.map((f) => f.name),
      options,
    ),
  );
  if (yosys === "npm") return inNode(folder, files);
  const ran = await runLimited(findTool("yosys"), ["-q", scriptFile], folder, options.seconds);
  if (ran.timedOut) throw new YosysError(`yosys took more than ${options.seconds} s`);
  if (ran.code !== 0) throw new YosysError(ran.output.trim());
};

/** Debian's where it is installed: it starts at once and runs beside us. */
const defaultYosys = (): YosysName => (lookForTool("yosys") === null ? "npm" : "debian");

const inNode = async (folder: string, files: readonly VerilogFile[]): Promise<void> => {
  const { runYosys } = await import("@yowasp/yosys");
  const text = (name: string): string => readFileSync(join(folder, name), "utf8");
  let said = "";
  const hear = (bytes: Uint8Array | null): void => {
    if (bytes !== null) said += new TextDecoder().decode(bytes);
  };
  try {
    const made = await runYosys(
      ["-q", scriptFile],
      Object.fromEntries([...files.map((f) => f.name), scriptFile].map((name) => [name, text(name)])),
      { stdout: hear, stderr: hear },
    );
    const model = made?.[modelFile];
    if (typeof model !== "string") throw new YosysError(said.trim());
    writeFileSync(join(folder, modelFile), model);
  } catch (error) {
    throw error instanceof YosysError ? error : new YosysError(said.trim() === "" ? String(error) : said.trim());
  }
};
