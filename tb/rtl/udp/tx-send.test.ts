import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { txSend } from "#rtl/udp/tx-send.ts";
import { checkTxSend } from "./tx-send-check.ts";

const config = { ...resolveConfig("tiny"), mtu: 576 };

describe.each([64, 128, 256, 512])("transmit sender, %i bits", (frameBits) => {
  it("sends what the fields say, near every corner of the checksums", () => {
    const sender = txSend(config, frameBits);
    const corners = [1, 2, 3].map((seed) => checkTxSend(sender, config, frameBits, 120, seed));
    expect(corners.reduce((a, b) => a + b, 0)).toBeGreaterThan(20);
  });
});
