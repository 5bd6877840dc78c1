/** The language: everything a hardware file imports. `import { module, input, output, uint } from "#hdl";` */
export { Builder, type HardwareExternal, type HardwareModule, type SignalOptions } from "./core/builder.ts";
export { clog2, type Constant, isPowerOfTwo, widthOf } from "./core/expr.ts";
export type { Fsm } from "./core/fsm.ts";
export type { ConnectionsOf, InstanceOptions } from "./core/instance.ts";
export type { MemoryHandle, MemoryOptions } from "./core/memory.ts";
export { external, type ExternalOptions, module } from "./core/module.ts";
export { backward, Bundle, bundle, type Clock, clock, defaultClock, type Direction, forward, inout, input, type Io, output, pins, type Pin, type Port, type Ports, type ViewOf } from "./core/ports.ts";
export { array, ArrayType, bool, enumeration, EnumType, index, type InitOf, type Leaf, type RegisterSpec, type SignalOf, sint, struct, StructType, type StructInit, type StructValue, Type, uint } from "./core/types.ts";
export { Bits, type Bool, cat, type Condition, constant, Data, EnumValue, hinted, type Operand, Signed, Vec } from "./core/values.ts";
export { choose, mux, oneHotMux, priorityMux, reduce } from "./core/select.ts";
export { HdlError, type Diagnostic, type Module, type ExternalModule, type Source } from "./core/ir.ts";
export { transparent } from "./core/source.ts";
export { Stream, stream } from "./lib/stream.ts";
