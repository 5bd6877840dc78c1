/** Finding AXI4 ports by the standard's pin names, whole or one direction only, AXI4-Lite included. */
import type { Design } from "#sim/bridge/design.ts";

/** In the order of `AxiPin` in axi_ports.h: request pins of both directions, and those of the data, in rows. */
const pinOrder = [
  ...["awvalid", "awready", "awaddr", "awid", "awlen", "awsize", "awburst", "awprot", "awlock", "awcache", "awqos", "awregion"],
  ...["wvalid", "wready", "wdata", "wstrb", "wlast"],
  ...["bvalid", "bready", "bid", "bresp"],
  ...["arvalid", "arready", "araddr", "arid", "arlen", "arsize", "arburst", "arprot", "arlock", "arcache", "arqos", "arregion"],
  ...["rvalid", "rready", "rdata", "rid", "rresp", "rlast"],
] as const;
export type AxiPinName = (typeof pinOrder)[number];

/** What a direction cannot do without. */
const needed = {
  write: ["awvalid", "awready", "awaddr", "wvalid", "wready", "wdata", "bvalid", "bready", "bresp"],
  read: ["arvalid", "arready", "araddr", "rvalid", "rready", "rdata", "rresp"],
} as const satisfies Record<string, readonly AxiPinName[]>;

export interface AxiGroup {
  /** What its pins start with, without the underscore: "m_axi". */
  readonly name: string;
  /** What the design is on this port. */
  readonly role: "master" | "slave";
  /** Verilog names in the order of the C++ transactors, null where the design has none. */
  readonly pins: readonly (string | null)[];
  readonly clock: number;
  readonly dataBytes: number;
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** Number of the clock that a pin belongs to. */
export const clockOf = (design: Design, pin: string): number =>
  Math.max(
    0,
    design.clocks.findIndex((c) => c.pins.includes(pin)),
  );

/** Every AXI4 port of a design. */
export const axiGroups = (design: Design): readonly AxiGroup[] => {
  const pins = new Map(design.pins.map((pin) => [pin.name, pin]));
  const prefixes = new Set(design.pins.flatMap(({ name }) => /^(.*)_a[wr]valid$/.exec(name)?.[1] ?? []));
  return [...prefixes].flatMap((name): AxiGroup[] => {
    const has = (pin: AxiPinName): boolean => pins.has(`${name}_${pin}`);
    const canWrite = needed.write.every(has);
    const canRead = needed.read.every(has);
    const request = pins.get(`${name}_${canWrite ? "awvalid" : "arvalid"}`);
    const data = pins.get(`${name}_${canWrite ? "wdata" : "rdata"}`);
    if ((!canWrite && !canRead) || request === undefined || data === undefined) return [];
    const used = pinOrder.map((pin) => {
      const direction = /^(aw|w|b)/.test(pin) ? canWrite : canRead;
      return direction && has(pin) ? `${name}_${pin}` : null;
    });
    return [
      {
        name,
        role: request.direction === "output" ? "master" : "slave",
        pins: used,
        clock: clockOf(design, request.name),
        dataBytes: data.width / 8,
        canRead,
        canWrite,
      },
    ];
  });
};

/** Index of a pin in `AxiGroup.pins`. */
export const axiPin = Object.fromEntries(pinOrder.map((pin, index) => [pin, index])) as Readonly<Record<AxiPinName, number>>;
