import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { rxParse } from "#rtl/udp/rx-parse.ts";
import { build, cornerLengths, defaults, Prng } from "#sim/models/packet/index.ts";
import { anyFrame, checkRxParse } from "./rx-parse-check.ts";

describe.each(["tiny", "line-rate"])("receive parser, %s", (name) => {
  const config = resolveConfig(name);
  it("sees in random frames what the rules say", () => {
    const total: Record<string, number> = {};
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const prng = new Prng(seed);
      const frames = Array.from({ length: 150 }, () => anyFrame(prng));
      const seen = checkRxParse(rxParse(config), config, frames, seed, prng.pick([0, 0.1, 0.6]));
      for (const [kind, n] of Object.entries(seen)) total[kind] = (total[kind] ?? 0) + n;
    }
    // Every verdict that a parser can come to has been there.
    for (const kind of [
      ...["candidate", "ttl", "ip_checksum", "ip_length", "udp_length", "udp_checksum", "oversize"],
      ...["group_mac", "other_mac", "not_ipv4", "too_short", "version", "options", "not_udp", "fragment", "surplus", "over_mtu"],
    ])
      expect(total[kind] ?? 0, kind).toBeGreaterThan(0);
  });
  it("a frame that hardly ends does not look like a short one", () => {
    const good = build({ udp: {}, ipv4: {}, payload: new Prng(1).bytes(40) });
    const endless = new Uint8Array(0x10000 + good.length);
    endless.set(good);
    expect(checkRxParse(rxParse(config), config, [good, endless, good], 1, 0)).toEqual({ candidate: 2, oversize: 1 });
  });
  it("takes every corner length, with and without a tag, back to back", () => {
    const frames = cornerLengths.flatMap((length) =>
      [[], [{ id: 5 }]].map((tags) =>
        build({
          ethernet: { destination: defaults.deviceMac, source: defaults.peerMac, tags },
          ipv4: { source: defaults.peerAddress, destination: defaults.deviceAddress },
          udp: { sourcePort: 1, destinationPort: 2 },
          payload: new Prng(length).bytes(length),
        }),
      ),
    );
    expect(checkRxParse(rxParse(config), config, frames, 1, 0)).toEqual({ candidate: frames.length });
  });
});
