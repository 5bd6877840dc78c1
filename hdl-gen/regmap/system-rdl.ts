/** A register map as SystemRDL 2.0 (Accellera), for the tools that read it. */
import { enumerationOf, type Field } from "./fields.ts";
import { registerBytes } from "./layout.ts";
import type { RegisterMap } from "./map.ts";
import { hex, rdlWords } from "./names.ts";
import type { Node, Nodes, Register } from "./nodes.ts";

const name = (n: string): string => (rdlWords.has(n) ? `\\${n}` : n);
const text = (s: string): string => `"${s.replaceAll("\\", "\\\\").replaceAll('"', '\\"').trim()}"`;
/** What software and hardware do with a field of each kind, in the language's properties. */
const properties = (f: Field): readonly string[] => {
  switch (f.kind) {
    case "rw":
      return ["sw = rw", "hw = r"];
    case "ro":
      return ["sw = r", "hw = w"];
    case "wo":
      return ["sw = w", "hw = r"];
    case "w1c":
      return ["sw = rw", "hw = r", "onwrite = woclr", "hwset", "precedence = hw"];
    case "w1s":
      return ["sw = rw", "hw = r", "onwrite = woset", "hwclr", "precedence = sw"];
    case "rc":
      return ["sw = r", "hw = r", "onread = rclr", "hwset", "precedence = hw"];
    case "counter":
      return ["sw = r", "hw = r", "counter", `incrwidth = ${f.step}`, ...(f.overflow === "saturate" ? ["incrsaturate"] : [])];
    case "pop":
      return ["sw = r", "hw = w", "swacc"];
    case "push":
    case "command":
      return ["sw = w", "hw = r", "swmod"];
    case "external":
      return ["sw = rw", "hw = rw", "we"];
    case "fixed":
      return ["sw = r", "hw = na"];
  }
};
const hasReset = (f: Field): boolean => ["rw", "wo", "w1c", "w1s", "rc", "counter", "fixed"].includes(f.kind);
const indent = (lines: readonly string[]): readonly string[] => lines.map((l) => (l === "" ? l : `  ${l}`));

const fieldLines = (key: string, f: Field): readonly string[] => {
  const e = enumerationOf(f);
  const values =
    e === null ? [] : [`enum ${key}_values {`, ...indent(e.members.map((m) => `${name(m.name)} = ${e.width}'d${m.value};`)), "};"];
  const reset = hasReset(f) ? ` = ${f.type.width}'h${f.reset.toString(16)}` : "";
  const encode = e === null ? [] : [`encode = ${key}_values`];
  return [
    ...values,
    "field {",
    ...indent([`desc = ${text(f.doc)};`, ...[...properties(f), ...encode].map((p) => `${p};`)]),
    `} ${name(key)}[${f.lowest + f.type.width - 1}:${f.lowest}]${reset};`,
  ];
};
const place = (key: string, n: Node): string => {
  const array = n.node !== "window" && n.count !== null;
  return `${name(key)}${array ? `[${n.count}]` : ""} @ ${hex(n.offset)}${array ? ` += ${hex(n.stride)}` : ""};`;
};
const registerLines = (key: string, r: Register, busBytes: number): readonly string[] => [
  `${r.forwarded ? "external " : ""}reg {`,
  ...indent([
    `desc = ${text(r.doc)};`,
    `regwidth = ${registerBytes(r, busBytes) * 8};`,
    ...Object.entries(r.fields)
      .sort(([, a], [, b]) => a.lowest - b.lowest)
      .flatMap(([k, f]) => fieldLines(k, f)),
  ]),
  `} ${place(key, r)}`,
];
const access: Readonly<Record<string, string>> = { rw: "rw", ro: "r", wo: "w" };
const nodeLines = (nodes: Nodes, busBytes: number): readonly string[] =>
  Object.entries(nodes)
    .sort(([, a], [, b]) => a.offset - b.offset)
    .flatMap(([key, n]) => {
      if (n.node === "register") return ["", ...registerLines(key, n, busBytes)];
      if (n.node === "group")
        return [
          "",
          `${n.forwarded ? "external " : ""}regfile {`,
          ...indent([`desc = ${text(n.doc)};`, ...nodeLines(n.nodes, busBytes)]),
          `} ${place(key, n)}`,
        ];
      return [
        "",
        "external mem {",
        ...indent([
          `desc = ${text(n.doc)};`,
          `mementries = ${n.size / busBytes};`,
          `memwidth = ${busBytes * 8};`,
          `sw = ${access[n.access]};`,
        ]),
        `} ${place(key, n)}`,
      ];
    });

/** The SystemRDL text of a map: one `addrmap` of its name. */
export const systemRdl = (map: RegisterMap): string =>
  [`addrmap ${name(map.name)} {`, ...indent([`desc = ${text(map.doc)};`, ...nodeLines(map.nodes, map.busBytes)]), "};", ""].join("\n");
