/**
 * The crossing between the wire's clock and the bus against lists of frames, with clocks of any ratio: frames come out
 * whole and in order, what the wire's side dropped is told on the bus once, and towards the wire no frame has a gap.
 */
import { bool, input, module, output, uint } from "#hdl";
import { packetStream } from "#hdl/lib/packet.ts";
import { Random, simulate } from "#hdl/simulate/index.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { lossBits } from "#rtl/nic/registers.ts";
import { fromWire, toWire, wireClock } from "#rtl/nic/wire-crossing.ts";
import { ones } from "./block-bench.ts";

const bytes = 8;
const words = 16;
/** Stores of `words` beats, so that they are full soon. */
export const smallCrossing: Config = {
  ...resolveConfig("prototype"),
  busBits: 8 * bytes,
  wireBits: 8 * bytes,
  rxBuffer: words * bytes,
  txBuffer: words * bytes,
};

/** Both directions of a configuration's crossing, and nothing else. */
export const wireCrossing = (c: Config) =>
  module(
    "wire_crossing",
    {
      in: input(packetStream(c.wireBits, uint(1)), { clock: wireClock }),
      frames: output(packetStream(c.wireBits)),
      overflowed: output(uint(lossBits)),
      spoiled: output(uint(lossBits)),
      dropped: output(bool, { clock: wireClock }),
      sent: input(packetStream(c.wireBits)),
      out: output(packetStream(c.wireBits, uint(1)), { clock: wireClock }),
    },
    (io, h) => {
      const arriving = fromWire(h, io.in, c);
      io.frames.connect(arriving.frames);
      io.overflowed.drive(arriving.overflowed);
      io.spoiled.drive(arriving.spoiled);
      io.dropped.drive(arriving.dropped);
      toWire(h, io.sent, io.out, c);
    },
  );

interface Beat {
  readonly data: bigint;
  readonly keep: bigint;
  readonly last: bigint;
  readonly user: bigint;
}
interface Pins {
  readonly valid: { value: unknown };
  readonly ready: { value: unknown };
  readonly payload: { value: unknown };
}
const sameBeat = (a: Beat | undefined, b: Beat): boolean => a !== undefined && a.data === b.data && a.keep === b.keep && a.last === b.last;
/** Edges of the wire and the bus, in some unit of time. */
export const periods: readonly (readonly [wire: number, bus: number])[] = [
  [10, 10],
  [3, 20],
  [20, 3],
  [10, 11],
  [7, 16],
];

