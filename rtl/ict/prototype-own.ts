/** Registers of the prototype's pages that are no row's and no ring's: those that only it had, and those that it shares. */
import { type Bits, type Bool, bool, cat, constant, input, module, output, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { merged, prototypeRequest } from "#rtl/ict/prototype-decode.ts";
import { pages, prototypeRows } from "#rtl/ict/prototype-pages.ts";
import { legacyDepth, legacyRequests, legacyStates } from "#rtl/nic/legacy-pointers.ts";

/** Registers that the kernel's page and the prototype's pages both show. */
export const sharedSettings = (c: Config) =>
  struct(
    { enable: bool, mac: uint(48), largest: uint(16), ttl: uint(8), tos: uint(8), wakeMask: uint(c.harts) },
    `shared_settings_${c.harts}`,
  );
/** Rows that a kick woke. */
export const kickResult = struct({ count: uint(7), mask: uint(prototypeRows) }, "kick_result");

/** A register at this byte of the view; `set` is given what a write makes of it. */
interface Own {
  readonly at: number;
  readonly value: Bits;
  readonly set?: (value: Bits) => void;
}

export const prototypeOwn = (c: Config) =>
  module(
    `prototype_own_${c.harts}`,
    {
      request: input(prototypeRequest, { unused: true }),
      /** The access is done in this cycle. */
      acts: input(bool),
      value: output(uint(64)),
      kicked: input(kickResult),
      shared: input(sharedSettings(c)),
      /** The access changes one of them: all are to be `settings`. */
      changes: output(bool),
      settings: output(sharedSettings(c)),
      now: input(uint(64)),
      /** A datagram is in memory; a frame has left. */
      received: input(bool),
      sent: input(bool),
      /** The packet pages' engines: what they are asked, what they are, and their lines (bit 0 transmit, 1 receive). */
      legacyRequests: output(legacyRequests),
      legacyStates: input(legacyStates, { unused: true }),
      legacyIrq: output(uint(2)),
      /** A push that finds no room, which is refused: bit 0 transmit, 1 receive. */
      refuses: output(uint(2)),
      identify: output(bool),
      identification: output(uint(16)),
      /** MAC_DST, and whether the access changes it. */
      nextHop: output(uint(48)),
      hops: output(bool),
      noChecksum: output(bool),
    },
    (io, h) => {
      const { request, shared, settings } = io;
      const harts = Array.from({ length: c.harts }, (_, i) => i);
      const { rx_pending, tx_pending, legacy, legacy_pending, tx_mask, next_hop, ip_id, no_checksum } = h.registers({
        rx_pending: bool,
        tx_pending: bool,
        /** Which lines of the packet pages software wants, and which would be up. */
        legacy: uint(2),
        legacy_pending: uint(2),
        tx_mask: uint(c.harts),
        next_hop: uint(48),
        ip_id: uint(16),
        no_checksum: bool,
      });
      settings.drive(shared);
      for (const port of [io.changes, io.identify, io.hops]) port.drive(0);
      io.legacyIrq.drive(legacy.and(legacy_pending));
      io.nextHop.drive(next_hop);
      io.noChecksum.drive(no_checksum);
      io.identification.drive(0);

      const share = (set: (value: Bits) => void) => (value: Bits) => {
        set(value);
        io.changes.drive(1);
      };
      /** `value` with bit `i` as given. */
      const one = (value: Bits, i: number, bit: Bits): Bits => cat(...harts.map((k) => (k === i ? (bit as Bool) : value.bit(k))).reverse());
      const nothing = constant(1, 0) as Bits;
      const { receive, transmit } = io.legacyStates;
      const { control, legacyRx, legacyTx, udpRx, udpTx } = pages;
      /** Pending, and what clears it, of a packet page. */
      const flagOf = (at: number, i: 0 | 1): readonly Own[] => [
        { at, value: legacy_pending.bit(i), set: (v) => legacy_pending.bit(i).next(v as Bool) },
        { at: at + 4, value: nothing, set: (v) => h.when(v as Bool, () => legacy_pending.bit(i).next(0)) },
      ];
      const registers: readonly Own[] = [
        ...harts.flatMap((i): readonly Own[] => [
          { at: 0x10 * i, value: shared.wakeMask.bit(i), set: share((v) => settings.wakeMask.drive(one(shared.wakeMask, i, v))) },
          { at: 0x10 * i + 8, value: tx_mask.bit(i), set: (v) => tx_mask.next(one(tx_mask, i, v)) },
        ]),
        { at: 0x108, value: io.kicked.count },
        { at: 0x110, value: io.kicked.mask },
        { at: control, value: legacy, set: (v) => legacy.next(v) },
        { at: control + 0x10, value: io.now },
        { at: legacyRx + 0x04, value: receive.requests },
        { at: legacyRx + 0x10, value: receive.first },
        { at: legacyRx + 0x18, value: receive.completions },
        ...flagOf(legacyRx + 0x20, 1),
        { at: legacyTx, value: transmit.requests },
        { at: legacyTx + 0x10, value: transmit.completions },
        { at: legacyTx + 0x12, value: transmit.first.bit(0) },
        ...flagOf(legacyTx + 0x18, 0),
        { at: udpRx + 0x800, value: rx_pending, set: (v) => rx_pending.next(v as Bool) },
        { at: udpRx + 0x804, value: nothing, set: (v) => h.when(v as Bool, () => rx_pending.next(0)) },
        { at: udpTx + 0x400, value: shared.largest, set: share((v) => settings.largest.drive(v)) },
        {
          at: udpTx + 0x408,
          value: next_hop,
          set: (v) => {
            next_hop.next(v);
            io.hops.drive(v.ne(next_hop));
          },
        },
        { at: udpTx + 0x410, value: shared.mac, set: share((v) => settings.mac.drive(v)) },
        { at: udpTx + 0x420, value: shared.tos, set: share((v) => settings.tos.drive(v)) },
        { at: udpTx + 0x424, value: shared.ttl, set: share((v) => settings.ttl.drive(v)) },
        {
          at: udpTx + 0x428,
          value: ip_id,
          set: (v) => {
            ip_id.next(v);
            io.identify.drive(1);
            io.identification.drive(v);
          },
        },
        { at: udpTx + 0x42c, value: no_checksum, set: (v) => no_checksum.next(v as Bool) },
        { at: udpTx + 0x430, value: tx_pending, set: (v) => tx_pending.next(v as Bool) },
        { at: udpTx + 0x434, value: nothing, set: (v) => h.when(v as Bool, () => tx_pending.next(0)) },
      ];
      io.value.drive(0);
      const { writes } = h.nets({ writes: io.acts.and(request.write) });
      const choice = h.switch(request.word);
      for (const [beat, list] of Map.groupBy(registers, (r) => r.at >> 3))
        choice.case(beat, () => {
          io.value.drive(list.map((r) => resize(r.value, 64).shl(8 * (r.at & 7))).reduce((a, b) => a.or(b)));
          for (const { at, value, set } of list) {
            const first = at & 7;
            const touched = request.strobe.slice(first + Math.ceil(value.width / 8) - 1, first).any();
            if (set !== undefined) h.when(writes.and(touched), () => set(merged(value, at, request)));
          }
        });
      choice.otherwise(() => {});

      // ---- the packet pages' queues ------------------------------------------------------------------------
      const { transmit_half, receive_half } = h.registers({
        /** A request whose last byte has not been written. */
        transmit_half: uint(56),
        receive_half: uint(56),
      });
      const { last_byte } = h.nets({ last_byte: request.strobe.bit(7) });
      const reads = io.acts.and(request.write.not());
      /** Side effects of a page: a request is complete with its last byte, and so is the read of a completion. */
      const page = (base: number, state: typeof receive, half: typeof receive_half, popAt: Bool) => {
        const pushes = writes.and(request.word.eq((base + 8) >> 3));
        const word = merged(half.zext(64), 0, request);
        h.when(pushes, () => half.next(word.trunc(56) as never));
        const room = state.requests.lt(legacyDepth);
        return {
          refused: pushes.and(last_byte).and(room.not()),
          request: {
            push: pushes.and(last_byte).and(room),
            pop: reads.and(request.word.eq((base + 0x10) >> 3)).and(popAt),
            word,
          },
        };
      };
      const ofReceive = page(legacyRx, receive, receive_half, last_byte);
      const ofTransmit = page(legacyTx, transmit, transmit_half, request.strobe.bit(2));
      io.legacyRequests.drive({ receive: ofReceive.request, transmit: ofTransmit.request });
      io.refuses.drive(cat(ofReceive.refused, ofTransmit.refused));
      // The prototype's software knows no switch: what it begins with switches the datapath on.
      h.when(ofReceive.request.push.or(ofTransmit.request.push), () => {
        settings.enable.drive(1);
        io.changes.drive(1);
      });

      // What happens in the same cycle is not lost.
      h.when(receive.completes, () => legacy_pending.bit(1).next(1));
      h.when(transmit.completes, () => legacy_pending.bit(0).next(1));
      h.when(io.received, () => rx_pending.next(1));
      h.when(io.sent, () => tx_pending.next(1));
    },
  );
