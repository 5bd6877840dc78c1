/** How values are printed for people. */
import type { Signal } from "../core/ir.ts";

type Shown = Pick<Signal, "width" | "signed" | "enumeration">;

/** "IDLE", "-3", "7", "0x1f": members by name, signed as signed, from 10 up in hexadecimal. */
export const readable = (s: Shown, value: bigint): string => {
  const member = s.enumeration?.members.find((m) => m.value === value);
  if (member !== undefined) return member.name;
  if (s.signed) return `${BigInt.asIntN(s.width, value)}`;
  return value < 10n ? `${value}` : `0x${value.toString(16)}`;
};
/** The same without "0x", where space is short. */
export const short = (s: Shown, value: bigint): string => readable(s, value).replace(/^0x/, "");
