/**
 * The C header of a register map, for the Linux kernel and for user space, C11 and C++11: offsets, masks and shifts as
 * macros, fields and registers as inline functions, and a struct that lies over the registers, asserted byte for byte.
 */
import { functionPrefix, macroPrefix } from "./c-names.ts";
import { comment, structText } from "./c-struct.ts";
import { enumerationOf, type Field, isSigned, isWritable, kinds, maskOf } from "./fields.ts";
import type { Level, PlacedRegister } from "./layout.ts";
import type { RegisterMap } from "./map.ts";
import { hex, snake, upper } from "./names.ts";

export interface HeaderOptions {
  /** SPDX license of the header. */
  readonly license?: string;
}
const bitsOf = (bytes: number): number => bytes * 8;
const literal = (value: bigint, bytes: number): string => `${hex(value)}${bytes > 4 ? "ULL" : "U"}`;
const unsigned = (bytes: number): string => `uint${bitsOf(bytes)}_t`;
/** The smallest C type that holds a field. */
const fieldType = (f: Field): string => {
  if (f.type.width === 1 && enumerationOf(f) === null) return "bool";
  const bits = [8, 16, 32, 64].find((n) => n >= f.type.width) as number;
  return `${isSigned(f) ? "int" : "uint"}${bits}_t`;
};
const define = (name: string, value: string, doc = ""): string => `#define ${name} ${value}${doc === "" ? "" : ` ${comment(doc)}`}`;
const tabs = (n: number): string => "\t".repeat(n);

/** Names of the index arguments of a register in arrays: `rx`, `row`. */
const indices = (arrays: readonly Level[]): readonly string[] => {
  const names = arrays.map((a) => snake(a.path.at(-1) as string));
  return names.map((n, i) => (["base", "value"].includes(n) || names.indexOf(n) !== i ? `${n}_${i}` : n));
};
const offsetMacro = (prefix: string, p: PlacedRegister): string => {
  if (p.arrays.length === 0) return define(`${prefix}_OFFSET`, `${hex(p.offset)}U`);
  const names = indices(p.arrays);
  const terms = p.arrays.map((a, i) => ` + ${hex(a.stride)}U * (${names[i]})`).join("");
  return define(`${prefix}_OFFSET(${names.join(", ")})`, `(${hex(p.offset)}U${terms})`);
};

const fieldLines = (prefix: string, fn: string, name: string, f: Field, bytes: number): readonly string[] => {
  const macro = `${prefix}_${upper(name)}`;
  const type = fieldType(f);
  const register = unsigned(bytes);
  const lines = [
    comment(`${name}: ${f.doc} (${kinds[f.kind].text})`),
    define(`${macro}_SHIFT`, `${f.lowest}U`),
    define(`${macro}_WIDTH`, `${f.type.width}U`),
    define(`${macro}_MASK`, literal(maskOf(f), bytes)),
    ...(enumerationOf(f)?.members ?? []).map((m) => define(`${macro}_${upper(m.name)}`, `${m.value}U`)),
    "",
  ];
  const value = `(value & ${macro}_MASK) >> ${macro}_SHIFT`;
  if (f.readable) {
    const spare = (type.startsWith("int") ? Number(/\d+/.exec(type)?.[0]) : 0) - f.type.width;
    const narrowed = isSigned(f)
      ? `(${type})((${type})((u${type})(${value}) << ${spare}) >> ${spare})`
      : type === "bool"
        ? `(value & ${macro}_MASK) != 0`
        : `(${type})(${value})`;
    lines.push(
      `static inline ${type} ${fn}_${snake(name)}_get(${register} value)`,
      "{",
      `\treturn ${spare === 0 && isSigned(f) ? `(${type})(${value})` : narrowed};`,
      "}",
      "",
    );
  }
  if (isWritable(f)) {
    lines.push(
      `static inline ${register} ${fn}_${snake(name)}_put(${register} value, ${type} field)`,
      "{",
      `\treturn (${register})((value & ~${macro}_MASK) |`,
      `${tabs(2)}(((${register})field << ${macro}_SHIFT) & ${macro}_MASK));`,
      "}",
      "",
    );
  }
  return lines;
};

const registerLines = (map: RegisterMap, p: PlacedRegister): readonly string[] => {
  const prefix = macroPrefix(map.name, p.path);
  const fn = functionPrefix(map.name, p.path);
  const fields = Object.entries(p.register.fields);
  const width = bitsOf(p.bytes);
  const reset = fields.reduce((n, [, f]) => n | (f.reset << BigInt(f.lowest)), 0n);
  const [readable, writable] = [fields.some(([, f]) => f.readable), fields.some(([, f]) => isWritable(f))];
  const names = indices(p.arrays);
  const io = `${snake(map.name)}_io`;
  const lines = [
    comment(`${p.title}: ${p.register.doc}, ${width} bits${readable ? (writable ? "" : ", read only") : ", write only"}`),
    offsetMacro(prefix, p),
    define(`${prefix}_RESET`, literal(reset, p.bytes)),
    "",
  ];
  lines.push(...fields.flatMap(([name, f]) => fieldLines(prefix, fn, name, f, p.bytes)));
  if (map.memory) return lines;
  const at = p.arrays.length === 0 ? `${prefix}_OFFSET` : `${prefix}_OFFSET(${names.join(", ")})`;
  const args = names.map((n) => `, uint32_t ${n}`).join("");
  if (readable)
    lines.push(
      `static inline ${unsigned(p.bytes)} ${fn}_read(${io} base${args})`,
      "{",
      `\treturn ${io}_read${width}(base, ${at});`,
      "}",
      "",
    );
  if (writable)
    lines.push(
      `static inline void ${fn}_write(${io} base${args}, ${unsigned(p.bytes)} value)`,
      "{",
      `\t${io}_write${width}(base, ${at}, value);`,
      "}",
      "",
    );
  return lines;
};

