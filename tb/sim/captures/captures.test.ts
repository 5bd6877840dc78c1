/**
 * Captures of protocols as they are on real networks, made by scapy and taken apart by tshark, through the whole hardware:
 * each frame ends where a kernel would put it. Neither what makes the packets nor what says where they belong is ours.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCapture } from "#sim/models/pcap/index.ts";
import { pythonEnvironment } from "#toolchain/python.ts";
import { accio } from "../../cli/run-cli.ts";

const server = "10.0.0.1";
const bound = new Set([...[53, 443, 4789, 5004, 9000].map((port) => `${server}:${port}`)]);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "accio-captures-"));
  const python = join(pythonEnvironment(join(import.meta.dirname, "requirements.txt")), "bin/python");
  execFileSync(python, [join(import.meta.dirname, "flows.py"), folder], { stdio: ["ignore", "ignore", "pipe"] });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Columns of every frame, as tshark reads it; of nested protocols the outermost. */
const tshark = (file: string, ...fields: readonly string[]): string[][] =>
  execFileSync(
    "tshark",
    ["-r", file, "-o", "ip.defragment:FALSE", "-T", "fields", "-E", "occurrence=f", ...fields.flatMap((f) => ["-e", f])],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  )
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t"));

/** Does the kernel's socket layer get this frame's payload as a datagram of one of `sockets`? */
const isSocketed = ([protocols, header, fragment, more, destination, port]: readonly string[], sockets: ReadonlySet<string>): boolean =>
  // One tag at most: a stack without VLAN devices on top of each other sees no more.
  /^eth:ethertype:(vlan:ethertype:)?ip:udp/.test(protocols ?? "") &&
  // Options are the kernel's (docs/hardware.md).
  header === "20" &&
  Number(fragment) === 0 &&
  !/^(1|True)$/.test(more ?? "") &&
  sockets.has(`${destination}:${port}`);

/** Runs a flow with these sockets, and tells how many frames ended where. */
const ends = (name: string, sockets: ReadonlySet<string>): { readonly accepted: number; readonly ordinary: number } => {
  const [input, output, ordinary] = [`${name}.pcap`, `${name}-out.pcap`, `${name}-ord.pcap`].map((f) => join(folder, f)) as [
    string,
    string,
    string,
  ];
  const result = accio(["run", input, output, "--bind", [...sockets].join(), "--ordinary", ordinary, "--timing", "capture", "--json"]);
  expect(result.stderr).toBe("");
  expect(result.status).toBe(0);
  const summary = JSON.parse(result.stdout);
  const seen = tshark(input, "frame.protocols", "ip.hdr_len", "ip.frag_offset", "ip.flags.mf", "ip.dst", "udp.dstport", "udp.payload");
  const frames = [...openCapture(input)].map((f) => Buffer.from(f.data).toString("hex"));
  expect(seen).toHaveLength(frames.length);
  const socketed = seen.map((columns) => isSocketed(columns, sockets));
  expect(summary).toMatchObject({ dropped: { frames: 0 }, lost: { frames: 0 }, in: { frames: frames.length } });
  // What is for the kernel is there byte for byte, in order.
  expect([...openCapture(ordinary)].map((f) => Buffer.from(f.data).toString("hex"))).toEqual(frames.filter((_, i) => !socketed[i]));
  // What is a socket's comes back from it, byte for byte and in order among those of one socket.
  const payloads = (rows: readonly (readonly string[])[], at: number, from: number): Map<string, string[]> => {
    const lists = new Map<string, string[]>();
    for (const row of rows) {
      const key = row[from] as string;
      lists.set(key, [...(lists.get(key) ?? []), row[at] ?? ""]);
    }
    return lists;
  };
  const sent = tshark(output, "udp.srcport", "udp.payload");
  expect(payloads(sent, 1, 0)).toEqual(
    payloads(
      seen.filter((_, i) => socketed[i]),
      6,
      5,
    ),
  );
  return { accepted: summary.accepted.frames, ordinary: summary.ordinary.frames };
};

describe("every frame ends where a kernel would put it", () => {
  it.each([
    ["dns", { accepted: 24, ordinary: 4 }],
    ["quic", { accepted: 48, ordinary: 12 }],
    ["vxlan", { accepted: 16, ordinary: 0 }],
    ["rtp", { accepted: 40, ordinary: 4 }],
    ["fragments", { accepted: 9, ordinary: 19 }],
    ["vlan", { accepted: 8, ordinary: 16 }],
    ["options", { accepted: 8, ordinary: 8 }],
    ["groups", { accepted: 0, ordinary: 18 }],
    ["others", { accepted: 0, ordinary: 66 }],
  ])("%s", (name, expected) => {
    expect(ends(name, bound)).toEqual(expected);
  });
});
