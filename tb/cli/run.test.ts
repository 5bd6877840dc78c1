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
