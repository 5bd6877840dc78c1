/** Protocol checkers: each rule broken once, by hardware that does what the test says, and named with its beat and cycle. */
import { describe, expect, it } from "vitest";
import { build, type VerilogDut } from "#sim/bridge/build.ts";
import { axiGroups } from "#sim/models/axi/pins.ts";
import { streamGroups } from "#sim/models/stream/pins.ts";
import { axiMasterPins, puppet } from "../puppet.ts";

/** Sets pins for one cycle; pins that are not named keep what they have. */
const drive = (dut: VerilogDut, pins: Readonly<Record<string, number | bigint>>, cycles = 1): void => {
  for (const [pin, value] of Object.entries(pins)) dut[pin].value = value;
  dut.sim.step(cycles);
};

const packets = puppet("packets", {
  out_tvalid: ["output", 1],
  out_tready: ["input", 1],
  out_tdata: ["output", 32],
  out_tkeep: ["output", 4],
  out_tlast: ["output", 1],
  words_valid: ["output", 1],
  words_ready: ["input", 1],
  words_payload: ["output", 70],
});
const beat = (data: number, keep: number, last: number) => ({
  do_out_tvalid: 1,
  do_out_tdata: data,
  do_out_tkeep: keep,
  do_out_tlast: last,
});
const streams = async (body: (dut: VerilogDut) => void): Promise<string> => {
  const dut = await build(packets, { seed: 1 });
  try {
    body(dut);
  } catch (error) {
    return (error as Error).message;
  } finally {
    dut.sim.close();
  }
  return "nothing failed";
};

describe("the stream checker", () => {
  it("finds the streams of a design by their pins", async () => {
    const dut = await build(packets);
    expect(
      streamGroups(dut.sim.design).map(({ name, kind, direction, data, keep, last, user }) => [
        name,
        kind,
        direction,
        data,
        keep,
        last,
        user,
      ]),
    ).toEqual([
      ["out", "axi-stream", "output", 0, 1, 2, -1],
      ["words", "stream", "output", -1, -1, -1, -1],
    ]);
    dut.sim.close();
  });

  it("lets through what keeps the rules", async () => {
    const text = await streams((dut) => {
      drive(dut, { rst: 1 }, 3);
      drive(dut, { rst: 0, ...beat(1, 15, 0), out_tready: 0 }, 3);
      drive(dut, { out_tready: 1 });
      drive(dut, beat(2, 15, 1));
      drive(dut, beat(3, 1, 1));
      drive(dut, { do_out_tvalid: 0, do_out_tkeep: 0 }, 2);
      drive(dut, { do_words_valid: 1, do_words_payload: 2n ** 69n, words_ready: 0 }, 2);
      // Reset takes back everything.
      drive(dut, { rst: 1, do_words_valid: 0 }, 2);
    });
    expect(text).toBe("nothing failed");
  });

  const rules: readonly (readonly [string, (dut: VerilogDut) => void, string])[] = [
    [
      "valid stays",
      (dut) => {
        drive(dut, { ...beat(1, 15, 1), out_tready: 1 }, 2);
        drive(dut, { out_tready: 0 }, 2);
        drive(dut, { do_out_tvalid: 0 });
      },
      "out: valid fell before the beat was taken (packet 2, beat 2) at cycle 4, 45 ns",
    ],
    [
      "the payload stays, in all of its bits",
      (dut) => {
        drive(dut, { do_words_valid: 1, words_ready: 0 }, 2);
        drive(dut, { do_words_payload: 1n << 69n });
      },
      "words: words_payload changed while the beat waited (beat 0) at cycle 2, 25 ns",
    ],
    [
      "keep has no hole",
      (dut) => drive(dut, { ...beat(1, 0b1011, 1), out_tready: 1 }),
      "out: keep has a hole (packet 0, beat 0) at cycle 0, 5 ns",
    ],
    ["keep begins at byte 0", (dut) => drive(dut, { ...beat(1, 0b1110, 1), out_tready: 1 }), "out: keep has a hole"],
    ["keep is not empty", (dut) => drive(dut, { ...beat(1, 0, 1), out_tready: 1 }), "out: keep is empty"],
    [
      "keep is full but in a last beat",
      (dut) => drive(dut, { ...beat(1, 7, 0), out_tready: 1 }),
      "out: keep is not full in a beat that is not the last",
    ],
    [
      "AXI4-Stream is silent under reset",
      (dut) => drive(dut, { rst: 1, ...beat(1, 15, 1) }, 2),
      "out: valid is high under reset (packet 0, beat 0) at cycle 1, 15 ns",
    ],
  ];
  it.each(rules)("%s", async (_, body, text) => {
    expect(await streams(body)).toContain(text);
  });

  it("can be told to leave ports alone", async () => {
    const dut = await build(packets, { checkers: { except: ["out"] } });
    drive(dut, { ...beat(1, 0, 1), out_tready: 0 });
    drive(dut, { do_out_tvalid: 0 });
    drive(dut, { do_words_valid: 1, words_ready: 0 });
    expect(() => drive(dut, { do_words_valid: 0 })).toThrow("words: valid fell");
    dut.sim.close();
    const without = await build(packets, { checkers: false });
    drive(without, { ...beat(1, 0, 1), do_words_valid: 1 });
    drive(without, { do_out_tvalid: 0, do_words_valid: 0 });
    without.sim.close();
    await expect(build(packets, { checkers: { except: ["in"] } })).rejects.toThrow(
      "packets has no AXI4 port or stream in; it has out, words",
    );
  });
});

