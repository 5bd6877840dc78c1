/** Every wire of `nic` goes where it should, with what it makes of values on the way, in every configuration. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { nic } from "#rtl/nic/nic.ts";
import { checkNic, nicAroundPuppets } from "./nic-check.ts";
import { nicWiring } from "./nic-wiring.ts";
import { connections, pinName, pinsOf } from "./wires.ts";

/** What nobody in `nic` looks at. */
const unused = [
  // Values of counters, for other hardware.
  /^registers_block\..*_count_value$/,
  // Of the prototype's pages: what nothing but software reads of them.
  /^registers_port\.(identify|identification)$/,
  // Whose turn it is.
  /^wire_turns\.source$/,
];

describe.each(["tiny", "prototype", "line-rate"])("nic of %s", (name) => {
  const config = resolveConfig(name);
  const block = nic(config);
  const wiring = nicWiring(block, config);

  it("has each pin in the list once", () => {
    const list = connections(block, wiring.wires);
    const driven = [...list.map((c) => pinName(c.to)), ...wiring.derived.map((d) => d.to)];
    expect(driven.toSorted()).toEqual(
      pinsOf(block)
        .filter((p) => !p.drives)
        .map(pinName)
        .toSorted(),
    );
    const driving = new Set([...list.map((c) => pinName(c.from)), ...wiring.derived.flatMap((d) => d.from)]);
    const idle = pinsOf(block).flatMap((p) => (p.drives && !driving.has(pinName(p)) ? [pinName(p)] : []));
    expect(idle.filter((pin) => !unused.some((u) => u.test(pin)))).toEqual([]);
    for (const u of unused)
      expect(
        idle.some((pin) => u.test(pin)),
        String(u),
      ).toBe(true);
  });
  it("carries on every wire what the list says, and counts cycles", () => checkNic(nicAroundPuppets(config), config, 500, 1));
});
