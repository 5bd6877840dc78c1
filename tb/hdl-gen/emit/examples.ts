/** Modules whose Verilog is kept as golden files: one for each thing that the emitter has to say well. */
import {
  array,
  type Bits,
  bool,
  cat,
  choose,
  clock,
  clog2,
  enumeration,
  external,
  index,
  inout,
  input,
  module,
  mux,
  output,
  sint,
  stream,
  struct,
  uint,
} from "#hdl";

/** Counts the cycles in which `enable` is 1. */
export const counter = module(
  "counter",
  {
    enable: input(bool),
    /** Starts again at zero after the largest value. */
    count: output(uint(8)),
  },
  ({ enable, count }, h) => {
    const { value } = h.registers({ value: uint(8) });
    h.when(enable, () => value.next(value.add(1)));
    count.drive(value);
  },
);

/** FIFO of `depth` (a power of two) entries: a beat can leave one cycle after it came. */
export const queue = (width: number, depth: number) =>
  module(`queue_${width}x${depth}`, { push: input(stream(uint(width))), pop: output(stream(uint(width))) }, ({ push, pop }, h) => {
    const pointer = uint(clog2(depth));
    const { head, tail, full } = h.registers({
      /** The oldest entry. */
      head: pointer,
      /** Where the next beat goes. */
      tail: pointer,
      full: bool,
    });
    const { empty } = h.nets({ empty: head.eq(tail).and(full.not()) });
    push.ready.drive(full.not());
    pop.valid.drive(empty.not());
    const cells = h.memory("cells", uint(width), depth);
    cells.write(tail, push.payload, push.fire);
    pop.payload.drive(cells.read(head));
    h.when(push.fire, () => tail.next(tail.add(1)));
    h.when(pop.fire, () => head.next(head.add(1)));
    h.when(push.fire.ne(pop.fire), () => full.next(push.fire.and(tail.add(1).eq(head))));
    h.assert("never full and empty", full.and(empty).not());
    h.assert("an entry stays until it is taken", h.past(pop.stalled, 1, "pop_stalled").implies(pop.valid));
    h.cover("all entries in use", full);
  });

const operation = enumeration("operation", ["ADD", "SUBTRACT", "LESS", "SHIFT_RIGHT", "AND"]);

/** Arithmetic on two's complement numbers, one cycle later. */
export const alu = module(
  "alu",
  { operation: input(operation), a: input(sint(16)), b: input(sint(16)), result: output(sint(16)), overflow: output(bool) },
  ({ operation: op, a, b, result, overflow }, h) => {
    const { sum } = h.nets({ sum: a.addCarry(b) });
    const { value, overflows } = h.wires({ value: sint(16), overflows: bool });
    overflows.drive(0);
    h.switch(op)
      .case("ADD", () => {
        value.drive(sum.trunc(16));
        overflows.drive(sum.bit(16).ne(sum.bit(15)));
      })
      .case("SUBTRACT", () => value.drive(a.sub(b)))
      .case("LESS", () => value.drive(a.lt(b).zext(16).asSigned()))
      .case("SHIFT_RIGHT", () => value.drive(a.shr(b.asUnsigned().trunc(4))))
      .case("AND", () => value.drive(a.asUnsigned().and(b.asUnsigned()).asSigned()));
    const { kept } = h.registers({ kept: struct({ value: sint(16), overflow: bool }) });
    kept.next({ value, overflow: overflows });
    result.drive(kept.value);
    overflow.drive(kept.overflow);
  },
);

/** Sends bytes on a line: a start bit, eight data bits, the lowest first, a stop bit. */
export const uartTransmitter = module("uart_transmitter", { bytes: input(stream(uint(8))), line: output(bool) }, ({ bytes, line }, h) => {
  /** Clock cycles per bit. */
  const bitCycles = 434;
  const { timer, bits, shift } = h.registers({
    timer: uint(clog2(bitCycles)),
    bits: uint(3),
    /** What is still to be sent. */
    shift: uint(8).noReset(),
  });
  const { tick } = h.nets({ tick: timer.eq(0) });
  timer.next(mux(tick, uint(9).of(bitCycles - 1), timer.sub(1)));
  line.drive(1);
  const state = h.fsm("state", {
    IDLE: (go) =>
      h.when(bytes.valid, () => {
        timer.next(bitCycles - 1);
        shift.next(bytes.payload);
        go("START");
      }),
    START: (go) => {
      line.drive(0);
      h.when(tick, () => go("DATA"));
    },
    DATA: (go) => {
      line.drive(shift.bit(0));
      h.when(tick, () => {
        shift.next(shift.shr(1));
        bits.next(bits.add(1));
        h.when(bits.eq(7), () => go("STOP"));
      });
    },
    STOP: (go) => h.when(tick, () => go("IDLE")),
  });
  bytes.ready.drive(state.is("IDLE"));
});

