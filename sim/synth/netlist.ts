/** Yosys's JSON netlist, as far as it is read here. */

/** A net by number, or a constant: "0", "1", "x", "z". */
export type Bit = number | "0" | "1" | "x" | "z";
export interface Cell {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly port_directions?: Readonly<Record<string, "input" | "output" | "inout">>;
  readonly connections: Readonly<Record<string, readonly Bit[]>>;
}
export interface NetlistModule {
  readonly ports: Readonly<Record<string, { readonly direction: "input" | "output" | "inout"; readonly bits: readonly Bit[] }>>;
  readonly cells: Readonly<Record<string, Cell>>;
  readonly netnames: Readonly<Record<string, { readonly hide_name: 0 | 1; readonly bits: readonly Bit[]; readonly offset?: number }>>;
}
export interface Netlist {
  readonly modules: Readonly<Record<string, NetlistModule>>;
}

/** A parameter as a number: Yosys writes 32 bits as text. Zero where it is not there. */
export const parameter = (cell: Cell, name: string): number => {
  const value = cell.parameters[name] ?? 0;
  return typeof value === "number" ? value : Number.parseInt(value, 2) || 0;
};
