/**
 * Several of the NIC's DMA masters at one port: each burst goes out under its master's number on top of its ID, and answers
 * find their way back by it. Round robin, burst by burst; the data of writes follows in the order of their addresses, whole.
 * A master's answers wait for nobody else's, but for what the one data channel of a bus makes wait.
 */
import { type Bits, cat, clog2, index, input, module, output, type SignalOf, type Stream, stream } from "#hdl";
import { arbiter } from "#hdl/lib/arbiter.ts";
import { bundleArray } from "#hdl/lib/bundle-array.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { refuse } from "#hdl/lib/refuse.ts";
import { selectStream } from "#hdl/lib/stream-join.ts";
import type { Config } from "#rtl/common.ts";
import { readBeat } from "./dma-read.ts";
import { addressBeat, idBits, responseBeat, writeBeat } from "./dma-write.ts";

type Address = SignalOf<ReturnType<typeof addressBeat>>;
type ReadAnswer = SignalOf<ReturnType<typeof readBeat>>;
type WriteAnswer = SignalOf<ReturnType<typeof responseBeat>>;

/** Writes whose data has still to come, at most. */
const writesAhead = 16;

/** The port behind a mux of `masters` with the bursts of `c`: the same, with as many more IDs. */
export const muxConfig = (c: Config, masters: number): Config => ({ ...c, dmaInFlight: c.dmaInFlight << clog2(masters) });
const check = (masters: number): void => {
  if (!Number.isInteger(masters) || masters < 2) refuse(`DMA mux of ${masters} masters: a whole number of at least 2 is needed`);
};
/** The master's number on top of its ID, and the two of them again. */
const sides = (c: Config, masters: number) => {
  const own = idBits(c),
    number = index(masters);
  return {
    number,
    numbered: (id: Bits, i: number): Bits => cat(number.of(i) as Bits, id),
    numberOf: ({ id }: { readonly id: Bits }): Bits => id.slice(id.width - 1, own),
    ownId: (id: Bits): Bits => id.trunc(own),
  };
};
/** Addresses of all masters as one stream: latency 0, an address stays until it has gone. */
const numberedAddresses = (c: Config, list: readonly Stream<Address>[], to: Config): readonly Stream<Address>[] => {
  const { numbered } = sides(c, list.length);
  return list.map((s, i) => s.map(addressBeat(to), ({ address, length, id }) => ({ address, length, id: numbered(id, i) })));
};

/** Reads of `masters`. Addresses and answers pass in the same cycle. */
export const dmaReadMux = (c: Config, masters: number) => {
  check(masters);
  const to = muxConfig(c, masters);
  const { numberOf, ownId } = sides(c, masters);
  return module(
    `dma_read_mux_${c.busBits}_i${c.dmaInFlight}x${masters}`,
    {
      fromAr: input(bundleArray(stream(addressBeat(c)), masters)),
      fromR: output(bundleArray(stream(readBeat(c)), masters)),
      ar: output(stream(addressBeat(to))),
      r: input(stream(readBeat(to))),
    },
    ({ fromAr, fromR, ar, r }, h) => {
      const reads = h.instance("reads", arbiter(addressBeat(to), masters));
      const answers = r.demux(h, masters, numberOf as never);
      numberedAddresses(c, fromAr, to).forEach((s, i) => {
        reads.from[i]?.connect(s);
        const answer = answers[i] as Stream<ReadAnswer>;
        fromR[i]?.connect(answer.map(readBeat(c), ({ id, data, response, last }) => ({ id: ownId(id), data, response, last })));
      });
      ar.connect(reads.to);
    },
  );
};

/** Writes of `masters`. Addresses and answers pass in the same cycle; data no earlier than the cycle after its address. */
export const dmaWriteMux = (c: Config, masters: number) => {
  check(masters);
  const to = muxConfig(c, masters);
  const { number, numberOf, ownId } = sides(c, masters);
  return module(
    `dma_write_mux_${c.busBits}_i${c.dmaInFlight}x${masters}`,
    {
      fromAw: input(bundleArray(stream(addressBeat(c)), masters)),
      fromW: input(bundleArray(stream(writeBeat(c)), masters)),
      fromB: output(bundleArray(stream(responseBeat(c)), masters)),
      aw: output(stream(addressBeat(to))),
      w: output(stream(writeBeat(to))),
      b: input(stream(responseBeat(to))),
    },
    ({ fromAw, fromW, fromB, aw, w, b }, h) => {
      const writes = h.instance("writes", arbiter(addressBeat(to), masters));
      const answers = b.demux(h, masters, numberOf as never);
      numberedAddresses(c, fromAw, to).forEach((s, i) => {
        writes.from[i]?.connect(s);
        const answer = answers[i] as Stream<WriteAnswer>;
        fromB[i]?.connect(answer.map(responseBeat(c), ({ id, response }) => ({ id: ownId(id), response })));
      });
      // Whose data is next.
      const order = h.instance("order", fifo(number, writesAhead));
      aw.connect(writes.to.continueWhen(order.push.ready));
      order.push.valid.drive(aw.fire);
      order.push.payload.drive(writes.source as never);
      w.connect(selectStream(order.pop.payload, fromW).continueWhen(order.pop.valid));
      order.pop.ready.drive(w.fire.and(w.payload.last));
    },
  );
};
