/** What goes wrong inside a model: assertions of the design, checkers of protocols, `$stop`, loops that do not settle. */
import { basename } from "node:path";
import type { Design } from "./design.ts";

export interface FailureDetails {
  /** Name of the assertion, or the checker's sentence. */
  readonly what: string;
  /** File and line of the design's source, where it is known. */
  readonly source: string | null;
  /** Rising edges of the first clock before this one. */
  readonly cycle: number;
  /** Picoseconds. */
  readonly time: number;
}

/** A failed assertion or protocol rule. */
export class ModelError extends Error implements FailureDetails {
  override readonly name = "ModelError";
  readonly what: string;
  readonly source: string | null;
  readonly cycle: number;
  readonly time: number;
  constructor({ what, source, cycle, time }: FailureDetails) {
    super(`${what}${source === null ? "" : ` (${source})`} at cycle ${cycle}, ${showTime(time)}`);
    this.what = what;
    this.source = source;
    this.cycle = cycle;
    this.time = time;
  }
}

/** "12.5 ns" */
export const showTime = (picoseconds: number): string => `${Number((picoseconds / 1000).toFixed(3))} ns`;

/** Verilator's text of a failed `$error`: time, place, scope, message. */
const assertion = /^(?:\[[^\]]*\] )?%(?:Error|Fatal): (.+?):(\d+): (?:Assertion failed in (\S+?): )?([\s\S]*)$/;

/** Our emitter ends the name of a property with its place: "never full and empty (fifo.ts:17)". */
const ownPlace = /^([\s\S]*) \(([^()]+:\d+)\)$/;

/** Reads what the model said. */
export const failure = (text: string, design: Design, cycle: number, time: number): ModelError => {
  const found = assertion.exec(text);
  if (found === null) return new ModelError({ what: text, source: null, cycle, time });
  const [, file = "", line = "", scope, message = ""] = found;
  const where = scope?.replace(/^TOP\./, "");
  const own = ownPlace.exec(message);
  return new ModelError({
    what: `${where === undefined || where === design.top ? "" : `${where}: `}${own?.[1] ?? message}`,
    source: own?.[2] ?? `${basename(file)}:${line}`,
    cycle,
    time,
  });
};
