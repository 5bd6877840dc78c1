/** Plain text tables for results: columns aligned, numbers to the right, nothing that a pipe would not like. */

const numeric = /^[-+]?[\d,._ ]+( ?[%a-zA-Z/]+)?$/;

/** Lines of the table, each ending in a newline. A column is right-aligned when all its cells are numbers or empty. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  const right = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => numeric.test(row[column] ?? "") || (row[column] ?? "") === ""),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return `${all.map(line).join("\n")}\n`;
}
