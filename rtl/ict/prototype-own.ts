/** Registers of the prototype's pages that are no row's and no ring's: those that only it had, and those that it shares. */
import { type Bits, type Bool, bool, cat, constant, input, module, output, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { merged, prototypeRequest } from "#rtl/ict/prototype-decode.ts";
import { pages, prototypeRows } from "#rtl/ict/prototype-pages.ts";

/** Registers that the kernel's page and the prototype's pages both show. */
export const sharedSettings = (c: Config) =>
  struct({ mac: uint(48), largest: uint(16), ttl: uint(8), tos: uint(8), wakeMask: uint(c.harts) }, `shared_settings_${c.harts}`);
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
      legacyMask: output(uint(2)),
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
      const { rx_pending, tx_pending, legacy, tx_mask, next_hop, ip_id, no_checksum } = h.registers({
        rx_pending: bool,
        tx_pending: bool,
        legacy: uint(2),
        tx_mask: uint(c.harts),
        next_hop: uint(48),
        ip_id: uint(16),
        no_checksum: bool,
      });
      settings.drive(shared);
      for (const port of [io.changes, io.identify, io.hops]) port.drive(0);
      io.legacyMask.drive(legacy);
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
      const full = constant(7, 64) as Bits;
      const { control, legacyRx, legacyTx, udpRx, udpTx } = pages;
      const registers: readonly Own[] = [
        ...harts.flatMap((i): readonly Own[] => [
          { at: 0x10 * i, value: shared.wakeMask.bit(i), set: share((v) => settings.wakeMask.drive(one(shared.wakeMask, i, v))) },
          { at: 0x10 * i + 8, value: tx_mask.bit(i), set: (v) => tx_mask.next(one(tx_mask, i, v)) },
        ]),
        { at: 0x108, value: io.kicked.count },
        { at: 0x110, value: io.kicked.mask },
        { at: control, value: legacy, set: (v) => legacy.next(v) },
        { at: control + 0x10, value: io.now },
        // The legacy engines' queues: full.
        { at: legacyRx + 0x04, value: full },
        { at: legacyTx, value: full },
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
      // What happens in the same cycle is not lost.
      h.when(io.received, () => rx_pending.next(1));
      h.when(io.sent, () => tx_pending.next(1));
    },
  );
