/**
 * Requests of the register port: each is answered once, in bounded time; one that is refused has done nothing, and its answer
 * tells nothing; and with two copies of everything that a foreign asker may not know, both behave alike, cycle by cycle.
 */
import { type Bits, type Bool, bool, cat, input, module, mux, output, reduce, uint } from "#hdl";
import { slotReply } from "#rtl/ict/interface.ts";
import { slotCommands } from "#rtl/ict/slot-commands.ts";
import { ownerReads, ownerWrites, type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around } from "./lay-open.ts";
import { small } from "./nic-small.ts";

const anyOf = (list: readonly Bits[]): Bool => reduce(list as readonly Bool[], (a, b) => a.or(b));

/** `prompt`: neighbours answer at once, so that it is known how long a request may take. */
export const requestsAreJudged = (prompt: boolean, block = slotCommands(small)) =>
  around(block, `requests_are_judged${prompt ? "_soon" : ""}`, {}, (io, h) => {
    const { request, reply, access, find, found, transmit } = io;
    h.ghost(() => {
      request.check(h, "assume");
      found.check(h, "assume");
      const { operation, slot, word, kernel, askers } = request.payload;
      h.assume("operations that there are", operation.asBits().le(4));
      const { guest } = io;
      h.assume("nobody else changes a slot", guest.identifies.or(guest.opens).or(guest.closes).not());
      if (prompt) h.assume("or holds requests up", guest.holds.not());
      const { seeks, sought, counting } = h.registers({ seeks: uint(1), sought: uint(3), counting: uint(5) });
      h.assume("a result for each command", found.valid.implies(seeks));
      h.when(find.fire, () => seeks.next(1)).elseWhen(found.fire, () => seeks.next(0));
      h.assume(
        "who changes while it is asked",
        h
          .pastValid()
          .and(h.past(request.valid.and(request.ready.not())))
          .implies(io.current.at(0).asid.eq(h.past(io.current.at(0).asid))),
      );
      if (prompt) {
        sought.next(mux(seeks, sought.add(1), uint(3).of(0)) as Bits<3>);
        h.assume("lookups answer", find.ready.and(io.findReady).and(found.valid.eq(seeks)));
        h.assume("and so do all", access.ready.and(io.listing).and(io.drainReady).and(io.draining.not()).and(io.cleared.all()));
        h.assume("no tail moves", io.moved.valid.not());
        h.when(request.valid.and(io.sweep.not()).and(request.ready.not()), () => counting.next(counting.add(1))).otherwise(() =>
          counting.next(0),
        );
        h.assert("each is answered within 20 cycles", counting.le(20));
      }

      // ---- who may ------------------------------------------------------------------------------
      const { asids } = h.registers({ asids: uint(2 * 16) });
      const wordIs = (names: readonly SlotWord[]): Bool => anyOf(names.map((n) => word.eq(slotWords[n] / 8)));
      const asid = mux(slot.bit(0), asids.slice(31, 16), asids.slice(15, 0));
      const writes = operation.is("WRITE");
      const owner = askers.bit(0).and(io.current.at(0).asid.eq(asid)).and(transmit.open);
      const own = operation.is("READ", "WRITE").and(mux(writes, wordIs(ownerWrites), wordIs(ownerReads)));
      const may = mux(operation.is("REKEY"), kernel, kernel.or(owner.and(own)));
      h.assume(
        "a slot opens and closes by command",
        h
          .pastValid()
          .and(h.past(io.setOpen).not())
          .and(h.past(slot).eq(slot))
          .implies(transmit.open.eq(h.past(transmit.open))),
      );
      const identifies = request.fire
        .and(writes)
        .and(kernel)
        .and(word.eq(slotWords.identity / 8));
      const strobe = cat(request.payload.strobe.bit(1).repeat(8), request.payload.strobe.bit(0).repeat(8));
      const next = asid.and(strobe.not()).or(request.payload.data.trunc(16).and(strobe));
      h.when(identifies, () => asids.next(mux(slot.bit(0), cat(next, asids.slice(15, 0)), cat(asids.slice(31, 16), next))));

      // ---- what it did ---------------------------------------------------------------------------
      const acts = anyOf([
        io.setReceive,
        io.setHead,
        io.setTransmit,
        io.setOpen,
        io.setTail,
        io.hasWork,
        io.clear,
        io.drain,
        io.malformed.valid,
        find.valid,
      ]);
      const serves = access.valid.and(access.payload.operation.is("READ").not());
      const { acted, served } = h.registers({ acted: uint(1), served: uint(1) });
      const does = io.sweep.not().and(acts);
      h.when(request.fire, () => {
        acted.next(0);
        served.next(0);
      }).otherwise(() => {
        h.when(does, () => acted.next(1));
        h.when(serves, () => served.next(1));
      });
      const had = h.registers({ had_acted: uint(1), had_served: uint(1), may_it: uint(1), is_kernel: uint(1) });
      had.had_acted.next(acted.or(does));
      had.had_served.next(served.or(serves));
      had.may_it.next(may);
      had.is_kernel.next(kernel);
      h.assert("a reply for each request, in the cycle after", reply.valid.eq(h.pastValid().and(h.past(request.fire))));
      h.assert("nothing is done when nobody asks", request.valid.not().and(io.sweep.not()).implies(acts.or(access.valid).not()));
      const refused = reply.valid.and(reply.error);
      h.assert("who is refused has done nothing", refused.implies(had.had_acted.or(had.had_served).not()));
      h.assert("and learns nothing", refused.implies(reply.data.eq(0)));
      h.assert("who may not is refused", reply.valid.and(had.may_it.not()).implies(reply.error.and(reply.foreign)));
      h.assert("the kernel is never foreign", reply.valid.and(had.is_kernel).implies(reply.foreign.not()));
      h.assert("foreign is refused", reply.foreign.and(reply.valid).implies(reply.error));
      const ok = reply.valid.and(reply.error.not());
      h.cover("an owner reads", ok.and(had.is_kernel.not()).and(reply.data.ne(0)));
      h.cover("an owner rings", ok.and(had.is_kernel.not()).and(had.had_served).and(had.had_acted));
      h.cover("somebody is refused", refused.and(reply.foreign));
    });
  });

