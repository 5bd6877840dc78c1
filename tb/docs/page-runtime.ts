/** What the programs of a page import, so that their output can be told apart; see `pages.ts`. */
import { strict } from "node:assert";

/** What is printed from here on belongs to the program's block `n`. */
export const $block = (n: number): void => {
  process.stdout.write(`\u0001${n}\n`);
};
/** Runs a block that must throw, and prints the message. */
export const $throws = (body: () => void): void => {
  let message: string | null = null;
  try {
    body();
  } catch (error) {
    strict(error instanceof Error);
    message = error.message;
  }
  strict(message !== null, "this block throws nothing");
  console.log(message);
};
