/**
 * Many modules in one build. `bench` holds them side by side, each with its pins packed into vectors; a Verilog program
 * (`run`, for Icarus) or a C++ one (for Verilator) feeds it one line of hexadecimal per step and prints what it sees.
 */
import type { Pins, Step } from "./stimulus.ts";
import { hexOf } from "./stimulus.ts";

/** A module under test: the name of its top in Verilog, and its pins. */
export interface Bench {
  readonly name: string;
  readonly pins: Pins;
  readonly stimulus: readonly Step[];
}

const range = (width: number): string => `[${width - 1}:0]`;
const clockPin = (name: string): string => (name === "" ? "clk" : `${name}_clk`);

/** Connections of the packed vectors to the pins of one module. */
const connections = ({ pins }: Bench, i: number): readonly string[] => {
  const list = pins.clocks.map((c, k) => `.${clockPin(c)}(tick_${i}[${k}])`);
  let at = 0;
  for (const s of pins.inputs) {
    list.push(`.${s.name}(in_${i}[${at + s.width - 1}:${at}])`);
    at += s.width;
  }
  at = 0;
  for (const s of pins.outputs) {
    list.push(`.${s.name}(out_${i}[${at + s.width - 1}:${at}])`);
    at += s.width;
  }
  return list;
};

/** Bits of a tick vector: at least one, for there are no empty ports. */
const tickWidth = (b: Bench): number => Math.max(1, b.pins.clocks.length);

/** Module `bench` with all modules in it. */
export const benchVerilog = (benches: readonly Bench[]): string => {
  const ports = benches.flatMap((b, i) => [
    `  input wire ${range(b.pins.inputWidth)} in_${i}`,
    `  input wire ${range(tickWidth(b))} tick_${i}`,
    `  output wire ${range(b.pins.outputWidth)} out_${i}`,
  ]);
  const body = benches.map((b, i) => `  ${b.name} dut_${i} (\n    ${connections(b, i).join(",\n    ")}\n  );`);
  return `module bench (\n${ports.join(",\n")}\n);\n${body.join("\n")}\nendmodule\n`;
};

const stepWidth = (b: Bench): number => b.pins.inputWidth + tickWidth(b);

/** One line per step: all modules' inputs and ticks in one number, the first module lowest. */
export const stimulusText = (benches: readonly Bench[]): string => {
  const steps = benches[0]?.stimulus.length ?? 0;
  const width = benches.reduce((n, b) => n + stepWidth(b), 0);
  const lines = Array.from({ length: steps }, (_, t) => {
    // The last module is the most significant: put together as binary text, which is quick at any width.
    const bits = benches.map((b) => {
      const { inputs, ticks } = b.stimulus[t] as Step;
      return ((ticks << BigInt(b.pins.inputWidth)) | inputs).toString(2).padStart(stepWidth(b), "0");
    });
    return hexOf(BigInt(`0b${bits.reverse().join("")}`), width);
  });
  return `${lines.join("\n")}\n`;
};

