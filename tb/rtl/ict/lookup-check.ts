/**
 * The lookup beside its model: keys, pauses, commands and new hash keys at random, at once; every answer and every result is
 * looked at in every cycle. Runs in the instant simulator and in Verilator alike.
 */
import { Random } from "#hdl/simulate/index.ts";
import { commandLatency, lookupLatency } from "#rtl/ict/lookup.ts";
import { type Command, type Entry, LookupModel, type Tuple } from "./lookup-model.ts";

interface Pin {
  // biome-ignore lint/suspicious/noExplicitAny: a bigint here, a number there
  value: any;
}
/** What the check needs of a simulation, which is just out of reset. */
export interface Rig {
  readonly io: {
    readonly hashKey: Pin;
    readonly key: { readonly valid: Pin; readonly ready: Pin; readonly payload: Pin };
    readonly advance: Pin;
    readonly hit: Pin;
    readonly slot: Pin;
    readonly command: { readonly valid: Pin; readonly ready: Pin; readonly payload: Pin };
    readonly result: { readonly valid: Pin; readonly ready: Pin; readonly payload: Pin };
    readonly ready: Pin;
  };
  /** Called when the inputs of a cycle stand, before the outputs of that cycle are read; then `step`, to the next cycle. */
  look(): void;
  step(): void;
}
/** What the run came by, to see that the stimulus was worth its time. */
export type Reached = Record<
  "exact" | "local" | "overLocal" | "misses" | "takenBack" | "DONE" | "NO_SPACE" | "EXISTS" | "NOT_FOUND" | "clears" | "held",
  number
>;
export interface CheckOptions {
  readonly slots: number;
  readonly ways?: number;
  readonly cycles: number;
  readonly seed: number;
  /** Keys to use; a few random ones unless given. All are looked for and inserted in both tables. */
  readonly keys?: readonly Tuple[];
  /** The first hash key. */
  readonly hashKey?: bigint;
  /** Fills one of the tables: no CLEAR, so that the hash key stays, and few REMOVEs. */
  readonly fills?: "connected" | "unconnected";
}
/**
 * A lookup under way: what it may find. `null` stands for a miss; more than one where a command is under way, too. Dead ones
 * were taken before the table was cleared, or meanwhile, and find nothing whatever comes.
 */
interface Looking {
  readonly key: Tuple;
  may: Set<number | null>;
  dead: boolean;
}
const bitOf = (pin: Pin): boolean => Number(pin.value) === 1;

