/**
 * What joins AXI4 masters and slaves in the SoC: the protocol is kept at every port, nothing goes astray, requests of one
 * ID are never under way to two slaves (so their answers keep their order), and data of writes follows its address.
 */
import { array, type Bits, type Bool, bool, cat, input, module, mux, output, type Type, uint } from "#hdl";
import { type Axi4, axi4 } from "#hdl/lib/axi4.ts";
import { fromBits, popcount } from "#hdl/lib/bits.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import { crossbar } from "#rtl/soc/crossbar.ts";
import { defaultSlave, strayAccess } from "#rtl/soc/default-slave.ts";
import { frontMux } from "#rtl/soc/front-mux.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

const small = { addressBits: 4, dataBits: 8, idBits: 1 };
const windows = [
  { base: 0, size: 4 },
  { base: 8, size: 8 },
];
const inWindow = (addr: Bits): readonly Bool[] => [addr.slice(3, 2).eq(0), addr.bit(3), addr.slice(3, 2).eq(1)];

const crossbarDelivers = (block = crossbar("crossbar", small, windows)) =>
  module("crossbar_delivers", { from: input(axi4(small)), to: output(bundleArray(axi4(small), 3)) }, ({ from, to }, h) => {
    const dut = h.instance("dut", block, { from });
    to.forEach((slave, i) => {
      (slave as unknown as { connect(x: unknown): void }).connect(dut.to[i]);
    });
    for (const s of [from.ar, from.aw, from.w]) s.check(h, "assume");
    for (const s of [from.r, from.b]) s.check(h, "assert");
    for (const slave of to) {
      for (const s of [slave.r, slave.b]) s.check(h, "assume");
      for (const s of [slave.ar, slave.aw, slave.w]) s.check(h, "assert");
    }
    h.ghost(() => {
      const ids = [0, 1];
      const of = (streams: readonly { readonly fire: Bool }[]): Bits => fromBits(streams.map((s) => s.fire));
      for (const [name, requests, entrance, answers, exit] of [
        ["read", to.map((s) => s.ar), from.ar, to.map((s) => s.r), from.r],
        ["write", to.map((s) => s.aw), from.aw, to.map((s) => s.b), from.b],
      ] as const) {
        h.assert(
          `${name}s: what goes in goes out, once`,
          of(requests)
            .ne(0)
            .eq(entrance.fire)
            .and(popcount(of(requests)).le(1)),
        );
        h.assert(
          `${name}s: what comes back comes out, once`,
          of(answers)
            .ne(0)
            .eq(exit.fire)
            .and(popcount(of(answers)).le(1)),
        );
        const done = (s: (typeof answers)[number]): Bool => ("last" in s.payload ? s.fire.and(s.payload.last as Bool) : s.fire);
        for (const [i, request] of requests.entries()) {
          const answer = answers[i] as (typeof answers)[number];
          h.assert(`${name}s: ${i} gets its own addresses`, request.valid.implies(inWindow(request.payload.addr)[i] as Bool));
          h.assert(`${name}s: requests to ${i} are not changed`, request.valid.implies(request.payload.eq(entrance.payload)));
          h.assert(`${name}s: answers of ${i} are not changed`, answer.fire.implies(answer.payload.asBits().eq(exit.payload.asBits())));
          h.cover(`${name}s: ${i} answers`, answer.fire);
        }
        // What each slave owes for each ID; none answers what it was not asked.
        const owed = ids.map((id) =>
          requests.map((request, i) => {
            const key = `${name}s_of_${id}_at_${i}`;
            const { [key]: count } = h.registers({ [key]: uint(4) });
            const answer = answers[i] as (typeof answers)[number];
            if (count === undefined) throw new Error("declared above");
            const up = request.fire.and(request.payload.id.eq(id));
            const down = done(answer).and(answer.payload.id.eq(id));
            count.next(count.add(up.zext(4)).sub(down.zext(4)));
            h.assume(`${i} answers ${name}s it was asked for`, answer.valid.and(answer.payload.id.eq(id)).implies(count.ne(0)));
            return count as Bits;
          }),
        );
        for (const [id, counts] of owed.entries())
          h.assert(`${name}s of ID ${id} are under way to one slave`, popcount(fromBits(counts.map((c) => c.ne(0)))).le(1));
        const busy = owed.map((counts, id) => (counts[id] as Bits).ne(0));
        h.cover(`${name}s of two IDs at two slaves`, fromBits(busy).all());
      }
      // A burst's beats come together.
      const { open, opener } = h.registers({ open: bool, opener: uint(1) });
      const { beating, beater } = h.registers({ beating: array(bool, 3), beater: array(uint(1), 3) });
      for (const [i, { r }] of to.entries()) {
        h.assume(`${i} sends bursts whole`, r.valid.and(beating.at(i)).implies(r.payload.id.eq(beater.at(i))));
        h.when(r.fire, () => {
          beating.at(i).next(r.payload.last.not());
          beater.at(i).next(r.payload.id as Bits<1>);
        });
      }
      h.when(from.r.fire, () => {
        open.next(from.r.payload.last.not());
        opener.next(from.r.payload.id as Bits<1>);
      });
      h.assert("no beat of another burst in one", open.and(from.r.fire).implies(from.r.payload.id.eq(opener as Bits)));
      // Data goes where its address went.
      const number = (hit: Bits): Bits => mux(hit.bit(2), uint(2).of(2), mux(hit.bit(1), uint(2).of(1), uint(2).of(0)));
      const order = new QueueModel(h, uint(2) as Type<Bits>, 6, "order");
      const view = order.with([{ when: from.aw.fire, value: number(of(to.map((s) => s.aw))) as Bits }]);
      const data = of(to.map((s) => s.w));
      h.assert("data goes in where it goes out, once", data.ne(0).eq(from.w.fire).and(popcount(data).le(1)));
      h.assert("no data before its address", from.w.fire.implies(view.count.ne(0)));
      h.assert("data goes where its address went", from.w.fire.implies(number(data).eq(view.entries[0] as Bits)));
      for (const { w } of to) h.assert("data is not changed", w.valid.implies(w.payload.eq(from.w.payload)));
      order.take(view, from.w.fire.and(from.w.payload.last).zext(1));
    });
  });

