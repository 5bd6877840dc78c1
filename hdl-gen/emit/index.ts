/** IR to Verilog. */
export { emitDesign } from "./design.ts";
export { type VerilogOptions, verilog } from "./module.ts";
