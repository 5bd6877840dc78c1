/** What makes a register map wrong: every rule with the user's file:line and what to do about it. All are reported at once. */

import type { Diagnostic, Source } from "../core/ir.ts";
import { clashOfNames } from "./c-names.ts";
import { checkMemoryArray, checkRegisterArray, type Report } from "./check-array.ts";
import { enumerationOf, type Field, highest } from "./fields.ts";
import { alignmentOf, extent, type Layout, layoutOf, registerBytes } from "./layout.ts";
import { formProblem, hex, nameProblem, snake } from "./names.ts";
import type { Node, Nodes, Register } from "./nodes.ts";
import { misplaced, overlaps, sharedWords } from "./overlap.ts";

export interface MapShape {
  readonly name: string;
  readonly nodes: Nodes;
  readonly size: number;
  readonly busBytes: 4 | 8;
  /** A structure in memory: nothing decodes it. */
  readonly memory: boolean;
  readonly at: Source;
}

/** Names that the register block and the C header have already. */
const taken: Readonly<Record<string, string>> = {
  bus: "the register block has a port of that name",
  io: "the C header has a type of that name",
};

const checkNames = (
  inside: Nodes | Readonly<Record<string, Field>>,
  title: string,
  problemOf: (name: string) => string | null,
  report: Report,
): void => {
  const seen = new Map<string, string>();
  for (const [name, n] of Object.entries(inside)) {
    const problem = problemOf(name);
    if (problem !== null) report("regmap-name", n.at, `${title}${problem}`);
    else if (title === "" && snake(name) in taken) report("regmap-name", n.at, `"${name}" cannot be used: ${taken[snake(name)]}`);
    const other = seen.get(snake(name));
    if (other !== undefined) report("regmap-name", n.at, `${title}${other} and ${name} are the same in C: ${snake(name)}; rename one`);
    seen.set(snake(name), name);
  }
};

const checkFields = (r: Register, title: string, bytes: number, report: Report): void => {
  const fields = Object.entries(r.fields);
  if (fields.length === 0) report("regmap-field", r.at, `${title} has no fields`);
  checkNames(r.fields, `${title}: `, formProblem, report);
  const bits = new Map<number, string>();
  for (const [name, f] of fields) {
    const where = `${title}.${name}`;
    if (!Number.isInteger(f.lowest) || f.lowest < 0) {
      report("regmap-field", f.at, `${where}: lowest bit ${f.lowest} is no bit number`);
      continue;
    }
    if (highest(f) >= bytes * 8)
      report(
        "regmap-field",
        f.at,
        `${where} takes bits ${f.lowest} to ${highest(f)} of a register of ${bytes * 8}; move it, or give the register more with { width }`,
      );
    const clash = Array.from({ length: f.type.width }, (_, i) => f.lowest + i).find((b) => bits.has(b));
    if (clash !== undefined) {
      const other = bits.get(clash) as string;
      report("regmap-overlap", f.at, `${where} and ${title}.${other} both have bit ${clash}`, [
        { message: `${other} is here`, at: (r.fields[other] as Field).at },
      ]);
    }
    for (let b = f.lowest; b <= highest(f); b++) bits.set(b, name);
    const e = enumerationOf(f);
    for (const m of e?.members ?? []) {
      if (!/^[A-Za-z][A-Za-z0-9_]*$/.test(m.name))
        report("regmap-name", f.at, `${where}: member "${m.name}" of ${e?.name} is no name for C`);
    }
  }
  for (const queue of ["pop", "push"] as const)
    if (fields.some(([, f]) => f.kind === queue) && queue in r.fields)
      report(
        "regmap-name",
        (r.fields[queue] as Field).at,
        `${title}: a field of a register with ${queue} fields cannot be called "${queue}": its queue is`,
      );
};