/** Runs `cycles` random cycles; throws in the first one in which an output is wrong. */
export const checkLookup = (rig: Rig, options: CheckOptions): Reached => {
  const { slots, ways = 4, cycles, seed, fills } = options;
  const random = new Random(seed);
  const { io } = rig;
  const model = new LookupModel(slots, ways);
  const reached: Reached = {
    exact: 0,
    local: 0,
    overLocal: 0,
    misses: 0,
    takenBack: 0,
    DONE: 0,
    NO_SPACE: 0,
    EXISTS: 0,
    NOT_FOUND: 0,
    clears: 0,
    held: 0,
  };
  let cycle = 0;
  const check = (holds: boolean, what: () => string): void => {
    if (!holds) throw new Error(`seed ${seed}, cycle ${cycle}: ${what()}`);
  };
  // Keys that differ in one bit, in one field, or in all.
  const some = (): Tuple => ({
    localIp: 0x0a00_0001n + BigInt(random.below(2)),
    localPort: random.pick([7n, 8n, 0x8007n]),
    remoteIp: random.pick([0x0a00_0009n, 0x8a00_0009n, random.bits(32)]),
    remotePort: random.pick([7n, 1024n, 0x8007n, random.bits(16)]),
  });
  const keys = options.keys ?? Array.from({ length: Math.min(3 * slots, 200) }, some);
  let hashKey = options.hashKey ?? random.bits(64);
  io.hashKey.value = hashKey;

  /** By advances since: the last one stands at the outputs. */
  const pipe: (Looking | null)[] = Array.from({ length: lookupLatency }, () => null);
  let offered: Tuple | null = null,
    tookLast = false;
  let command = null as Command | null,
    working = null as { readonly command: Command; readonly since: number; readonly clearing: boolean } | null,
    answered = null as { readonly status: string; readonly slot: number } | null,
    wait = 0;
  // Reset clears the table, a bucket of each bank a cycle.
  let clearsUntil = slots / 2;
  model.clear(hashKey);
  let calm = 1,
    frozen = 0,
    lastSlot = 0;

  const nextCommand = (): Command => {
    // Behind a command that is at work: what it leaves is not known here, so a question.
    if (working !== null) return { op: "FIND", connected: random.oneIn(2), slot: random.below(slots), key: random.pick(keys) };
    const { entries } = model;
    const entry = (): Entry | undefined => (entries.length === 0 ? undefined : random.pick(entries));
    const free = (): number => {
      const used = new Set(entries.map((e) => e.slot));
      for (let i = 0; i < 4 * slots; i++) {
        const slot = random.below(slots);
        if (!used.has(slot)) return slot;
      }
      return -1;
    };
    const has = random.oneIn(3) ? entry() : undefined;
    const connected = fills === undefined || random.oneIn(10) ? random.oneIn(2) : fills === "connected";
    // Now and then what stands still in the pipeline.
    const waiting = random.oneIn(3) ? pipe.find((l) => l !== null)?.key : undefined;
    const base = has ?? { key: waiting ?? random.pick(keys), connected, slot: random.below(slots) };
    // Nobody looks at the remote half of an unconnected slot's key.
    const key = base.connected ? base.key : { ...base.key, remoteIp: random.bits(32), remotePort: random.bits(16) };
    const seldom = fills === undefined ? random.pick(["REMOVE", "REMOVE", "REMOVE", "FIND", "CLEAR"] as const) : "REMOVE";
    const op = random.oneIn(fills === undefined ? 3 : 12) ? seldom : random.pick(["FIND", "INSERT", "INSERT", "INSERT"] as const);
    const gone = op === "REMOVE" && random.oneIn(2) ? entry() : undefined;
    if (gone !== undefined) return { ...gone, op };
    const holder = model.holder(base.key, base.connected);
    // A slot has one key at a time: who is to be inserted anew has none.
    if (op === "INSERT" && holder === null) {
      const slot = free();
      return slot < 0 ? { ...base, key, op: "FIND" } : { op, connected: base.connected, key, slot };
    }
    return { op, connected: base.connected, key, slot: random.oneIn(2) ? (holder ?? lastSlot) : random.below(slots) };
  };
  const mayAlso = (answer: (l: Looking) => number | null): void => {
    for (const l of pipe) if (l !== null && !l.dead) l.may.add(answer(l));
  };

  for (; cycle < cycles; cycle++) {
    if (random.oneIn(60)) calm = random.pick([0, 0, 1, 3, 10]);
    if (frozen === 0 && random.oneIn(clearsUntil > cycle ? 6 : 400)) frozen = 60;
    else if (frozen > 0) frozen--;
    const advance = frozen === 0 && random.below(calm + 1) === 0;
    if (offered === null && (calm === 0 || !random.oneIn(4))) {
      // Often what is being changed at this moment.
      const now = working?.command ?? command;
      const aimed = random.oneIn(2) ? now?.key : model.entries.find((e) => e.slot === now?.slot)?.key;
      offered = aimed !== undefined && random.oneIn(2) ? aimed : random.oneIn(10) ? some() : random.pick(keys);
    }
    if (command === null && random.oneIn(working === null ? (calm === 3 ? 1 : 6) : 40)) command = nextCommand();
    const takes = answered !== null ? wait-- <= 0 : random.oneIn(2);
    // Between clearings the pin says nothing.
    if (working?.clearing !== true && cycle >= clearsUntil && random.oneIn(8)) io.hashKey.value = random.bits(64);
    if (command?.op === "CLEAR") io.hashKey.value = hashKey = random.bits(64);
    io.advance.value = advance ? 1 : 0;
    io.key.valid.value = offered === null ? 0 : 1;
    if (offered !== null) io.key.payload.value = offered;
    io.command.valid.value = command === null ? 0 : 1;
    if (command !== null) io.command.payload.value = { ...command, connected: command.connected ? 1 : 0 };
    io.result.ready.value = takes ? 1 : 0;

    rig.look();

    // ---- results of commands --------------------------------------------------------------------
    const ready = cycle >= clearsUntil;
    check(bitOf(io.ready) === ready, () => `ready is ${!ready}`);
    const canTake = ready && working === null;
    check(bitOf(io.command.ready) === canTake, () => `a command is ${canTake ? "refused" : "taken, and the last one is not answered"}`);
    const valid = bitOf(io.result.valid);
    if (answered !== null) check(valid, () => "a result fell before it was taken");
    else if (valid) {
      check(working !== null, () => "a result for no command");
      const { command: c, since, clearing } = working as NonNullable<typeof working>;
      if (clearing) {
        check(cycle - since === slots / 2 + 1, () => `cleared after ${cycle - since} cycles`);
        answered = { status: "DONE", slot: -1 };
        reached.clears++;
      } else {
        check(cycle - since <= commandLatency, () => `a ${c.op} took ${cycle - since} cycles`);
        const before = c.op === "REMOVE" ? model.find(c.key) : null;
        answered = model.run(c, true);
        lastSlot = answered.slot;
        reached[answered.status as "DONE"]++;
        if (c.op === "REMOVE" && answered.status === "DONE")
          // Whoever is gone is not found from now on, not even by an answer that stands already.
          for (const l of pipe)
            if (l?.may.delete(c.slot)) {
              l.may.add(null).add(model.find(l.key));
              if (before !== null) reached.takenBack++;
            }
      }
      wait = random.oneIn(3) ? random.below(20) : 0;
    } else if (working !== null && !working.clearing) {
      const { command: c, since } = working;
      check(cycle - since <= commandLatency, () => `no answer to ${c.op} for ${cycle - since} cycles`);
    }
    if (answered !== null) {
      const { status, slot } = io.result.payload.value;
      check(status === answered.status, () => `the status is ${status}, ${answered?.status} expected`);
      if (answered.slot >= 0) check(Number(slot) === answered.slot, () => `the result's slot is ${slot}, not ${answered?.slot}`);
    }

    // ---- the answer of the oldest lookup ----------------------------------------------------------
    const hit = bitOf(io.hit);
    const oldest = pipe.at(-1) ?? null;
    const found = hit ? Number(io.slot.value) : null;
    check(oldest === null ? !hit : oldest.may.has(found), () => {
      const expected = oldest === null ? "nothing was asked" : [...oldest.may].join(" or ");
      return `the answer is ${found}: ${expected}`;
    });
    if (oldest !== null && advance) {
      if (found === null) reached.misses++;
      else if (model.holder(oldest.key, true) === found) {
        reached.exact++;
        if (model.holder(oldest.key, false) !== null) reached.overLocal++;
      } else reached.local++;
    }

    // ---- the edge -----------------------------------------------------------------------------------
    const taken = offered !== null && bitOf(io.key.ready);
    if (!advance) check(!bitOf(io.key.ready), () => "a key is taken while the pipeline stands still");
    else if (offered !== null && !taken) {
      check(tookLast && working !== null, () => "a key is refused");
      reached.held++;
    }
    if (advance) {
      pipe.pop();
      const asks = taken ? (offered as Tuple) : null;
      pipe.unshift(asks === null ? null : { key: asks, may: new Set(ready ? [model.find(asks)] : [null]), dead: !ready });
      tookLast = taken;
      if (taken) offered = null;
    }
    // A lookup finds a command's slot before it is answered, or not: from its being taken to its answer.
    if (working !== null && answered === null && !working.clearing) {
      const { op, connected, slot, key } = working.command;
      const same = (l: Looking): boolean => LookupModel.nameOf(l.key, connected) === LookupModel.nameOf(key, connected);
      const inserts = op === "INSERT" && model.run(working.command, false).status === "DONE";
      if (inserts) mayAlso((l) => (same(l) && (connected || model.holder(l.key, true) === null) ? slot : model.find(l.key)));
      const removes = op === "REMOVE" && model.holder(key, connected) === slot;
      if (removes)
        for (const l of pipe) {
          if (l === null || !same(l) || !l.may.has(slot)) continue;
          l.may.add(null);
          if (connected) l.may.add(model.holder(l.key, false));
        }
    }
    if (!ready)
      for (const l of pipe)
        if (l !== null) {
          l.may = new Set([null]);
          l.dead = true;
        }
    if (answered !== null && takes) {
      working = null;
      answered = null;
    }
    if (command !== null && canTake) {
      working = { command, since: cycle, clearing: command.op === "CLEAR" };
      if (command.op === "CLEAR") {
        clearsUntil = cycle + 1 + slots / 2;
        model.clear(hashKey);
        for (const l of pipe) l?.may.add(null);
      }
      command = null;
    }
    rig.step();
  }
  return reached;
};
