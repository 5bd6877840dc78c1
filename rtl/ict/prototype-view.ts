/**
 * The prototype's register pages as a view of slots 0 to 63: software written for the prototype finds its registers where
 * they were, and they act on the same state as the new ones. An access becomes some accesses to the connection table, one
 * after the other, and is answered when they are done; what only the prototype has lives here.
 *
 * What has been mended is as the reference's section 10 recommends. Besides: registers that are not there read zero and
 * ignore writes, as in the prototype; SCHED_READ moves on where the read covers its last byte, so that two halves read in
 * order are one entry; the result of a kick is that of the hart that asks; a row's next hop and checksum policy are those
 * that the pages say when it is enabled, and a changed MAC_DST goes to every row enabled here; a row whose hart is not there
 * cannot be. Nothing waits for a queue of the packet pages: a push that finds no room is refused, a pop of nothing reads zero.
 * A push or a pop is complete where the access covers the last byte, so that two halves in order are one.
 */
import {
  type Bits,
  type Bool,
  bool,
  cat,
  choose,
  constant,
  enumeration,
  input,
  module,
  mux,
  output,
  type SignalOf,
  stream,
  struct,
  uint,
} from "#hdl";
import { bitList, oneHot, resize } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotOperation, slotReply, slotRequest } from "#rtl/ict/interface.ts";
import { merged, prototypeDecode, prototypeKind, prototypePlan, prototypeRequest } from "#rtl/ict/prototype-decode.ts";
import { kickResult, prototypeOwn, sharedSettings } from "#rtl/ict/prototype-own.ts";
import { hardwarePointers, prototypeRows } from "#rtl/ict/prototype-pages.ts";
import { controlBits, type SlotWord, sideBits, slotWords } from "#rtl/ict/slot-words.ts";
import { legacyRequests, legacyStates } from "#rtl/nic/legacy-pointers.ts";

/** Who makes an access, as far as one can tell; where that is not known, `hart` is 0. */
export const accessMaker = (c: Config) => struct({ known: bool, hart: uint(derived(c).hartBits) }, `access_maker_${c.harts}`);
/** What an access to registers gives: in the cycle after it moved. */
export const accessAnswer = struct({ data: uint(64), error: bool }, "access_answer");

const wordOf = (name: SlotWord): number => slotWords[name] / 8;
/** What a step asks of the table; the rows' words in the order in which a search looks at them. */
const step = enumeration("prototype_step", ["CONTROL", "SUSPEND", "AVAILABLE", "TASK", "CLEAR", "HOP", "FIELD", "SECOND"]);
type Step = Parameters<typeof step.of>[0];
type Kind = Parameters<SignalOf<typeof prototypeKind>["is"]>[0];

/**
 * Cycles from an access to its being taken, with a table that takes each request at once: 1 for a register of the view's own,
 * 3 for a field, 5 for a flag that is written and for a pair; 2 for each row that a search looks at, 2 or 4 more for
 * each that is the hart's, and 2 for each that a kick wakes.
 */
