/**
 * Control events: what the kernel must hear of and no packet tells, as records in a ring in its memory, with an interrupt
 * of its own. Every event of a kind that the kernel has asked for is in one record or in the count of lost ones. Records
 * are written one by one; the tail moves when memory has answered. Nobody waits for this queue.
 */
import { type Bits, bool, cat, constant, input, module, mux, output, stream, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { memoryBits } from "#hdl/regmap/index.ts";
import { type Config, lineBytes } from "#rtl/common.ts";
import { eventBytes, eventKinds, eventRecord, eventRingLogs } from "./control-event-formats.ts";
import { eventBody, eventInputs, eventSources } from "./control-event-sources.ts";
import { eventSettings, eventStatus, eventWrites, lostBits } from "./control-events-registers.ts";
import { addressBeat, responseBeat, writeBeat } from "./dma-write.ts";
import { ordinaryInterrupt } from "./ordinary-interrupt.ts";

/** Events on their way to memory, beside one of each source, unless said. */
export const eventsAhead = 16;

export const controlEvents = (c: Config, onTheWay: number = eventsAhead) => {
  const busBytes = c.busBits / 8,
    /** Beats of a record, or records of a beat. */
    beats = Math.max(1, eventBytes / busBytes),
    lanes = Math.max(1, busBytes / eventBytes);
  return module(
    `control_events_${c.slots}_${c.harts}_${c.busBits}_i${c.dmaInFlight}x${onTheWay}${c.walker ? "_walker" : ""}`,
    {
      ...eventInputs(c),
      settings: input(eventSettings),
      writes: input(eventWrites),
      status: output(eventStatus),
      /** A level: records were not read, or the queue has stopped; while it is armed. */
      irq: output(bool),
      aw: output(stream(addressBeat(c))),
      w: output(stream(writeBeat(c))),
      /** One write at a time: its ID is 0, and so is that of the answer. */
      b: input(stream(responseBeat(c)), { unused: true }),
      /** A pulse: a record is in memory. Events lost in this cycle. */
      recorded: output(bool),
      lost: output(uint(lostBits)),
    },
    (io, h) => {
      const { settings, writes } = io;
      const { base, size, error_seen, mistake_seen } = h.registers({
        base: uint(64).noReset(),
        size: uint(16).reset(2 ** eventRingLogs.least),
        error_seen: bool,
        mistake_seen: bool,
      });
      const { tail, head } = h.registers({ /** In memory; read by the driver. */ tail: uint(16), head: uint(16) });
      const { writing, asked, given } = h.registers({
        /** A record is on its way. */
        writing: bool,
        /** Its address has gone; its data has. */
        asked: bool,
        given: bool,
      });
      const life = h.fsm("life", {
        IDLE: (go) => h.when(settings.enable, () => go("ALIVE")),
        ALIVE: (go) => h.when(settings.enable.not(), () => go("ENDING")),
        ENDING: (go) => h.when(writing.not(), () => go("IDLE")),
      });
      const { begins } = h.nets({ begins: life.is("IDLE").and(settings.enable) });
      const { stopped } = h.nets({ stopped: error_seen.or(mistake_seen) });
      const { going } = h.nets({ going: life.is("ALIVE").and(stopped.not()) });

      // ---- how far the driver is --------------------------------------------------------------------------
      const { refused, landed } = h.nets({
        refused: io.b.fire.and(io.b.payload.response.bit(1)),
        landed: io.b.fire.and(io.b.payload.response.bit(1).not()),
      });
      const { unread } = h.nets({ unread: tail.sub(head) });
      // It may see a record in memory before memory's answer is here, and so be ahead of the tail by one.
      const { ahead } = h.nets({ ahead: unread.eq(0xffff) });
      const { pending } = h.nets({ pending: mux(ahead, uint(16).of(0), unread) });
      const { possible } = h.nets({ possible: writes.head_index.sub(head).le(unread.add(writing.zext(16))) });
      const { moves } = h.nets({ moves: writes.head.and(life.is("ALIVE")).and(refused.not()) });
      const { mistake } = h.nets({ mistake: moves.and(possible.not()).or(begins.and(settings.log_size.lt(eventRingLogs.least))) });
      h.when(moves.and(possible), () => head.next(writes.head_index));
      // What it saw is not there after all.
      h.when(refused.and(ahead), () => head.next(tail));

      // ---- what happens -----------------------------------------------------------------------------------
      const queue = h.instance("queue", fifo(eventBody, onTheWay, { count: true }));
      const { taken } = h.nets({
        /** Records that were not read, and events that will be some. */ taken: unread.add(queue.count.zext(16)),
      });
      // A cycle late, which costs one place at most and spares a long way.
      const { may_miss } = h.registers({ /** There is room for table misses. */ may_miss: bool });
      may_miss.next(taken.lt(size.shr(1)));
      const happens = Object.fromEntries(
        Object.keys(eventInputs(c)).map((name) => [name, io[name as keyof ReturnType<typeof eventInputs>]]),
      );
      const sources = h.instance("sources", eventSources(c), {
        ...happens,
        kinds: settings.kinds,
        misses: may_miss,
        forgotten: refused,
      } as never);
      queue.push.connect(sources.out);
      io.lost.drive(sources.lost.add(refused.zext(lostBits)) as never);
      io.recorded.drive(landed);

      // ---- write ------------------------------------------------------------------------------------------
      const { pop } = queue;
      const { starts } = h.nets({ starts: going.and(pop.valid).and(writing.not()).and(unread.ne(size)) });
      const { place } = h.nets({ place: tail.and(size.sub(1)).trunc(eventRingLogs.most) });
      const address = base.add(place.zext(64).shl(Math.log2(eventBytes)));
      io.aw.valid.drive(writing.and(asked.not()));
      io.aw.payload.drive({
        address: lanes === 1 ? address : cat(address.slice(63, Math.log2(busBytes)), constant(Math.log2(busBytes), 0)),
        length: beats - 1,
        id: 0,
      } as never);
      const { body } = h.nets({ body: pop.payload });
      const word = memoryBits(eventRecord, {
        FACTS: { pageOffset: 0, slot: 0, harts: 0, write: 0 },
        HEAD: { time: body.time, kind: kindOf(body.kind), lost: body.lost, phase: tail.and(size).eq(0) },
      }).slice(127, 64);
      io.w.valid.drive(writing.and(given.not()));
      io.b.ready.drive(1);
      if (beats === 2) {
        const { second } = h.registers({ second: bool });
        io.w.payload.drive({ data: mux(second, word, body.facts as never), strobe: 255, last: second } as never);
        h.when(io.w.fire, () => {
          second.next(second.not());
          given.next(second);
        });
      } else {
        const lane = place.trunc(Math.max(1, Math.log2(lanes)));
        const strobes = Array.from({ length: lanes }, (_, i) => (lanes === 1 ? constant(1, 1) : lane.eq(i)).repeat(eventBytes));
        const record = cat(word, body.facts);
        io.w.payload.drive({ data: cat(...strobes.map(() => record)), strobe: cat(...strobes.reverse()), last: 1 } as never);
        h.when(io.w.fire, () => given.next(1));
      }
      h.when(io.aw.fire, () => asked.next(1));
      pop.ready.drive(io.b.fire);
      h.when(starts, () => writing.next(1));
      h.when(io.b.fire, () => {
        writing.next(0);
        asked.next(0);
        given.next(0);
      });
      h.when(landed, () => tail.next(tail.add(1)));
      h.when(refused.and(life.is("ALIVE")), () => error_seen.next(1));
      h.when(begins, () => {
        base.next(settings.base.and(~BigInt(lineBytes - 1) & ((1n << 64n) - 1n)));
        size.next(uint(16).of(1).shl(settings.log_size));
        tail.next(0);
        head.next(0);
        error_seen.next(0);
        mistake_seen.next(0);
      });
      h.when(mistake, () => mistake_seen.next(1));

      const interrupt = h.instance("interrupt", ordinaryInterrupt(), {
        pending,
        consumes: writes.head,
        arm: writes.arm,
        armedValue: writes.armed,
        count: settings.count,
        cycles: settings.cycles,
      });
      io.irq.drive(interrupt.irq.or(interrupt.armed.and(life.is("ALIVE")).and(stopped)));
      io.status.drive({
        busy: life.is("IDLE").not(),
        running: going,
        dma_error: error_seen,
        malformed: mistake_seen,
        link: io.link,
        tail,
        head,
        armed: interrupt.armed,
      });
      h.assert("an answer belongs to a record", io.b.fire.implies(writing.and(asked).and(given)));
      h.assert("what was not read stays", unread.le(size).or(ahead.and(writing)));
      h.assert("every event has a kind", pop.valid.implies(body.kind.ne(eventKinds.NONE)));
    },
  );
};
const kindOf = (kind: Bits): unknown => (eventRecord.nodes.HEAD.fields.kind.type as { fromBits(b: Bits): unknown }).fromBits(kind.zext(8));
