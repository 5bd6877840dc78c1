/** The wire: load generator and captures against a program that echoes by polling; rate, delay and latencies add up. */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { resolveProgram } from "#driver/baremetal/build.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { buildUdp, defaults, parse } from "#sim/models/packet/index.ts";
import { openCapture, writeCapture } from "#sim/models/pcap/index.ts";
import { parseClient } from "#sim/soc/client-spec.ts";
import { latencyFigures } from "#sim/soc/latency.ts";
import { type RunOptions, runProgram } from "#sim/soc/run.ts";
import type { ClientResult, Latencies } from "#sim/soc/simulate.ts";
import { timingNamed } from "#sim/soc/timing.ts";
import { systems, testPrograms } from "./programs.ts";

const programs = testPrograms();
afterAll(() => programs[Symbol.dispose]());

const echo = async (config: SocName, options: Partial<RunOptions>) =>
  runProgram({
    program: await resolveProgram("echo-poll", socConfigs[config], { settings: { COUNT: 1000 } }),
    config,
    timing: timingNamed("raw"),
    maxCycles: 1_000_000,
    onConsole: () => undefined,
    ...options,
  });
const load = async (config: SocName, spec: string, options: Partial<RunOptions> = {}): Promise<ClientResult> => {
  const { result, exitCode } = await echo(config, { client: parseClient(spec, 100), ...options });
  expect(result.end).toBe("client");
  expect(exitCode).toBe(0);
  return result.client as ClientResult;
};
const least = (latencies: Latencies): number => latencyFigures(latencies)?.min ?? Number.NaN;
const samples = (latencies: Latencies): number => latencyFigures(latencies)?.samples ?? 0;

describe.each(systems)("%s", (config) => {
  it.each(["raw", "paper"])("closed loop, timing %s: every request is answered once", async (timing) => {
    const client = await load(config, "closed,connections=4,size=64,count=60", { timing: timingNamed(timing) });
    expect(client).toMatchObject({ sent: 60, answered: 60, lost: 0, late: 0, wrong: 0, stray: 0 });
    expect(samples(client.roundTrips)).toBe(60);
    expect(samples(client.inside)).toBe(60);
  });

  it("a frame from a capture comes back in a capture, at its time", async () => {
    const [inFile, outFile] = [join(programs.folder, `${config}-in.pcap`), join(programs.folder, `${config}-out.pcap`)];
    const frame = (size: number) => buildUdp({ payload: Uint8Array.from({ length: size }, (_, i) => i & 0xff) });
    const start = 1_700_000_000_000_000_000n;
    // A microsecond is a hundred cycles.
    const sizes = [1, 18, 64, 600];
    writeCapture(
      inFile,
      sizes.map((size, i) => ({ timestamp: start + BigInt(i) * 100_000n, data: frame(size) })),
    );
    const { result, frames } = await echo(config, {
      wireIn: { capture: inFile, timing: "capture", from: 60_000 },
      wireOut: outFile,
      quiet: 20_000,
    });
    expect(result.end).toBe("quiet");
    expect(frames).toEqual({ in: 4, out: 4 });
    const out = [...openCapture(outFile, { maxFrame: 2000 })];
    const parsed = out.map((f) => parse(f.data));
    expect(parsed.map((f) => f.payload?.length)).toEqual(sizes);
    expect(parsed.flatMap((f) => f.problems)).toEqual([]);
    expect(parsed.map((f) => f.udp?.destinationPort)).toEqual(Array(4).fill(defaults.peerPort));
    for (const [i, f] of out.entries()) {
      const sent = start + BigInt(i) * 100_000n;
      expect(f.timestamp).toBeGreaterThan(sent);
      expect(f.timestamp).toBeLessThan(sent + 90_000n);
    }
  });
});

describe("the wire", () => {
  it("delay and rate add exactly what they must to a round trip", async () => {
    const spec = "closed,connections=1,size=100,count=20";
    const raw = timingNamed("raw");
    const frame = 142;
    const fast = await load("soc1", spec);
    const far = await load("soc1", spec, { timing: { ...raw, wire: { ...raw.wire, delay: 500 } } });
    const slow = await load("soc1", spec, { timing: { ...raw, wire: { ...raw.wire, bitsPerCycle: 8, overheadBytes: 24 } } });
    // Outside the system: the request's serialisation, its delay, the answer's, and its delay.
    const outside = (c: ClientResult): number => least(c.roundTrips) - least(c.inside);
    expect(outside(far) - outside(fast)).toBe(1000);
    // The last beat's six bytes are not waited for on the way out: it moves when the beat before it has passed.
    expect(outside(slow)).toBeGreaterThanOrEqual(2 * frame - 8);
    expect(outside(slow)).toBeLessThanOrEqual(2 * frame + 8);
    expect(outside(fast)).toBeLessThan(60);
  });

  it("open loop: requests leave at their times, evenly or not, and what is late counts as late", async () => {
    const even = await load("soc1", "open,interval=5000,connections=3,size=32,count=30");
    expect(even).toMatchObject({ sent: 30, answered: 30, lost: 0 });
    expect(even.lastAnswer - even.firstSent).toBeGreaterThan(29 * 5000);
    expect(even.lastAnswer - even.firstSent).toBeLessThan(29 * 5000 + 4000);
    const poisson = await load("soc1", "open,interval=5000,connections=3,size=32,count=30,arrivals=poisson,seed=2");
    expect(poisson).toMatchObject({ sent: 30, answered: 30, lost: 0 });
    expect(poisson.lastAnswer).not.toBe(even.lastAnswer);
    // Faster than the program can: every request waits behind those before it, from when it was due.
    const crowd = await load("soc1", "open,interval=100,connections=3,size=32,count=30");
    expect(latencyFigures(crowd.roundTrips)?.max).toBeGreaterThan(3 * least(even.roundTrips));
  });

  it("a server that answers nothing more: requests are lost, and the run ends", async () => {
    const { result } = await echo("soc1", {
      program: await resolveProgram("echo-poll", socConfigs.soc1, { settings: { COUNT: 1000, PORT: 8 } }),
      client: parseClient("closed,count=3,timeout=5000", 100),
      maxCycles: 120_000,
    });
    // Nobody is at port 7: no request is ever counted.
    expect(result.end).toBe("limit");
    expect(result.client).toMatchObject({ sent: 0, answered: 0 });
    expect(result.client?.probes).toBe(7);
  });
});
