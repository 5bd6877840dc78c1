/**
 * The receive engine between a wire, a table and a memory of the test's own: each frame has the verdict of the rules; a
 * byte is written only where its datagram lies in its ring; a commit comes, in order, when memory has every byte.
 */
import { type Config, type DropCause, dropCauses } from "#rtl/common.ts";
import type { rxEngine } from "#rtl/udp/rx-engine.ts";
import { type Classification, classify, encodeDatagramHeader, type FourTuple, recordLength } from "#sim/models/nic/index.ts";
import { breakFrame, build, defaults, defectNames, ipv4Number, macNumber, Prng, randomUdp } from "#sim/models/packet/index.ts";
import { BlockBench, lane, ones, toBig } from "../nic/block-bench.ts";
import { type Judgement, type Key, ReceiveTable, type Slot } from "./receive-table.ts";
import { anyFrame } from "./rx-parse-check.ts";

/** A datagram between its verdict and its commit. */
interface Delivery {
  readonly frame: number;
  readonly slot: number;
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

export interface EngineRun {
  /** Width of the wire; that of the bus unless said. */
  readonly dataBits?: number;
  /** Pauses of wire and memory; random unless given, and then memory answers with errors, too. */
  readonly pause?: number;
  /** How long payloads may be, to be drawn from; any frames unless given. */
  readonly payloads?: readonly number[];
}

export const checkRxEngine = (
  block: ReturnType<typeof rxEngine>,
  config: Config,
  count: number,
  seed: number,
  { dataBits = config.busBits, pause, payloads }: EngineRun = {},
): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const prng = new Prng(seed);
  const bus = config.busBits / 8,
    wireBytes = dataBits / 8;
  const broken = (): Uint8Array => {
    const socket = { address: "10.0.0.1", port: prng.integer(0, 0xffff) };
    return breakFrame(prng.pick(defectNames), randomUdp(prng, { sockets: [socket], maxPayload: 60 }), prng);
  };
  const sound = (): Uint8Array => {
    const udp = randomUdp(prng, { sockets: [{ address: "10.0.0.1", port: prng.integer(0, 0xffff) }], tagged: 0.3 });
    return build({ ...udp, payload: prng.bytes(prng.pick(payloads as readonly number[])) });
  };
  const one = (): Uint8Array => (payloads !== undefined ? sound() : prng.chance(0.3) ? broken() : anyFrame(prng));
  const frames = Array.from({ length: count }, () => ({ bytes: one(), bad: payloads === undefined && random.oneIn(12) }));
  const reached = Object.fromEntries(
    ["accepted", "empty", "ordinary", "overflow", "spoiled", "oversize", "failed", ...dropCauses].map((n) => [n, 0]),
  ) as Reached;
  const slots = Array.from(
    { length: 6 },
    (_, i): Slot => ({
      life: "open",
      stopped: false,
      datagram: i % 2 === 1,
      base: (BigInt(i + 1) << 32n) | BigInt(64 * random.below(1000)),
      size: [config.ringLimit, config.ringLimit, 64, 256, 4096, 4096][i] as number,
      head: 0,
      write: 0,
      tail: 0,
      inFlight: 0,
    }),
  );
  // Some ports have no slot.
  const match = ({ localPort }: Key): number => (localPort % 8n < slots.length ? Number(localPort % 8n) : -1);
  const table = new ReceiveTable(bench, config, { slots, match, calm: pause === 0 });

