/**
 * Finds a connection by hash, in the same number of cycles at any size: what takes the place of the connection table's
 * compare of all slots, so that 1024 of them live in block RAM (paper section 4; docs/decisions/lookup-by-hash.md).
 *
 * Two tables, one of connected slots by four-tuple, one of unconnected slots by local half, are read at once. A table has
 * two banks of buckets, and each half of the hash names a bucket in one of them; a key lies in any cell of its two buckets.
 * Cells hold whole keys, so whoever is found has the key that was asked for: the hash decides where to look, never who it is.
 */
import {
  array,
  type Bits,
  type Bool,
  bool,
  cat,
  clog2,
  enumeration,
  input,
  isPowerOfTwo,
  module,
  mux,
  output,
  stream,
  struct,
  uint,
} from "#hdl";
import { atMostOne, lowestOne } from "#hdl/lib/bits.ts";
import { tuple } from "#rtl/common.ts";
import { lookupBanks, lookupCells } from "#rtl/ict/lookup-cells.ts";
import { exactBits, localBits, tupleHash, tupleHashLatency, tupleHashSerial, tupleMessage } from "#rtl/ict/lookup-hash.ts";

/** Advances from a key to its answer: the hash, the memory, the compare. */
export const lookupLatency = tupleHashLatency + 2;
/**
 * Cycles from a command's being taken to its result, at most: 8 for the hash, then the wait for a cycle in which no lookup
 * reads, at most 4 (where all steps of the pipeline held keys), then 5, or 3 where nothing is removed. CLEAR takes one for each bucket of a bank, and one.
 */
export const commandLatency = 17;

export const lookupOp = enumeration("lookup_op", ["FIND", "INSERT", "REMOVE", "CLEAR"]);
export const lookupStatus = enumeration("lookup_status", ["DONE", "NO_SPACE", "EXISTS", "NOT_FOUND"]);
export interface LookupShape {
  /** Slots, a power of two of at least 4. Each table has room for as many keys, and four times as many cells. */
  readonly slots: number;
  /** Cells of a bucket: 4 unless said. Fewer are for proofs. */
  readonly ways?: number;
  /** With a pin `unready`, where a command may have to wait before it looks into the memories. */
  readonly waits?: boolean;
}
/** A change of the table, or a question. Of an unconnected slot's key the remote half is ignored. */
export const lookupCommand = (slots: number) =>
  struct({ op: lookupOp, connected: bool, slot: uint(clog2(slots)), key: tuple }, `lookup_command_${slots}`);
/** `slot`: who has the key now or, where nobody has, the command's; of no meaning for CLEAR. */
export const lookupResult = (slots: number) => struct({ status: lookupStatus, slot: uint(clog2(slots)) }, `lookup_result_${slots}`);

/**
 * Lookups: `key` is taken when the pipeline advances; the answer stands at `hit` and `slot` `lookupLatency` advances later,
 * until the next one: the connected slot with this four-tuple, else the unconnected one with its local half. A key a cycle;
 * one every other cycle while a command waits for the memories. Where `advance` is 0 all lookups stand still; commands
 * do not.
 *
 * Commands, one at a time, each answered within `commandLatency` cycles (but CLEAR), whatever the lookups do:
 * - `FIND`: DONE and who has the key, or NOT_FOUND.
 * - `INSERT`: DONE, also where this slot has the key already; EXISTS where another has; NO_SPACE. A lookup that is taken
 *   once it is answered finds the slot; one that is under way may. A slot has one key at a time: remove the old one first.
 * - `REMOVE`: DONE; EXISTS where another slot has the key; NOT_FOUND. From the cycle of its answer on no lookup finds the
 *   slot, those under way included, and even an answer that stands at `hit` is taken back.
 * - `CLEAR`: all keys are forgotten, lookups under way find nothing, and `hashKey` is taken over: DONE, after a cycle for each
 *   bucket of a bank. Reset does the same. Between those `hashKey` may be anything. While `ready` is 0 lookups miss.
 *
 * With `waits` a command goes no further than its hash while `unready` is 1.
 *
 * Memories: a word that is read while it is written gives its old contents, so a lookup sees a cell before a command or after
 * it. A command writes one cell, once.
 */
