/**
 * From one AXI4 master to several slaves by address, as Rocket's MMIO port reaches the devices. No cycle of latency. What
 * no slave has goes to the last output, where a default slave answers.
 */
import {
  array,
  type Bits,
  type Bool,
  type Builder,
  type Bundle,
  clog2,
  constant,
  index,
  input,
  module,
  mux,
  output,
  type Port,
  uint,
} from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { type Axi4, type Axi4Options, axi4, axi4ReadData, axi4WriteResponse, type Connected } from "#hdl/lib/axi4.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import { fifo } from "#hdl/lib/fifo.ts";

/** What a slave answers to: `size` bytes from `base` on; `size` is a power of two and `base` a multiple of it. */
export interface Window {
  readonly base: number;
  readonly size: number;
}
export interface CrossbarPorts {
  readonly from: Port<Bundle<Axi4 & Connected<Axi4>>>;
  readonly to: Port<Bundle<readonly (Axi4 & Connected<Axi4>)[]>>;
  readonly [key: string]: Port;
}
/** Writes whose data has still to come, at most. */
const writesAhead = 4;
/** Bits that count the requests of one ID that are under way. */
const countBits = 3;

const holds = (address: Bits, { base, size }: Window): Bool => {
  const low = clog2(size);
  return low >= address.width ? constant(1, 1) : address.slice(address.width - 1, low).eq(Math.floor(base / size));
};

/**
 * The crossbar `name` with an output for each window and one more for everything else. Requests of one ID are answered in
 * order: one waits while another of the same ID and direction is under way to a different slave. IDs do not disturb each
 * other otherwise. A read burst comes back without beats of others in between. A slave must take a write's address without
 * waiting for its data.
 */
export const crossbar = (name: string, options: Axi4Options, windows: readonly Window[]) => {
  const outputs = windows.length + 1;
  const target = index(outputs);
  return module(name, { from: input(axi4(options)), to: output(bundleArray(axi4(options), outputs)) }, ({ from, to }, h) => {
    const slaveOf = (address: Bits): Bits =>
      windows.reduceRight<Bits>((rest, w, i) => mux(holds(address, w), target.of(i), rest as never), target.of(windows.length));

    // Reads: a request to its slave, bursts of answers whole.
    const { read_slave, write_slave } = h.nets({
      read_slave: slaveOf(from.ar.payload.addr),
      write_slave: slaveOf(from.aw.payload.addr),
    });
    const answers = h.instance("read_answers", arbiter(axi4ReadData(options), outputs, { packets: true }));
    const reading = inOrder(h, "read", options, outputs, {
      id: from.ar.payload.id,
      slave: read_slave,
      starts: from.ar.fire,
      endId: from.r.payload.id,
      ends: from.r.fire.and(from.r.payload.last),
    });
    const reads = from.ar.continueWhen(reading).demux(h, outputs, () => read_slave);
    for (const [i, { ar, r }] of to.entries()) {
      ar.connect(reads[i] as typeof ar);
      answers.from[i]?.connect(r);
    }
    from.r.connect(answers.to);

    // Writes: data follows its address.
    const acknowledgements = h.instance("write_answers", arbiter(axi4WriteResponse(options), outputs));
    const order = h.instance("order", fifo(target, writesAhead, { flow: true }));
    const writing = inOrder(h, "write", options, outputs, {
      id: from.aw.payload.id,
      slave: write_slave,
      starts: from.aw.fire,
      endId: from.b.payload.id,
      ends: from.b.fire,
    });
    const writes = from.aw.continueWhen(writing.and(order.push.ready)).demux(h, outputs, () => write_slave);
    const data = from.w.continueWhen(order.pop.valid).demux(h, outputs, () => order.pop.payload);
    order.push.valid.drive(from.aw.fire);
    order.push.payload.drive(write_slave);
    order.pop.ready.drive(from.w.fire.and(from.w.payload.last));
    for (const [i, { aw, w, b }] of to.entries()) {
      aw.connect(writes[i] as typeof aw);
      w.connect(data[i] as typeof w);
      acknowledgements.from[i]?.connect(b);
    }
    from.b.connect(acknowledgements.to);
  });
};

interface Flow {
  readonly id: Bits;
  readonly slave: Bits;
  readonly starts: Bool;
  readonly endId: Bits;
  readonly ends: Bool;
}
/** Counts what is under way for each ID, and where to. The result is 1 when the request at the entrance may go. */
const inOrder = (h: Builder, name: string, { idBits }: Axi4Options, outputs: number, flow: Flow): Bool => {
  const ids = 2 ** idBits;
  const open = h.register(`${name}s_open`, array(uint(countBits), ids), { doc: `Requests of each ID that are under way to ${name}` });
  const where = h.register(`${name}s_at`, array(index(outputs), ids).noReset(), { doc: "Where those of each ID went" });
  const opened = open.at(flow.id);
  const closed = open.at(flow.endId);
  const same = flow.id.eq(flow.endId);
  h.when(flow.starts, () => where.at(flow.id).next(flow.slave));
  h.when(flow.starts.and(flow.ends.and(same).not()), () => opened.next(opened.add(1)));
  h.when(flow.ends.and(flow.starts.and(same).not()), () => closed.next(closed.sub(1)));
  h.assert(`an answer to a ${name} was asked for`, flow.ends.implies(closed.ne(0)));
  return h.net(`${name}_may_go`, opened.eq(0).or(opened.ne(2 ** countBits - 1).and(where.at(flow.id).eq(flow.slave))));
};
