/** The prototype's packet pages between the register port, where software reaches them, and the ordinary path's engines. */
import type { Bool } from "#hdl";
import type { Config } from "#rtl/common.ts";
import type { PrototypePorts } from "#rtl/ict/port.ts";
import type { LegacyPins } from "#rtl/nic/ordinary-path.ts";

interface Path {
  readonly irqRx: Bool;
  readonly irqTx: Bool;
}
/** Joins `ordinaryPath` and `registerPort` of `c`. Returns the ordinary lines, which the pages raise, too. */
export const connectLegacy = (c: Config, path: Path, port: unknown): { readonly receive: Bool; readonly transmit: Bool } => {
  if (!c.prototypeView) return { receive: path.irqRx, transmit: path.irqTx };
  const { legacyRequests, legacyStates } = path as unknown as LegacyPins;
  const software = port as PrototypePorts;
  legacyRequests.drive(software.legacyRequests);
  software.legacyStates.drive(legacyStates);
  return { receive: path.irqRx.or(software.legacyIrq.bit(1)), transmit: path.irqTx.or(software.legacyIrq.bit(0)) };
};
