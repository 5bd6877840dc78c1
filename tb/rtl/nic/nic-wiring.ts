/**
 * What is connected to what in `nic`, written down a second time, with what it makes of pins on the way: sums of events for
 * the counters, the event line, and IDs of other widths.
 */
import type { Module } from "#hdl";
import { type Config, dropCauses } from "#rtl/common.ts";
import type { DerivedPin, WireList, Wiring } from "./wires.ts";

const page = "registers_block";
const same = (names: readonly string[], left: string, right: string): WireList =>
  names.map((n) => [`${left}${n}`, `${right}${n}`] as const);

/** Software's side: the bus, the windows of the page that lead to the port, and settings that two pages show. */
const software: WireList = [
  ...same(
    ["valid", "ready", "write", "word", "data", "strobe", "source", "response_valid", "response_data", "response_error"],
    "registers_",
    `${page}.bus_`,
  ),
  [`${page}.SLOT`, "registers_port.slots"],
  [`${page}.DOORBELLS`, "registers_port.doorbells"],
  [`${page}.TAKE`, "registers_port.take"],
  [`${page}.PEEK`, "registers_port.peek"],
  [`${page}.REKEY`, "registers_port.rekey"],
  ["core.request", "registers_port.ask"],
  ["core.reply", "registers_port.reply"],
  ...(
    [["CONTROL_enable", "enable"], ["MAC_address", "mac"], ...["largest", "ttl", "tos"].map((n) => [`TRANSMIT_${n}`, n] as const)] as const
  ).flatMap(
    ([field, name]): WireList => [
      [`${page}.${field}_written`, `registers_port.setting_${name}`],
      [`${page}.${field}_data`, `registers_port.setting_value_${name}`],
      [`${page}.${field}_value`, `registers_port.shared_${name}`],
      [`core.control_${name}`, `registers_port.shared_${name}`],
    ],
  ),
  [`${page}.WAKE_MASK_enabled_written`, "registers_port.setting_wakeMask"],
  [`${page}.WAKE_MASK_enabled_value`, "registers_port.shared_wakeMask"],
  ["core.mask", "registers_port.shared_wakeMask"],
  ["core.control_hashKey", `${page}.HASH_KEY_key`],
  ["core.current", `${page}.CURRENT_THREAD`],
  ["registers_port.received", "core.events_rxCommitted"],
  ["registers_port.sent", "core.events_txFrames"],
  ...["offset", "write", "slot", "cause"].map((n) => [`${page}.PROTECTION_LAST_${n}`, `registers_port.last_${n}`] as const),
  ...["known", "hart"].map((n) => [`${page}.PROTECTION_LAST_${n}`, `registers_port.last_maker_${n}`] as const),
];

/** Registers of a queue of the ordinary path, and the queue. */
const ordinaryQueue = (registers: string, direction: string): WireList => [
  ...(
    [
      ["enable", "CONTROL_enable"],
      ["log_size", "CONTROL_logSize"],
      ["descriptors", "DESCRIPTORS_address"],
      ["completions", "COMPLETIONS_address"],
      ["count", "MODERATION_count"],
      ["cycles", "MODERATION_cycles"],
    ] as const
  ).map(([to, from]) => [`ordinary.${direction}Settings_${to}`, `${page}.${registers}_${from}`] as const),
  ...(
    [
      ["producer", "PRODUCER_index_written"],
      ["producer_index", "PRODUCER_index_data"],
      ["consumer", "CONSUMER_index_written"],
      ["consumer_index", "CONSUMER_index_data"],
      ["arm", "CONSUMER_armed_written"],
      ["armed", "CONSUMER_armed_data"],
    ] as const
  ).map(([to, from]) => [`ordinary.${direction}Writes_${to}`, `${page}.${registers}_${from}`] as const),
  ...(
    [
      ["PRODUCER_index_value", "producer"],
      ["CONSUMER_index_value", "consumer"],
      ["CONSUMER_armed_value", "armed"],
      ["STATUS_busy", "busy"],
      ["STATUS_running", "running"],
      ["STATUS_dmaError", "dma_error"],
      ["STATUS_malformed", "malformed"],
      ["PROGRESS_fetched", "fetched"],
      ["PROGRESS_completed", "completed"],
    ] as const
  ).map(([to, from]) => [`${page}.${registers}_${to}`, `ordinary.${direction}Status_${from}`] as const),
];
const ordinary: WireList = [
  ["core.ordinary", "ordinary.from"],
  ...ordinaryQueue("ORDINARY_RX", "receive"),
  ...ordinaryQueue("ORDINARY_TX", "transmit"),
  [`${page}.ORDINARY_RX_FRAMES_count_increment`, "ordinary.events_delivered"],
  [`${page}.ORDINARY_RX_DROPPED_count_increment`, "ordinary.events_dropped"],
  [`${page}.ORDINARY_TX_FRAMES_count_increment`, "ordinary.events_sent"],
  [`${page}.ORDINARY_TX_REFUSED_count_increment`, "ordinary.events_refused"],
];

