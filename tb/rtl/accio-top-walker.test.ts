/** The table walker in the whole NIC: what a datagram without a slot comes to, how soon, and what becomes of slots. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { seedFromEnvironment } from "#sim/bridge/seed.ts";
import { Prng } from "#sim/models/packet/index.ts";
import { memoryBase } from "#sim/nic/run.ts";
import { openSlot, payloadOf, playScene, recordsIn, type Sent, type Stage } from "./accio-top-walker.ts";

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

describe("cycles, 512 bits", () => {
  const wide = resolveConfig("line-rate");
  it.each([1, 20, 100])("a miss is in memory within 3 latencies of %i cycles and 40, and hits do not feel it", async (latency) => {
    // Slot 0 is the kernel's, and gets a datagram every 64 cycles; in between comes one whose connection has no slot.
    const hits = Array.from({ length: 60 }, (_, i): Sent => ({ port: 7000, at: 64 * i }));
    const miss: Sent = { port: 7001, at: 64 * 20 + 7 };
    const scene = (sent: readonly Sent[]) =>
      playScene({
        config: wide,
        sent,
        timing: "capture",
        memory: { readLatency: latency, writeLatency: latency },
        before: async ({ host, table, connection, ring }) => {
          await openSlot(host, 0, 7000, ring(4), 14);
          table.add(connection(0, 7001));
        },
      });
    const { frames } = await scene([...hits.slice(0, 21), miss, ...hits.slice(21)]);
    const alone = await scene(hits);
    const walked = frames[21] as (typeof frames)[number];
    expect(walked.verdict).toBe("accepted");
    // The pulse of a verdict comes a cycle after it.
    expect((walked.at.tailMoved ?? Number.NaN) - ((walked.at.parked ?? Number.NaN) - 1)).toBeLessThanOrEqual(3 * latency + 40);
    const cycles = (list: typeof frames, to: "matched" | "tailMoved") => list.map((f) => (f.at[to] ?? Number.NaN) - f.at.wireFirst);
    const later = (to: "matched" | "tailMoved") => {
      const before = cycles(alone.frames, to);
      return cycles(frames.toSpliced(21, 1), to)
        .map((n, i) => n - (before[i] as number))
        .filter((n) => n !== 0);
    };
    // A frame that goes in front of another one costs it a cycle, and its lines that of the other one's.
    expect(later("matched").filter((n) => n !== 1).length + later("matched").slice(2).length).toBe(0);
    expect(later("tailMoved").filter((n) => n > 2).length + later("tailMoved").slice(2).length).toBe(0);
  });
});

describe("slots", () => {
  // Two slots for the walker: one at work, one in reserve.
  const two = { first: 14 };
  it("give way to others with all that they are, and come back with it; a datagram is sent from a slot that was filled", async () => {
    const sent = Array.from({ length: 12 }, (_, i): Sent => ({ port: 7000 + (i % 3), at: 600 * i }));
    const { frames, out } = await playScene({
      config: tiny,
      sent,
      timing: "capture",
      table: two,
      before: ({ table, connection, ring }) => {
        for (const n of [0, 1, 2])
          table.add(connection(n, 7000 + n, { txBase: ring(8 + n), txLog: 10, nextHop: 0x02_00_00_00_00_02n, generation: n + 7 }));
      },
      after: async ({ host, table, ring, connection }) => {
        const counts = await table.counters();
        expect(counts).toMatchObject({ walks: 12, fills: 12, notFound: 0, noSlot: 0 });
        expect(counts.evictions).toBeGreaterThanOrEqual(10);
        // The last one has a slot, and sends: what its owner writes is in the slot, and goes back with it.
        const { slot, resident, generation } = table.entry(3).PLACE;
        expect([resident, generation]).toEqual([true, 9]);
        host.memory.write(ring(10), Uint8Array.of(5, 0, 0xb8, 0x22, 2, 0, 0, 10));
        host.memory.write(ring(10) + 16, payloadOf(9000, 1, 5));
        const registers = host.registers.SLOT.at(slot);
        await registers.RX_HEAD.write({ offset: 80 });
        await registers.TX_TAIL.write({ offset: 32n });
        while (Number((await registers.TX_HEAD.read()).offset) !== 32);
        await table.invalidate("all");
        for (const n of [0, 1, 2]) {
          const { RX, TX, PLACE, STATE } = table.entry(n + 1);
          expect([PLACE.resident, RX.tail, STATE.drops]).toEqual([false, 320, 0]);
          expect([RX.head, TX.head, TX.tail]).toEqual(n === 2 ? [80, 32, 32] : [0, 0, 0]);
          expect(recordsIn(host, connection(n, 0).rxBase, RX.tail).length).toBe(4);
          expect(PLACE.generation).toBe(n + 7);
        }
        expect((await table.counters()).evictions).toBe(counts.fills);
      },
    });
    expect(frames.map((f) => f.verdict)).toEqual(sent.map(() => "accepted"));
    expect(out.length).toBe(1);
    expect(
      Buffer.from(out[0] as Uint8Array)
        .subarray(42, 47)
        .equals(Buffer.from(payloadOf(9000, 1, 5))),
    ).toBe(true);
  });

  it("whose owner is about to wake stay, and a sleeper wakes although its slot was another's in between", async () => {
    const sent: Sent[] = [
      { port: 7000, at: 0 },
      ...Array.from({ length: 6 }, (_, i): Sent => ({ port: 7001 + (i % 3), at: 1000 + 600 * i })),
      { port: 7000, at: 6000 },
    ];
    const { frames } = await playScene({
      config: tiny,
      sent,
      timing: "capture",
      table: two,
      before: async ({ host, table, connection }) => {
        await host.registers.WAKE_MASK.at(0).write({ enabled: true });
        table.add(connection(0, 7000, { sleeps: true, task: 0x1234_5678_9ac0n }));
        for (const n of [1, 2, 3]) table.add(connection(n, 7000 + n));
      },
      during: async ({ host, table, lines }) => {
        while (lines() === 0) await host.pause(10);
        const { slot } = table.entry(1).PLACE;
        // Others come and go, and this one stays: there is one slot for three.
        await host.pause(4600);
        expect(table.entry(1).PLACE).toMatchObject({ resident: true, slot });
        expect([lines(), (await table.counters()).evictions > 2]).toEqual([1, true]);
        expect(await host.registers.TAKE.at(0).read()).toMatchObject({ valid: true, more: false, causeRx: true, causeTx: false, slot });
        expect(lines()).toBe(0);
        // It sleeps again, without data: now it may go.
        await host.registers.SLOT.at(slot).RX_HEAD.write({ offset: 80 });
        await host.registers.SLOT.at(slot).SUSPEND.write({ rx: true, tx: false });
        await table.invalidate(1);
        expect(table.entry(1).PLACE.resident).toBe(false);
        expect(table.entry(1).STATE).toMatchObject({ rxSuspended: true, txSuspended: false });
        expect(table.entry(1).RX).toEqual({ head: 80, tail: 80 });
        while (lines() === 0) await host.pause(10);
        const taken = await host.registers.TAKE.at(0).read();
        expect(taken).toMatchObject({ valid: true, causeRx: true });
        expect(table.entry(1).PLACE).toMatchObject({ resident: true, slot: taken.slot });
      },
    });
    expect(frames.map((f) => f.verdict)).toEqual(sent.map(() => "accepted"));
  });

  it("are taken back one by one, and all", async () => {
    const sent = [0, 1, 2, 0, 1, 2].map((n, i): Sent => ({ port: 7000 + n, at: i < 3 ? 400 * i : 20_000 + 400 * i }));
    await playScene({
      config: tiny,
      sent,
      timing: "capture",
      before: ({ table, connection }) => {
        for (const n of [0, 1, 2]) table.add(connection(n, 7000 + n));
      },
      during: async ({ host, table }) => {
        const places = () => [1, 2, 3].map((entry) => table.entry(entry).PLACE.resident);
        while ((await table.counters()).fills < 3);
        await host.pause(200);
        expect(places()).toEqual([true, true, true]);
        const { slot } = table.entry(2).PLACE;
        await table.invalidate(2);
        expect(places()).toEqual([true, false, true]);
        expect((await host.registers.SLOT.at(slot).CONTROL.read()).enable).toBe(false);
        // Now it is the kernel's, which ends it; the others go back, too.
        table.end(2);
        await table.invalidate("all");
        expect(places()).toEqual([false, false, false]);
        expect((await table.counters()).evictions).toBe(3);
      },
      after: async ({ table }) => {
        expect([1, 2, 3].map((entry) => [table.entry(entry).RX.tail, table.entry(entry).PLACE.resident])).toEqual([
          ...[
            [80, true],
            [80, false],
            [80, true],
          ],
        ]);
        expect(await table.counters()).toMatchObject({ fills: 5, notFound: 1 });
      },
    }).then(({ frames }) => expect(frames.map((f) => f.verdict)).toEqual([...Array(4).fill("accepted"), "ordinary", "accepted"]));
  });
});

describe("what cannot be", () => {
  it("malformed entries, and entries that memory refuses: an event, a count, and the ordinary way", async () => {
    const sent = [0, 1, 2, 3].map((n): Sent => ({ port: 7000 + n, at: 500 * n }));
    const shape = { at: memoryBase, logBuckets: 8, last: 2000, first: 8 };
    const entry = (n: number): number => memoryBase + 64 * 2 ** shape.logBuckets + 128 * n;
    const { frames } = await playScene({
      config: tiny,
      sent,
      timing: "capture",
      table: shape,
      memory: {
        errors: [
          { first: entry(2), last: entry(2) + 127, kinds: "read" },
          { first: entry(4) + 64, last: entry(4) + 127, kinds: "write" },
        ],
      },
      before: ({ host, table, connection }) => {
        for (const n of [0, 1, 2, 3]) table.add(connection(n, 7000 + n));
        // Entry 1 has a ring that does not begin at a line.
        host.memory.write64(table.addressOf(1) + 0x30, 0x8000_0001n);
      },
      after: async ({ host, table, events }) => {
        await host.pause(200);
        expect(await table.counters()).toMatchObject({ walks: 4, fills: 2, malformed: 1, failed: 2, notFound: 0 });
        expect(events().filter((e) => e.kind !== "LINK_UP" && e.kind !== "TABLE_MISS")).toEqual([
          { kind: "MALFORMED_ENTRY", entry: 1, write: false },
          { kind: "TABLE_DMA_ERROR", entry: 0, write: false },
          { kind: "TABLE_DMA_ERROR", entry: 4, write: true },
        ]);
        expect(events().filter((e) => e.kind === "TABLE_MISS").length).toBe(2);
      },
    });
    expect(frames.map((f) => f.verdict)).toEqual(["ordinary", "ordinary", "accepted", "accepted"]);
  });

  it("a waiting room that is full, or too small: the ordinary way at once, and no walk is lost", async () => {
    // Memory takes its time; the sixteen that come first wait for it.
    const sent = Array.from({ length: 24 }, (_, n): Sent => ({ port: 7000 + (n % 4), at: 20 * n }));
    const { frames, ordinary } = await playScene({
      config: tiny,
      sent,
      timing: "capture",
      memory: { readLatency: 600, writeLatency: 4 },
      before: ({ table, connection }) => {
        for (let n = 0; n < 4; n++) table.add(connection(n, 7000 + n));
      },
      after: async ({ host, table, connection, events }) => {
        const counts = await table.counters();
        expect(counts).toMatchObject({ walks: 4, joined: 12, fills: 4, roomFull: 8 });
        expect(events().filter((e) => e.kind === "TABLE_MISS").length).toBe(8);
        for (let n = 0; n < 4; n++) {
          await table.invalidate(n + 1);
          const mine = sent.flatMap((s, i) => (s.port === 7000 + n && i < 16 ? [payloadOf(s.port, i)] : []));
          expect(hex(recordsIn(host, connection(n, 0).rxBase, table.entry(n + 1).RX.tail))).toEqual(hex(mine));
        }
      },
    });
    expect(frames.map((f) => f.verdict)).toEqual(sent.map((_, i) => (i < 16 ? "accepted" : "ordinary")));
    expect(ordinary.length).toBe(8);
  });
});
