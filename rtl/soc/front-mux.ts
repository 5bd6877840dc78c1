/**
 * Several AXI4 masters at one slave: Accio's DMA and the simulator's host at Rocket's coherent port. The counterpart of
 * crossbar.ts.
 */
import { type Bits, cat, clog2, constant, index, input, module, output, type Stream } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { type Axi4Options, axi4, axi4Address, axi4ReadData, axi4WriteResponse } from "#hdl/lib/axi4.ts";
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
    const numbered = (s: Stream<any>, i: number): Stream<any> =>
      changed(s, axi4Address(slave), { id: (id) => cat(number.of(i), ...(fill === 0 ? [] : [constant(fill, 0)]), id) });
    const numberOf = ({ id }: { readonly id: Bits }): Bits => id.slice(slaveIdBits - 1, slaveIdBits - numberBits);
    const own = (id: Bits): Bits => id.trunc(options.idBits);

    const reads = h.instance("reads", arbiter(axi4Address(slave), masters));
    from.forEach(({ ar }, i) => reads.from[i]?.connect(numbered(ar, i)));
    to.ar.connect(reads.to);
    to.r.demux(h, masters, numberOf).forEach((s, i) => from[i]?.r.connect(changed(s, axi4ReadData(options), { id: own })));

    const writes = h.instance("writes", arbiter(axi4Address(slave), masters));
    from.forEach(({ aw }, i) => writes.from[i]?.connect(numbered(aw, i)));
    const order = h.instance("order", fifo(number, writesAhead));
    const granted = writes.to.continueWhen(order.push.ready).named("granted");
    to.aw.connect(granted.register(h, "forward"));
    order.push.valid.drive(granted.fire);
    order.push.payload.drive(writes.source);
    const data = selectStream(
      order.pop.payload,
      from.map((m) => m.w),
    ).continueWhen(order.pop.valid);
    to.w.connect(data);
    order.pop.ready.drive(to.w.fire.and(to.w.payload.last));
    to.b.demux(h, masters, numberOf).forEach((s, i) => from[i]?.b.connect(changed(s, axi4WriteResponse(options), { id: own })));
  });
};
