/** Result tables: aligned, numbers to the right, no trailing blanks. */
import { expect, it } from "vitest";
import { table } from "#cli/table.ts";

it("aligns text to the left and numbers with their units to the right", () => {
  const rows = [
    ["frames", "12", "1,024 B"],
    ["in", "3456", ""],
  ];
  expect(table(["what", "n", "size"], rows)).toBe("what       n     size\nframes    12  1,024 B\nin      3456\n");
});

it("prints a header alone", () => {
  expect(table(["a", "b"], [])).toBe("a  b\n");
});