export const lookup = ({ slots, ways = 4, waits = false }: LookupShape) => {
  if (!isPowerOfTwo(slots) || slots < 4) throw new RangeError(`a lookup of ${slots} slots: a power of two of at least 4 is needed`);
  const buckets = slots / lookupBanks,
    cells = lookupBanks * ways,
    bucketBits = clog2(buckets);
  const slot = uint(clog2(slots)),
    bucket = uint(bucketBits);
  return module(
    `lookup_${slots}${ways === 4 ? "" : `x${ways}`}${waits ? "_waits" : ""}`,
    {
      /** Secret of the hash, so that peers cannot aim collisions. Taken over by reset and CLEAR. */
      hashKey: input(uint(64)),
      key: input(stream(tuple)),
      advance: input(bool),
      hit: output(bool),
      slot: output(slot),
      command: input(stream(lookupCommand(slots))),
      ...(waits ? { unready: input(bool) } : {}),
      result: output(stream(lookupResult(slots))),
      /** 0 while the table is being cleared. */
      ready: output(bool),
    },
    (io, h) => {
      const { advance } = io;
      const { asked, sweep, commanded, secret } = h.registers({
        /** The command at work. */
        asked: lookupCommand(slots).noReset(),
        sweep: bucket,
        /** It was a command that cleared the table, and it wants an answer. */
        commanded: bool,
        /** Changes where no lookup and no command is under way. */
        secret: uint(64).noReset(),
      });

      // ---- lookups: hash, with the key beside it ------------------------------------------------
      // A lookup that is not alive finds nothing: there was no key, or the table was cleared since.
      const { alive } = h.registers({ alive: uint(tupleHashLatency) });
      const { seeking } = h.wires({ /** A command waits for the memories: it gets every other cycle if it has to. */ seeking: bool });
      io.key.ready.drive(advance.and(alive.bit(0).and(seeking).not()));
      h.when(advance, () => alive.next(cat(alive.slice(tupleHashLatency - 2, 0), io.key.fire)));
      const { key_message } = h.nets({ key_message: tupleMessage(io.key.payload) });
      const exact_hash = h.instance("exact_hash", tupleHash("exact"), { key: secret, message: key_message, advance });
      const local_hash = h.instance("local_hash", tupleHash("local"), { key: secret, message: key_message.trunc(localBits), advance });
      const { hashed } = h.registers({
        /** Keys beside the hash, the newest lowest. */ hashed: array(uint(exactBits), tupleHashLatency).noReset(),
      });
      h.when(advance, () => {
        for (let i = 0; i < tupleHashLatency; i++) hashed.at(i).next(i === 0 ? key_message : hashed.at(i - 1));
      });
      const { lookup_reads } = h.nets({ lookup_reads: advance.and(alive.bit(tupleHashLatency - 1)) });

      // ---- commands: hash, read, then write -----------------------------------------------------
      const serial = h.instance("command_hash", tupleHashSerial, {
        key: secret,
        message: tupleMessage(io.command.payload.key),
        exact: io.command.payload.connected,
        start: io.command.fire,
      });
      const { unready } = io as unknown as { readonly unready?: Bool };
      const { looks } = h.nets({ looks: unready === undefined ? serial.done : serial.done.and(unready.not()) });
      const { command_reads } = h.nets({ command_reads: seeking.and(looks).and(lookup_reads.not()) });
      const step = h.fsm("step", {
        CLEAR: (go) => {
          sweep.next(sweep.add(1));
          secret.next(io.hashKey);
          h.when(sweep.eq(buckets - 1), () => h.when(commanded, () => go("ANSWER")).otherwise(() => go("IDLE")));
        },
        IDLE: (go) =>
          h.when(io.command.valid, () => {
            asked.next(io.command.payload);
            commanded.next(1);
            h.when(io.command.payload.op.is("CLEAR"), () => go("CLEAR")).otherwise(() => go("SEEK"));
          }),
        SEEK: (go) => h.when(command_reads, () => go("COMPARE")),
        COMPARE: (go) => go("WRITE"),
        WRITE: (go) => h.when(asked.op.is("REMOVE"), () => go("SETTLE")).otherwise(() => go("ANSWER")),
        // What was read with the write, so as it was before, is compared in this cycle; in the next one all such answers stand.
        SETTLE: (go) => go("TAKE_BACK"),
        TAKE_BACK: (go) => go("ANSWER"),
        ANSWER: (go) => h.when(io.result.ready, () => go("IDLE")),
      });
      const { clearing } = h.nets({ clearing: step.is("CLEAR") });
      seeking.drive(step.is("SEEK"));
      io.command.ready.drive(step.is("IDLE"));
      io.ready.drive(clearing.not());

      // ---- the tables ---------------------------------------------------------------------------
      const { asked_message } = h.nets({ asked_message: tupleMessage(asked.key) });
      const { looked, fresh } = h.registers({
        /** The key of what was read. */
        looked: uint(exactBits).noReset(),
        /** It was read for a lookup. */
        fresh: bool,
      });
      const { reads } = h.nets({ reads: lookup_reads.or(command_reads) });
      looked.next(mux(lookup_reads, hashed.at(tupleHashLatency - 1), asked_message));
      fresh.next(lookup_reads);
      const places = array(uint(bucketBits), lookupBanks);
      const placesOf = (hash: Bits) => places.fromBits(hash.trunc(lookupBanks * bucketBits));
      const { write } = h.wires({ /** Cells to write, of the table that the command is for. */ write: uint(cells) });
      const search = (name: string, keyBits: number, hash: Bits, serves: Bits<1>) =>
        h.instance(name, lookupCells({ slots, ways, keyBits }), {
          read: reads,
          readAt: mux(lookup_reads, placesOf(hash), placesOf(serial.hash)),
          key: looked.trunc(keyBits),
          write: clearing.repeat(cells).or(write.and(serves.repeat(cells))),
          writeAt: mux(clearing, places.fromBits(sweep.repeat(lookupBanks)), placesOf(serial.hash)),
          word: { valid: clearing.not().and(asked.op.is("INSERT")), slot: asked.slot, key: asked_message.trunc(keyBits) },
        });
      const exact = search("exact_cells", exactBits, exact_hash.hash, asked.connected);
      const local = search("local_cells", localBits, local_hash.hash, asked.connected.not());

      // ---- what a command does ------------------------------------------------------------------
      const { matched, vacant, holder } = h.registers({
        /** The cell that has the key. */
        matched: uint(cells).noReset(),
        /** The first cell without one. */
        vacant: uint(cells).noReset(),
        holder: slot.noReset(),
      });
      h.when(step.is("COMPARE"), () => {
        matched.next(mux(asked.connected, exact.match, local.match));
        // The lowest free cell is in the emptier bucket, the left one of two alike, as long as nothing was removed.
        vacant.next(lowestOne(mux(asked.connected, exact.full, local.full).not()));
        holder.next(mux(asked.connected, exact.slot, local.slot));
      });
      const { known, mine } = h.nets({ known: matched.any(), mine: holder.eq(asked.slot) });
      const inserts = asked.op.is("INSERT"),
        finds = asked.op.is("FIND");
      const { removes } = h.nets({ removes: asked.op.is("REMOVE").and(known).and(mine) });
      write.drive(0);
      h.when(step.is("WRITE"), () =>
        h.when(inserts.and(known.not()), () => write.drive(vacant)).elseWhen(removes, () => write.drive(matched)),
      );
      io.result.valid.drive(step.is("ANSWER"));
      const known_status = mux(mine.or(finds), lookupStatus.of("DONE"), lookupStatus.of("EXISTS"));
      const { new_status } = h.nets({ new_status: mux(vacant.any(), lookupStatus.of("DONE"), lookupStatus.of("NO_SPACE")) });
      io.result.payload.drive({
        status: mux(
          asked.op.is("CLEAR"),
          lookupStatus.of("DONE"),
          mux(known, known_status, mux(inserts, new_status, lookupStatus.of("NOT_FOUND"))),
        ),
        slot: mux(known, holder, asked.slot),
      });

      // ---- answers ------------------------------------------------------------------------------
      const { found_hit, found_slot } = h.nets({
        found_hit: exact.match.any().or(local.match.any()),
        found_slot: mux(exact.match.any(), exact.slot, local.slot),
      });
      const { kept_hit, kept_slot, out_hit, out_slot } = h.registers({
        /** An answer that the pipeline has not moved on yet: a command may read the memories meanwhile. */
        kept_hit: bool,
        kept_slot: slot.noReset(),
        out_hit: bool,
        out_slot: slot.noReset(),
      });
      const { taking_back } = h.nets({ taking_back: step.is("TAKE_BACK").and(removes) });
      const { kept_stays, out_stays } = h.nets({
        kept_stays: kept_hit.and(taking_back.and(kept_slot.eq(asked.slot)).not()),
        out_stays: out_hit.and(taking_back.and(out_slot.eq(asked.slot)).not()),
      });
      kept_hit.next(mux(fresh, found_hit, kept_stays).and(advance.not()));
      out_hit.next(mux(advance, mux(fresh, found_hit, kept_stays), out_stays));
      h.when(fresh, () => kept_slot.next(found_slot));
      h.when(advance, () => out_slot.next(mux(fresh, found_slot, kept_slot)));
      h.when(clearing, () => {
        alive.next(0);
        kept_hit.next(0);
        out_hit.next(0);
      });
      io.hit.drive(out_hit);
      io.slot.drive(out_slot);
      h.assert("a key lies in one cell", fresh.implies(atMostOne(exact.match).and(atMostOne(local.match))));
    },
  );
};
