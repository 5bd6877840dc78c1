/** Names that the emitter gives: unique in their module, never a reserved word, always the same for the same design. */
import { botherVerilator, reservedBy } from "../check/reserved.ts";
import type { EnumInfo, Module } from "../core/ir.ts";

/** The identifiers of one module. */
export class Names {
  readonly #taken = new Set<string>();

  constructor(m: Module) {
    for (const d of m.domains) this.#taken.add(d.clock.name);
    for (const d of m.resets) this.#taken.add(d.reset.name);
    for (const named of [...m.ports, ...m.signals, ...m.memories, ...m.instances]) this.#taken.add(named.name);
  }

  isFree(name: string): boolean {
    return !this.#taken.has(name) && reservedBy(name) === null && !botherVerilator(name);
  }

  /** Takes `wanted`, or `wanted_2`, `wanted_3`, ... where that is not free. */
  claim(wanted: string): string {
    let name = wanted;
    for (let i = 2; !this.isFree(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

const longestSlug = 48;

/** Free text as an identifier: "never full, nor empty" is never_full_nor_empty. Cut between words where it is long. */
export const slug = (text: string): string => {
  const words = text
    .replaceAll(/[^A-Za-z0-9_]+/g, "_")
    .replaceAll(/^_+|_+$/g, "")
    .toLowerCase()
    .replace(new RegExp(`^(.{1,${longestSlug}})(?:_.*|$)`), "$1");
  return /^[a-z_]/.test(words) ? words : `p_${words}`;
};

const upperSnake = (name: string): string =>
  name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9_]+/g, "_")
    .toUpperCase();

/** The localparams of one module: a name for each member of an enumeration that its text mentions. */
export class MemberNames {
  readonly #names: Names;
  readonly #prefixes = new Map<EnumInfo, string>();
  readonly #members = new Map<EnumInfo, Map<bigint, string>>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** `STATE_IDLE`; null where the enumeration has no member of this value. Marks it as used. */
  of(info: EnumInfo, value: bigint): string | null {
    const member = info.members.find((m) => m.value === value);
    if (member === undefined) return null;
    const known = this.#members.get(info) ?? new Map<bigint, string>();
    this.#members.set(info, known);
    const name = known.get(value) ?? this.#names.claim(`${this.#prefix(info)}_${upperSnake(member.name)}`);
    known.set(value, name);
    return name;
  }

  /** Two enumerations of one name in a module share no member names: the second one's prefix gets a number. */
  #prefix(info: EnumInfo): string {
    const known = this.#prefixes.get(info);
    if (known !== undefined) return known;
    const wanted = upperSnake(info.name);
    const others = new Set(this.#prefixes.values());
    const collides = (prefix: string): boolean =>
      others.has(prefix) || info.members.some((m) => !this.#names.isFree(`${prefix}_${upperSnake(m.name)}`));
    let prefix = wanted;
    for (let i = 2; collides(prefix); i++) prefix = `${wanted}${i}`;
    this.#prefixes.set(info, prefix);
    return prefix;
  }

  /** Members that were mentioned, by enumeration, in the order of first mention and of value declaration. */
  used(): readonly { readonly info: EnumInfo; readonly members: readonly { readonly name: string; readonly value: bigint }[] }[] {
    return [...this.#members].map(([info, names]) => ({
      info,
      members: info.members.flatMap((m) => {
        const name = names.get(m.value);
        return name === undefined ? [] : [{ name, value: m.value }];
      }),
    }));
  }
}
