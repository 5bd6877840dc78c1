/** Parsers of option values, for commander's `argParser`: a wrong value is named with what would be right. */
import { InvalidArgumentError } from "commander";

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
