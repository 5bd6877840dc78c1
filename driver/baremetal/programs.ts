/** The bare-metal programs that come with Accio, and what they are made of. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import type { SocConfig } from "#rtl/soc/config.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { registerOperations } from "./registers/scenario.ts";
import { tableFiles } from "./registers/table.ts";
import { type Setting, settingsIn } from "./settings.ts";

export interface Program {
  readonly name: string;
  /** Absolute paths of C and assembler files. */
  readonly sources: readonly string[];
  /** More of them, and what they include, made for a system. */
  readonly files?: (config: SocConfig) => ReadonlyMap<string, string | Uint8Array>;
}

const folder = join(projectRoot, "driver/baremetal/programs");

export const isSource = (path: string): boolean => [".c", ".S"].includes(extname(path));
/** C and assembler files of a folder, in order. */
export const sourcesIn = (path: string): readonly string[] =>
  readdirSync(path)
    .filter(isSource)
    .toSorted()
    .map((f) => join(path, f));

const files: Readonly<Record<string, Required<Program>["files"]>> = {
  registers: (config) => tableFiles(registerOperations(config)),
};

/** All of them, in order of their names. */
export const programs = (): readonly Program[] =>
  sourcesIn(folder).map((source) => {
    const name = basename(source, extname(source));
    const made = files[name];
    return { name, sources: [source], ...(made === undefined ? {} : { files: made }) };
  });
export const programNamed = (name: string): Program | undefined => programs().find((p) => p.name === name);

export interface ProgramDescription {
  readonly name: string;
  /** First sentence of its first comment. */
  readonly summary: string;
  readonly settings: readonly Setting[];
}
export const describeProgram = ({ name, sources }: Program): ProgramDescription => {
  const [, comment = ""] = /^\/\*\s*(?:\* )?((?:(?!\*\/)[\s\S])*?)\s*\*\//.exec(readFileSync(sources[0] as string, "utf8")) ?? [];
  const text = comment.replaceAll(/\s*\n\s*\*\s*/g, " ");
  return { name, summary: /^.*?[.:](?=\s|$)/.exec(text)?.[0].replace(/[.:]$/, "") ?? text, settings: settingsIn(sources) };
};

/** A file that begins as ELF files do. */
export const isElf = (path: string): boolean => {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  const file = openSync(path, "r");
  try {
    const magic = Buffer.alloc(4);
    return readSync(file, magic, 0, 4, 0) === 4 && magic.equals(Buffer.from("\x7fELF", "latin1"));
  } finally {
    closeSync(file);
  }
};
