/** The proofs notice broken hardware: every mutant of these blocks fails an assertion, or no longer reaches a cover. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bool, type Module, struct, uint } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { asyncFifo } from "#hdl/lib/async-fifo.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { mapLimited } from "#sim/bridge/command.ts";
import { type Mode, prove, type TaskResult } from "#sim/formal/index.ts";
import { arbiterIsFair } from "./arbiter.formal.ts";
import { asyncFifoIsQueue } from "./async-fifo.formal.ts";
import { fifoIsQueue } from "./fifo.formal.ts";
import { type Mutant, mutants } from "./mutate.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-mutants-"));
afterAll(() => rmSync(folder, { recursive: true }));

const word = uint(3);
const beat = struct({ data: uint(2), last: bool }, "beat");
interface Family {
  readonly block: string;
  readonly depth: number;
  /** Cycles within which the harness's covers are reached. */
  readonly coverDepth: number;
  /** Each mutant in its harness. */
  readonly list: readonly Mutant<Module>[];
}
const inHarness = <M extends Module>(block: M, harness: (mutant: M) => Module): readonly Mutant<Module>[] =>
  mutants(block).map(({ name, module }) => ({ name, module: harness(module) }));
const families: readonly Family[] = [
  {
    block: "fifo of 4 entries",
    depth: 12,
    coverDepth: 8,
    list: inHarness(fifo(word, 4, { style: "registers" }), (m) => fifoIsQueue(4, {}, m)),
  },
  {
    block: "fifo in block RAM",
    depth: 12,
    coverDepth: 8,
    list: inHarness(fifo(word, 2, { style: "block" }), (m) => fifoIsQueue(2, { style: "block" }, m)),
  },
  { block: "asynchronous fifo", depth: 20, coverDepth: 24, list: inHarness(asyncFifo(uint(2), 2), (m) => asyncFifoIsQueue(2, {}, m)) },
  {
    block: "arbiter of packets",
    depth: 8,
    coverDepth: 6,
    list: inHarness(arbiter(beat, 3, { packets: true }), (m) => arbiterIsFair({ packets: true }, m)),
  },
];

for (const { block, depth, coverDepth, list } of families)
  describe(block, () => {
    const results = new Map<string, readonly TaskResult[]>();
    beforeAll(async () => {
      await mapLimited(list, 2, async ({ name, module }) => {
        const by = (mode: Mode, depth: number) =>
          prove({ name: `${block} ${mode} ${name}`, mode, depth, module: () => module }, { folder });
        const bounded = await by("bmc", depth);
        // A block that does nothing does nothing wrong: then its covers must tell.
        results.set(name, bounded.ok ? [bounded, await by("cover", coverDepth)] : [bounded]);
      });
    }, 1_800_000);
    test("has mutants", () => expect(list.length).toBeGreaterThan(2));
    test.each(list.map((m) => m.name))("%s", (name) => {
      const verdicts = results.get(name)?.flatMap((r) => r.properties.map((p) => p.verdict)) ?? [];
      expect(verdicts.some((v) => v === "failed" || v === "unreached")).toBe(true);
    });
  });
