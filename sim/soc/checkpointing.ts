/** Saving and restoring as parts of a run: what the simulator's job needs for it, and what became of it. */
import { basename, dirname, join } from "node:path";
import {
  type CheckpointHeader,
  type CheckpointKind,
  checkCheckpointName,
  keepCheckpoint,
  type Origin,
  restoreCheckpoint,
} from "./checkpoint.ts";
import type { Job, SimulateOptions } from "./simulate.ts";

export interface CheckpointWishes {
  readonly save?: {
    readonly name: string;
    /** The state before this cycle; after the first mark (`slti x0, x0, 1`) that the program gives, unless said. */
    readonly at?: number;
    /** Called once it is kept, while the run goes on. */
    readonly onKept?: (kept: KeptCheckpoint) => void;
  };
  /** Goes on from the checkpoint of that name. */
  readonly from?: string;
}
export interface KeptCheckpoint {
  readonly name: string;
  readonly cycle: number;
  /** Of its file. */
  readonly bytes: number;
}

interface Run extends Origin {
  readonly kind: CheckpointKind;
  /** A folder for files while the run lasts. */
  readonly scratch: string;
  /** Bytes of memory that belong to the state. */
  readonly memoryBytes: number;
  readonly command: string;
  readonly guest?: CheckpointHeader["guest"];
}
export interface Checkpointing {
  readonly job: Pick<Job, "save" | "restore">;
  readonly options: Pick<SimulateOptions, "onSaved">;
  /** After the run: what was saved, if anything. */
  readonly kept: () => KeptCheckpoint | undefined;
}

/** Hash of what a built simulator was made from: part of its folder's name. */
export const simulatorIdentity = (program: string): string => basename(dirname(program));

/** Prepares a run's saving and restoring. Throws `UserError` where there is no such checkpoint, or it does not fit. */
export const checkpointing = async ({ save, from }: CheckpointWishes, run: Run): Promise<Checkpointing> => {
  if (save !== undefined) checkCheckpointName(save.name);
  const file = (name: string): string => join(run.scratch, name);
  const { settings, parts, kind, command, guest } = run;
  if (from !== undefined) await restoreCheckpoint(kind, from, { settings, parts }, file("restored"));
  let kept: KeptCheckpoint | undefined;
  return {
    job: {
      ...(save === undefined ? {} : { save: { file: file("saved"), at: save.at ?? "mark", bytes: run.memoryBytes } }),
      ...(from === undefined ? {} : { restore: file("restored") }),
    },
    options:
      save === undefined
        ? {}
        : {
            onSaved: async (cycle) => {
              const header = { settings, parts, cycle, command, ...(guest === undefined ? {} : { guest }) };
              const bytes = await keepCheckpoint(kind, save.name, header, file("saved"));
              kept = { name: save.name, cycle, bytes };
              save.onKept?.(kept);
            },
          },
    kept: () => kept,
  };
};
