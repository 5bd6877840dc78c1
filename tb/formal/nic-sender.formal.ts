/**
 * The transmit engine without its parts, each of which may do whatever its own proofs allow: by induction, so for ever. A head moves when memory has answered for all of its packet, and not if it refused; no frame leaves
 * for which no head moved; no two frames have the same place in the buffer; a frame is as long as its packet, says so itself,
 * and keeps the wire's protocol.
 */
import { type Bits, type Bool, bool, cat, mux, reduce, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { aligner } from "#rtl/nic/aligner.ts";
import { bufferReader } from "#rtl/nic/buffer-reader.ts";
import { dmaRead } from "#rtl/nic/dma-read.ts";
import { txEngine } from "#rtl/udp/tx-engine.ts";
import { txPlan } from "#rtl/udp/tx-plan.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { around, layOpen } from "./lay-open.ts";
import { busBytes, small as nic } from "./nic-small.ts";

/** A buffer of eight words, and packets that need up to four of them. */
const small = { ...nic, mtu: 114, txBuffer: 256 };

const words = small.txBuffer / busBytes;
const addressBits = Math.log2(words);
const pointerBits = addressBits + 1;
const { maxPayload } = derived(small);
/** Bytes of Ethernet, IPv4 and UDP; of the shortest frame. */
const [headers, shortest] = [42, 60];

/** What the engine keeps of a frame that may leave, and the run of words that holds it. */
const readyFrame = struct(
  { start: uint(addressBits), beats: uint(pointerBits), payload: uint(16), sum: uint(32), tuple, nextHop: uint(48) },
  "ready_frame",
);
const wordRun = struct({ start: uint(addressBits), beats: uint(pointerBits) }, "word_run");
const parts = {
  plan: txPlan(small),
  dma: dmaRead(small),
  align: aligner(busBytes),
  sends: fifo(readyFrame, 16),
  runs: fifo(wordRun, 2),
  reader: bufferReader(addressBits, small.busBits),
};
/** What only says which bytes: simulation compares each of them. */
const blind = ["align_data_payload", "plan_header_payload_data", "dma_r_payload_data", "sends_push_payload_sum", "reader_data"];

const frameBytes = (payload: Bits): Bits => mux(payload.lt(shortest - headers), uint(16).of(shortest), payload.add(headers) as never);
const beatsOf = (bytes: Bits): Bits =>
  bytes
    .add(busBytes - 1)
    .shr(Math.log2(busBytes))
    .trunc(pointerBits);

export const senderKeepsFrames = (block = txEngine(small)) => {
  const open = layOpen(block, parts, {
    blind,
    shown: ["write", "free", "given", "beat", "bad", "head_valid", "head_bytes", "head_beats", "head"],
  });
  return around(open, "the_sender_keeps_its_frames", {}, (io, h) => {
    const packets = io.plan__packets;
    const job = packets.payload;
    const [words0, push, pop, run, word] = [io.dma__out, io.sends__push, io.sends__pop, io.runs__push, io.reader__out];
    for (const s of [packets, io.plan__isHeader, io.plan__reads, words0, word, pop]) s.check(h, "assume");
    for (const s of [io.align__job, io.wire]) s.check(h, "assert");
    h.assume("a packet that can be", packets.valid.implies(job.payload.le(maxPayload)));
    h.ghost(() => {
      // ---- the aligner, at the packet's words --------------------------------------------------
      const { taken, written, whole, refused } = h.registers({ taken: uint(12), written: uint(12), whole: bool, refused: bool });
      const [align, alignIn, alignOut] = [io.align__job, io.align__data, io.align__out];
      const { beatsIn, beatsOut } = align.payload;
      h.assume("aligner: it gives for a job, as many beats as it has", alignOut.valid.implies(align.valid.and(written.lt(beatsOut))));
      h.assume("aligner: last with the last", alignOut.payload.last.eq(written.add(1).eq(beatsOut)));
      h.assume("aligner: it takes what the job has", alignIn.ready.implies(align.valid.and(taken.ne(beatsIn))));
      h.assume("aligner: a job is over with its last beat", align.ready.eq(alignOut.valid.and(alignOut.payload.last)));
      h.assume("aligner: and has taken all", align.ready.implies(taken.add(alignIn.fire.zext(12)).eq(beatsIn)));
      h.assert("the aligner's beats are taken at once", alignOut.ready);
      const lastWord = alignIn.fire.and(words0.payload.last);
      h.when(alignIn.fire, () => {
        taken.next(taken.add(1));
        whole.next(words0.payload.last);
        h.when(words0.payload.failed, () => refused.next(1));
      });
      h.when(alignOut.fire, () => written.next(written.add(1)));
      h.when(packets.fire, () => {
        for (const r of [taken, written]) r.next(0);
        for (const r of [whole, refused]) r.next(0);
      });
      h.assert(
        "between packets nothing is under way",
        packets.valid.not().implies(taken.eq(0).and(written.eq(0)).and(whole.not()).and(refused.not())),
      );
      h.assert("no more is taken than there is", packets.valid.implies(taken.le(beatsIn).and(written.lt(beatsOut))));
      h.assert("who has no payload takes nothing", packets.valid.and(job.payload.eq(0)).implies(taken.eq(0).and(written.eq(0))));

      // ---- memory, as dma_read gives it: runs of words, one for each header and each payload -----
      const run0 = job.offset
        .trunc(5)
        .zext(16)
        .add(job.payload)
        .add(busBytes - 1)
        .shr(5)
        .trunc(12);
      h.assume("memory: a word that failed is its run's last", words0.valid.and(words0.payload.failed).implies(words0.payload.last));
      h.assume(
        "memory: a payload's run has the words that its bytes lie in",
        words0.valid
          .and(io.plan__isHeader.payload.not())
          .and(align.valid)
          .implies(words0.payload.last.eq(taken.add(1).eq(run0 as Bits<12>))),
      );
      h.assert("a job for the aligner has as many words as memory gives", align.valid.implies(beatsIn.eq(run0 as Bits<12>)));
      h.assert(
        "what memory has given is whole with its last word",
        packets.valid.and(job.payload.ne(0)).implies(whole.eq(taken.eq(beatsIn))),
      );
      h.assert("a word goes to the planner or to the frame", io.plan__header.valid.and(alignIn.valid).not());
      h.assert("a header to the planner", io.plan__header.valid.implies(io.plan__isHeader.payload as Bool));
      h.assert("a payload to the frame", alignIn.valid.implies(io.plan__isHeader.payload.not() as Bool));
      h.assert("the kind of a run is over with its last word", io.plan__isHeader.ready.eq(words0.fire.and(words0.payload.last)));
      h.assert(
        "no word is lost",
        words0.ready.implies(io.plan__isHeader.valid.and(mux(io.plan__isHeader.payload, io.plan__header.ready, alignIn.ready))),
      );

      // ---- heads ------------------------------------------------------------------------------
      const { sent, stop, failed, malformed } = io;
      const torn = stop.valid.and(stop.torn);
      const anyRefused = refused.or(alignIn.fire.and(words0.payload.failed));
      h.assert("what was refused is not forgotten", io.shown__bad.eq(refused));
      h.assert("a packet is sent, torn, or gone with its slot", packets.fire.implies(cat(sent.valid, torn, io.buildingLives.not()).any()));
      h.assert("a packet is sent or torn", sent.valid.and(torn).not());
      h.assert(
        "only a packet, only as it is taken, only while its slot lives",
        sent.valid.or(torn).implies(packets.fire.and(io.buildingLives)),
      );
      h.assert("the slot that is asked for is the packet's", io.building.slot.eq(job.slot).and(io.building.epoch.eq(job.epoch)));
      h.assert(
        "a head moves to where its packet says",
        sent.valid.implies(sent.slot.eq(job.slot).and(sent.epoch.eq(job.epoch)).and(sent.pointer.eq(job.head))),
      );
      h.assert("it moves when memory has given the last word", packets.fire.implies(job.payload.eq(0).or(whole).or(lastWord)));
      h.assert("and not for what memory refused", sent.valid.implies(anyRefused.not()));
      h.assert(
        "a slot is torn only for what memory refused",
        torn.implies(anyRefused.and(stop.slot.eq(job.slot)).and(stop.epoch.eq(job.epoch))),
      );
      h.assert(
        "any other stop is the planner's, of its slot",
        stop.valid
          .and(stop.torn.not())
          .implies(io.plan__stops.and(stop.slot.eq(io.plan__stop.slot)).and(stop.epoch.eq(io.plan__stop.epoch))),
      );
      h.assert("the planner's stop is lost only to another one", io.plan__stops.implies(stop.valid));
      h.assume(
        "the planner: a stop has one reason",
        io.plan__stops.eq(io.plan__malformed.xor(io.plan__failed)).and(io.plan__malformed.and(io.plan__failed).not()),
      );
      h.assert("a stop is counted once", stop.valid.eq(failed.xor(malformed)).and(failed.and(malformed).not()));
      h.assert("a torn slot is not called malformed", torn.implies(failed));

      // ---- the queue of frames: any that keeps their order, told by its sums ---------------------
      const { waiting, queued, start } = h.registers({ waiting: uint(5), queued: uint(pointerBits + 1), start: uint(pointerBits) });
      const bytes = frameBytes(job.payload);
      h.assume("queue: room stays until it is taken", h.past(push.ready.and(push.valid.not())).implies(push.ready));
      h.assume("queue: it gives while it is not empty", pop.valid.eq(waiting.ne(0)));
      const { beats } = pop.payload;
      h.assume(
        "queue: a frame as it was put in",
        pop.valid.implies(pop.payload.payload.le(maxPayload).and(beats.eq(beatsOf(frameBytes(pop.payload.payload)) as never))),
      );
      // A frame has at least two beats.
      const others = queued.sub(beats.zext(pointerBits + 1));
      h.assume(
        "queue: one of those that it holds",
        pop.valid.implies(
          beats
            .zext(pointerBits + 1)
            .le(queued)
            .and(
              others.ge(
                waiting
                  .sub(1)
                  .zext(pointerBits + 1)
                  .shl(1),
              ),
            )
            .and(waiting.ne(1).or(others.eq(0))),
        ),
      );
      h.assume("queue: in order", pop.valid.implies(pop.payload.start.eq(start.trunc(addressBits))));
      h.assert("a frame is queued when its head moves", push.valid.eq(sent.valid).and(push.valid.implies(push.ready)));
      h.assert(
        "with the beats of its bytes, where the last one ended",
        push.valid.implies(
          push.payload.payload
            .eq(job.payload)
            .and(push.payload.beats.eq(beatsOf(bytes) as never))
            .and(push.payload.start.eq(io.shown__write.trunc(addressBits))),
        ),
      );
      h.when(push.valid.ne(pop.fire), () => waiting.next(mux(push.valid, waiting.add(1), waiting.sub(1))));
      const comes = mux(push.valid, push.payload.beats, uint(pointerBits).of(0)).zext(pointerBits + 1);
      const goes = mux(pop.fire, beats, uint(pointerBits).of(0)).zext(pointerBits + 1);
      queued.next(queued.add(comes).sub(goes));
      h.when(pop.fire, () => start.next(start.add(beats)));

      // ---- the buffer: frames that wait, the one that leaves, the one that is built ---------------
      const { leaving, payload } = h.registers({ leaving: bool, payload: uint(16) });
      h.when(io.frame, () => leaving.next(0));
      h.when(pop.fire, () => {
        leaving.next(1);
        payload.next(pop.payload.payload);
      });
      const [write, free, beat, headBeats] = [io.shown__write, io.shown__free, io.shown__beat, io.shown__head_beats];
      const used = write.sub(free);
      const held = queued.add(mux(leaving, headBeats.zext(pointerBits + 1) as Bits, uint(pointerBits + 1).of(0) as Bits));
      h.assert(
        "no more frames than fit",
        queued
          .le(words)
          .and(queued.ge(waiting.zext(pointerBits + 1).shl(1)))
          .and(waiting.ne(0).or(queued.eq(0))),
      );
      h.assert("what is used is what waits or leaves", used.zext(pointerBits + 1).eq(held));
      h.assert("the buffer is never overfull", used.le(words));
      h.assert(
        "frames that wait begin behind the one that leaves",
        start.eq(free.add(mux(leaving, headBeats as Bits, uint(pointerBits).of(0) as Bits))),
      );
      h.assert("beats of a packet are counted", io.shown__given.eq(written.trunc(addressBits)));
      const lastAddress = beatsOf(bytes).sub(1);
      h.assert(
        "a payload's beat stands in its own frame",
        alignOut.valid.implies(written.add(Math.floor(headers / busBytes)).le(lastAddress.zext(12))),
      );
      h.assert("and that in room of its own", alignOut.valid.implies(used.add(beatsOf(bytes)).le(words)));

      // ---- the wire --------------------------------------------------------------------------
      const { pending } = h.registers({ pending: uint(pointerBits) });
      h.assume("reader: it gives the words of its runs", word.valid.implies(pending.ne(0)));
      h.assert(
        "a run is read for each frame, where it stands",
        io.runs__push.valid
          .eq(pop.fire)
          .and(pop.fire.implies(run.ready.and(run.payload.start.eq(start.trunc(addressBits))).and(run.payload.beats.eq(beats)))),
      );
      pending.next(pending.add(mux(run.fire, run.payload.beats as Bits, uint(pointerBits).of(0) as Bits)).sub(word.fire.zext(pointerBits)));
      h.assert(
        "the words are those of the frame that leaves",
        pending.eq(mux(leaving, headBeats.sub(beat) as Bits, uint(pointerBits).of(0) as Bits)),
      );
      h.assert(
        "one frame at a time",
        io.shown__head_valid
          .eq(leaving)
          .and(leaving.implies(beat.lt(headBeats)))
          .and(leaving.not().implies(beat.eq(0))),
      );
      const total = frameBytes(payload);
      const length = payload.add(headers);
      h.assert(
        "its length is the packet's",
        leaving.implies(
          io.shown__head_bytes
            .eq(length)
            .and(headBeats.eq(beatsOf(total) as never))
            .and(payload.le(maxPayload)),
        ),
      );

      const { wire } = io;
      const { data, keep: kept, last } = wire.payload;
      const before = beat.zext(16).shl(Math.log2(busBytes));
      h.assert("nothing leaves for which no head moved", wire.valid.implies(leaving));
      const lanes = Array.from({ length: busBytes }, (_, n) => kept.bit(n).eq(before.add(n).lt(total as never)) as Bits);
      h.assert("the bytes on the wire are the packet's and its headers', or 60", wire.valid.implies(reduce(lanes, (a, b) => a.and(b))));
      h.assert("it ends with its last beat", wire.valid.implies(last.eq(beat.add(1).eq(headBeats))));
      h.assert("a frame is counted as its last beat leaves", io.frame.eq(wire.fire.and(last)));
      const byte = (n: number): Bits => data.slice(8 * n + 7, 8 * n);
      const field = (n: number): Bits => cat(byte(n % busBytes), byte((n % busBytes) + 1));
      const inHead = (n: number): Bits => io.shown__head.slice(8 * n + 15, 8 * n).swapBytes();
      const lengths = { "total length of IPv4": [16, 20], "length of UDP": [38, 34] } as const;
      for (const [name, [at, less]] of Object.entries(lengths)) {
        const says = length.sub(less === 20 ? 14 : less);
        h.assert(`the headers' ${name}`, leaving.implies(inHead(at).eq(says)));
        h.assert(`${name} on the wire is the packet's`, wire.valid.and(beat.eq(Math.floor(at / busBytes))).implies(field(at).eq(says)));
      }
      const zeros = Array.from({ length: busBytes }, (_, n) => before.add(n).lt(length).or(byte(n).eq(0)) as Bits);
      h.assert("behind the packet are zeros", wire.valid.implies(reduce(zeros, (a, b) => a.and(b))));
      h.assert("memory's answers are taken by the reads", io.dma__r.valid.eq(io.r.valid).and(io.r.ready.eq(io.dma__r.ready)));
      h.assert("what memory is asked is what the reads ask", io.ar.valid.eq(io.dma__ar.valid).and(io.dma__ar.ready.eq(io.ar.ready)));
      h.assert(
        "reads are the planner's",
        io.dma__job.valid.eq(io.plan__reads.valid).and(io.dma__job.payload.asBits().eq(io.plan__reads.payload.asBits() as never)),
      );
      h.assert("sending is off for the planner when it is off", io.plan__enable.eq(io.enable));

      h.cover("an empty packet leaves", wire.fire.and(last).and(payload.eq(0)));
      h.cover("a packet is torn behind one that leaves", torn.and(leaving).and(whole.or(lastWord)));
      h.cover("a packet goes with its slot", packets.fire.and(io.buildingLives.not()).and(anyRefused.not()));
      h.cover("a header is fetched between payloads", io.plan__header.fire.and(waiting.ne(0)));
      h.cover("a stop of the planner's", stop.valid.and(malformed));
    });
  });
};

export const tasks: readonly FormalTask[] = [
  { name: "transmit engine: heads after answers, frames after heads", module: () => senderKeepsFrames(), mode: "induction", depth: 1 },
  { name: "transmit engine: packets leave, are torn, go with their slot", module: () => senderKeepsFrames(), mode: "cover", depth: 4 },
];