/** Two tables that differ in everything of their slots, and foreign askers alone: no cycle of any answer differs. */
export const foreignersSeeNothing = (block = slotCommands(small)) => {
  const { receive, transmit, answer, moved, roomy, draining } = block.shape;
  const secret = { receive, transmit, answer, moved, roomy, draining };
  const twice = <const S extends string>(suffix: S) =>
    Object.fromEntries(Object.entries(secret).map(([name, port]) => [`${name}_${suffix}`, port])) as unknown as {
      readonly [K in keyof typeof secret as `${K}_${S}`]: (typeof secret)[K];
    };
  const { request, current, guest, found, findReady, listing, cleared, drainReady } = block.shape;
  const shared = { request, current, guest, found, findReady, listing, cleared, drainReady };
  return module(
    "foreigners_see_nothing",
    {
      ...shared,
      ...twice("a"),
      ...twice("b"),
      findTakes: input(bool),
      accessTakes: input(bool),
      reply_a: output(slotReply),
      reply_b: output(slotReply),
    },
    (io, h) => {
      const { request, current, guest, found, findReady, listing, cleared, drainReady } = io;
      const rest = { current, guest, findReady, listing, cleared, drainReady };
      const a = h.instance("a", block, {
        ...rest,
        ...{ request, found, receive: io.receive_a, transmit: io.transmit_a, answer: io.answer_a },
        ...{ moved: io.moved_a, roomy: io.roomy_a, draining: io.draining_a },
      });
      const b = h.instance("b", block, {
        ...rest,
        ...{ receive: io.receive_b, transmit: io.transmit_b, answer: io.answer_b },
        ...{ moved: io.moved_b, roomy: io.roomy_b, draining: io.draining_b },
      });
      b.request.valid.drive(request.valid);
      b.request.payload.drive(request.payload);
      b.found.valid.drive(found.valid);
      b.found.payload.drive(found.payload);
      for (const dut of [a, b]) {
        dut.find.ready.drive(io.findTakes);
        dut.access.ready.drive(io.accessTakes);
      }
      io.reply_a.drive(a.reply);
      io.reply_b.drive(b.reply);
      h.ghost(() => {
        const { payload } = request;
        request.check(h, "assume");
        h.assume("operations that there are", payload.operation.asBits().le(4));
        h.assume("nobody else changes a slot", guest.identifies.or(guest.opens).or(guest.closes).not());
        // No slot was given to anybody: all are of address space 0.
        const mine = payload.askers.bit(0).and(current.at(0).asid.eq(0)) as Bool;
        h.assume("foreign askers: the slot is another's, or closed", payload.kernel.not());
        for (const open of [io.transmit_a.open, io.transmit_b.open]) h.assume("as it stays", mine.and(open).not());
        h.assert("answers come in the same cycle", a.request.ready.eq(b.request.ready));
        h.assert("as many", a.reply.valid.eq(b.reply.valid));
        h.assert("answers are the same", a.reply.valid.implies(a.reply.asBits().eq(b.reply.asBits())));
        h.assert("and tell nothing", a.reply.valid.implies(a.reply.data.eq(0).and(a.reply.error)));
        for (const [name, dut] of [
          ["one", a],
          ["other", b],
        ] as const) {
          const acts = anyOf([
            dut.setReceive,
            dut.setTransmit,
            dut.setHead,
            dut.setTail,
            dut.setOpen,
            dut.hasWork,
            dut.drain,
            dut.find.valid,
          ]);
          h.assert(`the ${name} is as it was`, dut.sweep.not().implies(acts.not()));
          h.assert(`the ${name}'s ready queue too`, dut.access.valid.implies(dut.access.payload.operation.is("READ")));
        }
        h.cover("an answer", a.reply.valid);
      });
    },
  );
};

export const tasks: readonly FormalTask[] = [
  { name: "slot commands: who may not does and learns nothing", module: () => requestsAreJudged(false), mode: "bmc", depth: 11 },
  { name: "slot commands: two tables are one to a foreign asker", module: () => foreignersSeeNothing(), mode: "bmc", depth: 12 },
  { name: "slot commands: a foreign asker is answered", module: () => foreignersSeeNothing(), mode: "cover", depth: 10 },
  { name: "slot commands: each is answered soon", module: () => requestsAreJudged(true), mode: "bmc", depth: 24, timeout: 900, long: true },
  { name: "slot commands: everything happens", module: () => requestsAreJudged(false), mode: "cover", depth: 14 },
];
