/**
 * What the register port does to the slots, one request at a time: reads a word, checks who asks, changes it, and where a
 * change is more than a word (a slot is opened, closed, set up anew, a doorbell rings) does all of it before it answers.
 */
import { array, type Bits, type Bool, bool, cat, choose, constant, input, module, mux, output, reduce, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { asidBits, currentThread, slotEvent, slotReply, slotRequest } from "#rtl/ict/interface.ts";
import { lookupCommand, lookupResult } from "#rtl/ict/lookup.ts";
import { readyAccess, readyAnswer } from "#rtl/ict/ready-queue.ts";
import { priorityBits } from "#rtl/ict/ready-queue-lists.ts";
import { receiveSetting, receiveShown } from "#rtl/ict/slot-receive.ts";
import { roomy, transmitSetting, transmitShown } from "#rtl/ict/slot-transmit.ts";
import {
  controlBits,
  identityBits,
  openResults,
  ownerReads,
  ownerWrites,
  policyBits,
  type SlotWord,
  sideBits,
  slotWords,
  statusBits,
  takenBits,
} from "#rtl/ict/slot-words.ts";
import { stateMemory } from "#rtl/ict/state-memory.ts";

/** A word of which fields are known, zero elsewhere: [lowest bit, field] from low to high. */
const wordOf = (...fields: readonly (readonly [number, Bits])[]): Bits => {
  const parts: Bits[] = [];
  let at = 0;
  for (const [low, field] of fields) {
    if (low > at) parts.push(constant(low - at, 0) as Bits);
    parts.push(field);
    at = low + field.width;
  }
  return resize(cat(...parts.reverse()), 64);
};

/** Whose a slot is, and of which kind. */
export const slotIdentity = struct(
  { asid: uint(asidBits), socket: uint(32), connected: bool, datagram: bool, noChecksum: bool, result: uint(2) },
  "slot_identity",
);
/** What else happens to a slot beside the commands, while they stand still: `slot_transfer`. */
export const slotGuest = (c: Config) =>
  struct(
    {
      /** No request is begun. Where none is under way, all is about `slot`. */
      holds: bool,
      slot: uint(derived(c).slotBits),
      /** It becomes this. */
      identifies: bool,
      identity: slotIdentity,
      /** It is opened; it is closed. */
      opens: bool,
      closes: bool,
    },
    `slot_guest_${c.slots}`,
  );

export const slotCommands = (c: Config) => {
  const { slotBits, pointerBits, hartBits } = derived(c);
  const slot = uint(slotBits),
    pointer = uint(pointerBits);
  return module(
    `slot_commands_${c.slots}x${c.harts}`,
    {
      request: input(stream(slotRequest(c))),
      reply: output(slotReply),
      guest: input(slotGuest(c)),
      /** No request is under way. */
      idle: output(bool),
      current: input(array(currentThread, c.harts)),
      find: output(stream(lookupCommand(c.slots))),
      found: input(stream(lookupResult(c.slots))),
      findReady: input(bool),
      access: output(stream(readyAccess(c))),
      answer: input(readyAnswer(c)),
      /** The slot that all of the following is about. */
      at: output(slot),
      // The receiving half.
      receive: input(receiveShown(c)),
      setReceive: output(bool),
      receiveSetting: output(receiveSetting(c)),
      setHead: output(bool),
      head: output(pointer),
      moved: input(slotEvent(c)),
      // The transmitting half.
      transmit: input(transmitShown(c)),
      setTransmit: output(bool),
      transmitSetting: output(transmitSetting(c)),
      setOpen: output(bool),
      open: output(bool),
      setTail: output(bool),
      tail: output(pointer),
      outside: output(bool),
      hasWork: output(bool),
      listing: input(bool),
      roomy: input(slotEvent(c)),
      // Both halves: zero what engines write.
      clear: output(bool),
      cleared: input(uint(5)),
      sweep: output(bool),
      drain: output(bool),
      drainReady: input(bool),
      draining: input(bool),
      /** A doorbell's tail lies outside the ring. */
      malformed: output(slotEvent(c)),
      /** A slot has been opened, in a cycle in which no tail moves. */
      opened: output(slotEvent(c)),
    },
    (io, h) => {
      const { request, receive, transmit } = io;
      const asked = request.payload;
      const { swept } = h.registers({ /** After reset all slots are swept. */ swept: uint(slotBits + 1) });
      const { sweeping } = h.nets({ sweeping: swept.msb().not() });
      h.when(sweeping, () => swept.next(swept.add(1)));
      io.sweep.drive(sweeping);
      const { guest } = io;
      const { resting } = h.wires({ resting: bool });
      io.idle.drive(resting);
      const { about } = h.nets({
        about: mux(sweeping, swept.trunc(slotBits), mux(guest.holds.and(resting), guest.slot, asked.slot)),
      });
      io.at.drive(about);

      const identity = slotIdentity;
      const { set_identity } = h.wires({ set_identity: bool });
      const { new_identity } = h.wires({ new_identity: identity });
      const who = h.instance("identities", stateMemory(identity, c.slots, ["shown"], ["shown"]), {
        shownAt: about,
        write: set_identity.or(guest.identifies),
        writeAt: about,
        value: mux(guest.identifies, guest.identity, new_identity),
      }).shown;

      // ---- what a request may do, and the word that it is about -------------------------------------
      const wordIs = (...names: readonly SlotWord[]): Bool =>
        reduce(
          names.map((name) => asked.word.eq(slotWords[name] / 8)),
          (a, b) => a.or(b),
        );
      const writes = asked.operation.is("WRITE");
      const { owned } = h.nets({
        owned: reduce(
          Array.from({ length: c.harts }, (_, k) => asked.askers.bit(k).and(io.current.at(k).asid.eq(who.asid))),
          (a, b) => a.or(b),
        ),
      });
      const { for_owners } = h.nets({ for_owners: mux(writes, wordIs(...ownerWrites), wordIs(...ownerReads)) });
      const sizeOf = (ring: typeof receive.setting.ring): Bits =>
        mux(ring.sound, ring.mask.zext(64).add(1) as Bits, uint(64).of(0) as Bits);
      const rs = receive.setting,
        ts = transmit.setting;
      const plainWords: Partial<Record<SlotWord, Bits>> = {
        local: wordOf([0, ts.tuple.localIp], [32, ts.tuple.localPort]),
        remote: wordOf([0, ts.tuple.remoteIp], [32, ts.tuple.remotePort]),
        nextHop: wordOf([0, ts.nextHop]),
        rxBase: wordOf([6, rs.ring.base]),
        rxSize: sizeOf(rs.ring),
        rxHead: wordOf([0, receive.head]),
        rxTail: wordOf([0, receive.tail]),
        txBase: wordOf([6, ts.ring.base]),
        txSize: sizeOf(ts.ring),
        txHead: wordOf([0, transmit.head]),
        txTail: wordOf([0, transmit.tail]),
        rxDrops: wordOf([0, receive.drops]),
        identity: wordOf([identityBits.asid, who.asid], [identityBits.socket, who.socket]),
        policy: wordOf([policyBits.ttl, ts.ttl], [policyBits.tos, ts.tos], [policyBits.own, ts.own], [policyBits.room, ts.room]),
        rxTime: receive.timestamp,
        txTime: transmit.timestamp,
      };
      // These need the ready queue's word on the slot, too.
      const { queue } = h.registers({ queue: readyAnswer(c).noReset() });
      const { sleeps } = h.nets({ sleeps: wordIs("control", "status", "suspend", "task", "available") });
      const stopped = transmit.malformed.or(transmit.torn).or(transmit.outside);
      const queueWords: Partial<Record<SlotWord, Bits>> = {
        control: wordOf(
          [controlBits.enable, transmit.open],
          [controlBits.connected, who.connected],
          [controlBits.datagram, who.datagram],
          [controlBits.noChecksum, who.noChecksum],
          [controlBits.hart, queue.hart],
          [controlBits.priority, queue.priority],
        ),
        status: wordOf(
          [statusBits.rxAvailable, queue.available.bit(sideBits.rx)],
          [statusBits.rxError, receive.stopped],
          [statusBits.txError, stopped],
          [statusBits.txBusy, transmit.tail.ne(transmit.read)],
          [statusBits.draining, io.draining],
          [statusBits.txAvailable, queue.available.bit(sideBits.tx)],
          [statusBits.result, who.result],
          [statusBits.malformed, transmit.malformed],
          [statusBits.torn, transmit.torn],
          [statusBits.outside, transmit.outside],
        ),
        suspend: wordOf([0, queue.suspended]),
        task: queue.task,
        available: wordOf([0, queue.available]),
      };
      const pick = (words: Partial<Record<SlotWord, Bits>>): Bits =>
        choose(
          asked.word,
          Array.from({ length: 32 }, (_, i) => {
            const name = (Object.keys(slotWords) as SlotWord[]).find((n) => slotWords[n] === i * 8);
            return (name === undefined ? undefined : words[name]) ?? (uint(64).of(0) as Bits);
          }),
        );
      const { word, granted } = h.registers({
        word: uint(64).noReset(),
        /** The kernel asks, or the owner for what is its own. */
        granted: bool.noReset(),
      });
      const strobes = cat(...Array.from({ length: 8 }, (_, i) => asked.strobe.bit(7 - i).repeat(8)));
      const { merged } = h.nets({ merged: word.and(strobes.not()).or(asked.data.and(strobes)) as Bits });

      // ---- what a written word means ----------------------------------------------------------------
      const size = merged.trunc(pointerBits + 1);
      const { size_ok } = h.nets({ size_ok: size.and(size.sub(1)).eq(0).and(size.ge(64)).and(size.le(c.ringLimit)) });
      const { is_control, is_size, enables } = h.nets({
        is_control: wordIs("control"),
        is_size: wordIs("rxSize", "txSize"),
        enables: merged.bit(controlBits.enable),
      });
      /** What lookups or engines go by: it changes only while nothing is on its way for the slot. */
      const { settles } = h.nets({ settles: wordIs("local", "remote", "rxBase", "rxSize", "txBase", "txSize") });
      const { reframes } = h.nets({ reframes: merged.xor(word).slice(controlBits.noChecksum, controlBits.connected).any() });
      const { tail_outside } = h.nets({
        tail_outside: merged.slice(63, pointerBits).any().or(merged.trunc(pointerBits).gt(ts.ring.mask)),
      });
      const { open_slots } = h.registers({ open_slots: uint(slotBits + 1) });
      const { begins_life, reopens, result } = h.registers({
        /** The control word opens it: it starts empty. */
        begins_life: bool,
        /** It is to be open in the end, and is not now. */
        reopens: bool,
        result: uint(2),
      });
      const { zeroed } = h.registers({ /** Memories in which the slot has been cleared. */ zeroed: uint(5) });
      const { level } = h.registers({ /** Sides that have what an owner waits for. */ level: uint(2) });
      // Either side's level may rise while an access about it waits: what was seen before is then out of date.
      const { rises } = h.nets({ rises: cat(io.roomy.valid.and(io.roomy.slot.eq(about)), io.moved.valid.and(io.moved.slot.eq(about))) });
      const space = (tail: Bits): Bits => transmit.head.sub(tail).sub(1).and(ts.ring.mask);
      const { rings } = h.registers({ /** The request is about a tail: known a cycle before it matters. */ rings: bool.noReset() });
      rings.next(wordIs("txTail"));
      const { roomy_now } = h.nets({
        roomy_now: roomy(space(mux(rings, merged.trunc(pointerBits), transmit.tail)), ts.room),
      });
      const { kernels } = h.nets({
        /** Owners may not do this, whichever slot it names. */ kernels: asked.operation.is("TAKE", "PEEK", "REKEY"),
      });
      const { changes } = h.nets({ changes: writes.and(granted) });

      const { begins } = h.wires({ /** A request is begun. */ begins: bool });
      const step = h.fsm("step", {
        IDLE: (go) => {
          zeroed.next(0);
          begins_life.next(0);
          reopens.next(0);
          result.next(openResults.indexOf("none"));
          h.when(begins, () => {
            h.when(kernels.and(asked.kernel.not()), () => go("REFUSE"))
              .elseWhen(asked.operation.is("REKEY"), () => h.when(open_slots.eq(0), () => go("REKEY")).otherwise(() => go("REFUSE")))
              .elseWhen(asked.operation.is("TAKE", "PEEK"), () => h.when(io.access.ready, () => go("TAKE")))
              .otherwise(() => h.when(sleeps.not().or(io.access.ready), () => go("LOOK")));
          });
        },
        TAKE: (go) => go("IDLE"),
        REFUSE: (go) => go("IDLE"),
        REKEY: (go) => h.when(io.find.ready, () => go("REKEYED")),
        REKEYED: (go) => h.when(io.found.valid, () => go("ANSWER")),
        LOOK: (go) => {
          word.next(pick(plainWords));
          granted.next(asked.kernel.or(owned.and(transmit.open).and(for_owners)));
          h.when(sleeps, () => go("ASK")).otherwise(() => go("ACT"));
        },
        ASK: (go) => {
          queue.next(io.answer);
          go("WORD");
        },
        WORD: (go) => {
          word.next(pick(queueWords));
          go("ACT");
        },
        ACT: (go) => {
          level.next(
            mux(
              wordIs("available"),
              merged.trunc(2),
              // What comes to an end in this cycle knows of the new tail, and tells in the next; data that comes now is told now.
              cat(roomy_now, wordIs("rxHead").and(merged.trunc(pointerBits).ne(receive.tail).or(rises.bit(sideBits.rx)))),
            ),
          );
          reopens.next(transmit.open);
          h.when(changes.not(), () => go("IDLE"))
            .elseWhen(wordIs("rxHead", "available"), () => go("LEVEL_RX"))
            .elseWhen(wordIs("txTail").and(transmit.open), () =>
              h
                .when(tail_outside, () => go("ANSWER"))
                .elseWhen(ts.ring.sound, () => go("BEGIN"))
                .otherwise(() => go("ANSWER")),
            )
            .elseWhen(wordIs("suspend"), () => go("SLEEP_RX"))
            .elseWhen(wordIs("task"), () => go("OWNER"))
            .elseWhen(is_control, () => {
              begins_life.next(enables.and(transmit.open.not()));
              reopens.next(enables.and(transmit.open.not().or(reframes)));
              h.when(transmit.open.and(enables.not().or(reframes)), () => go("CLOSE"))
                .elseWhen(transmit.open.not().and(enables), () => go("DRAIN"))
                .otherwise(() => go("OWNER"));
            })
            .elseWhen(settles, () => h.when(transmit.open, () => go("CLOSE")).otherwise(() => go("DRAIN")))
            .elseWhen(wordIs("nextHop", "policy"), () => {
              reopens.next(0);
              go("APPLY");
            })
            .otherwise(() => go("ANSWER"));
        },
        // To the planner it is closed from here on, to lookups once the key is removed.
        CLOSE: (go) => h.when(rs.ring.sound, () => go("REMOVE")).otherwise(() => go("START")),
        REMOVE: (go) => h.when(io.find.ready, () => go("REMOVED")),
        REMOVED: (go) => h.when(io.found.valid, () => go("START")),
        START: (go) => h.when(io.drainReady, () => h.when(reopens, () => go("DRAIN")).otherwise(() => go("DISABLE"))),
        DRAIN: (go) => h.when(io.draining.not(), () => go("APPLY")),
        APPLY: (go) =>
          h
            .when(is_size.or(begins_life), () => go("CLEAR"))
            .elseWhen(is_control, () => go("OWNER"))
            .elseWhen(reopens, () => go("OPEN"))
            .otherwise(() => go("ANSWER")),
        CLEAR: (go) => {
          zeroed.next(zeroed.or(io.cleared));
          level.next("0b10");
          h.when(zeroed.or(io.cleared).all(), () =>
            h
              .when(is_control, () => go("OWNER"))
              .elseWhen(reopens, () => go("LEVEL_RX"))
              .otherwise(() => go("ANSWER")),
          );
        },
        OWNER: (go) =>
          h.when(io.access.ready, () =>
            h
              .when(begins_life, () => go("ENABLE"))
              .elseWhen(is_control.and(reopens), () => go("OPEN"))
              .otherwise(() => go("ANSWER")),
          ),
        ENABLE: (go) => h.when(io.access.ready, () => go("OPEN")),
        OPEN: (go) => {
          result.next(openResults.indexOf("done"));
          h.when(rs.ring.sound, () => go("INSERT")).otherwise(() => go("RESUME"));
        },
        INSERT: (go) => h.when(io.find.ready, () => go("INSERTED")),
        INSERTED: (go) =>
          h.when(io.found.valid, () => {
            h.when(io.found.payload.status.is("NO_SPACE"), () => result.next(openResults.indexOf("no_space"))).elseWhen(
              io.found.payload.status.is("EXISTS"),
              () => result.next(openResults.indexOf("exists")),
            );
            h.when(io.found.payload.status.is("DONE"), () => go("RESUME")).otherwise(() => go("SHUT"));
          }),
        SHUT: (go) => go("DISABLE"),
        DISABLE: (go) =>
          h.when(io.access.ready, () =>
            h.when(is_control.and(result.eq(openResults.indexOf("none"))), () => go("OWNER")).otherwise(() => go("ANSWER")),
          ),
        // What had not been sent when it was closed is sent now. Its status is news, for which there is one place a cycle.
        RESUME: (go) =>
          h.when(io.moved.valid.not(), () =>
            h
              .when(begins_life.not().and(ts.ring.sound).and(transmit.tail.ne(transmit.read)), () => go("BEGIN"))
              .otherwise(() => go("ANSWER")),
          ),
        BEGIN: (go) => {
          level.next(level.or(rises));
          h.when(io.listing, () => h.when(wordIs("txTail"), () => go("LEVEL_TX")).otherwise(() => go("ANSWER")));
        },
        LEVEL_RX: (go) => {
          h.when(wordIs("rxHead"), () => level.next(level.or(rises)));
          h.when(io.access.ready, () => h.when(wordIs("rxHead"), () => go("ANSWER")).otherwise(() => go("LEVEL_TX")));
        },
        LEVEL_TX: (go) => {
          h.when(wordIs("txTail"), () => level.next(level.or(rises)));
          h.when(io.access.ready, () => h.when(is_size, () => go("OPEN")).otherwise(() => go("ANSWER")));
        },
        SLEEP_RX: (go) => h.when(io.access.ready, () => go("SLEEP_TX")),
        SLEEP_TX: (go) => h.when(io.access.ready, () => go("ANSWER")),
        ANSWER: (go) => go("IDLE"),
      });

      resting.drive(step.is("IDLE").and(sweeping.not()).and(io.findReady));
      begins.drive(resting.and(request.valid).and(guest.holds.not()));

      // ---- what the steps do ------------------------------------------------------------------------
      const { acts } = h.nets({ acts: step.is("ACT").and(changes) });
      const { applies, clears } = h.nets({ applies: step.is("APPLY"), clears: step.is("CLEAR") });
      const when = (chosen: Bits<1>, a: Bits, b: Bits): Bits => mux(chosen, a, b);
      const from = (name: SlotWord, low: number, old: Bits): Bits => when(wordIs(name), merged.slice(low + old.width - 1, low), old);
      const mode = (name: "connected" | "datagram" | "noChecksum"): Bits<1> =>
        from("control", controlBits[name], name === "datagram" ? rs.datagram : ts[name]) as Bits<1>;
      const ringOf = (base: SlotWord, sizeWord: SlotWord, old: typeof rs.ring) => ({
        base: from(base, 6, old.base) as Bits<58>,
        mask: when(wordIs(sizeWord), merged.trunc(pointerBits).sub(1), old.mask),
        sound: mux(wordIs(sizeWord), size_ok, old.sound),
      });
      io.setReceive.drive(applies.or(sweeping));
      io.receiveSetting.drive(
        mux(
          sweeping,
          receiveSetting(c).fromBits(constant(receiveSetting(c).width, 0) as Bits),
          receiveSetting(c).of({ datagram: mode("datagram"), ring: ringOf("rxBase", "rxSize", rs.ring) }),
        ),
      );
      io.setTransmit.drive(applies.or(sweeping));
      io.transmitSetting.drive(
        mux(
          sweeping,
          transmitSetting(c).fromBits(constant(transmitSetting(c).width, 0) as Bits),
          transmitSetting(c).of({
            datagram: mode("datagram"),
            connected: mode("connected"),
            noChecksum: mode("noChecksum"),
            own: from("policy", policyBits.own, ts.own) as Bits<1>,
            ttl: from("policy", policyBits.ttl, ts.ttl) as Bits<8>,
            tos: from("policy", policyBits.tos, ts.tos) as Bits<8>,
            room: from("policy", policyBits.room, ts.room),
            ring: ringOf("txBase", "txSize", ts.ring),
            tuple: {
              localIp: from("local", 0, ts.tuple.localIp) as Bits<32>,
              localPort: from("local", 32, ts.tuple.localPort) as Bits<16>,
              remoteIp: from("remote", 0, ts.tuple.remoteIp) as Bits<32>,
              remotePort: from("remote", 32, ts.tuple.remotePort) as Bits<16>,
            },
            nextHop: from("nextHop", 0, ts.nextHop) as Bits<48>,
          }),
        ),
      );
      const zeroes = clears.or(sweeping);
      io.clear.drive(zeroes);
      io.setHead.drive(acts.and(wordIs("rxHead")).or(zeroes));
      io.head.drive(mux(zeroes, pointer.of(0), merged.trunc(pointerBits)));
      io.setTail.drive(acts.and(wordIs("txTail")).and(transmit.open).or(zeroes));
      io.tail.drive(mux(zeroes, pointer.of(0), merged.trunc(pointerBits)));
      const leaves = acts.and(wordIs("txTail")).and(transmit.open).and(tail_outside);
      io.outside.drive(leaves);
      io.malformed.drive({ valid: leaves, slot: about });
      io.setOpen.drive(step.is("CLOSE", "OPEN", "SHUT").or(sweeping));
      io.open.drive(step.is("OPEN"));
      h.when(step.is("OPEN").or(guest.opens), () => open_slots.next(open_slots.add(1))).elseWhen(
        step.is("CLOSE", "SHUT").or(guest.closes),
        () => open_slots.next(open_slots.sub(1)),
      );
      io.opened.drive({ valid: step.is("RESUME").and(io.moved.valid.not()), slot: about });
      io.hasWork.drive(step.is("BEGIN"));
      io.drain.drive(step.is("START"));

      set_identity.drive(acts.and(wordIs("identity", "control")).or(step.is("RESUME", "SHUT")).or(sweeping));
      const opens = step.is("RESUME", "SHUT");
      new_identity.drive(
        mux(
          sweeping,
          identity.fromBits(constant(identity.width, 0) as Bits),
          identity.of({
            asid: mux(opens, who.asid, from("identity", identityBits.asid, who.asid) as Bits<16>),
            socket: mux(opens, who.socket, from("identity", identityBits.socket, who.socket) as Bits<32>),
            connected: mux(opens, who.connected, from("control", controlBits.connected, who.connected) as Bits<1>),
            datagram: mux(opens, who.datagram, from("control", controlBits.datagram, who.datagram) as Bits<1>),
            noChecksum: mux(opens, who.noChecksum, from("control", controlBits.noChecksum, who.noChecksum) as Bits<1>),
            result: mux(opens, result, who.result),
          }),
        ),
      );

      io.find.valid.drive(step.is("REMOVE", "INSERT", "REKEY"));
      const op = lookupCommand(c.slots).fields.op;
      io.find.payload.drive({
        op: mux(step.is("REMOVE"), op.of("REMOVE"), mux(step.is("INSERT"), op.of("INSERT"), op.of("CLEAR"))),
        connected: ts.connected,
        slot: about,
        key: ts.tuple,
      });
      io.found.ready.drive(step.is("REMOVED", "INSERTED", "REKEYED"));

      const { first } = h.nets({
        /** A request asks the ready queue for what it needs in its first cycle. */
        first: begins.and(mux(kernels, asked.kernel.and(asked.operation.is("REKEY").not()), sleeps)),
      });
      io.access.valid.drive(first.or(step.is("OWNER", "ENABLE", "DISABLE", "LEVEL_RX", "LEVEL_TX", "SLEEP_RX", "SLEEP_TX")));
      const does = readyAccess(c).fields.operation;
      const operations = [
        ["OWNER", "OWNER"],
        ["ENABLE", "ENABLE"],
        ["DISABLE", "DISABLE"],
        ["LEVEL_RX", "AVAILABLE_RX"],
        ["LEVEL_TX", "AVAILABLE_TX"],
        ["SLEEP_RX", "SUSPEND_RX"],
        ["SLEEP_TX", "SUSPEND_TX"],
      ] as const;
      const asks = mux(asked.operation.is("TAKE"), does.of("TAKE"), mux(asked.operation.is("PEEK"), does.of("PEEK"), does.of("READ")));
      io.access.payload.drive({
        operation: operations.reduce((other, [at, name]) => mux(step.is(at), does.of(name), other), asks),
        slot: about,
        on: mux(step.is("SLEEP_RX", "SLEEP_TX"), merged.trunc(2), mux(step.is("ENABLE"), cat(roomy_now, bool.of(0)), level)),
        hart: mux(
          step.is("OWNER"),
          mux(is_control, merged.slice(controlBits.hart + hartBits - 1, controlBits.hart), queue.hart),
          asked.hart,
        ),
        priority: mux(is_control, merged.slice(controlBits.priority + priorityBits - 1, controlBits.priority), queue.priority),
        task: mux(is_control, queue.task, merged),
      });

      // ---- answers ----------------------------------------------------------------------------------
      const { refuses } = h.nets({ refuses: step.is("ACT").and(granted.not()) });
      request.ready.drive(step.is("TAKE", "REFUSE", "ANSWER").or(step.is("ACT").and(changes.not())));
      const replies = h.registers({ replied: bool, taken: bool, refused: bool, not_owner: bool, shown: uint(64).noReset() });
      replies.replied.next(request.fire);
      replies.taken.next(step.is("TAKE"));
      replies.refused.next(step.is("REFUSE").or(refuses));
      replies.not_owner.next(refuses.or(step.is("REFUSE").and(asked.kernel.not())));
      replies.shown.next(mux(step.is("ACT").and(granted), word, uint(64).of(0)));
      const { answer } = io;
      const entry = wordOf(
        [takenBits.valid, answer.found],
        [takenBits.more, answer.more],
        [takenBits.causeRx, answer.cause],
        [takenBits.task, answer.task.slice(takenBits.slot - 1, takenBits.task)],
        [takenBits.slot, answer.slot],
      );
      io.reply.drive({
        valid: replies.replied,
        data: mux(replies.taken, entry, replies.shown),
        error: replies.refused,
        foreign: replies.not_owner,
      });
    },
  );
};
