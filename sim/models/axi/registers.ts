/** Typed registers over an AXI4 master: `await nic.CONTROL.write({ enable: true })`. */
import type { RegisterMap } from "#hdl/regmap/map.ts";
import type { Nodes } from "#hdl/regmap/nodes.ts";
import { type AccessesOf, registerAccess } from "#sim/regmap/access.ts";
import type { AccessOptions, AxiMaster } from "./master.ts";

export interface AxiRegistersOptions extends AccessOptions {
  /** Address of the map's first byte on the bus; 0 unless said. */
  readonly base?: number;
}

/** Access to every register of a map by name. A refused access rejects with `AxiError`. */
export const axiRegisters = <M extends Nodes>(
  map: RegisterMap<M>,
  master: AxiMaster,
  { base = 0, ...access }: AxiRegistersOptions = {},
): AccessesOf<M> =>
  registerAccess(
    map,
    {
      read: (address, bytes) => master.read(address, { ...access, bytes }),
      write: (address, value, bytes) => master.write(address, value, { ...access, bytes }),
    },
    base,
  );