/** Sends `count` random frames each way; throws where the crossing is wrong. `pins` are inputs that stay. Returns how many frames the wire's side dropped. */
export const checkWireCrossing = (
  block: ReturnType<typeof wireCrossing>,
  count: number,
  seed: number,
  pins: Readonly<Record<string, number>> = {},
): number => {
  const random = new Random(seed);
  const sim = simulate(block, { initial: "random", seed });
  const { io } = sim;
  for (const [name, value] of Object.entries(pins)) sim.poke(name, value);
  const period = periods[seed % periods.length] as readonly [number, number];
  const pause = { in: random.pick([1, 2, 6]), frames: random.pick([1, 2, 6]), sent: random.pick([1, 2]), out: random.pick([1, 2, 6]) };
  let time = 0;
  const check = (holds: boolean, what: () => string): void => {
    if (!holds) throw new Error(`seed ${seed}, cycle ${sim.cycle("wire")}: ${what()}`);
  };
  const frame = (longest: number, mayBeBad: boolean): readonly Beat[] => {
    const length = random.oneIn(3) ? random.between(1, longest) : random.between(1, 4);
    const bad = mayBeBad && random.oneIn(4);
    return Array.from({ length }, (_, i) => {
      const last = i + 1 === length;
      return {
        data: random.bits(8 * bytes),
        keep: last ? ones(random.between(1, bytes)) : ones(bytes),
        last: last ? 1n : 0n,
        user: last && bad ? 1n : 0n,
      };
    });
  };
  // Some frames from the wire are longer than the store.
  const arriving = Array.from({ length: count }, () => frame(words + 3, true));
  const leaving = Array.from({ length: count }, () => frame(words, false));
  const source = (pins: Pins, frames: readonly (readonly Beat[])[], rate: number, shown: (b: Beat) => unknown) => {
    const beats = frames.flatMap((f, i) => f.map((beat) => ({ beat, frame: i })));
    let at = 0;
    let offered = false;
    return {
      get at() {
        return beats[at];
      },
      offer: (): void => {
        offered ||= at < beats.length && random.oneIn(rate);
        pins.valid.value = offered ? 1 : 0;
        if (offered) pins.payload.value = shown((beats[at] as (typeof beats)[0]).beat);
      },
      moves: (): boolean => offered && pins.ready.value === 1n,
      next: (): void => {
        at++;
        offered = false;
      },
    };
  };
  const fromTheWire = source(io.in as unknown as Pins, arriving, pause.in, (b) => b);
  const toTheWire = source(io.sent as unknown as Pins, leaving, pause.sent, ({ data, keep, last }) => ({ data, keep, last }));
  const good: Beat[] = [];
  const sent = leaving.flat();
  const lost = { overflowed: 0, spoiled: 0 };
  const told = { overflowed: 0, spoiled: 0 };
  let seen = 0;
  /** When the frame that comes in began, at the latest. */
  let seenBefore = 0;
  let gone = 0;
  let within = false;
  let dropped = 0;

  const atWire = (): (() => void) => {
    const moves = fromTheWire.moves();
    check((io.in.ready.value as unknown) === 1n, () => "the wire is held up");
    const { at } = fromTheWire;
    const ends = moves && at?.beat.last === 1n;
    const drops = io.dropped.value === 1n;
    check(!drops || ends, () => "a frame is dropped without an end");
    if (ends && at !== undefined) {
      const whole = arriving[at.frame] as readonly Beat[];
      check(drops || at.beat.user === 0n, () => "a bad frame is kept");
      check(drops || whole.length <= words, () => "a frame longer than the store is kept");
      if (!drops) good.push(...whole);
      // A bad frame may also have found no room; which of them it was, the store says at once.
      else if (sim.peek("rx_store.overflowed") === 1n) {
        check(good.length - seenBefore + whole.length > words, () => "a frame is lost, but there was room");
        lost.overflowed++;
      } else {
        check(at.beat.user === 1n, () => "a good frame is called bad");
        lost.spoiled++;
      }
      dropped += drops ? 1 : 0;
      seenBefore = seen;
    }
    const valid = io.out.valid.value === 1n;
    check(valid || !within, () => "a gap within a frame for the wire");
    let taken = false;
    if (valid && io.out.ready.value === 1n) {
      const beat = io.out.payload.value as unknown as Beat;
      check(sameBeat(sent[gone], beat), () => `beat ${gone} for the wire is not what was sent`);
      check(beat.user === 0n, () => "a frame for the wire is called bad");
      within = beat.last === 0n;
      taken = true;
    }
    return () => {
      if (moves) fromTheWire.next();
      if (taken) gone++;
    };
  };
  const atBus = (): (() => void) => {
    const moves = toTheWire.moves();
    const taken = io.frames.valid.value === 1n && io.frames.ready.value === 1n;
    if (taken) {
      const beat = io.frames.payload.value as unknown as Beat;
      check(sameBeat(good[seen], beat), () => `beat ${seen} from the wire is not what came`);
    }
    for (const kind of ["overflowed", "spoiled"] as const) {
      told[kind] += Number(io[kind].value);
      check(told[kind] <= lost[kind], () => `${told[kind]} frames are told as ${kind}, of ${lost[kind]}`);
    }
    return () => {
      if (moves) toTheWire.next();
      if (taken) seen++;
    };
  };

  sim.reset(4);
  const next = { wire: random.between(0, period[0]), bus: random.between(0, period[1]) };
  const step = (): void => {
    time = Math.min(next.wire, next.bus);
    const wire = next.wire === time;
    const bus = next.bus === time;
    // Inputs change behind the edge of their own clock only.
    const after = [...(wire ? [atWire()] : []), ...(bus ? [atBus()] : [])];
    sim.edge([...(wire ? ["wire"] : []), ...(bus ? [""] : [])]);
    for (const f of after) f();
    if (wire) {
      fromTheWire.offer();
      io.out.ready.value = random.oneIn(pause.out) ? 1 : 0;
      next.wire = time + period[0] + (period[0] > 3 ? random.between(-1, 1) : 0);
    }
    if (bus) {
      toTheWire.offer();
      io.frames.ready.value = random.oneIn(pause.frames) ? 1 : 0;
      next.bus = time + period[1] + (period[1] > 3 ? random.between(-1, 1) : 0);
    }
  };
  const done = (): boolean => fromTheWire.at === undefined && toTheWire.at === undefined && seen === good.length && gone === sent.length;
  for (let i = 0; !done(); i++) {
    check(i < 600 * count, () => `not done: ${seen} of ${good.length} beats in, ${gone} of ${sent.length} out`);
    step();
  }
  for (let i = 0; i < 100; i++) step();
  check(told.overflowed === lost.overflowed && told.spoiled === lost.spoiled, () => "a loss is not told");
  check(io.frames.valid.value === 0n && io.out.valid.value === 0n, () => "a beat too many");
  return dropped;
};
