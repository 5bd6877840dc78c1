/**
 * What the cells of an UltraScale+ netlist are: their cost, and how signals pass through them. Everything that Yosys's
 * `synth_xilinx -family xcup` leaves in a netlist without pads and clock buffers stands here; a cell that does not is an
 * error, so that nothing is taken for free.
 *
 * The delays are a model, not a data sheet: one number for each kind of cell, near what public timing reports of the middle
 * speed grade show, and one for each net, since placement, which decides in truth, is not known. They compare paths of one
 * design with each other; they do not promise a clock.
 */
import { type Bit, type Cell, parameter } from "./netlist.ts";

/** Nanoseconds. */
export const delays = {
  /** From a flip-flop's clock to its output. */
  clockToOut: 0.1,
  /** Before a flip-flop's clock. */
  setup: 0.05,
  /** Through a LUT, whichever input. */
  lut: 0.15,
  /** A connection that leaves its slice: half and more of a path in this technology. */
  net: 0.35,
  /** F7, F8, F9 multiplexers sit behind the LUTs of their slice. */
  mux: 0.08,
  /** From a LUT into its carry chain. */
  carryIn: 0.15,
  /** Past four bits of a chain: half a CARRY8. */
  carryStep: 0.03,
  /** From the chain to a sum. */
  carryOut: 0.12,
  /** A block RAM without its output register: the array is read after the clock. */
  blockClockToOut: 1.1,
  /** With it. */
  blockRegisterToOut: 0.35,
  blockSetup: 0.3,
  /** A LUT that is a memory or a shift register: the clock passes through the cell to its output. */
  lutMemoryClockToOut: 0.6,
  lutMemorySetup: 0.2,
  /** A DSP without registers: through the multiplier. */
  dsp: 2,
  dspClockToOut: 0.4,
  dspSetup: 0.4,
} as const;

/** What a cell occupies. `bram` counts 36 Kb; half of one may be used alone. */
export interface Area {
  readonly lut: number;
  readonly ff: number;
  readonly bram: number;
  readonly uram: number;
  readonly dsp: number;
}
export const noArea: Area = { lut: 0, ff: 0, bram: 0, uram: 0, dsp: 0 };
export const addArea = (a: Area, b: Area, times = 1): Area => ({
  lut: a.lut + b.lut * times,
  ff: a.ff + b.ff * times,
  bram: a.bram + b.bram * times,
  uram: a.uram + b.uram * times,
  dsp: a.dsp + b.dsp * times,
});

/** A way through a cell. */
export interface Arc {
  readonly from: number;
  readonly to: number;
  readonly fromPort: string;
  readonly delay: number;
  /** LUT levels. */
  readonly luts: number;
  /** 1 where a carry chain is entered. */
  readonly chains: number;
}
/** An output whose signal begins at a clock edge, or an input where one ends. */
export interface Edge {
  readonly net: number;
  readonly port: string;
  readonly index: number;
  readonly clock: Bit;
  /** From the edge, or before it. */
  readonly delay: number;
}
/** Everything that there is to know of a cell. */
export interface Understood {
  readonly area: Area;
  readonly arcs: readonly Arc[];
  readonly launches: readonly Edge[];
  readonly captures: readonly Edge[];
}

/** Slices of these take several LUTs; UltraScale+ has eight to a slice. */
const memoryLuts: readonly (readonly [RegExp, number])[] = [
  [/^RAM(32|64)X1S(_1)?$/, 1],
  [/^RAM(32|64)X1D(_1)?$/, 2],
  [/^RAM128X1S(_1)?$/, 2],
  [/^RAM128X1D$/, 4],
  [/^RAM256X1S$/, 4],
  [/^RAM256X1D$/, 8],
  [/^RAM512X1S$/, 8],
  [/^RAM(32|64)M$/, 4],
  [/^(RAM32M16|RAM64M8|RAM32X16DR8|RAM64X8SW)$/, 8],
];

const nets = (cell: Cell, port: string): readonly { readonly net: number; readonly index: number }[] =>
  (cell.connections[port] ?? []).flatMap((b, index) => (typeof b === "number" ? [{ net: b, index }] : []));
