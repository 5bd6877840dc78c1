/** What is done with the NIC in the benchmark: the same for every style, and as a file for the C++ main. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { slotStride, slotWords } from "#rtl/ict/slot-words.ts";
import { nicMap, slotsOffset } from "#rtl/nic/registers.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { buildUdp, defaults, ipv4Number, macNumber } from "#sim/models/packet/index.ts";

/** The design of real size: replace it here. */
export const config = resolveConfig("tiny");
export const nicDesign = accioTop(config);

export const memoryBase = 0x8000_0000;
export const memorySize = 1 << 18;
export const ringSize = 65_536;
/** Cycles between two looks of the host at the receive tail. */
export const pollPause = 2000;
const port = 7777;
const slot = slotsOffset;
const registers = nicMap(config).nodes;

/** Register addresses of the one slot in use. */
export const slotRegisters = {
  rxHead: slot + slotWords.rxHead,
  rxTail: slot + slotWords.rxTail,
  txHead: slot + slotWords.txHead,
  txTail: slot + slotWords.txTail,
};
/** Writes that bring the NIC up: one socket, bare bytes both ways. */
export const setUp: readonly (readonly [address: number, value: bigint])[] = [
  [registers.MAC.offset, BigInt(macNumber(defaults.deviceMac))],
  [slot + slotWords.local, BigInt(ipv4Number(defaults.deviceAddress)) | (BigInt(port) << 32n)],
  [slot + slotWords.remote, BigInt(ipv4Number(defaults.peerAddress)) | (1234n << 32n)],
  [slot + slotWords.nextHop, BigInt(macNumber(defaults.peerMac))],
  [slot + slotWords.rxBase, BigInt(memoryBase)],
  [slot + slotWords.rxSize, BigInt(ringSize)],
  [slot + slotWords.txBase, BigInt(memoryBase + 2 * ringSize)],
  [slot + slotWords.txSize, BigInt(ringSize)],
  [slot + slotWords.control, 0b011n],
  [registers.CONTROL.offset, 1n],
];
if (slotStride < 0x70) throw new Error("the slot's registers do not fit their stride");

/** Datagrams of many sizes for the one socket. */
export const frames: readonly Uint8Array[] = [18, 64, 128, 200, 256, 300, 512, 700, 1024, 1472].map((length) =>
  buildUdp({
    ethernet: { destination: defaults.deviceMac, source: defaults.peerMac },
    ipv4: { source: defaults.peerAddress, destination: defaults.deviceAddress },
    udp: { sourcePort: 1234, destinationPort: port },
    payload: Uint8Array.from({ length }, (_, i) => i & 255),
  }),
);

/** A beat of the 64-bit wire. */
export interface WireBeat {
  readonly low: number;
  readonly high: number;
  readonly keep: number;
  readonly last: number;
}
export const beats: readonly WireBeat[] = frames.flatMap((frame) =>
  Array.from({ length: Math.ceil(frame.length / 8) }, (_, i): WireBeat => {
    const bytes = new Uint8Array(8);
    bytes.set(frame.subarray(i * 8, i * 8 + 8));
    const [low = 0, high = 0] = new Uint32Array(bytes.buffer);
    const count = Math.min(8, frame.length - i * 8);
    return { low, high, keep: (1 << count) - 1, last: (i + 1) * 8 >= frame.length ? 1 : 0 };
  }),
);

/** Writes the job for nic_main.cpp, words of 64 bits; returns the path. */
export const writeJob = (): string => {
  const words: bigint[] = [
    ...[memoryBase, memorySize, ringSize, pollPause].map(BigInt),
    ...[slotRegisters.rxHead, slotRegisters.rxTail, slotRegisters.txHead, slotRegisters.txTail].map(BigInt),
    BigInt(setUp.length),
    ...setUp.flatMap(([address, value]) => [BigInt(address), value]),
    BigInt(beats.length),
    ...beats.flatMap(({ low, high, keep, last }) => [BigInt(low) | (BigInt(high) << 32n), BigInt(keep | (last << 8))]),
  ];
  mkdirSync(join(buildFolder(), "bench"), { recursive: true });
  const path = join(buildFolder(), "bench", "nic-job.bin");
  // Another benchmark may be reading it.
  writeFileSync(`${path}.${process.pid}`, BigUint64Array.from(words));
  renameSync(`${path}.${process.pid}`, path);
  return path;
};
