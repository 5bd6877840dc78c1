/** Wireshark's command line tools as the independent reader and writer of captures. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { findTool } from "#toolchain/tools.ts";

/** Runs one of Wireshark's tools (they come in one Debian package with tshark) and returns what it prints. */
export function wireshark(tool: "tshark" | "capinfos" | "editcap" | "text2pcap" | "mergecap", args: readonly string[]): string {
  const path = join(dirname(findTool("tshark")), tool);
  return execFileSync(path, args, {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 120_000,
    env: { ...process.env, TZ: "UTC" },
  });
}

/**
 * The given fields of every packet, one row each, as tshark prints them (the first where a frame has several); checksums
 * are verified, and fragments stay apart unless `reassemble` is asked for.
 */
export function tsharkFields<F extends string>(
  file: string,
  fields: readonly F[],
  options: { readonly reassemble?: boolean } = {},
): Record<F, string>[] {
  const preferences = [
    "ip.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    `ip.defragment:${options.reassemble === true}`,
  ];
  const settings = preferences.flatMap((preference) => ["-o", preference.replace(/:(true|false)$/, (value) => value.toUpperCase())]);
  const columns = fields.flatMap((field) => ["-e", field]);
  const text = wireshark("tshark", ["-r", file, "-n", ...settings, "-T", "fields", "-E", "separator=|", "-E", "occurrence=f", ...columns]);
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const cells = line.split("|");
      return Object.fromEntries(fields.map((field, column) => [field, cells[column] ?? ""])) as Record<F, string>;
    });
}

/** A folder for the test's files, removed when it ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "accio-capture-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
