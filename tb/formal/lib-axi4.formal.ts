/**
 * AXI4 masters and the register slave keep the protocol (valid and payload stay, no burst over its boundary and so none
 * over 4 KiB, last where it belongs) and move the right bytes, whatever the other side does.
 */
import { array, type Bits, type Bool, type Builder, bool, cat, constant, input, module, mux, output, stream, type Type, uint } from "#hdl";
import { type Axi4Address, type Axi4Write, axi4, axi4Read, axi4Write } from "#hdl/lib/axi4.ts";
import { type Axi4MasterOptions, transfer } from "#hdl/lib/axi4-bursts.ts";
import { axi4ReadMaster } from "#hdl/lib/axi4-read.ts";
import { axi4Registers } from "#hdl/lib/axi4-registers.ts";
import { axi4WriteMaster } from "#hdl/lib/axi4-write.ts";
import { popcount } from "#hdl/lib/bits.ts";
import { checkPackets, packetStream } from "#hdl/lib/packet.ts";
import { registerBus } from "#hdl/lib/register-bus.ts";
import type { Stream } from "#hdl/lib/stream.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { QueueModel } from "./queue-model.ts";

/** Small, but with everything: two bursts in flight, four words each. */
const small = (addressBits: number): Axi4MasterOptions => ({ addressBits, dataBits: 16, idBits: 1, burstBytes: 8, lengthBits: 4 });
/** Enough address for a 4 KiB boundary; bytes are looked at with fewer bits, which the solver has an easier time with. */
const [wide, narrow] = [13, 6];
/** Memory holds its address in every byte. */
const byteAt = (at: Bits): Bits => at.zext(8);
const wordAt = (at: Bits): Bits => cat(byteAt(at.add(1)), byteAt(at));

/** What the standard and `burstBytes` say of an address beat. */
const checkBursts = (h: Builder, s: Stream<Axi4Address>): void => {
  const { addr, len, size, burst } = s.payload;
  const bytes = len.zext(wide).add(1).shl(1);
  h.assert(`${s.name}: whole incrementing bus words`, s.valid.implies(burst.is("INCR").and(size.eq(1)).and(addr.bit(0).not())));
  h.assert(`${s.name}: no burst crosses 4 KiB`, s.valid.implies(addr.trunc(12).zext(wide).add(bytes).le(4096)));
  h.assert(`${s.name}: no burst crosses its boundary`, s.valid.implies(addr.trunc(3).zext(wide).add(bytes).le(8)));
};
/** What a memory promises: it answers a burst when its address and all of its data have come, and once. */
const answersLate = (h: Builder, { aw, w, b }: Axi4Write): void =>
  h.ghost(() => {
    const { addressed, filled } = h.registers({ addressed: uint(2), filled: uint(2) });
    // Data has no ID: it comes in the order of the addresses, whose IDs take turns.
    const { filling } = h.registers({ filling: uint(1) });
    const { id } = b.payload;
    h.assume("an answer comes after its address and its data", b.valid.implies(addressed.bit(id).and(filled.bit(id))));
    h.when(b.fire, () => {
      addressed.bit(id).next(0);
      filled.bit(id).next(0);
    });
    h.when(aw.fire, () => addressed.bit(aw.payload.id).next(1));
    h.when(w.fire.and(w.payload.last), () => {
      filled.bit(filling).next(1);
      filling.next(filling.add(1));
    });
  });

/** A command as a queue's entry: its address above its length. */
const commandEntry = uint(narrow + 4) as Type<Bits>;
const asEntry = (p: { address: Bits; bytes: Bits }): Bits => cat(p.address, p.bytes);
const fields = (e: Bits) => ({ start: e.slice(narrow + 3, 4), bytes: e.slice(3, 0).zext(5) });
const address = uint(narrow) as Type<Bits>;

const readProtocol = () =>
  module(
    "reads_keep_the_protocol",
    { command: input(stream(transfer(small(wide)))), axi: output(axi4Read(small(wide))), data: output(packetStream(16, bool)) },
    ({ command, axi, data }, h) => {
      const dut = h.instance("dut", axi4ReadMaster(small(wide)), { command });
      axi.connect(dut.axi);
      data.connect(dut.data);
      command.check(h, "assume");
      axi.ar.check(h, "assert");
      checkBursts(h, axi.ar);
      checkPackets(h, data, "assert");
      axi.r.check(h, "assume");
      h.cover("two bursts in flight", axi.ar.fire.and(h.past(axi.ar.fire)).and(axi.r.valid.not()));
    },
  );

