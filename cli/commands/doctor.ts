/** `./accio doctor`: what is on this machine, what is missing, and the command that mends it. */
import { Command } from "commander";
import { diagnose } from "../../toolchain/doctor.ts";
import { table } from "../table.ts";

export const command = new Command()
  .description("Shows each tool that Accio uses: version, origin, purpose. Exits 1 when something needed is missing.")
  .option("--json", "print JSON for other programs")
  .action((options: { readonly json?: true }) => {
    const diagnosis = diagnose();
    if (options.json) process.stdout.write(`${JSON.stringify(diagnosis, null, 2)}\n`);
    else {
      const rows = diagnosis.tools.map((tool) => [
        tool.status === "ok" ? "ok" : tool.status,
        tool.name,
        tool.version ?? "-",
        `${tool.origin} ${tool.package}`,
        tool.purpose,
      ]);
      process.stdout.write(table(["", "tool", "version", "from", "for"], rows));
      for (const problem of diagnosis.problems)
        process.stdout.write(`\n${problem.optional ? "optional" : "missing"}: ${problem.what}\n  ${problem.mend}\n`);
      process.stdout.write(diagnosis.ok ? "\nEverything needed is here.\n" : "\nSomething needed is missing: run the commands above.\n");
    }
    process.exitCode = diagnosis.ok ? 0 : 1;
  });
