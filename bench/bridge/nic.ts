/**
 * The first NIC with everything around it: frames on the wire without a gap, memory, a host that polls, gives back and
 * sends. A design of real size, where evaluation dominates. The C++ main does the same work.
 */
import { build, type Dut, designOf } from "#sim/bridge/build.ts";
import { axiMaster, axiMemory, Memory } from "#sim/models/axi/index.ts";
import { packetSink, packetSource } from "#sim/models/stream/index.ts";
import { ClockCycles, RisingEdge, run, start } from "#sim/run/index.ts";
import type { VerilatorName } from "#toolchain/tools.ts";
import { type Contender, processorSeconds, type Sample } from "./measure.ts";
import {
  beats,
  config,
  frames,
  memoryBase,
  memorySize,
  nicDesign,
  pollPause,
  ringSize,
  setUp,
  slotRegisters,
  type WireBeat,
  writeJob,
} from "./nic-job.ts";
import { cppProgram, runProgram } from "./programs.ts";

type Nic = Dut<(typeof nicDesign)["shape"]>;

const fresh = (verilator: VerilatorName): Promise<Nic> => build(nicDesign, { verilator, seed: 1, assertions: false, checkers: false });
const resetted = (dut: Nic): void => {
  dut.rst.value = 1;
  dut.sim.step(4);
  dut.rst.value = 0;
};

