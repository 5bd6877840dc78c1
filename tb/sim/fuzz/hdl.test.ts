/** Two hundred random designs, alike in the instant simulator, Verilator, Icarus, and Icarus behind Yosys. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findingText, fuzz } from "#sim/fuzz/run.ts";
import { projectRoot } from "../../../toolchain/tools.ts";

const folder = join(projectRoot, "build");
mkdirSync(folder, { recursive: true });
const first = Number(process.env.ACCIO_SEED ?? 20_000);

// In parts, so that each has its own time limit and says how far it is.
test.each([0, 40, 80, 120, 160])("40 designs from seed %i on", { timeout: 900_000 }, async (offset) => {
  const seed = first + offset;
  const result = await fuzz({ count: 40, seed, jobs: 2, folder });
  expect(result.engines).toEqual(["verilator", "icarus", "yosys"]);
  console.log(`fuzz: 40 designs of ${result.modules} modules from seed ${seed}: ${result.findings.length} disagreements`);
  if (result.findings.length > 0) expect.fail(result.findings.map(findingText).join("\n"));
});
