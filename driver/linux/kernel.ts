/**
 * Builds the kernel: Debian's source package, our configuration, nothing patched. The result lies below build/linux under
 * the hash of all it was made from, and the same inputs give the same bytes.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { BuildError, run } from "#sim/bridge/command.ts";
import { contentHash, stored } from "#sim/bridge/store.ts";
import { compileEnvironment } from "#sim/bridge/toolset.ts";
import { kernelTools } from "#toolchain/catalogue.ts";
import { findTool, requireTools } from "#toolchain/tools.ts";
import { compilerIdentity, linuxFolder } from "./compile.ts";

export interface Kernel {
  readonly folder: string;
  /** What a boot loader loads at an address that is a multiple of 2 MiB. */
  readonly image: string;
  /** ELF file with symbols. */
  readonly vmlinux: string;
  /** "6.12.117" */
  readonly release: string;
  /** It was there already; nothing was built. */
  readonly found: boolean;
  /** What this build took, in seconds: zero when it was found. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface KernelOptions {
  /** Compilers at once; the machine's cores unless said. */
  readonly jobs?: number;
  /** Called often, with what is being done. */
  readonly note?: (text: string) => void;
}

export const configFile = join(import.meta.dirname, "kernel.config");

/**
 * What of the source tree is not unpacked: sources that no configuration of ours reaches, two thirds of the tree. Their
 * Makefiles and Kconfig files stay, since the build reads them.
 */
const unused: readonly string[] = [
  ...["gpu", "media", "net/ethernet", "net/wireless", "staging", "scsi", "infiniband", "usb", "iio", "accel"].map(
    (d) => `*/drivers/${d}/*.[ch]`,
  ),
  ...["alpha", "arc", "arm", "arm64", "csky", "hexagon", "loongarch", "m68k", "microblaze", "mips", "nios2", "openrisc", "parisc"]
    .concat(["powerpc", "s390", "sh", "sparc", "um", "x86", "xtensa"])
    .flatMap((d) => [`*/arch/${d}/*.[chS]*`, `*/arch/${d}/*.dts*`]),
  ...["rst", "yaml", "txt", "svg"].map((ending) => `*/Documentation/*.${ending}`),
  "*/sound/*.[ch]",
  "*/tools/testing/*",
  "*/tools/perf/*",
];

/** Of the source package, remembered by size and time: it has 150 MB. */
const sourceHash = async (tarball: string): Promise<string> => {
  const { size, mtimeMs } = statSync(tarball);
  const memory = join(linuxFolder(), "source.json");
  const stamp = `${tarball} ${size} ${mtimeMs}`;
  const known = await readFile(memory, "utf8").then(
    (text) => JSON.parse(text) as { readonly stamp: string; readonly hash: string },
    () => null,
  );
  if (known?.stamp === stamp) return known.hash;
  const hash = createHash("sha256");
  await pipeline(createReadStream(tarball), hash);
  const hex = hash.digest("hex").slice(0, 24);
  await mkdir(linuxFolder(), { recursive: true });
  await writeFile(memory, JSON.stringify({ stamp, hash: hex }));
  return hex;
};

/** Seconds of processor time that finished children have used (proc(5): cutime and cstime, in hundredths). */
const childSeconds = (): number => {
  const fields = readFileSync("/proc/self/stat", "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / 100;
};

/** `make`, with a word on each file that it makes. What it prints is kept in `log`. */
const make = async (folder: string, args: readonly string[], log: string[], note: (text: string) => void): Promise<void> => {
  const environment = {
    ...compileEnvironment(),
    // Objects are looked up by what they include, without preprocessing; headers were unpacked just now.
    CCACHE_DEPEND: "1",
    CCACHE_SLOPPINESS: "include_file_mtime,include_file_ctime,time_macros",
    KBUILD_BUILD_TIMESTAMP: "1970-01-01",
    KBUILD_BUILD_USER: "accio",
    KBUILD_BUILD_HOST: "accio",
    LC_ALL: "C",
  };
  const child = spawn(findTool("make"), args, { cwd: folder, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let files = 0;
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      log.push(line);
      const file = /^ {2}(?:CC|AS) +(\S+)/.exec(line)?.[1];
      if (file !== undefined) note(`${++files} files, ${file}`);
    });
  const failure = await new Promise<string | null>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(code === 0 ? null : signal === null ? `exit ${code}` : `killed by ${signal}`));
  });
  if (failure !== null) throw new BuildError(`make ${args.join(" ")}: ${failure}\n${log.slice(-40).join("\n")}`);
};

/** Lines of the fragment that the kernel did not take: misspelt, or something that they depend on is missing. */
export const refused = (fragment: string, config: string): readonly string[] => {
  const taken = new Set(config.split("\n"));
  return fragment.split("\n").filter((line) => /^CONFIG_/.test(line) && !taken.has(line));
};

/**
 * The kernel of `kernel.config`, built unless it is there: minutes the first time, half a minute where ccache has the
 * objects. Throws `MissingToolError` where the source package or a tool is missing, `BuildError` where make fails.
 */
export const kernel = async ({ jobs = availableParallelism(), note = () => undefined }: KernelOptions = {}): Promise<Kernel> => {
  requireTools(kernelTools);
  const tarball = findTool("linux-source");
  const fragment = readFileSync(configFile, "utf8");
  const source = await sourceHash(tarball);
  const started = performance.now();
  const cpuBefore = childSeconds();
  const key = contentHash([source, fragment, compilerIdentity(), readFileSync(import.meta.filename, "utf8")]);
  const { folder, found } = await stored(join(linuxFolder(), "kernels"), key, async (scratch) => {
    const tree = await stored(join(linuxFolder(), "source"), source, async (empty) => {
      note(`unpacking ${basename(tarball)}`);
      const excluded = unused.map((pattern) => `--exclude=${pattern}`);
      await run("tar", ["xf", tarball, "--strip-components=1", "--wildcards", ...excluded], { folder: empty });
    });
    // A folder right below the sources: then compilers see relative paths, and ccache finds objects again in any clone.
    const objects = join(tree.folder, `objects-${key}`);
    await rm(objects, { recursive: true, force: true });
    await mkdir(objects);
    const log: string[] = [];
    try {
      const common = [`O=${objects}`, "ARCH=riscv", `CROSS_COMPILE=${findTool("ccache")} riscv64-linux-gnu-`];
      await make(tree.folder, [...common, `KCONFIG_ALLCONFIG=${configFile}`, "allnoconfig"], log, note);
      const config = await readFile(join(objects, ".config"), "utf8");
      const wrong = refused(fragment, config);
      if (wrong.length > 0) throw new BuildError(`${configFile}: the kernel does not take ${wrong.join(", ")}`);
      await make(tree.folder, [...common, `-j${jobs}`, "Image"], log, note);
      await writeFile(join(scratch, "build.log"), `${log.join("\n")}\n`);
      await copyFile(join(objects, ".config"), join(scratch, "config"));
      await copyFile(join(objects, "include/config/kernel.release"), join(scratch, "release"));
      await copyFile(join(objects, "arch/riscv/boot/Image"), join(scratch, "Image"));
      await copyFile(join(objects, "vmlinux"), join(scratch, "vmlinux"));
    } finally {
      await rm(objects, { recursive: true, force: true });
    }
  });
  return {
    folder,
    image: join(folder, "Image"),
    vmlinux: join(folder, "vmlinux"),
    release: readFileSync(join(folder, "release"), "utf8").trim(),
    found,
    seconds: found ? 0 : (performance.now() - started) / 1000,
    cpuSeconds: found ? 0 : childSeconds() - cpuBefore,
  };
};
