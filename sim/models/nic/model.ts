/**
 * The behavioural model of Accio's first NIC: what the RTL does, without its cycles. Written from the paper (sections 3 to
 * 5) and RFC 768, 791, 894 and 1071, not from the RTL, so that the two can be held against each other.
 */
import { ReceiveModel } from "./receive.ts";
import type { Memory } from "./ring.ts";
import type { SlotSettings } from "./slots.ts";
import { TransmitModel } from "./transmit.ts";

export interface NicSettings {
  /** Our MAC address. */
  readonly mac: string;
  /** Longest IPv4 datagram in bytes; 1500 by default. */
  readonly mtu?: number;
  /** Longest UDP payload that is sent; by default what the MTU leaves. */
  readonly largest?: number;
  readonly ttl?: number;
  readonly dscp?: number;
  readonly ecn?: number;
}

/** IPv4 and UDP headers without options. */
const headers = 28;

export class NicModel {
  readonly receive: ReceiveModel;
  readonly transmit: TransmitModel;

  /** @param memory  where the rings lie; the model writes received bytes there and reads what is to be sent */
  constructor({ mtu = 1500, largest = mtu - headers, ...settings }: NicSettings, memory: Memory) {
    this.receive = new ReceiveModel({ mac: settings.mac, mtu }, memory);
    this.transmit = new TransmitModel({ ...settings, largest }, memory);
  }

  /** Enables a slot for both ways; it begins empty. */
  enable(index: number, settings: SlotSettings): void {
    this.disable(index);
    this.receive.enable(index, settings);
    this.transmit.enable(index, settings);
  }

  disable(index: number): void {
    this.receive.disable(index);
    this.transmit.disable(index);
  }
}
