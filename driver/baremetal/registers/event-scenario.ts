/**
 * A datagram that is sent, one that cannot be, and one that memory does not have: counters, events and their line, status
 * lines, and the queues of control events and of the ordinary path as far as they go without the wire.
 */
import { slotStride, slotWords } from "#rtl/ict/slot-words.ts";
import { eventKinds } from "#rtl/nic/control-event-formats.ts";
import { slotsOffset } from "#rtl/nic/registers.ts";
import { interruptOf, regionOf } from "#rtl/soc/map.ts";
import type { NicScene } from "./nic-scenario.ts";
import { plicLine } from "./plic.ts";
import { lanes, operation } from "./table.ts";

/** An address that nothing has, for DMA. */
const nowhere = 0x0800_0000n;
const slot = 2;
const at = (name: string): string => `SLOT[${slot}].${name}`;
const datagrams = 0b111n;
const stream = 0b011n;

/** Ways to send from the program's buffer. */
const sender = ({ to, map, nic, r }: NicScene) => ({
  open: (control: bigint): void => {
    r.put(at("CONTROL"), control);
    r.get(at("STATUS"));
  },
  // Until the hardware has taken it up the model is wrong about what is under way: nothing is read before it is awaited.
  doorbell: (): void => {
    nic.slots.write(slot, "TX_TAIL", 48n);
    const address = regionOf(map, "accio").base + slotsOffset + slot * slotStride + slotWords.txTail;
    to.push(operation("write", `accio ${at("TX_TAIL")}`, address, 8, 48n));
  },
  header: (length: bigint): void => {
    to.push(operation("buffer", "memory", 0, 8, length));
    for (let i = 1; i < 8; i++) to.push(operation("buffer", "memory", 8 * i, 8, r.random.bits(64)));
  },
});

const sendOperations = (scene: NicScene): void => {
  const { r, nic } = scene;
  const { open, doorbell, header } = sender(scene);
  const model = nic.registers;
  const written = (count: bigint): void => {
    model.set("STATUS_LINES.WRITTEN", "count", count);
    r.await("STATUS_LINES.WRITTEN");
  };
  // 20 bytes: a record of 48. The line is written because lines are enabled, once more because the slot was opened, and
  // again when it has sent.
  header(20n);
  open(datagrams);
  r.pointer("STATUS_LINES.BASE", 0n);
  r.put("STATUS_LINES.CONTROL", 1n);
  written(2n);
  nic.show("STATUS_LINES.STATUS", "busy", 1n);
  r.await("STATUS_LINES.STATUS");
  doorbell();
  nic.slots.sent(slot);
  r.await(at("TX_HEAD"));
  model.set("TX_FRAMES", "count", 1n);
  r.await("TX_FRAMES");
  r.readLanes("TX_FRAMES");
  r.get(at("STATUS"));
  r.get("EVENTS");
  written(3n);
  r.put("STATUS_LINES.CONTROL", 0n);
  nic.show("STATUS_LINES.STATUS", "busy", 0n);
  r.await("STATUS_LINES.STATUS");
  r.put("STATUS_LINES.BASE", 0n);
  r.readLanes("STATUS_LINES.WRITTEN");

  // Longer than what a frame holds.
  r.put(at("CONTROL"), 0n);
  header(0xffffn);
  open(datagrams);
  doorbell();
  nic.slots.stopped(slot, "malformed");
  model.set("TX_MALFORMED", "count", 1n);
  model.set("EVENTS", "txMalformed", 1n);
  r.await("EVENTS");
  r.await("TX_MALFORMED");
  r.readLanes("TX_MALFORMED");
  r.await(at("STATUS"));

  // A ring where nothing is.
  r.put(at("CONTROL"), 0n);
  r.put(at("TX_BASE"), nowhere);
  open(stream);
  doorbell();
  nic.slots.stopped(slot, "torn");
  model.set("TX_FAILED", "count", 1n);
  model.set("EVENTS", "dmaError", 1n);
  r.await("EVENTS");
  r.await("TX_FAILED");
  r.readLanes("TX_FAILED");
  r.await(at("STATUS"));
  r.readLanes("EVENTS");
};

/** The line is up while an event stands that the mask lets through; ones clear, where their byte is written. */
const lineOperations = ({ to, map, nic, r }: NicScene): void => {
  const plic = plicLine(to, map);
  const { source } = interruptOf(map, "event");
  plic.watch(source);
  r.put("EVENT_MASK", 0b001n);
  plic.quiet();
  r.put("EVENT_MASK", 0b110n);
  plic.raised(source);
  const offset = nic.registers.registers.find((x) => x.title === "EVENTS")?.offset as number;
  for (const { first, bytes } of lanes.filter((l) => l.first > 0)) {
    r.write(offset + first, bytes, r.random.bits(64));
    r.get("EVENTS");
  }
  r.write(offset, 1, 0b001n);
  r.get("EVENTS");
  r.write(offset, 1, 0b010n);
  r.get("EVENTS");
  plic.complete(source);
  plic.raised(source);
  r.write(offset, 2, 0b100n);
  r.get("EVENTS");
  plic.complete(source);
  plic.quiet();
  r.put("EVENT_MASK", 0n);
  plic.end();
};

