/** The UART against the model, cycle by cycle under random accesses; and what Linux's 8250 driver asks of it. */
import { describe, expect, it } from "vitest";
import { Random, type Simulation, simulate } from "#hdl/simulate/index.ts";
import { uart } from "#rtl/soc/uart.ts";
import { mutants } from "../../formal/mutate.ts";
import { UartModel } from "./uart-model.ts";

interface Access {
  readonly word: number;
  readonly strobe: number;
  readonly write: boolean;
  readonly data: bigint;
}
/** Registers that an access touches, by number. */
const touched = ({ word, strobe, write, data }: Access): ReadonlyMap<number, number | null> =>
  new Map(
    [0, 1]
      .filter((half) => word < 4 && (strobe >> (4 * half)) & 1)
      .map((half) => [2 * word + half, write ? Number((data >> BigInt(32 * half)) & 0xffn) : null]),
  );

const seeds = [1, 2, 3, 4, 5, 6];
/** What IIR said in any of the random runs. */
const causes = new Set<number>();

/** The UART and the model side by side. */
class Both {
  readonly sim: Simulation;
  readonly model = new UartModel();
  readonly sent: number[] = [];
  cycle = 0;
  #answer: { data: bigint; error: boolean } | null = null;
  constructor(seed: number, block = uart) {
    this.sim = simulate(block, { initial: "random", seed });
    this.sim.poke("tx_ready", 0);
    this.sim.poke("rx_valid", 0);
    this.sim.poke("bus_valid", 0);
    this.sim.reset(2);
  }
  /** One cycle; returns what the access reads, one cycle later. */
  step(access: Access | null, arrives: number | null, lineTakes: boolean): void {
    const { sim, model } = this;
    sim.poke("bus_valid", access !== null);
    sim.poke("bus_write", access?.write ?? false);
    sim.poke("bus_word", access?.word ?? 0);
    sim.poke("bus_strobe", access?.strobe ?? 0xff);
    sim.poke("bus_data", access?.data ?? 0n);
    sim.poke("rx_valid", arrives !== null);
    sim.poke("rx_payload", arrives ?? 0);
    sim.poke("tx_ready", lineTakes);
    const seen = {
      cycle: this.cycle,
      irq: sim.peek("irq") === 1n,
      takes: sim.peek("rx_ready") === 1n,
      offers: sim.peek("tx_valid") === 1n ? Number(sim.peek("tx_payload")) : null,
      answer:
        sim.peek("bus_response_valid") === 1n
          ? { data: sim.peek("bus_response_data"), error: sim.peek("bus_response_error") === 1n }
          : null,
    };
    expect(seen).toEqual({ cycle: this.cycle, irq: model.irq, takes: model.takes, offers: model.shifting, answer: this.#answer });
    causes.add(model.cause);
    if (lineTakes && model.shifting !== null) this.sent.push(model.shifting);
    const registers = access === null ? new Map<number, number | null>() : touched(access);
    this.#answer =
      access === null
        ? null
        : {
            error: access.word >= 4,
            data:
              access.write || access.word >= 4
                ? 0n
                : BigInt(model.peek(2 * access.word)) | (BigInt(model.peek(2 * access.word + 1)) << 32n),
          };
    model.edge(registers, model.takes ? arrives : null, lineTakes);
    sim.step();
    this.cycle++;
  }
  write(register: number, value: number): void {
    this.step(
      { word: register >> 1, strobe: 0x0f << (4 * (register % 2)), write: true, data: BigInt(value) << BigInt(32 * (register % 2)) },
      null,
      true,
    );
  }
  /** A byte read, as `readb` does it. */
  read(register: number): number {
    this.step({ word: register >> 1, strobe: 1 << (4 * (register % 2)), write: false, data: 0n }, null, true);
    const word = this.#answer?.data ?? 0n;
    this.step(null, null, true);
    return Number((word >> BigInt(32 * (register % 2))) & 0xffn);
  }
}

/** Random accesses, characters and pauses; throws in the first cycle in which something differs. */
const isTheModel = (block: typeof uart, seed: number): void => {
  const random = new Random(seed);
  const both = new Both(seed, block);
  let mode = { access: 0.5, arrives: 0.3, line: 0.5 };
  for (let i = 0; i < 6000; i++) {
    if (i % 500 === 0)
      mode = { access: random.pick([0.02, 0.3, 0.9]), arrives: random.pick([0, 0.05, 0.7]), line: random.pick([0, 0.1, 1]) };
    const chance = (p: number): boolean => random.below(1000) < p * 1000;
    // Mostly what drivers do, with the rest in between: data often, mode registers seldom.
    const word = random.pick([0, 0, 0, 0, 1, 1, 2, 2, 3, random.below(16)]);
    const write = chance(0.45);
    const strobe = random.pick([0x0f, 0x01, 0xf0, 0x10, 0xff, 0x22]);
    const data = word === 1 && chance(0.6) ? random.pick([0x01n, 0x41n, 0xc1n, 0x300000001n]) & ~0x8000000000n : random.bits(64);
    const access = chance(mode.access) && !(write && word === 2 && chance(0.7)) ? { word, strobe, write, data } : null;
    both.step(access, chance(mode.arrives) ? random.below(256) : null, chance(mode.line));
  }
  expect(both.sent.length).toBeGreaterThan(0);
};

describe("uart", () => {
  it("warns of nothing", () => expect(uart.warnings).toEqual([]));

  it.each(seeds)("is the model, cycle by cycle, seed %i", (seed) => {
    isTheModel(uart, seed);
  });

  it("was seen to tell of everything that there is to tell", () =>
    expect([...causes].sort((a, b) => a - b)).toEqual([0x1, 0x2, 0x4, 0x6, 0xc]));

  it("sends what is written and tells when it is done", () => {
    const both = new Both(7);
    both.write(2, 0x07);
    both.write(1, 0x02);
    expect(both.read(2)).toBe(0xc2);
    expect(both.read(2)).toBe(0xc1);
    for (const c of "Accio") both.write(0, c.charCodeAt(0));
    for (let i = 0; i < 5; i++) both.step(null, null, true);
    expect(String.fromCharCode(...both.sent)).toBe("Accio");
    expect(both.read(5)).toBe(0x60);
    expect(both.read(2)).toBe(0xc2);
  });

  it("passes the tests of Linux's 8250 driver: registers, loop-back lines, transmitter interrupt twice", () => {
    const both = new Both(8);
    for (const value of [0, 0x0f]) {
      both.write(1, value);
      expect(both.read(1)).toBe(value);
    }
    both.write(1, 0);
    // autoconfig: in loop mode the modem lines follow MCR.
    both.write(4, 0x1a);
    expect(both.read(6) & 0xf0).toBe(0x90);
    both.write(4, 0);
    // FIFOs are there; the divisor can be set.
    both.write(2, 0x01);
    expect(both.read(2) >> 6).toBe(3);
    both.write(3, 0x83);
    both.write(0, 0x1b);
    both.write(1, 0x02);
    expect([both.read(0), both.read(1)]).toEqual([0x1b, 0x02]);
    both.write(3, 0x03);
    // startup: the transmitter's interrupt comes again each time it is switched on.
    for (let i = 0; i < 2; i++) {
      both.write(1, 0x02);
      expect(both.read(2) & 0x0f).toBe(0x2);
      both.write(1, 0);
    }
  });

  it("tells of characters below the trigger level after a while", () => {
    const both = new Both(9);
    both.write(2, 0xc1);
    both.write(1, 0x01);
    for (const c of [1, 2, 3]) both.step(null, c, true);
    expect(both.read(2)).toBe(0xc1);
    for (let i = 0; i < 300; i++) both.step(null, null, true);
    expect(both.read(2)).toBe(0xcc);
    expect([both.read(0), both.read(0), both.read(0), both.read(5)]).toEqual([1, 2, 3, 0x60]);
    expect(both.read(2)).toBe(0xc1);
  });
});

it.each(mutants(uart).map((m) => [m.name, m.module] as const))("the comparison can fail: %s", (_, mutant) => {
  expect(() => {
    for (const seed of seeds) isTheModel(mutant, seed);
  }).toThrow();
});