const writeProtocol = () =>
  module(
    "writes_keep_the_protocol",
    {
      command: input(stream(transfer(small(wide)))),
      data: input(packetStream(16)),
      axi: output(axi4Write(small(wide))),
      done: output(stream(bool)),
    },
    ({ command, data, axi, done }, h) => {
      const dut = h.instance("dut", axi4WriteMaster(small(wide)), { command, data });
      axi.connect(dut.axi);
      done.connect(dut.done);
      command.check(h, "assume");
      checkPackets(h, data, "assume");
      axi.b.check(h, "assume");
      answersLate(h, axi);
      axi.aw.check(h, "assert");
      axi.w.check(h, "assert");
      done.check(h, "assert");
      checkBursts(h, axi.aw);
      h.ghost(() => {
        // Bursts whose address has gone and whose data has not, and the other way round: AXI4 allows both.
        const ahead = h.registers({ addresses: uint(4), datas: uint(4), answers: uint(4) });
        ahead.addresses.next(ahead.addresses.add(axi.aw.fire.zext(4)));
        ahead.datas.next(ahead.datas.add(axi.w.fire.and(axi.w.payload.last).zext(4)));
        h.cover("data before its address", axi.w.fire.and(ahead.datas.eq(ahead.addresses)));
        h.cover("two bursts in flight", ahead.addresses.sub(ahead.answers).eq(2));
        ahead.answers.next(ahead.answers.add(axi.b.fire.zext(4)));
        h.assert("no more bursts in flight than IDs", ahead.addresses.sub(ahead.answers).le(2));
      });
    },
  );

const readBytes = () =>
  module(
    "reads_in_order",
    { command: input(stream(transfer(small(narrow)))), axi: output(axi4Read(small(narrow))), data: output(packetStream(16, bool)) },
    ({ command, axi, data }, h) => {
      const dut = h.instance("dut", axi4ReadMaster(small(narrow)), { command });
      axi.connect(dut.axi);
      data.connect(dut.data);
      command.check(h, "assume");
      axi.r.check(h, "assume");
      h.ghost(() => {
        // Memory: each answer is the word at its address.
        const { at } = h.registers({ at: array(address, 2) });
        const { r } = axi;
        h.assume("memory holds addresses", r.valid.implies(r.payload.data.eq(wordAt(at.at(r.payload.id)))));
        h.when(r.fire, () => at.at(r.payload.id).next(at.at(r.payload.id).add(2)));
        h.when(axi.ar.fire, () => at.at(axi.ar.payload.id).next(axi.ar.payload.addr));

        const model = new QueueModel(h, commandEntry, 4);
        const { given } = h.registers({ given: uint(5) });
        const all = model.with([{ when: command.fire, value: asEntry(command.payload) }]);
        const { start, bytes } = fields(all.entries[0] as Bits);
        const left = bytes.sub(given);
        const first = start.add(given.zext(narrow));
        h.assert("no packet is made up", data.valid.implies(all.count.ne(0)));
        h.assert("byte 0 of a beat is the next one", data.valid.implies(data.payload.data.slice(7, 0).eq(byteAt(first))));
        h.assert(
          "byte 1 of a beat is the one after it",
          data.valid.and(data.payload.keep.bit(1)).implies(data.payload.data.slice(15, 8).eq(byteAt(first.add(1)))),
        );
        h.assert(
          "a packet ends with its last byte",
          data.valid.implies(data.payload.last.eq(left.le(2)).and(data.payload.keep.bit(1).eq(left.gt(1)))),
        );
        h.when(data.fire, () => given.next(mux(data.payload.last, uint(5).of(0), given.add(popcount(data.payload.keep).zext(5)))));
        h.assume("few commands wait", model.count.lt(4).or(command.valid.not()));
        model.take(all, data.fire.and(data.payload.last));
        h.cover("a packet of two bursts", data.fire.and(data.payload.last).and(given.gt(3)));
        h.cover("two bursts in flight", axi.ar.fire.and(h.past(axi.ar.fire)).and(r.valid.not()));
      });
    },
  );

