/** Reading captures: both formats, both byte orders, every clock; tshark reads the same files as the judge. */
import { writeFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { describe, expect, it } from "vitest";
import { buildUdp, Prng } from "#sim/models/packet/index.ts";
import { arraySource, Capture, type CaptureOptions, openCapture } from "#sim/models/pcap/index.ts";
import { scratchFolder, tsharkFields, wireshark } from "../wireshark.ts";
import {
  block,
  description,
  enhanced,
  i64,
  join,
  noMoreOptions,
  obsolete,
  option,
  pcap,
  section,
  simple,
  textOption,
  u8,
  u32,
} from "./handmade.ts";

const frames = [0, 1, 17, 18, 19, 1472].map((length) => buildUdp({ payload: new Prng(length).bytes(length) }));
const frame = frames[0] as Uint8Array;
const read = (bytes: Uint8Array, options?: CaptureOptions) => [...new Capture(arraySource(bytes, "in.pcap"), options)];

/** Checks that tshark sees the same lengths, times and interfaces as our reader; returns our frames. */
function readAsTsharkDoes(bytes: Uint8Array, options?: CaptureOptions) {
  const file = joinPath(scratchFolder(), "in.pcap");
  writeFileSync(file, bytes);
  const ours = [...openCapture(file, options)];
  const theirs = tsharkFields(file, ["frame.number", "frame.cap_len", "frame.len", "frame.time_epoch"]);
  expect(
    ours.map(({ number, data, originalLength, timestamp }) => ({
      "frame.number": String(number),
      "frame.cap_len": String(data.length),
      "frame.len": String(originalLength),
      "frame.time_epoch":
        timestamp === undefined ? "" : `${timestamp / 1_000_000_000n}.${String(timestamp % 1_000_000_000n).padStart(9, "0")}`,
    })),
  ).toEqual(theirs);
  return ours;
}

describe.each(["little", "big"] as const)("%s-endian pcap", (order) => {
  const packets = frames.map((data, index) => ({ seconds: 1_700_000_000 + index, fraction: 999_999 - index, data }));

  it("with microseconds", () => {
    const ours = readAsTsharkDoes(pcap(order, packets));
    expect(ours.map(({ data }) => data)).toEqual(frames);
    expect(ours[0]?.timestamp).toBe(1_700_000_000_999_999_000n);
    expect(ours.map(({ offset }) => offset).slice(0, 3)).toEqual([24, 24 + 76, 24 + 2 * 76]);
  });

  it("with nanoseconds", () => {
    const ours = readAsTsharkDoes(pcap(order, packets, { magic: 0xa1b23c4d }));
    expect(ours[0]?.timestamp).toBe(1_700_000_000_000_999_999n);
  });

  it("with times beyond 2038", () => {
    expect(readAsTsharkDoes(pcap(order, [{ seconds: 0xffff_ffff, fraction: 1, data: frame }]))[0]?.timestamp).toBe(
      4_294_967_295_000_001_000n,
    );
  });

  it("with frame check sequences, which are not part of the frame", () => {
    const withFcs = { seconds: 0, fraction: 0, data: join(frame, Uint8Array.of(1, 2, 3, 4)) };
    const [only] = read(pcap(order, [withFcs], { link: 0x2400_0001 }));
    expect(only?.data).toEqual(frame);
    expect(only?.originalLength).toBe(60);
  });
});

describe.each(["little", "big"] as const)("%s-endian pcapng", (order) => {
  it("with every kind of packet block", () => {
    const bytes = join(
      section(order),
      description(order),
      enhanced(order, frame, { ticks: 5_000_001n }),
      obsolete(order, frame, { ticks: 6_000_000n }),
    );
    const ours = readAsTsharkDoes(bytes);
    expect(ours.map(({ timestamp }) => timestamp)).toEqual([5_000_001_000n, 6_000_000_000n]);
    const [only] = read(join(section(order), description(order), simple(order, frame)));
    expect(only).toMatchObject({ number: 1, timestamp: undefined, data: frame, originalLength: 60, interface: 0 });
  });

  it.each([
    [0, 7n, 7_000_000_000n],
    [3, 1_234n, 1_234_000_000n],
    [9, 1_234_567_890_123n, 1_234_567_890_123n],
    [12, 1_234_567_890_123_999n, 1_234_567_890_123n],
    [0x80 + 10, 1025n, 1_000_976_562n],
    [0x80 + 32, 0x1_8000_0000n, 1_500_000_000n],
  ])("with if_tsresol %i", (resolution, ticks, nanoseconds) => {
    const options = [...option(9, 1, u8(resolution)), ...noMoreOptions];
    const bytes = join(section(order), description(order, { options }), enhanced(order, frame, { ticks }));
    // tshark 4.0 gets fractions finer than nanoseconds wrong (it prints .014 for .567).
    const ours = resolution === 12 ? read(bytes) : readAsTsharkDoes(bytes);
    expect(ours[0]?.timestamp).toBe(nanoseconds);
  });

  it.each([1_000n, -2n])("with if_tsoffset %i", (seconds) => {
    const options = [...option(14, 8, i64(seconds)), ...noMoreOptions];
    const bytes = join(section(order), description(order, { options }), enhanced(order, frame, { ticks: 3_000_000n }));
    expect(readAsTsharkDoes(bytes)[0]?.timestamp).toBe((3n + seconds) * 1_000_000_000n);
  });

  it("with several interfaces, each with its clock and name", () => {
    const milliseconds = [...textOption(2, "eth0"), ...option(9, 1, u8(3)), ...noMoreOptions];
    const nanoseconds = [...option(9, 1, u8(9)), ...textOption(3, "the other one")];
    const bytes = join(
      section(order),
      description(order, { options: milliseconds }),
      description(order, { options: nanoseconds }),
      enhanced(order, frame, { id: 1, ticks: 42n }),
      enhanced(order, frame, { id: 0, ticks: 42n }),
    );
    const ours = readAsTsharkDoes(bytes);
    expect(ours.map((packet) => [packet.interface, packet.timestamp])).toEqual([
      [1, 42n],
      [0, 42_000_000n],
    ]);
    expect(ours[0]).not.toHaveProperty("link");
  });

  it("with comments, and options that nobody asked for", () => {
    const options = [...textOption(1, "first"), ...option(2, 4, u32(1)), ...textOption(1, "zweiter, größer"), ...noMoreOptions];
    const bytes = join(
      section(order, [...textOption(4, "hand"), ...noMoreOptions]),
      description(order),
      enhanced(order, frame, { options }),
    );
    expect(readAsTsharkDoes(bytes)[0]?.comments).toEqual(["first", "zweiter, größer"]);
  });

  it("with blocks that it does not know, and interfaces without packets that are not Ethernet", () => {
    const bytes = join(
      section(order),
      description(order),
      description(order, { link: 113 }),
      block(order, 5, [u32(0), u32(0), u32(0)]),
      block(order, 0x0bad, [u32(0), u32(1)]),
      enhanced(order, frame),
    );
    expect(read(bytes)).toHaveLength(1);
  });

  it("with sections of either byte order, interfaces numbered on", () => {
    const other = order === "little" ? "big" : "little";
    const bytes = join(
      ...[section(order), description(order), enhanced(order, frame, { ticks: 1n })],
      ...[section(other), description(other), description(other), enhanced(other, frame, { id: 1, ticks: 2n })],
    );
    const ours = readAsTsharkDoes(bytes);
    expect(ours.map((packet) => packet.interface)).toEqual([0, 2]);
  });

  it("with if_fcslen", () => {
    const options = [...option(13, 1, u8(4)), ...noMoreOptions];
    const bytes = join(section(order), description(order, { options }), enhanced(order, join(frame, new Uint8Array(4))));
    expect(read(bytes)[0]?.data).toEqual(frame);
  });

  it("with packets that are cut, when asked for", () => {
    const bytes = join(
      section(order),
      description(order, { snap: 60 }),
      enhanced(order, frame, { originalLength: 99 }),
      simple(order, frame, 1500),
    );
    expect(read(bytes, { allowCut: true }).map(({ data, originalLength }) => [data.length, originalLength])).toEqual([
      [60, 99],
      [60, 1500],
    ]);
  });
});

describe("files of other tools", () => {
  it("by text2pcap and editcap", () => {
    const folder = scratchFolder();
    const text = joinPath(folder, "frames.txt");
    const dump = frames.map((data) => `000000 ${Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join(" ")}\n`).join("\n");
    writeFileSync(text, dump);
    const original = joinPath(folder, "text.pcapng");
    wireshark("text2pcap", ["-q", text, original]);
    const first = openCapture(original);
    expect(first.format).toBe("pcapng");
    expect([...first].map(({ data }) => data)).toEqual(frames);
    for (const format of ["pcap", "nsecpcap", "pcapng"]) {
      const copy = joinPath(folder, `copy.${format}`);
      wireshark("editcap", ["-F", format, "-t", "1.000001", original, copy]);
      const capture = openCapture(copy);
      expect(capture.format).toBe(format === "pcapng" ? "pcapng" : "pcap");
      const copied = [...capture];
      expect(copied.map(({ data }) => data)).toEqual(frames);
      const epochs = tsharkFields(copy, ["frame.time_epoch"]).map((row) => BigInt(row["frame.time_epoch"].replace(".", "")));
      expect(copied.map(({ timestamp }) => timestamp)).toEqual(epochs);
    }
  });

  it("by mergecap, several interfaces in one", () => {
    const folder = scratchFolder();
    const parts = [1, 2].map((seconds) => {
      const file = joinPath(folder, `${seconds}.pcap`);
      writeFileSync(file, pcap("little", [{ seconds, fraction: 0, data: frame }]));
      return file;
    });
    const merged = joinPath(folder, "merged.pcapng");
    wireshark("mergecap", ["-I", "none", "-w", merged, ...parts]);
    expect([...openCapture(merged)].map((packet) => [packet.interface, packet.timestamp])).toEqual([
      [0, 1_000_000_000n],
      [1, 2_000_000_000n],
    ]);
  });
});

describe("streaming", () => {
  it("reads files of any length in one small buffer", () => {
    const count = 50_000;
    const record = pcap("little", [{ seconds: 1, fraction: 2, data: new Uint8Array(1500) }]).subarray(24);
    const header = pcap("little", []);
    const total = header.length + count * record.length;
    let position = 0;
    let largest = 0;
    const capture = new Capture({
      name: "endless",
      size: undefined,
      close: () => {},
      read: (target) => {
        largest = Math.max(largest, target.length);
        // Odd amounts, so that records lie across the ends of what was read.
        const length = Math.min(target.length, 65_537, total - position);
        for (let index = 0; index < length; index++) {
          const at = position + index;
          target[index] = (at < header.length ? header[at] : record[(at - header.length) % record.length]) ?? 0;
        }
        position += length;
        return length;
      },
    });
    let frameCount = 0;
    for (const { data } of capture) frameCount += data.length === 1500 ? 1 : 0;
    expect(frameCount).toBe(count);
    expect(largest).toBeLessThanOrEqual(1 << 18);
    expect(capture.position).toBe(total);
  });

  it("closes the file at the end, when left early, on errors and with using", () => {
    const closed: string[] = [];
    const open = (bytes: Uint8Array, name: string) => new Capture({ ...arraySource(bytes, name), close: () => void closed.push(name) });
    const good = pcap("little", [
      { seconds: 0, fraction: 0, data: frame },
      { seconds: 0, fraction: 0, data: frame },
    ]);
    expect([...open(good, "end")]).toHaveLength(2);
    for (const _frame of open(good, "early")) break;
    expect(() => [...open(good.subarray(0, -1), "error")]).toThrow();
    expect(() => open(new Uint8Array(3), "unknown")).toThrow();
    {
      using _capture = open(good, "using");
    }
    expect(closed).toEqual(["end", "early", "error", "unknown", "using"]);
  });
});
