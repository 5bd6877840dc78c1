/**
 * What an address in the prototype's pages names (reference prototype-interface.md, sections 1 to 6), as tables: which field
 * of a row or ring is which word of a slot, and which are the view's own.
 */
import { type SlotWord, sideBits } from "#rtl/ict/slot-words.ts";

/** Rows of the prototype's table: slots 0 to 63. */
export const prototypeRows = 64;
/** The connection table's page: rows begin after the registers of all. */
export const rowsOffset = 0x300;
/** The NIC's pages, from the start of the view on. */
export const pages = { control: 0x8000, legacyRx: 0x9000, legacyTx: 0xa000, udpRx: 0xb000, udpTx: 0xc000 } as const;

/**
 * A field of a row or ring: `bytes` of a slot's word from byte `from` on (0, 1 or 4), or one bit of its byte 0. It stands in
 * the first bytes of its beat.
 */
export type RowField =
  | { readonly kind: "field"; readonly word: SlotWord; readonly from: 0 | 1 | 4; readonly bytes: 1 | 2 | 4 | 8; readonly readOnly?: true }
  | { readonly kind: "flag"; readonly word: SlotWord; readonly bit: 0 | 1 }
  /** The row's switch; it reads as the control word's lowest bit. */
  | { readonly kind: "enable" }
  /** Two pointers of 32 bits in a beat, the words from `word` on. */
  | { readonly kind: "pair"; readonly word: SlotWord }
  | { readonly kind: "own"; readonly state: "protocol" | "connection" };

const field = (word: SlotWord, bytes: 1 | 2 | 4 | 8, from: 0 | 1 | 4 = 0): RowField => ({ kind: "field", word, from, bytes });
const readOnly = (word: SlotWord, bytes: 2 | 4 | 8): RowField => ({ kind: "field", word, from: 0, bytes, readOnly: true });
const flag = (word: SlotWord, bit: 0 | 1): RowField => ({ kind: "flag", word, bit });

/** A row's fields, by beat of 8 bytes. */
export const rowFields: Readonly<Record<number, RowField>> = {
  0: { kind: "enable" },
  1: { kind: "own", state: "protocol" },
  2: field("local", 4),
  3: field("local", 2, 4),
  4: field("remote", 4),
  5: field("remote", 2, 4),
  6: flag("available", sideBits.rx),
  7: flag("suspend", sideBits.rx),
  8: flag("available", sideBits.tx),
  9: flag("suspend", sideBits.tx),
  // Nobody knows how the prototype packed it: here it is the status word.
  10: readOnly("status", 2),
  11: { kind: "own", state: "connection" },
  12: field("task", 8),
  // Four bytes, of which the slot has one: see `hartOf` in prototype-view.ts.
  13: field("control", 1, 1),
  14: field("rxBase", 8),
  15: field("rxSize", 4),
  16: field("txBase", 8),
  17: field("txSize", 4),
};
/** Beat of PROC_CPU. */
export const hartBeat = 0x0d;
/** A ring's registers on the UDP receive page, by beat. */
export const rxRingFields: Readonly<Record<number, RowField>> = {
  0: { kind: "pair", word: "rxHead" },
  1: readOnly("rxDrops", 4),
  2: readOnly("rxTime", 8),
};
/** The same on the UDP transmit page. */
export const txRingFields: Readonly<Record<number, RowField>> = { 0: { kind: "pair", word: "txHead" }, 1: readOnly("txTime", 8) };
/** Pointers that belong to the hardware: opening a slot makes them zero, and what software writes is not heeded. */
export const hardwarePointers: readonly SlotWord[] = ["rxTail", "txHead"];