const writeBytes = () =>
  module(
    "writes_in_order",
    {
      command: input(stream(transfer(small(narrow)))),
      data: input(packetStream(16)),
      axi: output(axi4Write(small(narrow))),
      done: output(stream(bool)),
    },
    ({ command, data, axi, done }, h) => {
      const dut = h.instance("dut", axi4WriteMaster(small(narrow)), { command, data });
      axi.connect(dut.axi);
      done.connect(dut.done);
      command.check(h, "assume");
      checkPackets(h, data, "assume");
      axi.b.check(h, "assume");
      answersLate(h, axi);
      h.ghost(() => {
        const commands = { when: command.fire, value: asEntry(command.payload) };

        // The data that is given: each byte is its own address. It comes after its command.
        const into = new QueueModel(h, commandEntry, 4, "into");
        const { taken } = h.registers({ taken: uint(5) });
        const source = fields(into.entries[0] as Bits);
        const left = source.bytes.sub(taken);
        h.assume("data belongs to a command", data.valid.implies(into.count.ne(0)));
        h.assume("data is its address", data.valid.implies(data.payload.data.eq(wordAt(source.start.add(taken.zext(narrow))))));
        h.assume(
          "a packet has its command's bytes",
          data.valid.implies(data.payload.last.eq(left.le(2)).and(data.payload.keep.bit(1).eq(left.gt(1)))),
        );
        h.when(data.fire, () => taken.next(mux(data.payload.last, uint(5).of(0), taken.add(popcount(data.payload.keep).zext(5)))));
        into.take(into.with([commands]), data.fire.and(data.payload.last));
        h.assume("few commands wait", into.count.lt(4).or(command.valid.not()));

        // The data that leaves: words of the command, from the one that holds its first byte to the one with its last.
        const out = new QueueModel(h, commandEntry, 6, "out");
        const { words } = h.registers({ words: uint(5) });
        const target = fields(out.entries[0] as Bits);
        const word = cat(target.start.slice(narrow - 1, 1), constant(1, 0)).add(words.zext(narrow).shl(1));
        const end = target.start.add(target.bytes.zext(narrow));
        const ends = word.add(2).sub(end).lt(2);
        const lane = (i: number): Bool => (i === 0 ? words.ne(0).or(target.start.bit(0).not()) : ends.not().or(end.bit(0).not()));
        h.assert("no word is made up", axi.w.valid.implies(out.count.ne(0)));
        for (const i of [0, 1]) {
          h.assert(`lane ${i}: written exactly where the command says`, axi.w.valid.implies(axi.w.payload.strb.bit(i).eq(lane(i))));
          h.assert(
            `lane ${i}: the byte that belongs there`,
            axi.w.valid.and(lane(i)).implies(axi.w.payload.data.slice(8 * i + 7, 8 * i).eq(byteAt(word.add(i)))),
          );
        }
        h.assert("last where a burst ends", axi.w.valid.implies(axi.w.payload.last.eq(ends.or(word.trunc(3).eq(6)))));
        h.when(axi.w.fire, () => words.next(mux(ends, uint(5).of(0), words.add(1))));
        out.take(out.with([commands]), axi.w.fire.and(ends));

        // Completions: not before all of a command's data has gone.
        const { finished } = h.registers({ finished: uint(3) });
        finished.next(finished.add(axi.w.fire.and(ends).zext(3)).sub(done.fire.zext(3)));
        h.assert("done comes after the data", done.valid.implies(finished.ne(0)));
        h.cover("a command of two bursts is done", done.fire.and(h.past(done.payload, 1).not()).and(finished.eq(1)).and(words.eq(0)));
      });
    },
  );

