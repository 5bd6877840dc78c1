/** Errors in the parameters of a library block name the line that asked for it, not the block's own. */
import { fail, outside } from "../core/source.ts";

/** Throws an `HdlError` at the place outside the library that called into it. */
export const refuse = (message: string): never => fail("argument", message, outside(import.meta.dirname));
