/**
 * Progress of long commands, on stderr so that results on stdout stay clean. On a terminal listr2 draws a live list;
 * elsewhere a step is one line when it starts and one when it ends.
 */
import { Listr, type ListrDefaultRendererLogLevels, ListrLogger, ProcessOutput } from "listr2";

/** Handed to a running step, to say how far it is. Cheap enough to call for every packet. */
export interface Progress {
  /** A bar: `done` of `total` (same unit), with a word behind it. */
  at(done: number, total: number, note?: string): void;
  /** What the step is doing, as text. */
  note(text: string): void;
}

export interface Step {
  /** "Building the simulator" */
  readonly title: string;
  /** The text it returns is put behind the title: "14 modules". */
  readonly run: (progress: Progress) => Promise<string | undefined> | string | undefined;
}

export interface ProgressOptions {
  /** Print nothing, whatever the terminal. */
  readonly quiet?: boolean;
  /** Where to draw; by default `process.stderr`. */
  readonly stream?: NodeJS.WriteStream;
}

/** "[=========>          ]  45 %  450/1000 frames": `width` characters between the brackets. */
export function bar(done: number, total: number, note = "", width = 30): string {
  const share = total > 0 ? Math.min(1, Math.max(0, done / total)) : 1;
  const filled = Math.round(share * width);
  const head = filled > 0 && filled < width ? `${"=".repeat(filled - 1)}>` : "=".repeat(filled);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${head.padEnd(width)}] ${percent} %  ${done}/${total}${note === "" ? "" : ` ${note}`}`;
}

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** At most ten drawings a second: the caller may report every packet. */
function paced(draw: (text: string) => void): Progress {
  let next = 0;
  const show = (text: () => string, last: boolean) => {
    const now = performance.now();
    if (now < next && !last) return;
    next = now + 100;
    draw(text());
  };
  return {
    at: (done, total, note) => show(() => bar(done, total, note), done >= total),
    note: (text) => show(() => text, true),
  };
}

const ended = (title: string, result: string | undefined, started: number) =>
  `${title}${result === undefined ? "" : `: ${result}`} (${seconds(started)})`;

async function runLines(steps: readonly Step[], stream: NodeJS.WritableStream | null): Promise<void> {
  const silent: Progress = { at: () => undefined, note: () => undefined };
  for (const step of steps) {
    const started = performance.now();
    stream?.write(`${step.title} ...\n`);
    const result = await step.run(silent);
    stream?.write(`${ended(step.title, result, started)}\n`);
  }
}

/** Runs the steps one after the other; the first that throws ends it, and its error is thrown on unchanged. */
export async function runSteps(steps: readonly Step[], options: ProgressOptions = {}): Promise<void> {
  const stream = options.stream ?? process.stderr;
  if (options.quiet === true || !stream.isTTY) return runLines(steps, options.quiet === true ? null : stream);
  const tasks = new Listr(
    steps.map((step) => ({
      title: step.title,
      task: async (_: unknown, task: { title: string; output: string }) => {
        const started = performance.now();
        const result = await step.run(
          paced((text) => {
            task.output = text;
          }),
        );
        task.title = ended(step.title, result, started);
      },
    })),
    {
      // listr2 looks at stdout to tell a terminal; ours is stderr, and was looked at above.
      forceTTY: true,
      rendererOptions: {
        showErrorMessage: false,
        logger: new ListrLogger<ListrDefaultRendererLogLevels>({
          useIcons: true,
          processOutput: new ProcessOutput(stream, stream, { leaveEmptyLine: false }),
        }),
      },
    },
  );
  await tasks.run();
}
