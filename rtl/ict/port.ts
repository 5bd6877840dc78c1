/**
 * The register port's way to the connection table: the kernel's window and ready queues, the owners' doorbell pages and the
 * prototype's pages, of which one at a time asks the table. What is no owner's right ends here, and what the table refuses
 * an owner is counted here.
 */
import { type Bits, type Bool, bool, cat, constant, input, module, mux, output, type SignalOf, stream, struct, uint } from "#hdl";
import { resize } from "#hdl/lib/bits.ts";
import { type ForwardedBus, forwardedBus } from "#hdl/regmap/forwarded.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { slotOperation, slotReply, slotRequest } from "#rtl/ict/interface.ts";
import { prototypeWordBits } from "#rtl/ict/prototype-decode.ts";
import { sharedSettings } from "#rtl/ict/prototype-own.ts";
import { accessMaker, prototypeView } from "#rtl/ict/prototype-view.ts";
import { doorbellStride, ownerReads, ownerWrites, type SlotWord, slotStride, slotWords } from "#rtl/ict/slot-words.ts";
import { legacyRequests, legacyStates } from "#rtl/nic/legacy-pointers.ts";
import { doorbellPages, faultCause } from "#rtl/nic/registers.ts";

/** ID bits of the register port: what Rocket's MMIO port gives (reference/rocket). */
export const registerIdBits = 4;

const fault = (c: Config) => ({
  cause: faultCause,
  /** Number of the page: also of pages that no slot has. */
  slot: uint(Math.log2(doorbellPages)),
  maker: accessMaker(c),
  /** The first byte of the access. */
  offset: uint(Math.log2(doorbellStride)),
  write: bool,
});
/** A refused access to a doorbell page, in the cycle of its answer. */
export const doorbellFault = (c: Config) => struct({ valid: bool, ...fault(c) }, `doorbell_fault_${c.harts}`);

/** Writes of the kernel's page to the shared settings, with the value that each has then. */
const settingWrites = (c: Config) =>
  struct(
    { enable: bool, mac: bool, largest: bool, ttl: bool, tos: bool, wakeMask: uint(c.harts), value: sharedSettings(c) },
    `setting_writes_${c.harts}`,
  );

const legacyPorts = {
  legacyRequests: output(legacyRequests),
  legacyStates: input(legacyStates, { unused: true }),
  /** Lines of the packet pages, and pushes that are refused: bit 0 transmit, 1 receive. */
  legacyIrq: output(uint(2)),
  refuses: output(uint(2)),
};
/** Ports of `registerPort` that are there with the prototype's view. */
export interface PrototypePorts {
  readonly prototype: ForwardedBus;
  readonly legacyRequests: SignalOf<typeof legacyRequests>;
  readonly legacyStates: SignalOf<typeof legacyStates>;
  readonly legacyIrq: Bits;
  readonly refuses: Bits;
}

/**
 * No cycle more than the table takes: what a window is asked for stands at `ask` in the same cycle, and its answer goes back
 * in the cycle in which it comes. Only one of the windows asks at a time, since one bus brings all.
 */
