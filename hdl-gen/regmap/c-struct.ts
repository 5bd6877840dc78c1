/** C structs with every byte accounted for: members in place, the gaps between them named, offsets and sizes asserted. */
import { alignmentOf, elementBytes, extent, registerBytes } from "./layout.ts";
import { hex, snake } from "./names.ts";
import type { Group, Node, Nodes, Register } from "./nodes.ts";

export interface StructText {
  /** Definitions, innermost first. */
  readonly definitions: readonly string[];
  /** Assertions about them. */
  readonly assertions: readonly string[];
}
const unsigned = (bytes: number): string => `uint${bytes * 8}_t`;
/** `/* ... *\/` cannot hold its own end. */
export const comment = (text: string): string => `/* ${text.replaceAll("*/", "* /").replaceAll(/\s+/g, " ").trim()} */`;

const registerMember = (name: string, r: Register, busBytes: number): string => {
  const bytes = registerBytes(r, busBytes);
  const type = unsigned(bytes);
  if (r.count === null) return `\t${type} ${name};`;
  if (r.stride === bytes) return `\t${type} ${name}[${r.count}];`;
  return `\tstruct {\n\t\t${type} value;\n\t\tuint8_t reserved[${r.stride - bytes}];\n\t} ${name}[${r.count}];`;
};

/** The struct called `name` of these nodes, `size` bytes in all, and those of its groups. */
export const structText = (name: string, nodes: Nodes, size: number, doc: string, busBytes: number, assertion: string): StructText => {
  const definitions: string[] = [];
  const assertions: string[] = [];
  const members: string[] = [];
  let end = 0;
  const gap = (to: number): void => {
    if (to > end) members.push(`\tuint8_t reserved_${hex(end).slice(2)}[${to - end}];`);
  };
  const add = (key: string, n: Node): void => {
    const member = snake(key);
    gap(n.offset);
    end = n.offset + extent(n, busBytes);
    members.push(`\t${comment(n.doc)}`);
    if (n.node === "window") members.push(`\tuint8_t ${member}[${n.size}];`);
    else if (n.node === "register") members.push(registerMember(member, n, busBytes));
    else members.push(groupMember(`${name}_${member}`, member, n));
    assertions.push(`${assertion}(offsetof(struct ${name}, ${member}) == ${hex(n.offset)});`);
    if (n.node !== "window" && n.count !== null)
      assertions.push(`${assertion}(sizeof(((struct ${name} *)0)->${member}[0]) == ${hex(n.stride)});`);
  };
  const groupMember = (type: string, member: string, n: Group): string => {
    const inner = structText(type, n.nodes, n.count === null ? elementBytes(n, busBytes) : n.stride, n.doc, busBytes, assertion);
    definitions.push(...inner.definitions);
    assertions.push(...inner.assertions);
    return `\tstruct ${type} ${member}${n.count === null ? "" : `[${n.count}]`};`;
  };
  for (const [key, n] of Object.entries(nodes).sort(([, a], [, b]) => a.offset - b.offset)) add(key, n);
  gap(size);
  definitions.push(`${comment(doc)}\nstruct ${name} {\n${members.join("\n")}\n};`);
  assertions.push(`${assertion}(sizeof(struct ${name}) == ${hex(size)});`);
  return { definitions, assertions };
};
/** Bytes that a struct of the whole map needs: its size, to the end of its alignment. */
export const structBytes = (nodes: Nodes, size: number, busBytes: number): number => {
  const alignment = Math.max(1, ...Object.values(nodes).map((n) => alignmentOf(n, busBytes)));
  return Math.ceil(size / alignment) * alignment;
};
