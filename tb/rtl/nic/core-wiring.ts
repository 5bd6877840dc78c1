/**
 * What is connected to what in `nic_core`, written down a second time: the test of its wires, and the proof, hold every
 * pin against this list. All that the core adds to its parts is these wires and one gate.
 */
import type { Module, Signal } from "#hdl/core/ir.ts";

/** Ends of wires: a port of the core, or `part.port` of a part. Whole streams and structs go by their name. */
export const wires: readonly (readonly [string, string])[] = [
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
  ["news_received", "ict.moved"],
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
/** The gate: a head has moved where a packet is done that has not failed. `gate.to` is `of` and not `unless`. */
export const gate = { to: "news_sent_valid", of: "tx.done_valid", unless: "tx.done_failed" } as const;

/** A pin: of a part, or of the core, which `part` "" means. */
export interface Pin {
  readonly part: string;
  readonly port: Signal;
  /** It gives the value that the wire has. */
  readonly drives: boolean;
}
/** "rx.mac", "control_mac". */
export const pinName = ({ part, port }: Pin): string => (part === "" ? port.name : `${part}.${port.name}`);

/** Every pin of a module and of its parts. */
export const pinsOf = (m: Module): readonly Pin[] => [
  ...m.ports.map((port) => ({ part: "", port, drives: port.kind === "input" })),
  ...m.instances.flatMap((i) => i.of.ports.map((port) => ({ part: i.name, port, drives: port.kind === "output" }))),
];
const endOf = (pins: readonly Pin[], name: string): readonly (readonly [leaf: string, Pin])[] =>
  pins.flatMap((p) => {
    const full = pinName(p);
    return full === name || full.startsWith(`${name}_`) ? [[full.slice(name.length), p] as const] : [];
  });

/** The list pin by pin: who is driven, and by whom. Throws where two ends do not fit each other. */
export const connections = (m: Module): readonly { readonly to: Pin; readonly from: Pin }[] => {
  const pins = pinsOf(m);
  return wires.flatMap(([a, b]) => {
    const [left, right] = [endOf(pins, a), new Map(endOf(pins, b))];
    if (left.length === 0 || left.length !== right.size) throw new Error(`${a} has ${left.length} pins, and ${b} has ${right.size}`);
    return left.map(([leaf, one]) => {
      const other = right.get(leaf);
      if (other === undefined || other.drives === one.drives || other.port.width !== one.port.width)
        throw new Error(`${pinName(one)} does not fit ${b}${leaf}`);
      return one.drives ? { from: one, to: other } : { from: other, to: one };
    });
  });
};