const statusLines: WireList = [
  ["status_lines.received", "core.news_received"],
  ["status_lines.sent", "core.news_sent"],
  ["status_lines.status", "core.status"],
  ["status_lines.slot", "core.statusSlot"],
  ["status_lines.settings_enable", `${page}.STATUS_LINES_CONTROL_enable`],
  ["status_lines.settings_base", `${page}.STATUS_LINES_BASE_address`],
  [`${page}.STATUS_LINES_STATUS_busy`, "status_lines.busy"],
  [`${page}.STATUS_LINES_STATUS_idle`, "status_lines.idle"],
  [`${page}.STATUS_LINES_WRITTEN_count_increment`, "status_lines.written"],
  [`${page}.STATUS_LINES_FAILED_count_increment`, "status_lines.failed_valid"],
];

const controlEvents: WireList = [
  ["control_events.link", "link"],
  ["control_events.receiveError", "core.news_rxFails"],
  ["control_events.transmitError", "core.news_txFails"],
  ["control_events.statusError", "status_lines.failed"],
  ["control_events.ordinaryReceiveStop", "ordinary.events_receive_stops"],
  ["control_events.ordinaryTransmitStop", "ordinary.events_transmit_stops"],
  ["control_events.miss", "core.news_miss"],
  ["control_events.overflow", "core.news_full"],
  ["control_events.placed", "core.news_placed"],
  ["control_events.malformedDoorbell", "core.news_outside"],
  ["control_events.malformedDescriptor", "core.news_malformed"],
  ...["valid", "offset", "write"].map((n) => [`control_events.fault_${n}`, `registers_port.fault_${n}`] as const),
  ...(
    [
      ["settings_enable", "CONTROL_enable"],
      ["settings_kinds", "CONTROL_kinds"],
      ["settings_log_size", "CONTROL_logSize"],
      ["settings_base", "RING_address"],
      ["settings_count", "MODERATION_count"],
      ["settings_cycles", "MODERATION_cycles"],
      ["writes_head", "HEAD_index_written"],
      ["writes_head_index", "HEAD_index_data"],
      ["writes_arm", "HEAD_armed_written"],
      ["writes_armed", "HEAD_armed_data"],
      ["status_busy", "STATUS_busy"],
      ["status_running", "STATUS_running"],
      ["status_dma_error", "STATUS_dmaError"],
      ["status_malformed", "STATUS_malformed"],
      ["status_link", "STATUS_link"],
      ["status_tail", "TAIL_index"],
      ["status_head", "HEAD_index_value"],
      ["status_armed", "HEAD_armed_value"],
      ["lost", "LOST_count_increment"],
      ["recorded", "RECORDED_count_increment"],
    ] as const
  ).map(([port, register]) => [`control_events.${port}`, `${page}.EVENT_QUEUE_${register}`] as const),
];

const wire: WireList = [
  ["rx", "core.rx"],
  ["tx", "wire_turns.to"],
  ["core.tx", "wire_turns.from_0"],
];

