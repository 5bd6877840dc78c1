/** `./accio run` and `./accio gen` as a user meets them: results that tshark reads, and every kind of bad input. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build, buildUdp } from "#sim/models/packet/index.ts";
import { openCapture, writeCapture } from "#sim/models/pcap/index.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { accio } from "./run-cli.ts";

const sample = join(projectRoot, "samples/echo.pcap");
const socket = "10.77.0.2:7777";
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "accio-run-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
const path = (name: string): string => join(folder, name);
const tshark = (file: string, ...args: string[]): string[] =>
  execFileSync("tshark", ["-r", file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  })
    .trimEnd()
    .split("\n")
    .filter((l) => l !== "");
const frames = (file: string): Buffer[] => [...openCapture(file)].map((f) => Buffer.from(f.data));

describe("the sample", () => {
  const result = async (...args: string[]) => resultOf(sample, ...args);
  const resultOf = async (from: string, ...args: string[]) =>
    accio(["run", from, path("out.pcap"), "--bind", socket, "--ordinary", path("ord.pcap"), "--json", ...args]);
  it("is answered datagram by datagram, the rest is left unchanged, and tshark finds nothing wrong", async () => {
    const { status, stdout } = await result();
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      format: "accio-run",
      in: { frames: 146 },
      accepted: { frames: 128 },
      ordinary: { frames: 18 },
      out: { frames: 128 },
      dropped: { frames: 0 },
      lost: { frames: 0 },
    });
    expect(tshark(path("out.pcap"), "-Y", "_ws.expert.severity >= warning || ip.checksum.status == 0 || udp.checksum.status == 0")).toEqual(
      [],
    );
    const fields = (file: string, filter: string, ...names: string[]): string[] =>
      tshark(file, "-Y", filter, "-T", "fields", ...names.flatMap((n) => ["-e", n]));
    const asked = fields(
      sample,
      "udp.dstport == 7777",
      "eth.src",
      "eth.dst",
      "ip.src",
      "ip.dst",
      "udp.srcport",
      "udp.dstport",
      "udp.length",
      "data.data",
    );
    const answered = fields(
      path("out.pcap"),
      "udp",
      "eth.dst",
      "eth.src",
      "ip.dst",
      "ip.src",
      "udp.dstport",
      "udp.srcport",
      "udp.length",
      "data.data",
    );
    expect(answered).toEqual(asked);
    const others = frames(sample).filter((f) => !(f.readUInt16BE(12) === 0x0800 && f[23] === 17 && f.readUInt16BE(36) === 7777));
    expect(frames(path("ord.pcap"))).toEqual(others);
  });
  it("gives the same answers with pauses at every port, and other cycles", async () => {
    const still = JSON.parse((await result()).stdout);
    const answers = frames(path("out.pcap"));
    // The sample's 74 ms are 24 million cycles; a fortieth of them is pauses enough between frames.
    const recorded = [...openCapture(sample)].map((f) => ({ data: Buffer.from(f.data), timestamp: f.timestamp }));
    const at = (f: { readonly timestamp?: bigint | undefined } | undefined): bigint => f?.timestamp ?? 0n;
    const start = at(recorded[0]);
    const hastened = recorded.map((f) => ({ ...f, timestamp: start + (at(f) - start) / 40n }));
    writeCapture(path("hastened.pcap"), hastened);
    const paused = JSON.parse(
      (await resultOf(path("hastened.pcap"), "--pause", "7", "--timing", "capture", "--set", "rxBuffer=131072")).stdout,
    );
    expect(paused.accepted.frames).toBe(128);
    expect(paused.cycles).toBeGreaterThan(500_000);
    expect(frames(path("out.pcap")).map((f) => f.subarray(34).toString("hex")).length).toBe(answers.length);
    expect(paused.cycles).not.toBe(still.cycles);
  });
  it("the same command gives the same bytes and cycles", async () => {
    const first = await result("--pause", "3");
    const bytes = readFileSync(path("out.pcap"));
    const second = await result("--pause", "3");
    expect(second.stdout).toBe(first.stdout);
    expect(readFileSync(path("out.pcap")).equals(bytes)).toBe(true);
  });
  it("a sink answers nothing", async () => {
    const summary = JSON.parse((await result("--app", "sink")).stdout);
    expect([summary.accepted.frames, summary.out.frames]).toEqual([128, 0]);
  });
  it("prints a table and writes a report", async () => {
    const { status, stdout } = await accio(["run", sample, path("out.pcap"), "-b", socket, "--report", path("report.html")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/accepted\s+128/);
    expect(stdout).toMatch(/wire to tail/);
    expect(readFileSync(path("report.html"), "utf8")).toMatch(/^<!doctype html>/i);
  });
});

describe("sockets with one peer, as streams", () => {
  const peer = "10.77.0.1:40001";
  const bytesOf = (file: string, mine: (f: Buffer) => boolean): Buffer =>
    Buffer.concat(
      frames(file)
        .filter((f) => f.readUInt16BE(12) === 0x0800 && f[23] === 17 && mine(f))
        .map((f) => f.subarray(42, 34 + f.readUInt16BE(38))),
    );
  it("take that peer's datagrams only, and send its bytes back, cut as they come", async () => {
    const args = ["--connect", peer, "--framing", "stream", "--slots", "32", "--harts", "2", "--memory-latency", "40"];
    const { status, stdout } = await accio([
      "run",
      sample,
      path("out.pcap"),
      "-b",
      socket,
      "--ordinary",
      path("ord.pcap"),
      ...args,
      "--json",
    ]);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      configuration: { slots: 32, harts: 2, framing: "stream", memoryLatency: 40, peers: [{ address: "10.77.0.1", port: 40_001 }] },
      accepted: { frames: 32 },
      ordinary: { frames: 114 },
      counters: { RX_FRAMES: 146, RX_ACCEPTED: 32, RX_ORDINARY: 114, "SLOT[0].RX_DROPS": 0 },
    });
    // Slow memory makes the ordinary path drop some.
    expect(result.counters["ORDINARY_RX.FRAMES"] + result.counters["ORDINARY_RX.DROPPED"]).toBe(114);
    expect(result.counters.TX_FRAMES).toBe(result.out.frames);
    expect(result.counters["EVENT_QUEUE.RECORDED"]).toBe(result.events.length);
    expect(result.events[0].text).toMatch(/^table miss from 10\.77\.0\.1:4000\d to port 777\d$/);
    const asked = bytesOf(sample, (f) => f.readUInt16BE(34) === 40_001 && f.readUInt16BE(36) === 7777);
    expect(asked.length).toBeGreaterThan(1000);
    expect(bytesOf(path("out.pcap"), (f) => f.readUInt16BE(34) === 7777 && f.readUInt16BE(36) === 40_001).equals(asked)).toBe(true);
    expect(tshark(path("out.pcap"), "-Y", "ip.checksum.status == 0 || udp.checksum.status == 0")).toEqual([]);
  });
  it("wait for memory", async () => {
    const cycles = async (latency: string): Promise<number> => {
      const { stdout } = await accio(["run", sample, path("out.pcap"), "-b", socket, "--memory-latency", latency, "--json"]);
      return JSON.parse(stdout).latency.wireToTail.min;
    };
    const more = (await cycles("100")) - (await cycles("1"));
    // Status lines and events make the first datagram wait, too, and less so where all is slow.
    expect(more).toBeGreaterThan(80);
    expect(more).toBeLessThan(120);
  });
});

describe("broken and odd frames", () => {
  it("are counted by cause", async () => {
    const mac = "02:00:00:00:00:01";
    const to = {
      ethernet: { destination: mac },
      ipv4: { destination: "10.0.0.1", source: "10.0.0.2" },
      udp: { destinationPort: 7, sourcePort: 9 },
      payload: new Uint8Array(40).fill(1),
    };
    writeCapture(
      path("broken.pcap"),
      [
        buildUdp(to),
        buildUdp({ ...to, udp: { ...to.udp, checksum: "bad" } }),
        buildUdp({ ...to, ipv4: { ...to.ipv4, checksum: "bad" } }),
        buildUdp({ ...to, ipv4: { ...to.ipv4, ttl: 0 } }),
        buildUdp({ ...to, udp: { ...to.udp, length: 7 } }),
        build({ ethernet: { destination: mac, etherType: 0x86dd }, payload: new Uint8Array(50) }),
      ].map((data, i) => ({ timestamp: BigInt(i), data })),
    );
    const { stdout } = await accio(["run", path("broken.pcap"), path("out.pcap"), "-b", "10.0.0.1:7", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      accepted: { frames: 1 },
      ordinary: { frames: 1 },
      dropped: { frames: 4, causes: { udp_checksum: 1, ip_checksum: 1, ttl: 1, udp_length: 1 } },
      out: { frames: 1 },
    });
  });
});

describe("bad input: a clear line, exit 2, nothing half-written", () => {
  const fails = async (args: readonly string[], message: RegExp): Promise<void> => {
    rmSync(path("never.pcap"), { force: true });
    const { status, stderr, stdout } = await accio(["run", ...args]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(status).toBe(2);
    expect(existsSync(path("never.pcap"))).toBe(false);
    expect(readdirSync(folder).filter((f) => f.includes("part"))).toEqual([]);
  };
  it("no capture", () => fails([join(projectRoot, "README.md"), path("never.pcap"), "-b", socket], /README\.md.*pcap/));
  it("a file that is not there", () => fails([path("none.pcap"), path("never.pcap"), "-b", socket], /none\.pcap: no such file/));
  it("a truncated one", async () => {
    writeFileSync(path("cut.pcap"), readFileSync(sample).subarray(0, 3000));
    await fails([path("cut.pcap"), path("never.pcap"), "-b", socket], /cut\.pcap.*packet \d+/);
  });
  it("another link type", async () => {
    const bytes = readFileSync(sample);
    bytes.writeUInt32LE(101, 20);
    writeFileSync(path("raw.pcap"), bytes);
    await fails([path("raw.pcap"), path("never.pcap"), "-b", socket], /link type 101 RAW/);
  });
  it("a frame over the MTU", async () => {
    writeCapture(path("long.pcap"), [{ timestamp: 0n, data: buildUdp({ payload: new Uint8Array(1500) }) }]);
    await fails(
      [path("long.pcap"), path("never.pcap"), "-b", socket],
      /packet 1.*longer than the 1518 that the MTU allows|frame of \d+ bytes is longer/,
    );
  });
  it("a socket that does not parse", () =>
    fails([sample, path("never.pcap"), "-b", "10.77.0.2"], /--bind 10\.77\.0\.2: write --bind IP:PORT/));
  it("a socket given twice", () => fails([sample, path("never.pcap"), "-b", `${socket},${socket}`], /socket given twice/));
  it("more sockets than slots", () =>
    fails(
      [sample, path("never.pcap"), "-b", Array.from({ length: 17 }, (_, i) => `10.0.0.1:${i + 1}`).join(",")],
      /the configuration has 16 slots/,
    ));
  it("a folder that is not there", () => fails([sample, path("no/out.pcap"), "-b", socket], /the folder does not exist: .*mkdir -p/));
  it("a report's folder that is not there", () =>
    fails([sample, path("never.pcap"), "-b", socket, "-r", path("no/report.html")], /the folder does not exist/));
  it("an output that is the input", () => fails([sample, sample, "-b", socket], /echo\.pcap/));
  it("an application that is none", () => fails([sample, path("never.pcap"), "-b", socket, "-a", "ping"], /It must be echo or sink/));
  it.each([
    [["--connect", "10.0.0.9"], /not an address and a port: --connect 10\.0\.0\.9: write --connect IP:PORT/],
    [["--connect", "any,any"], /2 peers: --connect any,any: --bind names 1 socket: name no more peers/],
    [["--framing", "lines"], /'lines' is invalid\. It must be datagram or stream/],
    [
      ["--framing", "stream"],
      /an answering stream needs a peer: --framing stream: name each socket's with --connect, or choose --app sink/,
    ],
    [["--slots", "8"], /'8' is invalid\. It must be a whole number from 16 to 1024/],
    [["--slots", "24"], /slots = 24: must be a power of two from 16 to 1024 slots/],
    [["--harts", "9"], /'9' is invalid\. It must be a whole number from 1 to 8/],
    [["--memory-latency", "0"], /'0' is invalid\. It must be a whole number from 1 to 10000/],
  ] as const)("%j", (args, message) => fails([sample, path("never.pcap"), "-b", socket, ...args], message));
  it("a configuration that is none", () => fails([sample, path("never.pcap"), "-b", socket, "-c", "huge"], /configuration "huge"/));
});

describe("gen", () => {
  it("writes the same files wherever it runs, and does not touch a folder that holds others", async () => {
    expect((await accio(["gen", "-c", "tiny", "-o", path("a")])).status).toBe(0);
    expect((await accio(["gen", "-c", "tiny", "-o", path("b")])).status).toBe(0);
    const list = readdirSync(path("a"), { recursive: true, withFileTypes: true })
      .filter((f) => f.isFile())
      .map((f) => join(f.parentPath, f.name).slice(path("a").length));
    for (const f of list) expect(readFileSync(path(`b${f}`)).equals(readFileSync(path(`a${f}`))), f).toBe(true);
    expect(list).toContain("/rtl/accio_top.v");
    const other = await accio(["gen", "-c", "tiny", "-o", projectRoot]);
    expect([other.status, other.stderr]).toEqual([2, expect.stringMatching(/the folder holds other files/)]);
  });
});
