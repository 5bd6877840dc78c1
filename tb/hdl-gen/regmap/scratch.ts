/** A folder for a test's files, and programs that run in it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "#toolchain/tools.ts";

export class Scratch implements Disposable {
  readonly folder: string;
  constructor() {
    const build = join(projectRoot, "build/regmap");
    mkdirSync(build, { recursive: true });
    this.folder = mkdtempSync(join(build, "test-"));
  }
  path(name: string): string {
    return join(this.folder, name);
  }
  write(name: string, text: string): string {
    mkdirSync(join(this.path(name), ".."), { recursive: true });
    writeFileSync(this.path(name), text);
    return this.path(name);
  }
  /** Runs a program in the folder; everything it prints, and its exit status. */
  run(program: string, args: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: this.folder,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      timeout: 120_000,
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
