/**
 * The core between its parts. It adds wires and one gate: each pin has what the list of wires says, whatever the parts do.
 * And what its table tells the engines is what their own proofs assume of it, while the engines keep to those proofs and
 * software to the rules of a slot: it is opened when it has
 * its bases, sizes are set while it is closed, a head lies in its ring.
 */
import { type Bits, type Bool, uint } from "#hdl";
import type { Expr, Property, Signal } from "#hdl/core/ir.ts";
import { controlBits, slotWords } from "#rtl/ict/slot-layout.ts";
import { connectionTable } from "#rtl/ict/table.ts";
import { nicCore } from "#rtl/nic/core.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { connections, gate, type Pin, pinName } from "../rtl/nic/core-wiring.ts";
import { around, layOpen } from "./lay-open.ts";
import { small } from "./nic-small.ts";

/** The core with all of its parts laid open, and the list of wires as assertions. */
const wiresAreThose = () => {
  const core = nicCore(small);
  const open = layOpen(core, { ict: connectionTable(small), rx: rxEngine(small), tx: txEngine(small) });
  const pin = (name: string): Expr => {
    const signal = open.ports.find((p) => p.name === name.replace(".", "__")) as Signal;
    return { kind: "ref", width: signal.width, signal };
  };
  const [domain] = open.domains;
  if (domain === undefined) throw new Error(`${core.name} has no clock to look at its wires by`);
  const same = (name: string, a: Expr, b: Expr): Property => ({
    kind: "assert",
    name,
    cond: { kind: "binary", op: "eq", width: 1, a, b },
    domain,
    at: core.at,
  });
  const of = (p: Pin): Expr => pin(pinName(p));
  const lost: Expr = { kind: "unary", op: "not", width: 1, a: pin(gate.unless) };
  return {
    ...open,
    properties: [
      ...connections(core).map(({ to, from }) => same(`${pinName(to)} has what ${pinName(from)} gives`, of(to), of(from))),
      same(`${gate.to}: ${gate.of} without ${gate.unless}`, pin(gate.to), {
        kind: "binary",
        op: "and",
        width: 1,
        a: pin(gate.of),
        b: lost,
      }),
    ],
  };
};

const slots = [0, 1] as const;

export const tableKeepsPromises = (table = connectionTable(small)) => {
  const open = layOpen(nicCore(small), { rx: rxEngine(small), tx: txEngine(small) });
  const core = { ...open, instances: open.instances.map((i) => ({ ...i, of: table })) };
  return around(core, "the_table_keeps_its_promises_to_the_engines", {}, (io, h) => {
    const { access, rx__allocate: allocate, tx__advanceRead: advance, rx__receive: receive, tx__transmit: transmit } = io;
    h.ghost(() => {
      h.assume("words are written whole", access.strobe.all());
      const { data } = access;
      const kept = slots.map((i) => {
        const writes = (name: keyof typeof slotWords): Bool =>
          access.valid
            .and(access.write)
            .and(access.slot.eq(i))
            .and(access.word.eq(slotWords[name] / 8));
        const r = h.registers({
          [`open_${i}`]: uint(1),
          [`based_${i}`]: uint(2),
          [`datagram_${i}`]: uint(1),
          [`life_${i}`]: uint(2),
          [`receive_${i}`]: uint(7),
          [`transmit_${i}`]: uint(7),
        }) as Record<string, Bits>;
        const get = (name: string): Bits => r[`${name}_${i}`] as Bits;
        const isOpen = get("open");
        const [based, datagram, life, rxMask, txMask] = [get("based"), get("datagram"), get("life"), get("receive"), get("transmit")];
        // Software.
        for (const [name, mask] of [
          ["rxSize", rxMask],
          ["txSize", txMask],
        ] as const) {
          h.assume(`sizes are set while slot ${i} is closed: ${name}`, writes(name).implies(isOpen.eq(0)));
          h.when(writes(name), () => mask.next(data.trunc(7).sub(1)));
        }
        for (const [bit, name] of (["rxBase", "txBase"] as const).entries()) h.when(writes(name), () => based.bit(bit).next(1));
        h.assume(`a slot is opened when it has its bases: ${i}`, writes("control").implies(based.all()));
        const enables = data.bit(controlBits.enable);
        h.assume(
          `an open slot keeps its framing: ${i}`,
          writes("control").and(isOpen).and(enables).implies(data.bit(controlBits.datagram).eq(datagram)),
        );
        h.when(writes("control"), () => {
          isOpen.next(enables);
          datagram.next(data.bit(controlBits.datagram));
          life.next(life.add(enables.and(isOpen.not()).zext(2)));
        });
        h.assume(`a head lies in its ring: ${i}`, writes("rxHead").implies(data.le(rxMask.zext(64))));
        // The engines: rx_deliver and tx_plan prove this of what they say of a slot in its life.
        h.assume(`what is received ends in the ring: ${i}`, allocate.valid.and(allocate.slot.eq(i)).implies(allocate.pointer.le(rxMask)));
        h.assume(
          `what is planned ends in the ring, and records at multiples of 16: ${i}`,
          advance.valid
            .and(advance.slot.eq(i))
            .and(advance.epoch.eq(life))
            .implies(advance.pointer.le(txMask).and(datagram.not().or(advance.pointer.trunc(4).eq(0)))),
        );
        return { rxMask, txMask, datagram, isOpen };
      });
      const ring = (mask: Bits): Bool => mask.eq(63).or(mask.eq(127)) as Bool;
      const picked = io.tx__workValid;
      h.assert("a slot with work has a ring that can be", picked.implies(ring(transmit.mask)));
      h.assert("it begins at a line", transmit.base.trunc(6).eq(0).or(picked.not()));
      h.assert("what is to be sent lies in it", picked.implies(transmit.read.le(transmit.mask).and(transmit.tail.le(transmit.mask))));
      h.assert("records begin at multiples of 16", picked.and(transmit.datagram).implies(transmit.read.trunc(4).eq(0)));
      h.assert("a slot that receives has a ring that can be", receive.ready.implies(ring(receive.mask)));
      h.assert("that begins at a line", receive.base.trunc(6).eq(0).or(receive.ready.not()));
      h.assert("with its pointers in it", receive.ready.implies(receive.head.le(receive.mask).and(receive.write.le(receive.mask))));
      for (const [i, s] of kept.entries()) {
        const mine = picked.and(io.tx__workSlot.eq(i));
        h.assert(
          `the ring is slot ${i}'s own`,
          mine.implies(transmit.mask.eq(s.txMask).and(transmit.datagram.eq(s.datagram)).and(s.isOpen)),
        );
      }
      const behind = transmit.datagram.and(transmit.read.ne(0)).and(transmit.read.ne(transmit.tail));
      h.cover("the higher slot has records left to send", picked.and(io.tx__workSlot).and(behind).and(transmit.mask.eq(127)));
      h.cover("a ring has been read and written", receive.ready.and(receive.head.ne(0)).and(receive.write.ne(0)));
    });
  });
};

export const tasks: readonly FormalTask[] = [
  { name: "core: each pin has what the list says", module: wiresAreThose, mode: "induction", depth: 1 },
  { name: "core: the table keeps its promises to the engines", module: () => tableKeepsPromises(), mode: "bmc", depth: 7 },
  { name: "core: slots receive and send", module: () => tableKeepsPromises(), mode: "cover", depth: 7 },
];
