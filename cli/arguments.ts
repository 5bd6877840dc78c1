/** Parsers and checks of option values: a wrong value is named with what would be right. */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { UserError } from "./errors.ts";

/** A whole number within bounds, decimal or 0x hexadecimal. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = /^(\d+|0x[\da-f]+)$/i.test(text) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? " up" : ` to ${most}`}.`);
    }
    return value;
  };
}

/** One of some words. */
export function oneOf<const W extends string>(...words: readonly W[]): (text: string) => W {
  return (text) => {
    const word = words.find((w) => w === text);
    if (word === undefined) throw new InvalidArgumentError(`It must be ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`);
    return word;
  };
}

/** A file that results will go to: its folder must be there before the work begins. Throws `UserError` where it is not. */
export const checkOutput = (path: string): void => {
  const folder = dirname(resolve(path));
  if (!existsSync(folder) || !statSync(folder).isDirectory())
    throw new UserError("the folder does not exist", path, `make it first: mkdir -p ${dirname(path)}`);
  if (existsSync(path) && statSync(path).isDirectory()) throw new UserError("is a folder", path, "name a file");
  accessSync(folder, constants.W_OK);
};
