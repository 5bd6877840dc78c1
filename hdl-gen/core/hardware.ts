/** What `module` and `external` give: the IR together with the types of its ports. */
import type { ExternalModule, Module } from "./ir.ts";
import type { Ports } from "./ports.ts";

/** A module value: the IR with the types of its ports. */
export interface HardwareModule<P extends Ports = Ports> extends Module {
  readonly shape: P;
}
/** Verilog written by others, with typed ports. */
export interface HardwareExternal<P extends Ports = Ports> extends ExternalModule {
  readonly shape: P;
}