const checkNode = (name: string, n: Node, prefix: string, depth: number, forwarded: boolean, shape: MapShape, report: Report): void => {
  const title = prefix + name;
  if (!Number.isInteger(n.offset) || n.offset < 0) {
    report("regmap-align", n.at, `${title}: ${n.offset} is no offset`);
    return;
  }
  if (n.doc.trim() === "") report("regmap-doc", n.at, `${title} has no documentation`);
  if (n.node === "window") {
    if (depth > 0 || forwarded) report("regmap-window", n.at, `${title}: a window cannot be in an array or in a forwarded group`);
    if (n.offset % shape.busBytes !== 0 || n.size % shape.busBytes !== 0 || n.size <= 0)
      report(
        "regmap-align",
        n.at,
        `${title}: offset ${hex(n.offset)} and size ${hex(n.size)} must be multiples of the bus's ${shape.busBytes} bytes`,
      );
    return;
  }
  const own = forwarded || n.forwarded;
  if (forwarded && n.forwarded) report("regmap-forward", n.at, `${title} is forwarded already, with the group it is in`);
  if (n.count !== null && shape.memory) checkMemoryArray(n, title, report);
  else if (n.count !== null) checkRegisterArray(n, title, depth, own, shape.busBytes, report);
  const inner = depth + (n.count === null ? 0 : 1);
  if (n.node === "group") {
    if (Object.keys(n.nodes).length === 0) report("regmap-group", n.at, `${title} has no registers`);
    if (n.count === null && n.forwarded && n.offset % shape.busBytes !== 0)
      report(
        "regmap-align",
        n.at,
        `${title}: a forwarded group starts at a multiple of the bus's ${shape.busBytes} bytes, not at ${hex(n.offset)}`,
      );
    checkNames(n.nodes, `${title}: `, nameProblem, report);
    for (const [key, m] of Object.entries(n.nodes))
      checkNode(key, m, `${title}${n.count === null ? "" : "[]"}.`, inner, own, shape, report);
    return;
  }
  const bytes = registerBytes(n, shape.busBytes);
  if (bytes > shape.busBytes)
    report("regmap-align", n.at, `${title}: ${bytes * 8} bits on a bus of ${shape.busBytes * 8}: an access could not be one`);
  if (n.offset % bytes !== 0) report("regmap-align", n.at, `${title}: offset ${hex(n.offset)} is not a multiple of its ${bytes} bytes`);
  checkFields(n, title, bytes, report);
};

/** Everything that is wrong with a map; the layout is made only when its numbers make sense. */
export const checkMap = (shape: MapShape): { readonly problems: readonly Diagnostic[]; readonly layout: Layout } => {
  const problems: Diagnostic[] = [];
  const report: Report = (code, at, message, related = []) => {
    problems.push({ severity: "error", code, message: `${shape.name}: ${message}`, at, related });
  };
  const problem = nameProblem(shape.name);
  if (problem !== null) report("regmap-name", shape.at, problem);
  const alignment = shape.memory ? Math.max(1, ...Object.values(shape.nodes).map((n) => alignmentOf(n, 8))) : shape.busBytes;
  if (!Number.isInteger(shape.size) || shape.size < (shape.memory ? 1 : 2 * alignment) || shape.size % alignment !== 0)
    report(
      "regmap-align",
      shape.at,
      shape.memory
        ? `size ${shape.size} is not a multiple of its widest word's ${alignment} bytes`
        : `size ${shape.size} is not a multiple of the bus's ${alignment} bytes, of at least two words`,
    );
  checkNames(shape.nodes, "", nameProblem, report);
  if (Object.keys(shape.nodes).length === 0) report("regmap-group", shape.at, "a map without registers");
  for (const [name, n] of Object.entries(shape.nodes)) checkNode(name, n, "", 0, false, shape, report);
  if (problems.length > 0) return { problems, layout: { registers: [], windows: [] } };

  for (const [name, n] of Object.entries(shape.nodes)) {
    const end = n.offset + extent(n, shape.busBytes);
    if (end > shape.size)
      report(
        "regmap-range",
        n.at,
        `${name} ends at ${hex(end - 1)}, outside the map's ${hex(shape.size)} bytes; move it, or give the map a larger size`,
      );
  }
  for (const o of overlaps(shape.nodes, "", shape.busBytes)) report("regmap-overlap", o.at, o.message, o.related);
  const layout = layoutOf(shape.nodes, shape.busBytes);
  if (problems.length === 0)
    for (const o of [...misplaced(layout), ...(shape.memory ? [] : sharedWords(shape.nodes, shape.busBytes))])
      report("regmap-overlap", o.at, o.message, o.related);
  const clash = clashOfNames(shape.name, layout);
  if (clash !== null)
    report("regmap-name", shape.at, `${clash.first} and ${clash.second} would both give the C name ${clash.name}; rename one`);
  return { problems, layout };
};
