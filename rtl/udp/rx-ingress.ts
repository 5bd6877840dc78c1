/**
 * Keeps whole frames from the wire until the bus has taken them. A frame that finds no room, or is longer than any we
 * accept, is dropped whole and counted; the wire is never held up. In: one beat a cycle. Out: a record per frame, in
 * order, and a read port on the buffer.
 */
import { bool, input, module, output, stream, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { packetStream } from "#hdl/lib/packet.ts";
import type { Config } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { frameFacts, rxParse } from "#rtl/udp/rx-parse.ts";

/** Frames known but not yet taken by the bus side. */
const recordDepth = 64;
/** Words of the receive buffer, in address bits. */
export const rxAddressBits = (c: Config): number => Math.log2(c.rxBuffer / (c.busBits / 8));
/** A frame in the buffer. */
export const frameRecord = (c: Config) =>
  struct({ facts: frameFacts, start: uint(rxAddressBits(c)), beats: uint(rxAddressBits(c) + 1) }, `frame_${rxAddressBits(c)}`);

export const rxIngress = (c: Config) => {
  const { maxFrame } = derived(c);
  const addressBits = rxAddressBits(c),
    words = 2 ** addressBits;
  const extent = struct({ start: uint(addressBits), beats: uint(addressBits + 1) }, `extent_${addressBits}`);
  return module(
    `rx_ingress_${c.busBits}x${words}`,
    {
      /** `user` in the last beat: the MAC found the frame bad. */
      wire: input(packetStream(c.busBits, bool)),
      mac: input(uint(48)),
      now: input(uint(64)),
      enable: input(bool),
      frames: output(stream(frameRecord(c))),
      /** The buffer's word at `readAddress` one cycle after `readEnable`. */
      readAddress: input(uint(addressBits)),
      readEnable: input(bool),
      readData: output(uint(c.busBits)),
      /** Gives the oldest frame's words back. */
      freed: input(bool),
      freedBeats: input(uint(addressBits + 1)),
      /** Pulses: a frame came; it found no room; it was too long. */
      seen: output(bool),
      overflow: output(bool),
      /** The MAC found it bad. */
      spoiled: output(bool),
      oversize: output(bool),
    },
    ({ wire, mac, now, enable, frames, readAddress, readEnable, readData, freed, freedBeats, seen, overflow, spoiled, oversize }, h) => {
      wire.ready.drive(1);
      const pointer = uint(addressBits + 1);
      const { write, start, read, lost, in_frame, off } = h.registers({
        write: pointer,
        start: pointer,
        read: pointer,
        lost: bool,
        in_frame: bool,
        off: bool,
      });
      const { waiting } = h.registers({ waiting: uint(7) });
      const { full } = h.nets({ full: write.sub(read).eq(words) });
      const { ignored } = h.nets({ ignored: in_frame.not().and(enable.not()).or(in_frame.and(off)) });
      const { fits } = h.nets({ fits: lost.and(in_frame).not().and(full.not()).and(ignored.not()) });

      const buffer = h.memory("buffer", uint(c.busBits), words, { style: "block" });
      buffer.write(write.trunc(addressBits), wire.payload.data, wire.valid.and(fits));
      readData.drive(buffer.readSync("read_data", readAddress, readEnable));

      const parse = h.instance("parse", rxParse(c), {
        beat: { data: wire.payload.data, keep: wire.payload.keep, last: wire.payload.last },
        valid: wire.valid.and(ignored.not()),
        mac,
        now,
      });
      // A frame's place waits here for its facts, which come a few cycles after its last beat.
      const places = h.instance("places", fifo(struct({ extent, kept: bool, spoiled: bool }, `place_${addressBits}`), 8));
      const { sound } = h.nets({ sound: fits.and(wire.payload.user.not()) });
      const { kept } = h.nets({ kept: sound.and(waiting.lt(recordDepth)) });
      places.push.valid.drive(wire.valid.and(wire.payload.last).and(ignored.not()));
      places.push.payload.drive({
        extent: { start: start.trunc(addressBits), beats: write.add(1).sub(start) },
        kept,
        spoiled: wire.payload.user,
      });
      places.pop.ready.drive(parse.done);
      h.assert("a frame's place is there when its facts are", parse.done.implies(places.pop.valid));
      h.assert("there is room for every place", places.push.valid.implies(places.push.ready));

      h.when(wire.valid, () => {
        in_frame.next(wire.payload.last.not());
        off.next(ignored);
        lost.next(fits.not());
        h.when(fits, () => write.next(write.add(1)));
        h.when(wire.payload.last, () => {
          h.when(kept, () => start.next(write.add(1))).otherwise(() => write.next(start));
        });
      });

      // Too long frames were kept until their length was known; their words are given back in order, as a record of no use.
      const { too_long } = h.nets({ too_long: parse.facts.length.gt(maxFrame) });
      const queue = h.instance("queue", fifo(frameRecord(c), recordDepth, { flow: true }));
      queue.push.valid.drive(parse.done.and(places.pop.payload.kept));
      queue.push.payload.drive({ facts: parse.facts, start: places.pop.payload.extent.start, beats: places.pop.payload.extent.beats });
      frames.connect(queue.pop);

      const taken = wire.valid.and(wire.payload.last).and(kept);
      h.when(taken.and(frames.fire.not()), () => waiting.next(waiting.add(1))).elseWhen(frames.fire.and(taken.not()), () =>
        waiting.next(waiting.sub(1)),
      );
      h.when(freed, () => read.next(read.add(freedBeats)));
      seen.drive(parse.done);
      spoiled.drive(parse.done.and(places.pop.payload.spoiled));
      overflow.drive(parse.done.and(places.pop.payload.kept.or(places.pop.payload.spoiled).not()).and(too_long.not()));
      oversize.drive(parse.done.and(too_long).and(places.pop.payload.spoiled.not()));
      h.assert("the buffer holds no more than it has", write.sub(read).le(words));
    },
  );
};
