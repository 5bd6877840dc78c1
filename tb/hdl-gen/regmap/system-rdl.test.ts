/** The reference compiler reads our SystemRDL as we mean it, and PeakRDL's C header has the offsets and masks of ours. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { macroPrefix } from "#hdl/regmap/c-names.ts";
import { enumerationOf, highest, isWritable, kinds } from "#hdl/regmap/fields.ts";
import { cHeader, elements, type RegisterMap, registerMap, systemRdl } from "#hdl/regmap/index.ts";
import { upper } from "#hdl/regmap/names.ts";
import { findTool } from "#toolchain/tools.ts";
import { example } from "./example.ts";
import { type MapSpec, mapOf, mapSpec } from "./random-map.ts";
import { Scratch } from "./scratch.ts";

/** What the compiler should have found, in its order: by address, fields from the lowest bit. */
const meant = (map: RegisterMap): unknown[] => {
  const registers = map.registers.flatMap((p) =>
    [...elements(p)].map((e) => ({
      at: e.offset,
      facts: [
        { register: e.title, offset: e.offset, bytes: p.bytes },
        ...Object.entries(p.register.fields)
          .sort(([, a], [, b]) => a.lowest - b.lowest)
          .map(([name, f]) => ({
            field: `${e.title}.${name}`,
            low: f.lowest,
            high: highest(f),
            readable: f.readable,
            writable: isWritable(f),
            reset: kinds[f.kind].stored || f.kind === "fixed" ? `0x${f.reset.toString(16)}` : null,
            members:
              enumerationOf(f) === null
                ? null
                : Object.fromEntries((enumerationOf(f)?.members ?? []).map((m) => [m.name, Number(m.value)])),
          })),
      ],
    })),
  );
  const windows = map.windows.map((w) => ({ at: w.offset, facts: [{ window: w.title, offset: w.offset, bytes: w.window.size }] }));
  return [...registers, ...windows].flatMap((x): unknown[] => x.facts);
};
const byName = (facts: readonly unknown[]): readonly string[] => facts.map((f) => JSON.stringify(f)).sort();
const compile = (scratch: Scratch, files: readonly (readonly [rdl: string, header: string])[]): readonly (readonly unknown[])[] => {
  const { status, stdout, stderr } = scratch.run(findTool("python3"), [join(import.meta.dirname, "read-rdl.py"), ...files.flat()]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as unknown[][];
};

/** One C file that includes both headers and asserts that they agree: on every field, every register, first and last. */
const comparison = (map: RegisterMap, ours: string, theirs: string): string => {
  const same = (a: string, b: string): string => `_Static_assert((${a}) == (${b}), "${a}");`;
  const lines = map.registers.flatMap((p) => {
    const own = macroPrefix(map.name, p.path);
    const peak = [map.name, ...p.path].map((n) => n.toUpperCase()).join("__");
    const fields = Object.entries(p.register.fields).flatMap(([name, f]) => {
      const [o, t] = [`${own}_${upper(name)}`, `${peak}__${name.toUpperCase()}`];
      return [
        same(`${o}_MASK`, `${t}_bm`),
        same(`${o}_SHIFT`, `${t}_bp`),
        same(`${o}_WIDTH`, `${t}_bw`),
        ...(kinds[f.kind].stored ? [same(`(${own}_RESET & ${o}_MASK) >> ${o}_SHIFT`, `${t}_reset`)] : []),
      ];
    });
    const all = [...elements(p)];
    const offsets = [all[0], all.at(-1)].flatMap((e) => {
      if (e === undefined) return [];
      const macro = e.index.length === 0 ? `${own}_OFFSET` : `${own}_OFFSET(${e.index.join(", ")})`;
      return [same(macro, `offsetof(${map.name}_t, ${e.title})`), same(`${p.bytes}`, `sizeof(((${map.name}_t *)0)->${e.title})`)];
    });
    return [...fields, ...offsets];
  });
  return [`#include "${ours}"`, `#include "${theirs}"`, ...lines, "int main(void) { return 0; }", ""].join("\n");
};
const agree = (scratch: Scratch, map: RegisterMap): void => {
  scratch.write(`${map.name}.h`, cHeader(map));
  const main = scratch.write(`${map.name}.c`, comparison(map, `${map.name}.h`, `${map.name}_peak.h`));
  expect(scratch.run(findTool("gcc"), ["-std=c11", "-Wall", "-Werror", "-fsyntax-only", main])).toEqual({
    status: 0,
    stdout: "",
    stderr: "",
  });
};

test("the example, as the compiler understands it", () => {
  using scratch = new Scratch();
  const [found] = compile(scratch, [[scratch.write("demo_nic.rdl", systemRdl(example)), "-"]]);
  expect(byName(found ?? [])).toEqual(byName(meant(example)));
});

test("the example's two C headers agree", () => {
  using scratch = new Scratch();
  // PeakRDL has no form for an array of registers with gaps between them.
  const { HART, ...nodes } = example.nodes;
  expect(HART.stride).toBeGreaterThan(4);
  const map = registerMap("demo_nic", nodes, { doc: example.doc, size: example.size });
  compile(scratch, [[scratch.write("demo_nic.rdl", systemRdl(map)), scratch.path("demo_nic_peak.h")]]);
  expect(readFileSync(scratch.path("demo_nic_peak.h"), "utf8")).toContain("DEMO_NIC__CONTROL__UDPPORT_bm 0xffff0000");
  agree(scratch, map);
});

test("random maps: the compiler and both C headers agree", () => {
  using scratch = new Scratch();
  const dense = (spec: MapSpec): MapSpec => ({
    ...spec,
    items: spec.items.map((i) => (i.shape === "register" && i.count > 0 ? { ...i, shape: "group" as const } : i)),
  });
  const specs = fc.sample(mapSpec, { numRuns: 25, seed: 5 });
  const maps = specs.map((spec, i) => mapOf(spec, `random_${i}`));
  const packed = specs.map((spec, i) => mapOf(dense(spec), `packed_${i}`));
  const found = compile(scratch, [
    ...maps.map((m) => [scratch.write(`${m.name}.rdl`, systemRdl(m)), "-"] as const),
    ...packed.map((m) => [scratch.write(`${m.name}.rdl`, systemRdl(m)), scratch.path(`${m.name}_peak.h`)] as const),
  ]);
  for (const [i, m] of [...maps, ...packed].entries())
    expect({ name: m.name, facts: byName(found[i] ?? []) }).toEqual({ name: m.name, facts: byName(meant(m)) });
  for (const m of packed) agree(scratch, m);
});

test("names that are words of SystemRDL, and quotes in documentation", () => {
  using scratch = new Scratch();
  const { fields } = example.nodes.LINK;
  const map = registerMap(
    "addrmap",
    { encode: { ...example.nodes.LINK, offset: 0, doc: 'Say "up" \\ down', fields: { reset: fields.up, counter: fields.lanes } } },
    { doc: "Words.", size: 0x10 },
  );
  const [found] = compile(scratch, [[scratch.write("words.rdl", systemRdl(map)), "-"]]);
  expect(byName(found ?? [])).toEqual(byName(meant(map)));
});
