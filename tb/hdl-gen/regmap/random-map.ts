/** Random register maps that are right: everything the language has, laid out by a small allocator. */

import fc from "fast-check";
import { bool, enumeration, sint, type Type, uint } from "#hdl";
import {
  command,
  counter,
  external,
  type Field,
  type FieldKind,
  fixed,
  kinds,
  pop,
  push,
  rc,
  ro,
  rw,
  w1c,
  w1s,
  wo,
} from "#hdl/regmap/fields.ts";
import { elementBytes } from "#hdl/regmap/layout.ts";
import { type RegisterMap, registerMap } from "#hdl/regmap/map.ts";
import { type Node, type Register, type RegisterWidth, reg, registers, window } from "#hdl/regmap/nodes.ts";

interface FieldSpec {
  readonly kind: FieldKind;
  readonly width: number;
  readonly gap: number;
  readonly variant: number;
}
interface RegisterSpec {
  readonly bytes: number;
  readonly fields: readonly FieldSpec[];
  readonly forwarded: boolean;
}
type ItemSpec = {
  readonly shape: "register" | "group" | "window";
  readonly registers: readonly RegisterSpec[];
  readonly count: number;
  readonly spread: number;
  readonly forwarded: boolean;
};
export interface MapSpec {
  readonly busBytes: 4 | 8;
  readonly items: readonly ItemSpec[];
}

