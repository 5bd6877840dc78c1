/**
 * The control event queue beside its model, every output in every cycle: sources that all may fire at once, a memory that is
 * slow or refuses, and a driver that finds records by their phase in memory, says how far it is, wrongly now and then, and
 * begins anew.
 */
import { readMemory } from "#hdl/regmap/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { type EventKind, eventKinds, eventRecord, missRecord } from "#rtl/nic/control-event-formats.ts";
import type { controlEvents } from "#rtl/nic/control-events.ts";
import { BlockBench, lane } from "./block-bench.ts";
import { EventModel, type Happening, type SourceName } from "./control-events-model.ts";

export interface EventScenario {
  readonly cycles: number;
  /** Each source fires in one cycle of so many; one of these for 64 cycles each. */
  readonly rates: readonly number[];
  readonly logSize?: number;
  readonly pause?: number;
  readonly latency?: number;
  /** Chances in a cycle: of a visit of the driver, of an index that cannot be, of an end and a beginning. */
  readonly visits?: number;
  readonly wrong?: number;
  readonly switches?: number;
  /** Chance that memory refuses a write. */
  readonly refusals?: number;
  readonly count?: number;
  readonly wait?: number;
  /** Kinds that are events; all unless said. */
  readonly kinds?: number;
}
export interface EventOutcome {
  readonly happened: number;
  readonly recorded: number;
  readonly lost: number;
  readonly stops: number;
  readonly begins: number;
  readonly rises: number;
  /** Passes over the ring, at most. */
  readonly passes: number;
  readonly kinds: ReadonlySet<EventKind>;
}
const base = 0x4000;

