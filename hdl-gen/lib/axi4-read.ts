/** AXI4 read master: runs of bytes from memory, in order, as packets. */
import type { HardwareModule } from "../core/hardware.ts";
import { module } from "../core/module.ts";
import { type Bundle, input, output, type Port } from "../core/ports.ts";
import { mux } from "../core/select.ts";
import { array, bool, uint } from "../core/types.ts";
import { type Bits, type Bool, cat, constant } from "../core/values.ts";
import { type Axi4Read, axi4Address, axi4Read, type Connected, incrBurst } from "./axi4.ts";
import { type Axi4MasterOptions, axi4Bursts, masterShape, type Transfer, transfer } from "./axi4-bursts.ts";
import { lowMask } from "./bits.ts";
import { fifo } from "./fifo.ts";
import { type PacketBeat, packetBeat, packetStream } from "./packet.ts";
import { shiftDown } from "./packet-shift.ts";
import { type Stream, stream } from "./stream.ts";

export interface ReadMasterPorts {
  readonly command: Port<Bundle<Stream<Transfer>>>;
  readonly axi: Port<Bundle<Axi4Read & Connected<Axi4Read>>>;
  readonly data: Port<Bundle<Stream<PacketBeat<Bool>>>>;
  readonly [key: string]: Port;
}

/**
 * Reads `command.bytes` bytes from `command.address` on, and gives them as one packet per command, in the commands' order,
 * the first byte in lane 0. `user` is 1 in a packet's last beat where any of its bursts was answered with an error.
 *
 * Bursts are aligned and of whole bus words (so a few bytes before and after are read as well), each with an ID of its
 * own; up to 2^idBits are in flight, and answers may come in any order across IDs. Every burst has its place in a small
 * memory (2^idBits bursts of LUT RAM), so R is always ready.
 *
 * Latency: AR is valid one cycle after the command, the packet's first beat two cycles after the first R beat, one more
 * where its first word does not fill a beat. Throughput: one bus word a cycle.
 */
export const axi4ReadMaster = (options: Axi4MasterOptions): HardwareModule<ReadMasterPorts> => {
  const { shape, dataBits, idBits, bytes, wordBits, beats, ids, burstBytes, lengthBits, addressBits } = masterShape(
    options,
    "axi4ReadMaster",
  );
  const id = uint(idBits);
  const beatBits = Math.max(1, Math.log2(beats));
  /** Counts beats of a burst: 0 to `beats`. */
  const count = uint(Math.log2(beats) + 1);
  return module(
    `axi4_read_${addressBits}_${lengthBits}_${dataBits}_${idBits}${burstBytes === 64 ? "" : `_${burstBytes}`}`,
    { command: input(stream(transfer(options))), axi: output(axi4Read(shape)), data: output(packetStream(dataBits, bool)) },
    ({ command, axi, data }, h) => {
      const bursts = h.instance("bursts", axi4Bursts(options), { from: command }).to;
      const { issue, deliver } = h.registers({
        /** The ID of the next burst. */ issue: id,
        /** The ID of the burst whose words go out now. */ deliver: id,
      });
      const slot = h.registers({
        busy: array(bool, ids),
        failed: array(bool, ids),
        /** Beats that came. */
        arrived: array(count, ids),
        /** The number of its last beat. */
        len: array(uint(beatBits), ids).noReset(),
        ends: array(bool, ids).noReset(),
        tail: array(uint(wordBits), ids).noReset(),
      });

      // Requests. Where in its first word a packet begins is told to the shifter.
      const offsets = h.instance("offsets", fifo(uint(wordBits), ids));
      const wait = slot.busy.at(issue).or(bursts.payload.first.and(offsets.push.ready.not()));
      const requests = bursts.haltWhen(wait);
      axi.ar.connect(requests.map(axi4Address(shape), ({ addr, len }) => incrBurst(shape, { id: issue, addr, len })));
      offsets.push.valid.drive(axi.ar.fire.and(bursts.payload.first));
      offsets.push.payload.drive(bursts.payload.offset);
      h.when(axi.ar.fire, () => {
        slot.busy.at(issue).next(1);
        slot.len.at(issue).next(bursts.payload.len.trunc(beatBits));
        slot.ends.at(issue).next(bursts.payload.ends);
        slot.tail.at(issue).next(bursts.payload.tail);
        issue.next(issue.add(1));
      });

      // Answers, in any order. A word's place: its burst, and its number there.
      const { r } = axi;
      const place = (of: Bits, beat: Bits): Bits => (beats === 1 ? of : cat(of, beat.trunc(beatBits)));
      const words = h.memory("words", uint(dataBits), ids * beats, { style: "distributed" });
      const { earlier } = h.nets({ /** Beats of this burst that came earlier. */ earlier: slot.arrived.at(r.payload.id) });
      r.ready.drive(1);
      words.write(place(r.payload.id, earlier), r.payload.data, r.fire);
      h.when(r.fire, () => {
        slot.arrived.at(r.payload.id).next(earlier.add(1));
        h.when(r.payload.resp.is("SLVERR", "DECERR"), () => slot.failed.at(r.payload.id).next(1));
      });

      // Words in order. When a burst's last word is here, all of its answers are, so its error bit is whole.
      const { given } = h.registers({ /** Words of the burst that went out. */ given: count });
      const { bad } = h.registers({ /** An earlier burst of this packet was answered with an error. */ bad: bool });
      const { burst_end } = h.nets({ burst_end: given.trunc(beatBits).eq(slot.len.at(deliver)) });
      const { packet_end, failing } = h.nets({
        packet_end: burst_end.and(slot.ends.at(deliver)),
        failing: bad.or(slot.failed.at(deliver)),
      });
      const shifter = h.instance("shifter", shiftDown(dataBits, bool), { offset: offsets.pop });
      const { from } = shifter;
      from.valid.drive(slot.busy.at(deliver).and(slot.arrived.at(deliver).gt(given)));
      const full = constant(bytes, (1n << BigInt(bytes)) - 1n) as Bits;
      const upTo = lowMask(
        slot.tail
          .at(deliver)
          .zext(wordBits + 1)
          .add(1),
        bytes,
      );
      from.payload.drive({
        data: words.read(place(deliver, given)),
        keep: mux(packet_end, upTo, full),
        last: packet_end,
        user: failing.and(packet_end),
      } as never);
      h.when(from.fire, () => {
        given.next(mux(burst_end, count.of(0), given.add(1)));
        h.when(burst_end, () => {
          bad.next(failing.and(packet_end.not()));
          slot.busy.at(deliver).next(0);
          slot.failed.at(deliver).next(0);
          slot.arrived.at(deliver).next(0);
          deliver.next(deliver.add(1));
        });
      });
      // An error is told with the last beat only: an earlier one may wait while answers still come.
      data.connect(
        (shifter.to as unknown as typeof data).map(packetBeat(dataBits, bool), ({ data, keep, last, user }) => ({
          data,
          keep,
          last,
          user: user.and(last),
        })),
      );

      h.assume("a command has at least one byte", command.valid.implies(command.payload.bytes.ne(0)));
      const inFlight = slot.busy.at(r.payload.id).and(earlier.le(slot.len.at(r.payload.id).zext(count.width)));
      h.assume("an answer belongs to a burst in flight", r.fire.implies(inFlight));
      h.assume(
        "last comes with a burst's last beat",
        r.fire.implies(r.payload.last.eq(earlier.trunc(beatBits).eq(slot.len.at(r.payload.id)))),
      );
    },
  ) as unknown as HardwareModule<ReadMasterPorts>;
};
