/**
 * The receive engine between a wire, a table and a memory of the test's own: each frame has the verdict of the rules; a
 * byte is written only where its datagram lies in its ring; a commit comes, in order, when memory has every byte.
 */
import { type Config, type DropCause, dropCauses } from "#rtl/common.ts";
import type { rxEngine } from "#rtl/udp/rx-engine.ts";
import { type Classification, classify, encodeDatagramHeader, type FourTuple, recordLength } from "#sim/models/nic/index.ts";
import { breakFrame, defaults, defectNames, macNumber, Prng, randomUdp } from "#sim/models/packet/index.ts";
import { BlockBench, lane, ones, toBig } from "../nic/block-bench.ts";
import { anyFrame } from "./rx-parse-check.ts";

/** A slot as the engine sees it, and its owner. */
interface Slot {
  ready: boolean;
  stopped: boolean;
  readonly datagram: boolean;
  readonly base: bigint;
  readonly size: number;
  head: number;
  write: number;
  tail: number;
  epoch: number;
}
/** A datagram between its verdict and its commit. */
interface Delivery {
  readonly frame: number;
  readonly slot: number;
  readonly epoch: number;
  readonly pointer: number;
  /** What memory shall hold, by address. */
  readonly bytes: ReadonlyMap<bigint, number>;
  refused: boolean;
}
interface Burst {
  readonly id: number;
  readonly delivery: Delivery;
  readonly written: [bigint, number][];
}
/** Verdicts by name, and how the run went. */
export type Reached = Record<"accepted" | "empty" | "ordinary" | "overflow" | "spoiled" | "oversize" | "failed" | DropCause, number>;

/** The slot of a four-tuple: some ports have none. */
const slotOf = (port: number, slots: number): number => (port % 8 < slots ? port % 8 : -1);

