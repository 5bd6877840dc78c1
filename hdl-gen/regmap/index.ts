/** Register maps: `import { reg, registerMap, rw, ... } from "#hdl/regmap/index.ts";` */
export { type BindingOptions, deviceTreeBinding } from "./binding.ts";
export { addressBits, type BlockOptions, registerBlock } from "./block.ts";
export type { BlockPorts, NodeView, RegisterView } from "./block-ports.ts";
export { cHeader, type HeaderOptions } from "./c-header.ts";
export type { ReadFields, SettableOf, ValueOf, WriteFields } from "./codec.ts";
export { type Device, type DeviceOptions, device, deviceOf, deviceTreeNode, type Placement, type Property } from "./device.ts";
export {
  command,
  counter,
  external,
  type Field,
  type FieldKind,
  type Fields,
  fixed,
  kinds,
  pop,
  push,
  rc,
  ro,
  rw,
  w1c,
  w1s,
  wo,
} from "./fields.ts";
export { ForwardedBus } from "./forwarded.ts";
export { html } from "./html.ts";
export { elements, type PlacedRegister, type RegisterElement } from "./layout.ts";
export { type MapOptions, type RegisterMap, registerMap } from "./map.ts";
export { markdown } from "./markdown.ts";
export {
  type MemoryInit,
  type MemorySignals,
  type MemoryValue,
  memoryBits,
  memoryFields,
  memoryLayout,
  readMemory,
  writeMemory,
} from "./memory.ts";
export { type Group, type Nodes, type Register, type RegisterWidth, reg, registers, type Window, window } from "./nodes.ts";
export { systemRdl } from "./system-rdl.ts";
