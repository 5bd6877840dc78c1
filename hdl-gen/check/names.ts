/** Names as Verilog will see them: legal, not reserved, each once, and not told apart by capitals alone. */
import type { Diagnostic, Module, Source } from "../core/ir.ts";
import { botherVerilator, reservedBy } from "./reserved.ts";
import { problem, remark, withArticle } from "./show.ts";

const identifier = /^[A-Za-z_][A-Za-z0-9_$]*$/;

interface Named {
  readonly name: string;
  readonly at: Source;
  readonly what: string;
}

/** Illegal, reserved and clashing names of a module and of everything declared in it. */
export const names = (m: Module): readonly Diagnostic[] => {
  const found: Diagnostic[] = [];
  const legal = ({ name, at, what }: Named): void => {
    if (!identifier.test(name))
      found.push(problem("name", at, `${what} "${name}" is no Verilog identifier: letters, digits and _, not starting with a digit`));
    const language = reservedBy(name);
    if (language === null && botherVerilator(name) && what !== "module" && what !== "instance")
      found.push(problem("reserved", at, `${what} "${name}" is a word of C++ that Verilator stumbles over; choose another name`));
    if (language !== null) found.push(problem("reserved", at, `${what} "${name}" is a reserved word of ${language}; choose another name`));
  };
  legal({ name: m.name, at: m.at, what: "module" });
  const declared: readonly Named[] = [
    ...m.domains
      .flatMap((d) => [d.clock, ...(m.resets.includes(d) ? [d.reset] : [])])
      .map((s) => ({ name: s.name, at: s.at, what: s.kind })),
    ...m.ports.map((s) => ({ name: s.name, at: s.at, what: s.kind })),
    ...m.signals.map((s) => ({ name: s.name, at: s.at, what: s.origin === "instance" ? "pin" : s.kind })),
    ...m.memories.map((x) => ({ name: x.name, at: x.at, what: "memory" })),
    ...m.instances.map((i) => ({ name: i.name, at: i.at, what: "instance" })),
  ];
  const exact = new Map<string, Named>();
  const folded = new Map<string, Named>();
  for (const d of declared) {
    legal(d);
    const twin = exact.get(d.name);
    if (twin !== undefined) {
      found.push(
        problem("name", d.at, `${d.what} ${d.name} has the name of ${withArticle(twin.what)}; rename one of them`, [
          { message: `the ${twin.what}`, at: twin.at },
        ]),
      );
      continue;
    }
    exact.set(d.name, d);
    const lower = d.name.toLowerCase();
    const like = folded.get(lower);
    if (like !== undefined)
      found.push(
        remark("name-case", d.at, `${d.what} ${d.name} and ${like.what} ${like.name} differ only in capitals`, [
          { message: `the ${like.what}`, at: like.at },
        ]),
      );
    else folded.set(lower, d);
  }
  return found;
};
