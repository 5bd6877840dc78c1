/** The diagnosis behind `./accio doctor`: every tool of the catalogue looked up, asked its version, and judged. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CatalogueEntry, catalogue, mendCommand, type Origin, type ToolName } from "./catalogue.ts";
import { lookForTool, projectRoot } from "./tools.ts";

export interface ToolReport {
  readonly name: ToolName;
  /** `broken`: there, but does not answer when asked its version. */
  readonly status: "ok" | "missing" | "broken" | "optional";
  readonly version: string | null;
  readonly path: string | null;
  readonly origin: Origin;
  readonly package: string;
  readonly purpose: string;
  /** The command that brings it; null when it is there. */
  readonly mend: string | null;
}

export interface Problem {
  readonly what: string;
  readonly mend: string;
  readonly optional: boolean;
}

export interface Diagnosis {
  /** Nothing needed is missing or broken. */
  readonly ok: boolean;
  readonly tools: readonly ToolReport[];
  /** What to do, one entry per command to run. */
  readonly problems: readonly Problem[];
}

/** The version that a program prints, or that a package's files state; null when neither answers. */
function toolVersion(entry: CatalogueEntry, path: string): string | null {
  if (entry.origin === "npm") {
    const manifest = join(projectRoot, "node_modules", entry.package, "package.json");
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  }
  if (entry.pinned !== undefined) return entry.pinned.version;
  if (entry.versionArguments === undefined) return versionOfPackage(entry, path);
  const { stdout, stderr, status } = spawnSync(path, entry.versionArguments, {
    encoding: "utf8",
    timeout: 20_000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (status !== 0) return null;
  return (/\d+(\.\d+)+/.exec(`${stdout}${stderr}`) ?? /\d+/.exec(`${stdout}${stderr}`))?.[0] ?? null;
}

/** Versions of what prints none: from pip's metadata, or dpkg's. */
function versionOfPackage(entry: CatalogueEntry, path: string): string | null {
  const [command, ...args] =
    entry.origin === "python"
      ? [join(projectRoot, ".toolchain/python/bin/python3"), "-c", `import importlib.metadata as m; print(m.version("${entry.package}"))`]
      : ["dpkg-query", "--show", entry.package];
  const { stdout, status } = spawnSync(command ?? path, args, { encoding: "utf8", timeout: 20_000, stdio: ["ignore", "pipe", "ignore"] });
  // dpkg prints "package<tab>version".
  return (status === 0 ? stdout.trim().split("\t").at(-1) : "") || "present";
}

function examine(entry: CatalogueEntry & { readonly name: ToolName }): ToolReport {
  const path = lookForTool(entry.name);
  const version = path === null ? null : toolVersion(entry, path);
  const found = path === null ? "missing" : version === null ? "broken" : "ok";
  const status = found !== "ok" && entry.optional === true ? "optional" : found;
  const { name, origin, purpose } = entry;
  return { name, status, version, path, origin, package: entry.package, purpose, mend: found === "ok" ? null : mendCommand([entry.name]) };
}

/** Looks at every tool of the catalogue. Starts each program once to ask its version. */
export function diagnose(): Diagnosis {
  const tools = catalogue.map(examine);
  const problems: Problem[] = [];
  for (const status of ["missing", "broken", "optional"] as const) {
    for (const own of [true, false]) {
      const group = tools.filter((tool) => tool.status === status && (tool.origin !== "debian") === own).map((tool) => tool.name);
      if (group.length > 0)
        problems.push({
          what: `${group.join(", ")}${status === "broken" ? " (does not start)" : ""}`,
          mend: mendCommand(group),
          optional: status === "optional",
        });
    }
  }
  return { ok: tools.every((tool) => tool.status === "ok" || tool.status === "optional"), tools, problems };
}
