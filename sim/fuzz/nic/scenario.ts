/**
 * A scenario: what happens around a NIC, as plain data. Each actor (the wire, and the program of each hart) does its
 * operations one after the other; actors run beside each other. Every operation has a meaning in whatever state the NIC is,
 * if only that nothing is done, so any part of a scenario is a scenario: that is how failures are made small.
 */

/** How a frame is to be made: `frames.ts`. */
export interface FrameSpec {
  /** Of everything that is not said here. */
  readonly seed: number;
  /** Numbers in the pools of `scene.ts`. */
  readonly local: number;
  readonly peer: number;
  /** Payload bytes. */
  readonly length: number;
  readonly kind: string;
}
export interface FrameOp {
  readonly by: "wire";
  readonly op: "frame";
  readonly frame: FrameSpec;
  /** Cycles of silence before it. */
  readonly gap: number;
}
/** How software comes at a slot's pointers: the kernel's window, the slot's doorbell page, or (to read) the line in memory. */
export type Way = "kernel" | "page" | "line";

/** What a hart's program does; `slot` is a number of the table. */
export type SoftwareOp =
  | {
      readonly op: "open";
      readonly slot: number;
      readonly local: number;
      /** Number of a peer; null: any. */
      readonly remote: number | null;
      /** With a remote: other peers match, too. */
      readonly loose: boolean;
      readonly datagram: boolean;
      /** Binary logarithms of the rings' bytes. */
      readonly receive: number;
      readonly transmit: number;
      /** Where the rings begin, as a share of the room that is left. */
      readonly shift: number;
      readonly asid: number;
      readonly hart: number;
      readonly priority: number;
      readonly own: boolean;
      readonly noChecksum: boolean;
      readonly room: number;
      /** Does not wait for the end of the life before. */
      readonly hasty: boolean;
    }
  | { readonly op: "close"; readonly slot: number }
  /** Reads what has come, and gives back a share of it. */
  | { readonly op: "consume"; readonly slot: number; readonly way: Way; readonly share: number }
  /** Datagrams, or bytes of a stream, and one doorbell; `broken`: with a last record that cannot be. */
  | {
      readonly op: "send";
      readonly slot: number;
      readonly way: Way;
      readonly lengths: readonly number[];
      readonly peer: number;
      readonly seed: number;
      readonly broken: boolean;
    }
  | {
      readonly op: "misuse";
      readonly slot: number;
      readonly way: "kernel" | "page";
      readonly what: "head" | "tail";
      readonly value: number;
    }
  /** An access to a doorbell page that is refused; `word` of it, or half of one, by another ID than the hart's. */
  | {
      readonly op: "trespass";
      readonly page: number;
      readonly word: number;
      readonly write: boolean;
      readonly stranger: boolean;
      readonly narrow: boolean;
    }
  /** Another thread runs. */
  | { readonly op: "switch"; readonly asid: number; readonly accelerated: boolean; readonly priority: number }
  /** The owner sleeps on data, or on room to send. */
  | { readonly op: "suspend"; readonly slot: number; readonly way: "kernel" | "page"; readonly rx: boolean; readonly tx: boolean }
  /** The kernel takes the next owner of a hart, or looks who it is. */
  | { readonly op: "take"; readonly hart: number; readonly peek: boolean }
  /** An owner goes to another hart, or gets another priority. */
  | { readonly op: "migrate"; readonly slot: number; readonly hart: number; readonly priority: number }
  | { readonly op: "mask"; readonly hart: number; readonly enabled: boolean }
  /** The kernel reads the events that there are. */
  | { readonly op: "events" }
  | { readonly op: "pause"; readonly cycles: number }
  /** All actors wait until nothing is under way; then everything is compared. */
  | { readonly op: "settle" }
  /** The kernel's driver of the ordinary path gives a frame in fragments, and looks what has come. */
  | { readonly op: "ordinary"; readonly lengths: readonly number[]; readonly seed: number }
  /** So many cycles after the last settling or reset all actors stop where they are, and the NIC is reset. */
  | { readonly op: "reset"; readonly after: number }
  /** The lookup's secret is changed: refused while a slot is open. */
  | { readonly op: "rekey"; readonly key: number }
  | { readonly op: "link"; readonly up: boolean };
export type Op = FrameOp | (SoftwareOp & { readonly by: number });

export interface Surface {
  /** Share of cycles in which a port pauses; 0: never. */
  readonly wire: number;
  readonly memory: number;
  readonly registers: number;
  readonly readLatency: number;
  readonly readJitter: number;
  readonly writeLatency: number;
  readonly writeJitter: number;
  readonly reorder: boolean;
  /** Lines of 64 bytes that memory refuses, in slots' rings. */
  readonly refused: readonly { readonly slot: number; readonly ring: "receive" | "transmit"; readonly line: number }[];
  /** Largest payload that is sent. */
  readonly largest: number;
}
export interface Scenario {
  readonly seed: number;
  readonly surface: Surface;
  readonly ops: readonly Op[];
}
