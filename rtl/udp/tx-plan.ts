/**
 * Decides the next packet to send: picks a slot with work round robin, cuts its stream at the MTU or reads the header of
 * its next datagram, and asks memory for the payload.
 */
import { type Bits, bool, cat, input, module, mux, output, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, datagramHeaderBytes, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { ringMove, slotLife, transmitState } from "#rtl/ict/table.ts";
import { ringJob } from "#rtl/nic/dma-write.ts";

/** A packet whose payload is on its way. */
export const packetJob = (c: Config) =>
  struct(
    {
      slot: uint(derived(c).slotBits),
      epoch: uint(2),
      payload: uint(16),
      offset: uint(derived(c).pointerBits),
      tuple,
      nextHop: uint(48),
      /** Where the slot's head goes once the payload has been read. */
      head: uint(derived(c).pointerBits),
    },
    `packet_job_${c.slots}`,
  );

export const txPlan = (c: Config) => {
  const { pointerBits, slotBits, busBytes, maxPayload } = derived(c);
  const headerBeats = Math.max(1, datagramHeaderBytes / busBytes);
  return module(
    "tx_plan",
    {
      enable: input(bool),
      /** Largest payload of a datagram, in bytes; a register of software's. */
      largest: input(uint(16)),
      workValid: input(bool),
      workSlot: input(uint(slotBits)),
      transmit: input(transmitState(c)),
      advanceRead: output(ringMove(c)),
      stop: output(slotLife(c)),
      stops: output(bool),
      /** Reads for memory, and for each whether it fetches a header (which comes back here) or a payload. */
      reads: output(stream(ringJob(c))),
      isHeader: output(stream(bool)),
      packets: output(stream(packetJob(c))),
      header: input(stream(struct({ data: uint(c.busBits), last: bool, failed: bool }, `fetched${c.busBits}`))),
      /** Why it stops: the descriptor cannot be; memory did not give it. */
      malformed: output(bool),
      failed: output(bool),
    },
    (io, h) => {
      const state = transmitState(c);
      const held = h.registers({
        slot: uint(slotBits).noReset(),
        state: state.noReset(),
        header_words: uint(128).noReset(),
        header_failed: bool,
      });
      const { used } = h.nets({ used: held.state.tail.sub(held.state.read).and(held.state.mask) });
      const wide = Math.max(16, pointerBits);
      const least = (a: Bits, b: Bits): Bits => mux(resize(a, wide).lt(resize(b, wide)), resize(a, wide), resize(b, wide)).trunc(16);
      const headerLength = held.header_words.slice(15, 0);
      // What a frame cannot hold would never leave, and cutting a stream into nothing would never end.
      const { limit } = h.nets({
        limit: mux(io.largest.eq(0).or(io.largest.gt(maxPayload)), uint(16).of(maxPayload), io.largest as Bits<16>),
      });
      const { length } = h.nets({ length: mux(held.state.datagram, headerLength, least(used, limit)) });
      const taken = mux(held.state.datagram, length.add(31).and("0xfff0"), length);
      const { impossible } = h.nets({
        impossible: held.state.datagram.and(
          length
            .gt(limit)
            .or(resize(taken, wide + 1).gt(resize(used, wide + 1)))
            .or(held.header_failed),
        ),
      });
      const { next } = h.nets({ next: held.state.read.add(resize(taken, pointerBits)).and(held.state.mask) });
      const payloadAt = mux(held.state.datagram, held.state.read.add(datagramHeaderBytes).and(held.state.mask), held.state.read as Bits);

      // Each of the three outputs takes its part once; the step is over when all have.
      const reads = h.instance("read_queue", fifo(ringJob(c), 2));
      const kinds = h.instance("kind_queue", fifo(bool, 16));
      const packets = h.instance("packet_queue", fifo(packetJob(c), 2));
      io.reads.connect(reads.pop);
      io.isHeader.connect(kinds.pop);
      io.packets.connect(packets.pop);
      const { room } = h.nets({ room: reads.push.ready.and(kinds.push.ready).and(packets.push.ready) });

      const machine = h.fsm("step", {
        PICK: (go) =>
          h.when(io.enable.and(io.workValid), () => {
            held.slot.next(io.workSlot);
            held.state.next(io.transmit);
            go("LOOK");
          }),
        LOOK: (go) =>
          h.when(held.state.datagram.and(used.ge(datagramHeaderBytes)), () => h.when(room, () => go("WAIT"))).otherwise(() => go("PLAN")),
        WAIT: (go) => h.when(io.header.fire.and(io.header.payload.last), () => go("PLAN")),
        PLAN: (go) => h.when(room, () => go("PICK")),
      });
      const { asks_header } = h.nets({
        asks_header: machine.is("LOOK").and(held.state.datagram).and(used.ge(datagramHeaderBytes)).and(room),
      });
      // A datagram slot with less than a header in its ring is malformed; nothing at all there means its work was done.
      const { nothing, broken } = h.nets({
        nothing: used.eq(0),
        broken: used.ne(0).and(held.state.datagram).and(used.lt(datagramHeaderBytes).or(impossible)),
      });
      const { planned } = h.nets({ planned: machine.is("PLAN").and(room) });
      const { sends } = h.nets({ sends: planned.and(nothing.not()).and(broken.not()) });
      const { has_payload } = h.nets({ has_payload: length.ne(0) });

      io.header.ready.drive(machine.is("WAIT"));
      h.when(io.header.fire, () => {
        held.header_failed.next(io.header.payload.failed);
        if (headerBeats === 2)
          // Two words, the lower one first.
          held.header_words.next(cat(io.header.payload.data, held.header_words.slice(127, 64)));
        else {
          // Headers stand at multiples of 16 bytes; the bus word holds several places.
          const places = busBytes / datagramHeaderBytes;
          const at = held.state.read
            .slice(Math.log2(busBytes) - 1, 0)
            .shr(4)
            .trunc(Math.max(1, Math.log2(places)));
          held.header_words.next(
            Array.from({ length: places }, (_, i) => i).reduce<Bits>(
              (value, i) =>
                i === 0 ? io.header.payload.data.slice(127, 0) : mux(at.eq(i), io.header.payload.data.slice(i * 128 + 127, i * 128), value),
              io.header.payload.data.slice(127, 0),
            ) as Bits<128>,
          );
        }
      });

      reads.push.valid.drive(asks_header.or(sends.and(has_payload)));
      reads.push.payload.drive({
        base: held.state.base,
        mask: held.state.mask,
        offset: mux(asks_header, held.state.read as Bits, payloadAt),
        bytes: mux(asks_header, uint(16).of(datagramHeaderBytes) as Bits, length as Bits),
      });
      kinds.push.valid.drive(asks_header.or(sends.and(has_payload)));
      kinds.push.payload.drive(asks_header);
      // An unconnected slot answers the peer named in the datagram's header.
      const byHeader = held.state.datagram.and(held.state.connected.not());
      packets.push.valid.drive(sends);
      packets.push.payload.drive({
        slot: held.slot,
        epoch: held.state.epoch,
        payload: length,
        offset: payloadAt,
        nextHop: held.state.nextHop,
        head: next,
        tuple: {
          localIp: held.state.tuple.localIp,
          localPort: held.state.tuple.localPort,
          remoteIp: mux(byHeader, held.header_words.slice(63, 32), held.state.tuple.remoteIp),
          remotePort: mux(byHeader, held.header_words.slice(31, 16), held.state.tuple.remotePort),
        },
      });
      io.advanceRead.drive({
        valid: planned.and(broken.not()),
        slot: held.slot,
        pointer: mux(nothing, held.state.read as Bits, next as Bits),
        epoch: held.state.epoch,
      });
      const stops = planned.and(broken);
      io.stops.drive(stops);
      io.stop.drive({ slot: held.slot, epoch: held.state.epoch });
      // Less than a header was not read from memory at all.
      const { unread } = h.nets({ unread: used.ge(datagramHeaderBytes).and(held.header_failed) });
      io.malformed.drive(stops.and(unread.not()));
      io.failed.drive(stops.and(unread));
    },
  );
};
