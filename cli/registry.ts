/**
 * The commands of `./accio`, in the order in which help prints them. A new command is one line here and one file in
 * `cli/commands/` that exports a commander `Command` named `command`; the file is loaded only when it is called.
 */
import type { Command } from "commander";
import {
  emulatorTools,
  formalTools,
  kernelTools,
  lintTools,
  neededTools,
  programTools,
  simulationTools,
  type ToolName,
} from "../toolchain/catalogue.ts";

export interface CommandEntry {
  readonly name: string;
  /** The line in `./accio --help`. */
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
  /** Installed (or asked for) before the command's file is loaded. */
  readonly needs?: readonly ToolName[];
}

export const commands: readonly CommandEntry[] = [
  {
    name: "quickstart",
    summary: "generate hardware and send real packets through it",
    load: () => import("./commands/quickstart.ts"),
    needs: simulationTools,
  },
  { name: "test", summary: "run the tests, or those whose path matches", load: () => import("./commands/test.ts"), needs: neededTools },
  { name: "run", summary: "send a capture through the hardware", load: () => import("./commands/run.ts"), needs: simulationTools },
  {
    name: "soc",
    summary: "run programs on RISC-V cores beside the hardware",
    load: () => import("./commands/soc.ts"),
    needs: [...simulationTools, ...programTools],
  },
  { name: "gen", summary: "write RTL, headers, device tree and documents", load: () => import("./commands/gen.ts") },
  { name: "lint", summary: "check the generated Verilog with every linter", load: () => import("./commands/lint.ts"), needs: lintTools },
  { name: "config", summary: "show the parameters of a configuration", load: () => import("./commands/config.ts") },
  { name: "formal", summary: "prove the properties of the hardware", load: () => import("./commands/formal.ts"), needs: formalTools },
  {
    name: "fuzz",
    summary: "look for faults with random modules, and the NIC in random scenes",
    load: () => import("./commands/fuzz.ts"),
    needs: [...simulationTools, ...lintTools],
  },
  {
    name: "coverage",
    summary: "what the random scenes reach in the NIC, as a page",
    load: () => import("./commands/coverage.ts"),
    needs: simulationTools,
  },
  { name: "mutate", summary: "break the hardware, and see that its tests notice", load: () => import("./commands/mutate.ts") },
  {
    name: "synth",
    summary: "size and longest paths of the hardware in an FPGA",
    load: () => import("./commands/synth.ts"),
    needs: ["yosys"],
  },
  {
    name: "bench",
    summary: "measure: cycles of the hardware, speed of the tools",
    load: () => import("./commands/bench.ts"),
    needs: simulationTools,
  },
  {
    name: "linux",
    summary: "build Linux, boot it, run programs in it",
    load: () => import("./commands/linux.ts"),
    needs: [...kernelTools, ...emulatorTools, ...simulationTools],
  },
  { name: "doctor", summary: "show each tool, its version and what is missing", load: () => import("./commands/doctor.ts") },
];
