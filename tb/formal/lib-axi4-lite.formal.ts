/** AXI4-Lite slave: an access on the register bus for each transfer, an answer for each access, each once and in order. */
import { type Bits, cat, input, module, output, type Type, uint } from "#hdl";
import { axi4Lite } from "#hdl/lib/axi4.ts";
import { axi4LiteRegisters } from "#hdl/lib/axi4-lite-registers.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const shape = { addressBits: 4, dataBits: 32 } as const;

const harness = module("axi4_lite_answers", { axi: input(axi4Lite(shape)), bus: output(registerBus(shape)) }, ({ axi, bus }, h) => {
  const dut = h.instance("dut", axi4LiteRegisters(shape), { axi });
  bus.connect(dut.bus);
  for (const s of [axi.aw, axi.w, axi.ar] as const) s.check(h, "assume");
  for (const s of [axi.r, axi.b] as const) s.check(h, "assert");
  bus.request.check(h, "assert");
  h.ghost(() => {
    h.assume("the bus answers in the next cycle", bus.response.valid.eq(h.past(bus.fire)));
    // Reads and writes that came and have not reached the bus yet.
    const word = uint(2) as Type<Bits>;
    const wordOf = (address: Bits): Bits => address.slice(3, 2);
    const reads = new QueueModel(h, word, 4, "reads");
    const asked = reads.with([{ when: axi.ar.fire, value: wordOf(axi.ar.payload.addr) }]);
    const read = bus.fire.and(bus.write.not());
    h.assert("no read is made up", read.implies(asked.count.ne(0)));
    h.assert("reads reach their registers in order", read.implies(bus.word.eq(asked.entries[0] as Bits)));
    h.assert("a read asks for a whole word", read.implies(bus.strobe.all()));
    reads.take(asked, read);

    const writes = new QueueModel(h, uint(4 + 32) as Type<Bits>, 4, "datas");
    const addresses = new QueueModel(h, word, 4, "addresses");
    const put = writes.with([{ when: axi.w.fire, value: cat(axi.w.payload.strb, axi.w.payload.data) }]);
    const to = addresses.with([{ when: axi.aw.fire, value: wordOf(axi.aw.payload.addr) }]);
    const write = bus.fire.and(bus.write);
    const data = put.entries[0] as Bits;
    h.assert("no write is made up", write.implies(put.count.ne(0).and(to.count.ne(0))));
    h.assert("writes reach their registers in order", write.implies(bus.word.eq(to.entries[0] as Bits)));
    h.assert("with their own data and strobes", write.implies(bus.data.eq(data.slice(31, 0)).and(bus.strobe.eq(data.slice(35, 32)))));
    // A write without bytes asks the bus for nothing; it is gone once it is answered.
    h.assume("writes have bytes", axi.w.payload.strb.ne(0));
    writes.take(put, write);
    addresses.take(to, write);

    const { answers } = h.registers({ answers: uint(4) });
    const { readAnswers } = h.registers({ readAnswers: uint(4) });
    answers.next(answers.add(write.zext(4)).sub(axi.b.fire.zext(4)));
    readAnswers.next(readAnswers.add(read.zext(4)).sub(axi.r.fire.zext(4)));
    h.assert("a write is answered after its access", axi.b.valid.implies(answers.ne(0)));
    h.assert("a read is answered after its access", axi.r.valid.implies(readAnswers.ne(0)));
    h.cover("a read is answered", axi.r.fire);
    h.cover("a write is answered", axi.b.fire);
    h.cover("two reads under way", readAnswers.eq(2));
  });
});

export const tasks: readonly FormalTask[] = [
  { name: "axi4-lite register slave: accesses and answers", module: () => harness, mode: "bmc", depth: 9 },
  { name: "axi4-lite register slave: transfers pass", module: () => harness, mode: "cover", depth: 8 },
];
