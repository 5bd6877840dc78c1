/**
 * UART compatible with the 16550: registers, FIFOs and interrupts as drivers know them, without a serial line behind it.
 * Characters leave as fast as they are taken, and come as fast as the receiver has room, whatever the divisor says. Modem
 * lines are always connected and never change; there are no parity, framing or break errors.
 */
import {
  type Bits,
  type Bool,
  type Builder,
  bool,
  cat,
  choose,
  constant,
  input,
  module,
  mux,
  output,
  priorityMux,
  stream,
  uint,
} from "#hdl";
import { registerBus } from "#hdl/lib/register-bus.ts";

/** Bits of an address: a register every 4 bytes, 8 of them; the rest is refused. */
export const uartAddressBits = 12;
/** Characters in each FIFO. */
export const uartDepth = 16;
/** Cycles without a character before a receiver below its trigger level tells of what it has. */
export const uartTimeout = 256;

/** Registers by number: receive and transmit, IER, IIR and FCR, LCR, MCR, LSR, MSR, SCR. */
const number = { data: 0, ier: 1, iir: 2, lcr: 3, mcr: 4, lsr: 5, msr: 6, scr: 7 } as const;
/** The same for headers: a register stands at four times its number. */
export const uartRegisters = number;
/** What IIR says, most urgent first; bit 0 is 0 where something is to be told. */
const causes = { line: 0b0110, data: 0b0100, timeout: 0b1100, empty: 0b0010, none: 0b0001 } as const;

/** A FIFO of characters that can be emptied at once. A character for a full one is lost; one is read where there is one. */
const characters = (h: Builder, name: string, clear: Bool) => {
  const head = h.register(`${name}_head`, uint(4), { doc: "Its first character" });
  const count = h.register(`${name}_count`, uint(5), { doc: "Characters in it" });
  const cells = h.memory(`${name}_cells`, uint(8), uartDepth, { style: "distributed" });
  const push = h.wire(`${name}_push`, bool);
  const data = h.wire(`${name}_data`, uint(8));
  const pop = h.wire(`${name}_pop`, bool);
  const full = h.net(`${name}_full`, count.eq(uartDepth));
  const empty = h.net(`${name}_empty`, count.eq(0));
  const takes = h.net(`${name}_takes`, push.and(full.not()));
  const gives = h.net(`${name}_gives`, pop.and(empty.not()));
  cells.write(head.add(count.trunc(4)), data, takes);
  h.when(gives, () => head.next(head.add(1)));
  h.when(takes.ne(gives), () => count.next(mux(takes, count.add(1), count.sub(1))));
  h.when(clear, () => count.next(0));
  const runsEmpty = gives.and(takes.not()).and(count.eq(1)).or(clear.and(empty.not()));
  return { push, data, pop, full, empty, count, first: cells.read(head), runsEmpty };
};

