/**
 * The transmit engine between a table, a memory and a wire of the test's own: every frame is the model's, in an order that
 * is allowed; a head moves when its bytes were read, and they are overwritten at once; a descriptor that cannot be, and
 * memory that fails, stop the slot concerned and nothing else.
 */
import { type Config, derived } from "#rtl/config/config.ts";
import type { txEngine } from "#rtl/udp/tx-engine.ts";
import { arrayMemory, encodeDatagramHeader, Ring, recordLength, type SlotSettings, TransmitModel } from "#sim/models/nic/index.ts";
import { defaults, ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import { BlockBench, lane, ones, toBig } from "../nic/block-bench.ts";

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
}
export interface Reached {
  readonly frames: number;
  readonly malformed: number;
  readonly failed: number;
  /** Packets that were planned, and did not leave because the slot had been torn or closed. */
  readonly lives: number;
  readonly cycles: number;
}
interface Slot {
  readonly settings: SlotSettings;
  readonly ring: Ring;
  readonly base: number;
  readonly size: number;
  head: number;
  read: number;
  tail: number;
  work: boolean;
  stopped: boolean;
  torn: boolean;
  epoch: number;
  /** Memory refused a read of it in this life. */
  refused: boolean;
  /** It was opened anew while reads of its last life were under way, which memory may refuse. */
  reopened: boolean;
  /** Up to here the ring may be written: what the wire has shown to be sent. */
  free: number;
}
const ringBase = 0x4000;
const sizes = [4096, 4096, 64, 256, 1024, 128];