/** Frames over and over, without a gap. */
class Wire {
  readonly #rx: Nic["s_axis_rx"];
  #next = 0;
  constructor(dut: Nic) {
    this.#rx = dut.s_axis_rx;
    this.#rx.valid.value = 1;
  }
  drive(): void {
    const beat = beats[this.#next] as WireBeat;
    const { data, keep, last } = this.#rx.payload;
    data.setWord(0, beat.low);
    data.setWord(1, beat.high);
    keep.value = beat.keep;
    last.value = beat.last;
  }
  /** After an edge; 1 when a beat has moved. */
  sample(): number {
    if (this.#rx.ready.value === 0) return 0;
    this.#next = this.#next + 1 === beats.length ? 0 : this.#next + 1;
    return 1;
  }
}

/** Keeps what is sent, as packets, until the host looks at it. */
class PinSink {
  readonly #tx: Nic["m_axis_tx"];
  #packets: Uint8Array[] = [];
  /** The packet that is coming in: room for the longest. */
  readonly #words = new Uint32Array(512);
  #length = 0;
  constructor(dut: Nic) {
    this.#tx = dut.m_axis_tx;
    this.#tx.ready.value = 1;
  }
  /** After an edge. */
  sample(): void {
    if (this.#tx.valid.value === 0) return;
    const { data, keep, last } = this.#tx.payload;
    const at = this.#length >> 2;
    this.#words[at] = data.word(0);
    this.#words[at + 1] = data.word(1);
    this.#length += 32 - Math.clz32(keep.word(0));
    if (last.value === 0) return;
    this.#packets.push(new Uint8Array(this.#words.buffer, 0, this.#length).slice());
    this.#length = 0;
  }
  /** Forgets the packets; returns how many beats they were. */
  take(): number {
    const moved = this.#packets.reduce((sum, packet) => sum + Math.ceil(packet.length / 8), 0);
    this.#packets = [];
    return moved;
  }
}

interface Request {
  at: number;
  readonly id: number;
  left: number;
}

/** Memory on the pins: answers in order, a cycle after it was asked. */
class PinMemory {
  readonly #port: Nic["m_axi"];
  readonly #bytes = new Uint8Array(memorySize);
  readonly #words = new Uint32Array(this.#bytes.buffer);
  readonly #writes: Request[] = [];
  readonly #reads: Request[] = [];
  readonly #responses: number[] = [];
  constructor(dut: Nic) {
    this.#port = dut.m_axi;
    this.#port.aw.ready.value = 1;
    this.#port.w.ready.value = 1;
    this.#port.ar.ready.value = 1;
  }
  /** After an edge. */
  step(): void {
    const { aw, w, b, ar, r } = this.#port;
    if (this.#responses.length > 0 && b.ready.value === 1) this.#responses.shift();
    const read = this.#reads[0];
    if (read !== undefined && r.ready.value === 1) {
      read.at += 8;
      if (read.left-- === 0) this.#reads.shift();
    }
    if (aw.valid.value === 1)
      this.#writes.push({ at: aw.payload.addr.word(0) - memoryBase, id: Number(aw.payload.id.value), left: aw.payload.len.value });
    if (w.valid.value === 1) this.#store();
    if (ar.valid.value === 1)
      this.#reads.push({ at: ar.payload.addr.word(0) - memoryBase, id: Number(ar.payload.id.value), left: ar.payload.len.value });

    b.valid.value = this.#responses.length > 0 ? 1 : 0;
    if (this.#responses.length > 0) b.payload.id.value = this.#responses[0] as number;
    const next = this.#reads[0];
    r.valid.value = next === undefined ? 0 : 1;
    if (next === undefined) return;
    r.payload.id.value = next.id;
    r.payload.data.setWord(0, this.#words[next.at >> 2] as number);
    r.payload.data.setWord(1, this.#words[(next.at >> 2) + 1] as number);
    r.payload.last.value = next.left === 0 ? 1 : 0;
  }
  #store(): void {
    const write = this.#writes[0] as Request;
    const { data, strb } = this.#port.w.payload;
    const strobe = Number(strb.value);
    if (strobe === 255) {
      this.#words[write.at >> 2] = data.word(0);
      this.#words[(write.at >> 2) + 1] = data.word(1);
    } else {
      for (let i = 0; i < 8; i++) if ((strobe >> i) & 1) this.#bytes[(write.at & ~7) + i] = data.word(i >> 2) >>> (8 * (i & 3));
    }
    write.at += 8;
    if (write.left-- > 0) return;
    this.#responses.push(write.id);
    this.#writes.shift();
  }
}

/** What the host does, whoever carries out its accesses: `yield` an access (a number to wait for so many cycles). */
type Access = { readonly address: number; readonly write?: bigint } | number;
function* host(): Generator<Access, never, bigint> {
  for (const [address, value] of setUp) yield { address, write: value };
  const mask = ringSize - 1;
  let head = 0;
  let sent = 0;
  for (;;) {
    yield pollPause;
    const tail = Number(yield { address: slotRegisters.rxTail });
    if (tail === head) continue;
    const received = (tail - head) & mask;
    head = tail;
    yield { address: slotRegisters.rxHead, write: BigInt(head) };
    const taken = Number(yield { address: slotRegisters.txHead });
    sent = (sent + Math.min(received, ringSize - 1 - ((sent - taken) & mask))) & mask;
    yield { address: slotRegisters.txTail, write: BigInt(sent) };
  }
}

/** Register accesses on the pins: begins one, tells when it is done. */
class PinRegisters {
  readonly #port: Nic["s_axi"];
  value = 0n;
  constructor(dut: Nic) {
    this.#port = dut.s_axi;
    const { aw, w, b, ar, r } = this.#port;
    aw.payload.burst.value = "INCR" as never;
    ar.payload.burst.value = "INCR" as never;
    for (const request of [aw, ar]) request.payload.size.value = 3;
    w.payload.strb.value = 255;
    w.payload.last.value = 1;
    b.ready.value = 1;
    r.ready.value = 1;
  }
  begin(access: Exclude<Access, number>): void {
    const { aw, w, ar } = this.#port;
    if (access.write === undefined) {
      ar.payload.addr.value = access.address;
      ar.valid.value = 1;
      return;
    }
    aw.payload.addr.value = access.address;
    w.payload.data.value = access.write;
    aw.valid.value = 1;
    w.valid.value = 1;
  }
  /** After an edge; true when the access is answered. */
  step(): boolean {
    const { aw, w, b, ar, r } = this.#port;
    if (aw.ready.value === 1) aw.valid.value = 0;
    if (w.ready.value === 1) w.valid.value = 0;
    if (ar.ready.value === 1) ar.valid.value = 0;
    if (b.valid.value === 1) return true;
    if (r.valid.value === 0) return false;
    this.value = BigInt(r.payload.data.word(0));
    return true;
  }
}

/** A task for the wires and one for memory, each awaiting every edge, as in cocotb; the host awaits edges while it asks. */
const asynchronous = async (verilator: VerilatorName, cycles: number): Promise<Sample> => {
  const dut = await fresh(verilator);
  resetted(dut);
  let moved = 0;
  let seconds = 0;
  await run(
    dut,
    async ({ clk }) => {
      const sink = new PinSink(dut);
      start(async () => {
        const wire = new Wire(dut);
        for (;;) {
          wire.drive();
          await RisingEdge(clk);
          moved += wire.sample();
          sink.sample();
        }
      }, "wire");
      start(async () => {
        const memory = new PinMemory(dut);
        for (;;) {
          await RisingEdge(clk);
          memory.step();
        }
      }, "memory");
      start(async () => {
        const registers = new PinRegisters(dut);
        const accesses = host();
        for (let next = accesses.next(); ; next = accesses.next(registers.value)) {
          if (typeof next.value === "number") {
            moved += sink.take();
            await ClockCycles(clk, next.value);
            continue;
          }
          registers.begin(next.value as Exclude<Access, number>);
          do await RisingEdge(clk);
          while (!registers.step());
        }
      }, "host");
      const from = processorSeconds();
      await ClockCycles(clk, cycles);
      seconds = processorSeconds() - from;
    },
    { maxCycles: cycles + 10 },
  );
  dut.sim.close();
  return { seconds, cycles, moved };
};

/** The same in one loop. */
const synchronous = async (verilator: VerilatorName, cycles: number): Promise<Sample> => {
  const dut = await fresh(verilator);
  resetted(dut);
  const { sim } = dut;
  const sink = new PinSink(dut);
  const wire = new Wire(dut);
  const memory = new PinMemory(dut);
  const registers = new PinRegisters(dut);
  const accesses = host();
  let waiting = 0;
  let busy = false;
  let moved = 0;
  const from = processorSeconds();
  for (let cycle = 0; cycle < cycles; cycle++) {
    if (!busy && waiting-- <= 0) {
      const access = accesses.next(registers.value).value as Access;
      if (typeof access === "number") {
        moved += sink.take();
        waiting = access;
      } else {
        registers.begin(access);
        busy = true;
      }
    }
    wire.drive();
    sim.step();
    moved += wire.sample();
    sink.sample();
    memory.step();
    if (busy) busy = !registers.step();
  }
  const seconds = processorSeconds() - from;
  sim.close();
  return { seconds, cycles, moved };
};

/** Models in C++ beside the design (or their TypeScript twins); TypeScript is crossed once per transaction. */
const models = async (verilator: VerilatorName, cycles: number, native: boolean): Promise<Sample> => {
  const dut = await fresh(verilator);
  const memory = new Memory({ base: memoryBase, size: memorySize });
  axiMemory(dut.sim, dut.m_axi, memory, { native });
  const source = packetSource(dut.s_axis_rx, { native });
  const sink = packetSink(dut.m_axis_tx, { native });
  const bus = axiMaster(dut.sim, dut.s_axi, { native });
  resetted(dut);
  let moved = 0;
  let seconds = 0;
  await run(
    dut,
    async ({ clk }) => {
      const refill = (): void => {
        while (source.pending < 2 * pollPause) for (const frame of frames) source.push(frame);
        for (const { data } of sink.takeAll()) moved += Math.ceil(data.length / 8);
      };
      start(async () => {
        const accesses = host();
        let value = 0n;
        for (;;) {
          const access = accesses.next(value).value as Access;
          if (typeof access === "number") {
            refill();
            await ClockCycles(clk, access);
          } else if (access.write === undefined) value = await bus.read(access.address);
          else await bus.write(access.address, access.write);
        }
      }, "host");
      const from = processorSeconds();
      await ClockCycles(clk, cycles);
      seconds = processorSeconds() - from;
    },
    { maxCycles: cycles + 10 },
  );
  dut.sim.close();
  return { seconds, cycles, moved };
};

/** Everyone who drives the NIC, on one Verilator. */
export const nicContenders = async (verilator: VerilatorName): Promise<readonly Contender[]> => {
  const main = await cppProgram(designOf(nicDesign), "nic_main.cpp", verilator);
  const job = writeJob();
  const cycles = 600_000;
  return [
    { name: "C++ main", cycles, run: (n) => runProgram(main, [String(n), job]) },
    { name: "asynchronous", cycles, run: (n) => asynchronous(verilator, n) },
    { name: "synchronous", cycles, run: (n) => synchronous(verilator, n) },
    { name: "transactors", cycles, run: (n) => models(verilator, n, true) },
    { name: "TypeScript models", cycles: cycles / 4, run: (n) => models(verilator, n, false) },
  ];
};
export const nicTitle = `accio_top, configuration ${config.name}`;