/** A doorbell beyond its ring is a control event: a record, and the line while it was not read. */
const queueOperations = ({ to, map, nic, r }: NicScene): void => {
  const plic = plicLine(to, map);
  const { source } = interruptOf(map, "event");
  const status = (shown: Readonly<Record<string, bigint>>): void => {
    for (const [field, value] of Object.entries(shown)) nic.show("EVENT_QUEUE.STATUS", field, value);
    r.await("EVENT_QUEUE.STATUS");
  };
  plic.watch(source);
  r.pointer("EVENT_QUEUE.RING", 64n);
  r.put("EVENT_QUEUE.MODERATION", 0n);
  r.put("EVENT_QUEUE.CONTROL", 1n | (3n << 8n) | (1n << BigInt(16 + eventKinds.MALFORMED_DOORBELL)));
  status({ busy: 1n, running: 1n });
  r.put("EVENT_QUEUE.HEAD", 1n << 31n);
  r.put(at("CONTROL"), 0n);
  r.put(at("CONTROL"), stream);
  plic.quiet();
  r.put(at("TX_TAIL"), 64n);
  nic.show("EVENT_QUEUE.TAIL", "index", 1n);
  r.await("EVENT_QUEUE.TAIL");
  nic.registers.set("EVENT_QUEUE.RECORDED", "count", 1n);
  r.await("EVENT_QUEUE.RECORDED");
  plic.raised(source);
  nic.show("EVENT_QUEUE.HEAD", "index", 1n);
  r.put("EVENT_QUEUE.HEAD", 1n | (1n << 31n));
  r.readLanes("EVENT_QUEUE.HEAD");
  plic.complete(source);
  plic.quiet();
  // An index that cannot be stops it, which is told while it is armed.
  r.put("EVENT_QUEUE.HEAD", 5n | (1n << 31n));
  status({ malformed: 1n, running: 0n });
  r.get("EVENT_QUEUE.HEAD");
  plic.raised(source);
  r.put("EVENT_QUEUE.HEAD", 1n);
  plic.complete(source);
  plic.quiet();
  plic.end();
  r.put("EVENT_QUEUE.CONTROL", 8n << 8n);
  status({ busy: 0n });
  for (const name of ["TAIL", "HEAD", "RECORDED", "LOST"]) r.readLanes(`EVENT_QUEUE.${name}`);
  r.put("EVENT_QUEUE.RING", 0n);
  r.put(at("CONTROL"), 0n);
};

/** Queues of the ordinary path: free buffers are fetched, a ring that cannot be stops the queue, and both end. */
const ordinaryOperations = ({ nic, r }: NicScene): void => {
  const status = (queue: string, shown: Readonly<Record<string, bigint>>): void => {
    for (const [field, value] of Object.entries(shown)) nic.show(`${queue}.STATUS`, field, value);
    r.await(`${queue}.STATUS`);
  };
  r.pointer("ORDINARY_RX.DESCRIPTORS", 0n);
  r.pointer("ORDINARY_RX.COMPLETIONS", 128n);
  r.put("ORDINARY_RX.CONTROL", 1n | (3n << 8n));
  status("ORDINARY_RX", { busy: 1n, running: 1n });
  nic.show("ORDINARY_RX.PRODUCER", "index", 3n);
  r.put("ORDINARY_RX.PRODUCER", 3n);
  r.readLanes("ORDINARY_RX.PRODUCER");
  nic.show("ORDINARY_RX.PROGRESS", "fetched", 3n);
  r.await("ORDINARY_RX.PROGRESS");
  r.put("ORDINARY_RX.CONTROL", 8n << 8n);
  status("ORDINARY_RX", { busy: 0n, running: 0n });

  r.put("ORDINARY_TX.CONTROL", 1n | (2n << 8n));
  status("ORDINARY_TX", { busy: 1n, malformed: 1n });
  r.put("ORDINARY_TX.PRODUCER", 1n);
  r.get("ORDINARY_TX.PRODUCER");
  r.put("ORDINARY_TX.CONTROL", 8n << 8n);
  status("ORDINARY_TX", { busy: 0n });
  for (const name of ["DESCRIPTORS", "COMPLETIONS"]) r.put(`ORDINARY_RX.${name}`, 0n);
};

/** All of it, with one slot. */
export const eventOperations = (scene: NicScene): void => {
  const { r } = scene;
  for (const [name, value] of [
    ["EVENT_MASK", 0n],
    ["CONTROL", 1n],
    ["MAC", 0x02_00_00_00_00_01n],
    [at("LOCAL"), 0x0a00_0001n | (7n << 32n)],
    [at("REMOTE"), 0x0a00_0002n | (40_000n << 32n)],
    [at("NEXT_HOP"), 0x02_00_00_00_00_02n],
    [at("TX_SIZE"), 64n],
  ] as const)
    r.put(name, value);
  r.pointer(at("TX_BASE"), 0n);
  sendOperations(scene);
  lineOperations(scene);
  queueOperations(scene);
  ordinaryOperations(scene);
  for (const name of [at("CONTROL"), at("TX_SIZE"), "CONTROL"]) r.put(name, 0n);
};
