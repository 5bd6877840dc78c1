/**
 * The walker between a kernel's table that changes under it, a memory as slow and as faulty as it likes, and a connection
 * table that refuses what it may refuse. Every frame is answered once, a slot always gets the newest state of its
 * connection, memory gets it back, and what the kernel takes away is gone when it is told so.
 */
import type { Config } from "#rtl/config/config.ts";
import type { tableWalker } from "#rtl/ict/walker.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { WalkerMemory } from "./walker-memory.ts";
import { type Connection, faults, isOf, KernelTable, type Key, nameOf, type State } from "./walker-model.ts";

export interface WalkerScenario {
  readonly cycles: number;
  readonly connections: number;
  /** Buckets, as a power of two. */
  readonly logBuckets: number;
  /** Entries' numbers go up to this. */
  readonly last: number;
  /** First slot of the walker's share. */
  readonly first?: number;
  /** A frame misses in one cycle of so many. */
  readonly gap: readonly number[];
  /** Keys that are asked for at a time. */
  readonly hot?: number;
  /** Shares: of keys nobody has, malformed entries, stopped connections, cells that lead elsewhere. */
  readonly strangers?: number;
  readonly malformed?: number;
  readonly stopped?: number;
  readonly decoys?: number;
  /** Chances: that memory refuses a line, a write; that the lookup has no cell; that a slot is at work. */
  readonly readErrors?: number;
  readonly writeErrors?: number;
  readonly noSpace?: number;
  readonly work?: number;
  /** Chance in a cycle that the kernel takes a connection away, or everything. */
  readonly invalidations?: number;
  /** Chance in a cycle that the walker is turned off, or on again. */
  readonly switches?: number;
  readonly pause?: number;
  readonly latency?: number;
  /** Cycles of a load, and of an unload; any up to 30 unless said. */
  readonly service?: number;
}
export interface WalkerOutcome {
  readonly answers: number;
  readonly found: number;
  readonly walks: number;
  readonly joined: number;
  readonly fills: number;
  readonly evictions: number;
  readonly notFound: number;
  readonly malformed: number;
  readonly failed: number;
  readonly noSlot: number;
  readonly refused: number;
  readonly exists: number;
  readonly invalidated: number;
  /** Most walks at a time. */
  readonly flight: number;
}
/** A key that frames wait for. */
interface Sought {
  readonly key: Key;
  readonly tokens: Set<number>;
  /** A slot was filled for it since, or was there. */
  placed: boolean;
  /** Why it may have found nothing. */
  excused: boolean;
  /** It is walked for; the walk's answer; a malformed entry was told of since. */
  readonly walked: boolean;
  found: boolean;
  told: boolean;
}
type Value = Record<string, unknown>;

