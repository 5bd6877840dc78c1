/** The connection table beside its model: kernel and engines at random, at once, and every output looked at in every cycle. */
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { slotWords } from "#rtl/ict/slot-layout.ts";
import type { connectionTable } from "#rtl/ict/table.ts";
import { BlockBench } from "../nic/block-bench.ts";
import { type Events, TableModel, type Tuple, wordOf } from "./table-model.ts";

/** What the run came by, to see that the stimulus was worth its time. */
export interface Reached {
  readonly exact: number;
  readonly localOnly: number;
  readonly misses: number;
  readonly wakes: number;
  readonly picks: number;
}
/** Few addresses and ports, so that slots clash and lookups hit. */
const ips = [0x0a00_0001n, 0x0a00_0002n, 0x8a00_0001n],
  ports = [7n, 8n, 0x8007n];
/** The words of set-up are written seldom once a slot is open; the pointers often. */
const often: readonly (keyof typeof slotWords)[] = [
  "rxHead",
  "txTail",
  "rxHead",
  "txTail",
  "txTail",
  "rxSuspend",
  "control",
  "status",
  "rxDrops",
];
const all = Object.keys(slotWords) as (keyof typeof slotWords)[];

const endpoint = (random: Random) => ({ ip: random.pick(ips), port: random.pick(ports) });
const kernelAccess = (random: Random, config: Config, model: TableModel): Events["access"] => {
  const slot = random.below(config.slots);
  const { tx, txRead, rxTail } = model.slot(slot);
  const valid = random.oneIn(4) ? 0 : 1;
  const name = random.pick(random.oneIn(3) ? all : often);
  const inside = BigInt(random.below(random.pick([8, 64])));
  // Now and then what changes nothing, the ring's last byte, or what lies outside of it.
  const corner = BigInt(random.pick([txRead, rxTail, rxTail, tx.mask, config.ringLimit - 1 - random.below(3)]));
  const pointer = random.oneIn(3) ? corner : inside;
  const { ip, port } = endpoint(random);
  const size = random.pick([
    64n,
    64n,
    128n,
    128n,
    4096n,
    BigInt(config.ringLimit),
    BigInt(config.ringLimit) * 2n,
    BigInt(config.ringLimit) + 1n,
    32n,
    0n,
    192n,
    1n << 40n,
  ]);
  const values: Partial<Record<keyof typeof slotWords, bigint>> = {
    control: BigInt(random.pick([0, 1, 1, 3, 3, 5, 7])) | (BigInt(random.below(config.harts)) << 8n),
    local: ip | (port << 32n),
    remote: ip | (port << 32n),
    rxSuspend: BigInt(random.below(2)),
    rxSize: size,
    txSize: size,
    rxHead: pointer,
    txTail: random.oneIn(40) ? pointer | (1n << BigInt(16 + random.below(48))) : pointer,
  };
  const noise = random.bits(64);
  // The registers' unused bits are noise, and now and then only some bytes are written.
  const besideSize = noise - (noise % BigInt(2 * config.ringLimit));
  const used: Partial<Record<keyof typeof slotWords, bigint>> = { rxSize: besideSize, txSize: besideSize, txTail: 0n };
  const upper = used[name] ?? noise & ~(2n ** 48n - 1n);
  return {
    valid,
    write: random.oneIn(3) ? 0 : 1,
    slot,
    word: random.oneIn(20) ? random.below(32) : slotWords[name] / 8,
    data: values[name] === undefined ? noise : (values[name] as bigint) | upper,
    strobe: random.oneIn(8) ? random.below(256) : 0xff,
  };
};

