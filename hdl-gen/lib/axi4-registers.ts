/**
 * AXI4 slave in front of a register bus: how a processor reaches registers. Made for short round trips, which is what a
 * register access costs a processor: a read's data can leave one cycle after its address came.
 */
import type { Builder } from "../core/builder.ts";
import { clog2 } from "../core/expr.ts";
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { bool, struct, type Type, uint } from "../core/types.ts";
import { type Bits, type Bool, constant } from "../core/values.ts";
import { arbiter } from "./arbiter.ts";
import {
  type Axi4,
  type Axi4Address,
  axi4,
  axi4ReadData,
  axi4WriteResponse,
  axiResponse,
  beatLanes,
  type Connected,
  nextBeatAddress,
} from "./axi4.ts";
import { upDownCounter } from "./counter.ts";
import { fifo } from "./fifo.ts";
import { type RegisterBus, registerBus } from "./register-bus.ts";
import type { Stream } from "./stream.ts";

export interface Axi4RegistersOptions {
  readonly addressBits: number;
  /** Width of both buses; 64 unless said. */
  readonly dataBits?: 32 | 64;
  readonly idBits: number;
  /** Bursts of several beats: cut into beats (default), or every beat answered with SLVERR and nothing touched. */
  readonly bursts?: "split" | "refuse";
  /** The register bus says who asks: its `source` is the AXI ID. */
  readonly source?: boolean;
}
export interface Axi4RegistersPorts {
  readonly axi: Port<Bundle<Axi4 & Connected<Axi4>>>;
  readonly bus: Port<Bundle<RegisterBus>>;
  readonly [key: string]: Port;
}

/** Answers that may be asked for and not yet taken by the master, each way. */
const answers = 2;

/**
 * The slave. IDs are echoed. Each beat is one register access, of the bytes that its size, address and strobes name, so
 * that neighbours with side effects are left alone; a write beat without bytes asks for nothing and is answered OKAY.
 * What the bus refuses is answered with SLVERR; so are beats wider than the bus and reserved burst kinds. A burst's
 * writes are answered once, with SLVERR if any of its beats was refused. Exclusive accesses are ordinary ones (OKAY).
 *
 * Latency, when nothing waits: a read's data one cycle after its address, a write's answer one cycle after address and
 * data. One beat a cycle; beats of reads and writes take turns. The path from the AXI pins to the register bus is
 * combinational: put slices on the channels where that is too long. Addresses and data may come in either order.
 */
