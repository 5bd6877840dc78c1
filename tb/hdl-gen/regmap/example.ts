/** A small network interface's register map with everything in it: what the tests print, compile and drive. */
import { bool, enumeration, sint, uint } from "#hdl";
import {
  command,
  counter,
  external,
  fixed,
  pop,
  push,
  rc,
  reg,
  registerMap,
  registers,
  ro,
  rw,
  w1c,
  w1s,
  window,
  wo,
} from "#hdl/regmap/index.ts";

const speed = enumeration("speed", { AUTO: 0, GIGABIT: 1, HUNDRED_GIGABIT: 4 });

export const example = registerMap(
  "demo_nic",
  {
    CONTROL: reg(0x00, "Datapath control", {
      enable: rw(0, bool, "Accept and send packets"),
      speed: rw(4, speed, "Wire speed"),
      udpPort: rw(16, uint(16), "Local UDP port", { reset: 9000 }),
    }),
    STATUS: reg(
      0x08,
      "Causes of the interrupt",
      {
        rxDone: w1c(0, bool, "A packet was written to memory"),
        txDone: w1c(1, bool, "A packet was read from memory"),
        overflow: rc(8, uint(4), "Queues that overflowed"),
      },
      { width: 32 },
    ),
    COMMAND: reg(
      0x0c,
      "Requests to the engines",
      {
        start: w1s(0, bool, "Start; 0 again when the engine runs"),
        flush: w1s(1, bool, "Drop what is queued"),
      },
      { width: 32 },
    ),
    KEY: reg(0x10, "Hash key of the connection table", { key: wo(0, uint(64), "Secret") }),
    TRIM: reg(0x18, "Clock trim", { trim: rw(0, sint(12), "Parts per million", { reset: -3 }) }, { width: 16 }),
    LINK: reg(0x1a, "Link", { up: ro(0, bool, "The link is up"), lanes: ro(4, uint(4), "Lanes in use") }, { width: 8 }),
    VERSION: reg(
      0x1c,
      "What this hardware is",
      { major: fixed(16, uint(8), 2, "Changes with what breaks software"), minor: fixed(0, uint(16), 7, "Changes with additions") },
      { width: 32 },
    ),
    RX_DROPS: reg(0x20, "Frames dropped for want of room", {
      count: counter(0, uint(32), "Frames"),
      bursts: counter(32, uint(9), "Frames, as long as they are few", { step: 3, overflow: "saturate" }),
    }),
    RX_BYTES: reg(0x28, "Bytes received", { bytes: counter(0, uint(48), "Bytes", { step: 7 }) }),
    COMPLETION: reg(0x30, "Next finished receive buffer", {
      length: pop(0, uint(16), "Bytes; 0 where nothing has finished"),
      address: pop(16, uint(48), "Physical address of the buffer"),
    }),
    BUFFER: reg(0x38, "Gives a receive buffer to the hardware", { address: push(0, uint(48), "Physical address, 64-byte aligned") }),
    HART: reg.array(0x40, { count: 4, stride: 0x08 }, "Interrupt enables of a hart", { wake: rw(0, bool, "Wake-up line") }, { width: 32 }),
    LANE: reg.array(
      0x60,
      { count: 5, stride: 0x02 },
      "State of a wire lane",
      { errors: counter(0, uint(6), "Bad blocks", { overflow: "saturate" }) },
      { width: 16 },
    ),
    TIMER: reg(0x70, "Restarts the timer", { ticks: command(0, uint(24), "Ticks until it fires") }, { width: 32 }),
    RX: registers.array(0x100, { count: 8, stride: 0x20 }, "Receive ring", {
      HEAD: reg(0x00, "Consumer, moved by software", { head: external(0, uint(32), "Byte offset") }, { width: 32 }),
      TAIL: reg(0x04, "Producer, moved by hardware", { tail: ro(0, uint(32), "Byte offset") }, { width: 32 }),
      SIZE: reg(0x08, "Size of the ring", { size: rw(0, uint(24), "Bytes; 0 turns the ring off") }),
      LAST: reg(0x10, "Arrival of the last packet", { time: ro(0, uint(64), "Ticks") }, { forwarded: true }),
    }),
    SLOT: registers.array(
      0x400,
      { count: 16, stride: 0x40 },
      "Connection table",
      {
        LOCAL: reg(0x00, "Local end", { address: rw(0, uint(32), "IPv4 address"), port: rw(32, uint(16), "UDP port") }),
        REMOTE: reg(0x08, "Remote end", { address: rw(0, uint(32), "IPv4 address"), port: rw(32, uint(16), "UDP port") }),
        COUNTS: reg.array(0x10, { count: 4, stride: 0x08 }, "Packets by outcome", { packets: ro(0, uint(32), "Packets") }),
        OWNER: reg(0x30, "Task that owns the slot", { task: wo(0, uint(64), "Opaque to hardware") }),
      },
      { forwarded: true },
    ),
    MAC: registers(0x800, "Ethernet", {
      SOURCE: reg(0x00, "Own address", { address: rw(0, uint(48), "First byte on the wire in bits 47 to 40") }),
      TYPE: reg(0x08, "Frame format", { tagged: rw(0, bool, "Frames carry an 802.1Q tag") }, { width: 8 }),
    }),
    TRACE: window(0xc00, 0x400, "Trace memory", { access: "ro" }),
  },
  {
    doc: "A small network interface.",
    size: 0x1000,
    compatible: ["accio,demo-nic-2", "accio,demo-nic"],
    interrupts: { rx: "A packet was received", tx: "A packet was sent" },
  },
);