/** Block RAM with byte enables; the read port answers a cycle later, with the old word where one is written. */
export const byteRam = module(
  "byte_ram",
  { address: input(uint(9)), enable: input(bool), strobe: input(uint(8)), from: input(uint(64)), to: output(uint(64)) },
  ({ address, enable, strobe, from, to }, h) => {
    const words = h.memory("words", uint(64), 512, { style: "block" });
    h.when(enable, () => words.write(address, from, strobe.any(), strobe));
    to.drive(words.readSync("word", address, enable));
  },
);

/** Table of a quarter of a sine, in 8 bits. */
export const sineTable = module("sine_table", { phase: input(uint(4)), level: output(uint(8)) }, ({ phase, level }, h) => {
  const points = Array.from({ length: 12 }, (_, i) => Math.round(255 * Math.sin((Math.PI / 2) * (i / 15))));
  /** Rises from 0; the last four points are those of the third. */
  const table = h.memory("table_points", uint(8), 16, { style: "distributed", init: points });
  level.drive(table.read(phase));
});

const samples = clock("sample");

/** A memory written at one clock and read at another; `half` tells the reader which half is complete. */
export const dualClock = module(
  "dual_clock",
  {
    write: input(bool, { clock: samples }),
    sample: input(uint(12), { clock: samples }),
    readAddress: input(uint(4)),
    half: output(bool),
    word: output(uint(12)),
  },
  (io, h) => {
    const words = h.memory("words", uint(12), 32);
    const next = h.clocked(samples, () => {
      const { place } = h.registers({ place: uint(5) });
      h.when(io.write, () => {
        words.write(place, io.sample);
        place.next(place.add(1));
      });
      const { writing } = h.registers({ writing: bool });
      writing.next(place.msb());
      return writing;
    });
    const { meta, complete } = h.registers({ meta: bool, complete: bool }, { synchroniser: true });
    meta.next(next);
    complete.next(meta);
    io.half.drive(complete);
    io.word.drive(words.readSync("read_word", cat(complete.not(), io.readAddress)));
  },
);

/** Two queues in a row, and how full they are. */
export const twoQueues = module(
  "two_queues",
  { from: input(stream(uint(8))), to: output(stream(uint(8))), waiting: output(bool), stalls: output(uint(16)) },
  ({ from, to, waiting, stalls }, h) => {
    const { count } = h.registers({ count: uint(16) });
    /** Takes bursts. */
    const first = h.instance("first", queue(8, 16), { push: from });
    const second = h.instance("second", queue(8, 4), { push: first.pop });
    second.pop.ready.drive(to.ready.and(count.all().not()));
    to.valid.drive(second.pop.valid.and(count.all().not()));
    to.payload.drive(second.pop.payload);
    waiting.drive(first.pop.valid);
    h.when(first.pop.stalled, () => count.next(count.add(1)));
    stalls.drive(count);
  },
);

const entry = struct({ used: bool, key: uint(12), value: uint(20) }, "entry");

/** Eight entries that can be written by number and looked up by key. */
export const lookupTable = module(
  "lookup_table",
  {
    write: input(bool),
    number: input(index(8)),
    entry: input(entry),
    key: input(uint(12)),
    hit: output(bool),
    value: output(uint(20)),
  },
  (io, h) => {
    const { entries } = h.registers({ entries: array(entry, 8) });
    h.when(io.write, () => entries.at(io.number).next(io.entry));
    const { found } = h.nets({ found: cat(...entries.map((e) => e.used.and(e.key.eq(io.key))).reverse()) });
    io.hit.drive(found.any());
    io.value.drive(0);
    entries.map((e, i) => h.when(found.bit(i), () => io.value.drive(e.value)));
  },
);

/** Register that software writes and the hardware reads back by word. */
export const readBack = module(
  "read_back",
  { word: input(uint(3)), status: input(uint(16)), events: input(uint(4)), data: output(uint(32)) },
  ({ word, status, events, data }, h) => {
    const { ticks, seen } = h.registers({ ticks: uint(48), seen: uint(4) });
    ticks.next(ticks.add(1));
    seen.next(seen.or(events));
    const words: Bits[] = [uint(32).of("0xacc10001"), status.zext(32), ticks.slice(31, 0), ticks.slice(47, 32).zext(32), seen.zext(32)];
    data.drive(choose(word, words));
  },
);

