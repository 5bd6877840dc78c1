/** A FIFO of 16 words of 32 bits, driven and checked in every cycle: here the crossing between the two sides is everything. */
import { uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { build, type Dut, designOf } from "#sim/bridge/build.ts";
import { streamSink, streamSource } from "#sim/models/stream/index.ts";
import { Random, RisingEdge, run } from "#sim/run/index.ts";
import type { VerilatorName } from "#toolchain/tools.ts";
import { type Contender, processorSeconds, type Sample } from "./measure.ts";
import { cocotbSimulator, cppProgram, runCocotb, runProgram } from "./programs.ts";

const design = () => fifo(uint(32), 16);
type Fifo = Dut<ReturnType<typeof design>["shape"]>;

/** A model just out of reset. Valid comes and goes at random, which no stream should do: the checkers are off. */
const fresh = async (verilator: VerilatorName): Promise<Fifo> => {
  const dut = await build(design(), { verilator, seed: 1, assertions: false, checkers: false });
  dut.rst.value = 1;
  dut.sim.step(3);
  dut.rst.value = 0;
  return dut;
};

const mismatch = (): never => {
  throw new Error("bench: the FIFO gave the wrong word");
};

const asynchronous = async (verilator: VerilatorName, cycles: number): Promise<Sample> => {
  const dut = await fresh(verilator);
  const random = new Random(1, "fifo");
  let moved = 0;
  let seconds = 0;
  await run(
    dut,
    async ({ clk, push, pop }) => {
      const model: number[] = [];
      const from = processorSeconds();
      for (let i = 0; i < cycles; i++) {
        const data = random.word();
        push.valid.value = data & 1;
        push.payload.value = data;
        pop.ready.value = (data >>> 1) & 1;
        await RisingEdge(clk);
        if (data & 2 && pop.valid.value === 1) {
          if (pop.payload.value !== model.shift()) mismatch();
          moved += 1;
        }
        if (data & 1 && push.ready.value === 1) model.push(data);
      }
      seconds = processorSeconds() - from;
    },
    { maxCycles: cycles + 10 },
  );
  dut.sim.close();
  return { seconds, cycles, moved };
};

const synchronous = async (verilator: VerilatorName, cycles: number): Promise<Sample> => {
  const dut = await fresh(verilator);
  const { sim, push, pop } = dut;
  const random = new Random(1, "fifo");
  const model: number[] = [];
  let moved = 0;
  const from = processorSeconds();
  for (let i = 0; i < cycles; i++) {
    const data = random.word();
    push.valid.value = data & 1;
    push.payload.value = data;
    pop.ready.value = (data >>> 1) & 1;
    sim.step();
    if (data & 2 && pop.valid.value === 1) {
      if (pop.payload.value !== model.shift()) mismatch();
      moved += 1;
    }
    if (data & 1 && push.ready.value === 1) model.push(data);
  }
  const seconds = processorSeconds() - from;
  sim.close();
  return { seconds, cycles, moved };
};

/** The words go in and come out in bulk, with pauses of the same rate. */
const transactors = async (verilator: VerilatorName, cycles: number): Promise<Sample> => {
  const dut = await fresh(verilator);
  const random = new Random(1, "fifo");
  const source = streamSource(dut.push, { pause: { random: 0.5 } });
  const sink = streamSink(dut.pop, { pause: { random: 0.5 } });
  const model: number[] = [];
  let moved = 0;
  const from = processorSeconds();
  while (dut.sim.cycle < cycles) {
    for (let i = 0; i < 1000; i++) {
      const data = random.word();
      model.push(data);
      source.push(data);
    }
    dut.sim.until(source.allSent);
    let at = 0;
    for (const word of sink.takeAll()) if (word !== model[at++]) mismatch();
    model.splice(0, at);
    moved += at;
  }
  const seconds = processorSeconds() - from;
  const done = dut.sim.cycle;
  dut.sim.close();
  return { seconds, cycles: done, moved };
};

/** Everyone who drives the FIFO, on one Verilator; cocotb only where that is new enough for it. */
export const fifoContenders = async (verilator: VerilatorName): Promise<readonly Contender[]> => {
  const plain = designOf(design());
  const main = await cppProgram(plain, "fifo_main.cpp", verilator);
  const contenders: Contender[] = [
    { name: "C++ main", cycles: 4_000_000, run: (cycles) => runProgram(main, [String(cycles)]) },
    { name: "asynchronous", cycles: 600_000, run: (cycles) => asynchronous(verilator, cycles) },
    { name: "synchronous", cycles: 1_500_000, run: (cycles) => synchronous(verilator, cycles) },
    { name: "transactors", cycles: 1_500_000, run: (cycles) => transactors(verilator, cycles) },
  ];
  if (verilator === "debian") return contenders;
  const cocotb = await cocotbSimulator(plain, "test_fifo", verilator);
  return [...contenders, { name: "cocotb", cycles: 60_000, run: (cycles) => runCocotb(cocotb, cycles) }];
};
