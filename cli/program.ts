/** Builds the commander program from the registry and runs it; returns the exit status instead of leaving the process. */
import { Command, CommanderError } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { ensureTools } from "../toolchain/debian.ts";
import { userErrorStatus } from "./errors.ts";
import { commands as allCommands, type CommandEntry } from "./registry.ts";

function newProgram(): Command {
  return new Command("accio")
    .description(packageJson.description)
    .version(packageJson.version, "--version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print help for a command")
    .option("--debug", "print stack traces of errors")
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .exitOverride();
}

/** Commander's "error: unknown command 'x'\n(Did you mean y?)" in our form: one line, with what to do. */
function oneLine(text: string): string {
  const words = text
    .replace(/^error: /, "")
    .trim()
    .split("\n")
    .join(" ");
  return `accio: ${words}: see ./accio --help\n`;
}

/** Subcommands made elsewhere take over how the program prints and leaves. */
function inherit(command: Command, program: Command): Command {
  command.copyInheritedSettings(program);
  for (const child of command.commands) inherit(child, command);
  return command;
}

/**
 * Runs `./accio` with these arguments. Only the command that is called is loaded; the others are known by name and
 * summary, for help and for suggestions. A command reports failure by setting `process.exitCode` or by throwing.
 */
export async function run(args: readonly string[], commands: readonly CommandEntry[] = allCommands): Promise<number> {
  const program = newProgram();
  const words = args.filter((word) => !word.startsWith("-"));
  const called = words[0] === "help" ? words[1] : words[0];
  const wantsHelp = words[0] === "help" || args.includes("--help") || args.includes("-h");
  for (const entry of commands) {
    if (entry.name !== called) {
      program.command(entry.name).description(entry.summary);
      continue;
    }
    if (!wantsHelp) ensureTools(entry.needs ?? []);
    const { command } = await entry.load();
    program.addCommand(inherit(command.name(entry.name).summary(entry.summary), program));
  }
  // Without a command, help is an answer: on stdout, and no error.
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : userErrorStatus;
  }
  return Number(process.exitCode ?? 0);
}
