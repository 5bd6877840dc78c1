/** Rocket's Verilog: pinned, fetched once, whole; doctor knows it, and an unreachable network is an error with a remedy. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { catalogueEntry, mendCommand } from "#toolchain/catalogue.ts";
import { ensureRocket, rocketFolder, rocketSources, rocketVariants } from "#toolchain/rocket.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { UserError } from "#toolchain/user-error.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "accio-rocket-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

it("is pinned by version and hash, and the catalogue has the same version", () => {
  const { package: name, pinned, file } = catalogueEntry("rocket");
  const pins = readFileSync(join(projectRoot, "toolchain/rocket.txt"), "utf8").replaceAll(/\\\n/g, " ");
  expect(pins).toMatch(new RegExp(`^${name}==${pinned?.version} +--hash=sha256:[0-9a-f]{64}$`, "m"));
  expect(file).toContain(`/${pinned?.version}/`);
  expect(join(projectRoot, file, "..")).toBe(rocketFolder);
});

it("is unpacked once, and only what is needed", () => {
  const place = join(folder, "rocket");
  ensureRocket(place);
  const names = new Set(rocketVariants.flatMap(rocketSources).map((path) => basename(path)));
  expect(new Set(readdirSync(place))).toEqual(new Set([...names, "complete"]));
  for (const name of names) expect(readFileSync(join(place, name), "utf8")).toContain("endmodule");
  const before = statSync(join(place, "complete")).mtimeMs;
  ensureRocket(place);
  expect(statSync(join(place, "complete")).mtimeMs).toBe(before);
});

it("says what to do where it cannot be had, and leaves nothing half done", () => {
  process.env.PIP_NO_INDEX = "1";
  onTestFinished(() => {
    delete process.env.PIP_NO_INDEX;
  });
  const place = join(folder, "rocket");
  const fetching = (): void => ensureRocket(place, join(folder, "cache"));
  expect(fetching).toThrow(UserError);
  expect(fetching).toThrow(/^cannot fetch Rocket's Verilog: .*: check the network and pip's settings/);
  expect(existsSync(place)).toBe(false);
});

it("is brought by the command that doctor names", () => {
  expect(mendCommand(["rocket"])).toBe("./accio soc build");
  expect(mendCommand(["node", "rocket"])).toBe("rm -f .toolchain/stamp && ./accio doctor && ./accio soc build");
});
