/**
 * `if (signal)`, `!signal`, `signal && other`, `signal ? a : b`: JavaScript takes every object for true, so these decide
 * while the design is built, and always the same way. The language cannot trap them as it traps `a < b`; so the text of a
 * module's body is read, and what stands in such a place and comes from the module's ports, registers, nets or instances
 * is an error. Values that reach a condition by a longer way are for the editor's linter to find.
 */

import { readFileSync } from "node:fs";
import { type Expression, type Node, type Pattern, parseExpressionAt } from "acorn";
import { ancestor, simple } from "acorn-walk";
import { Data } from "../core/bits.ts";
import type { Diagnostic, Source } from "../core/ir.ts";

/** What `h` gives that is hardware, or an object of hardware. */
const givers = new Set(["registers", "nets", "wires", "instance", "past", "pastValid"]);
/** What hardware answers that is a JavaScript value. */
const plain = new Set(["width", "length", "name", "of", "shape", "element", "enumeration", "hasSource", "leafInfo", "exprs", "map"]);

interface Found {
  /** The offending text, as written. */
  readonly text: string;
  readonly operator: "if" | "while" | "!" | "&&" | "||" | "? :";
}
const cache = new Map<string, readonly Found[]>();

const names = (p: Pattern): readonly string[] => {
  switch (p.type) {
    case "Identifier":
      return [p.name];
    case "ObjectPattern":
      return p.properties.flatMap((q) => (q.type === "RestElement" ? names(q.argument) : names(q.value)));
    case "ArrayPattern":
      return p.elements.flatMap((q) => (q === null ? [] : names(q)));
    case "AssignmentPattern":
      return names(p.left);
    default:
      return [];
  }
};

/** `h.registers(...)`, `h.nets(...)`. */
const isGiven = (e: Expression | null | undefined, builder: string): boolean =>
  e?.type === "CallExpression" &&
  e.callee.type === "MemberExpression" &&
  e.callee.object.type === "Identifier" &&
  e.callee.object.name === builder &&
  e.callee.property.type === "Identifier" &&
  givers.has(e.callee.property.name);

const comparison = /(?<![!\w$.)\]])[\w$.)\]]+\s*(?:===|!==|<=|>=|<|>)\s*[\w$."'-]+/g;
/** What is decided by: behind `if (`, `while (` and `!`, or before `&&`, `||` and `?`; the name that it begins with, if it is so simple. */
const decisions =
  /\b(?:if|while)\s*\(\s*(?:([A-Za-z_$][\w$]*)|[(!])|!\s*(?:([A-Za-z_$][\w$]*)|\()|(?:(?<![\w$.)\]])([A-Za-z_$][\w$]*)(?:\.[\w$]+)*|[)\]]|(?<=[)\]]\.[\w$.]*)[\w$])\s*(?:&&|\|\||\?(?![.?]))/g;
const given = /=\s*[\w$]+\.(?:registers|nets|wires|instance|past|pastValid)\b/g;
/**
 * May anything but comparisons and the surroundings' own values decide? Most bodies have nothing of that, and to parse one
 * takes longer than to run it. Names are taken for hardware wherever they might be.
 */
const mayDecide = (text: string): boolean => {
  const found = [...text.replace(comparison, "0").matchAll(decisions)];
  if (found.length === 0) return false;
  const named = found.map(([, a, b, c]) => a ?? b ?? c);
  if (named.some((name) => name === undefined)) return true;
  // The parameters, and of each declaration everything from the statement before it on.
  const patterns = [
    text.slice(0, text.indexOf("=>") + 1 || 200),
    ...[...text.matchAll(given)].map(({ index }) => text.slice(text.lastIndexOf(";", index) + 1, index)),
  ];
  const hardware = new Set(patterns.flatMap((pattern) => pattern.match(/[A-Za-z_$][\w$]*/g) ?? []));
  return named.some((name) => hardware.has(name as string));
};

