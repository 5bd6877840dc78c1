/** The pins of an AXI4 port as a twin reads and drives them: numbers for control, bytes for data. */
import type { Session } from "#sim/bridge/session.ts";
import { type AxiGroup, type AxiPinName, axiPin } from "./pins.ts";

export interface AxiRequest {
  readonly address: bigint;
  readonly id: number;
  /** As on the bus: beats less one, binary logarithm of a beat's bytes, 0 FIXED, 1 INCR, 2 WRAP. */
  readonly len: number;
  readonly size: number;
  readonly burst: number;
}

/** Address of a beat (ARM IHI 0022, section A3.4.1). */
export const beatAddress = ({ address, len, size, burst }: AxiRequest, beat: number): bigint => {
  const bytes = 1n << BigInt(size);
  if (burst === 0 || beat === 0) return address;
  const next = (address & ~(bytes - 1n)) + BigInt(beat) * bytes;
  if (burst !== 2) return next;
  const all = bytes * BigInt(len + 1);
  const lower = address & ~(all - 1n);
  return lower + ((next - lower) & (all - 1n));
};

export class AxiValues {
  readonly #session: Session;
  readonly #group: AxiGroup;
  /** Slot of each pin, -1 where there is none. */
  readonly #slots: readonly number[];
  readonly #resetSlot: number;
  constructor(session: Session, group: AxiGroup) {
    this.#session = session;
    this.#group = group;
    const slot = (pin: string | null): number => (pin === null ? -1 : (session.table.byName.get(pin)?.slot ?? -1));
    this.#slots = group.pins.map(slot);
    this.#resetSlot = slot(session.design.clocks[group.clock]?.reset ?? null);
  }
  get inReset(): boolean {
    return this.#resetSlot >= 0 && this.#session.words[(this.#session.sampledSlot + this.#resetSlot) * 2] === 1;
  }
  bit(pin: AxiPinName): boolean {
    return this.number(pin) === 1;
  }
  /** Up to 32 bits; `missing` where the port has no such pin. */
  number(pin: AxiPinName, missing = 0): number {
    const slot = this.#slots[axiPin[pin]] as number;
    return slot < 0 ? missing : (this.#session.words[(this.#session.sampledSlot + slot) * 2] as number);
  }
  long(pin: AxiPinName): bigint {
    const slot = this.#slots[axiPin[pin]] as number;
    return slot < 0 ? 0n : (this.#session.longs[this.#session.sampledSlot + slot] as bigint);
  }
  has(pin: AxiPinName): boolean {
    return (this.#slots[axiPin[pin]] as number) >= 0;
  }
  drive(pin: AxiPinName, value: number | boolean): void {
    const slot = this.#slots[axiPin[pin]] as number;
    if (slot >= 0) this.#session.words[(this.#session.writtenSlot + slot) * 2] = Number(value);
  }
  driveLong(pin: AxiPinName, value: bigint): void {
    const slot = this.#slots[axiPin[pin]] as number;
    if (slot >= 0) this.#session.longs[this.#session.writtenSlot + slot] = value;
  }
  /** Copies a pin's sample. */
  copy(pin: AxiPinName, to: Uint8Array, at: number, bytes: number): void {
    const from = (this.#session.sampledSlot + (this.#slots[axiPin[pin]] as number)) * 8;
    to.set(this.#session.bytes.subarray(from, from + bytes), at);
  }
  driveBytes(pin: AxiPinName, from: Uint8Array): void {
    this.#session.bytes.set(from, (this.#session.writtenSlot + (this.#slots[axiPin[pin]] as number)) * 8);
  }
  request(channel: "aw" | "ar"): AxiRequest {
    return {
      address: this.long(`${channel}addr`),
      id: this.number(`${channel}id`),
      len: this.number(`${channel}len`),
      size: this.number(`${channel}size`, Math.log2(this.#group.dataBytes)),
      burst: this.number(`${channel}burst`, 1),
    };
  }
}
