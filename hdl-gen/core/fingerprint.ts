/** A text that is equal for modules that are equal in everything but where they were written. */
import type { Expr, Module, Signal, Stmt, Target } from "./ir.ts";

/** Structural text of a module: names, widths, operators, statements, properties; no source places, no comments. */
export const fingerprint = (m: Module): string => {
  const seen = new Map<Expr, number>();
  const out: string[] = [];
  const expr = (e: Expr): string => {
    const known = seen.get(e);
    if (known !== undefined) return `$${known}`;
    const text = (() => {
      switch (e.kind) {
        case "literal":
          return `${e.value}'${e.width}${e.enumeration?.name ?? ""}`;
        case "ref":
          return e.signal.name;
        case "unary":
          return `${e.op}(${expr(e.a)})`;
        case "binary":
          return `${e.op}(${expr(e.a)},${expr(e.b)})`;
        case "mux":
          return `?(${expr(e.sel)},${expr(e.a)},${expr(e.b)})`;
        case "slice":
          return `${expr(e.a)}[${e.hi}:${e.lo}]`;
        case "concat":
          return `{${e.parts.map(expr).join(",")}}`;
        case "repeat":
          return `{${e.count}{${expr(e.a)}}}`;
        case "zext":
        case "sext":
          return `${e.kind}${e.width}(${expr(e.a)})`;
        case "index":
          return `${expr(e.of)}[+${expr(e.index)}*${e.width}]`;
        case "cell":
          return `${e.memory.name}@${expr(e.address)}`;
      }
    })();
    if (e.kind === "ref" || e.kind === "literal") return text;
    seen.set(e, seen.size);
    out.push(`${text}${e.hint ?? ""}`);
    return `$${seen.size - 1}`;
  };
  const target = (t: Target): string =>
    t.kind === "whole"
      ? t.signal.name
      : t.kind === "bits"
        ? `${t.signal.name}[${t.hi}:${t.lo}]`
        : `${t.signal.name}[+${expr(t.index)}*${t.width}]`;
  const statement = (s: Stmt): string => {
    switch (s.kind) {
      case "assign":
        return `${target(s.target)}=${expr(s.value)};`;
      case "if":
        return `if(${expr(s.cond)}){${body(s.then)}}{${body(s.else)}}`;
      case "switch": {
        const cases = s.cases.map((c) => `${c.values.map((v) => v.value).join("|")}:${body(c.body)}`).join("");
        return `switch(${expr(s.subject)}){${cases}}${s.fallback === null ? "-" : `{${body(s.fallback)}}`}`;
      }
      case "store": {
        const lanes = s.mask === null ? "" : `${expr(s.mask.enable)}/${s.mask.lane}`;
        return `${s.memory.name}@${expr(s.address)}<${s.domain.name}=${expr(s.value)}&${lanes};`;
      }
    }
  };
  const body = (list: readonly Stmt[]): string => list.map(statement).join("");
  const signal = (s: Signal): string =>
    `${s.kind} ${s.name} ${s.width} ${s.signed} ${s.domain?.name ?? "-"} ${s.reset === null ? "-" : `${s.reset.kind}${s.reset.value}`} ${s.ghost} ${s.enumeration?.members.map((x) => `${x.name}=${x.value}`).join() ?? ""}`;
  const text = [
    m.name,
    ...m.domains.map((d) => `clock ${d.name} ${m.resets.includes(d)}`),
    ...m.ports.map(signal),
    ...m.signals.map(signal),
    ...m.memories.map((x) => `memory ${x.name} ${x.width} ${x.depth} ${x.style} ${x.init?.join() ?? "-"}`),
    ...m.instances.map(
      (i) =>
        `instance ${i.name} ${i.of.name} ${i.of.kind === "module" ? moduleId(i.of) : i.of.sources.join()} ${i.clocks.map((c) => `${c.domain.name}>${c.to.name}`).join()} ${i.parameters.map((p) => `${p.name}=${p.value}`).join()}`,
    ),
    body(m.body),
    ...m.properties.map((p) => `${p.kind} ${p.name} ${p.domain.name} ${expr(p.cond)}`),
    ...m.tristates.map((t) => `tri ${t.pin.name} ${expr(t.value)} ${expr(t.enable)}`),
  ];
  return `${text.join("\n")}\n${out.join("\n")}`;
};

/** Children are already one value where they are equal, so their identity says enough. */
const ids = new WeakMap<Module, number>();
let nextId = 0;
const moduleId = (m: Module): number => {
  const known = ids.get(m);
  if (known !== undefined) return known;
  ids.set(m, nextId);
  return nextId++;
};