const conditions = (text: string): readonly Found[] => {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const found: Found[] = [];
  cache.set(text, found);
  if (!mayDecide(text)) return found;
  let body: Node;
  try {
    body = parseExpressionAt(text, 0, { ecmaVersion: "latest" });
  } catch {
    // A method or another form that is no expression by itself.
    return found;
  }
  if (body.type !== "ArrowFunctionExpression" && body.type !== "FunctionExpression") return found;
  const { params } = body as Extract<Expression, { type: "ArrowFunctionExpression" }>;
  const [io, h] = params;
  const builder = h?.type === "Identifier" ? h.name : "h";
  const hardware = new Set<string>();
  // A name that a parameter or another declaration takes again may be anything there.
  const other = new Set<string>();
  if (io?.type === "ObjectPattern") for (const n of names(io)) hardware.add(n);
  const ioName = io?.type === "Identifier" ? io.name : null;
  simple(body, {
    VariableDeclarator: (d) => {
      for (const n of names(d.id)) (isGiven(d.init, builder) ? hardware : other).add(n);
    },
    Function: (f) => {
      if (f !== body) for (const p of f.params) for (const n of names(p)) other.add(n);
    },
  });
  for (const n of other) hardware.delete(n);

  /** Does the value come from hardware and is it hardware still? */
  const isHardware = (e: Expression): boolean => {
    if (e.type === "Identifier") return hardware.has(e.name);
    if (e.type === "MemberExpression") {
      if (e.property.type !== "Identifier" || e.computed || plain.has(e.property.name) || e.object.type === "Super") return false;
      return (e.object.type === "Identifier" && e.object.name === ioName) || isHardware(e.object);
    }
    if (e.type === "CallExpression" && e.callee.type === "MemberExpression") return isHardware(e.callee);
    return false;
  };
  const look = (e: Expression | null | undefined, operator: Found["operator"]): void => {
    if (e != null && isHardware(e)) found.push({ text: text.slice(e.start, e.end), operator });
  };
  ancestor(body, {
    IfStatement: (s) => look(s.test, "if"),
    WhileStatement: (s) => look(s.test, "while"),
    ConditionalExpression: (e) => look(e.test, "? :"),
    UnaryExpression: (e) => {
      if (e.operator === "!") look(e.argument, "!");
    },
    LogicalExpression: (e) => {
      if (e.operator !== "??") look(e.left, e.operator);
    },
  });
  return found;
};

const instead: Readonly<Record<Found["operator"], string>> = {
  if: "h.when(c, ...)",
  while: "h.when(c, ...)",
  "!": "c.not()",
  "&&": "c.and(d)",
  "||": "c.or(d)",
  "? :": "mux(c, a, b)",
};

/** Line of the user's file on which the text stands, from the module's own line on. */
const lineOf = (at: Source, { text, operator }: Found): number => {
  const wanted = {
    if: `if (${text}`,
    while: `while (${text}`,
    "!": `!${text}`,
    "&&": `${text} &&`,
    "||": `${text} ||`,
    "? :": `${text} ?`,
  }[operator];
  try {
    const lines = readFileSync(at.file, "utf8").split("\n");
    const from = (what: string): number => lines.findIndex((l, i) => i + 1 >= at.line && l.includes(what));
    const line = from(wanted) < 0 ? from(text) : from(wanted);
    return line < 0 ? at.line : line + 1;
  } catch {
    return at.line;
  }
};

/** Conditions in the body of the module at `at` that are hardware. `io` are the ports as the body got them. */
export const checkMisuse = (
  body: (...args: never[]) => unknown,
  io: Readonly<Record<string, unknown>>,
  at: Source,
): readonly Diagnostic[] => {
  const text = body.toString();
  const found = conditions(text);
  return found.flatMap((f): Diagnostic[] => {
    // A port that is not there in every configuration is `undefined` where it is not, and may be asked for.
    const root = f.text.split(/[.([]/)[0] ?? "";
    if (root === f.text && root in io && !(io[root] instanceof Data)) return [];
    const message = `${f.text} is hardware and ${f.operator === "if" || f.operator === "while" ? `${f.operator} (...)` : f.operator} is JavaScript, which takes every signal for true while the design is built; write ${instead[f.operator]}`;
    return [{ severity: "error", code: "javascript", message, at: { file: at.file, line: lineOf(at, f), column: 1 } }];
  });
};
