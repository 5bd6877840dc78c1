import type { Source } from "./ir.ts";
export const docFor = (_at: Source, _key?: string): string => "";
