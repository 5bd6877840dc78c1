/** Where the simulator finds harts in the Verilated model, and what keeps their tile one piece of code. */
import { describe, expect, it } from "vitest";
import { socConfigs } from "#rtl/soc/config.ts";
import { pinsHeader, tileInputs, traceControl } from "#sim/soc/pins.ts";

const verilog = `module Other(
  input  clock
);
endmodule
module TilePRCIDomain(
  input         auto_tap_clock_in_clock,
  input         auto_tap_clock_in_reset,
  output [2:0]  auto_out_a_bits,
  input  [1:0]  auto_hartid_in,
  input         auto_clock_xing_in_0,
  input         clock,
  input         reset
);
endmodule
`;

describe("a tile's inputs", () => {
  it("are those of its module, without clocks and resets", () =>
    expect(tileInputs(verilog)).toEqual(["auto_hartid_in", "auto_clock_xing_in_0"]));
  it("need the module", () => expect(() => tileInputs("module Tile(\n);\n")).toThrow("no module TilePRCIDomain"));
});

describe("the control file", () => {
  it("leaves tiles as they come where there is one", () => {
    expect(traceControl()).toMatch(/^`verilator_config\npublic_flat_rd -module "CSRFile" -var "io_trace_0_valid"\n/);
    expect(traceControl()).not.toMatch("TilePRCIDomain");
  });
  it("keeps shared tiles one module, and their surroundings outside", () => {
    const lines = traceControl(["one", "two"]).split("\n");
    expect(lines.filter((line) => line.includes("TilePRCIDomain"))).toEqual([
      'no_inline -module "TilePRCIDomain"',
      'public_flat_rw -module "TilePRCIDomain" -var "one"',
      'public_flat_rw -module "TilePRCIDomain" -var "two"',
    ]);
  });
});

describe("the pins of harts", () => {
  /** A header as Verilator writes it, of the members that `text` names. */
  const members = (text: string): string => text.replace(/\w+/g, (name) => `  IData ${name};\n`);
  const csr = "tile_reset_domain_tile__DOT__core__DOT__csr__DOT__";
  const signals = "io_trace_0_valid io_trace_0_exception io_trace_0_iaddr io_trace_0_insn reg_mcause reg_mepc reg_mtval reg_mtvec"
    .concat(" reg_scause reg_sepc reg_stval reg_stvec reg_mstatus_prv reg_wfi")
    .split(" ");
  const tiles = ["", "_1", "_2", "_3"].map((n) => `soc__DOT__rocket__DOT__tile_prci_domain${n}`);

  it("lie in the top where tiles were put into it", () => {
    const top = members(signals.map((s) => `${tiles[0]}__DOT__${csr}${s}`).join(" "));
    const text = pinsHeader(socConfigs.soc1, false, () => top);
    expect(text).toContain(`&t.${tiles[0]}__DOT__${csr}reg_wfi}`);
    expect(text).not.toContain("Vsoc_TilePRCIDomain.h");
  });
  it("lie in each tile where one's code is for all", () => {
    const headers: Readonly<Record<string, string>> = {
      "Vsoc___024root.h": members(tiles.map((t) => `__PVT__${t}`).join(" ")),
      "Vsoc_TilePRCIDomain.h": members(signals.map((s) => `${csr}${s}`).join(" ")),
    };
    const text = pinsHeader(socConfigs.soc4, true, (name) => headers[name] ?? "");
    expect(text).toContain('#include "Vsoc_TilePRCIDomain.h"');
    for (const tile of tiles) expect(text).toContain(`{&t.__PVT__${tile}->${csr}io_trace_0_valid,`);
  });
  it("are missed by name, and by hart", () => {
    expect(() => pinsHeader(socConfigs.soc4, true, () => "")).toThrow(
      `soc4: the Verilated model has no __PVT__${tiles[0]} in Vsoc___024root.h: Verilator names hart 0 otherwise`,
    );
  });
});
