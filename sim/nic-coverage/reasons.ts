/**
 * Why some points of the NIC are never reached by traffic at its top, each with its reason. What is neither reached nor
 * explained here is a hole, and the report shows it as one.
 */
import type { Kind } from "./modules.ts";

export interface Reason {
  /** Modules, kinds and points that it speaks of; all where left out. */
  readonly module?: RegExp;
  readonly kind?: Kind;
  /** The point, as Verilator names it: `address[40]:0->1`, `if`. */
  readonly what?: RegExp;
  /** The line of Verilog on which it stands. */
  readonly line?: RegExp;
  readonly why: string;
}

/** The first reason that fits a point. */
export const reasonFor = (
  reasons: readonly Reason[],
  point: { readonly module: string; readonly kind: Kind; readonly what: string; readonly line: string },
): string | null =>
  reasons.find(
    (r) =>
      (r.module?.test(point.module) ?? true) &&
      (r.kind === undefined || r.kind === point.kind) &&
      (r.what?.test(point.what) ?? true) &&
      (r.line?.test(point.line) ?? true),
  )?.why ?? null;

/** Bits `low` and up of a word. */
const from = (low: number): string => `\\[(?:${Array.from({ length: 64 - low }, (_, i) => low + i).join("|")})\\]:`;

/** Of `accio_top` in the scenes of `./accio fuzz nic`. */
export const nicReasons: readonly Reason[] = [
  { kind: "toggle", what: /(^|_)(clk|rst)\b/, why: "a clock is the simulator's, and reset is applied a few times" },
  { kind: "toggle", what: /_holds?:/, why: "the net of a property that is always true" },
  { kind: "toggle", what: /^unused_/, why: "tells linters that nothing needs it" },
  { kind: "toggle", line: /localparam|= \d+'[hbd][0-9a-f]+;/, why: "a constant" },
  {
    kind: "toggle",
    what: /axi_a[wr](size|burst|lock|cache|prot|qos)\b/,
    why: "bursts are incrementing and of whole words, and their kind is a constant",
  },
  {
    kind: "toggle",
    module: /accio_top|axi4_registers/,
    what: /^(s_)?axi_a[wr](len|addr\[[012]\])/,
    why: "a hart's access is one word or a part of one",
  },
  { kind: "toggle", what: /length\[[3-7]\]|axi_a[wr]len\[[3-7]\]/, why: "a burst is a line of 64 bytes at most, 8 words of 64 bits" },
  { kind: "toggle", what: /(keep|tkeep)\[0\]/, why: "a beat has a byte" },
  { kind: "toggle", what: /^(m_axi_[br]ready|s_axis_rx_tready|.*later\[0\])/, why: "is always 1, or always 0" },
  {
    kind: "toggle",
    what: new RegExp(`(addr|address|base|BASE|DESCRIPTORS|COMPLETIONS|lines?)\\w*${from(32)}`),
    why: "memory of the scenes lies in the first 4 GiB",
  },
  {
    kind: "toggle",
    what: new RegExp(`(now|time|timestamp|cycles|moment)\\w*${from(20)}`),
    why: "a clock that would have to run for more than a million cycles",
  },
  {
    kind: "toggle",
    what: new RegExp(`(count|COUNT|FRAMES|RX_|TX_|drops|lost)\\w*${from(10)}`),
    why: "a counter that no scene brings so far",
  },
  {
    module: /^prototype_/,
    why: "the scenes speak to the new pages only; the prototype's have a model and random accesses of their own (tb/rtl/ict/prototype-view.test.ts)",
  },
];
