/** `./accio soc program`: compiles bare-metal programs, and says which come with Accio. */
import { relative } from "node:path";
import { Command } from "commander";
import { buildProgram, findProgram } from "../../driver/baremetal/build.ts";
import { describeProgram, programs } from "../../driver/baremetal/programs.ts";
import { parseSettings } from "../../driver/baremetal/settings.ts";
import { type SocName, socConfigs } from "../../rtl/soc/config.ts";
import { oneOf, wholeNumber } from "../arguments.ts";
import { table } from "../table.ts";
import { collect } from "./config.ts";

const names = Object.keys(socConfigs) as SocName[];
const mebibyte = 2 ** 20;

/** The programs with what they do; of one, what it lets one choose. */
const listing = (): string =>
  table(
    ["program", "what it does"],
    programs()
      .map(describeProgram)
      .map((p) => [p.name, p.summary]),
  );
const choices = (word: string): string => {
  const { name, settings } = describeProgram(findProgram(word));
  if (settings.length === 0) return `${name} has no settings\n`;
  return table(
    ["--set", "unless said", "what it is"],
    settings.map((s) => [s.name, s.value, s.doc]),
  );
};

interface Options {
  readonly config: SocName;
  readonly set: readonly string[];
  readonly memory: number;
  readonly settings?: true;
  readonly json?: true;
}

export const program = new Command("program")
  .description("Compiles a bare-metal program and prints its ELF file's path. Without a name: the programs that there are.")
  .argument("[program]", "name of a program of driver/baremetal/programs, C or assembler file, or folder of such")
  .option("-c, --config <name>", names.join(" or "), oneOf(...(names as [SocName, ...SocName[]])), "soc1")
  .option("--set <key=value>", "change what the program lets one choose (repeatable)", collect, [])
  .option("--memory <mib>", "memory of the system in MiB", wholeNumber(1, 2048), 64)
  .option("--settings", "show what it lets one choose, and compile nothing")
  .option("--json", "print JSON for other programs")
  .action(async (word: string | undefined, options: Options) => {
    const print = (text: string): void => void process.stdout.write(text);
    if (word === undefined) {
      if (options.json === true) print(`${JSON.stringify(programs().map(describeProgram), null, 2)}\n`);
      else print(listing());
      return;
    }
    if (options.settings === true) {
      print(choices(word));
      return;
    }
    const built = await buildProgram(word, socConfigs[options.config], {
      settings: parseSettings(options.set),
      memoryBytes: options.memory * mebibyte,
    });
    print(options.json === true ? `${JSON.stringify(built, null, 2)}\n` : `${relative(process.cwd(), built.elf)}\n`);
  });