/** Masters of memory in the order of their numbers, and those of them that read: a channel of each. */
type Channel = "Aw" | "W" | "B" | "Ar" | "R";
type Master = (channel: Channel) => string;
const part =
  (name: string): Master =>
  (channel) =>
    `${name}.${channel.toLowerCase()}`;
const walkersPort: Master = (channel) => `core.walker${channel}`;
const readersOf = (c: Config): readonly Master[] => [part("core"), part("ordinary"), ...(c.walker ? [walkersPort] : [])];
const mastersOf = (c: Config): readonly Master[] => [...readersOf(c), part("status_lines"), part("control_events")];
const memory = (c: Config): WireList => [
  ...mastersOf(c).flatMap(
    (m, i): WireList => [
      ...same(["valid", "ready", "payload_address", "payload_length"], `${m("Aw")}_`, `writes.fromAw_${i}_`),
      [m("W"), `writes.fromW_${i}`],
      ...same(["valid", "ready", "payload_response"], `${m("B")}_`, `writes.fromB_${i}_`),
    ],
  ),
  ...readersOf(c).flatMap(
    (m, i): WireList => [
      ...same(["valid", "ready", "payload_address", "payload_length"], `${m("Ar")}_`, `reads.fromAr_${i}_`),
      ...same(["valid", "ready", "payload_data", "payload_response", "payload_last"], `${m("R")}_`, `reads.fromR_${i}_`),
    ],
  ),
  ["aw", "writes.aw"],
  ["w", "writes.w"],
  ["b", "writes.b"],
  ...same(["valid", "ready", "payload_address", "payload_length"], "ar_", "reads.ar_"),
  ...same(["valid", "ready", "payload_data", "payload_response", "payload_last"], "r_", "reads.r_"),
];
/** IDs of masters with fewer of them; the upper bits are zero. */
const idsOf = (c: Config): readonly (readonly [to: string, from: string])[] => [
  ...mastersOf(c).flatMap(
    (m, i) =>
      [
        [`writes.fromAw_${i}_payload_id`, `${m("Aw")}_payload_id`],
        [`${m("B")}_payload_id`, `writes.fromB_${i}_payload_id`],
      ] as const,
  ),
  ...readersOf(c).flatMap(
    (m, i) =>
      [
        [`reads.fromAr_${i}_payload_id`, `${m("Ar")}_payload_id`],
        [`${m("R")}_payload_id`, `reads.fromR_${i}_payload_id`],
      ] as const,
  ),
  ["ar_payload_id", "reads.ar_payload_id"],
  ["reads.r_payload_id", "r_payload_id"],
];

/** The table walker's registers, and what becomes of its events; the command's two fields are one. */
const walker = "WALKER";
const walkerWires: WireList = [
  ...(
    [
      ["enable", "CONTROL_enable"],
      ["log_buckets", "CONTROL_logBuckets"],
      ["first", "CONTROL_first"],
      ["buckets", "BUCKETS_address"],
      ["entries", "ENTRIES_address"],
      ["last", "LAST_entry"],
      ["key", "KEY_key"],
    ] as const
  ).map(([to, from]) => [`core.walkerSettings_${to}`, `${page}.${walker}_${from}`] as const),
  ["core.walkerCommand_entry", `${page}.${walker}_INVALIDATE_entry_data`],
  ["core.walkerBusy", `${page}.${walker}_STATUS_busy`],
  ["core.walkerInvalidating", `${page}.${walker}_STATUS_invalidating`],
  ...(
    [
      ["WALKS", "walks"],
      ["JOINED", "joined"],
      ["FILLS", "fills"],
      ["EVICTIONS", "evictions"],
      ["NOT_FOUND", "notFound"],
      ["MALFORMED", "malformed"],
      ["FAILED", "failed"],
      ["NO_SLOT", "noSlot"],
    ] as const
  ).map(([register, count]) => [`${page}.${walker}_${register}_count_increment`, `core.walkerCounts_${count}`] as const),
  [`${page}.${walker}_ROOM_FULL_count_increment`, "core.roomFull"],
  ["control_events.malformedEntry", "core.malformedEntry"],
  ["control_events.tableReadError", "core.tableReadFails"],
  ["control_events.tableWriteError", "core.tableWriteFails"],
  ["trace_waiting", "core.waiting"],
];
const invalidate = `${page}.${walker}_INVALIDATE`;
const walkerDerived: readonly DerivedPin[] = [
  {
    to: "core.walkerCommand_all",
    from: [`${invalidate}_all_written`, `${invalidate}_all_data`],
    value: ([written = 0n, all = 0n]) => written & all,
  },
  {
    to: "core.walkerCommand_valid",
    from: [`${invalidate}_all_written`, `${invalidate}_all_data`, `${invalidate}_entry_written`],
    value: ([written = 0n, all = 0n, entry = 0n]) => entry | (written & all),
  },
];

