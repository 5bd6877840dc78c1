/**
 * The receive buffer against a list of frames: it never holds up the wire; a frame is there whole or not at all, and lost
 * only for a stated reason, which is counted; words are given back in order.
 */
import type { Config } from "#rtl/config/config.ts";
import { derived } from "#rtl/config/config.ts";
import type { rxIngress } from "#rtl/udp/rx-ingress.ts";
import { BlockBench, ones, toBig } from "../nic/block-bench.ts";
import { parseLatency } from "./rx-parse-check.ts";

/** Records that wait for the bus side at most. */
const mostRecords = 64;

export interface IngressRun {
  /** Lengths that frames may have, in bytes. */
  readonly lengths: readonly number[];
  readonly frames: number;
  /** Pauses of the wire, of who takes records, and of who reads words; random unless given. */
  readonly pauses?: readonly [number, number, number];
  /** The first frames come while nothing is to be received. */
  readonly off?: true;
}
/** Frames that were kept, and lost by cause. */
export interface Reached {
  kept: number;
  overflow: number;
  spoiled: number;
  oversize: number;
  /** Came while the receiver was off. */
  ignored: number;
  /** Overflows for want of a record, not of words. */
  records: number;
}
interface Record {
  readonly facts: { readonly length: bigint; readonly timestamp: bigint };
  readonly start: bigint;
  readonly beats: bigint;
}

