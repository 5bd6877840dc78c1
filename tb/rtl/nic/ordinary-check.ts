/**
 * The ordinary path between a wire, a memory and two drivers: every frame ends whole in the driver's buffers, or is counted
 * as dropped; every frame that the driver hands over leaves as it was, and its memory may be used anew from its completion on.
 */
import type { Config } from "#rtl/config/config.ts";
import { derived } from "#rtl/config/config.ts";
import type { ordinaryPath } from "#rtl/nic/ordinary-path.ts";
import { BlockBench, toBig } from "./block-bench.ts";
import { OrdinaryMemory } from "./ordinary-memory.ts";
import { ReceiveSide } from "./ordinary-receive-side.ts";
import { drainLimit, places, type Scenario } from "./ordinary-scenario.ts";
import { TransmitSide } from "./ordinary-transmit-side.ts";

export interface Outcome {
  readonly cycles: number;
  readonly received: number;
  readonly dropped: number;
  readonly sent: number;
  readonly refused: number;
  readonly stops: number;
  readonly visits: number;
  readonly restarts: number;
  readonly tagged: number;
  readonly scattered: number;
  /** Cycles that the wire was held up between two frames that left the buffer, at most. */
  readonly held: number;
  readonly beats: { readonly read: number; readonly write: number };
}
export const checkOrdinary = (block: ReturnType<typeof ordinaryPath>, config: Config, s: Scenario, seed: number): Outcome => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const { busBytes } = derived(config);
  const pause = (): number => s.pause ?? bench.pause();
  const memory = new OrdinaryMemory(bench, io, {
    busBytes,
    bytes: places.end,
    latency: s.latency ?? random.below(50),
    disorder: s.disorder ?? true,
    pause: pause(),
  });
  const queue = {
    logSize: s.logSize ?? 8,
    count: s.count ?? 1,
    cycles: s.cycles ?? 0,
    napi: s.napi ?? false,
    budget: s.budget ?? 4,
    lazy: s.lazy ?? 0,
    hoard: s.hoard ?? 2,
  };
  const receive = new ReceiveSide(bench, memory, io, queue, s);
  const transmit = new TransmitSide(bench, memory, io, queue, s, derived(config).maxFrame);
  memory.mayWrite = (at) => receive.owns(at) || receive.driver.ownsCompletion(at) || transmit.driver.ownsCompletion(at);
  memory.mayRead = (at) => receive.ownsDescriptor(at, busBytes) || transmit.owns(at, busBytes);
  // Whole lines are refused or not, whoever asks; rings are sound.
  const refusing = new Map<number, boolean>();
  memory.refuses = (at) => {
    if (!s.refusals || at < places.rxBuffers) return false;
    const line = at >> 6;
    if (!refusing.has(line)) refusing.set(line, random.word() / 2 ** 32 < (s.refusals as number));
    return refusing.get(line) as boolean;
  };

  const beats: { data: bigint; keep: bigint; last: number }[] = [];
  let offered = 0;
  bench.source(
    io.from,
    () => {
      if (beats.length === 0 && offered < s.receive) {
        offered++;
        const frame = receive.frame(s.lengths(random));
        for (let i = 0; i < frame.length; i += busBytes) {
          const part = frame.subarray(i, i + busBytes);
          beats.push({ data: toBig(part), keep: (1n << BigInt(part.length)) - 1n, last: i + busBytes >= frame.length ? 1 : 0 });
        }
      }
      return beats[0];
    },
    () => beats.shift(),
    pause(),
  );
  let coming: number[] = [];
  bench.sink<{ data: bigint; keep: bigint; last: bigint }>(
    "to",
    io.to,
    ({ data, keep, last }) => {
      for (let k = 0; k < busBytes; k++) if ((keep >> BigInt(k)) & 1n) coming.push(Number((data >> BigInt(8 * k)) & 255n));
      bench.check(last === 1n || keep === (1n << BigInt(busBytes)) - 1n, () => "a beat before the last is not full");
      if (last === 0n) return;
      transmit.leaves(coming);
      coming = [];
    },
    pause(),
  );
  let held = 0,
    longest = 0;
  bench.watch(() => {
    // Cycles that the wire is held up between two frames that leave the buffer, all together.
    if (bench.sim.peek("receive.ingress_freed") !== 0n) held = 0;
    else if (io.from.valid.value === 1n && io.from.ready.value === 0n) longest = Math.max(longest, ++held);
    receive.act();
    transmit.act();
    const e = io.events;
    receive.count(Number(e.delivered.value), Number(e.dropped.value), Number(e.receive_stops.value));
    transmit.count(Number(e.sent.value), Number(e.refused.value), Number(e.transmit_stops.value));
  });
  const start = bench.cycle;
  const done = (): boolean => offered === s.receive && beats.length === 0 && receive.settled() && transmit.settled();
  bench.runUntil(done, s.limit ?? 20_000 + 2000 * (s.receive + s.transmit) + (s.starve ?? 0));
  const cycles = bench.cycle - start;
  const moved = { ...memory.beats };
  receive.finish();
  transmit.finish();
  bench.runUntil(() => !receive.driver.busy && !transmit.driver.busy, drainLimit);
  bench.check(memory.open === 0, () => "idle, with bursts under way");
  bench.run(200);
  bench.check(coming.length === 0, () => "half a frame has left");
  receive.audit();
  transmit.audit();
  return {
    cycles,
    received: receive.received,
    dropped: receive.dropped,
    sent: transmit.left,
    refused: transmit.refused,
    stops: receive.stops + transmit.stops,
    visits: receive.driver.visits + transmit.driver.visits,
    restarts: receive.restarts + transmit.restarts,
    tagged: receive.tagged,
    scattered: receive.scattered,
    beats: moved,
    held: longest,
  };
};
