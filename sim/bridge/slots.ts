/** Where each pin's value lies in the shared buffer: 64-bit slots in a row, wider pins take several. */
import type { Design, Pin } from "./design.ts";

export interface PortSlot extends Pin {
  /** Number of the port, in the order of the design. */
  readonly index: number;
  /** First 64-bit slot, counted from the start of the written or of the sampled values. */
  readonly slot: number;
  readonly slots: number;
  /** Number of its clock if it is one, else null. */
  readonly clock: number | null;
}

export interface PortTable {
  readonly ports: readonly PortSlot[];
  readonly byName: ReadonlyMap<string, PortSlot>;
  /** One per clock of the design: its pin, or a slot of its own for a clock in name only. */
  readonly clocks: readonly PortSlot[];
  /** Slots of one set of values. */
  readonly slots: number;
}

export const portTable = (design: Design): PortTable => {
  let slot = 0;
  const ports = design.pins.map((pin, index): PortSlot => {
    const slots = Math.ceil(pin.width / 64);
    const clock = design.clocks.findIndex((c) => c.clock === pin.name);
    slot += slots;
    return { ...pin, index, slot: slot - slots, slots, clock: clock < 0 ? null : clock };
  });
  const byName = new Map(ports.map((port) => [port.name, port]));
  const clocks = design.clocks.map(({ clock: name }, clock): PortSlot => {
    const pin = byName.get(name);
    if (pin !== undefined) return pin;
    slot += 1;
    return { name, direction: "input", width: 1, index: ports.length + clock, slot: slot - 1, slots: 1, clock };
  });
  return { ports, byName, clocks, slots: slot };
};
