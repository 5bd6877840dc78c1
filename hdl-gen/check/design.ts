/** Checks that need the whole hierarchy: module names, external modules, tri-state pins. */
import { fingerprint } from "../core/fingerprint.ts";
import { type Diagnostic, type ExternalModule, externals, hierarchy, type Module } from "../core/ir.ts";
import { problem, remark } from "./show.ts";

const interface_ = (x: ExternalModule): string => x.ports.map((p) => `${p.kind} ${p.name} ${p.width}`).join();

/** Errors and warnings of a hierarchy, beside those of each of its modules. */
export const checkDesign = (top: Module): readonly Diagnostic[] => {
  const modules = hierarchy(top);
  const found: Diagnostic[] = [];
  const byName = new Map<string, Module>();
  const byFile = new Map<string, Module>();
  for (const m of modules) {
    const other = byName.get(m.name);
    if (other !== undefined) {
      if (other !== m && fingerprint(other) !== fingerprint(m))
        found.push(
          problem("module-name", m.at, `two different modules are called ${m.name}: put what they differ in into their names`, [
            { message: `the other ${m.name}`, at: other.at },
          ]),
        );
      continue;
    }
    byName.set(m.name, m);
    const like = byFile.get(m.name.toLowerCase());
    if (like !== undefined)
      found.push(
        remark("name-case", m.at, `modules ${m.name} and ${like.name} differ only in capitals, and so do their files`, [
          { message: `module ${like.name}`, at: like.at },
        ]),
      );
    else byFile.set(m.name.toLowerCase(), m);
  }
  const outside = new Map<string, ExternalModule>();
  for (const x of externals(top)) {
    const own = byName.get(x.name);
    if (own !== undefined)
      found.push(
        problem("module-name", x.at, `external module ${x.name} has the name of a module of this design`, [
          { message: `module ${x.name}`, at: own.at },
        ]),
      );
    const other = outside.get(x.name);
    if (other === undefined) outside.set(x.name, x);
    else if (interface_(other) !== interface_(x))
      found.push(
        problem("module-name", x.at, `external module ${x.name} is declared twice with different ports`, [
          { message: "the other declaration", at: other.at },
        ]),
      );
  }
  for (const m of modules) {
    if (m === top) continue;
    const pin = m.ports.find((p) => p.kind === "inout");
    const at = m.tristates[0]?.at ?? pin?.at;
    if (pin !== undefined && at !== undefined)
      found.push(
        problem(
          "tristate",
          at,
          `${m.name} has the tri-state pin ${pin.name} and stands below ${top.name}: only the top module may have one; split it into value, enable and input`,
        ),
      );
  }
  return found;
};
