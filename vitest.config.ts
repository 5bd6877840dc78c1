/** How the tests run: a few processes, long limits (a test may compile a simulator), nothing that depends on speed. */
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tb/**/*.test.ts", "docs/**/*.test.ts"],
    exclude: ["**/node_modules/**", "build/**", ".toolchain/**"],
    pool: "forks",
    // A simulator's compilation takes a core of its own; more workers than cores would only swap caches.
    maxWorkers: Math.max(1, Math.min(availableParallelism(), 4)),
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // A file without a test, or a run without a file, is a mistake.
    passWithNoTests: false,
    // `.only` left behind would silently skip the rest.
    allowOnly: false,
  },
});