export const checkWalker = (block: ReturnType<typeof tableWalker>, config: Config, s: WalkerScenario, seed: number): WalkerOutcome => {
  const bench = new BlockBench(block, seed);
  const { random, sim } = bench;
  const { io } = sim;
  const chance = (p: number | undefined): boolean => p !== undefined && random.word() / 2 ** 32 < p;
  const table = new KernelTable(config, random, s.logBuckets, s.last);
  const pause = s.pause ?? bench.pause();
  const latency = s.latency ?? random.below(40);
  const service = (): number => s.service ?? random.below(30);
  const first = s.first ?? 0;

  // ---- connections, and keys that nobody has ------------------------------------------------------
  const keys: Key[] = [];
  const anyKey = (): Key => ({
    localIp: random.bits(32),
    localPort: random.bits(16),
    remoteIp: random.bits(32),
    remotePort: random.bits(16),
  });
  const used = new Set<number>();
  // Buckets may be full before there are so many.
  for (let tries = 0; table.connections.size < s.connections && tries < 4 * s.connections; tries++) {
    const other = random.pick([0, ...used]) ^ (2 ** 31);
    const entry = s.last >= 2 ** 31 && random.oneIn(2) ? other >>> 0 : random.between(1, s.last);
    if (used.has(entry)) continue;
    used.add(entry);
    const connected = random.oneIn(4) === false;
    const some = anyKey();
    const near = keys.length > 0 && random.oneIn(3) ? { ...some, localIp: random.pick(keys).localIp } : some;
    const key = connected ? near : { ...near, remoteIp: 0n, remotePort: 0n };
    if ([...table.connections.values()].some((c) => c.key.localIp === key.localIp && c.key.localPort === key.localPort)) continue;
    if (chance(s.decoys)) table.decoy(key, connected, random.pick([...table.connections.keys(), entry]));
    if (chance(s.decoys)) table.clutter((table.hash(key, connected) ^ (2 ** 31)) >>> 0, random.between(1, s.last));
    const c = table.add(entry, key, {
      connected,
      stopped: chance(s.stopped),
      ...(chance(s.malformed) ? { fault: random.pick(Object.keys(faults)) } : {}),
    });
    if (c === null) continue;
    // A key that differs in one bit, with a cell that leads to the same entry.
    if (chance(s.decoys)) {
      const [name, width] = random.pick([
        ["localIp", 32],
        ["localPort", 16],
        ["remoteIp", 32],
        ["remotePort", 16],
      ] as const);
      const twin = { ...key, [name]: key[name] ^ (1n << BigInt(random.oneIn(2) ? width - 1 : random.below(width))) };
      table.decoy(twin, true, entry);
      keys.push(twin);
    }
    const peer = random.bits(32);
    for (let i = connected ? 1 : 2; i > 0; i--)
      keys.push(connected ? key : { ...key, remoteIp: peer + BigInt(i), remotePort: random.bits(16) });
    // A connected socket beside an unconnected one of the same address: the peer's own goes first.
    if (!connected && random.oneIn(2)) {
      const beside = random.between(1, s.last);
      if (!used.has(beside) && table.add(beside, keys.at(-1) as Key, { connected: true }) !== null) used.add(beside);
    }
    // A cell that names an entry which is not there.
    if (chance(s.malformed)) {
      const lost = anyKey();
      table.decoy(lost, true, s.last + 1 + random.below(1000));
      keys.push(lost);
    }
  }
  const strangers = Array.from({ length: 8 }, anyKey);
  const list = (): Connection[] => [...table.connections.values()];
  const ownersOf = (key: Key): Connection[] => list().filter((c) => isOf(c, key));
  /** The connection that a datagram of this key is for, as its entry says. */
  const ownerOf = (key: Key): Connection | undefined => ownersOf(key).toSorted((a, b) => Number(b.connected) - Number(a.connected))[0];
  /** Whether a walk must end with a slot, if nothing goes wrong. */
  const good = (key: Key): boolean => {
    const live = ownersOf(key).filter((c) => c.valid || c.fault === "magic" || c.fault === "version");
    const c = live.toSorted((a, b) => Number(b.connected) - Number(a.connected))[0];
    return c !== undefined && c.fault === null && c.state.stops === 0n;
  };

  // ---- what is sought -----------------------------------------------------------------------------
  const sought = new Map<string, Sought>();
  const byToken = new Map<number, Sought>();
  const freeTokens = new Set(Array.from({ length: 16 }, (_, i) => i));
  const tally = { answers: 0, found: 0, refused: 0, exists: 0, invalidated: 0, flight: 0 };
  const counts = { walks: 0, joined: 0, fills: 0, evictions: 0, notFound: 0, malformed: 0, failed: 0, noSlot: 0 };
  const expected = { walks: 0, joined: 0, fills: 0, nothing: 0 };
  const excuseAll = (): void => {
    for (const x of sought.values()) x.excused = true;
  };
  let enabled = true,
    quiet = false,
    gap = 1,
    hot: Key[] = keys;

  // ---- memory ---------------------------------------------------------------------------------------
  const memory = new WalkerMemory(bench, config, table, {
    pause,
    latency,
    readErrors: s.readErrors ?? 0,
    writeErrors: s.writeErrors ?? 0,
  });
  memory.onReadError = excuseAll;
  memory.mayRead = (entry) => [...sought.values()].some((x) => table.namedBy(x.key).has(entry));

  // ---- the connection table ---------------------------------------------------------------------------
  const slots = new Map<number, Connection>();
  const working = new Set<number>();
  let loading: { c: Connection; slot: number; due: number } | null = null;
  let unloading: { slot: number; force: boolean; due: number } | null = null;
  /** Entries whose loads must not begin any more. */
  const gone = new Set<number>();
  const stateNow = (c: Connection): State => ({ ...c.state });
  const imageOf = (c: Connection, slot: number): Value => {
    const mask = (log: number): bigint => (log === 0 ? 0n : (1n << BigInt(log)) - 1n);
    const b = (x: boolean | number): bigint => BigInt(x);
    const { more, state } = c;
    return {
      slot: BigInt(slot),
      connected: b(c.connected),
      datagram: b(c.datagram),
      noChecksum: b(more.noChecksum),
      hart: b(more.hart),
      priority: b(more.priority),
      task: c.task,
      asid: b(more.asid),
      socket: b(more.socket),
      tuple: c.connected ? c.key : { ...c.key, remoteIp: 0n, remotePort: 0n },
      nextHop: c.mac,
      own: b(more.own),
      ttl: b(more.ttl),
      tos: b(more.tos),
      room: c.room,
      rx: { base: c.rxBase >> 6n, mask: mask(c.rxLog), sound: 1n },
      tx: { base: c.txBase >> 6n, mask: mask(c.txLog), sound: b(c.txLog !== 0) },
      ...state,
      stops: 0n,
    };
  };
  const flat = (v: unknown): string => JSON.stringify(v, (_, x: unknown) => (typeof x === "bigint" ? x.toString(16) : x));
  const sorted = (v: Value): Value => Object.fromEntries(Object.entries(v).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const connectionOf = (image: Value): Connection | undefined => {
    const t = image.tuple as Key;
    return list().find((c) => c.connected === (image.connected === 1n) && isOf(c, t));
  };
  bench.sink<Value>(
    "load",
    io.load as never,
    (image) => {
      const slot = Number(image.slot);
      const c = connectionOf(image);
      bench.check(c !== undefined, () => "a load of a connection that there is not");
      const it = c as Connection;
      bench.check(slot >= first && slot < config.slots, () => `a load of slot ${slot}, outside of the share`);
      bench.check(!slots.has(slot), () => `a load of slot ${slot}, which is open`);
      bench.check(!memory.pending(slot), () => `a load of slot ${slot} before its state is in memory`);
      bench.check(loading === null, () => "two loads at a time");
      bench.check(
        it.fault === null && (it.slot !== null || it.state.stops === 0n),
        () => `a load of entry ${it.entry}, which is broken: ${it.fault}`,
      );
      // What another slot has may be out of date: the answer is that it is there.
      if (it.slot === null) {
        const wanted = flat(sorted(imageOf(it, slot)));
        bench.check(flat(sorted(image)) === wanted, () => `entry ${it.entry} is loaded as ${flat(sorted(image))}, and is ${wanted}`);
        bench.check(!gone.has(it.entry), () => `entry ${it.entry} is loaded after it was taken away`);
      }
      loading = { c: it, slot, due: bench.cycle + 1 + service() };
    },
    pause,
  );
  bench.sink<{ slot: bigint; force: bigint }>(
    "unload",
    io.unload as never,
    ({ slot, force }) => {
      bench.check(unloading === null, () => "two unloads at a time");
      bench.check(slots.has(Number(slot)), () => `an unload of slot ${slot}, which has nothing`);
      // An eviction that had begun before an invalidation is finished first.
      const begun = forced?.evictions === 0;
      bench.check(force === 1n ? forced !== null : forced === null || begun, () => `an unload of slot ${slot}, force ${force}`);
      if (forced !== null) forced.evictions++;
      if (force === 0n) bench.check(slots.size === config.slots - first, () => "an eviction, and there is a free slot");
      unloading = { slot: Number(slot), force: force === 1n, due: bench.cycle + 1 + service() };
    },
    pause,
  );

  // ---- the kernel -------------------------------------------------------------------------------------
  /** The invalidation at work: of one, or of all that was loaded by then; and cycles for which it has been. */
  let forced: { readonly entry: number | null; readonly held: Set<Connection>; readonly since: number; evictions: number } | null = null;
  const takeAway = (): void => {
    const all = random.oneIn(5);
    const c = random.pick(list());
    if (!all) {
      table.setValid(c, false);
      for (const x of sought.values()) if (isOf(c, x.key)) x.excused = true;
    }
    const offers = io.load.valid.value === 1n ? connectionOf(io.load.payload.value as Value) : undefined;
    const under = (loading as { c: Connection } | null)?.c ?? offers;
    const held = new Set(all ? [...slots.values(), ...(under === undefined ? [] : [under])] : [c]);
    if (!all && under !== c && c.slot === null) gone.add(c.entry);
    if (!all && c.slot !== null) gone.add(c.entry);
    io.command.value = { valid: 1, all: all ? 1 : 0, entry: all ? random.word() : c.entry };
    forced = { entry: all ? null : c.entry, held, since: bench.cycle, evictions: 0 };
    tally.invalidated++;
  };

  // ---- frames -------------------------------------------------------------------------------------------
  bench.source<{ key: Key; token: number }>(
    io.missed as never,
    () => {
      if (quiet || freeTokens.size === 0 || !random.oneIn(gap)) return undefined;
      const token = random.pick([...freeTokens]);
      freeTokens.delete(token);
      return { key: chance(s.strangers) ? random.pick(strangers) : random.pick(hot), token };
    },
    ({ key, token }) => {
      const name = nameOf(key);
      const old = sought.get(name);
      if (old === undefined) {
        const x: Sought = {
          key,
          tokens: new Set([token]),
          placed: slotOf(key),
          excused: !enabled || !good(key),
          walked: enabled,
          found: false,
          told: false,
        };
        sought.set(name, x);
        byToken.set(token, x);
        if (enabled) expected.walks++;
      } else {
        old.tokens.add(token);
        byToken.set(token, old);
        expected.joined++;
      }
      tally.flight = Math.max(tally.flight, sought.size);
    },
    0,
  );
  const slotOf = (key: Key): boolean => [...slots.values()].some((c) => isOf(c, key));
  const done: (() => void)[] = [];
  bench.sink<{ token: bigint; found: bigint }>(
    "answer",
    io.answer as never,
    ({ token, found }) => {
      const x = byToken.get(Number(token));
      bench.check(x?.tokens.has(Number(token)) === true, () => `an answer to frame ${token}, which asks nothing`);
      const y = x as Sought;
      bench.check(found === 1n || y.excused, () => `${nameOf(y.key)}: nothing found, and there is entry ${ownerOf(y.key)?.entry}`);
      bench.check(found === 0n || y.placed, () => `${nameOf(y.key)}: found, and it has no slot`);
      const owner = ownerOf(y.key);
      const plain = s.readErrors === undefined && s.invalidations === undefined && s.noSpace === undefined && s.work === undefined;
      bench.check(
        !plain || !y.walked || found === 1n || owner?.fault == null || y.told,
        () => `entry ${owner?.entry} is malformed, and nobody is told`,
      );
      y.found = found === 1n;
      tally.answers++;
      if (found === 1n) tally.found++;
      // A frame that comes in this cycle still joins.
      done.push(() => {
        y.tokens.delete(Number(token));
        byToken.delete(Number(token));
        freeTokens.add(Number(token));
        if (y.tokens.size === 0) {
          sought.delete(nameOf(y.key));
          if (y.walked && !y.found) expected.nothing++;
        }
      });
    },
    pause,
  );

  const idleAnswers = (): void => {
    io.loaded.value = { valid: 0, status: "DONE" };
    (io.unloaded.valid as { value: unknown }).value = 0;
    if (loading !== null && bench.cycle >= loading.due) {
      const { c, slot } = loading;
      const exists = c.slot !== null;
      const none = !exists && chance(s.noSpace);
      io.loaded.value = { valid: 1, status: exists ? "EXISTS" : none ? "NO_SPACE" : "DONE" };
      if (exists) tally.exists++;
      done.push(() => {
        for (const x of sought.values())
          if (isOf(c, x.key)) {
            if (none) x.excused = true;
            else x.placed = true;
          }
        if (!exists && !none) {
          c.slot = slot;
          slots.set(slot, c);
          if (chance(s.work)) working.add(slot);
          expected.fills++;
          memory.expectMark(c, slot);
        }
        loading = null;
      });
    }
    if (unloading !== null && bench.cycle >= unloading.due) {
      const { slot, force } = unloading;
      const c = slots.get(slot) as Connection;
      if (!force && working.has(slot)) {
        io.unloaded.value = { valid: 1, done: 0, state: stateNow(c) } as never;
        tally.refused++;
        if (random.oneIn(3)) working.delete(slot);
        done.push(() => {
          unloading = null;
        });
      } else {
        io.unloaded.value = { valid: 1, done: 1, state: stateNow(c) } as never;
        done.push(() => {
          slots.delete(slot);
          working.delete(slot);
          unloading = null;
          memory.expectState(c, slot, stateNow(c));
          c.slot = null;
        });
      }
    }
  };
  const lives = (): void => {
    // Open slots go on: datagrams come and go, owners sleep.
    if (slots.size === 0) return;
    const [slot, c] = random.pick([...slots]);
    if (unloading?.slot === slot) return;
    const log = (n: number): bigint => random.bits(n) & (c.datagram ? ~15n : ~0n);
    c.state.rxTail = log(c.rxLog);
    if (random.oneIn(2)) c.state.rxHead = log(c.rxLog);
    if (c.txLog > 0 && random.oneIn(2)) [c.state.txHead, c.state.txTail] = [log(c.txLog), log(c.txLog)];
    c.state.drops = random.bits(32);
    c.state.rxTime = random.bits(64);
    c.state.txTime = random.bits(64);
    c.state.suspended = random.bits(2);
    if (chance(s.stopped === undefined ? 0 : 0.05)) c.state.stops = 1n << BigInt(random.below(4));
    if (c.state.stops !== 0n) for (const x of sought.values()) if (isOf(c, x.key)) x.excused = true;
  };

  bench.watch(() => {
    if (bench.cycle % 128 === 0) {
      gap = random.pick(s.gap);
      hot = s.hot === undefined ? keys : Array.from({ length: s.hot }, () => random.pick(keys));
    }
    idleAnswers();
    io.command.value = { valid: 0, all: 0, entry: random.word() };
    if (chance(s.switches) && !quiet) enabled = !enabled;
    if (quiet) enabled = true;
    io.settings.value = {
      enable: enabled ? 1 : 0,
      buckets: table.buckets,
      log_buckets: s.logBuckets,
      entries: table.entries,
      last: s.last,
      first,
      key: table.hashKey,
    };
    const some = slots.size > 0 && random.oneIn(3) ? random.pick([...slots.keys()]) : null;
    io.used.value = { valid: some === null ? 0 : 1, slot: some ?? random.below(config.slots) };
    if (io.invalidating.value === 0n && forced !== null && bench.cycle > forced.since + 1) {
      const { held, entry } = forced;
      for (const c of held)
        bench.check(
          c.slot === null || (entry === null && c.slot !== null && !heldSince(c)),
          () => `entry ${c.entry} is in slot ${c.slot} still`,
        );
      if (entry !== null) {
        const c = table.connections.get(entry) as Connection;
        memory.checkState(c);
        gone.delete(entry);
        if (random.oneIn(2)) {
          table.write(c);
          table.setValid(c, true);
        }
      }
      forced = null;
    }
    if (forced === null && chance(s.invalidations) && !quiet) takeAway();
    if (forced !== null) bench.check(bench.cycle - forced.since < 60 * config.slots * (latency + 60), () => "an invalidation is not done");
    if (random.oneIn(4)) lives();
    for (const [name, value] of Object.entries(io.counts) as [keyof typeof counts, { readonly value: bigint }][])
      counts[name] += Number(value.value);
    if (io.malformed.valid.value === 1n) {
      const entry = io.malformed.entry.number;
      const c = table.connections.get(entry);
      bench.check(entry > s.last || c === undefined || c.fault !== null, () => `entry ${entry} is called malformed`);
      for (const x of sought.values()) x.excused = x.told = true;
    }
    if (io.counts.noSlot.value === 1n) excuseAll();
  });
  /** A connection that was loaded anew, after everything was taken out. */
  const heldSince = (c: Connection): boolean => (memory.loadedAt.get(c) ?? 0) <= (forced?.since ?? 0);
  const step = (): void => {
    bench.step();
    for (const f of done.splice(0)) f();
  };
  const run = (n: number): void => {
    for (let i = 0; i < n; i++) step();
  };
  run(s.cycles);
  quiet = true;
  const limit = 3000 + 40 * config.slots * (latency + 40) * (pause === 0 ? 1 : 12);
  for (let i = 0; sought.size > 0 || freeTokens.size < 16 || io.busy.value === 1n || forced !== null; i++) {
    bench.check(i < limit, () => `still ${sought.size} keys sought, busy ${io.busy.value}, after ${limit} cycles`);
    step();
  }
  run(100);
  bench.check(freeTokens.size === 16, () => "a frame has no answer");
  memory.checkAll(slots);
  const nothing = counts.notFound + counts.malformed + counts.noSlot + memory.failedWalks;
  bench.check(nothing === expected.nothing, () => `${nothing} reasons for ${expected.nothing} walks that found nothing`);
  for (const name of ["walks", "joined", "fills"] as const)
    bench.check(counts[name] === expected[name], () => `${counts[name]} ${name} are counted, ${expected[name]} expected`);
  bench.check(counts.evictions === memory.states, () => `${counts.evictions} evictions are counted, ${memory.states} expected`);
  bench.check(
    counts.failed === memory.refusedWrites + memory.failedWalks,
    () => `${counts.failed} failures are counted, ${memory.refusedWrites} + ${memory.failedWalks} expected`,
  );
  return { ...tally, ...counts };
};
