/** What an address is called: function and offset from the symbol table, source line from DWARF. */
import { spawnSync } from "node:child_process";
import { relative } from "node:path";
import { findTool } from "#toolchain/tools.ts";
import type { Elf, ElfSymbol } from "./elf.ts";

/** A piece of code with a name. */
export interface CodeRange {
  readonly name: string;
  readonly first: bigint;
  /** One past its last byte. */
  readonly end: bigint;
}

const inside = (elf: Elf, address: bigint): boolean =>
  elf.segments.some((s) => s.executable && address >= s.address && address < s.address + BigInt(s.memoryBytes));

/**
 * The functions of a program by address, without overlaps: a symbol of the assembler, which has no size, reaches to the
 * next symbol or the end of its segment. Of several names for one address the one with a size is kept.
 */
export const functionsOf = (elf: Elf): readonly CodeRange[] => {
  const kept: ElfSymbol[] = [];
  // Where the functions with a size end that have begun so far: labels without one inside them belong to them.
  let reach = 0n;
  for (const s of elf.symbols) {
    if (s.kind === "object" || !inside(elf, s.address) || s.address === kept.at(-1)?.address) continue;
    if (s.size === 0n && s.address < reach) continue;
    kept.push(s);
    if (s.address + s.size > reach) reach = s.address + s.size;
  }
  return kept.map((s, i): CodeRange => {
    const next = kept[i + 1]?.address;
    const segment = elf.segments.find((g) => s.address >= g.address && s.address < g.address + BigInt(g.memoryBytes));
    const limit = segment === undefined ? s.address + s.size : segment.address + BigInt(segment.memoryBytes);
    const own = s.size > 0n ? s.address + s.size : limit;
    return { name: s.name, first: s.address, end: next !== undefined && next < own ? next : own };
  });
};

export const hex = (address: bigint): string => `0x${BigInt.asUintN(64, address).toString(16).padStart(8, "0")}`;

/** Names addresses of one program. */
export class Symbolizer {
  readonly elf: Elf;
  readonly functions: readonly CodeRange[];
  readonly #lines = new Map<bigint, string>();

  /** @param functions in order of their addresses; those of the program unless said */
  constructor(elf: Elf, functions: readonly CodeRange[] = functionsOf(elf)) {
    this.elf = elf;
    this.functions = functions;
  }

  /** "main+0x1c", or undefined where the program has nothing. */
  name(address: bigint): string | undefined {
    const found = this.functions.find((f) => address >= f.first && address < f.end);
    if (found === undefined) return undefined;
    return address === found.first ? found.name : `${found.name}+0x${(address - found.first).toString(16)}`;
  }

  /** "hello.c:12" for each address; undefined where DWARF says nothing. The file as seen from the current folder. */
  lines(addresses: readonly bigint[]): readonly (string | undefined)[] {
    const wanted = [...new Set(addresses)].filter((a) => !this.#lines.has(a) && inside(this.elf, a));
    if (this.elf.hasLines && wanted.length > 0) {
      const { stdout } = spawnSync(findTool("addr2line-riscv64"), ["-e", this.elf.path, ...wanted.map((a) => `0x${a.toString(16)}`)], {
        encoding: "utf8",
      });
      for (const [i, line] of stdout.trim().split("\n").entries()) {
        const place = /^(.*):(\d+)/.exec(line);
        const address = wanted[i];
        if (address !== undefined && place !== null && place[1] !== "??" && place[2] !== "0")
          this.#lines.set(address, `${shortest(place[1] as string)}:${place[2]}`);
      }
    }
    return addresses.map((a) => this.#lines.get(a));
  }

  /** "0x80000124 main+0x1c (hello.c:12)". */
  place(address: bigint): string {
    const [line] = this.lines([address]);
    const name = this.name(address);
    return [hex(address), ...(name === undefined ? [] : [name]), ...(line === undefined ? [] : [`(${line})`])].join(" ");
  }
}

const shortest = (path: string): string => {
  const near = relative(process.cwd(), path);
  return path.startsWith("/") && near.length < path.length ? near : path;
};
