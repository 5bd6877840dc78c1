/**
 * The transmit engine between a table, a memory and a wire of the test's own: every frame is the model's, in an order that
 * is allowed; a head moves when its bytes were read, and they are overwritten at once; a descriptor that cannot be, and
 * memory that fails, stop the slot concerned and nothing else.
 */
import { type Config, derived } from "#rtl/config/config.ts";
import type { txEngine } from "#rtl/udp/tx-engine.ts";
import { arrayMemory, encodeDatagramHeader, Ring, recordLength, type SlotSettings, TransmitModel } from "#sim/models/nic/index.ts";
import { defaults, macNumber } from "#sim/models/packet/index.ts";
import { BlockBench, lane, ones, toBig } from "../nic/block-bench.ts";
import { openSlot, stopped, type TableSlot, TransmitTable } from "./tx-table.ts";

export interface TransmitRun {
  /** What software asks for as the largest payload. */
  readonly largest: number;
  /** Bytes that software gives to all slots together. */
  readonly bytes: number;
  /** Everything is as it should be: neither errors nor broken records. */
  readonly clean?: boolean;
  /** Memory refuses one read in so many; 300 unless said. */
  readonly refuse?: number;
  readonly pause?: number;
  /** Width of the wire, where it is not the bus's. */
  readonly frameBits?: number;
  /** Software gives to this slot alone. */
  readonly only?: number;
  /** Datagrams of every length in turn. */
  readonly sweep?: boolean;
}
export interface Reached {
  readonly frames: number;
  readonly malformed: number;
  readonly failed: number;
  /** Packets that did not leave because memory failed, or because their slot was torn. */
  readonly torn: number;
  readonly cycles: number;
}
const ringBase = 0x4000;
const sizes = [4096, 4096, 64, 256, 1024, 128];
const settingsOf = (i: number, size: number): SlotSettings => ({
  local: { address: "10.0.0.1", port: 7000 + i },
  remote: { address: "10.0.0.9", port: 9000 + i },
  connected: i !== 1,
  framing: i % 2 === 1 || i === 2 ? "datagram" : "stream",
  nextHop: `02:00:00:00:01:0${i}`,
  transmit: { base: ringBase + i * 8192, size },
  ...(i === 3 || i === 4 ? { policy: { ttl: 17 + i, dscp: 10 * i, ecn: i - 2 } } : {}),
  noChecksum: i === 4 || i === 5,
});

