/** Everything that follows from a configuration, as files: RTL and what describes its registers. */
import { emitDesign } from "#hdl/emit/index.ts";
import { accioTop } from "#rtl/accio-top.ts";
import type { Config } from "#rtl/config/config.ts";

/** Path in the output folder, and contents. */
export type GeneratedFiles = ReadonlyMap<string, string>;

/** The files of `./accio gen`. The same configuration gives the same bytes, wherever and whenever it runs. */
export const generate = (config: Config): GeneratedFiles => {
  const files = new Map<string, string>();
  for (const [name, text] of emitDesign(accioTop(config))) files.set(`rtl/${name}`, text);
  files.set("config.json", `${JSON.stringify(config, null, 2)}\n`);
  return files;
};
