/** What the language says about a design, as text; and the lines of the test that it should name. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HdlError, type Module } from "#hdl";
import { type Diagnostic, showDiagnostic, showSource } from "#hdl/core/ir.ts";

/** The whole text of the error that `build` throws. */
export const complaint = (build: () => unknown): string => {
  try {
    build();
  } catch (error) {
    if (error instanceof HdlError) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong with it");
};

/** A module's warnings, as text. */
export const warnings = (m: Module): readonly string[] => m.warnings.map(showDiagnostic);
export const shown = (list: readonly Diagnostic[]): readonly string[] => list.map(showDiagnostic);

/** Finds lines of a test file by the comment `// @name` at their end, or alone above them: `tb/x.test.ts:17`. */
export const marks = (url: string): ((name: string) => string) => {
  const file = fileURLToPath(url);
  const lines = readFileSync(file, "utf8").split("\n");
  return (name) => {
    const line = lines.findIndex((l) => l.endsWith(`// @${name}`));
    if (line < 0) throw new Error(`no line is marked // @${name}`);
    const alone = lines[line]?.trim() === `// @${name}`;
    return showSource({ file, line: line + (alone ? 2 : 1), column: 0 });
  };
};