export const checkRxIngress = (block: ReturnType<typeof rxIngress>, config: Config, run: IngressRun, seed: number): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const { maxFrame, busBytes } = derived(config);
  const words = config.rxBuffer / busBytes;
  const [wirePause, recordPause, readPause] = run.pauses ?? [bench.pause(), bench.pause(), bench.pause()];
  const busy = (pause: number): boolean => random.word() / 2 ** 32 >= pause;
  const reached: Reached = { kept: 0, overflow: 0, spoiled: 0, oversize: 0, ignored: 0, records: 0 };

  const frames = Array.from({ length: run.frames }, () => ({
    bytes: Array.from({ length: random.pick(run.lengths) }, () => random.below(256)),
    bad: random.oneIn(8),
  }));
  const cut = new Map(
    frames.map((f) => [
      f,
      Array.from({ length: Math.ceil(f.bytes.length / busBytes) }, (_, i) => f.bytes.slice(i * busBytes, (i + 1) * busBytes)),
    ]),
  );
  const beatsOf = (f: (typeof frames)[0]) => cut.get(f) as number[][];

  let frame = 0,
    beat = 0,
    now = 0n,
    began = 0n,
    off = false,
    enable = run.off !== true,
    /** Words that are taken, by frames kept and by the one that comes. */
    used = 0,
    coming = 0,
    crowded = false,
    /** Records kept that nobody has taken. */
    waiting = 0;
  // Told of in this cycle: what became of a frame.
  const due: { cycle: number; overflow: boolean; spoiled: boolean; oversize: boolean }[] = [];
  const kept: { frame: number; began: bigint }[] = [];
  const held: { frame: number; start: number; beats: number; read: number; fetched: number }[] = [];

  bench.sink<Record>(
    "frames",
    io.frames,
    ({ facts, start, beats }) => {
      const next = kept.shift();
      bench.check(next !== undefined, () => "a record of no frame");
      if (next === undefined) return;
      const { bytes } = frames[next.frame] as (typeof frames)[0];
      bench.check(facts.length === BigInt(bytes.length), () => `frame ${next.frame}: length ${facts.length}, not ${bytes.length}`);
      bench.check(facts.timestamp === next.began, () => `frame ${next.frame}: timestamp ${facts.timestamp}, not ${next.began}`);
      bench.check(beats === BigInt(Math.ceil(bytes.length / busBytes)), () => `frame ${next.frame}: ${beats} beats`);
      held.push({ frame: next.frame, start: Number(start), beats: Number(beats), read: 0, fetched: -1 });
      waiting--;
    },
    recordPause,
  );
  const done = (): boolean => frame === frames.length && due.length === 0 && kept.length === 0 && held.length === 0;

  /** The wire's beat of this cycle, and what it does to the buffer; returns what is known after the edge. */
  const wire = (): (() => void) => {
    io.wire.valid.value = 0;
    const current = frames[frame];
    if (current === undefined || !busy(wirePause)) return () => {};
    const beats = beatsOf(current);
    const last = beat + 1 === beats.length;
    const part = beats[beat] as number[];
    io.wire.valid.value = 1;
    // Only the last beat's mark counts.
    io.wire.payload.value = {
      data: toBig(part),
      keep: ones(part.length),
      last: last ? 1 : 0,
      user: last ? (current.bad ? 1 : 0) : random.below(2),
    };
    if (beat === 0) {
      off = !enable;
      began = now;
    }
    const full = used === words;
    const recordsFull = waiting === mostRecords;
    const mine = frame;
    return () => {
      beat = last ? 0 : beat + 1;
      if (last) frame++;
      if (off) {
        if (last) reached.ignored++;
        return;
      }
      if (full || crowded) crowded = true;
      else {
        used++;
        coming++;
      }
      if (!last) return;
      const keeps = !crowded && !current.bad && !recordsFull;
      const oversize = current.bytes.length > maxFrame;
      if (!crowded && !current.bad && recordsFull) reached.records++;
      due.push({
        cycle: bench.cycle - 1 + parseLatency,
        overflow: !current.bad && !keeps && !oversize,
        spoiled: current.bad,
        oversize: oversize && !current.bad,
      });
      if (keeps) {
        kept.push({ frame: mine, began });
        waiting++;
        reached.kept++;
      } else used -= coming;
      coming = 0;
      crowded = false;
    };
  };
  /** The bus side: reads the oldest frame's words, holds them as long as it likes, gives them back. */
  const read = (): (() => void) => {
    io.freed.value = 0;
    io.readEnable.value = 0;
    io.readAddress.value = random.below(words);
    const oldest = held[0];
    if (oldest === undefined) return () => {};
    const expected = beatsOf(frames[oldest.frame] as (typeof frames)[0]);
    if (oldest.fetched >= 0) {
      const part = expected[oldest.fetched] as number[];
      const lanes = ones(8 * part.length);
      bench.check(
        (io.readData.value & lanes) === toBig(part),
        () => `frame ${oldest.frame}: word ${oldest.fetched} at ${oldest.start} is not the beat`,
      );
    }
    if (!busy(readPause)) return () => {};
    if (oldest.read === oldest.beats) {
      io.freed.value = 1;
      io.freedBeats.value = oldest.beats;
      return () => {
        held.shift();
        used -= oldest.beats;
      };
    }
    io.readEnable.value = 1;
    io.readAddress.value = (oldest.start + oldest.read) % words;
    return () => {
      oldest.fetched = oldest.read++;
    };
  };
  const cycle = (): void => {
    if (random.oneIn(150)) enable = !enable;
    io.enable.value = enable ? 1 : 0;
    io.now.value = now;
    const edges = [wire(), read()];
    bench.check(io.wire.ready.value === 1n, () => "the wire is held up");
    const told = due[0]?.cycle === bench.cycle ? due.shift() : undefined;
    for (const name of ["overflow", "spoiled", "oversize"] as const) {
      const expected = told?.[name] === true;
      bench.check((io[name].value === 1n) === expected, () => `${name} is ${io[name].value}`);
      if (expected) reached[name]++;
    }
    bench.check((io.seen.value === 1n) === (told !== undefined), () => `seen is ${io.seen.value}`);
    bench.step();
    for (const edge of edges) edge();
    now += 7n;
  };
  const limit = 2000 + 60 * frames.reduce((n, f) => n + Math.ceil(f.bytes.length / busBytes), 0);
  while (!done()) {
    bench.check(bench.cycle < limit, () => "frames are left, and nothing moves");
    cycle();
  }
  for (let i = 0; i < 10; i++) cycle();
  return reached;
};
