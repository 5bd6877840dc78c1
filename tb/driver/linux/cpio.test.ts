/** The archive's bytes, read by an independent reader written from the format's description; the kernel reads them in boot.test.ts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CpioEntry, cpio } from "#driver/linux/cpio.ts";

interface Read {
  readonly path: string;
  readonly mode: number;
  readonly data: Buffer;
  readonly inode: number;
  readonly device: readonly number[];
  readonly dataAt: number;
}

/** Every entry up to the trailer, and where the archive ends. */
const readArchive = (archive: Buffer): { readonly entries: readonly Read[]; readonly end: number } => {
  const entries: Read[] = [];
  for (let at = 0; ; ) {
    expect(archive.toString("latin1", at, at + 6)).toBe("070701");
    const field = (i: number): number => Number.parseInt(archive.toString("latin1", at + 6 + 8 * i, at + 14 + 8 * i), 16);
    const nameBytes = field(11);
    const name = archive.toString("utf8", at + 110, at + 110 + nameBytes);
    const dataAt = Math.ceil((at + 110 + nameBytes) / 4) * 4;
    const dataEnd = dataAt + field(6);
    // The name ends with zeros, and has none inside.
    const path = name.replace(/\0+$/, "");
    expect(path).not.toContain("\0");
    expect(name.length).toBeGreaterThan(path.length);
    const end = Math.ceil(dataEnd / 4) * 4;
    if (path === "TRAILER!!!") return { entries, end };
    entries.push({ path, mode: field(1), data: archive.subarray(dataAt, dataEnd), inode: field(0), device: [field(9), field(10)], dataAt });
    at = end;
  }
};

const entry: fc.Arbitrary<CpioEntry> = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    path: fc.stringMatching(/^[a-z][a-z0-9._/-]{0,90}$/),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    data: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({ kind: fc.constant("folder" as const), path: fc.stringMatching(/^[a-z]{1,40}$/), mode: fc.integer({ min: 0, max: 0o7777 }) }),
  fc.record({
    kind: fc.constant("device" as const),
    path: fc.stringMatching(/^dev\/[a-z]{1,40}$/),
    mode: fc.integer({ min: 0, max: 0o777 }),
    major: fc.integer({ min: 0, max: 4095 }),
    minor: fc.integer({ min: 0, max: 0xfffff }),
  }),
);
const typeBits = { file: 0o100000, folder: 0o040000, device: 0o020000 };

describe("cpio", () => {
  it("holds every entry as it was given", () =>
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 12 }), (given) => {
        const archive = cpio(given);
        const { entries, end } = readArchive(archive);
        expect(entries.map((e) => [e.path, e.mode])).toEqual(given.map((e) => [e.path, typeBits[e.kind] | e.mode]));
        for (const [i, e] of given.entries()) {
          const read = entries[i] as Read;
          expect(read.data).toEqual(Buffer.from(e.kind === "file" ? e.data : []));
          expect(read.device).toEqual(e.kind === "device" ? [e.major, e.minor] : [0, 0]);
          // Two entries of one inode would be links to one file.
          expect(read.inode).toBe(i + 1);
          if (read.data.length > 0) expect(read.dataAt % 64).toBe(0);
        }
        expect(archive.length % 512).toBe(0);
        expect(archive.subarray(end).every((b) => b === 0)).toBe(true);
        expect(cpio(given)).toEqual(archive);
      }),
    ));

  it("may be put one behind the other: contents stay aligned", () => {
    const file = (path: string): CpioEntry => ({ kind: "file", path, mode: 0o644, data: Buffer.from(path) });
    const first = cpio([file("a"), file("bb")]);
    const second = cpio([file("ccc")]);
    expect(first.length % 64).toBe(0);
    expect(readArchive(Buffer.concat([first, second]).subarray(first.length)).entries.map((e) => e.path)).toEqual(["ccc"]);
  });
});
