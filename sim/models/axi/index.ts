/** AXI4 models: memory behind a master of the design, a master in front of its slave. */
export {
  AxiError,
  AxiMaster,
  type AxiMasterOptions,
  type AxiResponse,
  axiMaster,
  type Transaction,
  type TransactionResult,
} from "./master.ts";
export { type AxiErrorRange, AxiMemory, type AxiMemoryOptions, axiMemory, Memory } from "./memory.ts";
export { type AxiGroup, axiGroups } from "./pins.ts";
export { type AxiRegistersOptions, axiRegisters } from "./registers.ts";
