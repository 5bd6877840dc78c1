/** Corners of the ordinary path one by one, and its registers. */
import { describe, expect, it } from "vitest";
import { input, module, output, stream } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { addressBits, cHeader, registerBlock, registerMap } from "#hdl/regmap/index.ts";
import { simulate } from "#hdl/simulate/index.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { ordinaryHeaders } from "#rtl/nic/ordinary-formats.ts";
import { ordinaryInterrupt } from "#rtl/nic/ordinary-interrupt.ts";
import { ordinaryPath, ordinaryPort } from "#rtl/nic/ordinary-path.ts";
import { connectQueue, ordinaryNodes } from "#rtl/nic/ordinary-registers.ts";
import { registerAccess } from "#sim/regmap/access.ts";
import { instantMaster } from "#sim/regmap/instant.ts";
import { config, corners } from "./ordinary-corner-check.ts";
import { checkInterrupt } from "./ordinary-interrupt-check.ts";

const small = ordinaryPath(config, { words: 64, patience: 100, frames: 4 });
it.each(Object.keys(corners))("%s", (name) => corners[name]?.(small));

it("an interrupt is its definition, whatever the driver does", () => {
  const rises = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => checkInterrupt(ordinaryInterrupt(), 500, seed));
  expect(rises.reduce((a, b) => a + b)).toBeGreaterThan(100);
});

describe("registers", () => {
  const map = registerMap("ordinary", ordinaryNodes(0), { doc: "The ordinary path's registers alone.", size: 0x100 });
  const port = ordinaryPort(config);
  const page = module(
    "ordinary_page",
    {
      bus: input(registerBus({ addressBits: addressBits(map) })),
      from: input(packetStream(64)),
      to: output(packetStream(64)),
      ar: output(stream(addressBeat(port))),
      r: input(stream(readBeat(port))),
      aw: output(stream(addressBeat(port))),
      w: output(stream(writeBeat(port))),
      b: input(stream(responseBeat(port))),
    },
    ({ bus, from, to, ar, r, aw, w, b }, h) => {
      const regs = h.instance("regs", registerBlock(map), { bus });
      const path = h.instance("path", ordinaryPath({ ...config, prototypeView: false }), { from, r, b });
      to.connect(path.to);
      ar.connect(path.ar);
      aw.connect(path.aw);
      w.connect(path.w);
      const { receiveSettings, receiveWrites, receiveStatus, transmitSettings, transmitWrites, transmitStatus, events } = path;
      connectQueue(regs.ORDINARY_RX, { settings: receiveSettings, writes: receiveWrites, status: receiveStatus });
      connectQueue(regs.ORDINARY_TX, { settings: transmitSettings, writes: transmitWrites, status: transmitStatus });
      regs.ORDINARY_RX.FRAMES.count.increment.drive(events.delivered);
      regs.ORDINARY_RX.DROPPED.count.increment.drive(events.dropped);
      regs.ORDINARY_TX.FRAMES.count.increment.drive(events.sent);
      regs.ORDINARY_TX.REFUSED.count.increment.drive(events.refused);
    },
  );
  it("reach their queue, each its own, and no access waits", async () => {
    const sim = simulate(page);
    const { ORDINARY_RX: rx, ORDINARY_TX: tx } = registerAccess(map, instantMaster(sim));
    await rx.DESCRIPTORS.write({ address: 0x1234_5678_9abc_de40n });
    await tx.COMPLETIONS.write({ address: 0x80n });
    await rx.MODERATION.write({ count: 5, cycles: 1000 });
    expect(await rx.STATUS.read()).toEqual({ busy: false, running: false, dmaError: false, malformed: false });
    await rx.CONTROL.write({ enable: true, logSize: 4 });
    expect(await rx.STATUS.read()).toEqual({ busy: true, running: true, dmaError: false, malformed: false });
    expect(await tx.STATUS.read()).toMatchObject({ busy: false });
    expect([sim.peek("path.receiveSettings_descriptors"), sim.peek("path.transmitSettings_completions")]).toEqual([
      0x1234_5678_9abc_de40n,
      0x80n,
    ]);
    expect([sim.peek("path.receiveSettings_count"), sim.peek("path.receiveSettings_cycles")]).toEqual([5n, 1000n]);
    // A full ring, with memory that does not answer: the bus does not wait.
    await rx.PRODUCER.write({ index: 16 });
    expect(await rx.PRODUCER.read()).toEqual({ index: 16 });
    await rx.CONSUMER.write({ index: 0, armed: true });
    expect(await rx.CONSUMER.read()).toEqual({ index: 0, armed: true });
    expect(await rx.PROGRESS.read()).toMatchObject({ completed: 0 });
    await rx.PRODUCER.write({ index: 40 });
    expect(await rx.STATUS.read()).toEqual({ busy: true, running: false, dmaError: false, malformed: true });
    await tx.CONTROL.write({ enable: true, logSize: 1 });
    expect(await tx.STATUS.read()).toEqual({ busy: true, running: false, dmaError: false, malformed: true });
    await tx.CONTROL.write({ enable: false, logSize: 8 });
    sim.step(2);
    expect(await tx.STATUS.read()).toMatchObject({ busy: false, malformed: true });
    expect(await tx.REFUSED.read()).toEqual({ count: 0n });
  });
  it("and what lies in memory are C structs with every offset asserted", () => {
    expect(cHeader(map)).toContain("ORDINARY_ORDINARY_RX_PRODUCER_OFFSET");
    const headers = ordinaryHeaders();
    expect([...headers.keys()]).toEqual([
      "accio_rx_descriptor.h",
      "accio_tx_descriptor.h",
      "accio_rx_completion.h",
      "accio_tx_completion.h",
    ]);
    for (const [name, text] of headers)
      expect(text).toContain(`ASSERT(sizeof(struct ${name.slice(0, -2)}) == ${name.includes("desc") ? "0x10" : "0x8"});`);
  });
});
