/**
 * The connection table: who is found has, at that moment, the four-tuple that was asked for; whoever did not change is found
 * exactly; a tail moves for good news of this life of the slot alone; a slot that was stopped or closed is not picked.
 */
import { type Bits, type Bool, input, module, mux, output, uint } from "#hdl";
import { tuple } from "#rtl/common.ts";
import { controlBits, slotWords } from "#rtl/ict/slot-layout.ts";
import { connectionTable, ringAllocation, ringCommit, ringMove, slotAccess, slotLife, slotStop } from "#rtl/ict/table.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { small } from "./nic-small.ts";

const slots = [0, 1] as const;

export const tableIsExact = (block = connectionTable(small)) =>
  module(
    "connection_table_is_exact",
    {
      access: input(slotAccess(small)),
      key: input(tuple),
      advance: input(uint(1)),
      allocate: input(ringAllocation(small)),
      commit: input(ringCommit(small)),
      advanceRead: input(ringMove(small)),
      sent: input(ringMove(small)),
      stop: input(slotStop(small)),
      building: input(slotLife(small)),
      found: output(uint(1)),
    },
    (io, h) => {
      const { access, key, advance, commit, stop, building } = io;
      const dut = h.instance("dut", block, {
        access,
        key,
        advance,
        receiveSlot: 0,
        allocate: io.allocate,
        commit,
        drop: 0,
        dropSlot: 0,
        advanceRead: io.advanceRead,
        sent: io.sent,
        stop,
        building,
      });
      io.found.drive(dut.found);
      h.ghost(() => {
        h.assume("words are written whole", access.strobe.all());
        const { data } = access;
        const writes = (i: number, name: keyof typeof slotWords): Bool =>
          access.valid
            .and(access.write)
            .and(access.slot.eq(i))
            .and(access.word.eq(slotWords[name] / 8));

        // What the kernel has set each slot to.
        const set = slots.map((i) => {
          const r = h.registers({
            [`enabled_${i}`]: uint(1),
            [`connected_${i}`]: uint(1),
            [`local_${i}`]: uint(48),
            [`remote_${i}`]: uint(48),
            [`ring_${i}`]: uint(1),
            [`epoch_${i}`]: uint(2),
            [`rx_stopped_${i}`]: uint(1),
            [`tx_stopped_${i}`]: uint(1),
            [`torn_${i}`]: uint(1),
            [`tail_${i}`]: uint(7),
          }) as Record<string, Bits>;
          const get = (name: string): Bits => r[`${name}_${i}`] as Bits;
          return {
            enabled: get("enabled"),
            connected: get("connected"),
            local: get("local"),
            remote: get("remote"),
            ring: get("ring"),
            epoch: get("epoch"),
            rxStopped: get("rx_stopped"),
            txStopped: get("tx_stopped"),
            torn: get("torn"),
            tail: get("tail"),
          };
        });
        type Slot = (typeof set)[number];
        const asked = (s: Slot, k: typeof key): Bits => s.local.eq(k.localPort.zext(48).shl(32).or(k.localIp.zext(48)));
        const from = (s: Slot, k: typeof key): Bits => s.remote.eq(k.remotePort.zext(48).shl(32).or(k.remoteIp.zext(48)));
        const matches = (s: Slot, k: typeof key): Bool => s.enabled.and(asked(s, k)).and(s.connected.not().or(from(s, k))) as Bool;
        const lives = (i: number, news: { readonly slot: Bits; readonly epoch: Bits }): Bool =>
          news.slot
            .eq(i)
            .and((set[i] as Slot).enabled)
            .and((set[i] as Slot).epoch.eq(news.epoch)) as Bool;

        // Two lookups under way: what was asked, the right answer when it was asked, whether a slot has changed since.
        const [first, second] = ["first", "second"].map((name) => {
          const r = h.registers({
            [`${name}_key`]: tuple,
            [`${name}_hit`]: uint(1),
            [`${name}_slot`]: uint(1),
            [`${name}_changed`]: uint(1),
          });
          return {
            key: r[`${name}_key`] as unknown as typeof key,
            hit: r[`${name}_hit`] as Bits,
            slot: r[`${name}_slot`] as Bits,
            changed: r[`${name}_changed`] as Bits,
          };
        }) as [{ key: typeof key; hit: Bits; slot: Bits; changed: Bits }, { key: typeof key; hit: Bits; slot: Bits; changed: Bits }];
        const changes = slots
          .flatMap((i) => (["control", "local", "remote"] as const).map((name) => writes(i, name) as Bits))
          .reduce((a, b) => a.or(b));
        const [a, b] = set as [Slot, Slot];
        const can = (s: Slot): Bits => matches(s, key).and(s.ring);
        const exact = slots.map((i) => can(set[i] as Slot).and((set[i] as Slot).connected)) as [Bits, Bits];
        const any = can(a).or(can(b));
        const best = mux(exact[0].or(exact[1]) as Bool, exact[0].not(), can(a).not());
        second.changed.next(mux(advance, first.changed, second.changed).or(changes));
        first.changed.next(mux(advance, uint(1).of(0) as Bits, first.changed).or(changes));
        h.when(advance, () => {
          first.key.next(key);
          first.hit.next(any);
          first.slot.next(best);
          second.key.next(first.key);
          second.hit.next(first.hit);
          second.slot.next(first.slot);
        });
        for (const i of slots)
          h.assert(
            `whoever is found has what was asked for, now: slot ${i}`,
            dut.hit.and(dut.found.eq(i)).implies(matches(set[i] as Slot, second.key)),
          );
        h.assert("where no slot has changed, one is found if there is one", second.changed.not().implies(dut.hit.eq(second.hit)));
        h.assert("an exact match first, then the lowest", second.changed.not().and(dut.hit).implies(dut.found.eq(second.slot)));

        for (const i of slots) {
          const s = set[i] as Slot;
          const opens = writes(i, "control").and(data.bit(controlBits.enable)).and(s.enabled.not());
          const good = commit.valid.and(lives(i, commit)).and(s.rxStopped.not()).and(commit.failed.not());
          h.when(good, () => s.tail.next(commit.pointer));
          h.when(commit.valid.and(lives(i, commit)).and(commit.failed), () => s.rxStopped.next(1));
          h.when(stop.valid.and(lives(i, stop)), () => {
            s.txStopped.next(1);
            h.when(stop.torn, () => s.torn.next(1));
          });
          h.when(writes(i, "control"), () => {
            s.enabled.next(data.bit(controlBits.enable));
            s.connected.next(data.bit(controlBits.connected));
          });
          h.when(opens, () => {
            s.epoch.next(s.epoch.add(1));
            s.tail.next(0);
            for (const flag of [s.rxStopped, s.txStopped, s.torn]) flag.next(0);
          });
          h.when(writes(i, "local"), () => s.local.next(data.slice(47, 0)));
          h.when(writes(i, "remote"), () => s.remote.next(data.slice(47, 0)));
          // The field of eight bits; what is written beside it is ignored.
          const size = data.slice(7, 0);
          h.when(writes(i, "rxSize"), () => s.ring.next(size.eq(64).or(size.eq(128))));

          const reads = h.past(access.valid.and(access.slot.eq(i)).and(access.word.eq(slotWords.rxTail / 8)));
          h.assert(`the tail moves for good news of this life alone: slot ${i}`, reads.implies(dut.readData.eq(h.past(s.tail).zext(64))));
          const lost = commit.valid.and(commit.slot.eq(i)).implies(dut.commitLost.eq(good.not()));
          h.assert(`what does not move it is told: slot ${i}`, lost);
          const picked = dut.workValid.and(dut.workSlot.eq(i));
          h.assert(`who was stopped or closed is not picked: slot ${i}`, picked.implies(s.enabled.and(s.txStopped.not())));
          h.assert(
            `nothing leaves behind a packet that is missing, or of another life: slot ${i}`,
            building.slot.eq(i).implies(dut.buildingLives.eq(lives(i, building).and(s.torn.not()))),
          );
          h.cover(`a tail moves: slot ${i}`, reads.and(dut.readData.ne(0)));
        }
        h.cover("an exact match goes before a lower slot", dut.hit.and(dut.found.eq(1)).and(b.connected).and(a.enabled));
        h.cover("a slot is picked", dut.workValid);
        h.cover("a slot changes while it is looked up", second.changed.and(second.hit).and(dut.hit.not()));
      });
    },
  );

export const tasks: readonly FormalTask[] = [
  { name: "connection table: lookups, tails, stops", module: () => tableIsExact(), mode: "bmc", depth: 6 },
  { name: "connection table: everything happens", module: () => tableIsExact(), mode: "cover", depth: 6 },
];
