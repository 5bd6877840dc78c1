/**
 * What is connected to what in `nic_core`, written down a second time: the test of its wires, and the proof, hold every
 * pin against this list. All that the core adds to its parts is these wires and one gate.
 */
import type { Config } from "#rtl/config/config.ts";
import type { DerivedPin, WireList } from "./wires.ts";

/** Ends of wires: a port of the core, or `part.port` of a part. Whole streams and structs go by their name. */
export const wires: WireList = [
  // Software's side of the table, and the lines to the harts.
  ["request", "ict.request"],
  ["reply", "ict.reply"],
  ["current", "ict.current"],
  ["mask", "ict.mask"],
  ["control_hashKey", "ict.hashKey"],
  ["irq", "ict.irq"],
  ["statusSlot", "ict.statusSlot"],
  ["status", "ict.status"],
  // From the wire to memory, or to the kernel.
  ["rx", "rx.wire"],
  ["now", "rx.now"],
  ["control_mac", "rx.mac"],
  ["control_enable", "rx.enable"],
  ["aw", "rx.aw"],
  ["w", "rx.w"],
  ["b", "rx.b"],
  ["ordinary", "rx.ordinary"],
  // Who a frame is for, where it goes, what became of it.
  ["ict.key", "rx.key"],
  ["ict.advance", "rx.advance"],
  ["ict.hit", "rx.hit"],
  ["ict.found", "rx.found"],
  ["ict.receiveSlot", "rx.receiveSlot"],
  ["ict.receive", "rx.receive"],
  ["ict.judging", "rx.judging"],
  ["ict.verdict", "rx.verdict"],
  ["ict.commit", "rx.commit"],
  // From memory to the wire.
  ["now", "tx.now"],
  ["control_mac", "tx.mac"],
  ["control_enable", "tx.enable"],
  ["control_largest", "tx.largest"],
  ["control_ttl", "tx.ttl"],
  ["control_tos", "tx.tos"],
  ["ar", "tx.ar"],
  ["r", "tx.r"],
  ["tx", "tx.wire"],
  // Who sends, and how far it is.
  ["ict.turn", "tx.turn"],
  ["ict.others", "tx.others"],
  ["ict.returned", "tx.returned"],
  ["ict.planned", "tx.planned"],
  ["ict.building", "tx.building"],
  ["ict.torn", "tx.torn"],
  ["ict.done", "tx.done"],
  ["ict.sent", "tx.sent"],
  // What is counted.
  ["events_rxFrames", "rx.seen"],
  ["events_rxAccepted", "rx.accepted"],
  ["events_rxEmpty", "rx.acceptedEmpty"],
  ["events_rxOrdinary", "rx.toOrdinary"],
  ["events_rxOverflow", "rx.overflow"],
  ["events_rxSpoiled", "rx.spoiled"],
  ["events_rxOversize", "rx.oversize"],
  ["events_verdicts", "rx.verdicts"],
  ["events_rxCommitted", "ict.moved_valid"],
  ["events_rxLost", "ict.lost_valid"],
  ["events_txFrames", "tx.frame"],
  ["events_txMalformed", "tx.malformed"],
  ["events_txFailed", "tx.failed"],
  // What is told of slots.
  ["news_received", "ict.fresh"],
  ["news_sent_slot", "tx.done_slot"],
  ["news_placed_valid", "rx.accepted"],
  ["news_placed_slot", "rx.full_slot"],
  ["news_full", "rx.full"],
  ["news_miss", "rx.missed"],
  ["news_rxFails", "ict.fails"],
  ["news_txFails_valid", "tx.failed"],
  ["news_txFails_slot", "tx.done_slot"],
  ["news_malformed_valid", "tx.malformed"],
  ["news_malformed_slot", "tx.returned_slot"],
  ["news_outside", "ict.malformed"],
];
/** With the table walker: it, its registers, its way to memory, and the waiting room. */
const walkerWires: WireList = [
  ["walkerSettings", "walker.settings"],
  ["walkerCommand", "walker.command"],
  ["walkerBusy", "walker.busy"],
  ["walkerInvalidating", "walker.invalidating"],
  ["walkerCounts", "walker.counts"],
  ["walkerSettings_enable", "rx.walks"],
  ["rx.sought", "walker.missed"],
  ["rx.answer", "walker.answer"],
  ["ict.load", "walker.load"],
  ["ict.loaded", "walker.loaded"],
  ["ict.unload", "walker.unload"],
  ["ict.unloaded", "walker.unloaded"],
  ["ict.moved", "walker.used"],
  ["walkerAw", "walker.aw"],
  ["walkerW", "walker.w"],
  ["walkerB", "walker.b"],
  ["walkerAr", "walker.ar"],
  ["walkerR", "walker.r"],
  // What is counted and told.
  ["roomFull", "rx.roomFull"],
  ["waiting", "rx.waiting"],
  ["malformedEntry", "walker.malformed"],
  ["tableReadFails", "walker.readFailed"],
  ["tableWriteFails", "walker.writeFailed"],
];
export const wiresOf = (c: Config): WireList => (c.walker ? [...wires, ...walkerWires] : wires);
/** The gate: a head has moved where a packet is done that has not failed. `gate.to` is `of` and not `unless`. */
export const gate = { to: "news_sent_valid", of: "tx.done_valid", unless: "tx.done_failed" } as const;
export const derived: readonly DerivedPin[] = [
  { to: gate.to, from: [gate.of, gate.unless], value: ([done, failed]) => (done as bigint) & ~(failed as bigint) },
];