const bus = { addressBits: 5, dataBits: 32, idBits: 1 } as const;
const slave = (bursts: "split" | "refuse") =>
  module(
    "answers_each_beat",
    { axi: input(axi4(bus)), bus: output(registerBus({ ...bus, sourceBits: 1 })) },
    ({ axi, bus: registers }, h) => {
      const dut = h.instance("dut", axi4Registers({ ...bus, bursts, source: true }), { axi });
      registers.connect(dut.bus);
      for (const s of [axi.aw, axi.w, axi.ar] as const) s.check(h, "assume");
      for (const s of [axi.r, axi.b] as const) s.check(h, "assert");
      registers.request.check(h, "assert");
      h.ghost(() => {
        h.assume("the bus answers in the next cycle", registers.response.valid.eq(h.past(registers.fire)));
        h.assume("bursts are short", axi.ar.payload.len.le(2).and(axi.aw.payload.len.le(2)));
        const entry = uint(9) as Type<Bits>;
        const pushed = (s: typeof axi.ar) => [{ when: s.fire, value: cat(s.payload.id, s.payload.len) }];

        const reads = new QueueModel(h, entry, 4, "reads");
        const { beats } = h.registers({ beats: uint(8) });
        const waiting = reads.with(pushed(axi.ar));
        const asked = waiting.entries[0] as Bits;
        h.assert("no read answer is made up", axi.r.valid.implies(reads.count.ne(0)));
        h.assert("read answers have the ID of their address", axi.r.valid.implies(axi.r.payload.id.eq(asked.bit(8))));
        h.assert("last with the last beat", axi.r.valid.implies(axi.r.payload.last.eq(beats.eq(asked.slice(7, 0)))));
        h.when(axi.r.fire, () => beats.next(mux(axi.r.payload.last, uint(8).of(0), beats.add(1))));
        h.assert("few reads wait", reads.count.le(3));
        reads.take(waiting, axi.r.fire.and(axi.r.payload.last));

        const writes = new QueueModel(h, entry, 6, "writes");
        const { sent, whole } = h.registers({ sent: uint(8), whole: uint(3) });
        const addressed = writes.with(pushed(axi.aw));
        const [oldest] = addressed.entries;
        const current = writes.entries;
        // Data may wait for its address, but not the other way round here: whole bursts that were taken and not answered.
        const inFlight = current.slice(0, 4).reduce<Bits>((v, e, i) => mux(whole.eq(i), e, v as never), entry.of(0));
        h.assume(
          "last comes with a burst's last beat",
          axi.w.valid.and(writes.count.gt(whole.zext(writes.count.width))).implies(axi.w.payload.last.eq(sent.eq(inFlight.slice(7, 0)))),
        );
        h.when(axi.w.fire, () => sent.next(mux(axi.w.payload.last, uint(8).of(0), sent.add(1))));
        whole.next(whole.add(axi.w.fire.and(axi.w.payload.last).zext(3)).sub(axi.b.fire.zext(3)));
        h.assert("a write is answered after its data", axi.b.valid.implies(whole.ne(0)));
        h.assert("write answers have the ID of their address", axi.b.valid.implies(axi.b.payload.id.eq((oldest as Bits).bit(8))));
        h.assert("the bus is asked for some bytes", registers.valid.implies(registers.strobe.ne(0)));
        if (bursts === "refuse") {
          h.assume("every burst has several beats", axi.ar.payload.len.ne(0).and(axi.aw.payload.len.ne(0)));
          h.assert("a refused burst reaches no register", registers.valid.not());
          h.assert(
            "every beat of it is answered so",
            axi.r.valid.implies(axi.r.payload.resp.is("SLVERR")).and(axi.b.valid.implies(axi.b.payload.resp.is("SLVERR"))),
          );
        }
        writes.take(addressed, axi.b.fire);
        h.cover("a burst of reads is answered", axi.r.fire.and(axi.r.payload.last).and(beats.eq(2)));
        h.cover("a burst of writes is answered", axi.b.fire.and((oldest as Bits).slice(7, 0).eq(2)));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "axi4 read master: protocol, bursts", module: readProtocol, mode: "bmc", depth: 14 },
  { name: "axi4 read master: every byte in order", module: readBytes, mode: "bmc", depth: 9 },
  { name: "axi4 read master: bursts in flight", module: readProtocol, mode: "cover", depth: 10 },
  { name: "axi4 read master: long packets", module: readBytes, mode: "cover", depth: 14 },
  { name: "axi4 write master: protocol, bursts", module: writeProtocol, mode: "bmc", depth: 14 },
  { name: "axi4 write master: every byte in its place", module: writeBytes, mode: "bmc", depth: 9 },
  { name: "axi4 write master: bursts in flight", module: writeProtocol, mode: "cover", depth: 12 },
  { name: "axi4 write master: long packets", module: writeBytes, mode: "cover", depth: 14 },
  { name: "axi4 register slave: protocol and answers", module: () => slave("split"), mode: "bmc", depth: 10 },
  { name: "axi4 register slave, bursts refused: protocol and answers", module: () => slave("refuse"), mode: "bmc", depth: 10 },
  { name: "axi4 register slave: bursts pass", module: () => slave("split"), mode: "cover", depth: 14 },
];
