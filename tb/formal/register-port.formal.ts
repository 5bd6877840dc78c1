/**
 * The register port: whoever is no kernel never asks as one, and nobody asks for more than his page has; each access is
 * asked for once, or refused, and none is lost; a refusal is told as a fault. And the prototype's view: it asks as the kernel
 * for its own accesses alone, one thing at a time, and each access comes to its end.
 */
import { type Bits, type Bool, bool, input, module, output, stream, uint } from "#hdl";
import { atMostOne, fromBits } from "#hdl/lib/bits.ts";
import { type ForwardedBus, forwardedBus } from "#hdl/regmap/forwarded.ts";
import { type Config, resolveConfig } from "#rtl/config/config.ts";
import { slotReply, slotRequest } from "#rtl/ict/interface.ts";
import { doorbellFault, registerIdBits, registerPort } from "#rtl/ict/port.ts";
import { prototypeRequest } from "#rtl/ict/prototype-decode.ts";
import { accessAnswer, accessMaker, prototypeView } from "#rtl/ict/prototype-view.ts";
import { ownerReads, ownerWrites, type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";
import { legacyDepth, legacyStates } from "#rtl/nic/legacy-pointers.ts";
import type { FormalTask } from "#sim/formal/index.ts";

/** IDs of harts 0, 1 and 2. A hart's number has room for one more. */
const ids = [9, 8, 7] as const;
const config: Config = { ...resolveConfig("tiny", ["harts=3", "prototypeView=false"]), hartIds: ids };
const weak: Config = { ...config, hartIds: "none" };
const small: Config = { ...resolveConfig("tiny", ["harts=2"]), slots: 2 };
const anyOf = (list: readonly Bool[]): Bool => list.reduce((a, b) => a.or(b));

export const portGuardsSlots = (c: Config = config, block = registerPort(c)) => {
  const window = (title: string, indexBits: number, wordBits: number) =>
    input(forwardedBus({ title, indexBits, wordBits, busBytes: 8, sourceBits: registerIdBits }));
  return module(
    "register_port_guards_slots",
    {
      slots: window("SLOT", 4, 5),
      doorbells: window("DOORBELLS", 0, 19),
      take: window("TAKE", 2, 0),
      peek: window("PEEK", 2, 0),
      rekey: window("REKEY", 0, 0),
      ask: output(stream(slotRequest(c))),
      reply: input(slotReply),
      fault: output(doorbellFault(c)),
    },
    (io, h) => {
      const { slots, doorbells, take, peek, rekey, reply } = io;
      const dut = h.instance("dut", block, { slots, doorbells, take, peek, rekey, reply, now: 0, received: 0, sent: 0 });
      dut.setting.drive({
        enable: 0,
        mac: 0,
        largest: 0,
        ttl: 0,
        tos: 0,
        wakeMask: 0,
        value: { enable: 0, mac: 0, largest: 0, ttl: 0, tos: 0, wakeMask: 0 },
      });
      const { ask, fault } = dut;
      io.ask.connect(ask);
      io.fault.drive(fault);
      h.ghost(() => {
        const windows: readonly (readonly [string, ForwardedBus])[] = [
          ["slots", slots],
          ["doorbells", doorbells],
          ["take", take],
          ["peek", peek],
          ["rekey", rekey],
        ];
        // What the register block promises: one access at a time, which stands until it is taken and has a byte.
        h.assume("one access at a time", atMostOne(fromBits(windows.map(([, w]) => w.valid))));
        // All windows show the same bus, also where the access is for another one.
        const waiting = h.past(anyOf(windows.map(([, w]) => w.valid.and(w.ready.not()))), 1, "an_access_waits");
        for (const [name, w] of windows) {
          const same = (what: string, value: Bits): Bool => value.eq(h.past(value, 1, `${name}_${what}_was`));
          const parts = [
            same("valid", w.valid),
            same("write", w.write),
            same("data", w.data),
            same("strobe", w.strobe),
            same("source", w.source),
          ];
          if (w !== rekey) parts.push(same("at", w === take || w === peek ? w.index : w === slots ? w.address : w.word));
          h.assume(`${name}: an access stands`, waiting.implies(parts.reduce((a, b) => a.and(b))));
          h.assume(`${name}: an access has a byte`, w.valid.implies(w.strobe.any()));
        }
        for (const w of [take, peek]) h.assume("entries are read", w.write.not());
        h.assume("REKEY is written", rekey.write);
        ask.check(h, "assert");
        const answered = h.past(ask.fire, 1, "asked");
        h.assume("an answer to each request, and no other", reply.valid.eq(answered));

        // ---- who asks --------------------------------------------------------------------------------
        const { payload } = ask;
        const { kernel, operation } = payload;
        const kernels = anyOf([slots, take, peek, rekey].map((w) => w.valid));
        h.assert("somebody asks", ask.valid.implies(kernels.or(doorbells.valid)));
        h.assert("the kernel asks for the kernel's windows alone", ask.valid.and(kernel).implies(kernels.and(doorbells.valid.not())));
        h.assert("an owner asks from a doorbell page alone", ask.valid.and(kernel.not()).implies(doorbells.valid));
        h.assert("owners read and write", ask.valid.and(kernel.not()).implies(operation.is("READ", "WRITE")));
        const page = doorbells.word.slice(18, 9);
        const offset = doorbells.word.slice(8, 0);
        h.assert(
          "for the slot of the page, and the word at the offset",
          ask.valid.and(kernel.not()).implies(payload.slot.zext(10).eq(page).and(payload.word.zext(9).eq(offset))),
        );
        const is = (names: readonly SlotWord[]): Bool => anyOf(names.map((n) => offset.eq(slotWords[n] / 8)));
        const may = doorbells.write.and(is(ownerWrites)).or(doorbells.write.not().and(is(ownerReads)));
        h.assert(
          "and only for what owners may do",
          ask.valid.and(kernel.not()).implies(may.and(operation.is("WRITE").eq(doorbells.write))),
        );
        if (c.hartIds === "none") h.assert("as any hart", ask.valid.and(kernel.not()).implies(payload.askers.all()));
        else {
          for (const [i, id] of ids.entries())
            h.assert(
              `as hart ${i}, whose ID it is`,
              ask.valid.and(kernel.not()).implies(payload.askers.bit(i).eq(doorbells.source.eq(id))),
            );
          h.assert("strangers have no doorbells", ask.valid.and(kernel.not()).implies(payload.askers.any()));
        }

        // ---- nothing is lost ----------------------------------------------------------------------------
        const moved = fromBits(windows.map(([, w]) => w.fire));
        const refused = doorbells.fire.and(ask.fire.not());
        const idle = rekey.fire.and(rekey.strobe.bit(0).and(rekey.data.bit(0)).not());
        h.assert("what is asked for is taken in the same cycle", ask.fire.implies(moved.any()));
        h.assert("what is taken was asked for, or refused, or means nothing", moved.any().implies(ask.fire.or(refused).or(idle)));
        h.assert("who may ask does", doorbells.valid.and(may).and(page.lt(c.slots)).and(knows(doorbells.source, c)).implies(ask.valid));
        h.assert("nobody waits for what is refused", doorbells.valid.and(ask.valid.not()).implies(doorbells.ready));

        // ---- answers --------------------------------------------------------------------------------------
        const due = (name: string, what: Bool): Bool => h.past(what, 1, name);
        const { error } = doorbells.response;
        for (const [name, w] of [
          ["slots", slots],
          ["take", take],
          ["peek", peek],
        ] as const)
          h.assert(
            `${name}: the table's answer`,
            due(`${name}_due`, w.fire).implies(w.response.error.eq(reply.error).and(w.response.data.eq(reply.data))),
          );
        h.assert("doorbells: refused where they may not ask", due("refused_due", refused).implies(error));
        h.assert(
          "doorbells: the table's answer else",
          due("doorbell_due", doorbells.fire.and(ask.fire)).implies(error.eq(reply.error).and(doorbells.response.data.eq(reply.data))),
        );
        h.assert("a fault is a doorbell access that was refused", fault.valid.eq(due("rung", doorbells.fire).and(error)));
        h.assert("REKEY: the table's answer", due("rekey_due", rekey.fire.and(ask.fire)).implies(rekey.response.error.eq(reply.error)));
        h.assert("REKEY: what means nothing is no error", due("idle_due", idle).implies(rekey.response.error.not()));
        h.cover("an owner's access is refused by the table", fault.valid.and(fault.cause.is("FOREIGN")).and(answered));
        h.cover("what is no doorbell is refused", fault.valid.and(fault.cause.is("NO_DOORBELL")));
        if (c.hartIds !== "none") h.cover("a stranger is refused", fault.valid.and(fault.cause.is("NO_HART")));
        h.cover("an owner is heard", due("bell", doorbells.fire).and(error.not()));
        h.cover("the key changes", ask.fire.and(operation.is("REKEY")));
      });
    },
  );
};
const knows = (source: Bits, c: Config): Bool =>
  c.hartIds === "none" ? source.eq(source) : anyOf(c.hartIds.slice(0, c.harts).map((id) => source.eq(id)));

/** Cycles in which any access comes to its end, if the table takes requests at once: a kick of all rows. */
const longest = 2 + 8 * small.slots;
export const viewComesToAnEnd = (block = prototypeView(small)) =>
  module(
    "prototype_view_comes_to_an_end",
    {
      access: input(stream(prototypeRequest)),
      maker: input(accessMaker(small)),
      reply: input(slotReply),
      ask: output(stream(slotRequest(small))),
      answer: output(accessAnswer),
      packets: input(legacyStates),
    },
    (io, h) => {
      const { access, maker, reply, packets } = io;
      const dut = h.instance("dut", block, { access, maker, reply, now: 0, received: 0, sent: 0, legacyStates: packets });
      dut.shared.drive({ enable: 0, mac: 0, largest: 0, ttl: 0, tos: 0, wakeMask: 0 });
      const { ask } = dut;
      io.ask.connect(ask);
      io.answer.drive(dut.answer);
      h.ghost(() => {
        access.check(h, "assume");
        const waits = h.past(access.valid.and(access.ready.not()), 1, "access_waits");
        h.assume("who asks stands, too", waits.implies(maker.known.eq(h.past(maker.known)).and(maker.hart.eq(h.past(maker.hart)))));
        h.assume("an access has a byte", access.valid.implies(access.payload.strobe.any()));
        ask.check(h, "assert");

        // The packet pages: no push without room, and nothing twice for one access.
        const { receive, transmit } = dut.legacyRequests;
        h.assert("a buffer is pushed where there is room", receive.push.implies(packets.receive.requests.lt(legacyDepth)));
        h.assert("a fragment is pushed where there is room", transmit.push.implies(packets.transmit.requests.lt(legacyDepth)));
        const effects = [receive.push, receive.pop, transmit.push, transmit.pop, dut.refuses.bit(0), dut.refuses.bit(1)];
        const { acted, denied } = h.registers({ acted: bool, denied: bool });
        const acts = anyOf(effects);
        h.when(access.fire, () => {
          acted.next(0);
          denied.next(0);
        });
        h.when(acts, () => {
          acted.next(1);
          denied.next(dut.refuses.any());
        });
        const once = access.valid.and(acted.not()).and(atMostOne(fromBits(effects)));
        h.assert("a push, a pop or a refusal is of an access, and once", acts.implies(once));
        h.assert("a refused push is answered with an error", h.past(access.fire.and(denied), 1, "denied_before").implies(dut.answer.error));
        const { heard } = h.registers({ /** A request's answer is due in this cycle. */ heard: bool });
        heard.next(ask.fire);
        h.assume("an answer to each request, and no other", reply.valid.eq(heard));

        h.assert("the view asks for an access alone", ask.valid.implies(access.valid));
        h.assert(
          "as the kernel, to read and to write",
          ask.valid.implies(ask.payload.kernel.and(ask.payload.operation.is("READ", "WRITE"))),
        );
        h.assert("one thing at a time", heard.implies(ask.valid.not()));
        h.assert("an access is taken when all is answered", access.fire.implies(heard.or(ask.valid).not()));
        const searches = access.payload.word.zext(16).eq(0x100 / 8);
        h.assert("to read changes nothing in the table", ask.valid.and(ask.payload.operation.is("WRITE")).implies(access.payload.write));
        const { since, slow } = h.registers({ since: uint(8), /** The table has kept a request waiting. */ slow: bool });
        const { swept } = h.registers({ swept: uint(2) });
        h.when(swept.ne(2), () => swept.next(swept.add(1)));
        const works = access.valid.and(swept.eq(2));
        h.when(works.and(access.ready.not()), () => {
          since.next(since.add(1));
          slow.next(slow.or(ask.valid.and(ask.ready.not())));
        }).otherwise(() => {
          since.next(0);
          slow.next(0);
        });
        h.assert("it comes to its end", slow.or(since.le(longest)));
        h.cover("a kick of all rows", access.fire.and(searches).and(since.eq(longest)));
        h.cover("a search finds somebody", access.fire.and(access.payload.word.zext(16).eq(0x200 / 8)).and(h.past(heard)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "register port: guards slots", module: () => portGuardsSlots(), mode: "induction", depth: 2 },
  { name: "register port: harts that cannot be told apart", module: () => portGuardsSlots(weak), mode: "induction", depth: 2 },
  { name: "register port: all of it happens", module: () => portGuardsSlots(), mode: "cover", depth: 4 },
  { name: "prototype view: each access comes to an end", module: () => viewComesToAnEnd(), mode: "bmc", depth: 21, timeout: 600 },
  { name: "prototype view: the longest search", module: () => viewComesToAnEnd(), mode: "cover", depth: 22, timeout: 600 },
];