/** The driver for Icarus. Prints one line per step and module. */
export const icarusDriver = (benches: readonly Bench[], stimulusFile: string): string => {
  const steps = benches[0]?.stimulus.length ?? 0;
  const width = benches.reduce((n, b) => n + stepWidth(b), 0);
  let at = 0;
  const places = benches.map((b) => {
    const place = { inputs: `${at + b.pins.inputWidth - 1}:${at}`, ticks: `${at + stepWidth(b) - 1}:${at + b.pins.inputWidth}` };
    at += stepWidth(b);
    return place;
  });
  return [
    "module run;",
    `  reg ${range(width)} stimulus [0:${steps - 1}];`,
    `  reg ${range(width)} word;`,
    "  integer t;",
    ...benches.flatMap((b, i) => [
      `  reg ${range(b.pins.inputWidth)} in_${i};`,
      `  reg ${range(tickWidth(b))} tick_${i};`,
      `  wire ${range(b.pins.outputWidth)} out_${i};`,
    ]),
    `  bench bench (${benches.flatMap((_, i) => ["in", "tick", "out"].map((n) => `.${n}_${i}(${n}_${i})`)).join(", ")});`,
    "  initial begin",
    `    $readmemh("${stimulusFile}", stimulus);`,
    ...benches.map((_, i) => `    tick_${i} = 0;`),
    `    for (t = 0; t < ${steps}; t = t + 1) begin`,
    "      word = stimulus[t];",
    ...places.map((p, i) => `      in_${i} = word[${p.inputs}];`),
    "      #1;",
    ...benches.map((_, i) => `      $display("%h", out_${i});`),
    ...places.map((p, i) => `      tick_${i} = word[${p.ticks}];`),
    "      #1;",
    ...benches.map((_, i) => `      tick_${i} = 0;`),
    "      #1;",
    "    end",
    "    $finish;",
    "  end",
    "endmodule",
    "",
  ].join("\n");
};

/** The driver for Verilator: the same in C++. Arguments: the stimulus file. */
export const verilatorDriver = (benches: readonly Bench[]): string => {
  let at = 0;
  const set = (port: string, width: number, lo: number): string =>
    width <= 64
      ? `    top.${port} = bits(${lo}, ${width});`
      : `    for (int i = 0; i < ${Math.ceil(width / 32)}; i++) top.${port}[i] = bits(${lo} + 32 * i, ${width} - 32 * i);`;
  const places = benches.map((b) => {
    const lo = at;
    at += stepWidth(b);
    return lo;
  });
  const show = (port: string, width: number): string => {
    const digits = Math.ceil(width / 4);
    if (width <= 64) return `    std::printf("%0${digits}llx\\n", (unsigned long long)top.${port});`;
    const words = Math.ceil(width / 32);
    const first = digits - 8 * (words - 1);
    return `    std::printf("%0${first}x", (unsigned)top.${port}[${words - 1}]);\n    for (int i = ${words - 2}; i >= 0; i--) std::printf("%08x", (unsigned)top.${port}[i]);\n    std::printf("\\n");`;
  };
  return `#include "Vbench.h"
#include "verilated.h"
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

static std::vector<uint8_t> line;

// Up to 64 bits of the current line from bit \`lo\` on.
static uint64_t bits(int lo, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width && i < 64; i++) value |= (uint64_t)((line[(lo + i) / 4] >> ((lo + i) % 4)) & 1) << i;
  return value;
}

int main(int argc, char** argv) {
  VerilatedContext context;
  context.threads(1);
  context.randReset(2);
  context.randSeed(1);
  Vbench top{&context};
  std::ifstream file(argv[1]);
  std::string text;
${benches.map((_, i) => `  top.tick_${i} = 0;`).join("\n")}
${benches.map((b, i) => (b.pins.inputWidth <= 64 ? `  top.in_${i} = 0;` : `  for (int i = 0; i < ${Math.ceil(b.pins.inputWidth / 32)}; i++) top.in_${i}[i] = 0;`)).join("\n")}
  top.eval();
  while (std::getline(file, text)) {
    line.assign(text.size(), 0);
    for (size_t i = 0; i < text.size(); i++) {
      char c = text[text.size() - 1 - i];
      line[i] = c <= '9' ? c - '0' : c - 'a' + 10;
    }
${benches.map((b, i) => set(`in_${i}`, b.pins.inputWidth, places[i] as number)).join("\n")}
    top.eval();
${benches.map((b, i) => show(`out_${i}`, b.pins.outputWidth)).join("\n")}
${benches.map((b, i) => set(`tick_${i}`, tickWidth(b), (places[i] as number) + b.pins.inputWidth)).join("\n")}
    top.eval();
${benches.map((_, i) => `    top.tick_${i} = 0;`).join("\n")}
    top.eval();
  }
  top.final();
  return 0;
}
`;
};