export const uart = module(
  "uart",
  {
    /** An access touches the registers whose lowest byte it has. */
    bus: input(registerBus({ addressBits: uartAddressBits })),
    /** Characters sent. */
    tx: output(stream(uint(8))),
    /** Characters received. */
    rx: input(stream(uint(8))),
    /** Level. */
    irq: output(bool),
  },
  ({ bus, tx, rx, irq }, h) => {
    const { ier, lcr, mcr, scr, dll, dlm } = h.registers({
      ier: uint(4),
      lcr: uint(8),
      mcr: uint(5),
      scr: uint(8),
      dll: uint(8),
      dlm: uint(8),
    });
    const { fifos, trigger } = h.registers({ /** FIFOs are on: FCR bit 0. */ fifos: bool, trigger: uint(2) });
    const { overrun, emptied } = h.registers({
      /** A character was lost: LSR bit 1. */
      overrun: bool,
      /** The transmitter has run empty, and nobody has asked since. */
      emptied: bool,
    });
    const divisor = lcr.bit(7);
    const loop = mcr.bit(4);

    // ---- what an access touches: one register is one half of a word ----
    const half = (n: number): number => 32 * (n % 2);
    const touched = (n: number): Bool => bus.fire.and(bus.word.eq(n >> 1)).and(bus.strobe.bit(half(n) / 8));
    const read = (n: number): Bool => touched(n).and(bus.write.not());
    const written = (n: number): Bool => touched(n).and(bus.write);
    const data = (n: number): Bits<8> => bus.data.slice(half(n) + 7, half(n)) as Bits<8>;
    bus.ready.drive(1);

    // ---- characters ----
    const control = data(number.iir);
    const { switched } = h.nets({ /** Turning the FIFOs on or off empties them. */ switched: control.bit(0).ne(fifos) });
    const receive = characters(h, "receive", written(number.iir).and(control.bit(1).or(switched)));
    const send = characters(h, "send", written(number.iir).and(control.bit(2).or(switched)));
    send.push.drive(written(number.data).and(divisor.not()));
    send.data.drive(data(number.data));
    receive.pop.drive(read(number.data).and(divisor.not()));

    // The shift register keeps its character whatever happens to the FIFO, so that nothing offered is taken back.
    const { shifting } = h.registers({ shifting: bool });
    const { shifted } = h.registers({ shifted: uint(8).noReset() });
    const { shifts } = h.nets({ shifts: send.empty.not().and(shifting.not().or(tx.ready)).and(loop.not()) });
    tx.valid.drive(shifting);
    tx.payload.drive(shifted);
    h.when(shifts, () => {
      shifting.next(1);
      shifted.next(send.first);
    }).elseWhen(tx.ready, () => shifting.next(0));
    const { loops } = h.nets({
      /** In loop mode the transmitter feeds the receiver, which takes what it has room for. */ loops: send.empty.not().and(loop),
    });
    send.pop.drive(shifts.or(loops));
    rx.ready.drive(receive.full.not().and(loop.not()));
    receive.push.drive(mux(loop, loops.and(receive.full.not()), rx.fire));
    receive.data.drive(mux(loop, send.first, rx.payload));

    // ---- interrupts ----
    const { quiet } = h.registers({ /** Cycles since a character came or was read, while some wait. */ quiet: uint(9) });
    h.when(receive.empty.or(receive.push).or(receive.pop), () => quiet.next(0)).elseWhen(quiet.ne(uartTimeout), () =>
      quiet.next(quiet.add(1)),
    );
    const level = mux(
      fifos,
      choose(
        trigger,
        [1, 4, 8, 14].map((n) => constant(5, n)),
      ),
      constant(5, 1),
    );
    const { reached } = h.nets({ reached: receive.count.ge(level) });
    const { cause } = h.nets({
      cause: priorityMux<Bits<4>>(
        [
          { when: ier.bit(2).and(overrun), value: uint(4).of(causes.line) },
          { when: ier.bit(0).and(reached), value: uint(4).of(causes.data) },
          { when: ier.bit(0).and(quiet.eq(uartTimeout)), value: uint(4).of(causes.timeout) },
          { when: ier.bit(1).and(emptied), value: uint(4).of(causes.empty) },
        ],
        uint(4).of(causes.none),
      ),
    });
    irq.drive(cause.bit(0).not());
    const { asks } = h.nets({
      /** The driver now asks to be told of an empty transmitter. */ asks: written(number.ier)
        .and(divisor.not())
        .and(data(number.ier).bit(1))
        .and(ier.bit(1).not()),
    });
    h.when(send.push.or(read(number.iir).and(cause.eq(causes.empty))), () => emptied.next(0));
    h.when(send.runsEmpty.or(asks.and(send.empty)), () => emptied.next(1));
    h.when(read(number.lsr), () => overrun.next(0));
    h.when(loops.and(receive.full), () => overrun.next(1));

    // ---- registers ----
    h.when(written(number.data).and(divisor), () => dll.next(data(number.data)));
    h.when(written(number.ier), () => {
      h.when(divisor, () => dlm.next(data(number.ier))).otherwise(() => ier.next(data(number.ier).trunc(4)));
    });
    h.when(written(number.iir), () => {
      fifos.next(control.bit(0));
      trigger.next(control.slice(7, 6));
    });
    h.when(written(number.lcr), () => lcr.next(data(number.lcr)));
    h.when(written(number.mcr), () => mcr.next(data(number.mcr).trunc(5)));
    h.when(written(number.scr), () => scr.next(data(number.scr)));

    const { line, modem } = h.nets({
      line: cat(constant(1, 0), send.empty.and(shifting.not()), send.empty, constant(3, 0), overrun, receive.empty.not()),
      // CD, RI, DSR, CTS; in loop mode they are OUT2, OUT1, DTR, RTS.
      modem: cat(mux(loop, cat(mcr.bit(3), mcr.bit(2), mcr.bit(0), mcr.bit(1)), constant(4, 0b1011)), constant(4, 0)),
    });
    const values: readonly Bits[] = [
      mux(divisor, dll, mux(receive.empty, constant(8, 0), receive.first)),
      mux(divisor, dlm, ier.zext(8)),
      cat(fifos, fifos, constant(2, 0), cause),
      lcr,
      mcr.zext(8),
      line,
      modem,
      scr,
    ];
    const words = [0, 2, 4, 6].map((n) => cat((values[n + 1] as Bits).zext(32), (values[n] as Bits).zext(32)));
    const { answered, refused } = h.registers({ answered: bool, refused: bool });
    const { word } = h.registers({ word: uint(64).noReset() });
    const inside = bus.word.lt(4);
    answered.next(bus.fire);
    refused.next(inside.not());
    word.next(mux(inside.and(bus.write.not()), choose(bus.word.trunc(2), words) as Bits<64>, constant(64, 0)));
    bus.response.valid.drive(answered);
    bus.response.error.drive(refused);
    bus.response.data.drive(word);
  },
);
