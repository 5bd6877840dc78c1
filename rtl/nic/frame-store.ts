/**
 * Holds whole frames: a frame leaves when its last beat is in, and then without a gap of the store's own making. Beside a
 * MAC, in the wire's clock: on the way in it drops what does not fit (`drop`), on the way out it makes the sender wait.
 */
import { bool, input, module, output, struct, uint } from "#hdl";
import { packetBeat, packetStream } from "#hdl/lib/packet.ts";

export interface FrameStoreOptions {
  readonly dataBits: number;
  /** Beats; a power of two, more than the longest frame has. */
  readonly words: number;
  /** The input is always taken: a frame without room, and one that the MAC found bad, is dropped whole. */
  readonly drop: boolean;
}

/** Latency: two cycles from a frame's last beat to its first beat out. One beat a cycle. */
export const frameStore = ({ dataBits, words, drop }: FrameStoreOptions) => {
  const addressBits = Math.log2(words);
  const beat = packetBeat(dataBits);
  const word = struct({ data: uint(dataBits), keep: uint(dataBits / 8), last: bool }, `stored${dataBits}`);
  return module(
    `frame_store_${dataBits}x${words}${drop ? "_drop" : ""}`,
    {
      /** `user` in the last beat: the frame is bad. */
      from: input(packetStream(dataBits, bool)),
      to: output(packetStream(dataBits)),
      /** Pulses at a frame's last beat: it was dropped for want of room; because it was bad. */
      overflowed: output(bool),
      spoiled: output(bool),
    },
    ({ from, to, overflowed, spoiled }, h) => {
      const pointer = uint(addressBits + 1);
      const { write, start, read } = h.registers({
        /** Where the next beat goes; where the frame that is coming in began; what goes out next. */
        write: pointer,
        start: pointer,
        read: pointer,
      });
      const { full } = h.nets({ full: write.sub(read).eq(words) });
      const { lost } = h.registers({ /** A beat of this frame found no room. */ lost: bool }, { unused: !drop });
      const { fits } = h.nets({ fits: drop ? lost.or(full).not() : full.not() });
      from.ready.drive(drop ? 1 : full.not());
      const { last_in } = h.nets({ last_in: from.fire.and(from.payload.last) });
      const { keeps } = h.nets({ keeps: fits.and(from.payload.user.not()) });
      const store = h.memory("store", word, words, { style: "block" });
      store.write(
        write.trunc(addressBits),
        { data: from.payload.data, keep: from.payload.keep, last: from.payload.last },
        from.fire.and(fits),
      );
      h.when(from.fire, () => {
        lost.next(fits.not().and(from.payload.last.not()));
        h.when(fits, () => write.next(write.add(1)));
        h.when(from.payload.last, () => h.when(keeps, () => start.next(write.add(1))).otherwise(() => write.next(start)));
      });
      overflowed.drive(last_in.and(fits.not()));
      spoiled.drive(last_in.and(fits).and(from.payload.user));

      const { holds } = h.registers({ /** The memory's output register holds a beat. */ holds: bool });
      const { moves } = h.nets({ moves: holds.not().or(to.ready) });
      const { some } = h.nets({ some: read.ne(start) });
      const next = store.readSync("word", read.trunc(addressBits), moves.and(some));
      h.when(moves, () => holds.next(some));
      h.when(moves.and(some), () => read.next(read.add(1)));
      to.valid.drive(holds);
      to.payload.drive(beat.of({ data: next.data, keep: next.keep, last: next.last }));
      h.assert(
        "what is in goes from read to write",
        write
          .sub(read)
          .le(words)
          .and(start.sub(read).le(write.sub(read))),
      );
    },
  );
};
