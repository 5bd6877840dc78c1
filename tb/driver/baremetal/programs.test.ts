/** The programs that come with Accio, on the real cores, against captures and the load generator. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { describeProgram, programNamed, programs } from "#driver/baremetal/programs.ts";
import { buildUdp, ipv4Text, macText, parse } from "#sim/models/packet/index.ts";
import { openCapture, writeCapture } from "#sim/models/pcap/index.ts";
import { defaultClient, defaultServer, parseClient } from "#sim/soc/client-spec.ts";
import { hartsOf, scratchFolder, start, systems, testProgram } from "./harness.ts";

const folder = scratchFolder();
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames from the load generator's place to the programs' with these payloads. */
const frames = (payloads: readonly Uint8Array[]) =>
  payloads.map((payload, i) => ({
    timestamp: 1_700_000_000_000_000_000n + BigInt(i) * 20_000n,
    data: buildUdp({
      payload,
      ethernet: { source: macText(defaultClient.mac), destination: macText(Number(defaultServer.mac)) },
      ipv4: { source: ipv4Text(defaultClient.ip), destination: ipv4Text(defaultServer.ip) },
      udp: { sourcePort: defaultClient.port, destinationPort: defaultServer.port },
    }),
  }));
const pattern = (length: number, salt: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + salt * 31) & 0xff);
const stop = new TextEncoder().encode("stop");
/** Around beats, headers' alignment and the largest datagram. */
const lengths = [0, 1, 15, 16, 17, 31, 63, 64, 65, 600, 1472];

it("programs are where the load generator looks for them", () => {
  for (const name of ["echo-poll", "wake"]) {
    const program = programNamed(name);
    if (program === undefined) throw new Error(`no ${name}`);
    const value = (key: string): bigint => BigInt(describeProgram(program).settings.find((s) => s.name === key)?.value ?? -1);
    expect([value("ADDRESS"), value("PORT"), value("MAC")]).toEqual([
      BigInt(defaultServer.ip),
      BigInt(defaultServer.port),
      BigInt(defaultServer.mac),
    ]);
    expect([value("PEER_ADDRESS"), value("PEER_PORT"), value("NEXT_HOP")]).toEqual([
      BigInt(defaultClient.ip),
      BigInt(defaultClient.port),
      BigInt(defaultClient.mac),
    ]);
  }
});
it("each says what it does in a sentence", () => {
  expect(programs().map((p) => p.name)).toEqual(["echo-poll", "hello", "registers", "wake"]);
  for (const p of programs().map(describeProgram)) expect(p.summary, p.name).toMatch(/^[A-Z].{20,90}[^.]$/);
});

