/** Finding streams by their pins: `_valid`, `_ready` and what flows with valid, or AXI4-Stream's `_tvalid`, `_tready`, ... */
import type { Design, Pin } from "#sim/bridge/design.ts";
import { axiGroups, clockOf } from "#sim/models/axi/pins.ts";

export interface StreamGroup {
  /** What its pins start with, without the underscore: "push", "s_axis_rx". */
  readonly name: string;
  readonly kind: "stream" | "axi-stream";
  /** Whether beats go into the design or come out of it. */
  readonly direction: "input" | "output";
  readonly valid: string;
  readonly ready: string;
  /** Verilog names, in the order of the design. */
  readonly payload: readonly Pin[];
  /** Index in `payload` of the pins that make beats into packets, -1 where there is none. */
  readonly data: number;
  readonly keep: number;
  readonly last: number;
  readonly user: number;
  readonly clock: number;
}

/** Every stream of a design. Pins of AXI4 ports are none. */
export const streamGroups = (design: Design): readonly StreamGroup[] => {
  const pins = new Map(design.pins.map((pin) => [pin.name, pin]));
  const taken = new Set(axiGroups(design).flatMap((group) => group.pins));
  const found = design.pins.flatMap(({ name }) => {
    const parts = /^(.+)_(t?)valid$/.exec(name);
    return parts?.[1] === undefined || taken.has(name) || !pins.has(`${parts[1]}_${parts[2]}ready`)
      ? []
      : [{ prefix: parts[1], t: parts[2] ?? "" }];
  });
  const prefixes = found.map(({ prefix }) => prefix);
  return found.flatMap(({ prefix, t }): StreamGroup[] => {
    const valid = pins.get(`${prefix}_${t}valid`) as Pin;
    const ready = pins.get(`${prefix}_${t}ready`) as Pin;
    if (valid.direction === ready.direction || valid.width !== 1 || ready.width !== 1) return [];
    const nested = prefixes.filter((other) => other.startsWith(`${prefix}_`));
    const payload = design.pins.filter(
      (pin) =>
        pin.name.startsWith(`${prefix}_${t}`) &&
        pin.direction === valid.direction &&
        pin !== valid &&
        pin !== ready &&
        !nested.some((other) => pin.name.startsWith(`${other}_`)),
    );
    const find = (...names: string[]): number => payload.findIndex((pin) => names.some((n) => pin.name === `${prefix}_${n}`));
    return [
      {
        name: prefix,
        kind: t === "t" ? "axi-stream" : "stream",
        direction: valid.direction,
        valid: valid.name,
        ready: ready.name,
        payload,
        data: find("tdata", "payload_data"),
        keep: find("tkeep", "payload_keep"),
        last: find("tlast", "payload_last"),
        user: find("tuser", "payload_user"),
        clock: clockOf(design, valid.name),
      },
    ];
  });
};