export const registerPort = (c: Config) => {
  const { slotBits, hartBits } = derived(c);
  const window = (title: string, indexBits: number, wordBits: number) =>
    input(forwardedBus({ title, indexBits, wordBits, busBytes: 8, sourceBits: registerIdBits }), { unused: true });
  return module(
    `register_port_${c.slots}x${c.harts}${c.prototypeView ? "" : "_plain"}`,
    {
      slots: window("SLOT", slotBits, Math.log2(slotStride / 8)),
      doorbells: window("DOORBELLS", 0, Math.log2((doorbellPages * doorbellStride) / 8)),
      take: window("TAKE", hartBits, 0),
      peek: window("PEEK", hartBits, 0),
      rekey: window("REKEY", 0, 0),
      ...(c.prototypeView ? { prototype: window("PROTOTYPE", 0, prototypeWordBits) } : {}),
      ask: output(stream(slotRequest(c))),
      reply: input(slotReply, { unused: true }),
      setting: input(settingWrites(c), { unused: true }),
      shared: output(sharedSettings(c)),
      fault: output(doorbellFault(c)),
      /** The last fault; all zero before the first. */
      last: output(struct(fault(c), `last_fault_${c.harts}`)),
      now: input(uint(64), { unused: true }),
      /** A datagram is in memory; a frame has left. */
      received: input(bool, { unused: true }),
      sent: input(bool, { unused: true }),
      // Of the prototype's pages; see prototype-view.ts.
      ...(c.prototypeView ? legacyPorts : {}),
      identify: output(bool),
      identification: output(uint(16)),
    },
    (io, h) => {
      const { slots, doorbells, take, peek, rekey, ask, reply } = io;
      const wordOf = (name: SlotWord): number => slotWords[name] / 8;

      // ---- who asks --------------------------------------------------------------------------------------
      const everybody = constant(c.harts, 2n ** BigInt(c.harts) - 1n) as Bits;
      const makerOf = (source: Bits) => {
        const is = (c.hartIds === "none" ? [] : c.hartIds.slice(0, c.harts)).map((id) => source.eq(id));
        const bits = is.length === 0 ? everybody : (cat(...[...is].reverse()) as Bits);
        const hart = is.reduce<Bits>((n, hit, i) => (i === 0 ? n : mux(hit, uint(hartBits).of(i), n)), constant(hartBits, 0));
        return { bits, known: is.length === 0 ? (constant(1, 0) as Bool) : bits.any(), hart };
      };
      const owner = makerOf(doorbells.source);
      const { owner_known, owner_hart, owner_bits } = h.nets({ owner_known: owner.known, owner_hart: owner.hart, owner_bits: owner.bits });

      // ---- doorbells: what owners may do, as far as the address says ---------------------------------------------
      const { page, offset } = h.nets({ page: doorbells.word.slice(18, 9), offset: doorbells.word.slice(8, 0) });
      const isOneOf = (words: readonly SlotWord[]): Bool => words.map((w) => offset.trunc(5).eq(wordOf(w))).reduce((a, b) => a.or(b));
      const { doorbell, there, some_hart } = h.nets({
        doorbell: mux(doorbells.write, isOneOf(ownerWrites), isOneOf(ownerReads)).and(offset.slice(8, 5).eq(0)),
        there: c.slots === doorbellPages ? (constant(1, 1) as Bool) : page.lt(c.slots),
        some_hart: owner_bits.any(),
      });
      const { first_byte } = h.nets({
        first_byte: [6, 5, 4, 3, 2, 1, 0].reduce<Bits>((n, i) => mux(doorbells.strobe.bit(i), uint(3).of(i), n), constant(3, 7)),
      });
      const { allowed } = h.nets({ allowed: doorbell.and(there).and(some_hart) });

      // ---- one of them asks --------------------------------------------------------------------------------
      const { rings, rekeys } = h.nets({
        rings: doorbells.valid.and(allowed),
        rekeys: rekey.valid.and(rekey.strobe.bit(0)).and(rekey.data.bit(0)),
      });
      const { takes } = h.nets({ takes: take.valid.or(peek.valid) });
      const { by_view } = h.wires({ by_view: bool });
      const of = slotRequest(c);
      const any = <B extends Bits>(value: B): Bits => value;
      const kernels = of.of({
        operation: mux(
          takes,
          // Bytes beyond the entry may be read alone, without effect.
          mux(take.valid.and(take.strobe.bit(0)), slotOperation.of("TAKE"), slotOperation.of("PEEK")),
          mux(rekeys, slotOperation.of("REKEY"), mux(slots.write, slotOperation.of("WRITE"), slotOperation.of("READ"))),
        ),
        slot: slots.index,
        hart: mux(take.valid, any(take.index), any(peek.index)),
        word: slots.word,
        data: slots.data,
        strobe: slots.strobe,
        kernel: 1,
        askers: 0,
      });
      const owners = of.of({
        operation: mux(doorbells.write, slotOperation.of("WRITE"), slotOperation.of("READ")),
        slot: resize(page, slotBits),
        hart: 0,
        word: offset.trunc(5),
        data: doorbells.data,
        strobe: doorbells.strobe,
        kernel: 0,
        askers: owner_bits,
      });
      const direct = mux(rings, owners, kernels);
      const { asks } = h.nets({ asks: slots.valid.or(takes).or(rekeys).or(rings) });

      // ---- answers ----------------------------------------------------------------------------------------
      for (const bus of [slots, take, peek, doorbells]) bus.response.data.drive(reply.data);
      rekey.response.data.drive(0);
      for (const bus of [slots, take, peek]) {
        bus.ready.drive(ask.ready);
        bus.response.error.drive(reply.error);
      }
      rekey.ready.drive(ask.ready.or(rekeys.not()));
      doorbells.ready.drive(ask.ready.or(allowed.not()));
      const { rekeyed, rung } = h.registers({ /** The table answers now. */ rekeyed: bool, rung: bool });
      const { refused } = h.registers({ /** A doorbell access that was refused here. */ refused: bool });
      rekeyed.next(rekeys.and(ask.ready));
      rung.next(rings.and(ask.ready));
      refused.next(doorbells.valid.and(allowed.not()));
      rekey.response.error.drive(rekeyed.and(reply.error));
      const { failed } = h.nets({ failed: refused.or(rung.and(reply.error)) });
      doorbells.response.error.drive(failed);

      const { tried } = h.registers({ tried: struct(fault(c), `tried_${c.harts}`).noReset() });
      h.when(doorbells.fire, () =>
        tried.next({
          cause: mux(some_hart, mux(doorbell, faultCause.of("FOREIGN"), faultCause.of("NO_DOORBELL")), faultCause.of("NO_HART")),
          slot: page,
          maker: { known: owner_known, hart: owner_hart },
          offset: cat(offset, first_byte),
          write: doorbells.write,
        }),
      );
      const { latest } = h.registers({ latest: struct(fault(c), `last_fault_${c.harts}`) });
      h.when(failed, () => latest.next(tried));
      io.last.drive(latest);
      io.fault.drive({ valid: failed, ...tried });

      // ---- settings that two pages show -----------------------------------------------------------------------
      const { kept } = h.registers({
        kept: sharedSettings(c).reset({ enable: 0, mac: 0, largest: derived(c).maxPayload, ttl: 64, tos: 0, wakeMask: 0 }),
      });
      io.shared.drive(kept);
      for (const name of ["enable", "mac", "largest", "ttl", "tos"] as const)
        h.when(io.setting[name], () => kept[name].next(io.setting.value[name] as never));
      for (let i = 0; i < c.harts; i++)
        h.when(io.setting.wakeMask.bit(i), () => kept.wakeMask.bit(i).next(io.setting.value.wakeMask.bit(i)));

      // ---- the prototype's pages --------------------------------------------------------------------------------
      if (!c.prototypeView) {
        by_view.drive(0);
        ask.valid.drive(asks);
        ask.payload.drive(direct);
        for (const port of [io.identify, io.identification]) port.drive(0);
        return;
      }
      const { prototype, ...packets } = io as unknown as PrototypePorts;
      const { known, hart } = makerOf(prototype.source);
      const view = h.instance("prototype_view", prototypeView(c), {
        maker: { known, hart },
        reply,
        shared: kept,
        now: io.now,
        received: io.received,
        sent: io.sent,
        legacyStates: packets.legacyStates,
      });
      packets.legacyRequests.drive(view.legacyRequests);
      packets.legacyIrq.drive(view.legacyIrq);
      packets.refuses.drive(view.refuses);
      view.access.valid.drive(prototype.valid);
      view.access.payload.drive({ write: prototype.write, word: prototype.word, data: prototype.data, strobe: prototype.strobe });
      prototype.ready.drive(view.access.ready);
      prototype.response.data.drive(view.answer.data);
      prototype.response.error.drive(view.answer.error);
      h.when(view.changes, () => kept.next(view.settings));
      io.identify.drive(view.identify);
      io.identification.drive(view.identification);
      by_view.drive(view.ask.valid);
      view.ask.ready.drive(ask.ready);
      ask.valid.drive(asks.or(by_view));
      ask.payload.drive(mux(by_view, view.ask.payload, direct));
    },
  );
};
