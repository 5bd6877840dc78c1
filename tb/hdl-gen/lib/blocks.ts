/** Every block of the library with its corner parameters, and all of them below one top: for linters and comparisons. */
import { type Bits, bool, type HardwareModule, type Io, module, type Port, type Ports, struct, Type, uint } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { asyncFifo } from "#hdl/lib/async-fifo.ts";
import { axi4Bursts } from "#hdl/lib/axi4-bursts.ts";
import { axi4LiteRegisters } from "#hdl/lib/axi4-lite-registers.ts";
import { axi4ReadMaster } from "#hdl/lib/axi4-read.ts";
import { axi4Registers } from "#hdl/lib/axi4-registers.ts";
import { axi4WriteMaster } from "#hdl/lib/axi4-write.ts";
import { bitSynchroniser, busSynchroniser, pulseSynchroniser, resetSynchroniser } from "#hdl/lib/cdc.ts";
import { packetSum } from "#hdl/lib/checksum.ts";
import { crc16ccitt, crc32, packetCrc } from "#hdl/lib/crc.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { keyedHash } from "#hdl/lib/keyed-hash.ts";
import { packetBeat } from "#hdl/lib/packet.ts";
import { shiftDown, shiftUp } from "#hdl/lib/packet-shift.ts";
import { narrow, widen } from "#hdl/lib/packet-width.ts";
import { slice } from "#hdl/lib/slice.ts";

const u8 = uint(8);
const pair = struct({ a: uint(3), b: bool }, "pair");

export const blocks: readonly HardwareModule<any>[] = [
  ...[1, 2, 3, 16].map((depth) => fifo(u8, depth)),
  fifo(pair, 4),
  fifo(u8, 1, { flow: true, count: true }),
  fifo(u8, 6, { flow: true, style: "registers", count: true }),
  fifo(u8, 4, { style: "distributed", count: true }),
  fifo(pair, 5, { style: "block", count: true }),
  fifo(packetBeat(64), 512, { style: "block" }),
  ...(["full", "forward", "reverse", "half"] as const).flatMap((kind) => [slice(u8, kind), slice(pair, kind)]),
  arbiter(u8, 1),
  arbiter(u8, 5),
  arbiter(pair, 2, { policy: "priority" }),
  arbiter(packetBeat(16), 3, { packets: true }),
  arbiter(packetBeat(16), 3, { packets: true, weights: [1, 1, 1] }),
  arbiter(u8, 4, { weights: [1, 7, 2, 3] }),
  widen(8, 16),
  widen(64, 512, uint(3)),
  widen(16, 48, bool),
  narrow(16, 8),
  narrow(512, 64, uint(3)),
  narrow(48, 16, bool),
  shiftDown(16),
  shiftDown(128, bool),
  shiftUp(16),
  shiftUp(128, bool),
  axi4Registers({ addressBits: 12, idBits: 1, dataBits: 32 }),
  axi4LiteRegisters({ addressBits: 12, dataBits: 32 }),
  axi4Registers({ addressBits: 20, idBits: 4, source: true, bursts: "refuse" }),
  ...[
    { addressBits: 64, dataBits: 64, idBits: 3 },
    { addressBits: 32, dataBits: 512, idBits: 1 },
    { addressBits: 20, dataBits: 16, idBits: 2, burstBytes: 256, lengthBits: 6 },
  ].flatMap((o) => [axi4Bursts(o), axi4ReadMaster(o), axi4WriteMaster(o)]),
  asyncFifo(u8, 2),
  asyncFifo(pair, 16, { stages: 3 }),
  asyncFifo(u8, 8, { style: "block" }),
  bitSynchroniser(1),
  bitSynchroniser(5, { stages: 3 }),
  pulseSynchroniser(),
  busSynchroniser(u8),
  busSynchroniser(pair, { stages: 4 }),
  resetSynchroniser({ stages: 3 }),
  packetSum(16),
  packetSum(512),
  packetCrc(crc32, 8),
  packetCrc(crc32, 512),
  packetCrc(crc16ccitt, 64),
  keyedHash({ words: 3 }),
  keyedHash({ words: 1, rounds: [2, 4], roundsPerStage: 3 }),
];

type Bundle = { connect(from: unknown): void };
/** A module with every pin of every block among its own. */
export const library = (list: readonly HardwareModule<any>[] = blocks): HardwareModule<any> => {
  const named = list.map((block, i) => ({ block, name: `b${i}` }));
  const ports = Object.fromEntries(
    named.flatMap(({ block, name }) =>
      Object.entries(block.shape as Ports).map(([key, port]): [string, Port] => [`${name}_${key}`, { ...port, unused: true }]),
    ),
  );
  return module("all_blocks", ports, (io: Io<Ports>, h) => {
    for (const { block, name } of named) {
      const inside = h.instance(`the_${name}`, block) as Io<Ports>;
      for (const [key, port] of Object.entries(block.shape as Ports)) {
        const [to, from] = port.direction === "input" ? [inside[key], io[`${name}_${key}`]] : [io[`${name}_${key}`], inside[key]];
        if (port.of instanceof Type) (to as Bits).drive(from as Bits);
        else (to as unknown as Bundle).connect(from);
      }
    }
  });
};
