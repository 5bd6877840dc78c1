/**
 * Every wire of `nic_core` goes where it should, and the check notices each that is broken: any bit turned or stuck, nothing
 * connected, and any two of the same width exchanged.
 */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { ones } from "./block-bench.ts";
import { broken, exchanged, keep, turn, withBrokenWires } from "./connection-mutants.ts";
import { derived, gate, wiresOf } from "./core-wiring.ts";
import { coreAroundPuppets } from "./core-wiring-check.ts";
import { connections, pinName, pinsOf } from "./wires.ts";
import { wiringBench } from "./wiring-check.ts";

describe.each(["tiny", "line-rate"])("nic_core of %s", (name) => {
  const config = resolveConfig(name);
  const core = coreAroundPuppets(config);
  const written = wiresOf(config);

  it("has each pin in the list once", () => {
    const list = connections(core, written);
    const driven = [...list.map((c) => pinName(c.to)), gate.to];
    expect(driven.toSorted()).toEqual(
      pinsOf(core)
        .filter((p) => !p.drives)
        .map(pinName)
        .toSorted(),
    );
    const driving = new Set([...list.map((c) => pinName(c.from)), gate.of, gate.unless]);
    const idle = pinsOf(core).filter((p) => p.drives && !driving.has(pinName(p)));
    // Whose tail has moved is part of `fresh`; whose datagram was lost stands in the slot's own count.
    expect(idle.map(pinName)).toEqual(config.walker ? ["ict.lost_slot"] : ["ict.moved_slot", "ict.lost_slot"]);
    expect(new Set(written.map(([a, b]) => `${a} ${b}`)).size).toBe(written.length);
  });
  it("carries on every wire what the list says", () => wiringBench(core, core, { wires: written, derived }, 1).check(500));
});

describe("the check notices", () => {
  const config = resolveConfig("tiny");
  const core = coreAroundPuppets(config);
  const written = wiresOf(config);
  const { module, wires } = withBrokenWires(core);
  const bench = wiringBench(module, core, { wires: written, derived }, 1);
  /** Cycles after which an unnoticed change is one that changes nothing: a bit shows in every other cycle. */
  const enough = 100;
  const survives = (inputs: Readonly<Record<string, number | bigint>>): boolean => {
    for (const name of [broken, exchanged, keep, turn]) bench.sim.poke(name, inputs[name] ?? 0);
    try {
      bench.check(enough);
      return true;
    } catch (error) {
      expect((error as Error).message).toMatch(/^seed \d+, cycle \d+: \w/);
      return false;
    }
  };

  it("nothing, where nothing is broken", () => {
    expect(wires.length).toBe(core.body.length);
    expect(survives({})).toBe(true);
  });
  it("each bit that is turned, stuck at 0 or stuck at 1", () => {
    const survivors: string[] = [];
    for (const [i, { name, width }] of wires.entries())
      for (let bit = 0; bit < width; bit++) {
        const [one, all] = [1n << BigInt(bit), ones(width)];
        const ways = {
          turned: { [keep]: all, [turn]: one },
          "stuck at 0": { [keep]: all ^ one },
          "stuck at 1": { [keep]: all ^ one, [turn]: one },
        };
        for (const [way, how] of Object.entries(ways)) if (survives({ [broken]: i + 1, ...how })) survivors.push(`${name}[${bit}] ${way}`);
      }
    expect(survivors).toEqual([]);
  });
  it("each wire that is not connected, or whose bits are all 1", () => {
    const survivors = wires.flatMap(({ name, width }, i) => [
      ...(survives({ [broken]: i + 1 }) ? [`${name} at zero`] : []),
      ...(survives({ [broken]: i + 1, [turn]: ones(width) }) ? [`${name} at ones`] : []),
    ]);
    expect(survivors).toEqual([]);
  });
  it("each two that are exchanged, but where both carry the same", () => {
    const survivors: string[] = [];
    const same: string[] = [];
    for (const [i, a] of wires.entries())
      for (const [j, b] of wires.entries()) {
        if (j <= i || a.width !== b.width) continue;
        const pair = `${a.name}, ${b.name}`;
        if (a.source !== null && a.source === b.source) same.push(pair);
        else if (survives({ [broken]: i + 1, [exchanged]: j + 1 })) survivors.push(pair);
      }
    expect(survivors).toEqual([]);
    // What both engines are told, and what is counted and told of a slot, is the same on both wires.
    expect(same).toEqual([
      "rx_mac, tx_mac",
      "rx_now, tx_now",
      "rx_enable, tx_enable",
      "ict_returned_slot, news_malformed_slot",
      "ict_done_slot, news_sent_slot",
      "ict_done_slot, news_txFails_slot",
      "news_sent_slot, news_txFails_slot",
      "news_placed_valid, events_rxAccepted",
      "news_placed_slot, news_full_slot",
      "news_txFails_valid, events_txFailed",
      "news_malformed_valid, events_txMalformed",
    ]);
  });
});
