/** Progress: lines where nobody watches, a bar on a terminal, errors passed on, nothing when quiet. */
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { bar, runSteps, type Step } from "#cli/progress.ts";

function sink(terminal: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream: Object.assign(stream, { isTTY: terminal, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream, text: () => text };
}

const steps: readonly Step[] = [
  {
    title: "Building",
    run: (progress) => {
      progress.at(1, 2, "frames");
      progress.note("linking");
      return "14 modules";
    },
  },
  { title: "Running", run: async () => undefined },
];

describe("bar", () => {
  it.each([
    [0, 10, "[          ]   0 %  0/10"],
    [1, 10, "[>         ]  10 %  1/10"],
    [9, 10, "[========> ]  90 %  9/10"],
    [10, 10, "[==========] 100 %  10/10"],
    [20, 10, "[==========] 100 %  20/10"],
    [0, 0, "[==========] 100 %  0/0"],
  ])("%i of %i", (done, total, text) => expect(bar(done, total, "", 10)).toBe(text));

  it("is full only when everything is done", () => expect(bar(999, 1000, "frames", 10)).toContain(" 99 %  999/1000 frames"));
});

describe("steps", () => {
  it("are two lines each without a terminal", async () => {
    const { stream, text } = sink(false);
    await runSteps(steps, { stream });
    expect(text().replaceAll(/\d+\.\d s/g, "N s")).toBe("Building ...\nBuilding: 14 modules (N s)\nRunning ...\nRunning (N s)\n");
  });

  it("are drawn on a terminal, with the note of the running one", async () => {
    const { stream, text } = sink(true);
    await runSteps(steps, { stream });
    expect(text()).toContain("Building: 14 modules (");
    expect(text()).toContain("Running (");
    expect(text()).toContain("linking");
  });

  it("print nothing when quiet", async () => {
    const { stream, text } = sink(false);
    await runSteps(steps, { stream, quiet: true });
    expect(text()).toBe("");
  });

  it.each([true, false])("end at the first error, which comes out unchanged (terminal: %s)", async (terminal) => {
    const error = new Error("no");
    let reached = false;
    const failing: Step[] = [
      {
        title: "Failing",
        run: () => {
          throw error;
        },
      },
      {
        title: "Never",
        run: () => {
          reached = true;
          return undefined;
        },
      },
    ];
    await expect(runSteps(failing, { stream: sink(terminal).stream })).rejects.toBe(error);
    expect(reached).toBe(false);
  });
});
