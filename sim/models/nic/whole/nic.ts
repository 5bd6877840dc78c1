/** The model's connection table: which life each slot has, and memory as it must be. Receiving and sending are built on it. */

import { endpointText } from "../../packet/addresses.ts";
import { arrayMemory, type Memory } from "../ring.ts";
import type { FourTuple } from "../slots.ts";
import { Episodes, Events } from "./events.ts";
import { Life, type LifeSettings, type Owner } from "./life.ts";
import { Mismatch } from "./mismatch.ts";
import { type Arrived, Receiving } from "./receiving.ts";
import { type Sender, Sending, type SendSettings } from "./sending.ts";
import { never, type Span } from "./timed.ts";

export interface WholeSettings extends SendSettings {
  readonly mtu: number;
  readonly slots: number;
  /** The receive buffer, in bytes. */
  readonly buffer: number;
  readonly memoryBase: number;
  /** Memory refuses an access to some of these bytes. */
  readonly refuses: (kind: "read" | "write", address: number, length: number) => boolean;
  /** The hardware's memory: what nobody has said is taken from there. */
  readonly hardware: Memory;
  /** A copy of it, which is the model's from now on. */
  readonly image: Uint8Array;
}
/** A slot that is open, opening, closing, or closed with something on its way. */
export interface Tenant {
  readonly life: Life;
  readonly sender: Sender;
}

const stopEvents = { malformed: "MALFORMED_DESCRIPTOR", torn: "TX_DMA_ERROR" } as const;

export class WholeNic {
  /** Memory as it must be when nothing is under way. */
  readonly image: Memory;
  readonly bytes: Uint8Array;
  readonly receiving: Receiving;
  readonly sending: Sending;
  readonly tenants: (Tenant | null)[];
  /** Frames for the kernel that it has not got yet, in order. */
  readonly ordinary: Arrived[] = [];
  readonly events = new Events();
  /** Slots that stopped sending: how many did, and may have, for a record that cannot be and because memory refused. */
  readonly stops = { malformed: { must: 0, may: 0 }, torn: { must: 0, may: 0 } };
  readonly #episodes = new Episodes(this.events);
  readonly #told = new Set<Sender>();
  /** Frames of the kernel's that have not left yet, in order, as they must leave. */
  readonly kernels: Uint8Array[] = [];
  readonly #settings: WholeSettings;

  constructor(settings: WholeSettings) {
    this.#settings = settings;
    this.bytes = settings.image;
    this.image = arrayMemory(settings.image, settings.memoryBase);
    this.tenants = Array.from({ length: settings.slots }, () => null);
    this.sending = new Sending(settings);
    this.receiving = new Receiving({
      mac: settings.mac,
      mtu: settings.mtu,
      buffer: settings.buffer,
      refuses: (address, length) => settings.refuses("write", address, length),
      unspecified: (address, length) => this.image.write(address, settings.hardware.read(address, length)),
      onOrdinary: (frame) => this.ordinary.push(frame),
      onMiss: ({ local, remote }: FourTuple) => this.events.must(`TABLE_MISS of ${endpointText(remote)} to port ${local.port}`),
      onPlaced: ({ slot }) => this.#episodes.placed(slot),
      onFull: ({ slot }, certain) => this.#episodes.full(slot, certain),
      onFailed: ({ slot }) => this.events.must(`RX_DMA_ERROR of slot ${slot}`),
    });
  }
  /** Software asks for a slot to be opened, in a cycle. It must be closed; what was before it is over when `opened` is called. */
  opening(slot: number, settings: LifeSettings, owner: Owner, from: number): Life {
    const opened: Span = { from, to: never };
    const life = new Life(slot, settings, owner, this.image, opened);
    this.receiving.add(life);
    return life;
  }
  /** The answer to that: whether it is open. */
  opened(life: Life, success: boolean, at: number): Sender | null {
    this.end(life.slot);
    life.opened.to = at;
    if (!success) {
      this.receiving.remove(life);
      return null;
    }
    const sender = this.sending.add(life, (address, length) => this.#settings.refuses("read", address, length));
    this.tenants[life.slot] = { life, sender };
    return sender;
  }
  /** Software asks for a slot to be closed; the caller ends the span with the answer. */
  closing({ life }: Tenant, from: number): Span {
    const span = { from, to: never };
    life.closed = span;
    return span;
  }
  /**
   * A closed slot has drained: nothing of its life is on its way to memory, and what is on its way to the wire has been read.
   * `head`: its transmit head as it was then, where that is known: frames up to there leave.
   */
  end(slot: number, head: number | null = null): void {
    const tenant = this.tenants[slot];
    if (tenant === null || tenant === undefined) return;
    if (tenant.life.closed === null) throw new Mismatch(`${tenant.life} ends, and was never closed`);
    this.receiving.remove(tenant.life);
    this.sending.remove(tenant.sender, head);
    this.#mayHaveStopped(tenant.sender);
    this.tenants[slot] = null;
  }
  /** Nothing is under way: slots that stopped in the end have done so. */
  settle(): void {
    for (const tenant of this.tenants) {
      if (tenant === null || tenant.life.closed !== null || this.#told.has(tenant.sender)) continue;
      const { life, sender } = tenant;
      // One that a doorbell has stopped may have met that before, or not.
      if (sender.outside) this.#mayHaveStopped(sender);
      else if (sender.reason !== null) {
        this.#told.add(sender);
        this.stops[sender.reason].must++;
        this.events.must(`${stopEvents[sender.reason]} of slot ${life.slot}`);
      }
    }
    this.sending.settle();
  }
  #mayHaveStopped(sender: Sender): void {
    if (this.#told.has(sender)) return;
    this.#told.add(sender);
    const reasons = [...(sender.stop === "malformed" ? (["malformed"] as const) : []), ...(sender.mayTear ? (["torn"] as const) : [])];
    for (const reason of reasons) {
      this.stops[reason].may++;
      this.events.may(`${stopEvents[reason]} of slot ${sender.life.slot}`);
    }
  }
  /** Software writes memory that the hardware may read. */
  write(address: number, data: Uint8Array): void {
    this.#settings.hardware.write(address, data);
    this.image.write(address, data);
  }
}
