/** AXI4 write master: packets into memory, any bytes to any address. */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { array, bool, struct, type Type, uint } from "../core/types.ts";
import type { Bits, Bool } from "../core/values.ts";
import { type Axi4Write, axi4Address, axi4Write, type Connected, incrBurst } from "./axi4.ts";
import { type Axi4MasterOptions, axi4Bursts, masterShape, type Transfer, transfer } from "./axi4-bursts.ts";
import { fifo } from "./fifo.ts";
import { type PacketBeat, packetStream } from "./packet.ts";
import { shiftUp } from "./packet-shift.ts";
import { type Stream, stream } from "./stream.ts";

export interface WriteMasterPorts {
  readonly command: Port<Bundle<Stream<Transfer>>>;
  readonly data: Port<Bundle<Stream<PacketBeat>>>;
  readonly axi: Port<Bundle<Axi4Write & Connected<Axi4Write>>>;
  readonly done: Port<Bundle<Stream<Bool>>>;
  readonly [key: string]: Port;
}

/**
 * Writes one packet of `data` per command to `command.address` on; the packet has `command.bytes` bytes. `done` gives one
 * beat per command, in the commands' order, when memory has answered for all of it: 1 where any answer was an error.
 *
 * Bursts are aligned and of whole bus words, with byte strobes at the packet's ends; each has an ID of its own, up to
 * 2^idBits are in flight, and answers may come in any order. Data may overtake its address on the bus, as AXI4 allows, and
 * no channel waits for another's ready. B is always ready.
 *
 * Latency: AW is valid one cycle after the command, W one cycle later; `done` one cycle after the last answer. Throughput:
 * one bus word a cycle, without a pause between commands.
 */
export const axi4WriteMaster = (options: Axi4MasterOptions): HardwareModule<WriteMasterPorts> => {
  const { shape, addressBits, dataBits, idBits, lengthBits, burstBytes, wordBits, beats, ids } = masterShape(options, "axi4WriteMaster");
  const id = uint(idBits);
  const beat = uint(Math.max(1, Math.log2(beats)));
  const beatsOf = struct({ len: beat as Type<Bits>, offset: uint(wordBits) as Type<Bits> }, `write_beats_${beat.width}_${wordBits}`);
  return module(
    `axi4_write_${addressBits}_${lengthBits}_${dataBits}_${idBits}${burstBytes === 64 ? "" : `_${burstBytes}`}`,
    {
      command: input(stream(transfer(options))),
      data: input(packetStream(dataBits)),
      axi: output(axi4Write(shape)),
      done: output(stream(bool)),
    },
    ({ command, data, axi, done }, h) => {
      const bursts = h.instance("bursts", axi4Bursts(options), { from: command }).to;
      const { issue, retire } = h.registers({
        /** The ID of the next burst. */ issue: id,
        /** The ID of the oldest burst that is not answered for. */ retire: id,
      });
      const slot = h.registers({
        busy: array(bool, ids),
        answered: array(bool, ids),
        failed: array(bool, ids),
        ends: array(bool, ids).noReset(),
      });

      // Each burst goes to the address channel and, on its own, to where the data is counted.
      const started = bursts.haltWhen(slot.busy.at(issue)).named("burst");
      const [toAddress, toData] = started.fork(h, 2);
      axi.aw.connect(toAddress.map(axi4Address(shape), ({ addr, len }) => incrBurst(shape, { id: issue, addr, len })));
      h.when(started.fire, () => {
        slot.busy.at(issue).next(1);
        slot.ends.at(issue).next(started.payload.ends);
        issue.next(issue.add(1));
      });

      // Data: moved to its place in the bus words, then cut where bursts end.
      const current = toData
        .map(beatsOf, ({ len, offset }) => ({ len: len.trunc(beat.width), offset }))
        .named("beats")
        .queue(h, ids);
      const shifter = h.instance("shifter", shiftUp(dataBits), { from: data as Stream<any> });
      shifter.offset.valid.drive(current.valid);
      shifter.offset.payload.drive(current.payload.offset);
      const words = shifter.to;
      const { sent } = h.registers({ /** Words of the burst that went out. */ sent: beat });
      const { burst_end } = h.nets({ burst_end: sent.eq(current.payload.len) });
      axi.w.valid.drive(words.valid);
      axi.w.payload.drive({ data: words.payload.data, strb: words.payload.keep, last: burst_end });
      words.ready.drive(axi.w.ready);
      current.ready.drive(axi.w.fire.and(burst_end));
      h.when(axi.w.fire, () => sent.next(mux(burst_end, beat.of(0), sent.add(1))));
      h.ghost(() => {
        // Which bursts end their command is known here for the property only.
        const ends = h.instance("burst_ends", fifo(bool, ids));
        ends.push.valid.drive(toData.fire);
        ends.push.payload.drive(toData.payload.ends);
        ends.pop.ready.drive(current.fire);
        h.assert("each burst that gets data is known", toData.fire.implies(ends.push.ready).and(current.fire.implies(ends.pop.valid)));
        h.assume("a packet is as long as its command says", words.valid.implies(words.payload.last.eq(burst_end.and(ends.pop.payload))));
      });

      // Answers come in any order; bursts retire in theirs.
      const { b } = axi;
      b.ready.drive(1);
      const { bad } = h.registers({ /** An earlier burst of this command was answered with an error. */ bad: bool });
      const { retires, command_end, failing } = h.nets({
        retires: slot.busy.at(retire).and(slot.answered.at(retire)),
        command_end: slot.ends.at(retire),
        failing: bad.or(slot.failed.at(retire)),
      });
      done.valid.drive(retires.and(command_end));
      done.payload.drive(failing);
      h.when(retires.and(command_end.not().or(done.ready)), () => {
        slot.busy.at(retire).next(0);
        slot.answered.at(retire).next(0);
        bad.next(failing.and(command_end.not()));
        retire.next(retire.add(1));
      });
      h.when(b.fire, () => {
        slot.answered.at(b.payload.id).next(1);
        slot.failed.at(b.payload.id).next(b.payload.resp.is("SLVERR", "DECERR"));
      });
      h.assume("a command has at least one byte", command.valid.implies(command.payload.bytes.ne(0)));
      h.assume(
        "an answer belongs to a burst in flight",
        b.fire.implies(slot.busy.at(b.payload.id).and(slot.answered.at(b.payload.id).not())),
      );
    },
  ) as unknown as HardwareModule<WriteMasterPorts>;
};
