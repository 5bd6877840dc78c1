/**
 * The waiting room between a receive buffer, a lookup of a few steps, a verdict, a mover of bytes and a walker, all of them
 * in plain words. Every frame ends once, with the bytes that it came with; frames of one key end in the order in which they
 * came; and nobody waits who has nothing to wait for.
 */
import type { Config } from "#rtl/config/config.ts";
import { parkingAddressBits, type rxParking } from "#rtl/udp/rx-parking.ts";
import { BlockBench } from "../nic/block-bench.ts";

export interface ParkingScenario {
  readonly cycles: number;
  readonly dataBits: number;
  readonly places: number;
  readonly bytes: number;
  /** Keys; a new one is sent in one cycle of so many. */
  readonly keys: number;
  readonly gap: readonly number[];
  /** Chances: that a key is not found; in a cycle, that a slot is lost; of frames without a key, and of long ones. */
  readonly unknown?: number;
  readonly evictions?: number;
  readonly other?: number;
  readonly long?: number;
  /** Cycles that a walk takes, at most; that a move takes beside its words. */
  readonly walk: number;
  readonly move?: number;
  readonly pause?: number;
}
export interface ParkingOutcome {
  readonly frames: number;
  readonly parked: number;
  readonly followed: number;
  readonly delivered: number;
  readonly ordinary: number;
  readonly overflows: number;
  /** The frame, counted from 0, after which none was parked any more. */
  readonly lastParked: number;
}
interface Frame {
  readonly id: number;
  readonly key: number;
  readonly length: number;
  readonly plain: boolean;
  readonly facts: object;
  /** On its way again: its place, and the answer. */
  token: number | null;
  found: boolean;
  hit: boolean;
}
const lookupSteps = 6;