const fieldKinds = Object.keys(kinds) as FieldKind[];
const field = fc.record({
  kind: fc.constantFrom(...fieldKinds),
  width: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40 })),
  gap: fc.nat(9),
  variant: fc.nat(7),
});
const register = fc.record({
  bytes: fc.constantFrom(1, 2, 4, 8),
  fields: fc.array(field, { minLength: 1, maxLength: 4 }),
  forwarded: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
const item = fc.record({
  shape: fc.constantFrom("register" as const, "register" as const, "group" as const, "window" as const),
  registers: fc.array(register, { minLength: 1, maxLength: 3 }),
  count: fc.constantFrom(0, 0, 1, 2, 3, 5),
  spread: fc.nat(2),
  forwarded: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
});
/** Descriptions of maps; `mapOf` makes them. */
export const mapSpec: fc.Arbitrary<MapSpec> = fc.record({
  busBytes: fc.constantFrom(8 as const, 8 as const, 4 as const),
  items: fc.array(item, { minLength: 1, maxLength: 5 }),
});

const pairs = enumeration("pair", ["NO", "YES"]);
const thirds = enumeration("third", ["LOW", "MIDDLE", "HIGH"]);
const sparse = enumeration("sparse", { NONE: 0, SMALL: 3, LARGE: 700 }, 10);
const flagKinds = new Set<FieldKind>(["w1c", "w1s", "rc", "counter"]);
const makeField = (s: FieldSpec, lowest: number, room: number, narrow: boolean): Field => {
  const kind = narrow && ["pop", "push", "command", "external"].includes(s.kind) ? "rw" : s.kind;
  const width = Math.min(s.width, room);
  const special: Type =
    s.variant === 1 && room >= 1
      ? pairs
      : s.variant === 2 && room >= 2
        ? thirds
        : s.variant === 3 && room >= 10
          ? sparse
          : s.variant === 4 && width >= 2
            ? sint(width)
            : uint(width);
  const type: Type = flagKinds.has(kind) ? (width === 1 ? bool : uint(width)) : special;
  const largest = type.leaves[0]?.enumeration === null ? ((1n << BigInt(type.width - (type.leaves[0]?.signed ? 1 : 0))) - 1n) / 3n : 0n;
  const options = s.variant >= 5 && largest > 0n ? { reset: largest } : {};
  switch (kind) {
    case "rw":
      return rw(lowest, type, "text", options);
    case "ro":
      return ro(lowest, type, "text");
    case "wo":
      return wo(lowest, type, "text", options);
    case "w1c":
      return w1c(lowest, type, "text", options);
    case "w1s":
      return w1s(lowest, type, "text", options);
    case "rc":
      return rc(lowest, type, "text", options);
    case "counter":
      return counter(lowest, type, "text", {
        step: s.variant % 3 === 0 ? 1 : Math.min(3, type.width),
        overflow: s.variant % 2 === 0 ? "wrap" : "saturate",
      });
    case "pop":
      return pop(lowest, type, "text");
    case "push":
      return push(lowest, type, "text");
    case "external":
      return external(lowest, type, "text");
    case "command":
      return command(lowest, type, "text");
    case "fixed":
      return fixed(
        lowest,
        type,
        type.leaves[0]?.enumeration === null ? largest : (type.leaves[0]?.enumeration?.members[0]?.name as never),
        "text",
      );
  }
};
const makeRegister = (s: RegisterSpec, offset: number, busBytes: number, narrow: boolean, forwarded: boolean): Register => {
  const bytes = Math.min(s.bytes, busBytes);
  const fields: Record<string, Field> = {};
  let at = 0;
  for (const [i, f] of s.fields.entries()) {
    at += f.gap;
    if (at >= bytes * 8) break;
    const made = makeField(f, at, bytes * 8 - at, narrow);
    fields[`field${i}`] = made;
    at += made.type.width;
  }
  if (Object.keys(fields).length === 0) fields.field0 = rw(0, bool, "text");
  return reg(offset, "text", fields, { width: (bytes * 8) as RegisterWidth, forwarded });
};
const alignTo = (n: number, to: number): number => Math.ceil(n / to) * to;
const powerAbove = (n: number): number => 2 ** Math.ceil(Math.log2(n));

/** Makes the registers of a group, or one, one after the other. */
const makeNodes = (s: ItemSpec, busBytes: number, narrow: boolean, mayForward: boolean): Record<string, Node> => {
  const nodes: Record<string, Node> = {};
  let at = 0;
  for (const [i, r] of s.registers.entries()) {
    const forwarded = mayForward && r.forwarded && !narrow;
    const bytes = Math.min(r.bytes, busBytes);
    at = alignTo(at, forwarded ? busBytes : bytes);
    nodes[`REG${i}`] = makeRegister(r, at, busBytes, narrow, forwarded);
    at += forwarded ? busBytes : bytes;
  }
  return nodes;
};
export const mapOf = (spec: MapSpec, name = "random_map"): RegisterMap => {
  const { busBytes } = spec;
  const nodes: Record<string, Node> = {};
  let at = 0;
  for (const [i, s] of spec.items.entries()) {
    const name = `${s.shape.toUpperCase()}${i}`;
    if (s.shape === "window") {
      at = alignTo(at, busBytes);
      const size = busBytes * (1 + s.count * 3);
      nodes[name] = window(at, size, "text", { access: (["rw", "ro", "wo"] as const)[s.spread] as "rw" });
      at += size;
      continue;
    }
    const one =
      s.shape === "group"
        ? registers(0, "text", makeNodes(s, busBytes, false, !s.forwarded))
        : makeRegister(s.registers[0] as RegisterSpec, 0, busBytes, false, false);
    if (s.count === 0) {
      const forwarded = s.forwarded;
      at = alignTo(at, s.shape === "group" || forwarded ? busBytes : elementBytes(one, busBytes));
      nodes[name] = { ...one, offset: at, forwarded };
      at += elementBytes(one, busBytes);
      if (forwarded || s.shape === "group") at = alignTo(at, busBytes);
      continue;
    }
    const stride = Math.max(powerAbove(elementBytes(one, busBytes)) * 2 ** s.spread, s.forwarded ? busBytes : 1);
    const narrow = stride < busBytes;
    at = alignTo(alignTo(at, busBytes), stride);
    const repetition = { count: s.count, stride };
    const first = s.registers[0] as RegisterSpec;
    nodes[name] =
      s.shape === "group"
        ? registers.array(at, repetition, "text", makeNodes(s, busBytes, narrow, !s.forwarded), { forwarded: s.forwarded })
        : { ...makeRegister(first, at, busBytes, narrow, s.forwarded), ...repetition };
    at = alignTo(at + s.count * stride, busBytes);
  }
  return registerMap(name, nodes, {
    doc: "text",
    size: Math.max(2 * busBytes, alignTo(at, busBytes)) + busBytes * (spec.items.length % 3),
    busWidth: busBytes === 4 ? 32 : 64,
  });
};
