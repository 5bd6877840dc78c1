/** Bits put together from parts at stated places. */
import { transparent } from "../core/source.ts";
import { type Bits, cat, constant } from "../core/values.ts";

transparent(import.meta.url);

export interface Part {
  readonly lo: number;
  readonly value: Bits;
}
/** `width` bits with each part where it belongs, zeros between. */
export const assemble = (width: number, parts: readonly Part[]): Bits => {
  const pieces: Bits[] = [];
  let at = 0;
  for (const p of [...parts].sort((a, b) => a.lo - b.lo)) {
    if (p.lo > at) pieces.unshift(constant(p.lo - at, 0));
    pieces.unshift(p.value);
    at = p.lo + p.value.width;
  }
  if (at < width) pieces.unshift(constant(width - at, 0));
  return cat(...pieces);
};
