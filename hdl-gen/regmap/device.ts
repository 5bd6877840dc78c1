/** A device as an operating system finds it: its register regions, interrupts and properties, printed for device trees. */
import { fail, transparent } from "../core/source.ts";
import type { RegisterMap } from "./map.ts";
import { hex } from "./names.ts";

transparent(import.meta.url);

export interface Property {
  readonly type: "flag" | "uint32" | "uint64" | "string";
  readonly doc: string;
  /** The device does not work without. A flag never is. */
  readonly required?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}
export interface DeviceOptions {
  /** Node name, generic where there is a word for it: "ethernet". From the first map's name unless said. */
  readonly name?: string;
  /** One line: what it is. */
  readonly title: string;
  readonly doc: string;
  /** The most specific first. */
  readonly compatible: readonly string[];
  /** Register regions in `reg` order, by `reg-names`. */
  readonly regions: Readonly<Record<string, RegisterMap>>;
  /** Interrupts in order, by `interrupt-names`, each with its documentation. */
  readonly interrupts?: Readonly<Record<string, string>>;
  /** Properties beyond the standard ones, by their full name: "accio,slots". */
  readonly properties?: Readonly<Record<string, Property>>;
  /** DMA to and from memory sees the processors' caches. */
  readonly dmaCoherent?: boolean;
}
export type Device = Required<Omit<DeviceOptions, "dmaCoherent">> & { readonly dmaCoherent: boolean };

/** Property names that have a meaning of their own. */
const standard = new Set([
  "compatible",
  "reg",
  "reg-names",
  "interrupts",
  "interrupt-names",
  "interrupt-parent",
  "status",
  "phandle",
  "ranges",
  "dma-coherent",
  "name",
  "label",
  "model",
  "device_type",
]);
const compatibleForm = /^[a-zA-Z][a-zA-Z0-9-]*,[a-zA-Z0-9][a-zA-Z0-9+._-]*$/;

/** Endings by which dt-schema knows a number's unit, and so its type: one 32-bit cell here. */
export const hasUnit = (property: string): boolean =>
  /-(hz|mhz|bits|bytes|kBps|percent|bp|db|mdb|seconds|ms|us|ns|ps|mm|microns?|micro(amp|ohm|volt|watt)s?|milli(amp|watt|celsius)|celsius|kelvin|pascal|kpascal|ohms)$/.test(
    property,
  );

/** A device of several register maps. Throws `HdlError` for names that a device tree cannot have. */
export const device = (options: DeviceOptions): Device => {
  const regions = Object.entries(options.regions);
  const [first] = regions;
  if (first === undefined) return fail("device", `device "${options.title}" has no register region`);
  const name = options.name ?? first[1].name.replaceAll("_", "-");
  if (!/^[a-z][a-z0-9,._+-]{0,30}$/.test(name)) fail("device", `"${name}" is no node name: up to 31 lower case letters, digits, dashes`);
  if (options.compatible.length === 0) fail("device", `${name} has no compatible string`);
  for (const c of options.compatible)
    if (!compatibleForm.test(c)) fail("device", `${name}: compatible "${c}" is not of the form "vendor,device"`);
  const interrupts = options.interrupts ?? {};
  for (const n of [...regions.map(([n]) => n), ...Object.keys(interrupts)])
    if (!/^[a-z][a-z0-9-]*$/.test(n))
      fail("device", `${name}: "${n}" is no name for reg-names or interrupt-names: lower case letters, digits, dashes`);
  const properties = options.properties ?? {};
  for (const [p, { type }] of Object.entries(properties)) {
    if (hasUnit(p) && type !== "uint32")
      fail("device", `${name}: property "${p}" ends in a unit, so device trees read it as uint32, not ${type}`);
    if (standard.has(p)) fail("device", `${name}: property "${p}" has a meaning of its own in device trees; name it "vendor,${p}"`);
    if (!compatibleForm.test(p)) fail("device", `${name}: property "${p}" is not of the form "vendor,property"`);
  }
  return {
    name,
    title: options.title,
    doc: options.doc,
    compatible: options.compatible,
    regions: options.regions,
    interrupts,
    properties,
    dmaCoherent: options.dmaCoherent ?? false,
  };
};
/** The device of one map, as the map's `compatible` and `interrupts` say. */
export const deviceOf = (map: RegisterMap): Device =>
  device({
    title: map.doc.split("\n")[0] ?? map.name,
    doc: map.doc,
    compatible: map.compatible,
    regions: { registers: map },
    interrupts: map.interrupts,
  });

