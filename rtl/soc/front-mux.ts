/**
 * Several AXI4 masters at one slave: Accio's DMA and the simulator's host at Rocket's coherent port. The counterpart of
 * crossbar.ts.
 */
import { type Bits, cat, clog2, constant, index, input, module, output, type Stream } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import {
  type Axi4Address,
  type Axi4Options,
  type Axi4ReadData,
  type Axi4WriteResponse,
  axi4,
  axi4Address,
  axi4ReadData,
  axi4WriteResponse,
} from "#hdl/lib/axi4.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { refuse } from "#hdl/lib/refuse.ts";
import { selectStream } from "#hdl/lib/stream-join.ts";
import { changed } from "./channel.ts";

/** Writes whose data has still to come, at most. */
const writesAhead = 8;

/**
 * The mux of `masters`, all with the same `options`. At the slave an ID has `slaveIdBits` bits, the master's number on top,
 * so that answers find their way and the masters' IDs do not meet. Round robin, burst by burst; the data of writes follows
 * in the order of their addresses, whole. A read's address passes in the same cycle, a write's in the next one, with its
 * data: the slave may wait for both.
 */
export const frontMux = (name: string, options: Axi4Options, masters: number, slaveIdBits: number) => {
  const numberBits = clog2(masters);
  const fill = slaveIdBits - options.idBits - numberBits;
  if (fill < 0) refuse(`${name}: ${masters} masters of ${options.idBits} ID bits; the slave has ${slaveIdBits}, too few`);
  const slave = { ...options, idBits: slaveIdBits };
  const number = index(masters);
  return module(name, { from: input(bundleArray(axi4(options), masters)), to: output(axi4(slave)) }, ({ from, to }, h) => {
    const numbered = (s: Stream<Axi4Address>, i: number): Stream<Axi4Address> =>
      changed(s, axi4Address(slave), { id: (id) => cat(number.of(i), ...(fill === 0 ? [] : [constant(fill, 0)]), id) });
    const numberOf = ({ id }: { readonly id: Bits }): Bits => id.slice(slaveIdBits - 1, slaveIdBits - numberBits);
    const own = (id: Bits): Bits => id.trunc(options.idBits);

    const reads = h.instance("reads", arbiter(axi4Address(slave), masters));
    const writes = h.instance("writes", arbiter(axi4Address(slave), masters));
    const answers = to.r.demux(h, masters, numberOf);
    const acknowledgements = to.b.demux(h, masters, numberOf);
    for (const [i, { aw, b, ar, r }] of from.entries()) {
      reads.from[i]?.connect(numbered(ar, i));
      r.connect(changed(answers[i] as Stream<Axi4ReadData>, axi4ReadData(options), { id: own }));
      writes.from[i]?.connect(numbered(aw, i));
      b.connect(changed(acknowledgements[i] as Stream<Axi4WriteResponse>, axi4WriteResponse(options), { id: own }));
    }
    to.ar.connect(reads.to);

    const order = h.instance("order", fifo(number, writesAhead));
    const granted = writes.to.continueWhen(order.push.ready).named("granted");
    to.aw.connect(granted.register(h, "forward"));
    order.push.valid.drive(granted.fire);
    order.push.payload.drive(writes.source);
    const data = selectStream(
      order.pop.payload,
      from.map((m) => m.w),
    );
    to.w.connect(data.continueWhen(order.pop.valid));
    order.pop.ready.drive(to.w.fire.and(to.w.payload.last));
  });
};