const inputs = (cell: Cell): readonly string[] => Object.keys(cell.connections).filter((p) => cell.port_directions?.[p] === "input");
const outputs = (cell: Cell): readonly string[] => Object.keys(cell.connections).filter((p) => cell.port_directions?.[p] === "output");
const pin = (cell: Cell, port: string): Bit => cell.connections[port]?.[0] ?? "x";

const through = (cell: Cell, from: readonly string[], to: readonly string[], delay: number, luts = 0): readonly Arc[] =>
  from.flatMap((fromPort) =>
    nets(cell, fromPort).flatMap((a) =>
      to.flatMap((t) => nets(cell, t).map((b) => ({ from: a.net, to: b.net, fromPort, delay, luts, chains: 0 }))),
    ),
  );
const edges = (cell: Cell, ports: readonly string[], clock: Bit, delay: number): readonly Edge[] =>
  ports.flatMap((port) => nets(cell, port).map(({ net, index }) => ({ net, port, index, clock, delay })));

/** A chain's carry past bit i depends on what enters at bits up to i. */
const carry = (cell: Cell): readonly Arc[] => {
  const out = ["O", "CO"].flatMap((port) => nets(cell, port).map((o) => ({ port, ...o })));
  return out.flatMap(({ port, net, index }) => {
    const last = port === "O" ? delays.carryOut : 0;
    const entering = ["S", "DI"].flatMap((p) => nets(cell, p).map((n) => ({ p, ...n })));
    return [
      // A sum needs its own S, and the carry of the bits below.
      ...entering
        .filter((e) => (port === "O" && e.p === "DI" ? e.index < index : e.index <= index))
        .map((e): Arc => {
          const beyond = Math.floor(index / 4) - Math.floor(e.index / 4);
          return { from: e.net, to: net, fromPort: e.p, delay: delays.carryIn + beyond * delays.carryStep + last, luts: 0, chains: 1 };
        }),
      ...["CI", "CI_TOP", "CYINIT"].flatMap((p) =>
        nets(cell, p).map(
          (c): Arc => ({
            from: c.net,
            to: net,
            fromPort: p,
            delay: (Math.floor(index / 4) + 1) * delays.carryStep + last + (p === "CYINIT" ? delays.carryIn : 0),
            luts: 0,
            chains: p === "CYINIT" ? 1 : 0,
          }),
        ),
      ),
    ];
  });
};

/** Memory in LUTs: read at once, written at a clock's edge. */
const lutMemory = (cell: Cell, luts: number): Understood => {
  const clock = pin(cell, "WCLK");
  const ins = inputs(cell).filter((p) => p !== "WCLK");
  const reads = (output: string): readonly string[] => {
    const lane = /^DO([A-H])$/.exec(output)?.[1];
    if (lane !== undefined) return [`ADDR${lane}`];
    return ins.filter((p) => (output === "DPO" ? p.startsWith("DPRA") : /^A\d*$/.test(p)));
  };
  const ports = ins.filter((p) => /^ADDR/.test(p)).toSorted();
  const onlyRead = new Set([...ports.slice(0, -1), ...ins.filter((p) => p.startsWith("DPRA"))]);
  return {
    area: { ...noArea, lut: luts },
    arcs: outputs(cell).flatMap((o) => through(cell, reads(o), [o], delays.lut, 1)),
    launches: edges(cell, outputs(cell), clock, delays.lutMemoryClockToOut),
    captures: edges(
      cell,
      ins.filter((p) => !onlyRead.has(p)),
      clock,
      delays.lutMemorySetup,
    ),
  };
};

