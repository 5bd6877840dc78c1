/** A design whose outputs are whatever a test says: a stand-in for hardware that breaks the rules. */
import type { VerilogOptions } from "#sim/bridge/design.ts";

export type PuppetPins = Readonly<Record<string, readonly ["input" | "output", number]>>;

/** Each output `x` is the input `do_x`; inputs go nowhere. */
export const puppet = (top: string, pins: PuppetPins): VerilogOptions => {
  const range = (width: number): string => (width === 1 ? "" : ` [${width - 1}:0]`);
  const outputs = Object.entries(pins).filter(([, [direction]]) => direction === "output");
  const ports = ["input wire clk", "input wire rst"];
  for (const [name, [direction, width]] of Object.entries(pins)) ports.push(`${direction} wire${range(width)} ${name}`);
  for (const [name, [, width]] of outputs) ports.push(`input wire${range(width)} do_${name}`);
  const lines = outputs.map(([name]) => `  assign ${name} = do_${name};`);
  return {
    top,
    files: { [`${top}.v`]: [`module ${top} (`, `  ${ports.join(",\n  ")}`, ");", ...lines, "endmodule", ""].join("\n") },
    pins: {
      clk: "input",
      rst: "input",
      ...Object.fromEntries(
        Object.entries(pins).map(([name, [direction, width]]) => [name, direction === "input" ? { input: width } : { output: width }]),
      ),
      ...Object.fromEntries(outputs.map(([name, [, width]]) => [`do_${name}`, { input: width }])),
    },
  };
};

/** Pins of an AXI4 master of 64 bits as seen from outside. */
export const axiMasterPins: PuppetPins = {
  ...request("aw"),
  m_wvalid: ["output", 1],
  m_wready: ["input", 1],
  m_wdata: ["output", 64],
  m_wstrb: ["output", 8],
  m_wlast: ["output", 1],
  m_bvalid: ["input", 1],
  m_bready: ["output", 1],
  m_bid: ["input", 4],
  m_bresp: ["input", 2],
  ...request("ar"),
  m_rvalid: ["input", 1],
  m_rready: ["output", 1],
  m_rdata: ["input", 64],
  m_rid: ["input", 4],
  m_rresp: ["input", 2],
  m_rlast: ["input", 1],
};
function request(channel: string): PuppetPins {
  return {
    [`m_${channel}valid`]: ["output", 1],
    [`m_${channel}ready`]: ["input", 1],
    [`m_${channel}addr`]: ["output", 32],
    [`m_${channel}id`]: ["output", 4],
    [`m_${channel}len`]: ["output", 8],
    [`m_${channel}size`]: ["output", 3],
    [`m_${channel}burst`]: ["output", 2],
  };
}
