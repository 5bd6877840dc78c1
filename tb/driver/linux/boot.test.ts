/**
 * Linux on QEMU: the kernel of our configuration boots with our firmware and init on one hart and on four, runs programs,
 * and every end of a run is told. The kernel is built once, below build/linux; minutes where ccache is cold.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type BootOptions, type BootResult, boot, commandLine, panicStatus } from "#driver/linux/boot.ts";
import { compileProgram, linuxFolder, program } from "#driver/linux/compile.ts";
import { type Kernel, kernel, refused } from "#driver/linux/kernel.ts";
import { limitStatus } from "#driver/linux/machine.ts";
import { type QemuOptions, qemu } from "#driver/linux/qemu.ts";
import { accio } from "../../cli/run-cli.ts";

let folder = "";
let built: Kernel;
beforeAll(async () => {
  mkdirSync(linuxFolder(), { recursive: true });
  folder = mkdtempSync(join(linuxFolder(), "boot-"));
  built = await kernel({ jobs: 4 });
}, 3_000_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mebibyte = 2 ** 20;
interface Run extends Partial<BootOptions>, Partial<QemuOptions> {
  readonly harts: number;
}
const run = ({ harts, seconds = 240, counting = false, ...options }: Run): Promise<BootResult> =>
  boot({ machine: qemu({ harts, seconds, counting }), memoryBytes: 32 * mebibyte, console: () => undefined, ...options });

/** A program from its source. */
const cProgram = (name: string, text: string): Promise<string> => {
  const path = join(folder, `${name}.c`);
  writeFileSync(path, text);
  return compileProgram(path);
};

