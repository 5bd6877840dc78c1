/**
 * The 16550 as the program `registers` uses it: every register at every place, in loop mode, where what is sent is
 * received. Registers are a byte at the start of every four; the other bytes read as zero.
 */
import type { Random } from "#hdl/simulate/index.ts";
import { uartDepth, uartRegisters } from "#rtl/soc/uart.ts";
import { lanes, type Operation, operation } from "./table.ts";

const n = uartRegisters;
const fifosOn = 0xc0;
const nothing = 0x01;
const transmitterEmpty = 0x60;
const dataReady = 0x01;
const overrun = 0x02;
/** CD, DSR, CTS: the modem lines of a console that is connected. */
const connected = 0xb0;
const loop = 0x10;
const divisor = 0x80;
/** Bits that can be written. */
const writable = { ier: 0x0f, lcr: 0xff, mcr: 0x1f, scr: 0xff } as const;

/** The accesses. The console is idle before, and as programs use it afterwards. */
export const uartOperations = (base: number, random: Random): readonly Operation[] => {
  const to: Operation[] = [];
  /** What each register reads as. */
  const values = [0, 0, fifosOn | nothing, 0, 0, transmitterEmpty, connected, 0];
  const name = (address: number): string => `uart register ${Math.floor((address - base) / 4)}`;
  const write = (register: number, value: number): void => {
    to.push(operation("write", name(base + 4 * register), base + 4 * register, 1, BigInt(value)));
  };
  const read = (register: number, value: number): void => {
    to.push(operation("read", name(base + 4 * register), base + 4 * register, 1, BigInt(value)));
  };
  const word = (pair: number): bigint => BigInt(values[2 * pair] as number) | (BigInt(values[2 * pair + 1] as number) << 32n);
  const readAll = (): void => {
    for (let pair = 0; pair < 4; pair++)
      for (const { first, bytes } of lanes)
        to.push(operation("read", name(base + 8 * pair + first), base + 8 * pair + first, bytes, word(pair) >> BigInt(8 * first)));
  };

  write(n.lcr, 0);
  readAll();
  // What holds what is written: each at its byte, at the bytes beside it, and with its neighbour.
  for (const [key, mask] of Object.entries(writable) as (readonly [keyof typeof writable, number])[]) {
    const register = n[key];
    const at = base + 4 * register;
    for (const { first, bytes } of lanes.filter((l) => l.first + l.bytes <= 4)) {
      const value = random.bits(8 * bytes);
      // The divisor's switch would exchange registers, loop mode moves the modem lines: each has its own turn below.
      const allowed = BigInt(key === "lcr" ? mask & ~divisor : key === "mcr" ? mask & ~loop : mask);
      to.push(operation("write", name(at), at + first, bytes, first === 0 ? value & (~0xffn | allowed) : value));
      if (first === 0) values[register] = Number(value & allowed);
      // An empty transmitter is told of when it is asked for, until IIR has been read.
      if (key === "ier") {
        to.push(operation("read", name(base + 4 * n.iir), base + 4 * n.iir, 1, 0n, 0n));
        values[n.iir] = fifosOn | nothing;
      }
      readAll();
    }
    write(register, 0);
    values[register] = 0;
  }

  // An empty transmitter interrupts once, when it is allowed to.
  write(n.ier, 0x02);
  read(n.iir, fifosOn | 0x02);
  read(n.iir, fifosOn | nothing);
  write(n.ier, 0);

  // The divisor: two registers behind two others.
  write(n.lcr, divisor);
  write(n.data, 0x5a);
  write(n.ier, 0xa5);
  values[n.lcr] = divisor;
  values[n.data] = 0x5a;
  values[n.ier] = 0xa5;
  readAll();
  write(n.lcr, 0);
  values[n.lcr] = values[n.data] = values[n.ier] = 0;
  readAll();

  // Loop mode: DTR, RTS, OUT1 and OUT2 are the modem lines, and what is sent comes back, in order.
  for (const [outputs, lines] of [
    [0x1, 0x20],
    [0x2, 0x10],
    [0x4, 0x40],
    [0x8, 0x80],
  ] as const) {
    write(n.mcr, loop | outputs);
    read(n.msr, lines);
  }
  // One more than the receiver has room for is lost, and told of once.
  for (const count of [uartDepth, uartDepth + 1]) {
    const text = Array.from({ length: count }, () => Number(random.bits(8)));
    for (const c of text) write(n.data, c);
    const told = transmitterEmpty | dataReady | (count > uartDepth ? overrun : 0);
    to.push(operation("wait", name(base + 4 * n.lsr), base + 4 * n.lsr, 1, BigInt(told)));
    read(n.lsr, transmitterEmpty | dataReady);
    for (const c of text.slice(0, uartDepth)) read(n.data, c);
    read(n.lsr, transmitterEmpty);
  }
  write(n.mcr, 0);
  readAll();
  return to;
};