/** Where and how a device is in a system. */
export interface Placement {
  /** Bus address of each region. */
  readonly bases: Readonly<Record<string, number | bigint>>;
  /** Cells of each interrupt, in order: one number for a PLIC. */
  readonly interrupts?: readonly (number | readonly number[])[];
  /** Label of the interrupt controller, where the parent node does not name it. */
  readonly interruptParent?: string;
  /** Label of the node. */
  readonly label?: string;
  /** Values of its properties; `true` for a flag. */
  readonly properties?: Readonly<Record<string, number | bigint | string | boolean>>;
  /** Cells of an address and a size in the parent node. */
  readonly addressCells?: 1 | 2;
  readonly sizeCells?: 1 | 2;
}
const cells = (value: number | bigint, count: number, what: string): string => {
  const v = BigInt(value);
  if (v < 0n || v >= 1n << BigInt(32 * count))
    fail("device", `${what} ${hex(v)} does not fit ${count} cell${count === 1 ? "" : "s"} of 32 bits`);
  return count === 1 ? hex(v) : `${hex(v >> 32n)} ${hex(v & 0xffff_ffffn)}`;
};
const quote = (s: string): string => JSON.stringify(s);
const propertyLine = (d: Device, name: string, value: number | bigint | string | boolean): string | null => {
  const p = d.properties[name];
  if (p === undefined)
    return fail("device", `${d.name} has no property "${name}"; it has ${Object.keys(d.properties).join(", ") || "none"}`);
  const wrong = (): never => fail("device", `${d.name}: property "${name}" is of type ${p.type}, not ${typeof value}`);
  switch (p.type) {
    case "flag":
      return typeof value !== "boolean" ? wrong() : value ? `${name};` : null;
    case "string":
      return typeof value !== "string" ? wrong() : `${name} = ${quote(value)};`;
    default: {
      if (typeof value !== "number" && typeof value !== "bigint") return wrong();
      if ((p.minimum !== undefined && value < p.minimum) || (p.maximum !== undefined && value > p.maximum))
        fail("device", `${d.name}: property "${name}" is ${value}, outside ${p.minimum ?? 0} to ${p.maximum ?? "its type's largest"}`);
      return `${name} = ${p.type === "uint64" ? "/bits/ 64 " : ""}<${p.type === "uint64" ? hex(BigInt(value)) : cells(value, 1, name)}>;`;
    }
  }
};

/** The device's node, to stand in a bus node such as `soc`. Clean under `dtc -W`. */
export const deviceTreeNode = (d: Device, placement: Placement): string => {
  const { addressCells = 2, sizeCells = 2, interrupts = [] } = placement;
  const regions = Object.entries(d.regions);
  const base = (name: string): number | bigint =>
    placement.bases[name] ?? fail("device", `${d.name}: no base address for region "${name}"`);
  for (const name of Object.keys(placement.bases))
    if (!(name in d.regions)) fail("device", `${d.name} has no region "${name}"; it has ${Object.keys(d.regions).join(", ")}`);
  const names = Object.keys(d.interrupts);
  if (interrupts.length !== names.length)
    fail("device", `${d.name} has ${names.length} interrupts (${names.join(", ") || "none"}), and ${interrupts.length} are placed`);
  const missing = Object.entries(d.properties).find(([n, p]) => p.required === true && placement.properties?.[n] === undefined);
  if (missing !== undefined) fail("device", `${d.name}: property "${missing[0]}" is required and has no value`);
  const list = (values: readonly string[]): string => values.join(",\n\t      ");
  const lines = [
    `compatible = ${d.compatible.map(quote).join(", ")};`,
    `reg = ${list(regions.map(([n, m]) => `<${cells(base(n), addressCells, `base of "${n}"`)} ${cells(m.size, sizeCells, `size of "${n}"`)}>`))};`,
    `reg-names = ${regions.map(([n]) => quote(n)).join(", ")};`,
    ...(placement.interruptParent === undefined ? [] : [`interrupt-parent = <&${placement.interruptParent}>;`]),
    ...(names.length === 0
      ? []
      : [
          `interrupts = ${interrupts.map((i) => `<${(typeof i === "number" ? [i] : i).join(" ")}>`).join(", ")};`,
          `interrupt-names = ${names.map(quote).join(", ")};`,
        ]),
    ...(d.dmaCoherent ? ["dma-coherent;"] : []),
    ...Object.entries(placement.properties ?? {}).flatMap(([n, v]) => propertyLine(d, n, v) ?? []),
  ];
  const [first] = regions as [[string, RegisterMap]];
  return [
    `${placement.label === undefined ? "" : `${placement.label}: `}${d.name}@${BigInt(base(first[0])).toString(16)} {`,
    ...lines.map((l) => `\t${l}`),
    "};",
    "",
  ].join("\n");
};
