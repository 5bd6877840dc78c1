/** `registerMap`: one value from which hardware, headers, device tree, documents and typed test access are made. */
import { HdlError, type Source } from "../core/ir.ts";
import { here, transparent } from "../core/source.ts";
import { checkMap } from "./check.ts";
import type { Layout } from "./layout.ts";
import type { Nodes } from "./nodes.ts";

transparent(import.meta.url);

export interface MapOptions {
  /** What the registers are for: opens the documents. */
  readonly doc: string;
  /** Bytes of addresses it takes. Accesses to what lies in them and is no register are errors. */
  readonly size: number;
  /** Bits of the bus, and of a register that does not say its width; 64 unless said. */
  readonly busWidth?: 32 | 64;
  /** Device tree `compatible` strings, the most specific first. */
  readonly compatible?: string | readonly string[];
  /** Interrupt lines in device tree order, each with its documentation. */
  readonly interrupts?: Readonly<Record<string, string>>;
}

/** A checked register map. `M` keeps the types of its registers and fields. */
export interface RegisterMap<M extends Nodes = Nodes> extends Layout {
  readonly name: string;
  readonly nodes: M;
  readonly doc: string;
  readonly size: number;
  readonly busBytes: 4 | 8;
  readonly compatible: readonly string[];
  readonly interrupts: Readonly<Record<string, string>>;
  /** A structure in memory rather than registers: no side effects, no hardware of its own. See `memoryLayout`. */
  readonly memory: boolean;
  readonly at: Source;
}

/**
 * A register map. Offsets are bytes. Throws `HdlError` with everything that is wrong with it, each with its file:line:
 * overlaps, misalignment, fields outside their register, names that C, Verilog or SystemRDL cannot have.
 */
export const registerMap = <const M extends Nodes>(name: string, nodes: M, options: MapOptions): RegisterMap<M> => {
  const at = here();
  const busBytes = options.busWidth === 32 ? 4 : 8;
  const { problems, layout } = checkMap({ name, nodes, size: options.size, busBytes, memory: false, at });
  if (problems.length > 0) throw new HdlError(problems);
  const { compatible } = options;
  return {
    name,
    nodes,
    doc: options.doc,
    size: options.size,
    busBytes,
    compatible: compatible === undefined ? [] : typeof compatible === "string" ? [compatible] : compatible,
    interrupts: options.interrupts ?? {},
    memory: false,
    at,
    ...layout,
  };
};
