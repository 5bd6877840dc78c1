/** The muxes of DMA masters: nothing is lost, made up or swapped, data of a write is whole and its own, answers go home. */
import { type Bits, type Bool, cat, input, module, output, stream, type Type, uint } from "#hdl";
import { fromBits, popcount } from "#hdl/lib/bits.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import { dmaReadMux, dmaWriteMux, muxConfig } from "#rtl/nic/dma-mux.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { small } from "./nic-small.ts";
import { QueueModel } from "./queue-model.ts";

const masters = 3;
const config = { ...small, busBits: 64, wireBits: 64 };
const port = muxConfig(config, masters);
const tag = (id: Bits, i: number): Bits => cat(uint(2).of(i), id);
const fires = (list: readonly { readonly fire: Bool }[]): Bits => fromBits(list.map((s) => s.fire));
/** Bursts of a master wait for no more of others than there are. */
const turns = (
  h: Parameters<Parameters<typeof module>[2]>[1],
  from: readonly { readonly valid: Bool; readonly fire: Bool }[],
  fire: Bool,
): void => {
  for (const [i, s] of from.entries()) {
    const { [`waited${i}`]: waited } = h.registers({ [`waited${i}`]: uint(3) }) as Record<string, Bits>;
    const w = waited as Bits<3>;
    h.when(s.valid.and(s.fire.not()), () => h.when(fire, () => w.next(w.add(1)))).otherwise(() => w.next(0));
    h.assert(`${i} waits for one turn of each other at most`, w.lt(masters));
  }
};

export const readsGoHome = (block = dmaReadMux(config, masters)) =>
  module(
    "dma_reads_go_home",
    {
      fromAr: input(bundleArray(stream(addressBeat(config)), masters)),
      fromR: output(bundleArray(stream(readBeat(config)), masters)),
      ar: output(stream(addressBeat(port))),
      r: input(stream(readBeat(port))),
    },
    ({ fromAr, fromR, ar, r }, h) => {
      const dut = h.instance("dut", block, { fromAr, r });
      ar.connect(dut.ar);
      for (const [i, s] of fromR.entries()) s.connect(dut.fromR[i] as never);
      for (const s of [...fromAr, r]) s.check(h, "assume");
      for (const s of [...fromR, ar]) s.check(h, "assert");
      h.assume("an answer is for a master", r.valid.implies(r.payload.id.slice(2, 1).lt(masters)));
      h.ghost(() => {
        h.assert("one master at a time", popcount(fires(fromAr)).le(1));
        h.assert("an address goes in where it goes out", fires(fromAr).ne(0).eq(ar.fire));
        h.assert("an answer goes in where it goes out", fires(fromR).ne(0).eq(r.fire));
        for (const [i, s] of fromAr.entries()) {
          const own = fromR[i] as (typeof fromR)[number];
          const { id, address, length } = s.payload;
          h.assert(
            `an address of ${i} is its own`,
            s.fire.implies(
              ar.payload.id
                .eq(tag(id, i) as never)
                .and(ar.payload.address.eq(address))
                .and(ar.payload.length.eq(length)),
            ),
          );
          h.assert(`${i} hears what is for it, at once`, own.valid.eq(r.valid.and(r.payload.id.slice(2, 1).eq(i))));
          h.assert(
            `${i} hears it unchanged`,
            own.valid.implies(
              own.payload.id
                .eq(r.payload.id.trunc(1) as never)
                .and(own.payload.data.eq(r.payload.data))
                .and(own.payload.response.eq(r.payload.response))
                .and(own.payload.last.eq(r.payload.last)),
            ),
          );
          h.cover(`${i} asks and is answered`, own.fire.and(h.past(s.fire, 2)));
        }
        turns(h as never, fromAr, ar.fire);
      });
    },
  );

