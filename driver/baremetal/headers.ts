/** The headers that bare-metal programs include, all from the maps of the hardware. */
import { cHeader } from "#hdl/regmap/index.ts";
import { doorbellMap, nicMap } from "#rtl/nic/registers.ts";
import { socHeader } from "#rtl/soc/c-header.ts";
import type { SocMap } from "#rtl/soc/map.ts";
import { systemMap } from "#rtl/soc/system.ts";
import { uartDepth, uartRegisters } from "#rtl/soc/uart.ts";

/** Names of the 16550's registers: some share a place, by direction or by the divisor's switch (LCR bit 7). */
const uartNames: Readonly<Record<keyof typeof uartRegisters, readonly string[]>> = {
  data: ["RBR", "THR", "DLL"],
  ier: ["IER", "DLM"],
  iir: ["IIR", "FCR"],
  lcr: ["LCR"],
  mcr: ["MCR"],
  lsr: ["LSR"],
  msr: ["MSR"],
  scr: ["SCR"],
};
/** Bits that programs use, by register. */
const uartBits: Readonly<Record<string, number>> = {
  IER_RECEIVED: 0x01,
  IER_THR_EMPTY: 0x02,
  IER_LINE: 0x04,
  FCR_ENABLE: 0x01,
  FCR_CLEAR_RECEIVER: 0x02,
  FCR_CLEAR_TRANSMITTER: 0x04,
  LCR_DIVISOR: 0x80,
  MCR_LOOP: 0x10,
  LSR_DATA_READY: 0x01,
  LSR_OVERRUN: 0x02,
  LSR_THR_EMPTY: 0x20,
  LSR_IDLE: 0x40,
};

/** `accio_uart.h`: offsets of the registers, one every 4 bytes, and the bits in them. */
export const uartHeader = (): string =>
  [
    "/* The console's 16550. Generated: change rtl/soc/uart.ts instead. */",
    "#ifndef ACCIO_UART_H",
    "#define ACCIO_UART_H",
    "",
    ...Object.entries(uartRegisters).flatMap(([key, n]) =>
      uartNames[key as keyof typeof uartRegisters].map((name) => `#define UART_${name} ${4 * n}`),
    ),
    "",
    ...Object.entries(uartBits).map(([name, value]) => `#define UART_${name} 0x${value.toString(16).padStart(2, "0")}`),
    `#define UART_FIFO_DEPTH ${uartDepth}`,
    "",
    "#endif",
    "",
  ].join("\n");

/** Every generated header of a system, by file name. */
export const baremetalHeaders = (map: SocMap): ReadonlyMap<string, string> =>
  new Map([
    ["accio_soc.h", socHeader(map)],
    ["accio_system.h", cHeader(systemMap)],
    ["accio_uart.h", uartHeader()],
    ["accio.h", cHeader(nicMap(map.config.accio))],
    ["accio_doorbell.h", cHeader(doorbellMap(map.config.accio))],
  ]);
