/** Beats between their values in TypeScript and the rings' arrays. */
import { type HandleContext, pinHandles, remake } from "#sim/bridge/handles.ts";
import type { ValueStore } from "#sim/bridge/signal.ts";
import type { PortSlot, PortTable } from "#sim/bridge/slots.ts";
import type { StreamGroup } from "./pins.ts";
import type { BeatRing } from "./ring.ts";

/** A beat of plain Verilog: its only payload pin, or all by name (without the stream's own). */
export type PlainBeat = number | bigint | Readonly<Record<string, number | bigint>>;

interface HasValue {
  value: unknown;
}

/** A beat as handles of its own see it: the payload's handle, made again over one beat's storage. */
export class BeatCodec {
  readonly #ring: BeatRing;
  readonly #ports: readonly PortSlot[];
  readonly #bytes: Uint8Array;
  readonly #view: HasValue;

  constructor(group: StreamGroup, ring: BeatRing, payload: unknown) {
    this.#ring = ring;
    let slot = 0;
    this.#ports = group.payload.map((pin, index) => {
      const slots = Math.ceil(pin.width / 64);
      slot += slots;
      return { ...pin, direction: "input", index, slot: slot - slots, slots, clock: null };
    });
    const buffer = new ArrayBuffer(8 * slot);
    this.#bytes = new Uint8Array(buffer);
    const table: PortTable = { ports: this.#ports, byName: new Map(this.#ports.map((port) => [port.name, port])), clocks: [], slots: slot };
    const store: ValueStore = {
      words: new Uint32Array(buffer),
      longs: new BigUint64Array(buffer),
      writtenSlot: 0,
      sampledSlot: 0,
      limits: Float64Array.from(this.#ports, (port) => 2 ** Math.min(port.width, 32) - 1),
      frozen: null,
      owners: new Map(),
    };
    const again = (payload as { [remake]?: (context: HandleContext) => HasValue } | null)?.[remake];
    this.#view = again === undefined ? plainView(group, { table, store }) : again({ table, store });
  }

  /** Throws where the beat does not fit its pins. */
  check(beat: unknown): void {
    this.#view.value = beat;
  }
  write(at: number, beat: unknown): void {
    this.#view.value = beat;
    this.#ports.forEach((port, i) => {
      const { bytes } = this.#ring.pins[i] as BeatRing["pins"][number];
      this.#ring.bytes.set(this.#bytes.subarray(port.slot * 8, port.slot * 8 + bytes), this.#ring.at(i, at));
    });
  }
  read(at: number): unknown {
    this.#ports.forEach((port, i) => {
      const from = this.#ring.at(i, at);
      const { bytes } = this.#ring.pins[i] as BeatRing["pins"][number];
      this.#bytes.set(this.#ring.bytes.subarray(from, from + bytes), port.slot * 8);
    });
    return this.#view.value;
  }
}

const plainView = (group: StreamGroup, context: HandleContext): HasValue => {
  const pins = pinHandles(context);
  const only = group.payload.length === 1 ? group.payload[0] : undefined;
  if (only !== undefined) return pins[only.name] as HasValue;
  const short = (name: string): string => name.slice(group.name.length + (group.kind === "axi-stream" ? 2 : 1)).replace(/^payload_/, "");
  const byShortName = new Map(group.payload.map((pin) => [short(pin.name), pins[pin.name] as HasValue]));
  return {
    get value() {
      return Object.fromEntries([...byShortName].map(([name, pin]) => [name, pin.value]));
    },
    set value(fields: unknown) {
      const given = fields as Readonly<Record<string, unknown>>;
      for (const [name, pin] of byShortName) pin.value = given[name];
    },
  };
};
