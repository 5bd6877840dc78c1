/**
 * Proofs of properties that the language states (`h.assert`, `h.assume`, `h.cover`), through Yosys, yosys-smtbmc and Bitwuzla.
 *
 * To add one: a file `tb/formal/NAME.formal.ts` that exports `tasks`, a list of `FormalTask`. A harness is a module whose
 * inputs are free and which holds the block, a model of it in `h.ghost`, and the properties. See `tb/formal/README.md`.
 */
export { discoverTasks } from "./discover.ts";
export { type ProveOptions, prove } from "./prove.ts";
export type { FormalTask, Mode, PropertyResult, TaskResult, Trace, Verdict } from "./task.ts";
