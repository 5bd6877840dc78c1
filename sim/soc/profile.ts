/** A profile of a run: cycles by function and by who called it, from what native/profile.h wrote. */
import type { CodeRange } from "./symbols.ts";

export interface ProfileNode {
  readonly name: string;
  /** Cycles and instructions of its own. */
  readonly cycles: number;
  readonly instructions: number;
  /** Cycles with those of its children. */
  readonly total: number;
  /** The one with the most cycles first. */
  readonly children: readonly ProfileNode[];
}
export interface FunctionCycles {
  readonly name: string;
  /** Cycles in the function itself. */
  readonly self: number;
  /** Cycles until it returned; what it called included, itself counted once where it recurses. */
  readonly total: number;
  readonly instructions: number;
}
export interface HartProfile {
  readonly hart: number;
  readonly root: ProfileNode;
  /** The one with the most cycles of its own first. */
  readonly functions: readonly FunctionCycles[];
  /** Whether calls were seen, so that the tree is one of callers; else all functions stand beside each other. */
  readonly stacks: "rebuilt" | "flat";
}

const special: Readonly<Record<number, string>> = { [-1]: "(unknown)", [-2]: "hart", [-3]: "(traps)" };

/** Reads the lines "hart node parent function cycles instructions". */
export const parseProfile = (text: string, functions: readonly Pick<CodeRange, "name">[]): readonly HartProfile[] => {
  const rows = text
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number) as [number, number, number, number, number, number]);
  const harts = [...new Set(rows.map(([hart]) => hart))];
  return harts.map((hart): HartProfile => {
    const own = rows.filter((r) => r[0] === hart);
    const below = new Map<number, typeof own>();
    for (const row of own) if (row[1] !== 0) below.set(row[2], [...(below.get(row[2]) ?? []), row]);
    const node = ([, id, , fn, cycles, instructions]: (typeof own)[number]): ProfileNode => {
      const children = (below.get(id) ?? []).map(node).sort((a, b) => b.total - a.total);
      const name = fn === -2 ? `hart ${hart}` : (special[fn] ?? functions[fn]?.name ?? `function ${fn}`);
      return { name, cycles, instructions, total: cycles + children.reduce((sum, c) => sum + c.total, 0), children };
    };
    const root = node(own[0] as (typeof own)[number]);
    const stacks = root.children.some((c) => c.name !== special[-3] && c.children.length > 0) ? "rebuilt" : "flat";
    return { hart, root, functions: byFunction(root), stacks };
  });
};

const byFunction = (root: ProfileNode): readonly FunctionCycles[] => {
  const all = new Map<string, { self: number; total: number; instructions: number }>();
  const walk = (node: ProfileNode, above: ReadonlySet<string>): void => {
    const entry = all.get(node.name) ?? { self: 0, total: 0, instructions: 0 };
    entry.self += node.cycles;
    entry.instructions += node.instructions;
    if (!above.has(node.name)) entry.total += node.total;
    all.set(node.name, entry);
    const inside = new Set(above).add(node.name);
    for (const child of node.children) walk(child, inside);
  };
  for (const child of root.children) walk(child, new Set());
  return [...all].map(([name, cycles]) => ({ name, ...cycles })).sort((a, b) => b.self - a.self);
};

/** Rows of the table: at most `most` functions of each hart. */
export const profileRows = (profiles: readonly HartProfile[], most = 15): readonly (readonly string[])[] =>
  profiles.flatMap(({ hart, root, functions }) => {
    const share = (cycles: number): string => (root.total === 0 ? "0.0" : ((100 * cycles) / root.total).toFixed(1));
    const rows = functions
      .slice(0, most)
      .map((f) => [String(hart), f.name, String(f.self), share(f.self), String(f.total), share(f.total), String(f.instructions)]);
    const rest = functions.slice(most);
    if (rest.length === 0) return rows;
    const sum = (of: (f: FunctionCycles) => number): number => rest.reduce((total, f) => total + of(f), 0);
    return [
      ...rows,
      [
        String(hart),
        `${rest.length} more`,
        String(sum((f) => f.self)),
        share(sum((f) => f.self)),
        "",
        "",
        String(sum((f) => f.instructions)),
      ],
    ];
  });
export const profileHeader: readonly string[] = ["hart", "function", "cycles", "%", "with callees", "%", "instructions"];
