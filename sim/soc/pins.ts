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

/** Verilator's control file: the trace signals stay readable. */
export const traceControl = (): string =>
  ["`verilator_config", ...signals.map((name) => `public_flat_rd -module "CSRFile" -var "${name}"`), ""].join("\n");

/** Where a hart's CSR file is below the top, as Rocket Chip names its tiles. */
const csrPath = (hart: number): string =>
  ["soc", "rocket", hart === 0 ? "tile_prci_domain" : `tile_prci_domain_${hart}`, "tile_reset_domain_tile", "core", "csr"].join("__DOT__");

/** `pins.h`. Throws when the model's header does not have a signal: Verilator or Rocket has changed its ways. */
export const pinsHeader = (config: SocConfig, modelHeader: string): string => {
  const member = (hart: number, signal: string): string => {
    const name = `${csrPath(hart)}__DOT__${signal}`;
    if (!new RegExp(`\\b${name};`).test(modelHeader))
      throw new Error(`${config.name}: the Verilated model has no ${name}: Verilator did not inline hart ${hart} into its top`);
    return `&t.${name}`;
  };
  const harts = Array.from({ length: config.harts }, (_, hart) => hart);
  return `// Generated for ${config.name}.
#pragma once
#include "Vsoc.h"
#include "Vsoc___024root.h"
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
