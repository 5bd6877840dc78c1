/**
 * Decides the next packet to send. It takes slots from the table, and asks at once for the headers of those with datagrams;
 * then one after the other it cuts a stream at the largest payload, or at what the header says, asks memory for the payload
 * and gives the slot back; or keeps it while no other slot has work. Two cycles per packet, but where a header has to be
 * waited for.
 */
import { type Bits, bool, cat, choose, input, module, mux, output, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { type Config, datagramHeaderBytes } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { transmitReturn, transmitState, transmitTurn } from "#rtl/ict/interface.ts";
import { fetchedBeat } from "#rtl/nic/dma-read.ts";
import { ringJob } from "#rtl/nic/dma-write.ts";
import { packetJob } from "#rtl/udp/tx-packet.ts";

/** Packets that are planned and not yet whole, at most: more than keep all of memory's bursts busy. */
export const plannedPackets = (c: Config): number => 2 * c.dmaInFlight;

/** Slots that wait in the planner, at most: as many headers as keep half of memory's bursts busy are read at a time. */
export const turnsAhead = (c: Config): number => Math.max(4, c.dmaInFlight / 2);
const headerBits = (c: Config): number => Math.max(128, c.busBits);
/** What a read of a header gives: the bus word that it is in, or the header where the bus is narrower. */
const headerWord = (c: Config) => struct({ words: uint(headerBits(c)), failed: bool }, `header_word${c.busBits}`);

export const txPlan = (c: Config) => {
  const { pointerBits, slotBits, busBytes, maxPayload } = derived(c);
  const shift = Math.log2(busBytes);
  /** A fetched bus word holds so many places for headers, which stand at multiples of 16 bytes. */
  const places = Math.max(1, busBytes / datagramHeaderBytes);
  const wide = Math.max(16, pointerBits) + 1;
  const pointer = uint(pointerBits);
  return module(
    "tx_plan",
    {
      enable: input(bool),
      /** Largest payload of a datagram, in bytes; a register of software's. */
      largest: input(uint(16)),
      /** For slots without policies of their own. */
      ttl: input(uint(8)),
      tos: input(uint(8)),
      turn: input(stream(transmitTurn(c))),
      /** Another slot waits for its turn. */
      others: input(bool),
      returned: output(transmitReturn(c)),
      /** A packet has been planned, of the slot whose turn it is. */
      planned: output(bool),
      /** Reads for memory, and for each whether it fetches a header (which comes back here) or a payload. */
      reads: output(stream(ringJob(c))),
      isHeader: output(stream(bool)),
      packets: output(stream(packetJob(c))),
      header: input(stream(fetchedBeat(c))),
    },
    (io, h) => {
      const held = h.registers({
        slot: uint(slotBits).noReset(),
        state: transmitState(c).noReset(),
        used: pointer.noReset(),
        /** What was read last: the packet's header is in it. */
        kept: headerWord(c).noReset(),
        /** The next header has been asked for before this packet's payload: the slot is kept. */
        asked: bool,
      });
      const s = held.state;
      // What a frame cannot hold would never leave, and cutting a stream into nothing would never end.
      const { limit } = h.registers({ limit: uint(16).reset(maxPayload) });
      limit.next(mux(io.largest.eq(0).or(io.largest.gt(maxPayload)), uint(16).of(maxPayload), io.largest as Bits<16>));

      // Each of the three outputs takes its part once; the step is over when all have.
      const reads = h.instance("read_queue", fifo(ringJob(c), 2));
      const kinds = h.instance("kind_queue", fifo(bool, 2 * plannedPackets(c)));
      const packets = h.instance("packet_queue", fifo(packetJob(c), plannedPackets(c)));
      io.reads.connect(reads.pop);
      io.isHeader.connect(kinds.pop);
      io.packets.connect(packets.pop);
      const { room } = h.nets({ room: reads.push.ready.and(kinds.push.ready).and(packets.push.ready) });

      const hasHeader = (datagram: Bits<1>, used: Bits): Bits<1> => datagram.and(used.slice(pointerBits - 1, 4).any());
      // ---- how long: once the header is here -----------------------------------------------------
      const place = places === 1 ? null : s.read.slice(shift - 1, 4);
      const headers = Array.from({ length: places }, (_, i) => held.kept.words.slice(i * 128 + 127, i * 128));
      const { header } = h.nets({ header: place === null ? (headers[0] as Bits) : choose(place, headers) });
      const { used_wide } = h.nets({ used_wide: resize(held.used, wide) });
      const { stream_length } = h.nets({ stream_length: mux(used_wide.lt(limit.zext(wide)), used_wide, limit.zext(wide)).trunc(16) });
      const { bytes } = h.nets({ bytes: mux(s.datagram, header.slice(15, 0), stream_length) });
      const { taken } = h.nets({ taken: mux(s.datagram, bytes.zext(17).add(31).and("0x1fff0"), bytes.zext(17)) });
      // So is a datagram slot with less than a header in its ring, whose header is not read: no record is as short.
      const { impossible } = h.nets({ impossible: bytes.gt(limit).or(resize(taken, wide).gt(used_wide)) });
      const { header_lost } = h.nets({ header_lost: hasHeader(s.datagram, held.used).and(held.kept.failed) });
      const plan = h.registers({
        length: uint(16).noReset(),
        /** Where the packet's bytes begin, where the next packet does, and how many bytes wait from there on. */
        at: pointer.noReset(),
        next: pointer.noReset(),
        rest: pointer.noReset(),
        remote_ip: uint(32).noReset(),
        remote_port: uint(16).noReset(),
        nothing: bool.noReset(),
        broken: bool.noReset(),
        unread: bool.noReset(),
      });

      // ---- slots that wait, in their order; their headers are asked for as they come ------------------------------
      const turns = h.instance("turn_queue", fifo(transmitTurn(c), turnsAhead(c)));
      const fetched = h.instance("header_queue", fifo(headerWord(c), 2 * turnsAhead(c)));
      const usedOf = ({ tail, read, mask }: { tail: Bits; read: Bits; mask: Bits }): Bits => tail.sub(read).and(mask);
      const coming = io.turn.payload.state;
      const { comes_header } = h.nets({ comes_header: hasHeader(coming.datagram, usedOf(coming)) });
      const { crowded } = h.nets({ crowded: io.others.or(turns.pop.valid) });

      // ---- go on with the slot, or give it back --------------------------------------------------
      const { sends } = h.nets({ sends: plan.nothing.not().and(plan.broken.not()) });
      const { goes_on } = h.nets({
        goes_on: sends.and(plan.unread.not()).and(plan.rest.any()).and(crowded.not()).and(io.enable),
      });
      const { more } = h.nets({ more: plan.rest.slice(pointerBits - 1, 4).any() });
      // Of a word that has been fetched all bytes before the tail are good, around the ring's end too.
      const { in_word } = h.nets({
        in_word: places === 1 ? uint(1).of(0) : plan.next.slice(pointerBits - 1, shift).eq(s.read.slice(pointerBits - 1, shift)),
      });
      const { looks_ahead } = h.nets({ looks_ahead: s.datagram.and(goes_on).and(more).and(in_word.not()).and(held.asked.not()) });
      const { keeps } = h.nets({ keeps: held.asked.or(goes_on) });

      const { first_used } = h.nets({ first_used: usedOf(turns.pop.payload.state) });
      const { first_header } = h.nets({ first_header: hasHeader(turns.pop.payload.state.datagram, first_used) });
      const wants = h.wires({ ask: bool, packet: bool, back: bool, take_turn: bool, take_header: bool });
      for (const w of Object.values(wants)) w.drive(0);
      /** A header that is here already is taken at once. */
      const needHeader = (go: (to: "WAIT" | "SIZE") => void, needed: Bits<1>): void => {
        wants.take_header.drive(needed);
        h.when(needed.and(fetched.pop.valid.not()), () => go("WAIT")).otherwise(() => go("SIZE"));
      };
      const takeTurn = (go: (to: "WAIT" | "SIZE") => void): void => {
        wants.take_turn.drive(1);
        held.slot.next(turns.pop.payload.slot);
        held.state.next(turns.pop.payload.state);
        held.used.next(first_used);
        needHeader(go, first_header);
      };
      const machine = h.fsm("step", {
        IDLE: (go) => h.when(turns.pop.valid, () => takeTurn(go)),
        WAIT: (go) => {
          wants.take_header.drive(1);
          h.when(fetched.pop.valid, () => go("SIZE"));
        },
        SIZE: (go) => {
          plan.length.next(mux(header_lost, uint(16).of(0), bytes as Bits<16>));
          plan.at.next(mux(s.datagram, s.read.add(datagramHeaderBytes).and(s.mask), s.read as Bits));
          plan.next.next(mux(header_lost, s.read as Bits, s.read.add(resize(taken, pointerBits)).and(s.mask)));
          plan.rest.next(held.used.sub(resize(taken, pointerBits)));
          // An unconnected slot answers the peer named in the datagram's header.
          const byHeader = s.datagram.and(s.connected.not());
          plan.remote_ip.next(mux(byHeader, header.slice(63, 32), s.tuple.remoteIp as Bits));
          plan.remote_port.next(mux(byHeader, header.slice(31, 16), s.tuple.remotePort as Bits));
          plan.nothing.next(held.used.eq(0));
          plan.broken.next(held.used.ne(0).and(s.datagram).and(impossible).and(header_lost.not()));
          plan.unread.next(header_lost);
          go("PLAN");
        },
        PLAN: (go) =>
          h.when(room, () => {
            h.when(looks_ahead, () => {
              wants.ask.drive(1);
              held.asked.next(1);
            }).otherwise(() => {
              wants.packet.drive(sends);
              held.asked.next(0);
              h.when(keeps, () => {
                s.read.next(plan.next);
                held.used.next(plan.rest);
                needHeader(go, held.asked);
              }).otherwise(() => {
                wants.back.drive(1);
                h.when(turns.pop.valid, () => takeTurn(go)).otherwise(() => go("IDLE"));
              });
            });
          }),
      });
      // A slot comes while its header can be asked for, and nothing else is.
      const { plans } = h.nets({ plans: machine.is("PLAN") });
      const { comes } = h.nets({ comes: io.enable.and(turns.push.ready).and(room).and(plans.not()) });
      io.turn.ready.drive(comes);
      turns.push.valid.drive(io.turn.valid.and(comes));
      turns.push.payload.drive(io.turn.payload);
      turns.pop.ready.drive(wants.take_turn);
      io.returned.drive({
        valid: wants.back,
        slot: held.slot,
        pointer: mux(sends, plan.next, s.read as Bits),
        malformed: plan.broken,
      });
      io.planned.drive(wants.packet);

      // Every header that was asked for has its place, so that payloads behind it never wait for it.
      const { data, failed } = io.header.payload;
      io.header.ready.drive(1);
      fetched.push.valid.drive(io.header.valid.and(io.header.payload.last));
      if (busBytes < datagramHeaderBytes) {
        // Of two words the lower comes first.
        const { lower } = h.registers({ lower: uint(64).noReset() });
        h.when(io.header.valid, () => lower.next(data as Bits<64>));
        fetched.push.payload.drive({ words: cat(data, lower), failed });
      } else fetched.push.payload.drive({ words: data as Bits<number>, failed });
      fetched.pop.ready.drive(wants.take_header);
      h.when(fetched.pop.fire, () => held.kept.next(fetched.pop.payload));
      h.assert("there is room for every header", fetched.push.valid.implies(fetched.push.ready));

      // ---- what it asks for ----------------------------------------------------------------------
      const { asks } = h.nets({ asks: wants.ask.or(io.turn.fire.and(comes_header)) });
      const { fetches } = h.nets({ fetches: asks.or(wants.packet.and(plan.length.any())) });
      reads.push.valid.drive(fetches);
      reads.push.payload.drive({
        base: mux(plans, s.base, coming.base as Bits<64>),
        mask: mux(plans, s.mask as Bits, coming.mask),
        offset: mux(plans, mux(wants.packet, plan.at as Bits, plan.next), coming.read),
        bytes: mux(wants.packet, plan.length as Bits<16>, uint(16).of(datagramHeaderBytes)),
      });
      kinds.push.valid.drive(fetches);
      kinds.push.payload.drive(wants.packet.not());
      packets.push.valid.drive(wants.packet);
      packets.push.payload.drive({
        slot: held.slot,
        payload: plan.length,
        offset: plan.at.trunc(shift),
        head: plan.next,
        unread: plan.unread,
        tuple: {
          localIp: s.tuple.localIp,
          localPort: s.tuple.localPort,
          remoteIp: plan.remote_ip,
          remotePort: plan.remote_port,
        },
        nextHop: s.nextHop,
        ttl: mux(s.own, s.ttl, io.ttl as Bits<8>),
        tos: mux(s.own, s.tos, io.tos as Bits<8>),
        noChecksum: s.noChecksum,
      });
    },
  );
};
