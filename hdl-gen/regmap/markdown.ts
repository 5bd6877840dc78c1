/** The register map as a Markdown page. */
import { accessRules, type FieldText, groupTexts, offsetText, type RegisterText, registerTexts } from "./describe.ts";
import type { RegisterMap } from "./map.ts";
import { hex } from "./names.ts";

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
const table = (head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] =>
  rows.length === 0
    ? []
    : [`| ${head.join(" | ")} |`, `| ${head.map(() => "---").join(" | ")} |`, ...rows.map((r) => `| ${r.map(cell).join(" | ")} |`), ""];
const fieldRow = (f: FieldText): readonly string[] => [
  f.bits,
  `\`${f.name}\``,
  f.access,
  f.type,
  f.reset,
  `${f.doc}${f.members.length === 0 ? "" : `: ${f.members.map((m) => `${m.value} ${m.name}`).join(", ")}`}`,
];
const registerLines = (r: RegisterText): readonly string[] => [
  `## ${r.title}`,
  "",
  `${r.doc}. Offset ${r.offset}, ${r.width} bits.`.replace("..", "."),
  ...r.notes.flatMap((n) => ["", n]),
  "",
  ...table(["bits", "field", "access", "type", "reset", "meaning"], r.fields.map(fieldRow)),
];

/** Every register, field and window of `map`, in address order. */
export const markdown = (map: RegisterMap): string => {
  const registers = registerTexts(map);
  const kindsUsed = new Map(registers.flatMap((r) => r.fields.map((f) => [f.access, f.meaning] as const)));
  const lines = [
    `# ${map.name}`,
    "",
    map.doc,
    "",
    `${hex(map.size)} bytes. ${accessRules(map).join(" ")}`,
    "",
    ...table(
      ["offset", "register", "bits", "meaning"],
      registers.map((r) => [r.offset, `[${r.title}](#${r.anchor})`, `${r.width}`, r.doc]),
    ),
    ...table(
      ["group or array", "elements", "stride", "meaning"],
      groupTexts(map).map(([name, ...rest]) => [`\`${name}\``, ...rest]),
    ),
    ...table(
      ["window", "offset", "bytes", "access", "meaning"],
      map.windows.map((w) => [
        `\`${w.title}\``,
        offsetText({ offset: w.offset, arrays: [] }),
        hex(w.window.size),
        w.window.access,
        w.window.doc,
      ]),
    ),
    ...(Object.keys(map.interrupts).length === 0
      ? []
      : table(
          ["interrupt", "meaning"],
          Object.entries(map.interrupts).map(([n, doc]) => [`\`${n}\``, doc]),
        )),
    ...table(
      ["access", "meaning"],
      [...kindsUsed].sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
    ...registers.flatMap(registerLines),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
};