const lines = { addressBits: 2, dataBits: 8, idBits: 1 };
const muxKeepsApart = (block = frontMux("front_mux", lines, 2, 3)) =>
  module(
    "front_mux_keeps_apart",
    { from: input(bundleArray(axi4(lines), 2)), to: output(axi4({ ...lines, idBits: 3 })) },
    ({ from, to }, h) => {
      const dut = h.instance("dut", block, { from });
      to.connect(dut.to as never);
      for (const { ar, aw, w } of from) for (const s of [ar, aw, w]) s.check(h, "assume");
      for (const { r, b } of from) for (const s of [r, b]) s.check(h, "assert");
      for (const s of [to.ar, to.aw, to.w]) s.check(h, "assert");
      for (const s of [to.r, to.b]) s.check(h, "assume");
      h.ghost(() => {
        const tagged = (id: Bits, i: number): Bits => cat(uint(1).of(i), uint(1).of(0), id);
        const fires = (channel: keyof Axi4): Bits => fromBits(from.map((m) => m[channel].fire));
        h.assert(
          "one master at a time",
          popcount(fires("ar"))
            .le(1)
            .and(popcount(fires("aw")).le(1))
            .and(popcount(fires("w")).le(1)),
        );
        // Reads pass at once, answers too.
        h.assert("a read goes in where it goes out", fires("ar").ne(0).eq(to.ar.fire));
        h.assert("an answer goes in where it goes out", fires("r").ne(0).eq(to.r.fire).and(fires("b").ne(0).eq(to.b.fire)));
        for (const [i, { ar, r, b }] of from.entries()) {
          h.assert(
            `a read of ${i} is its own`,
            ar.fire.implies(
              to.ar.payload.id
                .eq(tagged(ar.payload.id, i))
                .and(to.ar.payload.addr.eq(ar.payload.addr))
                .and(to.ar.payload.len.eq(ar.payload.len)),
            ),
          );
          h.assert(
            `${i} hears what is for it`,
            r.valid.or(b.valid).implies(r.valid.implies(to.r.payload.id.bit(2).eq(i)).and(b.valid.implies(to.b.payload.id.bit(2).eq(i)))),
          );
          h.assert(
            `${i} hears it unchanged`,
            r.valid.implies(
              r.payload.id.eq(to.r.payload.id.trunc(1)).and(r.payload.data.eq(to.r.payload.data)).and(r.payload.last.eq(to.r.payload.last)),
            ),
          );
          h.cover(`${i} reads and is answered`, r.fire);
          h.cover(`${i} writes and is answered`, b.fire);
        }
        // Addresses of writes wait in the slice; data has the order of the addresses.
        const addresses = new QueueModel(h, uint(5) as Type<Bits>, 4, "addresses");
        const owners = new QueueModel(h, uint(1) as Type<Bits>, 10, "owners");
        const asEntry = (id: Bits, addr: Bits): Bits => cat(id, addr);
        const taken = addresses.with(
          from.map(({ aw }, i) => ({ when: aw.fire, value: asEntry(tagged(aw.payload.id, i), aw.payload.addr) })),
        );
        h.assert("no write address out of nothing", to.aw.valid.implies(addresses.count.ne(0)));
        h.assert(
          "write addresses keep their order",
          to.aw.fire.implies(asEntry(to.aw.payload.id, to.aw.payload.addr).eq(addresses.entries[0] as Bits)),
        );
        addresses.take(taken, to.aw.fire.zext(1));
        const owned = owners.with(from.map(({ aw }, i) => ({ when: aw.fire, value: uint(1).of(i) as Bits })));
        h.assert("data goes in where it goes out", fires("w").ne(0).eq(to.w.fire));
        for (const [i, { w }] of from.entries()) {
          h.assert(`data of ${i} in its turn`, w.fire.implies(owners.count.ne(0).and((owners.entries[0] as Bits).eq(i))));
          h.assert(`data of ${i} is its own`, w.fire.implies(to.w.payload.eq(w.payload)));
        }
        owners.take(owned, to.w.fire.and(to.w.payload.last).zext(1));
        // The slave sees an address no later than its data.
        const { ahead } = h.registers({ ahead: uint(5) });
        ahead.next(ahead.add(to.aw.fire.zext(5)).sub(to.w.fire.and(to.w.payload.last).zext(5)));
        h.assume("a slave takes no data before its address", to.w.fire.implies(ahead.ne(0).or(to.aw.fire)));
        h.assert("data never comes before its address", to.w.valid.implies(ahead.ne(0).or(to.aw.valid)));
        h.cover("two writes are ahead of their data", ahead.eq(2));
      });
    },
  );

