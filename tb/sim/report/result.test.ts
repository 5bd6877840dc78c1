/** From what the harness records to table, JSON and page. */
import { describe, expect, it } from "vitest";
import { buildArp, buildUdp, defaults, parse } from "#sim/models/packet/index.ts";
import { commandOf, EchoPairing, type FrameRecord, htmlOf, jsonOf, type RunRecord, resultOf, stages, tableOf } from "#sim/report/index.ts";
import { slowest, stepsOf, typicalSteps } from "#sim/report/way.ts";
import { configuration, sampleRun } from "./sample.ts";

const at = (wireFirst: number, tailMoved: number) => ({ wireFirst, wireLast: wireFirst + 9, tailMoved });
const small: RunRecord = {
  configuration: { ...configuration, pauseSeed: 7 },
  cycles: 1000,
  frames: [
    { number: 1, bytes: 100, verdict: "accepted", slot: 0, payload: 58, at: { ...at(0, 40), txFirst: 90, txLast: 99 } },
    { number: 2, bytes: 60, verdict: "ordinary", at: { wireFirst: 20, wireLast: 27 } },
    { number: 3, bytes: 60, verdict: "dropped", cause: "udp_checksum", slot: 1, at: { wireFirst: 30, wireLast: 37 } },
    { number: 4, bytes: 1060, verdict: "accepted", slot: 1, payload: 1018, at: at(40, 240) },
    { number: 5, bytes: 60, verdict: "lost", cause: "overflow", at: { wireFirst: 50, wireLast: 57 } },
  ],
  sent: [{ bytes: 100, first: 90, last: 99 }],
};

describe("the result", () => {
  const result = resultOf(small);

  it("adds up", () => {
    expect(result).toMatchObject({
      format: "accio-run",
      version: 1,
      in: { frames: 5, bytes: 1340 },
      accepted: { frames: 2, bytes: 1160, payloadBytes: 1076 },
      ordinary: { frames: 1, bytes: 60 },
      dropped: { frames: 1, bytes: 60, causes: { udp_checksum: 1, ttl: 0, ring_full: 0 } },
      lost: { frames: 1, bytes: 60, causes: { overflow: 1, oversize: 0 } },
      out: { frames: 1, bytes: 100 },
      bytesPerCycle: { in: 1.34, out: 0.1 },
      latency: {
        wireToTail: { samples: 2, min: 40, p50: 40, max: 200 },
        lastToTail: { min: 31, max: 191 },
        wireToWire: { samples: 1, max: 90 },
      },
      sockets: [
        { slot: 0, address: "10.0.0.1", port: 7, accepted: 1, payloadBytes: 58, dropped: 0 },
        { slot: 1, address: "10.0.0.1", port: 8, accepted: 1, payloadBytes: 1018, dropped: 1 },
      ],
    });
  });

  it("is printed as a table", () => {
    expect(tableOf(result)).toBe(
      `
in.pcap -> out.pcap
configuration tiny, echo, timing line, pauses from seed 7

frames
in              5        1,340 B
accepted        2  40 %  1,160 B
ordinary        1  20 %     60 B
dropped         1  20 %     60 B
  udp_checksum  1  20 %
lost            1  20 %     60 B
  overflow      1  20 %
out             1          100 B

cycles  1,000  10 µs
  in     1.34  bytes/cycle, 16.8 % of the wire's 8, 1.07 Gb/s
  out    0.10  bytes/cycle, 1.3 % of the wire's 8, 80 Mb/s

latency, cycles    min  p50  p90  p99  p99.9  max  samples
wire to tail        40   40  200  200    200  200        2
last beat to tail   31   31  191  191    191  191        2
wire to wire        90   90   90   90     90   90        1
`.trimStart(),
    );
  });

  it("says when there is nothing to measure", () => {
    const table = tableOf(resultOf({ ...small, frames: small.frames.slice(1, 2), sent: [] }));
    expect(table).toContain("latency, cycles: no datagram was accepted\n");
    expect(table).not.toContain("lost");
    expect(tableOf(resultOf({ ...small, frames: [], sent: [], cycles: 0 }))).toContain("in    0.00  bytes/cycle, 0 %");
  });

  it("keeps its JSON keys, with frames only when asked for", () => {
    const summary = JSON.parse(jsonOf(result)) as Record<string, unknown>;
    expect(Object.keys(summary)).toEqual([
      "format",
      "version",
      "configuration",
      "cycles",
      "in",
      "accepted",
      "ordinary",
      "dropped",
      "lost",
      "out",
      "bytesPerCycle",
      "latency",
      "throughput",
      "sockets",
      "counters",
      "events",
    ]);
    expect(JSON.parse(jsonOf(result, { frames: true }))).toEqual(JSON.parse(JSON.stringify(result)));
  });
});

