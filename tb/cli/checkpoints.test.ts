/** Checkpoints as a user has them: saved, listed, restored and removed by name; what is wrong is one line. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { removeCheckpoint, storedCheckpoints } from "#sim/soc/checkpoint.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { testPrograms } from "../sim/soc/programs.ts";
import { accio } from "./run-cli.ts";

const programs = testPrograms();
const own = `cli-${process.pid}`;
afterAll(() => {
  programs[Symbol.dispose]();
  for (const { name } of storedCheckpoints("soc")) if (name.startsWith(own)) removeCheckpoint("soc", name);
});

describe("accio soc", () => {
  const program = programs.elf("calls");

  it("saves a run, lists it, goes on from it, and removes it", () => {
    const saved = accio(["soc", "run", program, "--checkpoint", own, "--at", "3000"]);
    expect(saved.stderr).toMatch(new RegExp(`^accio: checkpoint ${own}, before cycle 3000, is saved: \\d+\\.\\d MB\\n`));
    expect(saved.status).toBe(20);

    expect(accio(["soc", "checkpoints"]).stdout).toMatch(
      new RegExp(
        `^${own} +3000 +\\d+\\.\\d MB +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d +program calls\\d+\\.elf, config soc1, timing raw, memory 64 MiB`,
        "m",
      ),
    );
    const listed = JSON.parse(accio(["soc", "checkpoints", "--json"]).stdout) as { readonly name: string }[];
    expect(listed.find((c) => c.name === own)).toMatchObject({ header: { cycle: 3000, settings: { config: "soc1" } } });

    const restored = accio(["soc", "run", program, "--resume", own]);
    const numbers = (stderr: string): string | undefined => stderr.split("\n").find((line) => /^ +0 +\d+/.test(line));
    expect(numbers(restored.stderr)).toBe(numbers(saved.stderr));
    expect(restored.stdout).toBe(saved.stdout);
    expect(restored.status).toBe(20);

    const other = accio(["soc", "run", program, "--resume", own, "--timing", "paper"]);
    expect(other.stderr).toBe(
      `accio: the checkpoint does not fit: ${own}, timing is raw in it, not paper: give what it was saved with, or save another\n`,
    );
    expect(other.status).toBe(2);

    expect(accio(["soc", "checkpoints", "--remove", own])).toMatchObject({ status: 0, stdout: "" });
    expect(accio(["soc", "run", program, "--resume", own]).stderr).toMatch(new RegExp(`^accio: no such checkpoint: ${own}: there is`));
  });

  it("says that nothing was saved, and does not end as if all were well", () => {
    const start = [join(projectRoot, "cli/main.ts"), "soc", "run", programs.elf("keys"), "--input", "--max-cycles", "200000"];
    const run = (...more: string[]) => spawnSync(process.execPath, [...start, ...more], { input: "q", encoding: "utf8" });
    expect(run().status).toBe(0);
    const never = run("--checkpoint", own);
    expect(never.stderr).toMatch(
      /^accio: no checkpoint was saved: the program did not say when \(slti x0, x0, 1\): it went from cycle 0 to \d+: /m,
    );
    expect(never.status).toBe(1);
    expect(run("--checkpoint", own, "--at", "199999").stderr).toMatch(/the run did not come to cycle 199999: it went from cycle 0 to /);
  });
});

it.each([
  [["soc", "run", "hello", "--at", "5"], "accio: a cycle without a checkpoint: --at 5: name the checkpoint with --checkpoint\n"],
  [["soc", "run", "hello", "--checkpoint", "a/b"], "accio: no name for a checkpoint: a/b: letters, digits, - . _, at most 64\n"],
  [["soc", "checkpoints", "--remove", "nowhere"], /^accio: no such checkpoint: nowhere: /],
  [["linux", "boot", "--qemu", "--checkpoint", "up"], "accio: checkpoints are of the RTL: --checkpoint up: leave --qemu out\n"],
  [["linux", "boot", "--qemu", "--from", "up"], "accio: checkpoints are of the RTL: --from up: leave --qemu out\n"],
  [["linux", "boot", "--at", "5"], "accio: a cycle without a checkpoint: --at 5: name the checkpoint with --checkpoint\n"],
  [["linux", "boot", "--from", "nowhere"], /^accio: no such checkpoint: nowhere: there is /],
])("%j is one line on stderr and exit 2", (words, message) => {
  const { status, stdout, stderr } = accio(words);
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});
