/** From a module value, or from plain Verilog, to a running typed handle in one call. */
import type { HardwareModule, Ports } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { attachCheckers, type CheckerOptions } from "#sim/models/native/checkers.ts";
import type { ClockOptions } from "./clocks.ts";
import { type CompileOptions, compile } from "./compile.ts";
import { type Design, moduleDesign, type VerilogOptions, verilogDesign } from "./design.ts";
import type { PortHandles, SignalHandle } from "./handle-types.ts";
import { pinHandles, portHandles } from "./handles.ts";
import { seedFromEnvironment } from "./seed.ts";
import { Session } from "./session.ts";
import { plainSignal } from "./signal.ts";

export interface BuildOptions extends Omit<CompileOptions, "trace"> {
  /** Path of an FST waveform to write from the start; or true to compile for one that `sim.openTrace` begins later. */
  readonly waves?: string | boolean;
  /** Period and phase by clock pin, in nanoseconds; 10 ns unless said. */
  readonly clocks?: Readonly<Record<string, ClockOptions>>;
  /** Seed of everything arbitrary; `ACCIO_SEED` or a random one unless said. */
  readonly seed?: number;
  /** Protocol checkers on every AXI4 port and stream; all unless said. */
  readonly checkers?: CheckerOptions;
  /** Takes what the design prints; standard output unless said. */
  readonly onPrint?: (line: string) => void;
}

/** What every handle of a running design has beside its ports. */
export interface Running {
  /** Time, clocks, and the synchronous style. */
  readonly sim: Session;
}
/** A running module: its ports as it declared them, its clock and reset pins. */
export type Dut<P extends Ports = Ports> = PortHandles<P> &
  Running & {
    /** The clock and reset of the module's own domain; those of others are `sim.pin("wire_clk")`. */
    readonly clk: SignalHandle<number>;
    readonly rst: SignalHandle<number>;
  };
// biome-ignore lint/suspicious/noExplicitAny: nothing is known of the pins of plain Verilog
export type VerilogDut = Running & { readonly [pin: string]: any };

const designs = new WeakMap<HardwareModule, Design>();

/** The design of a module: what `build` compiles. Worked out once for each module. */
export const designOf = (top: HardwareModule): Design => {
  const known = designs.get(top);
  if (known !== undefined) return known;
  const design = moduleDesign(top, emitDesign(top));
  designs.set(top, design);
  return design;
};

const isModule = (what: HardwareModule | VerilogOptions): what is HardwareModule => "kind" in what && what.kind === "module";

/**
 * Compiles a module (or finds it compiled), starts it and returns its handle. Each call starts a model of its own; several
 * may run in one process. Throws `BuildError` with the tool's words, `MissingToolError` with the command that mends it.
 */
export async function build<P extends Ports>(module: HardwareModule<P>, options?: BuildOptions): Promise<Dut<P>>;
export async function build(verilog: VerilogOptions, options?: BuildOptions): Promise<VerilogDut>;
export async function build(what: HardwareModule | VerilogOptions, options: BuildOptions = {}): Promise<Running> {
  const { waves = false, clocks, seed = seedFromEnvironment(), checkers, onPrint, ...compileOptions } = options;
  const design = isModule(what) ? designOf(what) : verilogDesign(what);
  const trace = waves !== false;
  const { library } = await compile(design, { ...compileOptions, trace });
  const sim = new Session(design, library, {
    seed,
    trace,
    ...(clocks === undefined ? {} : { clocks }),
    ...(onPrint === undefined ? {} : { onPrint }),
  });
  attachCheckers(sim, checkers);
  if (typeof waves === "string") sim.openTrace(waves);
  const context = { table: sim.table, store: sim };
  const pins = pinHandles(context);
  const clockPins = Object.fromEntries(sim.table.clocks.map((port) => [port.name, plainSignal(sim, port)]));
  const resets = Object.fromEntries(design.clocks.flatMap((c) => (c.reset === null ? [] : [[c.reset, pins[c.reset]]])));
  const ports = { ...clockPins, ...(isModule(what) ? { ...resets, ...portHandles(what.shape, what.at, context) } : pins) };
  if ("sim" in ports) throw new Error(`${design.top}: a port is called "sim", the name of the running session: rename the port`);
  return { ...ports, sim };
}