/** Pulses for the logic analyser, and the counters that count one pulse. */
const event = (name: string): string => `core.events_${name}`;
const told: WireList = [
  ["irqWake", "core.irq"],
  ["trace_parsed", event("rxFrames")],
  ["trace_delivered", event("rxAccepted")],
  ["trace_empty", event("rxEmpty")],
  ["trace_ordinary", event("rxOrdinary")],
  ["trace_causes", event("verdicts")],
  ["trace_committed", event("rxCommitted")],
  ["trace_lost", event("rxLost")],
  ["trace_sent", event("txFrames")],
  [`${page}.RX_ORDINARY_count_increment`, event("rxOrdinary")],
  [`${page}.RX_OVERSIZE_count_increment`, event("rxOversize")],
  [`${page}.TX_FRAMES_count_increment`, event("txFrames")],
  [`${page}.TX_MALFORMED_count_increment`, event("txMalformed")],
  [`${page}.TX_FAILED_count_increment`, event("txFailed")],
];

const sum = (from: readonly bigint[]): bigint => from.reduce((a, b) => a + b, 0n);
const some = (from: readonly bigint[]): bigint => (from.some((v) => v !== 0n) ? 1n : 0n);
const dmaError = dropCauses.indexOf("dma_error");
const causeBit = (verdicts: bigint | undefined, i: number): bigint => ((verdicts ?? 0n) >> BigInt(i)) & 1n;

