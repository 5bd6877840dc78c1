/**
 * The transmit engine whole, without the bytes that it moves, with any table and any memory: what each part does is proved of
 * it alone, and here all of them are the real ones. The first packets are read as AXI4 wants it, and the parts' assertions
 * hold; packets of both slots, around a ring's end and beside a torn slot, go all the way to the wire.
 */
import { type Bits, uint } from "#hdl";
import { aligner } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { withInstance } from "../rtl/with-instance.ts";
import { around, layOpen } from "./lay-open.ts";
import { assumeJobState, busBytes, checkBurst, small as nic } from "./nic-small.ts";

/** A buffer of four words, and packets that need up to three of them. */
const small = { ...nic, mtu: 82, txBuffer: 128 };

/** Bytes are zero everywhere. So are the headers of datagrams, which then are empty ones to nobody. */
const withoutBytes = () => {
  const blind = [
    "wire_payload_data",
    "align_data_payload",
    "plan_header_payload_data",
    "sends_push_payload_sum",
    "reader_data",
    "dma_r_payload_data",
  ];
  const parts = {
    dma: layOpen(dmaRead(small), {}, { blind: ["out_payload_data"] }),
    align: layOpen(aligner(busBytes), {}, { blind: ["out_payload_data"] }),
    reader: layOpen(bufferReader(Math.log2(small.txBuffer / busBytes), small.busBits), {}, { blind: ["out_payload"] }),
  };
  const engine = Object.entries(parts).reduce((e, [name, part]) => withInstance(e, name, part), txEngine(small));
  return layOpen(engine, {}, { blind });
};

export const engineIsWhole = (block = withoutBytes()) =>
  around(block, "the_engine_is_whole", {}, (io, h) => {
    const { r, ar, wire, transmit, sent, stop, advanceRead } = io;
    r.check(h, "assume");
    checkBurst(h, ar);
    wire.check(h, "assert");
    assumeJobState(h, transmit);
    h.assume("a ring begins at a line, in the lowest 8 KiB", transmit.base.trunc(6).eq(0).and(transmit.base.slice(63, 13).eq(0)));
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

      // Packets: planned, then sent, torn or gone; sent ones leave.
      const { planned, moved, frames, refused } = h.registers({ planned: uint(3), moved: uint(3), frames: uint(3), refused: uint(1) });
      const { slots, wraps, tears, off } = h.registers({ slots: uint(2), wraps: uint(1), tears: uint(1), off: uint(4) });
      const torn = stop.valid.and(stop.torn);
      h.when(advanceRead.valid, () => planned.next(planned.add(1)));
      h.when(sent.valid, () => {
        moved.next(moved.add(1));
        slots.bit(sent.slot).next(1);
      });
      h.when(torn, () => tears.next(1));
      h.when(r.fire.and(r.payload.response.bit(1)), () => refused.next(1));
      h.when(io.frame, () => frames.next(frames.add(1)));
      h.assert("a head moves for what was planned", sent.valid.implies(planned.ne(moved)));
      h.assert("a frame leaves when its head has moved", wire.valid.implies(moved.ne(frames)));
      h.assert("while memory gives all, nothing is torn", torn.implies(refused.or(r.fire.and(r.payload.response.bit(1)))));
      off.next(
        io.enable
          .repeat(4)
          .not()
          .and(off.add(off.ne(15).zext(4))) as Bits<4>,
      );
      h.assert(
        "nothing but what was picked is planned while sending is off",
        h.past(off.ne(0).and(advanceRead.valid)).implies(advanceRead.valid.not()),
      );

      const begins = h.past(transmit.read, 2);
      h.when(advanceRead.valid.and(advanceRead.pointer.lt(begins as Bits<7>)), () => wraps.next(1));
      const ends = wire.fire.and(wire.payload.last);
      h.cover("heads of both slots have moved, one around its ring's end, and a frame leaves", ends.and(slots.all()).and(wraps));
      h.cover("a frame leaves beside a torn slot", ends.and(tears));
    });
  });

export const tasks: readonly FormalTask[] = [
  { name: "transmit engine, whole: reads and packets", module: () => engineIsWhole(), mode: "bmc", depth: 7 },
  { name: "transmit engine, whole: both slots, around the end, refused", module: () => engineIsWhole(), mode: "cover", depth: 11 },
];
