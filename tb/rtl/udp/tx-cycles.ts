/**
 * How fast the transmit engine is, between a table that has a turn every other cycle, a memory that answers in order after so
 * many cycles, and a wire that never waits.
 */
import { type Config, derived } from "#rtl/config/config.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { encodeDatagramHeader, type Framing, recordLength } from "#sim/models/nic/index.ts";
import { BlockBench, toBig } from "../nic/block-bench.ts";
import { openSlot, TransmitTable } from "./tx-table.ts";

export interface TransmitLoad {
  readonly slots: number;
  readonly framing: Framing;
  readonly payload: number;
  /** Packets of each slot that wait from the beginning on. */
  readonly packets: number;
  /** Cycles from an address to its first word; 1 is the next cycle. */
  readonly latency: number;
  readonly frameBits?: number;
  /** Where in the ring the first packet begins. */
  readonly offset?: number;
}
export interface TransmitSpeed {
  /** From the turn's offer to the first read, and to the frame's first beat: the first packet's. */
  readonly firstRead: number;
  readonly firstBeat: number;
  /** Cycles from one frame's end to the next one's, without the first and the last few. */
  readonly perFrame: number;
  /** Share of the cycles with a word from memory, from the first to the last word. */
  readonly readShare: number;
}

export const transmitSpeed = (config: Config, load: TransmitLoad): TransmitSpeed => {
  const { frameBits = config.busBits, framing, payload, latency, offset = 0 } = load;
  const bench = new BlockBench(txEngine(config, frameBits), 1);
  const { io } = bench.sim;
  const { busBytes } = derived(config);
  const size = config.ringLimit;
  const step = framing === "stream" ? payload : recordLength(payload);
  const memory = new Uint8Array(size);
  if (framing === "datagram") {
    const header = encodeDatagramHeader({ length: payload, peer: { address: "10.1.2.3", port: 7 }, timestamp: 0n });
    for (let i = 0; i < load.packets; i++)
      header.forEach((byte, k) => {
        memory[(offset + i * step + k) % size] = byte;
      });
  }
  const slots = Array.from({ length: load.slots }, (_, i) => ({
    ...openSlot(
      {
        local: { address: "10.0.0.1", port: i },
        remote: { address: "10.0.0.2", port: 1 },
        connected: true,
        framing,
        nextHop: "02:00:00:00:00:02",
      },
      { base: i * size, size },
    ),
    head: offset,
    read: offset,
    tail: (offset + load.packets * step) % size,
  }));
  const reads: { readonly id: bigint; readonly at: number; readonly last: boolean; readonly due: number }[] = [];
  let firstRead = -1,
    firstBeat = -1,
    firstWord = -1,
    words = 0,
    lastWord = 0;
  const ends: number[] = [];
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "ar",
    io.ar,
    ({ address, length, id }) => {
      if (firstRead < 0) firstRead = bench.cycle;
      for (let b = 0; b <= Number(length); b++)
        reads.push({ id, at: (Number(address) + b * busBytes) % size, last: b === Number(length), due: bench.cycle + latency });
    },
    0,
  );
  bench.source(
    io.r,
    () => {
      const r = reads[0];
      if (r === undefined || r.due > bench.cycle) return undefined;
      return { id: r.id, data: toBig(memory.subarray(r.at, r.at + busBytes)), response: 0, last: r.last ? 1 : 0 };
    },
    () => {
      reads.shift();
      if (firstWord < 0) firstWord = bench.cycle;
      lastWord = bench.cycle;
      words++;
    },
    0,
  );
  bench.sink<{ last: bigint }>(
    "wire",
    io.wire,
    ({ last }) => {
      if (firstBeat < 0) firstBeat = bench.cycle;
      if (last === 1n) ends.push(bench.cycle);
    },
    0,
  );
  const nothing = (): void => {};
  const fails = (): void => bench.check(false, () => "a slot stops");
  const table = new TransmitTable(bench, slots, { freed: nothing, malformed: fails, torn: fails }, 0);
  io.enable.value = 1;
  io.largest.value = framing === "stream" ? payload : 0;
  bench.run(2);
  const begin = bench.cycle;
  for (let i = 0; i < load.slots; i++) table.doorbell(i);
  const all = load.slots * load.packets;
  bench.runUntil(() => ends.length === all, 1000 + all * 300);
  const [from, to] = [Math.floor(all / 4), Math.floor((all * 3) / 4)];
  return {
    firstRead: firstRead - begin,
    firstBeat: firstBeat - begin,
    perFrame: to > from ? ((ends[to] as number) - (ends[from] as number)) / (to - from) : 0,
    readShare: words / (lastWord - firstWord + 1),
  };
};