const master = puppet("master", axiMasterPins);
const axi = async (body: (dut: VerilogDut) => void): Promise<string> => {
  const dut = await build(master, { seed: 1 });
  try {
    drive(dut, { rst: 1 }, 2);
    drive(dut, { rst: 0, m_awready: 1, m_wready: 1, m_arready: 1, do_m_bready: 1, do_m_rready: 1 });
    body(dut);
  } catch (error) {
    return (error as Error).message;
  } finally {
    dut.sim.close();
  }
  return "nothing failed";
};
interface Burst {
  readonly addr?: number;
  readonly id?: number;
  readonly len?: number;
  readonly size?: number;
  readonly burst?: number;
}
const request = (channel: "aw" | "ar", { addr = 0x1000, id = 1, len = 0, size = 3, burst = 1 }: Burst) => ({
  [`do_m_${channel}valid`]: 1,
  [`do_m_${channel}addr`]: addr,
  [`do_m_${channel}id`]: id,
  [`do_m_${channel}len`]: len,
  [`do_m_${channel}size`]: size,
  [`do_m_${channel}burst`]: burst,
});
const ask = (dut: VerilogDut, channel: "aw" | "ar", burst: Burst = {}): void => {
  drive(dut, request(channel, burst));
  dut[`do_m_${channel}valid`].value = 0;
};
const data = (dut: VerilogDut, last: number, strobe = 0xff): void => {
  drive(dut, { do_m_wvalid: 1, do_m_wlast: last, do_m_wstrb: strobe });
  dut.sim.pin("do_m_wvalid").value = 0;
};
const respond = (dut: VerilogDut, id: number, resp = 0): void => {
  drive(dut, { m_bvalid: 1, m_bid: id, m_bresp: resp });
  dut.sim.pin("m_bvalid").value = 0;
};
const answer = (dut: VerilogDut, id: number, last: number, resp = 0): void => {
  drive(dut, { m_rvalid: 1, m_rid: id, m_rlast: last, m_rresp: resp });
  dut.sim.pin("m_rvalid").value = 0;
};

