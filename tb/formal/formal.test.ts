/** Proves tasks as `./accio formal` does: two at once, each a test of its own. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { failure } from "#cli/formal.ts";
import { mapLimited } from "#sim/bridge/command.ts";
import { discoverTasks, prove, type TaskResult } from "#sim/formal/index.ts";
import { projectRoot } from "#toolchain/tools.ts";

// The longest are left to the command, as docs/verification.md says.
const tasks = (await discoverTasks()).filter((t) => t.long !== true || process.env.ACCIO_LONG_PROOFS);
const results = new Map<string, TaskResult>();

beforeAll(async () => {
  const folder = join(projectRoot, "build/formal-tests");
  await mapLimited(tasks, 2, async (t) => results.set(t.name, await prove(t, { folder })));
}, 3_600_000);

test.each(tasks.map((t) => t.name))("%s", (name) => {
  const result = results.get(name) as TaskResult;
  expect(result.ok ? "" : failure(result)).toBe("");
});
