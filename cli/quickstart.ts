/**
 * The plan of `./accio quickstart`: the commands that a user would type to see Accio work, in order, and where their
 * results lie. Plain data, so that a test can hold it against the commands' own options.
 */
import { join } from "node:path";

export interface QuickstartStep {
  readonly title: string;
  /** Words behind `./accio`. */
  readonly args: readonly string[];
}

export interface QuickstartPlan {
  readonly steps: readonly QuickstartStep[];
  /** What the user finds afterwards: a word and a path. */
  readonly results: readonly (readonly [what: string, path: string])[];
}

/** The address to which the sample capture's echo datagrams go: `samples/README.md`. */
export const sampleEchoAddress = "10.77.0.2:7777";

/** @param root the project's folder; @param out the folder for the results */
export function quickstartPlan(root: string, out: string): QuickstartPlan {
  const result = (name: string): string => join(out, name);
  const sample = join(root, "samples/echo.pcap");
  const files = ["--ordinary", result("ordinary.pcap"), "--waves", result("waves.fst"), "--report", result("report.html")];
  return {
    steps: [
      { title: "Generating the hardware, configuration tiny", args: ["gen", "--config", "tiny", "--out", result("generated")] },
      {
        title: "Building its simulator and sending a sample capture through it",
        args: ["run", sample, result("out.pcap"), "--bind", sampleEchoAddress, "--app", "echo", "--config", "tiny", ...files],
      },
    ],
    results: [
      ["Verilog, headers, device tree, documents", result("generated")],
      ["sent by the hardware (tshark -r)", result("out.pcap")],
      ["left to the kernel (tshark -r)", result("ordinary.pcap")],
      ["waveform (gtkwave)", result("waves.fst")],
      ["report (a browser)", result("report.html")],
    ],
  };
}
