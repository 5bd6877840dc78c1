/** What each module of a netlist occupies, alone and with everything below it. */
import { type Area, addArea, noArea, understand } from "./cells.ts";
import type { Netlist } from "./netlist.ts";

export interface ModuleArea {
  readonly module: string;
  /** How often it is in the design. */
  readonly count: number;
  /** Steps below the top, by the shortest way. */
  readonly depth: number;
  /** Of one, without the modules in it. */
  readonly own: Area;
  /** Of one, with them. */
  readonly total: Area;
}

/** Every module below `top`, parents before their children. Throws where the top is not there or a cell is not known. */
export const areas = (netlist: Netlist, top: string): readonly ModuleArea[] => {
  const isUser = (type: string): boolean => netlist.modules[type] !== undefined;
  if (!isUser(top)) throw new Error(`the netlist has no module ${top}`);
  const known = new Map<string, { readonly own: Area; readonly total: Area; readonly children: ReadonlyMap<string, number> }>();
  const measure = (name: string): Area => {
    const before = known.get(name);
    if (before !== undefined) return before.total;
    let own = noArea;
    const children = new Map<string, number>();
    for (const [cellName, cell] of Object.entries(netlist.modules[name]?.cells ?? {}))
      if (isUser(cell.type)) children.set(cell.type, (children.get(cell.type) ?? 0) + 1);
      else own = addArea(own, understand(`${name}.${cellName}`, cell).area);
    let total = own;
    for (const [child, times] of children) total = addArea(total, measure(child), times);
    known.set(name, { own, total, children });
    return total;
  };
  measure(top);
  const counts = new Map<string, { count: number; depth: number }>();
  const visit = (name: string, depth: number): void => {
    const at = counts.get(name) ?? { count: 0, depth };
    counts.set(name, { count: at.count + 1, depth: Math.min(at.depth, depth) });
    for (const [child, times] of known.get(name)?.children ?? []) for (let i = 0; i < times; i++) visit(child, depth + 1);
  };
  visit(top, 0);
  return [...counts].map(([module, { count, depth }]) => {
    const { own, total } = known.get(module) as { own: Area; total: Area };
    return { module, count, depth, own, total };
  });
};
