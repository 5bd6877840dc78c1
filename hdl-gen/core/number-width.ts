/** Which widths a JavaScript number holds exactly, as a type: where `value` is a number, and where it must be a bigint. */

type Tuple<N extends number, T extends readonly unknown[] = []> = T["length"] extends N ? T : Tuple<N, [...T, unknown]>;

/** Widths up to 53, the bits of `Number.MAX_SAFE_INTEGER`: the lengths that a tuple of 53 optional elements may have. */
export type NumberWidth = Exclude<Partial<Tuple<53>>["length"], 0>;
