/** What a stream's source and sink share: their ring, their pauses, and when packets moved. */
import type { Session } from "#sim/bridge/session.ts";
import { streamBlock } from "#sim/models/native/blocks.ts";
import { Transactor, type TransactorOptions } from "#sim/models/native/twin.ts";
import { type Pause, Pauser, seedFor } from "./pause.ts";
import { type StreamGroup, streamGroups } from "./pins.ts";
import { BeatRing } from "./ring.ts";

export interface StreamOptions extends TransactorOptions {
  /** Never unless said. */
  readonly pause?: Pause;
  /** Beats that fit into the shared memory, a power of two; more wait in TypeScript. 4096 unless said. */
  readonly capacity?: number;
}

/** A stream of a running design: its handle, or the session and the name that its pins start with. */
export interface StreamPort {
  readonly valid: { readonly port: { readonly name: string }; readonly store: unknown };
}

/** Finds the pins of a stream. Throws where there are none, or they flow the other way. */
export const streamGroup = (session: Session, validPin: string, direction: StreamGroup["direction"], what: string): StreamGroup => {
  const groups = streamGroups(session.design);
  const group = groups.find((g) => g.valid === validPin || g.name === validPin);
  if (group === undefined)
    throw new Error(`${what}: ${session.design.top} has no stream ${validPin}; it has ${groups.map((g) => g.name).join(", ") || "none"}`);
  if (group.direction !== direction)
    throw new Error(`${what}: ${group.name} is an ${group.direction} of the design; a ${what} stands at an ${direction}`);
  return group;
};

export abstract class StreamEnd extends Transactor {
  readonly group: StreamGroup;
  protected readonly ring: BeatRing;
  protected readonly pauser: Pauser;
  /** Pins of the port as the session's values know them. */
  protected readonly validSlot: number;
  protected readonly readySlot: number;
  readonly #resetSlot: number;
  /** The next beat begins a packet. */
  #starts = true;

  constructor(session: Session, group: StreamGroup, role: "source" | "sink", options: StreamOptions) {
    const ring = new BeatRing(session, group, options.capacity ?? 4096);
    const counters = [streamBlock.index(role === "source" ? "head" : "tail"), streamBlock.index("packets")];
    super(session, ring.buffer, counters, group.name, options.native ?? true);
    this.group = group;
    this.ring = ring;
    this.pauser = new Pauser(ring.words, streamBlock.offset("pause") / 4, options.seed ?? seedFor(session.seed, `${group.name} ${role}`));
    this.pauser.set(options.pause ?? "never");
    const slot = (pin: string): number => session.table.byName.get(pin)?.slot ?? 0;
    this.validSlot = slot(group.valid);
    this.readySlot = slot(group.ready);
    const reset = session.design.clocks[group.clock]?.reset ?? null;
    this.#resetSlot = reset === null ? -1 : slot(reset);
    const pins = [group.valid, group.ready, ...group.payload.map((pin) => pin.name)];
    this.attach({ kind: `stream ${role}`, name: group.name, pins, clock: group.clock }, () => this.edge());
  }
  /** The twin's work at a rising edge. */
  protected abstract edge(): void;

  /** From the next cycle on. */
  pause(pause: Pause): void {
    this.pauser.set(pause);
  }

  // ---- for the twins ----------------------------------------------------------------------

  protected sampled(slot: number): number {
    return this.session.words[(this.session.sampledSlot + slot) * 2] as number;
  }
  protected write(slot: number, bit: boolean): void {
    this.session.words[(this.session.writtenSlot + slot) * 2] = bit ? 1 : 0;
  }
  protected get inReset(): boolean {
    return this.#resetSlot >= 0 && this.sampled(this.#resetSlot) === 1;
  }
  /** Number of the edge that is happening. */
  protected get cycle(): number {
    return this.session.cyclesOf(this.group.clock) - 1;
  }
  /** A beat moves now: counts packets and notes when they moved. */
  protected moved(beat: number): void {
    const { ring } = this;
    if (this.group.last < 0) return;
    if (this.#starts) ring.words[ring.stamp("firstCycles", ring.packets)] = this.cycle;
    this.#starts = ((ring.bytes[ring.at(this.group.last, beat)] as number) & 1) === 1;
    if (!this.#starts) return;
    ring.words[ring.stamp("lastCycles", ring.packets)] = this.cycle;
    ring.packets += 1;
  }
}
