/** What makes an array of registers wrong: as hardware decodes it, or as it lies in memory. */
import { isPowerOfTwo } from "../core/expr.ts";
import type { Diagnostic, Source } from "../core/ir.ts";
import { alignmentOf, elementBytes } from "./layout.ts";
import { hex } from "./names.ts";
import type { Group, Node, Register } from "./nodes.ts";

export type Report = (code: string, at: Source, message: string, related?: Diagnostic["related"]) => void;

/** A field in a node that the surrounding hardware takes part in at once; null if there is none. */
const outside = (n: Node): string | null => {
  if (n.node === "window") return null;
  if (n.node === "group")
    return (
      Object.values(n.nodes)
        .map(outside)
        .find((kind) => kind !== null) ?? null
    );
  return Object.values(n.fields).find((f) => ["pop", "push", "command", "external"].includes(f.kind))?.kind ?? null;
};

/** A stride that holds an element; false where it does not. */
const checkStride = (n: Register | Group, title: string, busBytes: number, report: Report): boolean => {
  const one = elementBytes(n, busBytes);
  if (n.stride >= one) return true;
  report("regmap-overlap", n.at, `${title}: its elements have ${hex(one)} bytes and a stride of ${hex(n.stride)}: they overlap`);
  return false;
};
const checkCount = (n: Register | Group, title: string, report: Report): boolean => {
  if (Number.isInteger(n.count) && (n.count as number) >= 1) return true;
  report("regmap-array", n.at, `${title} has ${n.count} elements; a whole number of at least 1 is needed`);
  return false;
};

/** An array that hardware decodes: `depth` arrays are around it. */
export const checkRegisterArray = (
  n: Register | Group,
  title: string,
  depth: number,
  forwarded: boolean,
  busBytes: number,
  report: Report,
): void => {
  if (!checkCount(n, title, report)) return;
  if (!isPowerOfTwo(n.stride))
    report(
      "regmap-align",
      n.at,
      `${title}: stride ${n.stride}: hardware finds the element by slicing the address, so a power of two is needed`,
    );
  else if (checkStride(n, title, busBytes, report) && n.offset % n.stride !== 0)
    report("regmap-align", n.at, `${title}: offset ${hex(n.offset)} is not a multiple of its stride ${hex(n.stride)}`);
  const shared = n.stride < busBytes && !forwarded ? outside(n) : null;
  if (shared !== null)
    report(
      "regmap-array",
      n.at,
      `${title}: elements with ${shared} fields need a stride of at least the bus's ${busBytes} bytes, so that an access meets one of them`,
    );
  if (depth > 0 && !forwarded)
    report(
      "regmap-array",
      n.at,
      `${title}: an array in an array is possible in forwarded groups only; say { forwarded: true } on the outer one`,
    );
  if (forwarded && depth === 0 && n.stride < busBytes)
    report("regmap-array", n.at, `${title}: a forwarded array needs a stride of at least the bus's ${busBytes} bytes, not ${n.stride}`);
};

/** An array in memory: what a C compiler asks for. */
export const checkMemoryArray = (n: Register | Group, title: string, report: Report): void => {
  if (!checkCount(n, title, report) || !checkStride(n, title, 8, report)) return;
  const alignment = alignmentOf(n, 8);
  if (n.stride % alignment !== 0)
    report("regmap-align", n.at, `${title}: stride ${n.stride} is not a multiple of its elements' alignment, ${alignment} bytes`);
};
