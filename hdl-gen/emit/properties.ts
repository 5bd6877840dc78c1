/**
 * Assertions, assumptions and covers, with the logic that only they read. One region for both uses:
 *
 * - Formal (`FORMAL`, which `yosys read_verilog -formal` defines): immediate assert, assume and cover at each edge.
 * - Simulation (`ACCIO_ASSERT`): an assertion or assumption that does not hold calls `$error("NAME (FILE:LINE)")`. Both
 *   Verilators print it as `[time] %Error: file.v:12: Assertion failed in TOP.top.queue: NAME (FILE:LINE)` and then call
 *   `vl_stop(file, line, "")`, which a bridge built with `-DVL_USER_STOP` replaces to fail the test at that cycle.
 */
import type { Expr, Property, Signal } from "../core/ir.ts";
import { shortSource } from "../core/ir.ts";
import type { ExpressionPrinter } from "./expression.ts";
import { group, indent, line } from "./layout.ts";
import { type Names, slug } from "./names.ts";
import type { Text } from "./text.ts";

export interface Condition {
  readonly property: Property;
  readonly cond: Expr;
}

/** Declares what is needed for properties outside of formal tools too. */
export const openRegion = (text: Text): void => {
  for (const l of ["`ifdef FORMAL", "`ifndef ACCIO_ASSERT", "`define ACCIO_ASSERT", "`endif", "`endif", "`ifdef ACCIO_ASSERT"])
    text.directive(l);
};
export const closeRegion = (text: Text): void => {
  text.directive("`endif");
};

/** The conditions as wires, so that a waveform shows them, and their checks, one block per clock. */
export const writeProperties = (
  list: readonly Condition[],
  text: Text,
  print: ExpressionPrinter,
  names: Names,
  nameOf: (s: Signal) => string,
): void => {
  const wires = new Map<Condition, string>();
  for (const c of list) {
    const name = names.claim(slug(c.property.name));
    wires.set(c, name);
    text.line(group(`wire ${name} =`, indent(line, print.alone(c.cond)), ";"), c.property.at);
  }
  const domains = [...new Set(list.map((c) => c.property.domain))];
  for (const domain of domains) {
    const own = list.filter((c) => c.property.domain === domain);
    text.blank();
    text.line(`always @(posedge ${nameOf(domain.clock)})`);
    text.indented(() => {
      text.line(`if (!${nameOf(domain.reset)}) begin`);
      text.indented(() => {
        writeChecks(own, text, (c) => wires.get(c) ?? "");
      });
      text.line("end");
    });
  }
};

const writeChecks = (list: readonly Condition[], text: Text, wire: (c: Condition) => string): void => {
  const checks = list.filter((c) => c.property.kind !== "cover");
  const covers = list.filter((c) => c.property.kind === "cover");
  if (checks.length > 0) {
    text.directive("`ifdef FORMAL");
    for (const c of checks) text.line(`${c.property.kind} (${wire(c)});`);
    text.directive("`else");
    for (const c of checks) {
      text.line(`if (!${wire(c)})`);
      text.indented(() => {
        text.line(`$error("${message(c.property)}");`);
      });
    }
    text.directive("`endif");
  }
  if (covers.length > 0) {
    // Verilator counts them with --coverage-user; Icarus does not know the word.
    text.directive("`ifndef __ICARUS__");
    for (const c of covers) text.line(`cover (${wire(c)});`);
    text.directive("`endif");
  }
};

/** A property's name as the format string of a system task. */
const message = (p: Property): string => {
  const name = `${p.kind === "assume" ? "assumption: " : ""}${p.name} (${shortSource(p.at)})`;
  return name.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll(/\s+/g, " ");
};
