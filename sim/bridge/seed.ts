/** The seed of a run: `ACCIO_SEED` (which `--seed` sets), or a new one, the same for a whole process. */
import { randomInt } from "node:crypto";

let drawn: number | null = null;

/** Throws where `ACCIO_SEED` is no whole number of 32 bits. */
export const seedFromEnvironment = (): number => {
  const given = process.env.ACCIO_SEED;
  if (given === undefined || given === "") {
    drawn ??= randomInt(2 ** 32);
    return drawn;
  }
  const seed = /^(\d+|0x[\da-f]+)$/i.test(given) ? Number(given) : Number.NaN;
  if (!(seed >= 0 && seed < 2 ** 32)) throw new RangeError(`ACCIO_SEED=${given}: it must be a whole number from 0 to ${2 ** 32 - 1}`);
  return seed;
};
