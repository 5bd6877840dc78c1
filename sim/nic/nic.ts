/** `accio_top` as a running model, and how the cycles of its clocks are counted. */
import { accioTop } from "#rtl/accio-top.ts";
import type { Config } from "#rtl/common.ts";
import { type BuildOptions, build, type Dut } from "#sim/bridge/build.ts";
import type { RunningClock, Session } from "#sim/bridge/session.ts";

export type NicModule = ReturnType<typeof accioTop>;
export type Nic = Dut<NicModule["shape"]>;

export interface NicOptions extends Omit<BuildOptions, "clocks"> {
  /** In place of `accioTop(config)`: a changed one, to see that tests notice. */
  readonly module?: NicModule;
}

/** Builds the top of a configuration, or finds it built, with its clocks as fast as the configuration says. */
export const buildNic = (config: Config, { module = accioTop(config), ...options }: NicOptions = {}): Promise<Nic> => {
  const period = (domain: string) => ({ period: 1000 / (domain === "" ? config.coreMhz : config.wireMhz) });
  return build(module, { ...options, clocks: Object.fromEntries(module.domains.map((d) => [d.clock.name, period(d.name)])) });
};

/** Counts everything in cycles of the bus since its reset ended, as the hardware's own clock (register TIMESTAMP) does. */
export class BusTime {
  readonly #session: Session;
  readonly #bus: RunningClock;
  readonly #reset: number;

  /** To be made when reset has just ended. */
  constructor(session: Session) {
    this.#session = session;
    this.#bus = session.clocks[0] as RunningClock;
    this.#reset = session.cycle;
  }
  /** The next cycle. */
  get now(): number {
    return this.#session.cycle - this.#reset;
  }
  /** The cycle in which, or in front of which, something happened in a cycle of any clock, as a model noted it (modulo 2^32). */
  of(clock: number, noted: number): number {
    const cycle = unwrapped(this.#session, clock, noted);
    if (clock === this.#bus.index) return cycle - this.#reset;
    const { firstRise, period } = this.#session.clocks[clock] as RunningClock;
    return Math.ceil((firstRise + cycle * period - this.#bus.firstRise) / this.#bus.period) - this.#reset;
  }
}

/** The cycle of a clock, not long ago, of which the low 32 bits were noted. */
export const unwrapped = (session: Session, clock: number, noted: number): number => {
  const now = session.cyclesOf(clock);
  return now - ((now - noted) >>> 0);
};