const beyond = { addressBits: 4, dataBits: 8, idBits: 1 };
const nobodyAnswers = (block = defaultSlave(beyond)) =>
  module("nobody_answers", { axi: input(axi4(beyond)), stray: output(strayAccess(beyond)) }, ({ axi, stray }, h) => {
    const dut = h.instance("dut", block, { axi });
    stray.drive(dut.stray);
    for (const s of [axi.ar, axi.aw, axi.w]) s.check(h, "assume");
    for (const s of [axi.r, axi.b]) s.check(h, "assert");
    h.ghost(() => {
      const { reading, writing, left, id } = h.registers({ reading: bool, writing: bool, left: uint(8), id: uint(1) });
      const { filled } = h.registers({ filled: bool });
      h.when(axi.ar.fire, () => {
        reading.next(1);
        left.next(axi.ar.payload.len);
      });
      h.when(axi.aw.fire, () => {
        writing.next(1);
        filled.next(0);
      });
      h.when(axi.ar.fire.or(axi.aw.fire), () => id.next(mux(axi.ar.fire, axi.ar.payload.id, axi.aw.payload.id as never) as Bits<1>));
      h.when(axi.w.fire.and(axi.w.payload.last), () => filled.next(1));
      h.when(axi.r.fire, () => left.next(left.sub(1)));
      h.when(axi.r.fire.and(axi.r.payload.last), () => reading.next(0));
      h.when(axi.b.fire, () => writing.next(0));
      h.assert(
        "one burst at a time",
        reading
          .and(writing)
          .not()
          .and(axi.ar.fire.or(axi.aw.fire).implies(reading.or(writing).not())),
      );
      h.assert(
        "beats are asked for",
        axi.r.valid.implies(reading.and(axi.r.payload.id.eq(id as Bits)).and(axi.r.payload.last.eq(left.eq(0)))),
      );
      h.assert("a write is answered when its data has come", axi.b.valid.implies(writing.and(filled).and(axi.b.payload.id.eq(id as Bits))));
      h.assert(
        "all is refused",
        axi.r.valid.implies(axi.r.payload.resp.is("DECERR")).and(axi.b.valid.implies(axi.b.payload.resp.is("DECERR"))),
      );
      h.assert("each burst is told once", stray.valid.eq(axi.ar.fire.or(axi.aw.fire)));
      h.cover("a read of two beats", axi.r.fire.and(axi.r.payload.last).and(h.past(axi.r.fire)));
      h.cover("a write", axi.b.fire);
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "crossbar: delivers, in order for each ID", module: () => crossbarDelivers(), mode: "bmc", depth: 8 },
  { name: "crossbar: every slave is reached", module: () => crossbarDelivers(), mode: "cover", depth: 8 },
  { name: "front mux: masters are kept apart", module: () => muxKeepsApart(), mode: "bmc", depth: 8 },
  { name: "front mux: both are served", module: () => muxKeepsApart(), mode: "cover", depth: 8 },
  { name: "default slave: refuses everything, once", module: () => nobodyAnswers(), mode: "bmc", depth: 12 },
  { name: "default slave: answers", module: () => nobodyAnswers(), mode: "cover", depth: 10 },
];
