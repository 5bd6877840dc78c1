/**
 * What the bridge needs to know of a design: its Verilog, its pins, its clocks. Made from a module of ours or stated by
 * hand for Verilog that somebody else wrote.
 */
import { externals, type Module, type Signal } from "#hdl/core/ir.ts";

/** One pin of the top module. */
export interface Pin {
  readonly name: string;
  readonly direction: "input" | "output";
  /** Bits, at least 1. */
  readonly width: number;
}

/** A clock pin and the reset that goes with it. */
export interface ClockPin {
  /** "" for the module's own clock, otherwise the domain's name. */
  readonly domain: string;
  /** Its pin; a design without a clock is given one in name only, to count cycles by. */
  readonly clock: string;
  /** Active high; null where nothing is reset. */
  readonly reset: string | null;
  /** Pins that belong to this clock. */
  readonly pins: readonly string[];
}

export interface Design {
  /** Name of the top module. */
  readonly top: string;
  /** Verilog text by file name; a name that is an absolute path is read where it lies. */
  readonly files: ReadonlyMap<string, string>;
  /** Clock and reset pins included, in the order of the Verilog. */
  readonly pins: readonly Pin[];
  readonly clocks: readonly ClockPin[];
  /** Nothing reads a clock but for its edges, so that no logic needs another look when only a clock has moved. */
  readonly edgesOnly?: boolean;
  /** Register, file and line of the source by Verilog place, for messages: "fifo.v:34" to "fifo.ts:12". */
  readonly places?: ReadonlyMap<string, string>;
}

/** A hand-written port list: `{ push_valid: "input", push_data: { input: 32 } }`. */
export type PinList = Readonly<Record<string, "input" | "output" | { readonly input: number } | { readonly output: number }>>;

export interface VerilogOptions {
  readonly top: string;
  /** File name to Verilog text. */
  readonly files: Readonly<Record<string, string>>;
  readonly pins: PinList;
  /** Clock pin to its reset pin (or null). `{ clk: "rst" }` unless said. */
  readonly clocks?: Readonly<Record<string, string | null>>;
}

/** A design from plain Verilog and a list of its pins. */
export const verilogDesign = ({ top, files, pins, clocks }: VerilogOptions): Design => {
  const list = Object.entries(pins).map(([name, pin]): Pin => {
    if (typeof pin === "string") return { name, direction: pin, width: 1 };
    return "input" in pin ? { name, direction: "input", width: pin.input } : { name, direction: "output", width: pin.output };
  });
  const named = new Set(list.map((pin) => pin.name));
  const wanted = clocks ?? (named.has("clk") ? { clk: named.has("rst") ? "rst" : null } : {});
  const clockPins = Object.entries(wanted).map(([clock, reset], index): ClockPin => {
    for (const name of [clock, ...(reset === null ? [] : [reset])])
      if (!named.has(name)) throw new Error(`${top}: clocks: there is no pin ${name}; the pins are ${[...named].join(", ")}`);
    const special = new Set(Object.entries(wanted).flat());
    return { domain: domainOf(clock), clock, reset, pins: index === 0 ? [...named].filter((name) => !special.has(name)) : [] };
  });
  return { top, files: new Map(Object.entries(files)), pins: list, clocks: withClock(clockPins, list) };
};

const withClock = (clocks: readonly ClockPin[], pins: readonly Pin[]): readonly ClockPin[] =>
  clocks.length > 0
    ? clocks
    : [{ domain: "", clock: pins.some((pin) => pin.name === "clk") ? "clock" : "clk", reset: null, pins: pins.map((pin) => pin.name) }];

const domainOf = (clock: string): string => (clock === "clk" ? "" : clock.replace(/_?clk$/, ""));

/** A design from a module and the Verilog that the emitter made of it. */
export const moduleDesign = (top: Module, files: ReadonlyMap<string, string>): Design => {
  const bidirectional = top.ports.find((port) => port.kind === "inout");
  if (bidirectional !== undefined)
    throw new Error(`${top.name}: ${bidirectional.name} is a tri-state pin, which a simulation cannot drive: simulate the module below it`);
  const pin = (s: Signal): Pin => ({ name: s.name, direction: s.kind === "output" ? "output" : "input", width: s.width });
  const resets = new Set(top.resets);
  const pins = [...top.domains.flatMap((d) => [pin(d.clock), ...(resets.has(d) ? [pin(d.reset)] : [])]), ...top.ports.map(pin)];
  const clocks = top.domains.map((d) => ({
    domain: d.name,
    clock: d.clock.name,
    reset: resets.has(d) ? d.reset.name : null,
    pins: top.ports.filter((port) => port.domain === d).map((port) => port.name),
  }));
  // Our language has no way to read a clock; Verilog of others may.
  return { top: top.name, files, pins, clocks: withClock(clocks, pins), edgesOnly: externals(top).length === 0 };
};
