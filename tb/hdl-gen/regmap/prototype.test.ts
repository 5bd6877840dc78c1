/**
 * The register pages of the paper's prototype, as its software sees them, can be said in the language: arrays with
 * strides, registers that pop and push, 8 to 64 bits side by side; and the one clash that they have is found.
 */

import { expect, test } from "vitest";
import { bool, type Type, uint } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import {
  command,
  elements,
  external,
  pop,
  push,
  type RegisterMap,
  reg,
  registerBlock,
  registerMap,
  registers,
  ro,
  rw,
} from "#hdl/regmap/index.ts";
import { lintDesign } from "#sim/lint/index.ts";

const slots = 64;
/** A field alone in its eight bytes, which hardware may change. */
const state = <const T extends Type>(offset: number, type: T, doc: string) => reg(offset, doc, { value: external(0, type, doc) });
/** A field alone in its eight bytes. */
const setting = <const T extends Type>(offset: number, type: T, doc: string) => reg(offset, doc, { value: rw(0, type, doc) });

const table = (rows: number) =>
  registerMap(
    "ict",
    {
      IRQ: registers.array(0x000, { count: 8, stride: 0x10 }, "Interrupt enables of a CPU", {
        MASK_RX: setting(0x0, bool, "Receive interrupt"),
        MASK_TXCOMP: setting(0x8, bool, "Transmit completion interrupt"),
      }),
      ALLOC_FIRST_EMPTY: reg(0x080, "Lowest row that is not enabled", { row: ro(0, uint(32), "Row") }, { width: 32 }),
      RX_KICK_ALL_CPU: reg(0x100, "Wakes the waiting rows of a CPU that have data", { cpu: command(0, uint(32), "CPU") }),
      RX_KICK_ALL_COUNT: reg(0x108, "Rows of the last kick", { rows: ro(0, uint(7), "Rows") }),
      RX_KICK_ALL_MASK: reg(0x110, "Rows of the last kick", { rows: ro(0, uint(64), "One bit each") }),
      SCHED: registers.array(0x200, { count: 16, stride: 0x10 }, "Ready queue of a CPU", {
        READ: reg(0x0, "Next ready thread, and on to the one after", { pointer: pop(0, uint(64), "Thread; 0 where none is ready") }),
        PEEK: reg(0x8, "Next ready thread", { pointer: ro(0, uint(64), "Thread") }),
      }),
      ROW: registers.array(0x300, { count: rows, stride: 0x100 }, "A connection", {
        ENABLED: setting(0x00, bool, "Gates everything else"),
        PROTOCOL: setting(0x08, uint(8), "IP protocol"),
        SRC_IP: setting(0x10, uint(32), "Local address"),
        SRC_PORT: setting(0x18, uint(16), "Local port"),
        DST_IP: setting(0x20, uint(32), "Remote address"),
        DST_PORT: setting(0x28, uint(16), "Remote port"),
        RX_AVAILABLE: state(0x30, bool, "Received data waits"),
        RX_SUSPENDED: state(0x38, bool, "The thread waits for data"),
        TXCOMP_AVAILABLE: state(0x40, bool, "Data has been sent"),
        TXCOMP_SUSPENDED: state(0x48, bool, "The thread waits for room"),
        FLAGS_RO: reg(0x50, "Flags", { flags: ro(0, uint(64), "Flags") }),
        CONN_ID: setting(0x58, uint(16), "Free for software"),
        PROC_PTR: setting(0x60, uint(64), "Thread"),
        PROC_CPU: setting(0x68, uint(32), "Its CPU"),
        RX_RING_ADDR: setting(0x70, uint(64), "Receive ring"),
        RX_RING_SIZE: setting(0x78, uint(32), "Its bytes"),
        TX_RING_ADDR: setting(0x80, uint(64), "Transmit ring"),
        TX_RING_SIZE: setting(0x88, uint(32), "Its bytes"),
      }),
    },
    { doc: "I/O connection table.", size: 0x8000, compatible: "yale-systems,iocache" },
  );

const word = <const T extends Type>(offset: number, type: T, doc: string, width: 8 | 16 | 32 = 32) =>
  reg(offset, doc, { value: external(0, type, doc) }, { width });
