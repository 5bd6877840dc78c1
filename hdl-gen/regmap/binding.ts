/** The YAML binding of a device: what its device tree node must look like, in the form of Linux's dt-schema. */
import { type Device, deviceTreeNode, hasUnit, type Placement, type Property } from "./device.ts";

export interface BindingOptions {
  /** "Name <mail@address>", at least one. */
  readonly maintainers: readonly string[];
  /** Folder of the kernel's bindings it belongs to: "net". */
  readonly folder: string;
  /** A node that is right, shown as the example. */
  readonly example: Placement;
}
const indent = (text: string, by: number): readonly string[] =>
  text
    .trimEnd()
    .split("\n")
    .map((l) => (l === "" ? l : " ".repeat(by) + l));
/** A plain scalar where YAML reads one as it stands, else quoted. */
const scalar = (s: string): string =>
  /^[A-Za-z][A-Za-z0-9 ,.()/_-]*$/.test(s) && !/^(true|false|null|yes|no|on|off)$/i.test(s) && !s.endsWith(" ") ? s : JSON.stringify(s);
const described = (doc: string, by: number): readonly string[] => [
  `${" ".repeat(by)}description: ${scalar(doc.replaceAll(/\s+/g, " ").trim())}`,
];
const list = (key: string, items: readonly (readonly string[])[]): readonly string[] => [
  `  ${key}:`,
  "    items:",
  ...items.flatMap(([first, ...rest]) => [`      - ${first}`, ...rest.map((r) => `        ${r}`)]),
];
const property = (name: string, p: Property): readonly string[] => {
  if (p.type === "flag") return [`  ${scalar(name)}:`, "    type: boolean", ...described(p.doc, 4)];
  return [
    `  ${scalar(name)}:`,
    ...(hasUnit(name) ? [] : [`    $ref: /schemas/types.yaml#/definitions/${p.type}`]),
    ...described(p.doc, 4),
    ...(p.minimum === undefined ? [] : [`    minimum: ${p.minimum}`]),
    ...(p.maximum === undefined ? [] : [`    maximum: ${p.maximum}`]),
  ];
};

/** The binding, to be saved under the name of the last `compatible` string with `.yaml`. */
export const deviceTreeBinding = (d: Device, options: BindingOptions): string => {
  const regions = Object.entries(d.regions);
  const interrupts = Object.entries(d.interrupts);
  const general = d.compatible.at(-1) as string;
  const required = [
    "compatible",
    "reg",
    "reg-names",
    ...(interrupts.length === 0 ? [] : ["interrupts", "interrupt-names"]),
    ...Object.entries(d.properties).flatMap(([n, p]) => (p.required === true ? [n] : [])),
  ];
  const cells = { address: options.example.addressCells ?? 2, size: options.example.sizeCells ?? 2 };
  const node = deviceTreeNode(d, options.example).replaceAll("\t", "    ").replaceAll("          <", "          <");
  const example =
    cells.address === 1 && cells.size === 1
      ? node
      : [`soc {`, `    #address-cells = <${cells.address}>;`, `    #size-cells = <${cells.size}>;`, "", ...indent(node, 4), "};"].join(
          "\n",
        );
  return [
    "# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)",
    "%YAML 1.2",
    "---",
    `$id: http://devicetree.org/schemas/${options.folder}/${general}.yaml#`,
    "$schema: http://devicetree.org/meta-schemas/core.yaml#",
    "",
    `title: ${scalar(d.title.replace(/\.$/, ""))}`,
    "",
    "maintainers:",
    ...options.maintainers.map((m) => `  - ${m}`),
    "",
    "description: |",
    ...indent(d.doc, 2),
    "",
    "properties:",
    ...(d.compatible.length === 1
      ? ["  compatible:", `    const: ${general}`]
      : list(
          "compatible",
          d.compatible.map((c) => [`const: ${c}`]),
        )),
    "",
    ...list(
      "reg",
      regions.map(([, m]) => [`description: ${scalar(m.doc.replaceAll(/\s+/g, " ").trim())}`]),
    ),
    "",
    ...list(
      "reg-names",
      regions.map(([n]) => [`const: ${scalar(n)}`]),
    ),
    ...(interrupts.length === 0
      ? []
      : [
          "",
          ...list(
            "interrupts",
            interrupts.map(([, doc]) => [`description: ${scalar(doc)}`]),
          ),
          "",
          ...list(
            "interrupt-names",
            interrupts.map(([n]) => [`const: ${scalar(n)}`]),
          ),
        ]),
    ...(d.dmaCoherent ? ["", "  dma-coherent: true"] : []),
    ...Object.entries(d.properties).flatMap(([n, p]) => ["", ...property(n, p)]),
    "",
    "required:",
    ...required.map((r) => `  - ${scalar(r)}`),
    "",
    "additionalProperties: false",
    "",
    "examples:",
    "  - |",
    ...indent(example, 4),
    "",
  ].join("\n");
};
