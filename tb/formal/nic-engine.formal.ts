/**
 * The transmit engine whole, without the bytes that it moves, with any table and any memory: what each part does is proved of
 * it alone, and here all of them are the real ones. The first packets are read as AXI4 wants it, and the parts' assertions
 * hold; packets of both slots are read, and a frame leaves beside a torn slot.
 */
import { type Bits, type Bool, uint } from "#hdl";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { txBuild } from "#rtl/udp/tx-build.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txSend } from "#rtl/udp/tx-send.ts";
import { txStore } from "#rtl/udp/tx-store.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { withInstance } from "../rtl/with-instance.ts";
import { around, layOpen } from "./lay-open.ts";
import { assumeJobState, checkBurst, small as nic } from "./nic-small.ts";

/** A buffer of four words, and packets that need up to two of them. */
const small = { ...nic, mtu: 82, txBuffer: 128 };

/** Bytes are zero everywhere. So are the headers of datagrams, which then are empty ones to nobody. */
const withoutBytes = () => {
  const parts = {
    dma: layOpen(dmaRead(small), {}, { blind: ["out_payload_data"] }),
    build: layOpen(txBuild(small), {}, { blind: ["piece_word"] }),
    store: layOpen(txStore(small), {}, { blind: ["payload_payload"] }),
    send: layOpen(txSend(small), {}, { blind: ["wire_payload_data"] }),
  };
  const engine = Object.entries(parts).reduce((e, [name, part]) => withInstance(e, name, part), txEngine(small));
  const blind = ["wire_payload_data", "build_data_payload_data", "plan_header_payload_data", "store_piece_word", "dma_r_payload_data"];
  return layOpen(engine, {}, { blind });
};

/** @param plain  nothing waits, and what only headers say is zero: enough to reach what is to be reached, and sooner */
export const engineIsWhole = (block = withoutBytes(), plain = false) =>
  around(block, "the_engine_is_whole", {}, (io, h) => {
    const { r, ar, wire, turn, done, returned, sent } = io;
    const { state } = turn.payload;
    r.check(h, "assume");
    checkBurst(h, ar);
    wire.check(h, "assert");
    assumeJobState(h, state);
    h.assume("a ring begins at a line, in the lowest 8 KiB", state.base.trunc(6).eq(0).and(state.base.slice(63, 13).eq(0)));
    if (plain) {
      const { tuple, nextHop, ttl, tos, base, own, connected, noChecksum } = state;
      const said = [tuple.asBits(), nextHop, ttl, tos, base, own, connected, noChecksum, io.mac, io.now, io.ttl, io.tos, io.largest];
      for (const [i, value] of said.entries()) h.assume(`it is zero: ${i}`, value.eq(0) as Bool);
      h.assume("nothing waits", wire.ready.and(ar.ready).and(io.enable).and(io.torn.not()));
    }
    h.ghost(() => {
      // Memory: what was asked, and how many words are left of it.
      const { asked, left0, left1 } = h.registers({ asked: uint(2), left0: uint(2), left1: uint(2) });
      const { id } = r.payload;
      const left = id.repeat(2).and(left1).or(id.not().repeat(2).and(left0)) as Bits<2>;
      h.assume("memory answers what it was asked", r.valid.implies(asked.bit(id).and(r.payload.last.eq(left.eq(1)))));
      h.assert("an ID is free when it is used", ar.valid.implies(asked.bit(ar.payload.id).not()));
      h.assert("answers are taken at once", r.ready);
      h.when(r.fire, () => {
        h.when(id, () => left1.next(left1.sub(1))).otherwise(() => left0.next(left0.sub(1)));
        h.when(r.payload.last, () => asked.bit(id).next(0));
      });
      h.when(ar.fire, () => {
        const words = ar.payload.length.trunc(2).add(1) as Bits<2>;
        asked.bit(ar.payload.id).next(1);
        h.when(ar.payload.id, () => left1.next(words)).otherwise(() => left0.next(words));
      });

      // Packets: planned, then done; those that did not fail leave. Turns: taken, then given back.
      const { plans, ended, frames, leaving } = h.registers({ plans: uint(4), ended: uint(4), frames: uint(4), leaving: uint(4) });
      const { turns, refused, slots, tears } = h.registers({
        turns: uint(4),
        refused: uint(1),
        slots: uint(2),
        tears: uint(1),
      });
      const good = done.valid.and(done.failed.not());
      plans.next(plans.add(io.planned.zext(4)));
      ended.next(ended.add(done.valid.zext(4)));
      leaving.next(leaving.add(good.zext(4)));
      frames.next(frames.add(io.frame.zext(4)));
      turns.next(turns.add(turn.fire.zext(4)).sub(returned.valid.zext(4)));
      h.when(good, () => slots.bit(done.slot).next(1));
      h.when(io.failed, () => tears.next(1));
      h.when(r.fire.and(r.payload.response.bit(1)), () => refused.next(1));
      h.assert("what ends was planned", done.valid.implies(plans.ne(ended)));
      h.assert("a frame leaves when its head has moved", wire.valid.implies(leaving.ne(frames)));
      h.assert("while memory gives all, nothing is torn", io.failed.implies(refused));
      h.assert("a slot is given back that was taken", returned.valid.implies(turns.ne(0)));
      h.assert("while sending is off no turn is taken", io.enable.not().implies(turn.fire.not()));
      h.assert("a frame is told of", sent.valid.eq(io.frame));

      const ends = wire.fire.and(wire.payload.last);
      h.cover("heads of both slots have moved", slots.all());
      h.cover("a frame leaves beside a torn slot", ends.and(tears));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "transmit engine, whole: reads and packets", module: () => engineIsWhole(), mode: "bmc", depth: 8, timeout: 600 },
  {
    name: "transmit engine, whole: both slots, around the end, refused",
    module: () => engineIsWhole(withoutBytes(), true),
    mode: "cover",
    depth: 16,
    timeout: 600,
    long: true,
  },
];
