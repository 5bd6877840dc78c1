/** How the tests run: a few processes, long limits (a test may compile a simulator), nothing that depends on speed. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take minutes, the longest first: begun last, one of them would leave the other cores without work. */
const long: readonly string[] = [
  "tb/driver/linux/rocket-soc4.test.ts",
  "tb/formal/formal.test.ts",
  "tb/driver/linux/rocket.test.ts",
  "tb/driver/linux/boot.test.ts",
  "tb/rtl/ict/connection-table-mutants.test.ts",
  "tb/rtl/ict/walker.test.ts",
  "tb/driver/baremetal/registers.test.ts",
  "tb/rtl/nic/legacy.test.ts",
  "tb/sim/fuzz/nic.test.ts",
  "tb/bench/bridge.test.ts",
];
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex((file) => moduleId.endsWith(`/${file}`));
      return at < 0 ? long.length : at;
    };
    // The rest as vitest orders them: what failed or took long before, else the largest.
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

/** A quarter of an hour of a processor, and more. */
const fourHarts = Boolean(process.env.CI || process.env.ACCIO_SOC4);

export default defineConfig({
  test: {
    include: ["tb/**/*.test.ts", "docs/**/*.test.ts"],
    exclude: ["**/node_modules/**", "build/**", ".toolchain/**", ...(fourHarts ? [] : ["tb/driver/linux/rocket-soc4.test.ts"])],
    pool: "forks",
    // A simulator's compilation takes a core of its own; more workers than cores would only swap caches.
    maxWorkers: Math.max(1, Math.min(availableParallelism(), 4)),
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // A file without a test, or a run without a file, is a mistake.
    passWithNoTests: false,
    sequence: { sequencer: LongFirst },
    // `.only` left behind would silently skip the rest.
    allowOnly: false,
  },
});
