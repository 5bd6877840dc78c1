/** Writing captures: what comes out is what tshark and capinfos read, and no file is ever half there. */
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validFrame } from "#sim/models/packet/arbitraries.ts";
import { buildUdp } from "#sim/models/packet/index.ts";
import { AtomicFile, CaptureWriter, checkDistinct, openCapture, writeCapture, writeFileAtomically } from "#sim/models/pcap/index.ts";
import { projectRoot } from "#toolchain/tools.ts";
import { scratchFolder, tsharkFields, wireshark } from "../wireshark.ts";

const frame = buildUdp();
const formats = ["pcap", "pcapng"] as const;

describe.each(formats)("%s", (format) => {
  it("comes back as it was written", () => {
    const file = join(scratchFolder(), `out.${format}`);
    const timestamp = fc.bigInt({ min: 0n, max: 4_294_967_295_999_999_999n });
    const list = fc.array(fc.record({ data: validFrame(), timestamp }), { maxLength: 20 });
    fc.assert(
      fc.property(list, (frames) => {
        writeCapture(file, frames);
        const capture = openCapture(file);
        expect(capture.format).toBe(format);
        expect([...capture].map(({ data, timestamp }) => ({ data, timestamp }))).toEqual(frames);
      }),
      { numRuns: 60 },
    );
  });

  it("is a clean capture to capinfos and tshark", () => {
    const file = join(scratchFolder(), "out.cap");
    const times = [0n, 1n, 1_700_000_000_123_456_789n, 4_294_967_295_999_999_999n];
    const frames = times.map((timestamp, index) => ({ timestamp, data: buildUdp({ payload: new Uint8Array(index * 19) }) }));
    writeCapture(file, frames, { format });
    expect(tsharkFields(file, ["frame.time_epoch", "frame.len", "ip.checksum.status"])).toEqual(
      frames.map(({ timestamp, data }) => ({
        "frame.time_epoch": `${timestamp / 1_000_000_000n}.${String(timestamp % 1_000_000_000n).padStart(9, "0")}`,
        "frame.len": String(data.length),
        "ip.checksum.status": "1",
      })),
    );
    const infos = wireshark("capinfos", ["-t", "-E", "-c", file]);
    expect(infos).toContain(format === "pcap" ? "Wireshark/tcpdump/... - nanosecond pcap" : "Wireshark/... - pcapng");
    expect(infos).toContain("File encapsulation:  Ethernet");
    expect(infos).toMatch(/Number of packets:\s+4$/m);
  });

  it("may be empty", () => {
    const file = join(scratchFolder(), "empty.cap");
    writeCapture(file, [], { format });
    expect([...openCapture(file)]).toEqual([]);
    expect(wireshark("capinfos", ["-c", file])).toMatch(/Number of packets:\s+0$/m);
  });

  it("refuses what the format cannot hold", () => {
    const folder = scratchFolder();
    const write = (fields: Partial<Parameters<CaptureWriter["write"]>[0]>) => () =>
      writeCapture(join(folder, "out"), [{ timestamp: 0n, data: frame, ...fields }], { format });
    expect(write({ timestamp: -1n })).toThrow(/^timestamp -1 ns: .*out, packet 1, byte \d+: /);
    const limit = format === "pcap" ? 4_294_967_296_000_000_000n : 1n << 64n;
    expect(write({ timestamp: limit })).toThrow(`timestamp ${limit} ns`);
    expect(write({ data: new Uint8Array(262_145) })).toThrow("frame of 262145 bytes (limit 262144)");
    expect(write({ interface: 1 })).toThrow("interface 1: ");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("pcapng", () => {
  it("is chosen by the name", () => {
    const folder = scratchFolder();
    for (const name of ["a.pcapng", "a.pcap", "a"]) writeCapture(join(folder, name), []);
    expect(["a.pcapng", "a.pcap", "a"].map((name) => openCapture(join(folder, name)).format)).toEqual(["pcapng", "pcap", "pcap"]);
  });

  it("keeps interfaces and comments for tshark", () => {
    const file = join(scratchFolder(), "out.pcapng");
    const interfaces = ["wire in", "wire out"];
    const frames = [
      { timestamp: 1n, data: frame, interface: 1, comments: ["dropped: udp_checksum", "second"] },
      { timestamp: 2n, data: frame.subarray(0, 59), originalLength: 60 },
    ];
    writeCapture(file, frames, { interfaces });
    expect(tsharkFields(file, ["frame.interface_name", "frame.comment", "frame.cap_len", "frame.len"])).toEqual([
      { "frame.interface_name": "wire out", "frame.comment": "dropped: udp_checksum", "frame.cap_len": "60", "frame.len": "60" },
      { "frame.interface_name": "wire in", "frame.comment": "", "frame.cap_len": "59", "frame.len": "60" },
    ]);
    expect(wireshark("capinfos", ["-F", file])).toContain("accio");
    expect([...openCapture(file, { allowCut: true })].map(({ comments }) => comments)).toEqual([["dropped: udp_checksum", "second"], []]);
  });
});

describe("nothing half-written", () => {
  it("shows the file only when it is complete", () => {
    const folder = scratchFolder();
    const file = join(folder, "out.pcap");
    const writer = new CaptureWriter(file);
    for (let index = 0; index < 5000; index++) writer.write({ timestamp: BigInt(index), data: frame });
    expect(existsSync(file)).toBe(false);
    writer.commit();
    expect(readdirSync(folder)).toEqual(["out.pcap"]);
    expect([...openCapture(file)]).toHaveLength(5000);
    expect(() => writer.commit()).toThrow("has been committed or discarded");
  });

  it("keeps what was there when writing fails", () => {
    const folder = scratchFolder();
    const file = join(folder, "out.pcap");
    writeFileSync(file, "before");
    function* failing() {
      yield { timestamp: 0n, data: frame };
      throw new Error("the simulation failed");
    }
    expect(() => writeCapture(file, failing())).toThrow("the simulation failed");
    expect(readFileSync(file, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["out.pcap"]);
  });

  it("leaves nothing when the process exits, and clears up after one that was killed", () => {
    const folder = scratchFolder();
    const file = join(folder, "out.pcap");
    const begin = (end: string) => {
      const script = `const { CaptureWriter } = await import("#sim/models/pcap/index.ts"); new CaptureWriter(${JSON.stringify(file)}); ${end}`;
      return spawnSync(process.execPath, ["--input-type=module", "-e", script], { cwd: projectRoot, encoding: "utf8" });
    };
    expect(begin("process.exit(3)").status).toBe(3);
    expect(readdirSync(folder)).toEqual([]);
    expect(begin("throw new Error('no')").status).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
    expect(begin("process.kill(process.pid, 'SIGKILL')").signal).toBe("SIGKILL");
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\.out\.pcap\.\d+\.0\.part$/)]);
    writeCapture(file, []);
    expect(readdirSync(folder)).toEqual(["out.pcap"]);
  });

  it("writes two files of one name from one process, the last commit stays", () => {
    const folder = scratchFolder();
    const [first, second] = [new AtomicFile(join(folder, "out")), new AtomicFile(join(folder, "out"))];
    first.write(new TextEncoder().encode("first"));
    second.write(new TextEncoder().encode("second"));
    second.commit();
    first.commit();
    expect(readdirSync(folder)).toEqual(["out"]);
    expect(readFileSync(join(folder, "out"), "utf8")).toBe("first");
  });

  it("says so when the folder does not exist or the path is one", () => {
    const folder = scratchFolder();
    const missing = join(folder, "no/such/out.pcap");
    expect(() => new CaptureWriter(missing)).toThrow(
      `output folder does not exist: ${missing}: create it first: mkdir -p ${join(folder, "no/such")}`,
    );
    mkdirSync(join(folder, "out.pcap"));
    expect(() => new CaptureWriter(join(folder, "out.pcap"))).toThrow(`output is a folder: ${join(folder, "out.pcap")}: name a file in it`);
  });

  it("writes devices and the files behind links, and keeps a file's mode", () => {
    writeFileAtomically("/dev/null", "gone");
    expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
    const folder = scratchFolder();
    writeFileSync(join(folder, "real"), "old", { mode: 0o600 });
    symlinkSync("real", join(folder, "link"));
    writeFileAtomically(join(folder, "link"), "new");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("new");
    expect(statSync(join(folder, "real")).mode & 0o777).toBe(0o600);
  });

  it("refuses outputs that are inputs or each other, through links too", () => {
    const folder = scratchFolder();
    const [input, link, fresh] = ["in.pcap", "link.pcap", "out.pcap"].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(input, "");
    symlinkSync("in.pcap", link);
    const check =
      (...outputs: readonly string[]) =>
      () =>
        checkDistinct(
          [{ name: "IN", path: input }],
          outputs.map((path, index) => ({ name: `output ${index + 1}`, path })),
        );
    expect(check(fresh, join(folder, "other.pcap"))).not.toThrow();
    expect(check("/dev/null", "/dev/null", join(folder, "no/folder"))).not.toThrow();
    expect(check(fresh, link)).toThrow(`output 2 and IN are the same file: ${link}: name another output`);
    expect(check(fresh, join(folder, "../", folder.split("/").at(-1) ?? "", "out.pcap"))).toThrow(
      "output 2 and output 1 are the same file",
    );
  });

  it("writes pieces larger than its buffer in order", () => {
    const file = join(scratchFolder(), "out");
    const parts = [10, 70_000, 3, 65_536, 65_530, 20].map((length, index) => new Uint8Array(length).fill(index + 1));
    using output = new AtomicFile(file);
    for (const part of parts) output.write(part);
    output.commit();
    expect(readFileSync(file)).toEqual(Buffer.concat(parts));
  });
});