export const prototypeView = (c: Config) => {
  const { slotBits, hartBits } = derived(c);
  const rows = Math.min(prototypeRows, c.slots);
  const row = uint(Math.log2(rows));
  return module(
    `prototype_view_${c.slots}x${c.harts}`,
    {
      access: input(stream(prototypeRequest)),
      /** Of the access that stands. */
      maker: input(accessMaker(c)),
      answer: output(accessAnswer),
      ask: output(stream(slotRequest(c))),
      reply: input(slotReply, { unused: true }),
      shared: input(sharedSettings(c)),
      /** The access changes one of them: all are to be `settings`. */
      changes: output(bool),
      settings: output(sharedSettings(c)),
      now: input(uint(64)),
      /** A datagram is in memory; a frame has left. */
      received: input(bool),
      sent: input(bool),
      // Of the packet pages; see prototype-own.ts.
      legacyRequests: output(legacyRequests),
      legacyStates: input(legacyStates, { unused: true }),
      legacyIrq: output(uint(2)),
      refuses: output(uint(2)),
      /** Software sets the identification of the next IPv4 packet. */
      identify: output(bool),
      identification: output(uint(16)),
    },
    (io, h) => {
      const { access, maker, ask, reply } = io;
      const request = access.payload;
      const { data, strobe, write } = request;

      // ---- what the access is for, and what only the view has ---------------------------------------
      const { starts } = h.wires({ /** An access is taken up. */ starts: bool });
      const found = h.instance("decode", prototypeDecode(c), { request });
      const { who } = h.nets({ who: cat(maker.known.not(), maker.hart) });
      /** Of the last kick of each hart, and of those that are none. */
      const results = h.memory("results", kickResult, 2 ** (hartBits + 1), { style: "distributed" });
      const protocols = h.memory("protocols", uint(8), rows, { style: "distributed" });
      const connections = h.memory("connections", uint(32), rows, { style: "distributed" });
      /** Where each hart's search goes on. */
      const turns = h.memory("turns", row, 2 ** hartBits, { style: "distributed" });
      const { opened } = h.registers({ /** Rows that were enabled here. */ opened: uint(rows) });
      // To enable a row begins a life: what software has said of it before is said again then.
      const { filled, asleep } = h.registers({
        /** Rows that are not enabled and have data, for all that software says. */
        filled: uint(rows),
        /** Such whose owner sleeps. */
        asleep: uint(rows),
      });
      const { shared, now, received, sent, legacyStates } = io;
      const own = h.instance("own", prototypeOwn(c), {
        request,
        acts: starts,
        kicked: results.read(who),
        shared,
        now,
        received,
        sent,
        legacyStates,
      });
      const { opens } = h.wires({
        /** A row is enabled, which switches the datapath on: the prototype has no switch of its own. */ opens: bool,
      });
      io.changes.drive(own.changes.or(opens));
      io.settings.drive({ ...own.settings, enable: own.settings.enable.or(opens) });
      io.legacyRequests.drive(own.legacyRequests);
      io.legacyIrq.drive(own.legacyIrq);
      io.refuses.drive(own.refuses);
      io.identify.drive(own.identify);
      io.identification.drive(own.identification);
      const { protocol, connection } = h.nets({ protocol: protocols.read(found.row), connection: connections.read(found.row) });

      // ---- the access at work --------------------------------------------------------------------------
      const { doing } = h.registers({ doing: prototypePlan(c).noReset() });
      const { at } = h.registers({ /** The row; after reset it runs through all, and what memories hold of each becomes zero. */ at: row });
      const { now_at, held } = h.registers({ now_at: step.noReset(), /** Bits of a word that is written back. */ held: uint(2).noReset() });
      const { sum } = h.registers({ /** What a kick has woken until now. */ sum: kickResult.noReset() });
      const { told } = h.registers({ told: accessAnswer.noReset() });
      io.answer.drive(told);
      const does = (...kinds: readonly Kind[]): Bool => doing.kind.is(...kinds);
      const { next } = h.nets({ next: at.add(1) });
      const { from } = h.nets({ from: mux(does("SCHED"), turns.read(doing.hart) as Bits, constant(row.width, 0) as Bits) });
      const { over } = h.nets({ /** This row is the last one. */ over: next.eq(from) });
      const { passes } = h.nets({ /** This row needs nothing. */ passes: does("HOP").and(choose(at, bitList(opened)).not()) });
      const { enabled, hart } = h.nets({
        enabled: reply.data.bit(controlBits.enable),
        hart: reply.data.slice(controlBits.hart + hartBits - 1, controlBits.hart),
      });
      const { upper } = h.nets({ upper: strobe.slice(7, 4).any() });
      /** The field in a slot's word, as the access has it. */
      const { taken } = h.nets({
        taken: mux(doing.from.eq(0), reply.data, mux(doing.from.bit(0), resize(hart, 64), resize(reply.data.slice(47, 32), 64))).and(
          cat(...Array.from({ length: 8 }, (_, i) => doing.lanes.bit(7 - i).repeat(8))),
        ),
      });
      const { wakes } = h.wires({ /** This row is woken by a kick. */ wakes: bool });
      const woken = {
        count: mux(wakes, sum.count.add(1), sum.count),
        mask: mux(wakes, sum.mask.or(constant(prototypeRows, 1).shl(resize(at, 6))), sum.mask),
      };
      const { sleeper } = h.nets({ sleeper: choose(at, bitList(asleep)) });
      const pointer = hardwarePointers.map((w) => ask.payload.word.eq(wordOf(w))).reduce((a, b) => a.or(b));
      const { fails } = h.nets({ fails: reply.error.and(write.and(pointer).not()) });

      const { goes_on } = h.wires({ /** A search goes on with the next row. */ goes_on: bool });
      goes_on.drive(0);
      const machine = h.fsm("state", {
        SWEEP: (go) => {
          at.next(next);
          h.when(at.all(), () => go("IDLE"));
        },
        IDLE: (go) =>
          h.when(access.valid, () => {
            doing.next({ ...found.plan, kind: mux(own.hops, prototypeKind.of("HOP"), found.plan.kind) });
            at.next(mux(found.plan.kind.is("SCHED"), turns.read(found.plan.hart) as Bits, found.row));
            told.data.next(mux(found.protocol, resize(protocol, 64), mux(found.connection, resize(connection, 64), own.value)));
            told.error.next(found.refused.or(own.refuses.any()));
            sum.next({ count: 0, mask: 0 });
            now_at.next("CONTROL");
            go("ASK");
            h.when(own.hops, () => now_at.next("HOP"))
              .elseWhen(found.plan.kind.is("OWN"), () => go("DONE"))
              .elseWhen(found.plan.kind.is("PAIR").and(strobe.slice(3, 0).any().not()), () => now_at.next("SECOND"))
              .elseWhen(found.plan.kind.is("FIELD", "FLAG", "PAIR"), () => now_at.next("FIELD"));
          }),
        ASK: (go) =>
          h
            .when(passes, () => {
              at.next(next);
              h.when(over, () => go("DONE"));
            })
            .elseWhen(ask.ready, () => go("HEAR")),
        HEAR: (go) => {
          const then = (to: Step): void => {
            now_at.next(to);
            go("ASK");
          };
          const goOn = (): void => goes_on.drive(1);
          h.when(fails, () => {
            told.next({ data: 0, error: 1 });
            go("DONE");
          }).otherwise(() => {
            h.switch(now_at)
              .case("CONTROL", () => {
                h.when(does("ENABLE"), () => {
                  // What is enabled already goes on as it is.
                  h.when(enabled.eq(data.bit(0)), () => go("DONE"))
                    .elseWhen(enabled, () => then("FIELD"))
                    .otherwise(() => then("HOP"));
                })
                  .elseWhen(does("ALLOC"), () => {
                    told.data.next(resize(at, 64));
                    h.when(enabled, goOn).otherwise(() => go("DONE"));
                  })
                  .elseWhen(enabled.and(hart.eq(doing.hart)), () => then("SUSPEND"))
                  .otherwise(goOn);
              })
              .case("SUSPEND", () => {
                held.next(reply.data.trunc(2));
                h.when(reply.data.bit(sideBits.rx), () => h.when(does("SCHED"), goOn).otherwise(() => then("AVAILABLE"))).otherwise(() =>
                  h.when(does("SCHED"), () => then("TASK")).otherwise(goOn),
                );
              })
              .case("AVAILABLE", () =>
                h
                  .when(does("ENABLE"), () => {
                    held.next(reply.data.trunc(2));
                    then("SECOND");
                  })
                  .elseWhen(reply.data.bit(sideBits.rx), () => then("CLEAR"))
                  .otherwise(goOn),
              )
              .case("CLEAR", () =>
                h
                  .when(does("ENABLE"), () => go("DONE"))
                  .otherwise(() => {
                    sum.next(woken);
                    goOn();
                  }),
              )
              .case("TASK", () => {
                told.data.next(reply.data);
                go("DONE");
              })
              .case("HOP", () => h.when(does("ENABLE"), () => then("FIELD")).otherwise(goOn))
              .case("FIELD", () => {
                held.next(reply.data.trunc(2));
                told.data.next(taken);
                h.when(does("FLAG"), () => told.data.next(resize(mux(doing.bit, reply.data.bit(1), reply.data.bit(0)), 64)));
                h.when(does("FLAG").and(write).or(does("PAIR").and(upper)), () => then("SECOND"))
                  .elseWhen(opens.and(choose(at, bitList(filled))), () => then("AVAILABLE"))
                  .elseWhen(opens.and(sleeper), () => then("CLEAR"))
                  .otherwise(() => go("DONE"));
              })
              .otherwise(() => {
                // The lower half is of no meaning where it was not asked for, nor any of it in a write.
                told.data.next(cat(reply.data.trunc(32), told.data.trunc(32)));
                h.when(does("ENABLE").and(sleeper), () => then("CLEAR")).otherwise(() => go("DONE"));
              });
            h.when(goes_on, () => {
              at.next(next);
              h.when(over, () => {
                h.when(does("ALLOC"), () => told.data.next(0xffff_ffff));
                go("DONE");
              })
                .elseWhen(does("HOP"), () => then("HOP"))
                .otherwise(() => then("CONTROL"));
            });
          });
        },
        DONE: (go) => go("IDLE"),
      });
      const { sweeping, hears } = h.nets({ sweeping: machine.is("SWEEP"), hears: machine.is("HEAR").and(fails.not()) });
      starts.drive(machine.is("IDLE").and(access.valid));
      access.ready.drive(machine.is("DONE"));
      wakes.drive(now_at.is("CLEAR"));
      const mine = oneHot(at, rows);
      const { tells } = h.nets({ tells: hears.and(does("ENABLE")).and(now_at.is("FIELD")) });
      opens.drive(tells.and(data.bit(0)));
      h.when(tells, () => opened.next(mux(data.bit(0), opened.or(mine), opened.and(mine.not()))));
      const { says } = h.nets({
        says: hears
          .and(now_at.is("SECOND"))
          .and(does("FLAG"))
          .and(doing.bit.not())
          .and(choose(at, bitList(opened)).not()),
      });
      for (const [set, word, last] of [
        [filled, "available", "SECOND"],
        [asleep, "suspend", "CLEAR"],
      ] as const) {
        // Said again by now, or of a life that ends.
        const past = tells.and(data.bit(0).not()).or(hears.and(does("ENABLE")).and(now_at.is(last)));
        h.when(past, () => set.next(set.and(mine.not()))).elseWhen(says.and(doing.word.eq(wordOf(word))), () =>
          set.next(mux(data.bit(0), set.or(mine), set.and(mine.not()))),
        );
      }

      // ---- memories --------------------------------------------------------------------------------------
      const { place } = h.nets({ place: mux(sweeping, at, found.row) });
      const cleared = (value: Bits): Bits => value.and(sweeping.not().repeat(value.width));
      const { sets } = h.nets({ sets: starts.and(write) });
      protocols.write(place, cleared(merged(protocol, 0, request)), sweeping.or(sets.and(found.protocol)));
      connections.write(place, cleared(merged(connection, 0, request)), sweeping.or(sets.and(found.connection)));
      const { turn } = h.nets({ turn: hears.and(now_at.is("TASK")).and(doing.takes) });
      turns.write(mux(sweeping, resize(at, hartBits), doing.hart), cleared(next), sweeping.or(turn));
      const { kicked } = h.nets({ kicked: hears.and(does("KICK")).and(over).and(machine.is("HEAR")) });
      results.write(
        mux(sweeping, resize(at, hartBits + 1), who),
        { count: woken.count.and(kicked.repeat(7)), mask: woken.mask.and(kicked.repeat(prototypeRows)) },
        sweeping.or(kicked).or(sets.and(found.kicksNobody)),
      );

      // ---- what is asked ---------------------------------------------------------------------------------
      const q = h.wires({ asks_write: bool, asks_word: uint(5), asks_data: uint(64), asks_strobe: uint(8) });
      const asks = (word: SlotWord): void => q.asks_word.drive(wordOf(word));
      const writes = (value: Bits, bytes: number): void => {
        q.asks_write.drive(1);
        q.asks_data.drive(resize(value, 64));
        q.asks_strobe.drive(2 ** bytes - 1);
      };
      const passesOn = (shiftedData: Bits, shiftedStrobe: Bits): void => {
        q.asks_write.drive(write);
        q.asks_data.drive(shiftedData);
        h.when(write, () => q.asks_strobe.drive(shiftedStrobe));
      };
      const { lanes } = h.nets({ lanes: strobe.and(doing.lanes) });
      const bit = data.bit(0);
      q.asks_write.drive(0);
      q.asks_word.drive(doing.word);
      q.asks_data.drive(data);
      q.asks_strobe.drive(0xff);
      h.switch(now_at)
        .case("CONTROL", () => asks("control"))
        .case("SUSPEND", () => asks("suspend"))
        .case("AVAILABLE", () => asks("available"))
        .case("TASK", () => asks("task"))
        .case("CLEAR", () => {
          asks("suspend");
          // What kicks wake is awake; who sleeps when a row is enabled sleeps.
          writes(mux(does("ENABLE"), constant(2, 1), cat(held.bit(1), constant(1, 0))), 1);
        })
        .case("HOP", () => {
          asks("nextHop");
          writes(own.nextHop, 6);
        })
        .case("FIELD", () => {
          h.when(does("ENABLE"), () => {
            asks("control");
            // The prototype's rows are connected, and their rings hold bare bytes.
            writes(cat(own.noChecksum, constant(1, 0), constant(1, 1), bit), 1);
          })
            .elseWhen(does("FLAG"), () => {})
            .elseWhen(doing.from.eq(0), () => passesOn(data, lanes))
            .elseWhen(doing.from.bit(0), () => passesOn(data.shl(8), lanes.shl(1)))
            .otherwise(() => passesOn(data.shl(32), lanes.shl(4)));
        })
        .otherwise(() => {
          h.when(does("FLAG"), () => writes(mux(doing.bit, cat(bit, held.bit(0)), cat(held.bit(1), bit)), 1))
            .elseWhen(does("ENABLE"), () => {
              asks("available");
              writes(cat(held.bit(1), constant(1, 1)), 1);
            })
            .otherwise(() => {
              q.asks_word.drive(doing.word.add(1));
              passesOn(data.shr(32), strobe.shr(4));
            });
        });
      ask.valid.drive(machine.is("ASK").and(passes.not()));
      ask.payload.drive({
        operation: mux(q.asks_write, slotOperation.of("WRITE"), slotOperation.of("READ")),
        slot: resize(at, slotBits),
        hart: 0,
        word: q.asks_word,
        data: q.asks_data,
        strobe: q.asks_strobe,
        kernel: 1,
        askers: 0,
      });
    },
  );
};