describe("the kernel", () => {
  it("takes every line of the configuration, and is as Debian's source says", () => {
    expect(refused(readFileSync("driver/linux/kernel.config", "utf8"), readFileSync(join(built.folder, "config"), "utf8"))).toEqual([]);
    expect(built.release).toMatch(/^6\.12\.\d+$/);
  });

  it("names lines that it does not take", () =>
    expect(refused("# CONFIG_A=y\nCONFIG_B=y\nCONFIG_C=y\n", "CONFIG_C=y\n# CONFIG_B is not set\n")).toEqual(["CONFIG_B=y"]));

  it("has the time, the user and the host of every build", () => {
    const image = readFileSync(built.image).toString("latin1");
    expect(image).toMatch(/Linux version 6\.12\.\d+ \(accio@accio\) \(riscv64-linux-gnu-gcc [^\n]*\) #1 SMP 1970-01-01\n/);
  });

  it("is not built again", async () => expect(await kernel()).toMatchObject({ found: true, image: built.image, cpuSeconds: 0 }));

  it("is missed with the command that brings its source", async () => {
    vi.resetModules();
    vi.doMock("#toolchain/catalogue.ts", async (original) => {
      const real = await original<typeof import("#toolchain/catalogue.ts")>();
      const catalogueEntry: typeof real.catalogueEntry = (name) => {
        const entry = real.catalogueEntry(name);
        return name === "linux-source" ? { ...entry, file: "/nowhere/linux-source-6.12.tar.xz" } : entry;
      };
      return { ...real, catalogueEntry };
    });
    const { kernel: without } = await import("#driver/linux/kernel.ts");
    await expect(without()).rejects.toThrow(
      /^missing on this machine: linux-source \(the kernel\): run: (sudo )?apt-get install --yes --no-install-recommends linux-source-6\.12$/,
    );
    vi.doUnmock("#toolchain/catalogue.ts");
    vi.resetModules();
  });
});

describe.each([1, 4])("%d hart(s)", (harts) => {
  it("pass the guest's self-test", async () => {
    const result = await run({ harts, command: { program: await program("selftest"), arguments: [`${harts}`] } });
    expect(result.output.split("\n").filter((line) => !line.startsWith("ok "))).toEqual(["selftest: passed", ""]);
    expect(result).toMatchObject({ status: 0, stopped: false, harts, machine: "qemu", kernel: built.release });
  });

  it("come up without a program, and power off", async () => {
    const { status, output } = await run({ harts });
    expect({ status, output }).toEqual({ status: 0, output: `init: user space is up, ${harts} harts online\n` });
  });
});

it("the self-test fails where a hart is missing", async () => {
  const { status, output } = await run({ harts: 1, command: { program: await program("selftest"), arguments: ["2"] } });
  expect(output).toMatch(/^FAILED 1 harts online, 2 wanted$/m);
  expect(output).toMatch(/^selftest: 1 checks failed$/m);
  expect(status).toBe(1);
});

describe("a run ends", () => {
  it("with the program's status, which has its arguments as they were given", async () => {
    const echo = await cProgram(
      "arguments",
      '#include <stdio.h>\nint main(int n, char **a) { for (int i = 1; i < n; i++) printf("<%s>\\n", a[i]); return 100 + n; }\n',
    );
    const { status, output } = await run({ harts: 1, command: { program: echo, arguments: ["a b", "", "ü'\"$(x)\\"] } });
    expect({ status, output }).toEqual({ status: 104, output: "<a b>\n<>\n<ü'\"$(x)\\>\n" });
  });

  it("with 128 and the signal that killed the program", async () => {
    const crash = await cProgram("crash", "int *volatile nowhere;\nint main(void) { *nowhere = 1; return 0; }\n");
    const { status, output } = await run({ harts: 1, command: { program: crash, arguments: [] } });
    expect({ status, output }).toEqual({ status: 139, output: "init: /bin/crash: killed by signal 11\n" });
  });

  it("with 124 at the limit of time", async () => {
    const forever = await cProgram("forever", '#include <unistd.h>\nint main(void) { write(1, "in\\n", 3); for (;;) pause(); }\n');
    // The limit begins to count when the program has: the console's first bytes take as long as they take.
    const { status, stopped } = await run({ harts: 1, seconds: 5, command: { program: forever, arguments: [] } });
    expect({ status, stopped }).toEqual({ status: limitStatus, stopped: true });
  });

  it("with 70 when the kernel panics", async () => {
    const { status, output } = await run({ harts: 1, commandLine: commandLine({ append: "rdinit=/nowhere" }) });
    expect(output).toContain("Kernel panic - not syncing: No working init found");
    expect(status).toBe(panicStatus);
  });
});

/**
 * Instructions are money on a simulated processor. QEMU counts them alike each time; its device tree is longer than that
 * of our systems. What Rocket takes in cycles is in the tests of the systems.
 */
it("boot takes few instructions, of which the firmware's are a trace", async () => {
  const { times } = await run({ harts: 1, counting: true });
  expect(times?.kernelInstructions).toBeLessThan(100_000);
  expect(times?.userInstructions).toBeLessThan(8_000_000);
});

describe("./accio linux boot", () => {
  it("runs a program, and prints JSON for other programs", async () => {
    const { status, stdout, stderr } = accio(["linux", "boot", "--qemu", "--config", "soc4", "--run", "selftest", "--json", "--", "4"]);
    expect(JSON.parse(stdout)).toMatchObject({
      config: "soc4",
      machine: "qemu",
      harts: 4,
      status: 0,
      stopped: false,
      kernel: built.release,
    });
    expect(stderr).toMatch(/^selftest: passed$/m);
    expect(status).toBe(0);
  });

  it("shows the console alone on stdout, and passes the status on", async () => {
    const { status, stdout } = accio(["linux", "boot", "--qemu", "--run", "selftest", "--", "3"]);
    expect(stdout).toMatch(/^FAILED 1 harts online, 3 wanted\nok {5}threads/);
    expect(stdout).not.toContain("\r");
    expect(status).toBe(1);
  });

  it("shows the kernel's messages where they are wanted", () => {
    const { stdout } = accio(["linux", "boot", "--qemu", "--kernel-log"]);
    expect(stdout).toMatch(/^Linux version 6\.12/);
    expect(stdout).toContain("SBI implementation ID=0xacc");
    expect(stdout).toContain("Run /init as init process");
  });

  it("says that a limit was reached", async () => {
    const forever = await cProgram("forever", '#include <unistd.h>\nint main(void) { write(1, "in\\n", 3); for (;;) pause(); }\n');
    const { status, stderr } = accio(["linux", "boot", "--qemu", "--timeout", "3", "--run", forever]);
    expect(stderr).toMatch(/^accio: linux boot: no end within 3 s, stopped: exit 124: allow more with --timeout$/m);
    expect(status).toBe(124);
  });

  it.each([
    [["--run", "package.json"], "accio: not an ELF program: package.json: build it with riscv64-linux-gnu-gcc -static\n"],
    [["--run", "./nothing"], "accio: no such program: ./nothing: name an ELF file, or one of selftest\n"],
    [["--run", "nothing"], "accio: no such program: nothing: name the path of an ELF file, or one of selftest\n"],
    [["--run", "driver"], "accio: not a file: driver: name an ELF program\n"],
    [["--profile", "p.html"], "accio: QEMU counts no cycles: --profile p.html: leave --qemu out\n"],
    [["--", "words"], "accio: arguments without a program: words: name the program with --run\n"],
    [["--config", "soc2"], /^accio: .*It must be soc1 or soc4\.: see/],
    [["--memory", "8"], /^accio: .*It must be a whole number from 16 to 1024\.: see/],
  ])("%j is one line on stderr and exit 2", (words, message) => {
    const { status, stdout, stderr } = accio(["linux", "boot", "--qemu", ...words]);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});
