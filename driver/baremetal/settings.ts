/**
 * What a program lets one choose, as its source has it: a comment, then `#ifndef NAME`, `#define NAME value`, `#endif`.
 * The compiler is given other values with -D.
 */
import { readFileSync } from "node:fs";
import { UserError } from "#toolchain/user-error.ts";

/** Values by name: numbers, or C expressions. */
export type Settings = Readonly<Record<string, string | number>>;
export interface Setting {
  readonly name: string;
  /** As the source has it. */
  readonly value: string;
  readonly doc: string;
}

/** The settings in a C source. */
export const settingsOf = (text: string): readonly Setting[] =>
  [...text.matchAll(/(?:\/\* ((?:(?!\*\/)[\s\S])*?) \*\/\n)?#ifndef (\w+)\n#define (\w+) (.*)\n#endif\n/g)]
    .filter((m) => m[2] === m[3])
    .map((m) => ({ name: m[2] as string, value: m[4] as string, doc: (m[1] ?? "").replaceAll(/\s*\n\s*\*?\s*/g, " ") }));

export const settingsIn = (sources: readonly string[]): readonly Setting[] => sources.flatMap((s) => settingsOf(readFileSync(s, "utf8")));

/** Throws `UserError` for a setting that the sources do not have. */
export const checkSettings = (program: string, sources: readonly string[], settings: Settings): void => {
  const known = settingsIn(sources).map((s) => s.name);
  for (const name of Object.keys(settings))
    if (!known.includes(name))
      throw new UserError(
        `${program} has no setting`,
        name,
        known.length === 0 ? "it has none: leave it out" : `it has ${known.join(", ")}`,
      );
};

/** `KEY=VALUE` words as settings; throws `UserError` for others. */
export const parseSettings = (words: readonly string[]): Settings =>
  Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([A-Za-z_]\w*)=(.+)$/.exec(word) ?? [];
      if (name === undefined || value === undefined) throw new UserError("no setting", word, "write KEY=VALUE, for example COUNT=100");
      return [name, value];
    }),
  );