export const checkTxEngine = (block: ReturnType<typeof txEngine>, config: Config, run: TransmitRun, seed: number): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const { maxPayload, busBytes: bus } = derived(config);
  const { pause } = run;
  const largest = run.largest === 0 || run.largest > maxPayload ? maxPayload : run.largest;
  const [ttl, tos] = [random.between(1, 255), random.below(256)];
  // What software has written, and what hardware finds: bytes whose head has moved are gone from there.
  const written = new Uint8Array(sizes.length * 8192),
    memory = new Uint8Array(written.length);
  const model = new TransmitModel({ mac: defaults.deviceMac, largest, ttl, dscp: tos >> 2, ecn: tos & 3 }, arrayMemory(written, ringBase));
  const slots: Slot[] = sizes.map((size, i) => {
    const base = ringBase + i * 8192;
    const settings: SlotSettings = {
      local: { address: "10.0.0.1", port: 7000 + i },
      remote: { address: "10.0.0.9", port: 9000 + i },
      connected: i !== 1,
      framing: i % 2 === 1 || i === 2 ? "datagram" : "stream",
      nextHop: `02:00:00:00:01:0${i}`,
      transmit: { base, size },
    };
    const ring = new Ring(arrayMemory(written, ringBase), { base, size });
    return {
      settings,
      ring,
      base,
      size,
      head: 0,
      read: 0,
      tail: 0,
      work: false,
      stopped: false,
      torn: false,
      epoch: 0,
      refused: false,
      reopened: false,
      free: 0,
    };
  });
  const slotAt = (i: number): Slot => slots[i] as Slot;
  for (const [i, s] of slots.entries()) model.enable(i, s.settings);
  let left = run.bytes,
    malformed = 0,
    failed = 0,
    lives = 0,
    frames = 0,
    /** Packets planned since sending was switched off. */
    planned = 0;

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
      const refused = run.clean !== true && random.oneIn(run.refuse ?? 300);
      const at = b.address + b.given * bus - ringBase;
      return { id: b.id, data: toBig(memory.subarray(at, at + bus)), response: refused ? 2 : 0, last: b.given + 1 === b.beats ? 1 : 0 };
    },
    ({ response }) => {
      const b = answering as (typeof bursts)[0];
      if (response === 2) slotAt(Math.floor((b.address - ringBase) / 8192)).refused = true;
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
      for (let k = 0; k < bus; k++) if ((keep >> BigInt(k)) & 1n) out.push(lane(data, k));
      bench.check(last === 1n || keep === ones(bus), () => "a beat is not full within a frame");
      bench.check((io.frame.value === 1n) === (last === 1n), () => "frames are counted wrongly");
      if (last === 0n) return;
      const sent = model.sent(Uint8Array.from(out));
      bench.check(sent.ok, () => (sent.ok ? "" : sent.why));
      const mine = leaving.shift();
      if (!sent.ok) return;
      bench.check(mine?.slot === sent.slot && mine.head === sent.head, () => `slot ${sent.slot}: its head moved to ${mine?.head}`);
      slotAt(sent.slot).free = sent.head;
      out = [];
      frames++;
    },
    pause,
  );

  // ---- software ------------------------------------------------------------------------------
  const give = (s: Slot, bytes: Uint8Array): void => {
    s.ring.write(s.tail, bytes);
    for (let i = 0; i < bytes.length; i++) memory[s.base - ringBase + ((s.tail + i) % s.size)] = bytes[i] as number;
    left -= bytes.length;
  };
  const record = (length: number, said = length): Uint8Array => {
    const bytes = Uint8Array.from({ length: recordLength(length) }, () => random.below(256));
    bytes.set(encodeDatagramHeader({ length: said, peer: { address: "10.1.2.3", port: random.below(65536) }, timestamp: 0n }));
    return bytes;
  };
  const produce = (i: number): void => {
    const s = slotAt(i);
    const room = (s.free - s.tail - 1 + s.size) % s.size;
    let bytes: Uint8Array;
    let broken = 0;
    if (s.settings.framing === "stream")
      bytes = Uint8Array.from({ length: Math.min(room, random.pick([1, 7, 8, 17, 18, 19, 64, random.between(1, 2000)])) }, () =>
        random.below(256),
      );
    else {
      const length = random.pick([
        0,
        1,
        2,
        15,
        16,
        17,
        18,
        19,
        60,
        63,
        64,
        random.below(18),
        random.below(18),
        random.below(100),
        random.below(largest + 1),
        largest,
      ]);
      bytes = record(Math.min(length, largest));
      if (run.clean !== true && random.oneIn(40)) {
        broken = 1;
        bytes = random.pick([
          // Less than a header; a header that says more than is there, more than may be sent, or all that it can.
          () => bytes.subarray(0, random.between(1, 15)),
          () => record(16, random.pick([33, 48, 100])),
          () => record(16, random.pick([largest + 1, 0xffe0, 0xffe1, 0xffff])),
        ])();
      }
    }
    if (bytes.length === 0 || bytes.length > room) return;
    give(s, bytes);
    s.tail = (s.tail + bytes.length) % s.size;
    s.work = true;
    model.doorbell(i, s.tail);
    bench.check((broken === 1) === model.slot(i).stopped, () => "the test and the model disagree");
  };
  const software = (): void => {
    const i = random.below(slots.length);
    const s = slotAt(i);
    const stopped = s.stopped || model.slot(i).stopped;
    const quiet = !leaving.some((p) => p.slot === i);
    if (!stopped && left > 0 && random.oneIn(8)) produce(i);
    // The table may ask for a look at a slot without anything to send.
    else if (!s.stopped && random.oneIn(200)) s.work = true;
    else if (quiet && left > 0 && (s.stopped ? random.oneIn(40) : run.clean !== true && random.oneIn(3000))) {
      // Opened anew, whatever is planned.
      Object.assign(s, { head: 0, read: 0, tail: 0, work: false, stopped: false, torn: false, refused: false, free: 0 });
      s.reopened = true;
      s.epoch = (s.epoch + 1) % 4;
      model.enable(i, s.settings);
    }
  };

  // ---- the table -----------------------------------------------------------------------------
  const current = (n: { slot: bigint; epoch: bigint }): Slot | undefined => {
    const s = slots[Number(n.slot)];
    return s?.epoch === Number(n.epoch) ? s : undefined;
  };
  bench.watch(() => {
    const ready = slots.flatMap((s, i) => (s.work && !s.stopped ? [i] : []));
    const pick = ready.length > 0 ? random.pick(ready) : random.below(slots.length);
    const s = slotAt(pick);
    const { local, remote, nextHop } = s.settings;
    io.workValid.value = ready.length > 0 ? 1 : 0;
    io.workSlot.value = pick;
    io.transmit.value = {
      datagram: s.settings.framing === "datagram" ? 1 : 0,
      connected: s.settings.connected === true ? 1 : 0,
      base: s.base,
      mask: s.size - 1,
      read: s.read,
      tail: s.tail,
      nextHop: macNumber(nextHop as string),
      epoch: s.epoch,
      tuple: {
        localIp: ipv4Number(local.address),
        localPort: local.port,
        remoteIp: ipv4Number(remote?.address as string),
        remotePort: remote?.port as number,
      },
    };
    const built = slots[io.building.slot.number];
    const alive = built !== undefined && built.epoch === io.building.epoch.number && !built.torn;
    io.buildingLives.value = alive ? 1 : 0;

    const { advanceRead, sent, stop } = io;
    if (sent.valid.value === 1n) {
      const { slot, pointer, epoch } = sent.value;
      const mine = current({ slot, epoch });
      bench.check(mine !== undefined && !mine.torn, () => `slot ${slot}: sends after it was closed or torn`);
      if (mine !== undefined) {
        // Whoever owns the ring may write there from now on.
        for (let at = mine.head; at !== Number(pointer); at = (at + 1) % mine.size) memory[mine.base - ringBase + at] = random.below(256);
        mine.head = Number(pointer);
        leaving.push({ slot: Number(slot), head: Number(pointer) });
      }
    } else if (!alive) lives++;
    const stops = stop.valid.value === 1n;
    const [bad, unread] = [io.malformed.value === 1n, io.failed.value === 1n];
    bench.check(stops === (bad || unread) && !(bad && unread), () => `stop ${stops}, malformed ${bad}, failed ${unread}`);
    if (stops) {
      const { slot, epoch, torn } = stop.value;
      const mine = current({ slot, epoch });
      if (mine !== undefined) {
        const end = model.slot(Number(slot));
        if (unread) bench.check(mine.refused, () => `slot ${slot}: failed, but memory gave all`);
        else {
          bench.check(end.stopped, () => `slot ${slot}: malformed, but its records are whole`);
          bench.check(mine.read === end.tail, () => `slot ${slot}: malformed before what can be sent was planned`);
        }
        mine.stopped = true;
        mine.work = false;
        if (torn === 1n) mine.torn = true;
      }
      if (bad) malformed++;
      else failed++;
    }
    if (io.enable.value === 1n) planned = 0;
    else if (advanceRead.valid.value === 1n) planned++;
    bench.check(planned <= 1, () => "packets are planned although sending is off");
    if (advanceRead.valid.value === 1n) {
      const { pointer } = advanceRead.value;
      const mine = current(advanceRead.value);
      if (mine !== undefined) {
        mine.read = Number(pointer);
        if (mine.read === mine.tail) mine.work = false;
      }
    }
  });
  io.mac.value = macNumber(defaults.deviceMac);
  io.largest.value = run.largest;
  io.ttl.value = ttl;
  io.tos.value = tos;
  const settled = (): boolean =>
    left <= 0 && leaving.length === 0 && bursts.length === 0 && slots.every((s) => s.stopped || (!s.work && s.head === s.read));
  const limit = 5000 + 12 * run.bytes;
  let quiet = 0;
  while (quiet < 60) {
    bench.check(bench.cycle < limit, () => "bytes are left, and nothing moves");
    // Once in a run sending is off for a while; nothing is lost.
    io.enable.value = bench.cycle < 1000 || bench.cycle >= 1700 || pause === 0 ? 1 : 0;
    bench.step();
    if (left > 0 || random.oneIn(2)) software();
    quiet = settled() ? quiet + 1 : 0;
  }
  const cycles = bench.cycle;
  for (const [i, s] of slots.entries()) {
    // A record that cannot be, and a read that failed, must have been noticed; all else has left.
    bench.check(s.stopped || !((s.refused && !s.reopened) || model.slot(i).stopped), () => `slot ${i} goes on although it must not`);
    bench.check(s.stopped || model.slot(i).head === s.tail, () => `slot ${i}: something has not left`);
  }
  return { frames, malformed, failed, lives, cycles };
};
