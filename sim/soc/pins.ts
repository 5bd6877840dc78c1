/**
 * The generated C++ that finds a system's pins: widths, and where in the Verilated model each hart's trace signals are.
 * Rocket has no trace port; its CSR file knows what retires, and Verilator is told to keep those signals readable.
 */
import type { SocConfig } from "#rtl/soc/config.ts";

/** Signals of Rocket's `CSRFile`, in the order of `HartPins` (native/harts.h). */
const signals = [
  "io_trace_0_valid",
  "io_trace_0_exception",
  "io_trace_0_iaddr",
  "io_trace_0_insn",
  "reg_mcause",
  "reg_mepc",
  "reg_mtval",
  "reg_mtvec",
  "reg_scause",
  "reg_sepc",
  "reg_stval",
  "reg_stvec",
  "reg_mstatus_prv",
  "reg_wfi",
] as const;

/** The module around a hart's tile, as Rocket Chip names it. */
const tileModule = "TilePRCIDomain";

/**
 * Of Rocket's Verilog: what comes into a tile, clocks and resets left out. Throws when the module is not there: Rocket Chip
 * has changed its ways.
 */
export const tileInputs = (verilog: string): readonly string[] => {
  const head = new RegExp(`^module ${tileModule}\\(([^;]*)\\);`, "m").exec(verilog)?.[1];
  if (head === undefined) throw new Error(`Rocket's Verilog has no module ${tileModule}`);
  const inputs = [...head.matchAll(/\binput\s+(?:\[[^\]]*\]\s*)?(\w+)/g)].map((match) => match[1] ?? "");
  return inputs.filter((name) => !/(^|_)(clock|reset)$/.test(name));
};

/**
 * Verilator's control file: the trace signals stay readable. With `shared`, inputs of a tile, one tile's code serves every
 * hart: the module stays one, and nothing of its surroundings, in which the harts differ, is moved into it.
 */
export const traceControl = (shared: readonly string[] = []): string =>
  [
    "`verilator_config",
    ...signals.map((name) => `public_flat_rd -module "CSRFile" -var "${name}"`),
    ...(shared.length === 0 ? [] : [`no_inline -module "${tileModule}"`]),
    ...shared.map((name) => `public_flat_rw -module "${tileModule}" -var "${name}"`),
    "",
  ].join("\n");

/** Where a hart's CSR file is: the tile below the top, and the rest, as Rocket Chip names them. */
const tilePath = (hart: number): string => ["soc", "rocket", hart === 0 ? "tile_prci_domain" : `tile_prci_domain_${hart}`].join("__DOT__");
const csrPath = ["tile_reset_domain_tile", "core", "csr"].join("__DOT__");

/**
 * `pins.h`, where `header` gives the text of one of the model's headers by its name. Throws when it does not have a signal:
 * Verilator or Rocket has changed its ways.
 */
export const pinsHeader = (config: SocConfig, shared: boolean, header: (name: string) => string): string => {
  const files = shared ? ["Vsoc___024root.h", `Vsoc_${tileModule}.h`] : ["Vsoc___024root.h"];
  const texts = files.map(header);
  const member = (hart: number, signal: string): string => {
    const tile = `${shared ? "__PVT__" : ""}${tilePath(hart)}`;
    const name = `${csrPath}__DOT__${signal}`;
    const path = shared ? [tile, name] : [`${tile}__DOT__${name}`];
    path.forEach((part, index) => {
      if (!new RegExp(`\\b${part};`).test(texts[index] ?? ""))
        throw new Error(`${config.name}: the Verilated model has no ${part} in ${files[index]}: Verilator names hart ${hart} otherwise`);
    });
    return `&t.${path.join("->")}`;
  };
  const harts = Array.from({ length: config.harts }, (_, hart) => hart);
  return `// Generated for ${config.name}.
#pragma once
#include "Vsoc.h"
${files.map((name) => `#include "${name}"`).join("\n")}
#include "harts.h"

namespace soc {

using Top = Vsoc___024root;
constexpr unsigned kHarts = ${config.harts};
constexpr unsigned kMemoryBytes = ${config.memoryBits / 8};

inline HartPins hartPins(Top& t, unsigned hart) {
  switch (hart) {
${harts.map((hart) => `    case ${hart}:\n      return {${signals.map((s) => member(hart, s)).join(",\n              ")}};`).join("\n")}
    default: return {};
  }
}

}  // namespace soc
`;
};
