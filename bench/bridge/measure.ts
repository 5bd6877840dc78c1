/**
 * Speeds and how they compare, in rounds in which every contender runs once. Time is that of the processor for the thread
 * that simulates, so that other programs on the machine disturb little.
 */

/** One measured run. */
export interface Sample {
  /** Processor time of the simulating thread, user and system. */
  readonly seconds: number;
  readonly cycles: number;
  /** What was checked on the way: runs that did less are no runs. */
  readonly moved: number;
}
export interface Contender {
  readonly name: string;
  /** Runs so many cycles. */
  readonly run: (cycles: number) => Promise<Sample>;
  /** Cycles per run. */
  readonly cycles: number;
}
/** Cycles per second, median of all rounds, and its ratio to each peer in the same round, median too. */
export interface Speed {
  readonly name: string;
  readonly cyclesPerSecond: number;
  readonly ratios: Readonly<Record<string, number>>;
}

/** Processor time of this thread, in seconds. */
export const processorSeconds = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

/** Runs all contenders `rounds` times, after once to warm up; compares each with each of `peers`. */
export const compare = async (
  contenders: readonly Contender[],
  peers: readonly string[],
  rounds: number,
  onRound: (round: number) => void = () => undefined,
): Promise<readonly Speed[]> => {
  const speeds = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    for (const { name, run, cycles } of contenders) {
      const sample = await run(round === 0 ? Math.ceil(cycles / 4) : cycles);
      if (sample.moved < sample.cycles / 100)
        throw new Error(`bench: ${name} moved ${sample.moved} beats in ${sample.cycles} cycles: it did not do its work`);
      if (round > 0) speeds.get(name)?.push(sample.cycles / sample.seconds);
    }
  }
  return contenders.map(({ name }) => {
    const own = speeds.get(name) ?? [];
    const ratioTo = (peer: string): number => median(own.map((speed, round) => speed / (speeds.get(peer)?.[round] ?? Number.NaN)));
    return {
      name,
      cyclesPerSecond: median(own),
      ratios: Object.fromEntries(peers.filter((peer) => speeds.has(peer)).map((peer) => [peer, ratioTo(peer)])),
    };
  });
};
