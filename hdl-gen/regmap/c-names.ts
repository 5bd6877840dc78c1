/** Names of the C header: one place, so that the header, its checks and its clashes agree. */
import { enumerationOf, type Field } from "./fields.ts";
import type { Layout } from "./layout.ts";
import { snake, upper } from "./names.ts";

/** `accio_nic_rx_head`: prefix of functions. */
export const functionPrefix = (map: string, path: readonly string[]): string => [map, ...path].map(snake).join("_");
/** `ACCIO_NIC_RX_HEAD`: prefix of macros. */
export const macroPrefix = (map: string, path: readonly string[]): string => [map, ...path].map(upper).join("_");

export const fieldSuffixes = ["SHIFT", "WIDTH", "MASK"] as const;
/** The macros of one field, without its members. */
const fieldMacros = (prefix: string, name: string, f: Field): readonly string[] => [
  ...fieldSuffixes.map((s) => `${prefix}_${upper(name)}_${s}`),
  ...(enumerationOf(f)?.members ?? []).map((m) => `${prefix}_${upper(name)}_${upper(m.name)}`),
];

/** A C name that two things of a map would have, with their titles; null where there is none. */
export const clashOfNames = (
  map: string,
  layout: Layout,
): { readonly name: string; readonly first: string; readonly second: string } | null => {
  const seen = new Map<string, string>();
  const of = (names: readonly string[], title: string): { name: string; first: string; second: string } | null => {
    for (const name of names) {
      const first = seen.get(name);
      if (first !== undefined && first !== title) return { name, first, second: title };
      seen.set(name, title);
    }
    return null;
  };
  for (const p of layout.registers) {
    const prefix = macroPrefix(map, p.path);
    const arrays = p.arrays.map((a) => macroPrefix(map, a.path));
    const found =
      of(
        ["OFFSET", "RESET"].map((s) => `${prefix}_${s}`),
        p.title,
      ) ??
      arrays
        .map((a) =>
          of(
            ["COUNT", "STRIDE"].map((s) => `${a}_${s}`),
            a,
          ),
        )
        .find((x) => x !== null) ??
      Object.entries(p.register.fields)
        .map(([name, f]) => of(fieldMacros(prefix, name, f), `${p.title}.${name}`))
        .find((x) => x !== null);
    if (found !== undefined && found !== null) return found;
  }
  for (const w of layout.windows) {
    const found = of(
      ["OFFSET", "SIZE"].map((s) => `${macroPrefix(map, w.path)}_${s}`),
      w.title,
    );
    if (found !== null) return found;
  }
  return null;
};