/** CRC-32 of Ethernet over bytes, one in a cycle, reflected. */
export const crc32 = module(
  "crc32",
  { octet: input(uint(8)), valid: input(bool), clear: input(bool), crc: output(uint(32)) },
  ({ octet, valid, clear, crc }, h) => {
    const { state } = h.registers({ state: uint(32).reset("0xffffffff") });
    let next: Bits = state.xor(octet.zext(32));
    for (let i = 0; i < 8; i++) next = mux(next.bit(0), next.shr(1).xor("0xedb88320"), next.shr(1));
    h.when(clear, () => state.next("0xffffffff")).elseWhen(valid, () => state.next(next as Bits<32>));
    crc.drive(state.not());
  },
);

const asynchronous = clock("pixel");

/** Reset that begins at once and ends at an edge of the clock; a level that crosses into it. */
export const crossing = module(
  "crossing",
  {
    level: input(bool, { clock: clock("bus") }),
    there: output(bool, { clock: asynchronous }),
    edges: output(uint(4), { clock: asynchronous }),
  },
  ({ level, there, edges }, h) => {
    h.clocked(asynchronous, () => {
      const { meta, stable } = h.registers({ meta: bool.asyncReset(0), stable: bool.asyncReset(0) }, { synchroniser: true });
      const { previous, count } = h.registers({ previous: bool.noReset(), count: uint(4) });
      meta.next(level);
      stable.next(meta);
      previous.next(stable);
      h.when(stable.ne(previous), () => count.next(count.add(1)));
      there.drive(stable);
      edges.drive(count);
    });
  },
);

const buffer = external(
  "differential_buffer",
  { p: input(bool), n: input(bool), o: output(bool) },
  { sources: ["external/differential_buffer.v"] },
);

/** A board's pins: an open bus, and a differential input. */
export const pads = module(
  "pads",
  {
    bus: inout(uint(8)),
    drive: input(bool),
    value: input(uint(8)),
    clockP: input(bool),
    clockN: input(bool),
    seen: output(uint(8)),
    tick: output(bool),
  },
  ({ bus, drive, value, clockP, clockN, seen, tick }, h) => {
    h.tristate(bus, value, drive);
    seen.drive(bus);
    const pins = h.instance("pins", buffer, { p: clockP, n: clockN }, { parameters: { DIFF_TERM: "TRUE", DELAY: 3 } });
    tick.drive(pins.o);
  },
);

/** Ones' complement sum of four words, folded to 16 bits; only its low byte is compared. */
export const checksum = module(
  "checksum",
  { words: input(array(uint(16), 4)), expected: input(uint(8)), sum: output(uint(16)), bad: output(bool) },
  ({ words, expected, sum, bad }, h) => {
    const total = words.map((w) => w.zext(18)).reduce((a, b) => a.add(b));
    const { folded } = h.nets({ folded: total.slice(15, 0).addCarry(total.slice(17, 16).zext(16)) });
    sum.drive(folded.slice(15, 0).add(folded.bit(16).zext(16)));
    bad.drive(sum.slice(7, 0).ne(expected));
  },
);

/** Adds bit by bit: each bit of a vector depends on the one below it. */
export const rippleAdder = module(
  "ripple_adder",
  { a: input(uint(4)), b: input(uint(4)), sum: output(uint(4)), carryOut: output(bool) },
  ({ a, b, sum, carryOut }, h) => {
    const { carry } = h.wires({ carry: uint(5) });
    carry.bit(0).drive(0);
    for (let i = 0; i < 4; i++) {
      const [x, y, c] = [a.bit(i), b.bit(i), carry.bit(i)];
      sum.bit(i).drive(x.xor(y).xor(c));
      carry.bit(i + 1).drive(x.and(y).or(c.and(x.xor(y))));
    }
    carryOut.drive(carry.bit(4));
  },
);

export const examples = [
  counter,
  queue(8, 16),
  alu,
  uartTransmitter,
  byteRam,
  sineTable,
  dualClock,
  twoQueues,
  lookupTable,
  readBack,
  crc32,
  crossing,
  pads,
  checksum,
  rippleAdder,
] as const;
