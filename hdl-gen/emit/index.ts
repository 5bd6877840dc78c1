/** IR to Verilog. */
export { type VerilogOptions, verilog } from "./module.ts";
