/**
 * Between a wire with its own clock and the bus: frames are stored whole on the wire's side, where there is no waiting, and
 * cross beat by beat. What the store drops is counted on the bus side.
 */
import { type Bits, type Bool, type Builder, bool, clock, defaultClock, type Stream, uint } from "#hdl";
import { asyncFifo } from "#hdl/lib/async-fifo.ts";
import { fromGray, toGray } from "#hdl/lib/bits.ts";
import { bitSynchroniser } from "#hdl/lib/cdc.ts";
import { type PacketBeat, packetBeat } from "#hdl/lib/packet.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { frameStore } from "#rtl/nic/frame-store.ts";
import { lossBits } from "#rtl/nic/registers.ts";

/** The wire's clock: pins `wire_clk` and `wire_rst`. */
export const wireClock = clock("wire");
/** Beats that are between the clocks at most. */
const crossingDepth = 32;

const cross = (h: Builder, name: string, config: Config, direction: "in" | "out") =>
  h.instance(
    name,
    asyncFifo(packetBeat(config.wireBits), crossingDepth),
    {},
    {
      clocks: direction === "in" ? { from: wireClock, to: defaultClock } : { from: defaultClock, to: wireClock },
    },
  );

/** Frames from `wire` (of the wire's clock), on the bus clock, with the number dropped in each cycle. */
export const fromWire = (h: Builder, wire: Stream<PacketBeat<Bits>>, c: Config) => {
  const { wireBytes } = derived(c);
  const store = h.clocked(wireClock, () =>
    h.instance("rx_store", frameStore({ dataBits: c.wireBits, words: c.rxBuffer / wireBytes, drop: true }), {
      from: wire.map(packetBeat(c.wireBits, bool), ({ data, keep, last, user }) => ({ data, keep, last, user: user.bit(0) })),
    }),
  );
  const crossing = cross(h, "rx_crossing", c, "in");
  crossing.push.connect(store.to);
  // A count in Gray code can be looked at from another clock: it is right, or one behind.
  const count = (what: string, pulse: Bool): Bits => {
    const { counted } = h.clocked(wireClock, () => {
      const { [`${what}_count`]: number, [`${what}_gray`]: gray } = h.registers({
        [`${what}_count`]: uint(lossBits),
        [`${what}_gray`]: uint(lossBits),
      }) as Record<string, Bits>;
      h.when(pulse, () => (number as Bits).next((number as Bits).add(1)));
      (gray as Bits).next(toGray(number as Bits));
      return { counted: gray as Bits };
    });
    const sync = h.instance(`${what}_sync`, bitSynchroniser(lossBits), { value: counted }, { clocks: { to: defaultClock } });
    const { [`${what}_seen`]: seen } = h.registers({ [`${what}_seen`]: uint(lossBits) }) as Record<string, Bits>;
    const now = fromGray(sync.synchronised);
    (seen as Bits).next(now);
    return now.sub(seen as Bits);
  };
  return {
    frames: crossing.pop,
    overflowed: count("overflow", store.overflowed),
    spoiled: count("spoiled", store.spoiled),
    dropped: store.overflowed.or(store.spoiled),
  };
};

/** Frames for the wire: whole before they begin, so that the MAC never waits for a beat. */
export const toWire = (h: Builder, frames: Stream<PacketBeat>, wire: Stream<PacketBeat<Bits>>, c: Config): void => {
  const { wireBytes } = derived(c);
  const crossing = cross(h, "tx_crossing", c, "out");
  crossing.push.connect(frames);
  const store = h.clocked(wireClock, () =>
    h.instance("tx_store", frameStore({ dataBits: c.wireBits, words: c.txBuffer / wireBytes, drop: false })),
  );
  const { valid, ready, payload } = crossing.pop;
  store.from.valid.drive(valid);
  store.from.payload.drive({ data: payload.data, keep: payload.keep, last: payload.last, user: 0 });
  ready.drive(store.from.ready);
  wire.valid.drive(store.to.valid);
  wire.payload.drive({ data: store.to.payload.data, keep: store.to.payload.keep, last: store.to.payload.last, user: 0 });
  store.to.ready.drive(wire.ready);
};