export const checkParking = (block: ReturnType<typeof rxParking>, config: Config, s: ParkingScenario, seed: number): ParkingOutcome => {
  const bench = new BlockBench(block, seed);
  const { random, sim } = bench;
  const io = sim.io;
  const lane = s.dataBits / 8,
    words = s.bytes / lane;
  const chance = (p: number | undefined): boolean => p !== undefined && random.word() / 2 ** 32 < p;
  const pause = s.pause ?? random.pick([0, 0, 0.2, 0.6]);
  const pauses = (): boolean => chance(pause);
  const wordOf = (f: Frame, k: number): bigint => {
    let value = 0n;
    for (let i = 0; i < s.dataBits / 32; i++)
      value = (value << 32n) | BigInt((Math.imul(f.id + 1, 0x9e3779b1) ^ Math.imul(k * 37 + i + 1, 0x85ebca6b)) >>> 0);
    return value;
  };
  // Keys differ in a bit, the first or the last one or any.
  const tupleOf = (bits: bigint) => ({
    localIp: bits >> 64n,
    localPort: (bits >> 48n) & 0xffffn,
    remoteIp: (bits >> 16n) & 0xffff_ffffn,
    remotePort: bits & 0xffffn,
  });
  const anyTuple = random.bits(96);
  const turned = new Set<bigint>();
  while (turned.size < s.keys) turned.add(turned.size < 3 ? ([0n, 1n << 95n, 1n][turned.size] as bigint) : 1n << BigInt(random.below(96)));
  const tuples = [...turned].map((bit) => tupleOf(anyTuple ^ bit));
  const tally = { frames: 0, parked: 0, followed: 0, delivered: 0, ordinary: 0, overflows: 0, lastParked: -1 };

  // ---- frames that come --------------------------------------------------------------------------------
  let gap = 1,
    quiet = false,
    coming: Frame | null = null,
    waitedFor = 0,
    /** The new frame was offered already, and was not taken. */
    stood = false,
    unmoved: string | null = null;
  /** Words in the receive buffer; of a frame that is longer than that, any. */
  const beatsOf = (f: Frame): number => Math.min(config.rxBuffer / lane, Math.ceil(f.length / lane));
  const newFrame = (): Frame => {
    const id = tally.frames++;
    const key = random.below(s.keys);
    const length = chance(s.long)
      ? random.pick([s.bytes, s.bytes + 1, s.bytes + 2, 0x8000 + lane])
      : random.between(1, Math.min(s.bytes, 6 * lane));
    const plain = !chance(s.other);
    const facts = {
      length: BigInt(length),
      plain: plain ? 1n : 0n,
      tagged: random.bits(1),
      fault: random.pick(["NONE", "NONE", "TTL", "UDP_CHECKSUM"]),
      tuple: tuples[key],
      payload: random.bits(16),
      timestamp: random.bits(64),
    };
    return { id, key, length, plain, facts, token: null, found: false, hit: false };
  };

  // ---- the table, the walker ----------------------------------------------------------------------------
  const open = new Set<number>();
  const walks: { key: number; token: number; due: number; found: boolean | null }[] = [];
  const places = new Map<
    number,
    { readonly frame: Frame; state: "walks" | "answered" | "offered" | "judged"; found: boolean; copied: boolean; readonly since: number }
  >();

  // ---- the way to the verdict ----------------------------------------------------------------------------
  const steps: (Frame | null)[] = Array.from({ length: lookupSteps }, () => null);
  let judged: Frame | null = null;
  /** What the block says of it. */
  const jobs: { frame: Frame; to: "park" | "pool" | "drop" }[] = [];
  let copying: Frame[] = [];
  let word = 0,
    rest = 0,
    reading: bigint | null = null;
  const ended = new Map<number, number>();
  const ends = (f: Frame): void => {
    const before = ended.get(f.key) ?? -1;
    bench.check(f.id > before, () => `key ${f.key}: frame ${f.id} ends after ${before}`);
    ended.set(f.key, f.id);
  };
  const parkedTokens: number[] = [];
  const idle = { valid: 0, token: 0 };

  const cycle = (): void => {
    const answered = [...places.values()].filter((p) => p.state === "answered" || p.state === "offered");
    if (bench.cycle % 200 === 0) gap = random.pick(s.gap);
    // Sides that come and go.
    if (coming === null && !quiet && random.oneIn(gap)) coming = newFrame();
    io.fresh.valid.value = coming === null ? 0 : 1;
    if (coming !== null) io.fresh.payload.value = { facts: coming.facts, start: 8 * (coming.id % 8), beats: beatsOf(coming) } as never;
    const canDecide = jobs.length < 4;
    const moves = judged === null || canDecide;
    io.frames.ready.value = moves ? 1 : 0;
    io.missed.ready.value = pauses() ? 0 : 1;

    // The verdict.
    const goes = judged !== null && canDecide;
    const f = judged;
    io.park.value = 0;
    io.judged.value = idle;
    io.facts.value = (f?.facts ?? newFacts) as never;
    let parks = false;
    if (goes && f !== null) {
      if (f.token !== null) {
        io.judged.value = { valid: 1, token: f.token };
        const place = places.get(f.token);
        bench.check(place?.state === "offered" && place.frame.id === f.id, () => `frame ${f.id} has waited, and was not told to go`);
        if (place !== undefined) place.state = "judged";
        if (f.found && f.hit) tally.delivered++;
        else tally.ordinary++;
        ends(f);
        jobs.push({ frame: f, to: "pool" });
      } else if (f.plain) {
        const older = [...places.values()].some((p) => p.frame.key === f.key && p.state !== "judged");
        bench.check((io.behind.value === 1n) === older, () => `frame ${f.id}: behind is ${io.behind.value}`);
        const room = places.size < s.places && f.length <= s.bytes;
        bench.check(
          (io.room.value === 1n) === room,
          () => `frame ${f.id} of ${f.length} bytes: room is ${io.room.value}, ${places.size} are there`,
        );
        if (!f.hit || older) {
          if (room) {
            parks = true;
            const free = Array.from({ length: s.places }, (_, i) => i).find((i) => !places.has(i));
            bench.check(Number(io.place.value) === free, () => `frame ${f.id} waits in place ${io.place.value}, not ${free}`);
            io.park.value = 1;
            jobs.push({ frame: f, to: "park" });
            tally.parked++;
            tally.lastParked = f.id;
            if (older) tally.followed++;
          } else {
            // It takes another way, and its order with it.
            tally.overflows++;
            jobs.push({ frame: f, to: "drop" });
          }
        } else {
          tally.delivered++;
          ends(f);
          jobs.push({ frame: f, to: "drop" });
        }
      } else jobs.push({ frame: f, to: "drop" });
    }
    const upcoming = moves ? steps.at(-1) : judged;
    io.next.value = (
      upcoming === null || upcoming === undefined
        ? { tuple: tuples[random.below(s.keys)], length: random.below(5000) }
        : { tuple: tuples[upcoming.key], length: upcoming.length }
    ) as never;

    // The mover.
    const job = jobs[0];
    io.from.valid.value = 0;
    io.freed.value = idle;
    io.readEnable.value = 0;
    io.readAddress.value = random.below(2 ** parkingAddressBits(s.dataBits, { frames: s.places, bytes: s.bytes }));
    let jobDone = false;
    const beats = job === undefined ? 0 : Math.ceil(job.frame.length / lane);
    if (rest > 0) rest--;
    else if (job?.to === "drop") jobDone = true;
    else if (job?.to === "park" && (copying[0] === job.frame || copying.length > 0) && !pauses()) {
      io.from.valid.value = 1;
      const last = word === beats - 1;
      const bytes = last ? job.frame.length - lane * (beats - 1) : lane;
      io.from.payload.value = { data: wordOf(job.frame, word), keep: (1n << BigInt(bytes)) - 1n, last: last ? 1 : 0 };
    } else if (job?.to === "pool") {
      if (reading !== null) bench.check(io.readData.value === reading, () => `frame ${job.frame.id}, word ${word - 1}: not what came`);
      reading = null;
      if (word < beats && pauses()) {
        // What was read stays.
        if (word > 0) reading = wordOf(job.frame, word - 1);
      } else if (word < beats) {
        const start = (job.frame as Frame & { start: number }).start;
        io.readEnable.value = 1;
        io.readAddress.value = start + word;
        reading = wordOf(job.frame, word);
        word++;
      } else {
        io.freed.value = { valid: 1, token: job.frame.token as number };
        jobDone = true;
      }
    }

    // The walker's answers.
    const due = walks.filter((w) => w.found !== null && w.due <= bench.cycle);
    const answer = due.length > 0 && !pauses() ? random.pick(due) : null;
    io.answer.valid.value = answer === null ? 0 : 1;
    bench.check(io.answer.ready.value === 1n, () => "an answer is not taken");
    if (answer === null) io.answer.payload.value = { token: random.below(s.places), found: random.below(2) };
    if (answer !== null) io.answer.payload.value = { token: answer.token, found: answer.found === true ? 1 : 0 };

    // ---- what happens at the edge ------------------------------------------------------------------------
    const offered =
      io.frames.valid.value === 1n && moves
        ? (io.frames.payload.value as { waited: bigint; token: bigint; found: bigint; facts: object; start: bigint; beats: bigint })
        : null;
    const freshTaken = io.fresh.valid.value === 1n && io.fresh.ready.value === 1n;
    if (coming !== null && !freshTaken && moves && offered === null) {
      waitedFor++;
      const alike = coming.plain && answered.some((p) => p.frame.key === coming?.key);
      bench.check(alike || waitedFor <= 1, () => `frame ${coming?.id} is held, and nobody waits whom it must not pass`);
    } else waitedFor = 0;
    let entering: Frame | null = null;
    if (offered !== null) {
      if (offered.waited === 1n) {
        const place = places.get(Number(offered.token));
        bench.check(place?.state === "answered" && place.copied, () => `place ${offered.token} is offered, and is ${place?.state}`);
        const p = place as NonNullable<typeof place>;
        const { frame } = p;
        p.state = "offered";
        bench.check(offered.found === (p.found ? 1n : 0n), () => `frame ${frame.id}: found is ${offered.found}`);
        bench.check(
          offered.beats === BigInt(Math.ceil(frame.length / lane)) && offered.start === offered.token * BigInt(words),
          () => `frame ${frame.id}: ${offered.beats} words at ${offered.start}`,
        );
        same(offered.facts, frame);
        entering = { ...frame, token: Number(offered.token), found: p.found, hit: false };
        (entering as Frame & { start: number }).start = Number(offered.start);
        bench.check(!freshTaken, () => "two frames at once");
      } else {
        bench.check(freshTaken && coming !== null, () => "a frame from nowhere");
        bench.check(offered.token === 0n && offered.found === 0n, () => "a new frame with a place");
        const passed = answered.find((p) => coming?.plain === true && p.frame.key === coming.key && p.since < bench.cycle - 1);
        bench.check(
          stood || passed === undefined,
          () => `frame ${coming?.id} goes past frame ${passed?.frame.id}, which is to go before it`,
        );
        same(offered.facts, coming as Frame);
        bench.check(
          offered.start === BigInt(8 * ((coming as Frame).id % 8)) && offered.beats === BigInt(beatsOf(coming as Frame)),
          () => "its place is not what it was",
        );
        entering = coming;
        coming = null;
      }
    }
    // What is offered stays until it is taken.
    const shown = io.frames.valid.value === 1n ? JSON.stringify(io.frames.payload.value, show) : null;
    bench.check(unmoved === null || shown === unmoved, () => "what is offered to the lookup changes");
    unmoved = moves ? null : shown;
    stood = io.frames.valid.value === 1n && !moves && (io.frames.payload.value as { waited: bigint }).waited === 0n;
    const missed =
      io.missed.valid.value === 1n && io.missed.ready.value === 1n ? (io.missed.payload.value as { key: object; token: bigint }) : null;
    const copies = io.from.valid.value === 1n && io.from.ready.value === 1n;
    bench.check(io.from.valid.value === 0n || copies, () => "bytes of a frame that is parked are not taken");
    bench.check((io.idle.value === 1n) === (places.size === 0), () => `idle is ${io.idle.value}`);
    sim.step();
    bench.cycle++;
    if (answer !== null) {
      walks.splice(walks.indexOf(answer), 1);
      const p = places.get(answer.token);
      if (p !== undefined) {
        p.state = "answered";
        p.found = answer.found === true;
      }
    }
    if (missed !== null) {
      const token = Number(missed.token);
      const p = places.get(token);
      bench.check(
        p?.state === "walks" && JSON.stringify(missed.key, show) === JSON.stringify(tuples[p.frame.key], show),
        () => `place ${token} asks for a walk, and is ${p?.state}`,
      );
      bench.check(!walks.some((w) => w.token === token), () => `place ${token} asks twice`);
      walks.push({ key: (p as NonNullable<typeof p>).frame.key, token, due: bench.cycle + random.below(s.walk + 1), found: null });
    }
    for (const w of walks)
      if (w.found === null && w.due <= bench.cycle) {
        w.found = !unknownKeys.has(w.key);
        if (w.found) open.add(w.key);
        w.due += random.below(4);
      }
    if (chance(s.evictions)) open.delete(random.below(s.keys));
    if (parks && f !== null) {
      const free = Array.from({ length: s.places }, (_, i) => i).find((i) => !places.has(i)) as number;
      const late = [...placesAtVerdict()].filter((p) => p.frame.key === f.key && p.frame.id !== f.id);
      const answeredOnes = late.filter((p) => p.wasAnswered);
      places.set(free, {
        frame: f,
        state: answeredOnes.length > 0 ? "answered" : "walks",
        found: answeredOnes.some((p) => p.found),
        copied: false,
        since: bench.cycle,
      });
      parkedTokens.push(free);
      copying.push(f);
    }
    for (const p of places.values()) (p as { wasAnswered?: boolean }).wasAnswered = p.state === "answered" || p.state === "offered";
    if (copies && job !== undefined) {
      if (++word === beats) {
        const p = [...places.values()].find((x) => x.frame === job.frame);
        if (p !== undefined) p.copied = true;
        copying = copying.filter((x) => x !== job.frame);
        jobDone = true;
      }
    }
    if (io.freed.valid.value === 1n && job !== undefined) places.delete(job.frame.token as number);
    if (jobDone) {
      jobs.shift();
      word = 0;
      rest = s.move === undefined ? 0 : random.below(s.move + 1);
    }
    if (moves) {
      judged = steps.pop() ?? null;
      steps.unshift(entering);
      const reads = steps[4];
      if (reads !== null && reads !== undefined) reads.hit = open.has(reads.key);
    }
  };
  type Placed = { readonly frame: Frame; found: boolean; wasAnswered?: boolean; state: string };
  const placesAtVerdict = (): readonly Placed[] => ([...places.values()] as Placed[]).filter((p) => p.state !== "judged");
  const show = (_: string, v: unknown): unknown => (typeof v === "bigint" ? Number(v) : v);
  const same = (facts: object, f: Frame): void => {
    bench.check(JSON.stringify(facts, show) === JSON.stringify(f.facts, show), () => `frame ${f.id}: other facts`);
  };
  const newFacts = newFrame().facts;
  tally.frames = 0;
  // A reset leaves nobody behind.
  io.next.value = { tuple: tuples[0], length: 1 } as never;
  io.facts.value = { ...newFacts, tuple: tuples[0] } as never;
  for (let i = 0; i < s.places; i++) {
    io.park.value = io.room.value;
    sim.step();
  }
  io.park.value = 0;
  sim.reset(1);
  const unknownKeys = new Set(tuples.map((_, i) => i).filter(() => chance(s.unknown)));
  for (let i = 0; i < s.cycles; i++) cycle();
  quiet = true;
  const limit = 500 + s.places * (s.walk + 30 * words);
  for (let i = 0; places.size > 0 || jobs.length > 0 || coming !== null || judged !== null || steps.some((x) => x !== null); i++) {
    bench.check(
      i < limit,
      () =>
        `${places.size} frames wait still: ${[...places].map(([t, p]) => `${t} ${p.frame.id} ${p.state} ${p.copied}`).join(", ")}; ${jobs.map((j) => j.to).join()}; ${walks.length} walks`,
    );
    cycle();
  }
  return tally;
};