/** Two ports with a clock each; where one of them is as wide as both together, it takes the other's data pins too. */
const blockMemory = (cell: Cell, halves: number): Understood => {
  const half = halves * 18;
  const sideOf = (port: string): "A" | "B" => {
    const data = /^(DOUT|DIN|CASDOUT|CASDIN)/.test(port);
    if (data && port.includes("OUT") && parameter(cell, "READ_WIDTH_A") > half) return "A";
    if (data && port.startsWith("DIN") && parameter(cell, "WRITE_WIDTH_B") > half) return "B";
    if (port === "WEBWE" || port.startsWith("ADDRB") || port.startsWith("ENB") || port === "REGCEB" || /RST.*B$/.test(port)) return "B";
    return /^(DOUTP?B|DINP?B|CASD(OUT|IN)P?B)/.test(port) ? "B" : "A";
  };
  const clock = (port: string): Bit => pin(cell, sideOf(port) === "A" ? "CLKARDCLK" : "CLKBWRCLK");
  const out = (port: string): number =>
    parameter(cell, `DO${sideOf(port)}_REG`) === 1 ? delays.blockRegisterToOut : delays.blockClockToOut;
  return {
    area: { ...noArea, bram: halves / 2 },
    arcs: [],
    launches: outputs(cell).flatMap((p) => edges(cell, [p], clock(p), out(p))),
    captures: inputs(cell)
      .filter((p) => !p.startsWith("CLK"))
      .flatMap((p) => edges(cell, [p], clock(p), delays.blockSetup)),
  };
};

const combinational = (area: Area, arcs: readonly Arc[]): Understood => ({ area, arcs, launches: [], captures: [] });
const registers = (cell: Cell, clockPort: string, area: Area, out: number, before: number): Understood => {
  const clock = pin(cell, clockPort);
  return {
    area,
    arcs: [],
    launches: edges(cell, outputs(cell), clock, out),
    captures: edges(
      cell,
      inputs(cell).filter((p) => p !== clockPort),
      clock,
      before,
    ),
  };
};

/** A cell that is not known here; the message names its type. */
export class UnknownCellError extends Error {
  override readonly name = "UnknownCellError";
}

/** What a cell costs and does; throws `UnknownCellError`. */
export const understand = (name: string, cell: Cell): Understood => {
  const { type } = cell;
  const lut = { ...noArea, lut: 1 };
  // An inverter that no LUT took in is a LUT: it stands before a pin that has none of its own.
  if (/^(LUT[1-6]|INV)$/.test(type)) return combinational(lut, through(cell, inputs(cell), ["O"], delays.lut, 1));
  if (/^MUXF[789]$/.test(type)) return combinational(noArea, through(cell, inputs(cell), ["O"], delays.mux));
  if (/^CARRY[48]$/.test(type)) return combinational(noArea, carry(cell));
  if (/^(BUF|BUFG|BUFGCE|IBUF|OBUF)$/.test(type)) return combinational(noArea, through(cell, inputs(cell), ["O"], 0));
  if (/^(GND|VCC)$/.test(type)) return combinational(noArea, []);
  if (/^FD[RSCP]E(_1)?$/.test(type)) return registers(cell, "C", { ...noArea, ff: 1 }, delays.clockToOut, delays.setup);
  if (/^SRL(16E|C32E)$/.test(type)) {
    const shift = registers(cell, "CLK", lut, delays.lutMemoryClockToOut, delays.lutMemorySetup);
    const address = inputs(cell).filter((p) => /^A\d*$/.test(p));
    return {
      ...shift,
      arcs: through(cell, address, ["Q"], delays.lut, 1),
      captures: shift.captures.filter((e) => !address.includes(e.port)),
    };
  }
  const luts = memoryLuts.find(([pattern]) => pattern.test(type))?.[1];
  if (luts !== undefined) return lutMemory(cell, luts);
  if (type === "RAMB18E2") return blockMemory(cell, 1);
  if (type === "RAMB36E2") return blockMemory(cell, 2);
  if (type === "URAM288") return registers(cell, "CLK", { ...noArea, uram: 1 }, delays.blockClockToOut, delays.blockSetup);
  if (type === "DSP48E2") {
    const area = { ...noArea, dsp: 1 };
    const registered = ["AREG", "BREG", "CREG", "DREG", "ADREG", "MREG", "PREG"].some((p) => parameter(cell, p) > 0);
    if (registered) return registers(cell, "CLK", area, delays.dspClockToOut, delays.dspSetup);
    return combinational(
      area,
      through(
        cell,
        inputs(cell).filter((p) => p !== "CLK"),
        outputs(cell),
        delays.dsp,
      ),
    );
  }
  throw new UnknownCellError(`${name}: a cell of type ${type} is not known: tell sim/synth/cells.ts what it costs`);
};
