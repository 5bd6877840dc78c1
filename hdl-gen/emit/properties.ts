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
  const named = list.map((c): Named => {
    const label = names.claim(slug(c.property.name));
    const wire = names.claim(`${label}_${c.property.kind === "cover" ? "reached" : "holds"}`);
    text.line([`wire ${wire} =`, print.after(c.cond), ";"], c.property.at);
    return { property: c.property, label, wire };
  });
  for (const domain of new Set(list.map((c) => c.property.domain))) {
    text.blank();
    text.line(`always @(posedge ${nameOf(domain.clock)})`);
    text.indented(() => {
      text.line(`if (!${nameOf(domain.reset)}) begin`);
      text.indented(() => {
        const own = named.filter((c) => c.property.domain === domain);
        writeChecks(
          own.filter((c) => c.property.kind !== "cover"),
          text,
        );
        writeCovers(
          own.filter((c) => c.property.kind === "cover"),
          text,
        );
      });
      text.line("end");
    });
  }
};

interface Named {
  readonly property: Property;
  readonly label: string;
  readonly wire: string;
}

const writeChecks = (list: readonly Named[], text: Text): void => {
  if (list.length === 0) return;
  text.directive("`ifdef FORMAL");
  for (const c of list) text.line(`${c.label}: ${c.property.kind} (${c.wire});`);
  text.directive("`else");
  for (const c of list) {
    text.line(`if (!${c.wire})`);
    text.indented(() => {
      text.line(`$error("${message(c.property)}");`);
    });
  }
  text.directive("`endif");
};

/** Verilator counts covers with --coverage-user; Icarus does not know the word. */
const writeCovers = (list: readonly Named[], text: Text): void => {
  if (list.length === 0) return;
  text.directive("`ifndef __ICARUS__");
  for (const c of list) text.line(`${c.label}: cover (${c.wire});`);
  text.directive("`endif");
};

/** A property's name as the format string of a system task. */
const message = (p: Property): string => {
  const name = `${p.kind === "assume" ? "assumption: " : ""}${p.name} (${shortSource(p.at)})`;
  return name.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%").replaceAll(/\s+/g, " ");
};