const rings = registers.array(0x0, { count: slots, stride: 0x20 }, "A receive ring", {
  HEAD: word(0x00, uint(32), "Consumer"),
  TAIL: word(0x04, uint(32), "Producer"),
  DROP: reg(0x08, "Datagrams dropped", { count: ro(0, uint(32), "Datagrams") }, { width: 32 }),
  LAST_TIMESTAMP: reg(0x10, "Arrival of the last datagram", { ticks: ro(0, uint(64), "Ticks") }),
});
const transmit = registerMap(
  "udp_tx",
  {
    RING: registers.array(0x0, { count: slots, stride: 0x10 }, "A transmit ring", {
      HEAD: word(0x00, uint(32), "Consumer"),
      TAIL: word(0x04, uint(32), "Producer: the doorbell"),
      LAST_TIMESTAMP: reg(0x08, "Departure of the last datagram", { ticks: ro(0, uint(64), "Ticks") }),
    }),
    MTU: word(0x400, uint(16), "Largest UDP payload", 16),
    MAC_DST: setting(0x408, uint(48), "Destination"),
    MAC_SRC: setting(0x410, uint(48), "Source"),
    IP_TOS: word(0x420, uint(8), "Type of service", 8),
    IP_TTL: word(0x424, uint(8), "Time to live", 8),
    IP_ID: word(0x428, uint(16), "Identification", 16),
    UDP_CSUM0_OK: word(0x42c, bool, "Checksum 0 may be sent", 8),
    IRQ_PENDING: word(0x430, bool, "Interrupt", 8),
    IRQ_CLEAR: word(0x434, bool, "Clears it", 8),
  },
  { doc: "UDP transmit engine.", size: 0x1000, compatible: "yale-systems,acc-nic-udp-tx-engine" },
);
const legacy = registerMap(
  "legacy_tx",
  {
    REQUESTS: reg(0x00, "Requests that wait", { count: ro(0, uint(16), "Requests") }, { width: 16 }),
    REQUEST: reg(0x08, "Sends a fragment", {
      address: push(0, uint(48), "Bus address"),
      length: push(48, uint(15), "Bytes"),
      partial: push(63, bool, "More of the frame follows"),
    }),
    COMPLETIONS: reg(0x10, "Completions that wait", { count: ro(0, uint(16), "Completions") }, { width: 16 }),
    COMPLETION: reg(0x12, "Takes a completion", { done: pop(0, bool, "There was one") }, { width: 8 }),
    PENDING: word(0x18, bool, "Interrupt"),
    CLEAR: word(0x1c, bool, "Clears it"),
  },
  { doc: "Packet transmit engine.", size: 0x1000, compatible: "yale-systems,acc-nic-tx-engine" },
);

const offsetOf = (map: RegisterMap, title: string): number | undefined =>
  map.registers.flatMap((r) => [...elements(r)]).find((e) => e.title === title)?.offset;

test("offsets are the prototype's", () => {
  expect(offsetOf(table(slots), "IRQ[3].MASK_TXCOMP")).toBe(0x038);
  expect(offsetOf(table(slots), "SCHED[3].PEEK")).toBe(0x238);
  expect(offsetOf(table(slots), "ROW[63].TX_RING_SIZE")).toBe(0x300 + 63 * 0x100 + 0x88);
  expect(offsetOf(transmit, "RING[63].LAST_TIMESTAMP")).toBe(0x3f8);
  expect(offsetOf(transmit, "IRQ_CLEAR")).toBe(0x434);
});
test("ring 32 of the receive engine lies on the interrupt registers", () => {
  const clashing = (at: number) => () =>
    registerMap("udp_rx", { RING: rings, IRQ_PENDING: word(at, bool, "Interrupt", 8) }, { doc: "UDP receive engine.", size: 0x1000 });
  expect(clashing(0x400)).toThrow("udp_rx: IRQ_PENDING (0x400 to 0x400) overlaps RING[32].HEAD (0x400 to 0x403); move one of them");
  expect(offsetOf(clashing(0x800)(), "RING[32].HEAD")).toBe(0x400);
});
// Four rows are enough for linters; sixty-four of them in flip-flops cost Yosys half a minute.
test.each([table(4), transmit, legacy].map((m) => [m.name, m] as const))("the block of %s passes every linter", async (_, map) => {
  const block = registerBlock(map as RegisterMap);
  const { findings } = await lintDesign(emitDesign(block), block);
  expect(findings).toEqual([]);
});
