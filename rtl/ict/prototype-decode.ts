/** The prototype's pages decoded: what an access to the view is for, and which row it names. No state. */
import { type Bits, type Bool, bool, cat, constant, enumeration, input, module, mux, output, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import {
  hartBeat,
  pages,
  prototypeRows,
  type RowField,
  rowFields,
  rowsOffset,
  rxRingFields,
  txRingFields,
} from "#rtl/ict/prototype-pages.ts";
import { slotWords } from "#rtl/ict/slot-words.ts";
import { prototypeBytes } from "#rtl/nic/registers.ts";

/** Bits of a word's address in the view. */
export const prototypeWordBits = Math.ceil(Math.log2(prototypeBytes / 8));
/** An access to the view. */
export const prototypeRequest = struct(
  { write: bool, word: uint(prototypeWordBits), data: uint(64), strobe: uint(8) },
  "prototype_request",
);
/** The register at byte `at` of its beat, with the bytes that are written. */
export const merged = (value: Bits, at: number, request: { readonly data: Bits; readonly strobe: Bits }): Bits => {
  const whole = resize(value, Math.ceil(value.width / 8) * 8);
  const bytes = Array.from({ length: whole.width / 8 }, (_, i) => {
    const place = (at & 7) + i;
    return mux(request.strobe.bit(place), request.data.slice(8 * place + 7, 8 * place), whole.slice(8 * i + 7, 8 * i));
  });
  return cat(...bytes.reverse()).trunc(value.width);
};

/**
 * | kind | is |
 * |---|---|
 * | `OWN` | a register of the view's own, or nothing to do |
 * | `FIELD`, `FLAG` | bytes, or a bit, of a slot's word |
 * | `PAIR` | two pointers of 32 bits: this word and the next one |
 * | `ENABLE` | a write to a row's switch |
 * | `ALLOC`, `SCHED`, `KICK` | a search through the rows |
 * | `HOP` | a new next hop, for rows |
 */
export const prototypeKind = enumeration("prototype_kind", ["OWN", "FIELD", "FLAG", "PAIR", "ENABLE", "ALLOC", "SCHED", "KICK", "HOP"]);
export const prototypePlan = (c: Config) =>
  struct(
    {
      kind: prototypeKind,
      /** A slot's word, the byte of it at which a field begins (0, 1 or 4), the field's bytes in the access; a flag's bit. */
      word: uint(5),
      from: uint(3),
      lanes: uint(8),
      bit: bool,
      /** `SCHED` and `KICK`: whose rows. `SCHED`: the turn moves on. */
      hart: uint(derived(c).hartBits),
      takes: bool,
    },
    `prototype_plan_${c.harts}`,
  );

export const prototypeDecode = (c: Config) => {
  const { hartBits } = derived(c);
  const rows = Math.min(prototypeRows, c.slots);
  return module(
    `prototype_decode_${c.slots}x${c.harts}`,
    {
      request: input(prototypeRequest),
      plan: output(prototypePlan(c)),
      /** The row or ring; 0 where it is none. */
      row: output(uint(Math.log2(rows))),
      /** It is a row's beat of the view's own: its protocol, its connection's number. */
      protocol: output(bool),
      connection: output(bool),
      /** A kick of a hart that is not there. */
      kicksNobody: output(bool),
      /** It cannot be. */
      refused: output(bool),
    },
    (io, h) => {
      const { plan, request } = io;
      const { word, write, strobe } = request;
      const wordOf = (name: keyof typeof slotWords): number => slotWords[name] / 8;
      const lanesOf = (bytes: number): number => 2 ** bytes - 1;
      plan.drive({ kind: "OWN", word: 0, from: 0, lanes: 0, bit: 0, hart: 0, takes: 0 });
      for (const port of [io.protocol, io.connection, io.kicksNobody, io.refused]) port.drive(0);

      const known = (value: Bits): Bool => (value.width < 31 && 2 ** value.width <= c.harts ? constant(1, 1) : value.lt(c.harts));
      const { processor } = h.nets({ /** A hart's number as it is written. */ processor: merged(constant(32, 0) as Bits, 0, request) });
      const { stranger } = h.nets({ stranger: known(processor).not() });

      const field = (f: RowField, beat: number): void => {
        const touched = (bytes: number): Bool => write.not().or(strobe.slice(bytes - 1, 0).any());
        switch (f.kind) {
          case "field": {
            const use = (): void => {
              if (f.readOnly === true) plan.kind.drive("FIELD");
              else h.when(touched(f.bytes), () => plan.kind.drive("FIELD"));
              plan.word.drive(wordOf(f.word));
              plan.from.drive(f.from);
              plan.lanes.drive(lanesOf(f.bytes));
            };
            if (f.readOnly === true) h.when(write.not(), use);
            else if (beat === hartBeat) h.when(write.and(stranger), () => io.refused.drive(1)).otherwise(use);
            else use();
            return;
          }
          case "flag":
            h.when(touched(1), () => plan.kind.drive("FLAG"));
            plan.word.drive(wordOf(f.word));
            plan.bit.drive(f.bit);
            return;
          case "enable":
            h.when(write.not(), () => plan.kind.drive("FLAG")).elseWhen(strobe.bit(0), () => plan.kind.drive("ENABLE"));
            plan.word.drive(wordOf("control"));
            return;
          case "pair":
            plan.kind.drive("PAIR");
            plan.word.drive(wordOf(f.word));
            plan.lanes.drive(lanesOf(4));
            return;
          case "own":
            (f.state === "protocol" ? io.protocol : io.connection).drive(1);
            return;
        }
      };
      const fieldsAt = (at: Bits, fields: Readonly<Record<number, RowField>>): void => {
        const choice = h.switch(at);
        const table = fields === rowFields;
        for (const [beat, f] of Object.entries(fields)) choice.case(Number(beat), () => field(f, table ? Number(beat) : -1));
        choice.otherwise(() => {});
      };

      // Rows of 256 bytes from 0x300 on; rings of 32 and of 16 bytes.
      const page = (at: number): Bool => word.slice(12, 9).eq(at >> 12);
      const { table_row } = h.nets({ table_row: word.slice(11, 5).sub(rowsOffset >> 8) });
      const { in_rows, in_rx, in_tx } = h.nets({
        in_rows: word
          .bit(12)
          .not()
          .and(word.slice(11, 5).ge(rowsOffset >> 8))
          .and(table_row.lt(rows)),
        in_rx: page(pages.udpRx).and(word.slice(8, 2).lt(rows)),
        in_tx: page(pages.udpTx).and(word.slice(8, 1).lt(rows)),
      });
      io.row.drive(0);
      h.when(in_rows, () => {
        io.row.drive(resize(table_row, io.row.width));
        fieldsAt(word.slice(4, 0), rowFields);
      })
        .elseWhen(in_rx, () => {
          io.row.drive(resize(word.slice(8, 2), io.row.width));
          fieldsAt(word.slice(1, 0), rxRingFields);
        })
        .elseWhen(in_tx, () => {
          io.row.drive(resize(word.slice(8, 1), io.row.width));
          fieldsAt(word.slice(0, 0), txRingFields);
        });

      // Searches.
      const at = (address: number): Bool => word.eq(address >> 3);
      h.when(at(0x080).and(write.not()), () => plan.kind.drive("ALLOC"));
      h.when(at(0x100).and(write).and(strobe.slice(3, 0).any()), () => {
        h.when(stranger, () => io.kicksNobody.drive(1)).otherwise(() => plan.kind.drive("KICK"));
        plan.hart.drive(processor.trunc(hartBits));
      });
      h.when(
        word
          .slice(12, 5)
          .eq(0x200 >> 8)
          .and(known(word.slice(4, 1)))
          .and(write.not()),
        () => {
          plan.kind.drive("SCHED");
          plan.hart.drive(word.slice(4, 1).trunc(hartBits));
          plan.takes.drive(word.bit(0).not().and(strobe.bit(7)));
        },
      );
    },
  );
};
