/**
 * Checks that a design must pass before anything is made of it. Each is a function from a module to what it finds, with
 * the user's file:line; errors stop the module, warnings stay with it.
 */
import type { Diagnostic, Module } from "../core/ir.ts";
import { combLoops } from "./comb-loop.ts";
import { constantComparisons } from "./constants.ts";
import { crossings } from "./domains.ts";
import { doublyDriven, undriven } from "./driven.ts";
import { stateMachines } from "./fsm.ts";
import { ghosts } from "./ghosts.ts";
import { latches } from "./latch.ts";
import { memoryPorts } from "./memories.ts";
import { names } from "./names.ts";
import { missingResets } from "./resets.ts";
import { switches } from "./switches.ts";
import { unused } from "./unused.ts";
import { wellFormed } from "./well-formed.ts";

export { checkDesign } from "./design.ts";

const passes: readonly ((m: Module) => readonly Diagnostic[])[] = [
  names,
  switches,
  undriven,
  doublyDriven,
  latches,
  combLoops,
  crossings,
  memoryPorts,
  ghosts,
  stateMachines,
  missingResets,
  constantComparisons,
  unused,
];

/** Everything wrong with one module. Its children have been checked when they were made. */
export const checkModule = (m: Module): readonly Diagnostic[] => {
  const malformed = wellFormed(m);
  return malformed.length > 0 ? malformed : passes.flatMap((pass) => pass(m));
};