export const writesGoHome = (block = dmaWriteMux(config, masters)) =>
  module(
    "dma_writes_go_home",
    {
      fromAw: input(bundleArray(stream(addressBeat(config)), masters)),
      fromW: input(bundleArray(stream(writeBeat(config)), masters)),
      fromB: output(bundleArray(stream(responseBeat(config)), masters)),
      aw: output(stream(addressBeat(port))),
      w: output(stream(writeBeat(port))),
      b: input(stream(responseBeat(port))),
    },
    ({ fromAw, fromW, fromB, aw, w, b }, h) => {
      const dut = h.instance("dut", block, { fromAw, fromW, b });
      aw.connect(dut.aw);
      w.connect(dut.w);
      for (const [i, s] of fromB.entries()) s.connect(dut.fromB[i] as never);
      for (const s of [...fromAw, ...fromW, b]) s.check(h, "assume");
      for (const s of [...fromB, aw, w]) s.check(h, "assert");
      h.assume("an answer is for a master", b.valid.implies(b.payload.id.slice(2, 1).lt(masters)));
      h.ghost(() => {
        h.assert(
          "one master at a time",
          popcount(fires(fromAw))
            .le(1)
            .and(popcount(fires(fromW)).le(1)),
        );
        h.assert("an address goes in where it goes out", fires(fromAw).ne(0).eq(aw.fire));
        h.assert("data goes in where it goes out", fires(fromW).ne(0).eq(w.fire));
        h.assert("an answer goes in where it goes out", fires(fromB).ne(0).eq(b.fire));
        // Whose addresses have gone, oldest first.
        const owners = new QueueModel(h, uint(2) as Type<Bits>, 8, "owners");
        h.assume("few writes are ahead of their data", owners.count.lt(8));
        const owned = owners.with(fromAw.map((s, i) => ({ when: s.fire, value: uint(2).of(i) as Bits })));
        h.assert("no data before its address", w.valid.implies(owners.count.ne(0)));
        for (const [i, s] of fromAw.entries()) {
          const data = fromW[i] as (typeof fromW)[number];
          const own = fromB[i] as (typeof fromB)[number];
          const { id, address, length } = s.payload;
          h.assert(
            `an address of ${i} is its own`,
            s.fire.implies(
              aw.payload.id
                .eq(tag(id, i) as never)
                .and(aw.payload.address.eq(address))
                .and(aw.payload.length.eq(length)),
            ),
          );
          h.assert(`data of ${i} in its turn`, data.fire.implies((owners.entries[0] as Bits).eq(i)));
          h.assert(`data of ${i} is its own`, data.fire.implies(w.payload.eq(data.payload)));
          h.assert(
            `data of ${i} does not wait without a reason`,
            w.ready
              .and(data.valid)
              .and(owners.count.ne(0))
              .and((owners.entries[0] as Bits).eq(i))
              .implies(data.fire),
          );
          h.assert(`${i} hears what is for it, at once`, own.valid.eq(b.valid.and(b.payload.id.slice(2, 1).eq(i))));
          h.assert(
            `${i} hears it unchanged`,
            own.valid.implies(own.payload.id.eq(b.payload.id.trunc(1) as never).and(own.payload.response.eq(b.payload.response))),
          );
          h.cover(`${i} writes and is answered`, own.fire.and(h.past(data.fire)));
        }
        owners.take(owned, w.fire.and(w.payload.last));
        turns(h as never, fromAw, aw.fire);
        h.cover("three writes are ahead of their data", owners.count.eq(3));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "DMA read mux: answers go home", module: () => readsGoHome(), mode: "bmc", depth: 10 },
  { name: "DMA read mux: all are served", module: () => readsGoHome(), mode: "cover", depth: 8 },
  { name: "DMA write mux: whole writes, answers go home", module: () => writesGoHome(), mode: "bmc", depth: 10 },
  { name: "DMA write mux: all are served", module: () => writesGoHome(), mode: "cover", depth: 10 },
];