describe("a datagram's way", () => {
  const frame: FrameRecord = {
    number: 1,
    bytes: 100,
    verdict: "accepted",
    at: { wireFirst: 100, wireLast: 112, parsed: 118, matched: 122, dmaFirst: 110, dmaLast: 150, tailMoved: 153 },
  };

  it("goes from stage to stage without a gap, whatever the order they were reached in", () => {
    const steps = stepsOf(frame);
    expect(steps.map(({ stage, begin, end }) => [stage, begin, end])).toEqual([
      ["dmaFirst", 0, 10],
      ["wireLast", 10, 12],
      ["parsed", 12, 18],
      ["matched", 18, 22],
      ["dmaLast", 22, 50],
      ["tailMoved", 50, 53],
    ]);
  });

  it("is held against the median of each step", () => {
    const other = (tailMoved: number): FrameRecord => ({ ...frame, at: { ...frame.at, tailMoved } });
    const typical = typicalSteps([frame, other(160), other(170)]);
    expect(typical.get("tailMoved")).toBe(10);
    expect(typical.get("parsed")).toBe(6);
    expect(typical.has("doorbell")).toBe(false);
  });

  it("is slowest by wire to tail, the earlier of equals", () => {
    const frames = [1, 2, 3].map((number): FrameRecord => ({ number, bytes: 60, verdict: "accepted", at: at(0, number === 1 ? 10 : 20) }));
    expect(slowest([...frames, { number: 4, bytes: 60, verdict: "dropped", at: at(0, 99) }], 2).map(({ number }) => number)).toEqual([
      2, 3,
    ]);
  });
});

describe("pairing", () => {
  const reply = (port: number) =>
    buildUdp({
      ipv4: { source: defaults.deviceAddress, destination: defaults.peerAddress },
      udp: { sourcePort: defaults.devicePort, destinationPort: port },
    });

  it("gives answers to datagrams of the same peer in order", () => {
    const pairing = new EchoPairing();
    for (const [number, port] of [
      [1, 50],
      [2, 60],
      [5, 50],
    ] as const)
      pairing.accepted(number, parse(buildUdp({ udp: { sourcePort: port } })));
    expect([reply(50), reply(50), reply(60), reply(60), buildArp()].map((frame) => pairing.sent(frame))).toEqual([1, 5, 2, null, null]);
    expect(() => pairing.accepted(9, parse(buildArp()))).toThrow("frame 9 was accepted and is not UDP");
  });
});

/** Tags of a page, checked to be closed in their order. */
function openTags(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name = "", rest = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/gi)) {
    if (name === "meta" || rest.endsWith("/")) continue;
    if (slash === "") open.push(name);
    else expect(open.pop()).toBe(name);
  }
  return open;
}

