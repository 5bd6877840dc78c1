/** A whole design as files: one per module, a file list, and a FuseSoC core file. */
import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { checkDesign } from "../check/design.ts";
import { type ExternalModule, externals, HdlError, hierarchy, type Module } from "../core/ir.ts";
import { fail } from "../core/source.ts";
import { type VerilogOptions, verilog } from "./module.ts";

/**
 * Every file of the design below `top`, by name, children before parents: `NAME.v` per module, the Verilog of external
 * modules (copied, so that the folder is complete), `TOP.f` for simulators, `TOP.core` for FuseSoC. The same design
 * gives the same bytes whatever the working directory. Throws `HdlError` where two modules clash or a file is missing.
 * External Verilog that is declared by an absolute path is not read: that path is a key, with an empty text.
 */
export const emitDesign = (top: Module, options: VerilogOptions = {}): ReadonlyMap<string, string> => {
  const errors = checkDesign(top).filter((d) => d.severity === "error");
  if (errors.length > 0) throw new HdlError(errors);
  const files = new Map<string, string>();
  for (const x of externals(top)) for (const source of x.sources) addExternal(files, x, source);
  for (const m of hierarchy(top)) if (!files.has(`${m.name}.v`)) files.set(`${m.name}.v`, verilog(m, options));
  const sources = [...files.keys()];
  files.set(`${top.name}.f`, `${sources.join("\n")}\n`);
  files.set(`${top.name}.core`, core(top, sources));
  return files;
};

/** `source` is relative to the TypeScript file that declares the module. */
const addExternal = (files: Map<string, string>, x: ExternalModule, source: string): void => {
  if (isAbsolute(source)) {
    files.set(source, "");
    return;
  }
  const path = resolve(dirname(x.at.file), source);
  let text = "";
  try {
    text = readFileSync(path, "utf8");
  } catch {
    fail("external", `external module ${x.name}: its source ${source} cannot be read; paths are relative to this file`, x.at);
  }
  const name = basename(path);
  const other = files.get(name);
  if (other !== undefined && other !== text)
    fail("external", `external module ${x.name}: two different source files are called ${name}; rename one`, x.at);
  files.set(name, text);
};

/** CAPI2. The description is the first line of the module's comment. */
const core = (top: Module, sources: readonly string[]): string => {
  const about = top.doc.split("\n")[0] ?? "";
  return `${[
    "CAPI=2:",
    `name: "::${top.name}:0"`,
    ...(about === "" ? [] : [`description: ${JSON.stringify(about)}`]),
    "filesets:",
    "  rtl:",
    "    file_type: verilogSource-2005",
    "    files:",
    ...sources.map((s) => `      - ${s}`),
    "targets:",
    "  default: &default",
    "    filesets: [rtl]",
    `    toplevel: ${top.name}`,
    "  lint:",
    "    <<: *default",
    "    default_tool: verilator",
    "    tools:",
    "      verilator:",
    "        mode: lint-only",
    "        verilator_options: [-Wall]",
  ].join("\n")}\n`;
};
