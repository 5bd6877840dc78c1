/** Everything that is installed is pinned, by version and by hash, and the pins name no machine's registry. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogue, neededTools } from "#toolchain/catalogue.ts";
import { projectRoot } from "#toolchain/tools.ts";

const read = (path: string): string => readFileSync(join(projectRoot, path), "utf8");

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}
interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string; readonly resolved?: string }>>;
}

const manifest = JSON.parse(read("package.json")) as Manifest;
const lock = JSON.parse(read("package-lock.json")) as Lock;
const wanted = { ...manifest.dependencies, ...manifest.devDependencies };

describe("npm packages", () => {
  it.each(Object.entries(wanted))("%s %s is an exact version, and the locked one", (name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(lock.packages[`node_modules/${name}`]?.version).toBe(version);
  });

  it("are all locked by hash, without the address they came from", () => {
    for (const [path, entry] of Object.entries(lock.packages).filter(([key]) => key !== "")) {
      expect(entry.integrity, path).toMatch(/^sha512-/);
      expect(entry.resolved, path).toBeUndefined();
    }
  });

  it("have, in the lock, the builds for other systems too, without which `npm ci` refuses the lock", () => {
    for (const [path, entry] of Object.entries(lock.packages)) {
      const optional = Object.keys((entry as { optionalDependencies?: Record<string, string> }).optionalDependencies ?? {});
      for (const name of optional) {
        expect(lock.packages[`${path}/node_modules/${name}`] ?? lock.packages[`node_modules/${name}`], `${path}: ${name}`).toBeDefined();
      }
    }
  });
});

describe("Python wheels", () => {
  const requirements = read("toolchain/requirements.txt")
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

  it.each(requirements)("%s", (line) => expect(line).toMatch(/^[\w-]+==[\d.]+( +--hash=sha256:[0-9a-f]{64})+$/));

  it("are those that the catalogue expects", () => {
    for (const entry of catalogue.filter((tool) => tool.origin === "python")) {
      expect(requirements.some((line) => line.startsWith(`${entry.package}==`))).toBe(true);
    }
  });
});

it("the installer asks an ordinary user for all Debian packages at once", () => {
  const list = /^accio_packages=\(([^)]*)\)/m.exec(read("toolchain/install.bash"))?.[1]?.trim().split(/\s+/) ?? [];
  const debian = catalogue.filter((tool) => tool.origin === "debian" && neededTools.includes(tool.name)).map((tool) => tool.package);
  expect(new Set(list)).toEqual(new Set(["python3", "python3-venv", ...debian]));
});