describe("the page", () => {
  const page = htmlOf(resultOf(sampleRun(400, { lost: 0.02 })));

  it("is one file that fetches nothing and runs nothing", () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:|src=|href=|\son[a-z]+=/i);
    expect(page.startsWith("<!doctype html>\n")).toBe(true);
  });

  it.each([
    ["of many frames", sampleRun(400, { lost: 0.02 })],
    ["of one frame", sampleRun(1, { ordinary: 0, dropped: 0 })],
    ["of a sink", sampleRun(20, { echo: false })],
    ["of nothing accepted", sampleRun(20, { ordinary: 1 })],
    ["of no frame", { ...sampleRun(0), cycles: 0 }],
  ])("is well formed and without a number that is none: %s", (_what, record) => {
    const html = htmlOf(resultOf(record));
    expect(openTags(html)).toEqual([]);
    expect(html).not.toMatch(/NaN|Infinity|undefined|null/);
    expect(html).toBe(htmlOf(resultOf(record)));
  });

  it("shows what the issue asks for", () => {
    const result = resultOf(sampleRun(400));
    for (const heading of ["Where the frames went", "How long it took", "The way of the slowest datagram", "Throughput over time"]) {
      expect(page).toContain(`<h2>${heading}</h2>`);
    }
    expect(htmlOf(result)).toContain(`<h1>${result.accepted.frames} of 400 frames took the fast path</h1>`);
    expect(page).toContain("UDP checksum");
    expect(htmlOf(resultOf({ ...sampleRun(0), cycles: 0 }))).toContain("<h1>No frame came in</h1>");
    expect(htmlOf(resultOf(sampleRun(9, { ordinary: 1 })))).toContain("<h1>None of 9 frames took the fast path</h1>");
    expect(htmlOf(resultOf(sampleRun(9, { ordinary: 0, dropped: 0 })))).toContain("<h1>All 9 frames took the fast path</h1>");
  });

  it("names every stage that a frame went through", () => {
    const [first] = sampleRun(1, { ordinary: 0, dropped: 0 }).frames;
    // Its connection is in a slot: it waits for no walker.
    const passed = stages.filter((stage) => stage !== "parked");
    expect(Object.keys(first?.at ?? {})).toEqual(passed);
    expect(stepsOf(first as FrameRecord)).toHaveLength(passed.length - 1);
    const { at } = first as FrameRecord;
    const walked = { ...(first as FrameRecord), at: { ...at, parked: at.parsed, matched: (at.matched ?? 0) + 30 } };
    expect(stepsOf(walked as FrameRecord).map(({ stage }) => stage)).toContain("parked");
  });

  it("cannot be broken by a file's name", () => {
    const hostile = `<b>&"'x.pcap`;
    const html = htmlOf(resultOf({ ...small, configuration: { ...configuration, input: hostile } }));
    expect(html).not.toContain("<b>&");
    expect(html).toContain("&#60;b&#62;&#38;&#34;&#39;x.pcap");
    expect(openTags(html)).toEqual([]);
  });

  it("ends with the command that makes it again", () => {
    expect(commandOf({ ...configuration, input: "my capture's.pcap", pauseSeed: 3 })).toBe(
      "./accio run 'my capture'\\''s.pcap' out.pcap --bind 10.0.0.1:7,10.0.0.1:8 --app echo --config tiny --timing line --ordinary ordinary.pcap --pause 3",
    );
    const chosen = {
      settings: ["slots=32", "harts=2"],
      framing: "stream",
      memoryLatency: 30,
      peers: [{ address: "10.0.0.9", port: 5 }, null],
    } as const;
    expect(commandOf({ ...configuration, ...chosen })).toContain(
      "--timing line --set slots=32 --set harts=2 --connect 10.0.0.9:5,any --framing stream --memory-latency 30 --ordinary",
    );
  });

  it("shows counters and events where they were read", () => {
    expect(tableOf(resultOf(small))).not.toContain("counters");
    const events = Array.from({ length: 23 }, (_, i) => ({ cycle: 1000 + i, text: `table miss ${i}` }));
    const read = resultOf({ ...small, counters: { RX_FRAMES: 1234, TX_FRAMES: 0, RX_OVERFLOW: 0 }, events });
    const table = tableOf(read);
    expect(table).toContain("counters\n  RX_FRAMES  1,234\n  2 others       0\n");
    expect(table).toContain("events, by cycle\n  1,000  table miss 0\n");
    expect(table).toMatch(/ {2}1,019 {2}table miss 19\n {2}3 more: --json has all\n$/);
    expect(tableOf(resultOf({ ...small, counters: { RX_FRAMES: 0 } }))).toContain("events: none\n");
    expect(JSON.parse(jsonOf(read))).toMatchObject({ counters: { TX_FRAMES: 0 }, events });
    expect(htmlOf(read)).toContain('<code>RX_FRAMES</code></td><td class="right">1,234</td>');
    expect(htmlOf(read)).toContain("table miss 22");
    expect(openTags(htmlOf(read))).toEqual([]);
  });
});
