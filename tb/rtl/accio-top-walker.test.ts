/** The table walker in the whole NIC: what a datagram without a slot comes to, how soon, and what becomes of slots. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { Prng } from "#sim/models/packet/index.ts";
import { payloadOf, playScene, recordsIn, type Sent, type Stage } from "./accio-top-walker.ts";

const tiny = resolveConfig("tiny", ["walker=true"]);
const hex = (list: readonly Uint8Array[]): readonly string[] => list.map((b) => Buffer.from(b).toString("hex"));

describe("many connections", () => {
  it("a million entries, more connections than slots: every datagram is where it belongs, in order", async () => {
    const seed = seedFromEnvironment();
    const random = new Prng(seed);
    const count = 300;
    const last = 1_000_000;
    const ports = Array.from({ length: count }, (_, i) => 2000 + i);
    const entries = new Set<number>();
    while (entries.size < count) entries.add(random.integer(1, last));
    const numbers = [...entries];
    const sent: Sent[] = [];
    let at = 0;
    while (sent.length < 900) {
      const port = random.pick(ports);
      const burst = random.integer(1, 3);
      for (let i = 0; i < burst; i++) sent.push({ port, at, length: random.integer(1, 100) });
      at += random.integer(0, 5) === 0 ? 0 : random.integer(20, 260);
    }
    let entriesAfter: (readonly [tail: number, resident: boolean, drops: number])[] = [];
    let found: (readonly Uint8Array[])[] = [];
    let counters: Awaited<ReturnType<Stage["table"]["counters"]>> | undefined;
    const { frames, ordinary } = await playScene({
      config: tiny,
      sent,
      timing: "capture",
      table: { logBuckets: 16, last },
      memory: { readLatency: 4, readJitter: 30, writeLatency: 4, writeJitter: 30, reorder: true },
      before: ({ table, connection }) => {
        for (const [i, port] of ports.entries())
          table.add({
            ...connection(i, port, i % 2 === 0 ? { remote: { address: "10.0.0.2", port: 40_000 } } : {}),
            entry: numbers[i] as number,
          });
      },
      after: async ({ host, table, ring }) => {
        counters = await table.counters();
        await table.invalidate("all");
        entriesAfter = numbers.map((entry) => {
          const { RX, PLACE, STATE } = table.entry(entry);
          return [RX.tail, PLACE.resident, STATE.drops] as const;
        });
        found = entriesAfter.map(([tail], i) => recordsIn(host, ring(i), tail));
      },
    });
    const expected = ports.map((port) =>
      frames.flatMap((f, i) => (sent[i]?.port === port && f.verdict === "accepted" ? [payloadOf(port, i, sent[i]?.length)] : [])),
    );
    expect(found.map(hex), `seed ${seed}`).toEqual(expected.map(hex));
    expect(entriesAfter.filter(([, resident, drops]) => resident || drops !== 0)).toEqual([]);
    expect(frames.filter((f) => f.verdict !== "accepted" && f.verdict !== "ordinary")).toEqual([]);
    expect(ordinary.length).toBe(frames.filter((f) => f.verdict === "ordinary").length);
    expect(counters).toMatchObject({ malformed: 0, failed: 0, notFound: 0 });
    const { fills = 0, evictions = 0 } = counters ?? {};
    expect(evictions).toBeGreaterThan(200);
    expect(fills).toBeGreaterThan(evictions);
    expect(frames.filter((f) => f.verdict === "accepted").length).toBeGreaterThan(700);
  });
});
