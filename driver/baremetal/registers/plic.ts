/** The interrupt controller as the program `registers` uses it: a source's line as a claim of hart 0 sees it. */
import { regionOf, type SocMap } from "#rtl/soc/map.ts";
import { type Operation, operation } from "./table.ts";

/** Accesses to it, which are written down behind the others. */
export const plicLine = (to: Operation[], map: SocMap) => {
  const { base } = regionOf(map, "plic");
  const name = "plic";
  const enable = base + 0x2000;
  const claim = base + 0x20_0004;
  const push = (kind: Operation["kind"], address: number, value: bigint, mask?: bigint): void => {
    to.push(operation(kind, name, address, 4, value, mask));
  };
  return {
    /** From here on claims are for this source. What it did before is taken and given back. */
    watch: (source: number): void => {
      push("write", base + 4 * source, 1n);
      push("write", enable, 1n << BigInt(source));
      push("read", claim, 0n, 0n);
      push("write", claim, BigInt(source));
    },
    /** The line is up. */
    raised: (source: number): void => {
      push("wait", base + 0x1000, 1n << BigInt(source), 1n << BigInt(source));
      push("read", claim, BigInt(source));
    },
    complete: (source: number): void => push("write", claim, BigInt(source)),
    /** Nobody has anything. */
    quiet: (): void => push("read", claim, 0n),
    end: (): void => push("write", enable, 0n),
  };
};