describe("the AXI4 checker", () => {
  it("finds the ports of a design by their pins", async () => {
    const dut = await build(master);
    expect(
      axiGroups(dut.sim.design).map(({ name, role, dataBytes, canRead, canWrite }) => [name, role, dataBytes, canRead, canWrite]),
    ).toEqual([["m", "master", 8, true, true]]);
    dut.sim.close();
  });

  it("lets through what keeps the rules: early data, answers out of order, all burst types, narrow and unaligned beats", async () => {
    const text = await axi((dut) => {
      data(dut, 1);
      ask(dut, "aw", { id: 2 });
      ask(dut, "aw", { id: 3, addr: 0x1ffc, len: 0 });
      data(dut, 1, 0xf0);
      respond(dut, 3, 2);
      respond(dut, 2);
      ask(dut, "aw", { addr: 0x1001, size: 0, len: 2 });
      for (const [last, strobe] of [
        [0, 2],
        [0, 4],
        [1, 8],
      ] as const)
        data(dut, last, strobe);
      respond(dut, 1);
      ask(dut, "ar", { addr: 0x1038, len: 3, burst: 2, id: 5 });
      ask(dut, "ar", { addr: 0x1008, len: 15, burst: 0, id: 6 });
      for (let i = 0; i < 4; i++) {
        answer(dut, 6, 0);
        answer(dut, 5, i === 3 ? 1 : 0);
      }
      for (let i = 4; i < 16; i++) answer(dut, 6, i === 15 ? 1 : 0, 3);
      ask(dut, "ar", { addr: 0x1800, len: 255 });
      for (let i = 0; i < 256; i++) answer(dut, 1, i === 255 ? 1 : 0);
    });
    expect(text).toBe("nothing failed");
  });

  const rules: readonly (readonly [string, (dut: VerilogDut) => void, string])[] = [
    [
      "a request stays",
      (dut) => {
        drive(dut, { m_awready: 0, ...request("aw", {}) }, 2);
        drive(dut, { do_m_awvalid: 0 });
      },
      "m: AWVALID fell before AWREADY (beat 0) at cycle 5",
    ],
    [
      "a request keeps its fields",
      (dut) => {
        drive(dut, { m_arready: 0, ...request("ar", {}) }, 2);
        drive(dut, { do_m_arlen: 1 });
      },
      "m: m_arlen changed while the beat waited (beat 0 of AR)",
    ],
    [
      "write data stays",
      (dut) => {
        drive(dut, { m_wready: 0, do_m_wvalid: 1, do_m_wlast: 1 }, 2);
        drive(dut, { do_m_wdata: 5 });
      },
      "m: m_wdata changed while the beat waited (beat 0 of W)",
    ],
    [
      "no burst crosses 4 KiB",
      (dut) => ask(dut, "aw", { addr: 0x1ff8, len: 1 }),
      "m: the burst crosses a 4 KiB boundary: 2 beats of 8 bytes (AW request 0, ID 1, address 0x1ff8)",
    ],
    ["nor does a read", (dut) => ask(dut, "ar", { addr: 0x1801, len: 255 }), "nothing failed"],
    [
      "a beat is no wider than the bus",
      (dut) => ask(dut, "ar", { size: 4 }),
      "m: a beat of 16 bytes on a bus of 8 (AR request 0, ID 1, address 0x1000)",
    ],
    ["burst type 3 does not exist", (dut) => ask(dut, "ar", { burst: 3 }), "m: burst type 3 is reserved"],
    ["FIXED bursts are short", (dut) => ask(dut, "ar", { burst: 0, len: 16 }), "m: a FIXED burst of 17 beats: 16 at most"],
    ["WRAP bursts are powers of two", (dut) => ask(dut, "ar", { burst: 2, len: 2 }), "m: a WRAP burst of 3 beats: 2, 4, 8 or 16"],
    ["WRAP bursts are aligned", (dut) => ask(dut, "ar", { burst: 2, len: 3, addr: 0x1004 }), "m: a WRAP burst from an unaligned address"],
    [
      "WLAST is not early",
      (dut) => {
        ask(dut, "aw", { len: 1 });
        data(dut, 1);
      },
      "m: WLAST in beat 0 of a burst of 2 (write 0, ID 1, address 0x1000)",
    ],
    [
      "WLAST is not late",
      (dut) => {
        ask(dut, "aw", { len: 1 });
        data(dut, 0);
        data(dut, 0);
      },
      "m: WLAST is missing in beat 1 of a burst of 2",
    ],
    [
      "strobes keep to the beat's bytes",
      (dut) => {
        ask(dut, "aw", { addr: 0x1004, size: 2 });
        data(dut, 1, 0x18);
      },
      "m: WSTRB bit 3 is outside of the beat's bytes 4 to 7 (write 0, ID 1, address 0x1004, beat 0)",
    ],
    ["no response without a request", (dut) => respond(dut, 4), "m: a write response without a request (ID 4, after 0 responses)"],
    [
      "no response before the data",
      (dut) => {
        ask(dut, "aw");
        respond(dut, 1);
      },
      "m: a write response before the write's last beat (ID 1, after 0 responses)",
    ],
    [
      "no second response",
      (dut) => {
        ask(dut, "aw");
        data(dut, 1);
        respond(dut, 1);
        respond(dut, 1);
      },
      "m: a write response without a request (ID 1, after 1 responses)",
    ],
    [
      "responses carry the request's ID",
      (dut) => {
        ask(dut, "ar", { id: 7 });
        answer(dut, 6, 1);
      },
      "m: read data without a request (ID 6, after 0 reads)",
    ],
    [
      "RLAST is not early",
      (dut) => {
        ask(dut, "ar", { len: 2 });
        answer(dut, 1, 0);
        answer(dut, 1, 1);
      },
      "m: RLAST in beat 1 of a burst of 3 (read 0, ID 1, address 0x1000)",
    ],
    [
      "RLAST is not late",
      (dut) => {
        ask(dut, "ar");
        answer(dut, 1, 0);
      },
      "m: RLAST is missing in beat 0 of a burst of 1",
    ],
    [
      "EXOKAY needs an exclusive access",
      (dut) => {
        ask(dut, "ar");
        answer(dut, 1, 1, 1);
      },
      "m: EXOKAY for a read that was not exclusive",
    ],
    ["valid is low under reset", (dut) => drive(dut, { rst: 1, ...request("aw", {}) }, 2), "m: AWVALID is high under reset at cycle 4"],
  ];
  it.each(rules)("%s", async (_, body, text) => {
    expect(await axi(body)).toContain(text);
  });
});