export const checkRxEngine = (block: ReturnType<typeof rxEngine>, config: Config, count: number, seed: number, pause?: number): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const prng = new Prng(seed);
  const bus = config.busBits / 8;
  const broken = (): Uint8Array => {
    const socket = { address: "10.0.0.1", port: prng.integer(0, 0xffff) };
    return breakFrame(prng.pick(defectNames), randomUdp(prng, { sockets: [socket], maxPayload: 60 }), prng);
  };
  const frames = Array.from({ length: count }, () => ({ bytes: prng.chance(0.3) ? broken() : anyFrame(prng), bad: random.oneIn(12) }));
  const reached = Object.fromEntries(
    ["accepted", "empty", "ordinary", "overflow", "spoiled", "oversize", "failed", ...dropCauses].map((n) => [n, 0]),
  ) as Reached;
  const slots: Slot[] = Array.from({ length: 6 }, (_, i) => ({
    ready: true,
    stopped: false,
    datagram: i % 2 === 1,
    base: (BigInt(i + 1) << 32n) | BigInt(64 * random.below(1000)),
    size: [config.ringLimit, config.ringLimit, 64, 256, 4096, 4096][i] as number,
    head: 0,
    write: 0,
    tail: 0,
    epoch: random.below(4),
  }));
  const slotAt = (i: number): Slot => slots[i] as Slot;

  // ---- the wire ------------------------------------------------------------------------------
  let now = 0n,
    frame = 0,
    at = 0;
  const began: bigint[] = [];
  /** What the frames that came meet; frames by number that wait for a verdict. */
  const coming: number[] = [];
  const undecided: number[] = [];
  const finished = (): boolean =>
    coming.length + undecided.length + deliveries.length + ordinary.length + bursts.length + unanswered.length === 0;
  /** At the end frames come one at a time, and each finds the whole buffer free. */
  const lonely = (n: number): boolean => n >= count - 12;
  let idle = 0;
  bench.source(
    io.wire,
    () => {
      const f = frames[frame];
      if (f === undefined || (at === 0 && lonely(frame) && idle < 40)) return undefined;
      const part = f.bytes.subarray(at, at + bus);
      const last = at + bus >= f.bytes.length;
      return { data: toBig(part), keep: ones(part.length), last: last ? 1 : 0, user: last && f.bad ? 1 : 0 };
    },
    ({ last }) => {
      if (at === 0) began[frame] = now;
      at = last === 1 ? 0 : at + bus;
      if (last === 0) return;
      coming.push(frame);
      frame++;
    },
    pause,
  );
  io.mac.value = macNumber(defaults.deviceMac);
  io.enable.value = 1;

  // ---- memory --------------------------------------------------------------------------------
  const memory = new Map<bigint, number>();
  const deliveries: Delivery[] = [];
  /** Bursts whose data has not come, and whose answer has not. */
  const bursts: { readonly id: number; readonly address: bigint; readonly beats: number; readonly written: [bigint, number][] }[] = [];
  const unanswered: Burst[] = [];
  let beat = 0,
    writing = 0,
    left = 0;
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "aw",
    io.aw,
    ({ address, length, id }) => bursts.push({ id: Number(id), address, beats: Number(length) + 1, written: [] }),
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>(
    "w",
    io.w,
    ({ data, strobe, last }) => {
      const burst = bursts[0];
      const delivery = deliveries[writing];
      bench.check(burst !== undefined && delivery !== undefined, () => "data for no datagram");
      if (burst === undefined || delivery === undefined) return;
      if (left === 0) left = delivery.bytes.size;
      for (let k = 0; k < bus; k++) {
        if (((strobe >> BigInt(k)) & 1n) === 0n) continue;
        const address = burst.address + BigInt(beat * bus + k);
        const wanted = delivery.bytes.get(address);
        bench.check(
          wanted === lane(data, k),
          () => `frame ${delivery.frame}: ${lane(data, k)} is written at ${address}, where ${wanted} belongs`,
        );
        burst.written.push([address, lane(data, k)]);
        left--;
      }
      beat++;
      bench.check((last === 1n) === (beat === burst.beats), () => `frame ${delivery.frame}: last is ${last}`);
      if (last === 0n) return;
      bursts.shift();
      beat = 0;
      unanswered.push({ id: burst.id, delivery, written: burst.written });
      if (left === 0) writing++;
    },
    pause,
  );
  let answered: Burst | undefined;
  bench.source(
    io.b,
    () => {
      if (unanswered.length === 0) return undefined;
      answered = unanswered.splice(random.below(unanswered.length), 1)[0] as Burst;
      return { id: answered.id, response: pause !== 0 && random.oneIn(6) ? 2 : 0 };
    },
    ({ response }) => {
      const { delivery, written } = answered as Burst;
      if (response === 2) delivery.refused = true;
      else for (const [address, byte] of written) memory.set(address, byte);
    },
    pause,
  );

  // ---- the ordinary path ---------------------------------------------------------------------
  const ordinary: number[] = [];
  let out: number[] = [];
  bench.sink<{ data: bigint; keep: bigint; last: bigint }>(
    "ordinary",
    io.ordinary,
    ({ data, keep, last }) => {
      for (let k = 0; k < bus; k++) if ((keep >> BigInt(k)) & 1n) out.push(lane(data, k));
      bench.check(last === 1n || keep === ones(bus), () => "a beat is not full within a frame");
      if (last === 0n) return;
      const mine = ordinary.shift();
      const same = mine !== undefined && Buffer.from(out).equals(Buffer.from((frames[mine] as (typeof frames)[0]).bytes));
      bench.check(same, () => `frame ${mine} leaves changed for the ordinary path`);
      out = [];
    },
    pause,
  );

  /** Where frames go to, behind a tag or not: the table knows no other address. */
  const destinations = new Set(
    frames.flatMap(({ bytes }) => [30, 34].map((at) => bytes.subarray(at, at + 4).reduce((n, b) => n * 256 + b, 0))).filter((ip) => ip > 0),
  );

  // ---- the table -----------------------------------------------------------------------------
  let steps: readonly [number, number] = [-1, -1];
  const decide = (number: number): Classification | "stopped" | "ring_full" => {
    const { bytes } = frames[number] as (typeof frames)[0];
    const match = ({ local }: FourTuple): number => {
      const slot = slotOf(local.port, slots.length);
      return slot >= 0 && slotAt(slot).ready ? slot : -1;
    };
    const found = classify(bytes, { mac: defaults.deviceMac, mtu: config.mtu, match });
    if (found.class !== "candidate") return found;
    const s = slotAt(found.slot);
    if (s.stopped) return "stopped";
    const length = s.datagram ? recordLength(found.payload.length) : found.payload.length;
    return length > (s.head - s.write - 1 + s.size) % s.size ? "ring_full" : found;
  };
  const verdict = (): void => {
    const { accepted, acceptedEmpty, toOrdinary, verdicts, drop, allocate } = io;
    const causes = dropCauses.filter((_, i) => (verdicts.value >> BigInt(i)) & 1n);
    const said = [...(accepted.value ? ["accepted"] : []), ...(toOrdinary.value ? ["ordinary"] : []), ...causes];
    bench.check(said.length < 2, () => `two verdicts at once: ${said.join(", ")}`);
    bench.check((allocate.valid.value === 1n) === said.includes("accepted"), () => "ring space goes to what was not accepted");
    bench.check((drop.value === 1n) === causes.length > 0, () => `drop is ${drop.value}`);
    bench.check(acceptedEmpty.value === 0n || accepted.value === 1n, () => "empty, and not accepted");
    if (said.length === 0) return;
    const number = undecided.shift();
    bench.check(number !== undefined, () => "a verdict on no frame");
    if (number === undefined) return;
    const found = decide(number);
    const expected =
      found === "stopped" ? "dma_error" : found === "ring_full" ? found : found.class === "dropped" ? found.cause : found.class;
    bench.check(said[0] === (expected === "candidate" ? "accepted" : expected), () => `frame ${number}: ${said[0]}, not ${expected}`);
    reached[said[0] as keyof Reached]++;
    if (causes.length > 0)
      bench.check(
        typeof found === "string" || (found.class === "dropped" && io.dropSlot.number === found.slot),
        () => `frame ${number}: its drop is another slot's`,
      );
    if (expected === "ordinary") ordinary.push(number);
    if (typeof found === "string" || found.class !== "candidate") return;
    const { slot, payload, tuple } = found;
    const s = slotAt(slot);
    const head = s.datagram
      ? encodeDatagramHeader({ length: payload.length, peer: tuple.remote, timestamp: began[number] as bigint })
      : new Uint8Array(0);
    const bytes = [...head, ...payload];
    const taken = s.datagram ? recordLength(payload.length) : payload.length;
    const pointer = (s.write + taken) % s.size;
    bench.check(allocate.slot.number === slot && allocate.pointer.number === pointer, () => `frame ${number}: wrong ring space`);
    bench.check((acceptedEmpty.value === 1n) === (bytes.length === 0), () => `frame ${number}: empty is ${acceptedEmpty.value}`);
    if (bytes.length === 0) reached.empty++;
    else {
      const place = (i: number): bigint => s.base + BigInt((s.write + i) % s.size);
      deliveries.push({
        frame: number,
        slot,
        epoch: s.epoch,
        pointer,
        bytes: new Map(bytes.map((b, i) => [place(i), b])),
        refused: false,
      });
    }
    s.write = pointer;
  };
  const commit = (): void => {
    if (io.commit.valid.value === 0n) return;
    const mine = deliveries.shift();
    bench.check(mine !== undefined, () => "a commit of nothing");
    if (mine === undefined) return;
    const { slot, pointer, epoch, failed } = io.commit.value;
    writing--;
    bench.check(
      Number(slot) === mine.slot && Number(pointer) === mine.pointer && Number(epoch) === mine.epoch,
      () => `frame ${mine.frame}: the commit is another's`,
    );
    bench.check((failed === 1n) === mine.refused, () => `frame ${mine.frame}: failed is ${failed}`);
    const missing = [...mine.bytes].find(([address, byte]) => memory.get(address) !== byte);
    bench.check(mine.refused || missing === undefined, () => `frame ${mine.frame}: committed before memory has ${missing?.[0]}`);
    const asked = unanswered.some((b) => b.delivery === mine) || (io.b.valid.value === 1n && answered?.delivery === mine);
    bench.check(!asked, () => `frame ${mine.frame}: committed before memory has answered`);
    // A byte is not sound because an earlier datagram had left the same one there.
    for (const address of mine.bytes.keys()) memory.delete(address);
    const s = slotAt(mine.slot);
    if (mine.refused) reached.failed++;
    if (s.epoch !== mine.epoch || s.stopped) return;
    if (mine.refused) s.stopped = true;
    else s.tail = mine.pointer;
  };
  /** What owners and kernel do: read, open a stopped slot anew, close one and open it again. */
  const software = (): void => {
    const s = random.pick(slots);
    if (random.oneIn(10)) s.head = s.tail;
    else if (random.oneIn(300)) s.ready = !s.ready;
    else if (s.stopped && random.oneIn(400)) Object.assign(s, { stopped: false, head: 0, write: 0, tail: 0, epoch: (s.epoch + 1) % 4 });
  };
  bench.watch(() => {
    io.now.value = now;
    io.hit.value = steps[1] >= 0 ? 1 : 0;
    io.found.value = steps[1] >= 0 ? steps[1] : random.below(config.slots);
    const s = slots[io.receiveSlot.number];
    io.receive.value = {
      ready: s?.ready === true ? 1 : 0,
      stopped: s?.stopped === true ? 1 : 0,
      datagram: s?.datagram === true ? 1 : 0,
      base: s?.base ?? 0n,
      mask: (s?.size ?? 64) - 1,
      head: s?.head ?? 0,
      write: s?.write ?? 0,
      epoch: s?.epoch ?? 0,
    };
    const { key } = io;
    const found = destinations.has(key.localIp.number) ? slotOf(key.localPort.number, slots.length) : -1;
    const next: readonly [number, number] = io.advance.value === 1n ? [found, steps[0]] : steps;
    if (io.seen.value === 1n) {
      const number = coming.shift();
      bench.check(number !== undefined, () => "a frame was seen that did not come");
      const losses = (["overflow", "spoiled", "oversize"] as const).filter((n) => io[n].value === 1n);
      bench.check(losses.length < 2 && !(losses[0] === "overflow" && lonely(number as number)), () => `frame ${number}: ${losses.join()}`);
      if (losses[0] === undefined) undecided.push(number as number);
      else reached[losses[0]]++;
    }
    verdict();
    commit();
    software();
    idle = finished() ? idle + 1 : 0;
    steps = next;
  });
  const words = frames.reduce((n, f) => n + Math.ceil(f.bytes.length / bus), 0);
  const limit = 4000 + 40 * words + 200 * count;
  while (!(frame === count && finished() && idle > 40)) {
    bench.check(bench.cycle < limit, () => "frames are left, and nothing moves");
    bench.step();
    now += 3n;
  }
  return reached;
};
