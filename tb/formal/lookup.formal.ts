/**
 * The lookup by hash, whatever keys, commands and pauses come: who is found has, in that very cycle, the key that was asked
 * for; who was in the table all the time is found, a connected slot before an unconnected one; commands answer what is so,
 * and in time; keys are refused no more than every other time. The hashes are left out and stand for any: their halves are
 * bits of the key, so that every two keys may meet in both buckets, in one, or in none.
 */
import { type Bits, type Bool, input, module, mux, output, reduce, stream, uint } from "#hdl";
import { sum } from "#hdl/lib/bits.ts";
import { tuple } from "#rtl/common.ts";
import { commandLatency, lookup, lookupCommand, lookupLatency, lookupResult } from "#rtl/ict/lookup.ts";
import { lookupCells } from "#rtl/ict/lookup-cells.ts";
import { localBits, tupleHash, tupleHashLatency, tupleHashSerial } from "#rtl/ict/lookup-hash.ts";
import type { FormalTask } from "#sim/formal/index.ts";
import { layOpen } from "./lay-open.ts";

/** As small as it comes: two banks of two buckets of one cell. */
const shape = { slots: 4, ways: 1 };
const cells = 2,
  buckets = 2;
/** The hash of commands takes a cycle here, and 8 in the block. */
const answerWithin = commandLatency - 7;
const slots = [0, 1, 2, 3] as const;

/**
 * What is left out leaves the solver strength for a longer time. `all`: nothing. `narrow`: keys differ in three bits of each
 * port alone. `changes`: and connected slots alone come and go, so that the table of the others, which stays empty, is left out.
 */