describe.each(systems)("%s", (config) => {
  const harts = hartsOf(config);

  it.each(["raw", "paper"])("hello: every hart, in order, timing %s", async (timing) => {
    const { lines, exitCode } = await start(config, "hello", { timing });
    expect(lines.slice(0, harts)).toEqual(Array.from({ length: harts }, (_, hart) => `hello from hart ${hart} of ${harts}`));
    expect(lines[harts]).toMatch(/^\d+ cycles, \d+ instructions on hart 0$/);
    expect(lines).toHaveLength(harts + 1);
    expect(exitCode).toBe(0);
  });

  it.each(["raw", "paper"])("echo-poll: a capture's datagrams come back, and a word ends it, timing %s", async (timing) => {
    const [wireIn, wireOut] = [join(folder, `${config}-in.pcap`), join(folder, `${config}-out.pcap`)];
    const payloads = [...lengths.map((n, i) => pattern(n, i)), stop, pattern(10, 3)];
    writeCapture(wireIn, frames(payloads));
    const { lines, exitCode, result } = await start(config, "echo-poll", {
      timing,
      wireIn: { capture: wireIn, timing: "capture", from: 80_000 },
      wireOut,
    });
    expect({ end: result.end, exitCode }).toEqual({ end: "exit", exitCode: 0 });
    const bytes = lengths.reduce((a, b) => a + b) + stop.length;
    expect(lines[1]).toMatch(new RegExp(`^echoed ${lengths.length + 1} datagrams, ${bytes} bytes, \\d+ polls, `));
    const out = [...openCapture(wireOut, { maxFrame: 2000 })].map((f) => parse(f.data));
    expect(out.flatMap((f) => f.problems)).toEqual([]);
    expect(out.map((f) => f.payload)).toEqual(payloads.slice(0, -1));
    for (const f of out) {
      expect(f.ethernet.destination).toBe(macText(defaultClient.mac));
      expect(f.udp?.destinationPort).toBe(defaultClient.port);
    }
  });

  it("echo-poll: a stream's bytes come back in order, to a count", async () => {
    const [wireIn, wireOut] = [join(folder, `${config}-stream.pcap`), join(folder, `${config}-stream-out.pcap`)];
    const payloads = lengths.map((n, i) => pattern(n, i));
    const bytes = Buffer.concat(payloads);
    writeCapture(wireIn, frames(payloads));
    const { lines, exitCode } = await start(config, "echo-poll", {
      settings: { DATAGRAMS: 0, COUNT: bytes.length },
      wireIn: { capture: wireIn, timing: "line", from: 80_000 },
      wireOut,
    });
    expect(exitCode).toBe(0);
    expect(lines[1]).toMatch(new RegExp(`^echoed ${bytes.length} bytes, ${bytes.length} bytes, `));
    const out = [...openCapture(wireOut, { maxFrame: 2000 })].map((f) => parse(f.data));
    expect(Buffer.concat(out.map((f) => f.payload ?? new Uint8Array()))).toEqual(bytes);
  });

  it("echo-poll: many times round its rings", async () => {
    const { result, lines } = await start(config, "echo-poll", {
      settings: { RING: 1024, COUNT: 150 },
      client: parseClient("closed,connections=3,size=200,count=1000", 100),
    });
    expect(result.end).toBe("exit");
    expect(result.client).toMatchObject({ wrong: 0, stray: 0, late: 0 });
    expect(result.client?.answered).toBeGreaterThan(140);
    expect(lines[1]).toMatch(/^echoed 150 datagrams, 30000 bytes, /);
  });

  it.each(["raw", "paper"])("wake: each hart sleeps until its data comes, timing %s", async (timing) => {
    const count = 12;
    const { lines, exitCode, result } = await start(config, "wake", {
      timing,
      settings: { COUNT: count },
      client: parseClient(`closed,connections=${harts},size=64,count=100000,interval=4000`, 100),
    });
    expect(exitCode).toBe(0);
    expect(lines).toHaveLength(harts);
    for (let hart = 0; hart < harts; hart++) {
      const line = lines.find((l) => l.startsWith(`hart ${hart}: `));
      const found = /: (\d+) wakes, from wire to handler (\d+) to (\d+) cycles, mean (\d+)$/.exec(line ?? "") ?? [];
      const [wakes = 0, least = 0, most = 0, mean = 0] = found.slice(1).map(Number);
      expect(wakes).toBe(count);
      expect(least).toBeGreaterThan(100);
      expect(mean).toBeGreaterThanOrEqual(least);
      expect(most).toBeGreaterThanOrEqual(mean);
      // The NIC needs about forty cycles, the core's trap and the claim at the interrupt controller the rest.
      expect(mean).toBeLessThan(timing === "raw" ? 500 : 1000);
      expect(result.harts[hart]?.traps).toBe(count);
      // Far fewer instructions than cycles: it slept.
      expect(result.harts[hart]?.instructions).toBeLessThan(result.cycles / 2);
    }
  });

  it("protection: a slot's owner sends from any hart, and whoever else runs is refused and counted", async () => {
    const { lines, exitCode, result } = await start(config, testProgram("protection.c"));
    const strangers = harts > 1 ? [1, 0] : [0, 0];
    expect(lines).toEqual(
      strangers.map((hart, i) => {
        const counts = `sent ${20 * (i + 1)}, foreign ${300 * (i + 1)}, others 0`;
        return `${counts}, last by hart ${hart} (the stranger's): slot 3, write of 0x28; asleep 0, wrong 0`;
      }),
    );
    expect(exitCode).toBe(0);
    expect(result.wire.framesOut).toBe(40);
  });

  it("two slots for one endpoint: the second is refused, and says so", async () => {
    const { lines, exitCode } = await start(config, testProgram("twice.c"));
    expect(lines).toEqual([
      "one after the other",
      "runtime: slot_open: slot 0: another slot has these endpoints: close it, or take another port",
    ]);
    expect(exitCode).toBe(1);
  });
});