  // ---- the wire ------------------------------------------------------------------------------
  let now = 0n,
    frame = 0,
    at = 0;
  const began: bigint[] = [];
  /** What the frames that came meet; frames by number that wait for a verdict. */
  const coming: number[] = [];
  const undecided: number[] = [];
  const oversize = new Set<number>();
  const finished = (): boolean =>
    coming.length +
      undecided.filter((n) => !oversize.has(n)).length +
      deliveries.length +
      ordinary.length +
      bursts.length +
      unanswered.length ===
    0;
  /** At the end frames come one at a time, and each finds the whole buffer free. */
  const lonely = (n: number): boolean => n >= count - 12;
  let idle = 0;
  bench.source(
    io.wire,
    () => {
      const f = frames[frame];
      if (f === undefined || (at === 0 && lonely(frame) && idle < 40)) return undefined;
      const part = f.bytes.subarray(at, at + wireBytes);
      const last = at + wireBytes >= f.bytes.length;
      return { data: toBig(part), keep: ones(part.length), last: last ? 1 : 0, user: last && f.bad ? 1 : 0 };
    },
    ({ last }) => {
      if (at === 0) began[frame] = now;
      at = last === 1 ? 0 : at + wireBytes;
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

  // ---- verdicts ------------------------------------------------------------------------------
  const decide = (number: number, state: Slot | undefined): Classification | "dma_error" | "ring_full" => {
    const { bytes } = frames[number] as (typeof frames)[0];
    const asked = table.answers.shift();
    bench.check(asked !== undefined, () => `frame ${number}: a verdict without a lookup`);
    const { key, slot } = asked as NonNullable<typeof asked>;
    const match = ({ local, remote }: FourTuple): number => {
      const ip = (text: string): bigint => BigInt(ipv4Number(text));
      const right = key.localIp === ip(local.address) && key.remoteIp === ip(remote.address);
      const ports = key.localPort === BigInt(local.port) && key.remotePort === BigInt(remote.port);
      bench.check(right && ports, () => `frame ${number}: another's key`);
      return slot;
    };
    const found = classify(bytes, { mac: defaults.deviceMac, mtu: config.mtu, match });
    if (found.class !== "candidate") return found;
    bench.check(state !== undefined, () => `frame ${number}: no word to the table`);
    const s = state as Slot;
    if (s.stopped) return "dma_error";
    const length = s.datagram ? recordLength(found.payload.length) : found.payload.length;
    return length > (s.head - s.write - 1 + s.size) % s.size ? "ring_full" : found;
  };
  /** Frames that are too long have no verdict; where they were kept until that was known, they have been looked up. */
  const skipOversize = (): void => {
    while (oversize.has(undecided[0] ?? -1)) {
      const raw = Buffer.from((frames[undecided.shift() as number] as (typeof frames)[0]).bytes);
      const at = raw.readUInt16BE(12) === 0x8100 ? 4 : 0;
      const key = table.answers[0]?.key;
      if (key?.remoteIp === BigInt(raw.readUInt32BE(at + 26)) && key.remotePort === BigInt(raw.readUInt16BE(at + 34)))
        table.answers.shift();
    }
  };
  /** What the table was told a cycle ago, and what is told now to the counters. */
  const verdict = (judgement: Judgement | undefined): void => {
    const { accepted, acceptedEmpty, toOrdinary, verdicts } = io;
    const causes = dropCauses.filter((_, i) => (verdicts.value >> BigInt(i)) & 1n);
    const said = [...(accepted.value ? ["accepted"] : []), ...(toOrdinary.value ? ["ordinary"] : []), ...causes];
    bench.check(said.length < 2, () => `two verdicts at once: ${said.join(", ")}`);
    bench.check((judgement?.verdict.placed === true) === said.includes("accepted"), () => "ring space goes to what was not accepted");
    bench.check(
      (judgement?.verdict.placed === false) === causes.length > 0,
      () => `${causes.join() || "no cause"}, but another word to the table`,
    );
    bench.check(acceptedEmpty.value === 0n || accepted.value === 1n, () => "empty, and not accepted");
    const { full, missed } = io;
    bench.check((full.valid.value === 1n) === causes.includes("ring_full"), () => "a full ring is told of where there is none, or is not");
    bench.check(missed.valid.value === 0n || said[0] === "ordinary", () => "a miss is told of that is none");
    if (said.length === 0) return;
    skipOversize();
    const number = undecided.shift();
    bench.check(number !== undefined, () => "a verdict on no frame");
    if (number === undefined) return;
    const found = decide(number, judgement?.state);
    const expected = typeof found === "string" ? found : found.class === "dropped" ? found.cause : found.class;
    bench.check(said[0] === (expected === "candidate" ? "accepted" : expected), () => `frame ${number}: ${said[0]}, not ${expected}`);
    reached[said[0] as keyof Reached]++;
    if (typeof found !== "string" && found.class === "dropped")
      bench.check(judgement?.verdict.slot === found.slot, () => `frame ${number}: its drop is another slot's`);
    if (full.valid.value === 1n && typeof found !== "string" && found.class === "dropped")
      bench.check(full.slot.number === found.slot, () => `frame ${number}: the full ring is another slot's`);
    if (expected === "ordinary") {
      ordinary.push(number);
      // A miss is what would be a slot's, if there were one for it.
      const would = classify(Buffer.from((frames[number] as (typeof frames)[0]).bytes), {
        mac: defaults.deviceMac,
        mtu: config.mtu,
        match: () => 0,
      });
      bench.check((missed.valid.value === 1n) === (would.class !== "ordinary"), () => `frame ${number}: a miss is ${missed.valid.value}`);
      if (would.class === "candidate") {
        const { localPort, remoteIp, remotePort } = missed.tuple;
        const { remote, local } = would.tuple;
        bench.check(
          remoteIp.number === ipv4Number(remote.address) && remotePort.number === remote.port && localPort.number === local.port,
          () => `frame ${number}: the miss is of ${remoteIp.number}:${remotePort.number} to ${localPort.number}`,
        );
      }
    }
    if (typeof found === "string" || found.class !== "candidate") return;
    const { slot, payload, tuple } = found;
    const { state: s, verdict: given } = judgement as Judgement;
    bench.check(given.timestamp === began[number], () => `frame ${number}: it came at ${began[number]}, not ${given.timestamp}`);
    const head = s.datagram
      ? encodeDatagramHeader({ length: payload.length, peer: tuple.remote, timestamp: began[number] as bigint })
      : new Uint8Array(0);
    const bytes = [...head, ...payload];
    const taken = s.datagram ? recordLength(payload.length) : payload.length;
    const pointer = (s.write + taken) % s.size;
    bench.check(given.slot === slot && given.pointer === pointer, () => `frame ${number}: wrong ring space`);
    bench.check((acceptedEmpty.value === 1n) === (bytes.length === 0), () => `frame ${number}: empty is ${acceptedEmpty.value}`);
    bench.check(given.writes === bytes.length > 0, () => `frame ${number}: writes is ${given.writes}`);
    if (bytes.length === 0) reached.empty++;
    else {
      const place = (i: number): bigint => s.base + BigInt((s.write + i) % s.size);
      deliveries.push({ frame: number, slot, pointer, bytes: new Map(bytes.map((b, i) => [place(i), b])), refused: false });
    }
  };
  const commit = (): void => {
    if (io.commit.valid.value === 0n) return;
    const mine = deliveries.shift();
    bench.check(mine !== undefined, () => "a commit of nothing");
    if (mine === undefined) return;
    const { slot, pointer, failed } = io.commit.value;
    writing--;
    bench.check(Number(slot) === mine.slot && Number(pointer) === mine.pointer, () => `frame ${mine.frame}: the commit is another's`);
    bench.check((failed === 1n) === mine.refused, () => `frame ${mine.frame}: failed is ${failed}`);
    const missing = [...mine.bytes].find(([address, byte]) => memory.get(address) !== byte);
    bench.check(mine.refused || missing === undefined, () => `frame ${mine.frame}: committed before memory has ${missing?.[0]}`);
    const asked = unanswered.some((b) => b.delivery === mine) || (io.b.valid.value === 1n && answered?.delivery === mine);
    bench.check(!asked, () => `frame ${mine.frame}: committed before memory has answered`);
    // A byte is not sound because an earlier datagram had left the same one there.
    for (const address of mine.bytes.keys()) memory.delete(address);
    if (mine.refused) reached.failed++;
    table.commit(mine.slot, mine.pointer, mine.refused);
  };
  bench.watch(() => {
    io.now.value = now;
    table.drive();
    if (io.seen.value === 1n) {
      const number = coming.shift();
      bench.check(number !== undefined, () => "a frame was seen that did not come");
      const losses = (["overflow", "spoiled", "oversize"] as const).filter((n) => io[n].value === 1n);
      bench.check(losses.length < 2 && !(losses[0] === "overflow" && lonely(number as number)), () => `frame ${number}: ${losses.join()}`);
      if (losses[0] === "oversize") oversize.add(number as number);
      if (losses[0] === undefined || losses[0] === "oversize") undecided.push(number as number);
      if (losses[0] !== undefined) reached[losses[0]]++;
    }
    table.observe();
    verdict(table.judgement);
    commit();
    idle = finished() ? idle + 1 : 0;
  });
  const words = frames.reduce((n, f) => n + Math.ceil(f.bytes.length / bus), 0); // beats of the narrower side
  const limit = 4000 + 40 * words + 200 * count;
  while (!(frame === count && finished() && idle > 40)) {
    bench.check(bench.cycle < limit, () => "frames are left, and nothing moves");
    bench.step();
    now += 3n;
  }
  return reached;
};