type Scope = "all" | "narrow" | "changes";
export const lookupIsExact = (scope: Scope, block = lookup(shape)) => {
  const hashes = { exact_hash: tupleHash("exact"), local_hash: tupleHash("local"), command_hash: tupleHashSerial };
  const open =
    scope === "changes"
      ? layOpen(block, { ...hashes, local_cells: lookupCells({ ...shape, keyBits: localBits }) })
      : layOpen(block, hashes);
  const empty = scope === "changes" ? { local_cells__match: 0, local_cells__slot: 0, local_cells__full: 0 } : {};
  return module(
    `lookup_is_exact_${scope}`,
    {
      key: input(stream(tuple)),
      advance: input(uint(1)),
      command: input(stream(lookupCommand(shape.slots))),
      result: output(stream(lookupResult(shape.slots))),
      /** Any slot, to be looked at. */
      watched: input(uint(2)),
      hit: output(uint(1)),
    },
    (io, h) => {
      const { key, advance, command, watched } = io;
      // ---- any hash: two bits of the key ------------------------------------------------------
      const pipes = h.registers(
        Object.fromEntries(
          ["exact", "local"].flatMap((of) => Array.from({ length: tupleHashLatency }, (_, i) => [`${of}_hash_${i}`, uint(2).noReset()])),
        ),
      ) as unknown as Record<string, Bits>;
      const hashed = (of: string, now: Bits): Bits => {
        const stages = Array.from({ length: tupleHashLatency }, (_, i) => pipes[`${of}_hash_${i}`] as Bits);
        h.when(advance, () => {
          for (const [i, stage] of stages.entries()) stage.next(i === 0 ? now : (stages[i - 1] as Bits));
        });
        return (stages.at(-1) as Bits).zext(32);
      };
      const { command_hash } = h.registers({ command_hash: uint(2).noReset() });
      const dut = h.instance("dut", open, {
        hashKey: 0,
        key,
        advance,
        command,
        exact_hash__hash: hashed("exact", key.payload.remotePort.trunc(2)),
        local_hash__hash: hashed("local", key.payload.localPort.trunc(2)),
        command_hash__done: 1,
        command_hash__hash: command_hash.zext(32),
        ...empty,
      } as never);
      h.when(command.fire, () =>
        command_hash.next(
          mux(command.payload.connected, command.payload.key.remotePort.trunc(2) as Bits, command.payload.key.localPort.trunc(2) as Bits),
        ),
      );
      io.result.connect(dut.result);
      io.hit.drive(dut.hit);
      key.check(h, "assume");
      command.check(h, "assume");
      io.result.check(h, "assert");

      h.ghost(() => {
        h.assume("the slot that is looked at stays", h.pastValid().implies(watched.eq(h.past(watched))));
        if (scope === "changes") {
          h.assume("connected slots come and go", command.payload.op.is("INSERT", "REMOVE").and(command.payload.connected));
          h.assume("to one local port", key.payload.localPort.or(command.payload.key.localPort).eq(0));
          h.assume("results are taken", io.result.ready);
        }
        if (scope !== "all")
          for (const k of [key.payload, command.payload.key])
            h.assume(
              "ports differ in three bits, addresses in none",
              k.localIp.eq(0).and(k.remoteIp.eq(0)).and(k.localPort.slice(15, 3).eq(0)).and(k.remotePort.slice(15, 3).eq(0)),
            );
        // ---- what commands have been answered --------------------------------------------------
        type Key = (typeof key)["payload"];
        const localOf = (k: Key): Bits => k.localIp.zext(48).shl(16).or(k.localPort.zext(48));
        const remoteOf = (k: Key): Bits => k.remoteIp.zext(48).shl(16).or(k.remotePort.zext(48));
        const { pending, since } = h.registers({ pending: uint(1), since: uint(5) });
        const { asked } = h.registers({ asked: lookupCommand(shape.slots).noReset() });
        const { told } = h.registers({ /** The answer stood a cycle ago already. */ told: uint(1) });
        const { status, slot: resultSlot } = dut.result.payload;
        const answered = dut.result.valid.and(told.not());
        const does = answered.and(status.is("DONE"));
        const set = slots.map((i) => {
          const r = h.registers({
            [`present_${i}`]: uint(1),
            [`connected_${i}`]: uint(1),
            [`local_${i}`]: uint(48),
            [`remote_${i}`]: uint(48),
          }) as Record<string, Bits>;
          const get = (name: string): Bits => r[`${name}_${i}`] as Bits;
          const s = { present: get("present"), connected: get("connected"), local: get("local"), remote: get("remote") };
          const mine = asked.slot.eq(i);
          h.when(does.and(mine).and(asked.op.is("INSERT")), () => {
            s.present.next(1);
            s.connected.next(asked.connected);
            s.local.next(localOf(asked.key));
            s.remote.next(remoteOf(asked.key));
          });
          const removed = does.and(mine).and(asked.op.is("REMOVE"));
          h.when(removed.or(dut.ready.not()), () => s.present.next(0));
          return { ...s, stays: s.present.and(removed.not()) };
        });
        type Slot = (typeof set)[number];
        const has = (s: Slot, k: Key, connected: Bits): Bool =>
          s.present
            .and(s.connected.eq(connected))
            .and(s.local.eq(localOf(k)))
            .and(connected.not().or(s.remote.eq(remoteOf(k)))) as Bool;
        const any = (list: readonly Bits[]): Bool => reduce(list, (a, b) => a.or(b)) as Bool;
        const at = (i: Bits, of: (s: Slot) => Bits): Bits => any(set.map((s, n) => of(s).and(i.eq(n))));
        h.when(command.fire, () => {
          asked.next(command.payload);
          pending.next(1);
          since.next(0);
        }).otherwise(() => since.next(since.add(1)));
        h.when(answered, () => pending.next(0));
        told.next(dut.result.valid.and(io.result.ready.not()));
        const inserts = command.valid.and(command.payload.op.is("INSERT"));
        h.assume(
          "a slot has one key at a time",
          inserts
            .and(at(command.payload.slot, (s) => s.present))
            .implies(at(command.payload.slot, (s) => has(s, command.payload.key, command.payload.connected))),
        );
        const waits = pending.and(dut.result.valid.not());
        h.assert(
          "a command is answered in time",
          waits.implies(since.lt(answerWithin - 1).or(asked.op.is("CLEAR").and(since.lt(buckets)))),
        );

        const holds = (s: Slot): Bool => has(s, asked.key, asked.connected);
        const other = any(set.map((s, i) => holds(s).and(asked.slot.ne(i))));
        const one = (what: string, when: Bits, is: Bits): void => h.assert(what, answered.and(when).implies(is));
        const op = asked.op;
        one("EXISTS: another slot has the key", status.is("EXISTS"), other.and(at(resultSlot, holds)).and(resultSlot.ne(asked.slot)));
        one("NOT_FOUND: nobody has the key", status.is("NOT_FOUND"), any(set.map(holds)).not().and(op.is("FIND", "REMOVE")));
        one("FIND, DONE: this slot has the key", status.is("DONE").and(op.is("FIND")), at(resultSlot, holds));
        one("REMOVE, DONE: the slot had the key", status.is("DONE").and(op.is("REMOVE")), at(asked.slot, holds));
        one("INSERT, DONE: no other slot has the key", status.is("DONE").and(op.is("INSERT")), other.not());
        const alike = sum(set.map((s) => s.present.and(s.connected.eq(asked.connected))));
        one("NO_SPACE: both buckets are full", status.is("NO_SPACE"), alike.ge(cells).and(op.is("INSERT")));
        one("CLEAR is always done", op.is("CLEAR"), status.is("DONE"));

        // ---- lookups under way ------------------------------------------------------------------
        const stages = Array.from({ length: lookupLatency }, (_, i) => {
          const r = h.registers({ [`asks_${i}`]: tuple.noReset(), [`must_${i}`]: uint(1) });
          return { key: r[`asks_${i}`] as unknown as Key, must: r[`must_${i}`] as unknown as Bits };
        });
        const w = watched;
        const leaving = pending.and(asked.op.is("REMOVE", "CLEAR")).or(dut.ready.not());
        const matched = at(w, (s) => has(s, key.payload, s.connected));
        for (const [i, { key: k, must }] of stages.entries()) {
          const before = i === 0 ? { key: key.payload, must: matched.and(key.fire) } : (stages[i - 1] as (typeof stages)[0]);
          h.when(advance, () => k.next(before.key));
          must.next(mux(advance, before.must as Bits, must).and(leaving.not()));
        }
        const last = stages.at(-1) as (typeof stages)[0];
        const arriving = pending.or(answered).and(asked.op.is("INSERT"));
        const fits = (s: Slot): Bool => has(s, last.key, s.connected).and(s.stays) as Bool;
        const comes = asked.slot
          .eq(dut.slot)
          .and(arriving)
          .and(localOf(asked.key).eq(localOf(last.key)))
          .and(asked.connected.not().or(remoteOf(asked.key).eq(remoteOf(last.key))));
        h.assert("whoever is found has what was asked for, now", dut.hit.implies(at(dut.slot, fits).or(comes)));
        h.assert("who was there all the time is found, or a better one", last.must.implies(dut.hit));
        const better = at(dut.slot, (s) => s.connected).or(comes.and(asked.connected));
        const best = mux(at(w, (s) => s.connected) as Bool, dut.slot.eq(w) as Bits, dut.slot.eq(w).or(better) as Bits);
        h.assert("a connected slot goes before an unconnected one", last.must.implies(best));
        const { refused } = h.registers({ refused: uint(1) });
        h.when(advance, () => refused.next(key.valid.and(key.ready.not())));
        h.assert("a key is refused no more than every other time", advance.and(refused).implies(key.ready));

        h.cover("an unconnected slot is found", last.must.and(at(w, (s) => s.connected).not()).and(dut.slot.eq(w)));
        h.cover("a connected slot is found before an unconnected one", last.must.and(dut.hit).and(dut.slot.ne(w)));
        h.cover("an answer that stands is taken back", h.past(dut.hit).and(dut.hit.not()).and(h.past(advance).not()).and(dut.ready));
      });
    },
  );
};

export const tasks: readonly FormalTask[] = [
  { name: "lookup: answers and commands, all bits of the keys", module: () => lookupIsExact("all"), mode: "bmc", depth: 10 },
  { name: "lookup: answers and commands", module: () => lookupIsExact("narrow"), mode: "bmc", depth: 12, timeout: 600 },
  { name: "lookup: slots come and go", module: () => lookupIsExact("changes"), mode: "bmc", depth: 14 },
  {
    name: "lookup: slots come and go, for longer",
    module: () => lookupIsExact("changes"),
    mode: "bmc",
    depth: 17,
    timeout: 900,
    long: true,
  },
  { name: "lookup: everything happens", module: () => lookupIsExact("narrow"), mode: "cover", depth: 18, timeout: 600 },
];