/** Runs `cycles` random cycles; throws in the first one in which an output is wrong. */
export const checkTable = (block: ReturnType<typeof connectionTable>, config: Config, cycles: number, seed: number): Reached => {
  const bench = new BlockBench(block, seed);
  const { random } = bench;
  const { io } = bench.sim;
  const model = new TableModel(config);
  const reached = { exact: 0, localOnly: 0, misses: 0, wakes: 0, picks: 0 };
  const { slots } = config;
  const idle = { valid: 0, slot: 0, pointer: 0, epoch: 0 };
  let read: bigint | undefined;
  /** How seldom engines have news: it changes, so that slots come to have much to do, and little. */
  let calm = 1;

  const cycle = (access: Events["access"], quiet = false): void => {
    const often = (n: number): number => (!quiet && random.oneIn(n * calm) ? 1 : 0);
    if (random.oneIn(50)) calm = random.pick([1, 1, 4, 12]);
    const news = (n: number) => {
      const slot = random.below(slots);
      const s = model.slot(slot);
      const pointer = random.pick([random.below(128), random.below(8), s.rxHead, s.txTail]);
      // Mostly of this life of the slot.
      return { valid: often(n), slot, pointer, epoch: random.oneIn(6) ? random.below(4) : s.epoch };
    };
    const { local, remote } = random.oneIn(2) ? random.pick(model.slots) : { local: endpoint(random), remote: endpoint(random) };
    const key: Tuple = { localIp: local.ip, localPort: local.port, remoteIp: remote.ip, remotePort: remote.port };
    const same = random.oneIn(3);
    const commit = news(3);
    const e: Events = {
      access,
      key,
      advance: random.oneIn(4) ? 0 : 1,
      allocate: { valid: often(3), slot: random.below(slots), pointer: random.below(128) },
      commit: { ...commit, failed: random.oneIn(12) ? 1 : 0 },
      drop: often(3),
      dropSlot: same ? commit.slot : random.below(slots),
      advanceRead: quiet ? idle : news(3),
      sent: news(4),
      stop: { valid: often(60), slot: random.below(slots), epoch: random.below(4), torn: random.below(2) },
    };
    const building = { slot: random.below(slots), epoch: random.below(4) };
    const receiveSlot = random.below(slots);
    for (const name of ["access", "key", "advance", "allocate", "commit", "drop", "dropSlot", "advanceRead", "sent", "stop"] as const)
      io[name].value = e[name] as never;
    io.building.value = building;
    io.receiveSlot.value = receiveSlot;

    const want = (what: string, got: unknown, expected: unknown): void => {
      bench.check(quiet || got === expected, () => `${what} is ${String(got)}, ${String(expected)} expected`);
    };
    const flag = (is: boolean): bigint => (is ? 1n : 0n);
    if (read !== undefined) want("the word read", io.readData.value, read);
    read = !quiet && access.valid === 1 ? wordOf(model.slot(access.slot), access.word) : undefined;

    // The answer of a lookup, and, whatever the model says, the slot has the four-tuple that was asked for at this moment.
    const { slot, key: asked } = model.found;
    want("hit", io.hit.value, flag(slot !== null));
    if (slot === null) reached.misses++;
    else {
      want("the slot found", io.found.number, slot);
      const s = model.slot(slot);
      const mine = s.enabled && s.local.ip === asked.localIp && s.local.port === asked.localPort;
      bench.check(mine && (!s.connected || model.matchesRemote(slot, asked)), () => `slot ${slot} was found and is another's now`);
      if (s.connected) reached.exact++;
      else reached.localOnly++;
    }
    const r = model.slot(receiveSlot);
    const { receive } = io;
    want("receive.ready", receive.ready.value, flag(r.enabled && r.rx.size > 0));
    want("receive.stopped", receive.stopped.value, flag(r.rxStopped));
    want("receive.datagram", receive.datagram.value, flag(r.datagram));
    want("receive.base", receive.base.value, r.rx.base);
    if (r.rx.size > 0) want("receive.mask", receive.mask.number, r.rx.size - 1);
    want("receive.head", receive.head.number, r.rxHead);
    want("receive.write", receive.write.number, r.rxWrite);
    want("receive.epoch", receive.epoch.number, r.epoch);
    want("commitLost", io.commitLost.value, flag(commit.valid === 1 && !model.commitOk(e)));
    want("buildingLives", io.buildingLives.value, flag(model.mayLeave(building.slot, building.epoch)));

    const { next } = model;
    want("workValid", io.workValid.value, flag(next !== null));
    if (next !== null) {
      reached.picks++;
      const s = model.slot(next);
      const { transmit } = io;
      want("workSlot", io.workSlot.number, next);
      want("transmit.datagram", transmit.datagram.value, flag(s.datagram));
      want("transmit.connected", transmit.connected.value, flag(s.connected));
      want("transmit.base", transmit.base.value, s.tx.base);
      want("transmit.mask", transmit.mask.number, s.tx.mask);
      want("transmit.read", transmit.read.number, s.txRead);
      want("transmit.tail", transmit.tail.number, s.txTail);
      want("transmit.localIp", transmit.tuple.localIp.value, s.local.ip);
      want("transmit.localPort", transmit.tuple.localPort.value, s.local.port);
      want("transmit.remoteIp", transmit.tuple.remoteIp.value, s.remote.ip);
      want("transmit.remotePort", transmit.tuple.remotePort.value, s.remote.port);
      want("transmit.nextHop", transmit.nextHop.value, s.nextHop);
      want("transmit.epoch", transmit.epoch.number, s.epoch);
    }
    for (let hart = 0; hart < config.harts; hart++) {
      want(`the line of hart ${hart}`, (io.irq.value >> BigInt(hart)) & 1n, flag(model.irq(hart)));
      if (model.irq(hart)) reached.wakes++;
    }
    model.step(e);
    bench.step();
  };
  // What lies in memories is not known before it is written.
  for (const word of ["rxBase", "txBase", "nextHop", "local", "remote", "rxSize", "txSize"] as const)
    for (let slot = 0; slot < slots; slot++) {
      const data = word.endsWith("Size") ? 128n : random.bits(48);
      cycle({ valid: 1, write: 1, slot, word: slotWords[word] / 8, data, strobe: 0xff }, true);
    }
  for (let i = 0; i < cycles; i++) cycle(kernelAccess(random, config, model));
  return reached;
};
