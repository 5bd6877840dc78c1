/**
 * The NIC in one clock: connection table, receive and transmit engines, and the counters' pulses. `accio-top.ts` puts the
 * bus protocols, the registers and the wire's own clock around it.
 */
import { bool, input, module, output, stream, struct, uint } from "#hdl";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { connectionTable, slotAccess } from "#rtl/ict/table.ts";
import { readBeat } from "#rtl/nic/dma-read.ts";
import { addressBeat, responseBeat, writeBeat } from "#rtl/nic/dma-write.ts";
import { rxEngine } from "#rtl/udp/rx-engine.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";

/** What software sets for the whole NIC. */
export const nicControl = struct(
  {
    enable: bool,
    mac: uint(48),
    /** Largest UDP payload sent. */ largest: uint(16),
    ttl: uint(8),
    tos: uint(8),
  },
  "nic_control",
);
/** One pulse per event, for the counters. */
export const nicEvents = struct(
  {
    rxFrames: bool,
    rxAccepted: bool,
    rxEmpty: bool,
    rxOrdinary: bool,
    rxOverflow: bool,
    rxSpoiled: bool,
    rxOversize: bool,
    /** Drop causes. */
    verdicts: uint(dropCauses.length),
    /** A datagram's tail has moved; a write to memory that moves none. */
    rxCommitted: bool,
    rxLost: bool,
    txFrames: bool,
    txMalformed: bool,
    txFailed: bool,
  },
  "nic_events",
);

export const nicCore = (c: Config) => {
  return module(
    "nic_core",
    {
      control: input(nicControl),
      now: input(uint(64)),
      access: input(slotAccess(c)),
      readData: output(uint(64)),
      rx: input(packetStream(c.busBits, bool)),
      tx: output(stream(packetBeat(c.busBits))),
      ordinary: output(stream(packetBeat(c.busBits))),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      b: input(stream(responseBeat(c))),
      ar: output(stream(addressBeat(c))),
      r: input(stream(readBeat(c))),
      events: output(nicEvents),
      irq: output(uint(c.harts)),
    },
    (io, h) => {
      const table = h.instance("ict", connectionTable(c), { access: io.access });
      io.readData.drive(table.readData);
      io.irq.drive(table.irq);

      const rx = h.instance("rx", rxEngine(c), {
        wire: io.rx,
        mac: io.control.mac,
        now: io.now,
        enable: io.control.enable,
        hit: table.hit,
        found: table.found,
        receive: table.receive,
        b: io.b,
      });
      table.key.drive(rx.key);
      table.advance.drive(rx.advance);
      table.receiveSlot.drive(rx.receiveSlot);
      table.allocate.drive(rx.allocate);
      table.commit.drive(rx.commit);
      table.drop.drive(rx.drop);
      table.dropSlot.drive(rx.dropSlot);
      io.aw.connect(rx.aw);
      io.w.connect(rx.w);
      io.ordinary.connect(rx.ordinary);

      const tx = h.instance("tx", txEngine(c), {
        enable: io.control.enable,
        mac: io.control.mac,
        largest: io.control.largest,
        ttl: io.control.ttl,
        tos: io.control.tos,
        workValid: table.workValid,
        workSlot: table.workSlot,
        transmit: table.transmit,
        buildingLives: table.buildingLives,
        r: io.r,
      });
      table.advanceRead.drive(tx.advanceRead);
      table.sent.drive(tx.sent);
      table.stop.drive(tx.stop);
      table.building.drive(tx.building);
      io.ar.connect(tx.ar);
      io.tx.connect(tx.wire);

      io.events.drive({
        rxFrames: rx.seen,
        rxAccepted: rx.accepted,
        rxEmpty: rx.acceptedEmpty,
        rxOrdinary: rx.toOrdinary,
        rxOverflow: rx.overflow,
        rxSpoiled: rx.spoiled,
        rxOversize: rx.oversize,
        verdicts: rx.verdicts,
        rxCommitted: rx.commit.valid.and(table.commitLost.not()),
        rxLost: table.commitLost,
        txFrames: tx.frame,
        txMalformed: tx.malformed,
        txFailed: tx.failed,
      });
    },
  );
};
