/**
 * The drainers alone, between stand-ins that accept and finish at random: a slot that was closed is busy as long as it is
 * judged, listed, or owed an end, and not much longer, however far the traffic of the others runs on meanwhile.
 */
import type { Random } from "#hdl/simulate/index.ts";
import { drainers, type slotDrain } from "#rtl/ict/slot-drain.ts";
import { BlockBench } from "../nic/block-bench.ts";

/** At most so many are on their way, each way: less than half a turn of the counters. */
const most = 120;
/** Cycles after which a drainer has looked at its slot, and after which it is free once all has ended. */
const looks = drainers + 2,
  ends = 2;

/** One way: what was accepted, in order, and its ends. */
class Way {
  readonly #out: number[] = [];
  accepted = 0;
  finished = 0;
  /** How seldom ends come; it changes, up to none at all for long. */
  pace = 1;
  accept(slot: number): void {
    this.#out.push(slot);
    this.accepted++;
  }
  finish(): number {
    this.finished++;
    return this.#out.shift() as number;
  }
  get length(): number {
    return this.#out.length;
  }
  owes(slot: number): boolean {
    return this.#out.includes(slot);
  }
}
interface Draining {
  /** Since when it has been neither judged nor listed. */
  idle: number;
  /** What must have ended for it at the latest. */
  marks: readonly [received: number, read: number] | null;
  /** Once that much has been read: how much must have left. */
  goods: number | null;
  /** Since when all of that has ended. */
  over: number | null;
}

/** Runs `cycles` cycles on a block for `slots` slots. Throws, with the seed and the cycle, where it is wrong. */
export const checkSlotDrain = (block: ReturnType<typeof slotDrain>, slots: number, cycles: number, seed: number): void => {
  const bench = new BlockBench(block, seed);
  const random: Random = bench.random;
  const { io } = bench.sim;
  const memory = new Way(),
    reads = new Way(),
    wire = new Way();
  const draining = new Map<number, Draining>();
  const open = Array.from({ length: slots }, () => true);
  const listed = new Set<number>();
  let judged: number | null = null;
  let patience = 2;
  const anOpen = (): number | null => random.pick([...open.flatMap((is, n) => (is ? [n] : [])), null]);
  const busy = (n: number): boolean => {
    io.at.value = n;
    return io.busy.value === 1n;
  };

  for (let cycle = 0; cycle < cycles; cycle++) {
    if (random.oneIn(700)) {
      memory.pace = random.pick([1, 1, 2, 3, 2000]);
      reads.pace = random.pick([1, 1, 2, 3, 2000]);
      wire.pace = random.pick([1, 1, 2, 3, 2000]);
      patience = random.pick([1, 1, 2, 40]);
    }
    // ---- what is seen of those that drain ----
    for (const [n, d] of draining) {
      const owed = judged === n || listed.has(n) || memory.owes(n) || reads.owes(n) || wire.owes(n);
      if (judged === n || listed.has(n)) d.idle = cycle + 1;
      if (d.marks === null && cycle - d.idle >= looks) d.marks = [memory.accepted, reads.accepted];
      if (d.marks !== null && reads.finished >= d.marks[1]) d.goods ??= wire.accepted;
      if (d.marks !== null && memory.finished >= d.marks[0] && d.goods !== null && wire.finished >= d.goods) d.over ??= cycle;
      const is = busy(n);
      bench.check(is || !owed, () => `slot ${n} has drained, and something is on its way for it`);
      bench.check(!is || d.over === null || cycle - d.over < ends, () => `slot ${n} drains, and nothing is on its way for it`);
      if (!is) draining.delete(n);
    }
    const free = draining.size < drainers;
    bench.check((io.ready.value === 1n) === free, () => `ready is ${io.ready.value}, and ${draining.size} slots drain`);

    // ---- a slot is closed, or opened anew; some other is asked for -------------------------------
    const n = random.below(slots);
    bench.check(draining.has(n) || !busy(n), () => `slot ${n} drains, and was never closed`);
    const starts = !draining.has(n) && random.oneIn(6);
    io.at.value = n;
    io.start.value = starts ? 1 : 0;
    if (!starts && !draining.has(n)) open[n] = true;

    // ---- datagrams: judged one at a time, placed or not ------------------------------------------
    if (judged === null && !random.oneIn(8)) judged = anOpen();
    const slot = judged ?? random.below(slots);
    io.judging.value = { valid: judged === null ? 0 : 1, slot };
    const decides = judged !== null && random.oneIn(patience);
    const placed = decides && memory.length < most && !random.oneIn(4);
    io.placed.value = placed ? 1 : 0;
    // What is accepted in this cycle does not end in it.
    const commits = memory.length > 0 && random.oneIn(memory.pace);
    io.committed.value = commits ? 1 : 0;

    // ---- packets: of listed slots ---------------------------------------------------------------
    const asks = anOpen();
    if (asks !== null) listed.add(asks);
    const plans = listed.size > 0 && reads.length < most && !random.oneIn(4) ? random.pick([...listed]) : null;
    io.planned.value = plans === null ? 0 : 1;
    const done = reads.length > 0 && wire.length < most && random.oneIn(reads.pace);
    const failed = random.oneIn(3);
    io.done.value = done ? 1 : 0;
    io.failed.value = failed ? 1 : 0;
    // What has been read in this cycle does not leave in it.
    const sent = wire.length > 0 && random.oneIn(wire.pace);
    io.sent.value = sent ? 1 : 0;
    io.listed.value = listed.has(io.look.number) ? 1 : 0;

    if (commits) memory.finish();
    if (placed) memory.accept(slot);
    if (decides) judged = null;
    if (sent) wire.finish();
    if (done) {
      const of = reads.finish();
      if (!failed) wire.accept(of);
    }
    if (plans !== null) reads.accept(plans);
    // The planner gives a slot back with its last packet, or later.
    const back = plans !== null && random.oneIn(3) ? plans : random.pick([...listed, null]);
    if (back !== null && random.oneIn(2 * patience)) listed.delete(back);
    if (starts) {
      open[n] = false;
      // Without a drainer nothing is begun: the slot is asked for again.
      if (free) draining.set(n, { idle: cycle + 1, marks: null, goods: null, over: null });
    }
    bench.step();
  }
};
