/** From a line of emitted Verilog back to the user's TypeScript, by the `// fifo.ts:17` behind the statements. */
import { hierarchy, type Module, type Source } from "#hdl/core/ir.ts";

export interface Place {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
}

/** Places that an emitted module can name, by "fifo.ts:17". */
const placesOf = (m: Module): ReadonlyMap<string, Place> => {
  const places = new Map<string, Place>();
  const files = new Map<string, string>();
  const add = (at: Source): void => {
    const name = at.file.slice(at.file.lastIndexOf("/") + 1);
    if (!files.has(name)) files.set(name, at.file);
    if (!places.has(`${name}:${at.line}`)) places.set(`${name}:${at.line}`, { file: at.file, line: at.line });
  };
  const statements = (list: Module["body"]): void => {
    for (const s of list) {
      add(s.at);
      if (s.kind === "if") [s.then, s.else].forEach(statements);
      else if (s.kind === "switch") {
        for (const c of s.cases) {
          add(c.at);
          statements(c.body);
        }
        if (s.fallback !== null) statements(s.fallback);
      }
    }
  };
  for (const x of [m, ...m.ports, ...m.signals, ...m.memories, ...m.instances, ...m.properties, ...m.tristates]) add(x.at);
  statements(m.body);
  return places;
};

/** Finds the place of line `line` (1-based) of the file called `NAME.v`; null where the module or line is unknown. */
export const placeFinder = (top: Module, files: ReadonlyMap<string, string>): ((file: string, line: number) => Place | null) => {
  const modules = new Map(hierarchy(top).map((m) => [`${m.name}.v`, m]));
  const known = new Map<string, ReadonlyMap<string, Place>>();
  return (file, line) => {
    const m = modules.get(file);
    const text = files.get(file);
    if (m === undefined || text === undefined) return null;
    const places = known.get(file) ?? placesOf(m);
    known.set(file, places);
    // A statement has its place on its first line, and one place holds until the next is named.
    for (const l of text.split("\n").slice(0, line).reverse()) {
      const named = /\/\/ (\S+:\d+)$/.exec(l)?.[1];
      const place = named === undefined ? undefined : places.get(named);
      if (place !== undefined) return place;
    }
    return null;
  };
};