const derivedOf = (c: Config): readonly DerivedPin[] => [
  ...idsOf(c).map(([to, from]): DerivedPin => ({ to, from: [from], value: ([id = 0n]) => id })),
  ...["core.now", "registers_port.now", "control_events.now", `${page}.TIMESTAMP_cycles`].map(
    (to): DerivedPin => ({ to, from: ["now"], value: ([now = 0n]) => now }),
  ),
  { to: "registers_port.setting_value_wakeMask", from: [`${page}.WAKE_MASK_enabled_data`], value: ([on = 0n]) => -on },
  { to: "control_events.fault_slot", from: ["registers_port.fault_slot"], value: ([slot = 0n]) => slot },
  {
    to: "control_events.fault_askers",
    from: ["registers_port.fault_maker_known", "registers_port.fault_maker_hart"],
    value: ([known = 0n, hart = 0n]) => (hart < c.harts ? known << hart : 0n),
  },
  ...["FOREIGN", "NO_DOORBELL", "NO_HART"].map(
    (cause, i): DerivedPin => ({
      to: `${page}.PROTECTION_${cause}_count_increment`,
      from: ["registers_port.fault_valid", "registers_port.fault_cause"],
      value: ([valid = 0n, is]) => (is === BigInt(i) ? valid : 0n),
    }),
  ),
  // What the wire's side lost is counted with what the core lost.
  {
    to: `${page}.RX_FRAMES_count_increment`,
    from: [event("rxFrames"), "wireLosses_overflowed", "wireLosses_spoiled"],
    value: sum,
  },
  { to: `${page}.RX_OVERFLOW_count_increment`, from: [event("rxOverflow"), "wireLosses_overflowed"], value: sum },
  { to: `${page}.RX_SPOILED_count_increment`, from: [event("rxSpoiled"), "wireLosses_spoiled"], value: sum },
  { to: `${page}.RX_ACCEPTED_count_increment`, from: [event("rxCommitted"), event("rxEmpty")], value: sum },
  ...dropCauses.map(
    (cause, i): DerivedPin => ({
      to: `${page}.RX_DROP_${cause.toUpperCase()}_count_increment`,
      from: [event("verdicts"), event("rxLost")],
      value: ([verdicts, lost = 0n]) => causeBit(verdicts, i) + (i === dmaError ? lost : 0n),
    }),
  ),
  { to: `${page}.EVENTS_rxOverflow_set`, from: [event("rxOverflow"), "wireLosses_overflowed"], value: some },
  {
    to: `${page}.EVENTS_dmaError_set`,
    from: [event("txFailed"), event("rxLost"), event("verdicts")],
    value: ([failed = 0n, lost = 0n, verdicts]) => failed | lost | causeBit(verdicts, dmaError),
  },
  { to: `${page}.EVENTS_txMalformed_set`, from: [event("txMalformed")], value: some },
  {
    to: "irqEvent",
    from: [
      "control_events.irq",
      `${page}.EVENT_MASK_enabled`,
      ...["rxOverflow", "dmaError", "txMalformed"].map((n) => `${page}.EVENTS_${n}_value`),
    ],
    value: ([queue = 0n, mask = 0n, ...pending]) => some([queue, ...pending.map((p, i) => p & (mask >> BigInt(i)))]),
  },
  { to: "trace_refused", from: [event("rxOverflow"), event("rxSpoiled"), event("rxOversize")], value: some },
];

/** The prototype's packet pages: bit 0 transmit, 1 receive. */
const legacy: WireList = ["legacyRequests", "legacyStates"].map((n) => [`ordinary.${n}`, `registers_port.${n}`] as const);
const legacyPins: readonly DerivedPin[] = (["Tx", "Rx"] as const).flatMap((way, i): readonly DerivedPin[] => [
  {
    to: way === "Rx" ? "irqOrdinaryReceive" : "irqOrdinaryTransmit",
    from: [`ordinary.irq${way}`, "registers_port.legacyIrq"],
    value: ([own = 0n, pages = 0n]) => own | ((pages >> BigInt(i)) & 1n),
  },
  {
    to: `${page}.LEGACY_${way.toUpperCase()}_REFUSED_count_increment`,
    from: ["registers_port.refuses"],
    value: ([refuses = 0n]) => (refuses >> BigInt(i)) & 1n,
  },
]);
const plainLines: WireList = [
  ["irqOrdinaryReceive", "ordinary.irqRx"],
  ["irqOrdinaryTransmit", "ordinary.irqTx"],
];

/** The wires of `nic`, made of `c`. */
export const nicWiring = (nic: Module, c: Config): Wiring => {
  // Where the wire is as wide as the bus the kernel's frames go to it as they are.
  const resized = nic.instances.some((i) => i.name === "ordinary_to_resized");
  const kernels: WireList = resized
    ? [
        ["ordinary.to", "ordinary_to_resized.from"],
        ["ordinary_to_resized.to", "wire_turns.from_1"],
      ]
    : [["ordinary.to", "wire_turns.from_1"]];
  const prototype: WireList = c.prototypeView ? [[`${page}.PROTOTYPE`, "registers_port.prototype"], ...legacy] : plainLines;
  return {
    wires: [
      ...[...software, ...prototype, ...ordinary, ...statusLines, ...controlEvents, ...wire, ...kernels, ...memory(c), ...told],
      ...(c.walker ? walkerWires : []),
    ],
    derived: [...derivedOf(c), ...(c.walker ? walkerDerived : []), ...(c.prototypeView ? legacyPins : [])],
  };
};