export const checkControlEvents = (
  block: ReturnType<typeof controlEvents>,
  config: Config,
  s: EventScenario,
  seed: number,
): EventOutcome => {
  const bench = new BlockBench(block, seed);
  const { random, sim } = bench;
  const { io } = sim;
  const chance = (p: number | undefined): boolean => p !== undefined && random.word() / 2 ** 32 < p;
  const busBytes = config.busBits / 8;
  const settings = (enable: boolean, logSize: number, at: number) => ({
    enable: enable ? 1 : 0,
    kinds: s.kinds ?? 0xffff,
    base: at,
    log_size: logSize,
    count: s.count ?? 1,
    cycles: s.wait ?? 0,
  });
  const slotSources = [
    "receiveError",
    "transmitError",
    "statusError",
    "overflow",
    "placed",
    "malformedDoorbell",
    "malformedDescriptor",
  ] as const;
  const slotEvents = [...slotSources.map((name) => io[name]), io.fault];
  const drive = (rate: number): void => {
    const fires = (): boolean => rate > 0 && random.oneIn(rate);
    if (fires()) io.link.value = 1 - io.link.number;
    for (const e of slotEvents) {
      const on = fires();
      if (on) e.slot.value = random.below(config.slots);
      e.valid.value = on ? 1 : 0;
    }
    if (io.fault.valid.value === 1n) {
      // Of any page, of a slot or not.
      io.fault.slot.value = (io.fault.slot.number * 619) % 1024;
      io.fault.askers.value = random.bits(config.harts);
      io.fault.offset.value = random.bits(12);
      io.fault.write.value = random.bits(1);
    }
    for (const name of ["ordinaryReceiveStop", "ordinaryTransmitStop"] as const) io[name].value = fires() ? 1 : 0;
    io.miss.valid.value = fires() ? 1 : 0;
    if (io.miss.valid.value === 1n)
      io.miss.tuple.value = {
        localIp: random.bits(32),
        localPort: random.bits(16),
        remoteIp: random.bits(32),
        remotePort: random.bits(16),
      };
    io.now.value = random.bits(31) * 0x1_0001_0001n;
  };
  // A reset in the middle of everything leaves nothing behind.
  io.link.value = 0;
  const all = Math.max(1, 16 / busBytes);
  for (let i = config.slots + random.below(80), asked = 0, given = 0; i >= 0; i--) {
    drive(3);
    io.settings.value = settings(random.below(8) > 0, random.between(3, 6), base);
    io.writes.value = { head: random.oneIn(4) ? 1 : 0, head_index: random.below(3), arm: random.oneIn(4) ? 1 : 0, armed: 1 };
    io.aw.ready.value = io.w.ready.value = random.oneIn(4) ? 0 : 1;
    const answers = asked === 1 && given === all && random.oneIn(2);
    io.b.valid.value = answers ? 1 : 0;
    io.b.payload.value = { id: 0, response: random.oneIn(6) ? 2 : 0 };
    if (answers) asked = given = 0;
    if (io.aw.valid.value === 1n && io.aw.ready.value === 1n) asked++;
    if (io.w.valid.value === 1n && io.w.ready.value === 1n) given++;
    if (i > 0) sim.step();
  }
  io.b.valid.value = 0;
  const none = { head: 0, head_index: 0, arm: 0, armed: 0 };
  io.settings.value = settings(false, 8, 0);
  io.writes.value = none;
  drive(0);
  sim.reset(1);

  const model = new EventModel();
  const memory = new Uint8Array(16 << 9);
  const pause = s.pause ?? bench.pause();
  const latency = s.latency ?? random.below(30);
  let ring = base,
    open: {
      readonly at: number;
      readonly refused: boolean;
      readonly beats: number;
      readonly data: { data: bigint; strobe: bigint }[];
      due: number;
    } | null = null;
  const early: { data: bigint; strobe: bigint; last: bigint }[] = [];
  bench.sink<{ address: bigint; length: bigint; id: bigint }>(
    "aw",
    io.aw,
    ({ address, length, id }) => {
      bench.check(open === null && id === 0n, () => "a second write in flight");
      bench.check(Number(length) + 1 === all && address % BigInt(busBytes) === 0n, () => `a burst of ${length + 1n} at ${address}`);
      open = { at: Number(address), refused: chance(s.refusals), beats: all, data: [], due: 0 };
    },
    pause,
  );
  bench.sink<{ data: bigint; strobe: bigint; last: bigint }>("w", io.w, (beat) => early.push(beat), pause);
  let answer: "ok" | "refused" | null = null;
  let [happened, recorded, lost, stops, begins, rises, passes] = [0, 0, 0, 0, 0, 0, 0];
  bench.source(
    io.b,
    () => {
      if (open === null || open.data.length < open.beats || open.due > bench.cycle) return undefined;
      answer = open.refused ? "refused" : "ok";
      return { id: 0, response: answer === "ok" ? 0 : random.pick([2, 3]) };
    },
    () => {
      open = null;
    },
    pause,
  );
  /** Beats become memory as they come, the last word of a record after the first. */
  const settle = (): void => {
    bench.check(early.length <= all, () => "data of two records");
    if (open === null) return;
    const { at, data, refused } = open;
    const from = at - ring;
    bench.check(from >= 0 && from < 16 * model.size, () => `a write at ${at}, and the ring is at ${ring}`);
    while (early.length > 0) {
      const beat = early.shift() as (typeof early)[number];
      const beatAt = from + data.length * busBytes;
      data.push(beat);
      bench.check((beat.last === 1n) === (data.length === all), () => "last is not with the last beat");
      open.due = bench.cycle + latency;
      const place = 16 * (model.records.length & (model.size - 1));
      for (let k = 0; k < busBytes; k++) {
        if (((beat.strobe >> BigInt(k)) & 1n) === 0n) continue;
        bench.check(beatAt + k >= place && beatAt + k < place + 16, () => `byte ${beatAt + k} is written, and the record is at ${place}`);
        if (!refused) memory[beatAt + k] = lane(beat.data, k);
      }
    }
  };
  /** What a record in memory says, in the model's terms. */
  const check = (number: number): void => {
    const at = 16 * (number & (model.size - 1));
    const wanted = number < model.records.length ? model.records[number] : model.next;
    const record = readMemory(eventRecord, memory, at);
    const { time, kind, lost: after } = record.HEAD;
    const facts = new DataView(memory.buffer).getBigUint64(at, true);
    const is = `${kind} ${facts.toString(16)} at ${time}, ${after}`;
    const should = `${wanted?.kind} ${wanted?.facts.toString(16)} at ${wanted?.time}, ${wanted?.lost}`;
    bench.check(is === should, () => `record ${number} is ${is} and should be ${should}`);
    seen.add(kind as EventKind);
    if (kind === "TABLE_MISS") {
      const { remoteIp, remotePort, localPort } = readMemory(missRecord, memory, at).TUPLE;
      const back = (BigInt(localPort) << 48n) | (BigInt(remotePort) << 32n) | BigInt(remoteIp);
      bench.check(back === facts, () => "a miss is not what its structure says");
    }
  };
  const seen = new Set<EventKind>();
  const episodes = new Set<number>();
  let [rate, enable, logSize, read, was, up] = [1, false, s.logSize ?? 3, 0, false, 0];
  let quiet = false;
  const happenings = (): readonly Happening[] => {
    const list: Happening[] = [];
    const time = (io.now.value as bigint) & ((1n << 48n) - 1n);
    const add = (source: SourceName, kind: EventKind, facts = 0n): void => {
      if (((s.kinds ?? 0xffff) >> eventKinds[kind]) & 1) list.push({ source, kind, facts, time });
    };
    if (io.link.number !== up) add("link", io.link.number === 1 ? "LINK_UP" : "LINK_DOWN");
    up = io.link.number;
    const slots = { receiveError: "RX_DMA_ERROR", transmitError: "TX_DMA_ERROR", statusError: "STATUS_DMA_ERROR" } as const;
    for (const [name, kind] of Object.entries(slots) as [keyof typeof slots, EventKind][])
      if (io[name].valid.value === 1n) add(name, kind, BigInt(io[name].slot.number) << 32n);
    if (io.ordinaryReceiveStop.value === 1n) add("ordinaryReceiveStop", "ORDINARY_RX_STOP");
    if (io.ordinaryTransmitStop.value === 1n) add("ordinaryTransmitStop", "ORDINARY_TX_STOP");
    const { miss, fault } = io;
    if (miss.valid.value === 1n) {
      const { remoteIp, remotePort, localPort } = miss.tuple;
      add("miss", "TABLE_MISS", ((localPort.value as bigint) << 48n) | ((remotePort.value as bigint) << 32n) | (remoteIp.value as bigint));
    }
    if (bench.cycle >= config.slots) {
      if (io.placed.valid.value === 1n) episodes.delete(io.placed.slot.number);
      const slot = io.overflow.slot.number;
      if (io.overflow.valid.value === 1n && !episodes.has(slot)) add("overflow", "RING_OVERFLOW", BigInt(slot) << 32n);
      if (io.overflow.valid.value === 1n) episodes.add(slot);
    }
    const owners = { malformedDoorbell: "MALFORMED_DOORBELL", malformedDescriptor: "MALFORMED_DESCRIPTOR" } as const;
    for (const [name, kind] of Object.entries(owners) as [keyof typeof owners, EventKind][])
      if (io[name].valid.value === 1n) add(name, kind, BigInt(io[name].slot.number) << 32n);
    if (fault.valid.value === 1n) {
      const [harts, write] = [fault.askers.value as bigint, fault.write.value as bigint];
      add("fault", "PROTECTION_FAULT", (write << 56n) | (harts << 48n) | (BigInt(fault.slot.number) << 32n) | BigInt(fault.offset.number));
    }
    return list;
  };
  const want = (what: string, is: unknown, right: unknown): void =>
    bench.check(is === right, () => `${what} is ${String(is)} and should be ${String(right)}`);
  /** Indices around the last one that may be, and some that may not. */
  const wrongIndices = (): readonly number[] => {
    const last = model.records.length + (model.writing ? 1 : 0);
    return [last, last + 1, last + 2, Math.max(0, model.head - 1), model.head + 0x8000];
  };
  bench.watch(() => {
    settle();
    if (bench.cycle % 64 === 0) rate = random.pick(s.rates);
    drive(quiet ? 0 : rate);
    // ---- the driver ---------------------------------------------------------------------------------------
    let head: number | null = null,
      arm: boolean | null = null;
    const alive = model.state === "alive";
    if (alive && (quiet || chance(s.visits ?? 0.1))) {
      // It sees what memory holds, before memory has answered.
      const limit = quiet ? 1000 : random.pick([0, 1, 2, 12]);
      for (let n = 0; n < limit && read - model.head < model.size; n++) {
        const { phase } = readMemory(eventRecord, memory, 16 * (read & (model.size - 1))).HEAD;
        if (phase !== ((read & model.size) === 0)) break;
        check(read++);
      }
      head = read;
      if (chance(s.wrong)) head = random.pick(wrongIndices());
      arm = random.oneIn(3) ? null : !random.oneIn(4);
    } else if (chance(0.05)) arm = !random.oneIn(4);
    io.writes.value = {
      head: head === null ? 0 : 1,
      head_index: (head ?? random.below(100)) & 0xffff,
      arm: arm === null ? 0 : 1,
      armed: arm ? 1 : 0,
    };
    if (!enable && model.state !== "alive" && (quiet || chance(0.1))) enable = true;
    else if (enable && model.state === "alive" && (chance(s.switches) || ((model.error || model.mistake) && chance(0.05)))) enable = false;
    const begin = model.state === "idle" && enable;
    if (begin) {
      logSize = quiet ? 3 : s.wrong !== undefined && random.oneIn(4) ? random.below(3) : (s.logSize ?? random.pick([3, 3, 4, 5, 9]));
      ring = base + 64 * random.below(16);
      memory.fill(0);
      read = 0;
      begins++;
    }
    io.settings.value = settings(enable, begin ? logSize : random.below(16), begin ? ring + random.below(64) : random.below(1 << 20));

    // ---- outputs ------------------------------------------------------------------------------------------
    const { status } = io;
    want("busy", status.busy.value === 1n, model.state !== "idle");
    want("running", status.running.value === 1n, model.running);
    want("dma_error", status.dma_error.value === 1n, model.error);
    want("malformed", status.malformed.value === 1n, model.mistake);
    want("tail", status.tail.number, model.records.length & 0xffff);
    want("head", status.head.number, model.head & 0xffff);
    want("armed", status.armed.value === 1n, model.armed);
    want("link", status.link.number, io.link.number);
    const line = model.irq(s.count ?? 1, s.wait ?? 0);
    want("irq", io.irq.value === 1n, line);
    if (line && !was) rises++;
    was = line;
    want("aw.valid without a record", io.aw.valid.value === 1n && !model.writing, false);
    const answered = io.b.valid.value === 1n ? answer : null;
    want("recorded", io.recorded.value === 1n, answered === "ok");
    const happens = happenings();
    const stoppedBefore = model.error || model.mistake;
    const now = model.step({ happens, enable, logSize, answer: answered, head, arm });
    want("lost", io.lost.number, now);
    happened += happens.length;
    lost += now;
    if (answered === "ok") recorded++;
    if (!stoppedBefore && (model.error || model.mistake)) stops++;
    passes = Math.max(passes, model.records.length / model.size);
  });
  bench.run(s.cycles);
  quiet = true;
  const limit = 60 * (latency + 20) * (1 + 20 * pause) + 2000;
  const before = s.refusals;
  bench.runUntil(() => model.waiting === 0 || before !== undefined, limit);
  bench.run(50 + latency);
  if (before === undefined && model.running)
    bench.check(read === model.records.length, () => `${read} records were read of ${model.records.length}`);
  bench.check(happened === recorded + lost + model.waiting, () => `${happened} happened, ${recorded} in records, ${lost} lost`);
  return { happened, recorded, lost, stops, begins, rises, passes, kinds: seen };
};
