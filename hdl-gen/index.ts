/** The language: everything a hardware file imports. `import { module, input, output, uint } from "#hdl";` */
export { Builder, type SignalOptions } from "./core/builder.ts";
export { type Constant, clog2, isPowerOfTwo, widthOf } from "./core/expr.ts";
export type { Fsm } from "./core/fsm.ts";
export type { HardwareExternal, HardwareModule } from "./core/hardware.ts";
export type { ConnectionsOf, InstanceOptions } from "./core/instance.ts";
export { type Diagnostic, type ExternalModule, HdlError, type Module, type Source } from "./core/ir.ts";
export type { MemoryHandle, MemoryOptions } from "./core/memory.ts";
export { type ExternalOptions, external, module } from "./core/module.ts";
export {
  Bundle,
  backward,
  bundle,
  type Clock,
  clock,
  type Direction,
  defaultClock,
  forward,
  type Io,
  inout,
  input,
  output,
  type Pin,
  type Port,
  type Ports,
  pins,
  type ViewOf,
} from "./core/ports.ts";
export { choose, mux, oneHotMux, priorityMux, reduce } from "./core/select.ts";
export { transparent } from "./core/source.ts";
export { typeOf } from "./core/type-of.ts";
export {
  ArrayType,
  array,
  bool,
  EnumType,
  enumeration,
  type InitOf,
  index,
  type Leaf,
  type RegisterSpec,
  type SignalOf,
  type StructInit,
  StructType,
  type StructValue,
  sint,
  struct,
  Type,
  uint,
} from "./core/types.ts";
export { Bits, type Bool, type Condition, cat, constant, Data, EnumValue, hinted, type Operand, Signed, Vec } from "./core/values.ts";
export { Stream, stream } from "./lib/stream.ts";
