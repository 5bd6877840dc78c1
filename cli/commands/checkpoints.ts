/** `./accio linux checkpoints` and `./accio soc checkpoints`: which there are, and their removal. */
import { Command } from "commander";
import { type CheckpointKind, removeCheckpoint, storedCheckpoints } from "#sim/soc/checkpoint.ts";
import type { CheckpointWishes, KeptCheckpoint } from "#sim/soc/checkpointing.ts";
import { table } from "../table.ts";

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

export const checkpoints = (kind: CheckpointKind): Command =>
  new Command("checkpoints")
    .description("Lists the checkpoints below build/checkpoints, or removes some.")
    .option("--remove <name...>", "remove these")
    .option("--json", "print JSON for other programs")
    .action(({ remove = [], json }: { readonly remove?: readonly string[]; readonly json?: true }) => {
      for (const name of remove) removeCheckpoint(kind, name);
      if (remove.length > 0) return;
      const all = storedCheckpoints(kind);
      if (json) return void process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
      if (all.length === 0) return void process.stderr.write("no checkpoints: --checkpoint saves one\n");
      const rows = all.map(({ name, bytes, saved, header }) => [
        name,
        header === null ? "damaged" : String(header.cycle),
        megabytes(bytes),
        saved.toISOString().replace(/\..*/, "").replace("T", " "),
        header === null
          ? ""
          : Object.entries(header.settings)
              .map(([key, value]) => `${key} ${value}`)
              .join(", "),
      ]);
      process.stdout.write(table(["checkpoint", "cycle", "size", "saved (UTC)", "of"], rows));
    });

/** What the options of a run mean; a note on stderr when the checkpoint is kept. */
export const checkpointWishes = (name: string | undefined, at: number | undefined, from: string | undefined): CheckpointWishes => ({
  ...(name === undefined
    ? {}
    : {
        save: {
          name,
          ...(at === undefined ? {} : { at }),
          onKept: ({ cycle, bytes }) =>
            void process.stderr.write(`accio: checkpoint ${name}, before cycle ${cycle}, is saved: ${megabytes(bytes)}\n`),
        },
      }),
  ...(from === undefined ? {} : { from }),
});

/** Says that nothing was saved, where something should have been; the exit status is then not that of success. */
export const checkSaved = ({ save }: CheckpointWishes, kept: KeptCheckpoint | undefined, began: number, end: number): void => {
  if (save === undefined || kept !== undefined) return;
  const what = save.at === undefined ? "the program did not say when (slti x0, x0, 1)" : `the run did not come to cycle ${save.at}`;
  process.stderr.write(`accio: no checkpoint was saved: ${what}: it went from cycle ${began} to ${end}: name another cycle with --at\n`);
  if (process.exitCode === 0) process.exitCode = 1;
};