export const axi4Registers = (options: Axi4RegistersOptions): HardwareModule<Axi4RegistersPorts> => {
  const { addressBits, dataBits = 64, idBits, bursts = "split", source = false } = options;
  const shape = { addressBits, dataBits, idBits };
  const low = clog2(dataBits / 8);
  const step = struct(
    {
      write: bool,
      asks: bool,
      refused: bool,
      last: bool,
      id: uint(idBits) as Type<Bits>,
      word: uint(addressBits - low) as Type<Bits>,
      data: uint(dataBits) as Type<Bits>,
      strobe: uint(dataBits / 8) as Type<Bits>,
    },
    `register_step_${addressBits}_${dataBits}_${idBits}`,
  );
  const name = [
    "axi4_registers",
    addressBits,
    dataBits,
    idBits,
    ...(bursts === "refuse" ? ["single"] : []),
    ...(source ? ["source"] : []),
  ].join("_");
  return module(
    name,
    {
      axi: input(axi4(shape), { unused: true }),
      bus: output(registerBus({ addressBits, dataBits, ...(source ? { sourceBits: idBits } : {}) })),
    },
    ({ axi, bus }, h) => {
      // Addresses are taken before their turn comes, so that no master waits for one channel with another.
      const aw = axi.aw.register(h, "reverse", "aw").named("aw");
      const ar = axi.ar.register(h, "reverse", "ar").named("ar");
      const reads = burst(h, "read", ar);
      const writes = burst(h, "write", aw);
      const { w } = axi;
      const refused = h.nets({
        read_refused: refusal(ar.payload, dataBits, bursts === "refuse"),
        write_refused: refusal(aw.payload, dataBits, bursts === "refuse"),
      });

      // One step is one beat. A step is offered when its answer has a place to wait.
      const turns = h.instance("turns", arbiter(step, 2));
      const [fromRead, fromWrite] = turns.from as readonly [(typeof turns.from)[number], (typeof turns.from)[number]];
      const readAnswers = h.instance("read_answers", fifo(axi4ReadData(shape), answers, { flow: true }));
      const writeAnswers = h.instance("write_answers", fifo(axi4WriteResponse(shape), answers, { flow: true }));
      const reading = upDownCounter(h, "reads_out", answers, { up: fromRead.fire, down: axi.r.fire });
      const writing = upDownCounter(h, "writes_out", answers, { up: fromWrite.fire.and(writes.last), down: axi.b.fire });
      const word = (address: Bits): Bits => address.slice(addressBits - 1, low);
      const lanes = beatLanes(reads.address, ar.payload.size, dataBits);
      fromRead.valid.drive(ar.valid.and(reading.full.not()));
      fromRead.payload.drive({
        write: 0,
        asks: refused.read_refused.not(),
        refused: refused.read_refused,
        last: reads.last,
        id: ar.payload.id,
        word: word(reads.address),
        data: 0,
        strobe: lanes,
      });
      const touches = w.payload.strb.any().and(refused.write_refused.not());
      fromWrite.valid.drive(aw.valid.and(w.valid).and(writing.full.not()));
      fromWrite.payload.drive({
        write: 1,
        asks: touches,
        refused: refused.write_refused,
        last: writes.last,
        id: aw.payload.id,
        word: word(writes.address),
        data: w.payload.data,
        strobe: w.payload.strb,
      });
      reads.moves.drive(fromRead.fire);
      writes.moves.drive(fromWrite.fire);
      ar.ready.drive(fromRead.fire.and(reads.last));
      aw.ready.drive(fromWrite.fire.and(writes.last));
      w.ready.drive(fromWrite.fire);
      h.assume("a write burst's last beat says so", w.fire.implies(w.payload.last.eq(writes.last)));

      const turn = turns.to as Stream<any>;
      const now = turn.payload;
      bus.valid.drive(turn.valid.and(now.asks));
      turn.ready.drive(bus.ready.or(now.asks.not()));
      bus.write.drive(now.write);
      bus.word.drive(now.word);
      bus.data.drive(now.data);
      bus.strobe.drive(now.strobe);
      if (source) bus.source.drive(now.id);

      // The answer stands on the bus one cycle after the step; a step that asked for nothing has its own.
      const { answer } = h.registers({ answer: struct({ read: bool, write: bool }, "answer_kind") });
      const { answered } = h.registers({
        answered: struct({ asked: bool, refused: bool, last: bool, id: uint(idBits) as Type<Bits> }, `answered_${idBits}`).noReset(),
      });
      answer.read.next(turn.fire.and(now.write.not()));
      answer.write.next(turn.fire.and(now.write));
      h.when(turn.fire, () => answered.next({ asked: now.asks, refused: now.refused, last: now.last, id: now.id }));
      const { failed } = h.nets({ failed: mux(answered.asked, bus.response.error, answered.refused) });
      const { write_failed } = h.registers({ /** An earlier beat of this write burst was refused. */ write_failed: bool });
      h.when(answer.write, () => write_failed.next(write_failed.or(failed).and(answered.last.not())));
      const response = (bad: Bool) => mux(bad, axiResponse.of("SLVERR"), axiResponse.of("OKAY"));
      readAnswers.push.valid.drive(answer.read);
      readAnswers.push.payload.drive({
        id: answered.id,
        data: mux(answered.asked, bus.response.data, constant(dataBits, 0) as Bits),
        resp: response(failed),
        last: answered.last,
      });
      writeAnswers.push.valid.drive(answer.write.and(answered.last));
      writeAnswers.push.payload.drive({ id: answered.id, resp: response(failed.or(write_failed)) });
      axi.r.connect(readAnswers.pop);
      axi.b.connect(writeAnswers.pop);
      h.assert(
        "every answer finds its place",
        readAnswers.push.valid.implies(readAnswers.push.ready).and(writeAnswers.push.valid.implies(writeAnswers.push.ready)),
      );
      h.assert(
        "the bus answers in the cycle after the request",
        answer.read.or(answer.write).and(answered.asked).implies(bus.response.valid),
      );
    },
  ) as unknown as HardwareModule<Axi4RegistersPorts>;
};

/** Where a burst stands: its present beat's address, and whether that is the last; it goes on where `moves` is driven to 1. */
const burst = (h: Builder, name: string, channel: Stream<Axi4Address>) => {
  const { addr, len } = channel.payload;
  const beat = h.register(`${name}_beat`, uint(8), { doc: `Beats of the ${name} burst that are done` });
  const later = h.register(`${name}_next`, uint(addr.width).noReset(), {
    doc: `Address of the ${name} burst's present beat, after its first`,
  });
  const moves = h.wire(`${name}_moves`, bool);
  const address = h.net(`${name}_address`, mux(beat.eq(0), addr, later as Bits));
  const last = h.net(`${name}_last`, beat.eq(len));
  h.when(moves, () => {
    beat.next(mux(last, uint(8).of(0), beat.add(1) as Bits<8>));
    later.next(nextBeatAddress(channel.payload, address));
  });
  return { address, last, moves };
};
/** What no register takes: beats wider than the bus, burst kinds that do not exist, and bursts where they are not wanted. */
const refusal = ({ len, size, burst: kind }: Axi4Address, dataBits: number, single: boolean): Bool => {
  const unknown = size.gt(clog2(dataBits / 8)).or(kind.is("FIXED", "INCR", "WRAP").not());
  return single ? unknown.or(len.ne(0)) : unknown;
};