export const checkTxEngine = (block: ReturnType<typeof txEngine>, config: Config, run: TransmitRun, seed: number): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const { maxPayload, busBytes: bus } = derived(config);
  const wireBytes = (run.frameBits ?? config.busBits) / 8;
  const { pause } = run;
  const largest = run.largest === 0 || run.largest > maxPayload ? maxPayload : run.largest;
  const [ttl, tos] = [random.between(1, 255), random.below(256)];
  // What software has written, and what hardware finds: bytes whose head has moved are gone from there.
  const written = new Uint8Array(sizes.length * 8192),
    memory = new Uint8Array(written.length);
  const model = new TransmitModel({ mac: defaults.deviceMac, largest, ttl, dscp: tos >> 2, ecn: tos & 3 }, arrayMemory(written, ringBase));
  const rings = sizes.map((size, i) => new Ring(arrayMemory(written, ringBase), { base: ringBase + i * 8192, size }));
  const slots: TableSlot[] = sizes.map((size, i) => openSlot(settingsOf(i, size), { base: ringBase + i * 8192, size }));
  for (const [i, s] of slots.entries()) model.enable(i, s.settings);
  const slotAt = (i: number): TableSlot => slots[i] as TableSlot;
  /** Up to here a ring may be written: what the wire has shown to be sent. */
  const free = sizes.map(() => 0);
  /** Memory refused a read of the slot since it was opened. */
  const refused = sizes.map(() => false);
  let left = run.bytes,
    malformed = 0,
    failed = 0,
    frames = 0,
    records = 0;

  // ---- memory: bursts in any order, word by word ---------------------------------------------
  const bursts: { readonly id: number; readonly address: number; readonly beats: number; given: number }[] = [];
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "ar",
    io.ar,
    ({ address, length, id }) => {
      const inRing = slots.some((s) => Number(address) >= s.base && Number(address) + (Number(length) + 1) * bus <= s.base + s.size);
      bench.check(inRing, () => `a read at ${address}, which is in no ring`);
      bursts.push({ id: Number(id), address: Number(address), beats: Number(length) + 1, given: 0 });
    },
    pause,
  );
  let answering: (typeof bursts)[0] | undefined;
  bench.source(
    io.r,
    () => {
      if (bursts.length === 0) return undefined;
      const b = pause === 0 ? (bursts[0] as (typeof bursts)[0]) : random.pick(bursts);
      answering = b;
      const no = run.clean !== true && random.oneIn(run.refuse ?? 300);
      const at = b.address + b.given * bus - ringBase;
      return { id: b.id, data: toBig(memory.subarray(at, at + bus)), response: no ? 2 : 0, last: b.given + 1 === b.beats ? 1 : 0 };
    },
    ({ response }) => {
      const b = answering as (typeof bursts)[0];
      if (response === 2) refused[Math.floor((b.address - ringBase) / 8192)] = true;
      b.given++;
      if (b.given === b.beats) bursts.splice(bursts.indexOf(b), 1);
    },
    pause,
  );

  // ---- the wire ------------------------------------------------------------------------------
  /** Packets whose head has moved, and which the wire has not shown. */
  const leaving: { readonly slot: number; readonly head: number }[] = [];
  let out: number[] = [];
  bench.sink<{ data: bigint; keep: bigint; last: bigint }>(
    "wire",
    io.wire,
    ({ data, keep, last }) => {
      for (let k = 0; k < wireBytes; k++) if ((keep >> BigInt(k)) & 1n) out.push(lane(data, k));
      bench.check(last === 1n || keep === ones(wireBytes), () => "a beat is not full within a frame");
      if (last === 0n) return;
      const sent = model.sent(Uint8Array.from(out));
      bench.check(sent.ok, () => (sent.ok ? "" : sent.why));
      const mine = leaving.shift();
      if (!sent.ok) return;
      bench.check(mine?.slot === sent.slot && mine.head === sent.head, () => `slot ${sent.slot}: its head moved to ${mine?.head}`);
      const { slot, timestamp } = io.sent.value;
      bench.check(
        Number(slot) === sent.slot && timestamp === io.now.value,
        () => `slot ${sent.slot} sent: said of ${slot} at ${timestamp}`,
      );
      free[sent.slot] = sent.head;
      out = [];
      frames++;
    },
    pause,
  );
  bench.watch(() => {
    const ends = io.wire.valid.value === 1n && io.wire.ready.value === 1n && io.wire.payload.last.value === 1n;
    bench.check((io.frame.value === 1n) === ends && io.sent.valid.value === io.frame.value, () => "frames are counted wrongly");
  });

  // ---- the table -----------------------------------------------------------------------------
  const table = new TransmitTable(
    bench,
    slots,
    {
      freed: (i, from) => {
        const s = slotAt(i);
        // Whoever owns the ring may write there from now on.
        for (let at = from; at !== s.head; at = (at + 1) % s.size) memory[s.base - ringBase + at] = random.below(256);
        leaving.push({ slot: i, head: s.head });
      },
      malformed: (i) => {
        malformed++;
        const end = model.slot(i);
        bench.check(end.stopped, () => `slot ${i}: malformed, but its records are whole`);
        bench.check(slotAt(i).read === end.tail, () => `slot ${i}: malformed before what can be sent was planned`);
      },
      torn: (i) => {
        failed++;
        bench.check(refused[i] === true, () => `slot ${i}: failed, but memory gave all`);
      },
    },
    pause === 0 ? 0 : random.pick([0, 1000, 8000]),
  );

  // ---- software ------------------------------------------------------------------------------
  const give = (i: number, bytes: Uint8Array): void => {
    const s = slotAt(i);
    (rings[i] as Ring).write(s.tail, bytes);
    for (let k = 0; k < bytes.length; k++) memory[s.base - ringBase + ((s.tail + k) % s.size)] = bytes[k] as number;
    left -= bytes.length;
  };
  const record = (length: number, said = length): Uint8Array => {
    const bytes = Uint8Array.from({ length: recordLength(length) }, () => random.below(256));
    bytes.set(encodeDatagramHeader({ length: said, peer: { address: "10.1.2.3", port: random.below(65536) }, timestamp: 0n }));
    return bytes;
  };
  const lengths = [0, 1, 2, 15, 16, 17, 18, 19, 60, 63, 64];
  const produce = (i: number): void => {
    const s = slotAt(i);
    const room = ((free[i] as number) - s.tail - 1 + s.size) % s.size;
    let bytes: Uint8Array;
    let broken = false;
    if (s.settings.framing === "stream")
      bytes = Uint8Array.from({ length: Math.min(room, random.pick([1, 7, 8, 17, 18, 19, 64, random.between(1, 2000)])) }, () =>
        random.below(256),
      );
    else {
      const drawn = random.pick([...lengths, random.below(18), random.below(18), random.below(100), random.below(largest + 1), largest]);
      const length = run.sweep === true ? records % (largest + 1) : drawn;
      bytes = record(Math.min(length, largest));
      if (run.clean !== true && random.oneIn(40)) {
        broken = true;
        bytes = random.pick([
          // Less than a header; a header that says more than is there, more than may be sent, or all that it can.
          () => bytes.subarray(0, random.between(1, 15)),
          () => record(16, random.pick([33, 48, 100])),
          () => record(16, random.pick([largest + 1, 0xffe0, 0xffe1, 0xffff])),
          () => record(largest + 1),
        ])();
      }
    }
    if (bytes.length === 0 || bytes.length > room) return;
    give(i, bytes);
    records++;
    s.tail = (s.tail + bytes.length) % s.size;
    table.doorbell(i);
    model.doorbell(i, s.tail);
    bench.check(broken === model.slot(i).stopped, () => "the test and the model disagree");
  };
  const software = (): void => {
    const i = run.only ?? random.below(slots.length);
    const s = slotAt(i);
    const quiet = table.quiet(i) && !leaving.some((p) => p.slot === i);
    if (!stopped(s) && !model.slot(i).stopped && left > 0 && random.oneIn(8)) produce(i);
    // The table may ask for a look at a slot without anything to send.
    else if (random.oneIn(200)) table.doorbell(i);
    else if (quiet && left > 0 && (stopped(s) ? random.oneIn(40) : run.clean !== true && random.oneIn(3000))) {
      slots[i] = openSlot(s.settings, s);
      free[i] = 0;
      refused[i] = false;
      model.enable(i, s.settings);
    }
  };

  io.mac.value = macNumber(defaults.deviceMac);
  io.largest.value = run.largest;
  io.ttl.value = ttl;
  io.tos.value = tos;
  const settled = (): boolean => left <= 0 && table.idle && leaving.length === 0 && bursts.length === 0;
  const limit = 5000 + 12 * run.bytes;
  let quiet = 0;
  while (quiet < 60) {
    bench.check(bench.cycle < limit, () => "bytes are left, and nothing moves");
    // Once in a run sending is off for a while; nothing is lost.
    io.enable.value = bench.cycle < 1000 || bench.cycle >= 1700 || pause === 0 ? 1 : 0;
    io.now.value = (BigInt(seed) << 40n) + BigInt(bench.cycle);
    bench.step();
    if (left > 0 || random.oneIn(2)) software();
    quiet = settled() ? quiet + 1 : 0;
  }
  const cycles = bench.cycle;
  for (const [i, s] of slots.entries()) {
    // A record that cannot be, and a read that failed, must have been noticed; all else has left.
    bench.check(stopped(s) || !(refused[i] === true || model.slot(i).stopped), () => `slot ${i} goes on although it must not`);
    bench.check(stopped(s) || model.slot(i).head === s.tail, () => `slot ${i}: something has not left`);
  }
  return { frames, malformed, failed, torn: table.torn, cycles };
};
