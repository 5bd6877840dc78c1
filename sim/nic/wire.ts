/** The frames' way in: back to back or at their times, and when each of them moved. The wire cannot wait, so it is not let. */
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { type PacketSource, packetSource } from "#sim/models/stream/index.ts";
import { ClockCycles } from "#sim/run/index.ts";
import { type Nic, unwrapped } from "./nic.ts";

export interface InputFrame {
  readonly data: Uint8Array;
  /** Nanoseconds; only the differences count. */
  readonly timestamp: bigint;
  /** The MAC found it bad, and says so in its last beat. */
  readonly spoiled?: boolean;
}

/** A frame that has come whole; cycles are the wire's, modulo 2^32. */
export interface Arrival {
  readonly frame: InputFrame;
  readonly firstCycle: number;
  readonly lastCycle: number;
}

/** Beats that wait beside the model: it never runs dry, and memory stays small however many frames there are. */
const most = 2048;
const least = 1024;
/** Times further away than this many cycles wait here: the model compares 32 bits. */
const horizon = 2 ** 30;

export class Wire {
  readonly #nic: Nic;
  readonly #config: Config;
  readonly #frames: readonly InputFrame[];
  readonly #timing: "line" | "capture";
  readonly #source: PacketSource;
  readonly #clock: number;
  /** The wire's cycle from which times count; null while nothing may come. */
  #origin: number | null = null;
  /** Frames that may come, that were queued, and that have come. */
  #allowed = 0;
  #pushed = 0;
  #arrived = 0;

  constructor(nic: Nic, config: Config, frames: readonly InputFrame[], timing: "line" | "capture") {
    this.#nic = nic;
    this.#config = config;
    this.#frames = frames;
    this.#timing = timing;
    this.#source = packetSource(nic.s_axis_rx);
    this.#clock = this.#source.group.clock;
  }
  /** Number of the wire's clock. */
  get clock(): number {
    return this.#clock;
  }
  /** The wire's clock, to wait on. */
  get clockPin() {
    const { sim } = this.#nic;
    return sim.pin(sim.clocks[this.#clock]?.name ?? "");
  }
  /** Every frame that may come has come. */
  get finished(): boolean {
    return this.#origin !== null && this.#arrived === this.#allowed;
  }
  /** The next frame's time has not come yet. */
  get waits(): boolean {
    return this.#arrived < this.#allowed && this.#timeOf(this.#source.sent) > this.#now;
  }
  get #now(): number {
    return this.#nic.sim.cyclesOf(this.#clock);
  }

  /** Sends frames, from now on and up to a number of them. To be run as a task, once at a time. */
  async feed(allowed: number): Promise<void> {
    this.#origin ??= this.#now;
    this.#allowed = allowed;
    while (this.#pushed < allowed) {
      const wait = this.#fill();
      await ClockCycles(this.clockPin, Math.max(1, wait));
    }
  }
  /** Queues what there is room for; how many cycles the next look can wait. */
  #fill(): number {
    for (; this.#pushed < this.#allowed && this.#source.pending < most; this.#pushed++) {
      const earliest = this.#timeOf(this.#pushed);
      if (earliest - this.#now > horizon) return earliest - this.#now - horizon;
      const { data, spoiled = false } = this.#frames[this.#pushed] as InputFrame;
      this.#source.push(data, { earliest, user: spoiled ? 1 : 0 });
    }
    return this.#source.pending - least;
  }
  /** The wire's cycle before which a frame does not come; 0 for at once. */
  #timeOf(index: number): number {
    const [frame, first] = [this.#frames[index], this.#frames[0]];
    if (this.#timing === "line" || frame === undefined || first === undefined) return 0;
    return (this.#origin ?? 0) + Math.round((Number(frame.timestamp - first.timestamp) * this.#config.wireMhz) / 1000);
  }

  /** Frames that have come since the last call. Throws where the NIC has held one up. */
  arrivals(): Arrival[] {
    const { wireBytes } = derived(this.#config);
    const arrivals: Arrival[] = [];
    for (; this.#arrived < this.#source.sent; this.#arrived++) {
      const frame = this.#frames[this.#arrived] as InputFrame;
      const { firstCycle, lastCycle } = this.#source.cyclesOf(this.#arrived);
      const taken = ((lastCycle - firstCycle) >>> 0) + 1;
      const beats = Math.ceil(frame.data.length / wireBytes);
      if (taken !== beats)
        throw new Error(
          `frame ${this.#arrived + 1}: the NIC held up the wire: ${taken} cycles from ${unwrapped(this.#nic.sim, this.#clock, firstCycle)} on for ${beats} beats`,
        );
      arrivals.push({ frame, firstCycle, lastCycle });
    }
    return arrivals;
  }
}