/** How registers are reached: `readl` and its like in the kernel, volatile accesses in user space. */
const accessLines = (map: RegisterMap): readonly string[] => {
  const io = `${snake(map.name)}_io`;
  const widths = [...new Set(map.registers.map((r) => bitsOf(r.bytes)))].sort((a, b) => a - b);
  const suffix: Readonly<Record<number, string>> = { 8: "b", 16: "w", 32: "l", 64: "q" };
  const kernel = widths.flatMap((w) => [
    `static inline uint${w}_t ${io}_read${w}(${io} base, uint32_t offset)`,
    "{",
    `\treturn read${suffix[w]}((uint8_t __iomem *)base + offset);`,
    "}",
    "",
    `static inline void ${io}_write${w}(${io} base, uint32_t offset, uint${w}_t value)`,
    "{",
    `\twrite${suffix[w]}(value, (uint8_t __iomem *)base + offset);`,
    "}",
    "",
  ]);
  const user = widths.flatMap((w) => [
    `static inline uint${w}_t ${io}_read${w}(${io} base, uint32_t offset)`,
    "{",
    `\treturn *(volatile uint${w}_t *)((volatile uint8_t *)base + offset);`,
    "}",
    "",
    `static inline void ${io}_write${w}(${io} base, uint32_t offset, uint${w}_t value)`,
    "{",
    `\t*(volatile uint${w}_t *)((volatile uint8_t *)base + offset) = value;`,
    "}",
    "",
  ]);
  return [
    "#ifdef __KERNEL__",
    comment("Where the registers are mapped."),
    `typedef void __iomem *${io};`,
    "",
    ...kernel,
    "#else",
    comment("Where the registers are mapped; order accesses to other memory with fences."),
    `typedef volatile void *${io};`,
    "",
    ...user,
    "#endif",
    "",
  ];
};

const arrayLines = (map: RegisterMap): readonly string[] => {
  const seen = new Map<string, Level>();
  for (const p of map.registers) for (const a of p.arrays) seen.set(a.path.join("."), a);
  return [...seen.values()].flatMap((a) => {
    const prefix = macroPrefix(map.name, a.path);
    return [define(`${prefix}_COUNT`, `${a.count}U`), define(`${prefix}_STRIDE`, `${hex(a.stride)}U`)];
  });
};

/**
 * The header of `map`, to be saved as `NAME.h`. Clean under `-std=c11 -Wall -Wextra -Wpedantic -Werror`, and as C++11. The
 * struct is for looking at registers in a debugger and for `offsetof`; the functions are how to access them.
 */
export const cHeader = (map: RegisterMap, options: HeaderOptions = {}): string => {
  const guard = `${upper(map.name)}_H`;
  const assertion = `${upper(map.name)}_ASSERT`;
  const name = snake(map.name);
  const struct = structText(name, map.nodes, map.size, map.doc, map.busBytes, assertion);
  const windows = map.windows.flatMap((w) => {
    const prefix = macroPrefix(map.name, w.path);
    return [
      comment(`${w.title}: ${w.window.doc}`),
      define(`${prefix}_OFFSET`, `${hex(w.offset)}U`),
      define(`${prefix}_SIZE`, `${hex(w.window.size)}U`),
      "",
    ];
  });
  const arrays = arrayLines(map);
  const lines = [
    `/* SPDX-License-Identifier: ${options.license ?? "GPL-2.0-only OR Apache-2.0"} */`,
    comment(`${map.name}: ${map.doc} Generated from its register map; changes belong there.`),
    `#ifndef ${guard}`,
    `#define ${guard}`,
    "",
    "#ifdef __KERNEL__",
    ...(map.memory ? [] : ["#include <linux/io-64-nonatomic-lo-hi.h>"]),
    "#include <linux/stddef.h>",
    "#include <linux/types.h>",
    "#else",
    "#include <stdbool.h>",
    "#include <stddef.h>",
    "#include <stdint.h>",
    "#endif",
    "",
    define(`${upper(map.name)}_SIZE`, `${hex(map.size)}U`),
    ...arrays,
    "",
    ...(map.memory ? [] : accessLines(map)),
    ...windows,
    ...map.registers.flatMap((p) => registerLines(map, p)),
    ...struct.definitions.flatMap((d) => [d, ""]),
    "#ifdef __cplusplus",
    `#define ${assertion}(condition) static_assert(condition, #condition)`,
    "#else",
    `#define ${assertion}(condition) _Static_assert(condition, #condition)`,
    "#endif",
    ...struct.assertions,
    `#undef ${assertion}`,
    "",
    `#endif /* ${guard} */`,
    "",
  ];
  return lines.join("\n");
};
