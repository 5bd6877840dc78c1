/** Constants as a person writes them: sized, decimal while that is readable, in the user's radix where one was used. */
import type { Literal } from "../core/ir.ts";

const grouped = (digits: string, size: number): string =>
  digits.length <= 8 ? digits : digits.replaceAll(new RegExp(`\\B(?=(\\w{${size}})+$)`, "g"), "_");

/** `8'd255`, `4'b0101`, `64'h0123_4567_89ab_cdef`; above 32 bits all ones are `{64{1'b1}}`. */
export const literalText = ({ value, width, radix }: Pick<Literal, "value" | "width" | "radix">): string => {
  if (width === 1) return `1'b${value}`;
  if (value === 0n) return `${width}'d0`;
  if (width > 32 && value === (1n << BigInt(width)) - 1n) return `{${width}{1'b1}}`;
  if (radix === "bin" && width <= 64) return `${width}'b${grouped(value.toString(2).padStart(width, "0"), 4)}`;
  if (radix === "hex" || value >= 1n << 31n) return `${width}'h${grouped(value.toString(16).padStart(Math.ceil(width / 4), "0"), 4)}`;
  return `${width}'d${value}`;
};

/** The same bits as an operand of a signed comparison: `8'sd5`, `-8'sd5`. */
export const signedLiteralText = ({ value, width, radix }: Literal): string => {
  const half = 1n << BigInt(width - 1);
  const number = value >= half ? value - 2n * half : value;
  const size = number < 0n ? -number : number;
  if (width === 1 || size >= half || size >= 1n << 31n) return `$signed(${literalText({ value, width, ...(radix ? { radix } : {}) })})`;
  return `${number < 0n ? "-" : ""}${width}'sd${size}`;
};
