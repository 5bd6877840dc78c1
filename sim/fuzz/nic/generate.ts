/** From a seed to a scenario: how rude the surroundings are, and what everybody does in them. */
import { Prng, randomLength } from "#sim/models/packet/index.ts";
import { frameKinds } from "./frames.ts";
import type { FrameSpec, Op, Scenario, SoftwareOp, Surface, Way } from "./scenario.ts";
import { locals, peers } from "./scene.ts";

/** Slots that scenarios use: few, so that they meet each other. */
const slotsInUse = 8;

export interface GenerateOptions {
  /** Frames from the wire. */
  readonly packets: number;
  readonly harts: number;
  readonly mtu: number;
}

const surfaceOf = (random: Prng, mtu: number): Surface => {
  const share = () => (random.chance(0.5) ? 0 : random.pick([0.1, 0.3, 0.6]));
  const latency = () => (random.chance(0.5) ? 1 : random.integer(1, 60));
  const jitter = () => (random.chance(0.5) ? 0 : random.integer(1, 80));
  return {
    wire: share(),
    memory: share(),
    registers: share(),
    readLatency: latency(),
    readJitter: jitter(),
    writeLatency: latency(),
    writeJitter: jitter(),
    reorder: random.chance(0.5),
    refused: random.chance(0.7)
      ? []
      : Array.from({ length: random.integer(1, 6) }, () => ({
          slot: random.integer(0, slotsInUse - 1),
          ring: random.pick(["receive", "transmit"] as const),
          line: random.integer(0, 127),
        })),
    largest: random.pick([mtu - 28, mtu - 28, 512, 100]),
  };
};
const lengthOf = (random: Prng, mtu: number, small: boolean): number =>
  random.chance(small ? 0.95 : 0.5) ? random.integer(0, 130) : randomLength(random, mtu - 28);

/** The scenario of a seed. */
export const scenarioOf = (seed: number, { packets, harts, mtu }: GenerateOptions): Scenario => {
  const random = new Prng(seed);
  const surface = surfaceOf(random, mtu);
  const small = random.chance(0.7);
  const rude = random.pick([0, 0.1, 0.4]);
  const slow = random.pick([0, 0, 10, 60, 200]);
  const busy = random.pick([0.3, 0.7, 1.2]);
  const resets = random.pick([0, 0, 0.01]);
  const sleepy = random.pick([0, 0.2, 0.5]);
  const ops: Op[] = [];
  const by = () => random.integer(0, harts - 1);
  const slot = () => random.integer(0, slotsInUse - 1);
  const door = () => random.pick(["kernel", "page"] as const);
  const way = (): Way => random.pick(["kernel", "page", "line"]);
  const fragments = (): number[] => {
    if (random.chance(0.4)) return [];
    const count = random.integer(1, 4);
    const least = random.chance(rude / 4) ? 0 : 1;
    return Array.from({ length: count }, (_, i) =>
      i === 0 ? random.integer(least === 0 ? 0 : 14, 600) : random.integer(least, random.chance(rude / 4) ? 1900 : 300),
    );
  };
  const sleep = (): SoftwareOp => {
    const dice = random.integer(0, 99);
    if (dice < 45) return { op: "suspend", slot: slot(), way: door(), rx: random.chance(0.7), tx: random.chance(0.4) };
    if (dice < 88) return { op: "take", hart: by(), peek: random.chance(0.2) };
    if (dice < 95) return { op: "migrate", slot: slot(), hart: by(), priority: random.integer(0, 3) };
    return { op: "mask", hart: by(), enabled: random.chance(0.7) };
  };
  const nonsense = (): SoftwareOp => {
    if (random.chance(0.7))
      return {
        op: "trespass",
        page: random.chance(0.8) ? slot() : random.integer(0, 1023),
        word: random.chance(0.8) ? random.integer(0, 31) : random.integer(0, 511),
        write: random.chance(0.5),
        stranger: random.chance(0.2),
        narrow: random.chance(0.3),
      };
    return {
      op: "misuse",
      slot: slot(),
      way: door(),
      what: random.pick(["head", "tail"] as const),
      value: random.chance(0.5) ? random.integer(0, 100) : random.integer(0, 0xffff_ffff),
    };
  };
  const frame = (): FrameSpec => ({
    seed: random.word(),
    local: random.integer(0, locals.length - 1),
    peer: random.integer(0, peers.length - 1),
    length: lengthOf(random, mtu, small),
    kind: random.chance(rude) ? random.pick(frameKinds) : "plain",
  });
  const open = (): SoftwareOp => ({
    op: "open",
    slot: slot(),
    local: random.integer(0, locals.length - 1),
    remote: random.chance(0.5) ? null : random.integer(0, peers.length - 1),
    loose: random.chance(0.2),
    datagram: random.chance(0.6),
    receive: random.pick([6, 8, 11, 12, 13, 13]),
    transmit: random.pick([6, 8, 11, 12, 13]),
    shift: random.word() / 2 ** 32,
    asid: random.integer(1, 2),
    hart: by(),
    priority: random.integer(0, 3),
    own: random.chance(0.3),
    noChecksum: random.chance(0.2),
    room: random.pick([0, 1, 64, 4096]),
    hasty: random.chance(0.5),
  });
  const software = (): SoftwareOp => {
    const dice = random.integer(0, 99);
    if (random.chance(rude / 4)) return nonsense();
    if (random.chance(sleepy)) return sleep();
    if (random.chance(0.06)) return { op: "ordinary", lengths: fragments(), seed: random.word() };
    if (dice < 12) return open();
    if (dice < 17) return { op: "close", slot: slot() };
    if (dice < 60) return { op: "consume", slot: slot(), way: way(), share: random.pick([0.3, 1, 1]) };
    if (dice < 95) {
      const lengths = Array.from({ length: random.integer(1, 4) }, () => lengthOf(random, mtu, small));
      return {
        op: "send",
        slot: slot(),
        way: way(),
        lengths,
        peer: random.integer(0, peers.length - 1),
        seed: random.word(),
        broken: random.chance(rude / 10),
      };
    }
    if (dice < 97) return { op: "switch", asid: random.integer(1, 2), accelerated: random.chance(0.5), priority: random.integer(0, 3) };
    if (dice < 98)
      return random.pick([{ op: "events" }, { op: "rekey", key: random.word() }, { op: "link", up: random.chance(0.5) }] as const);
    return { op: "pause", cycles: random.integer(1, 200) };
  };
  for (let i = 0; i < 6; i++) ops.push({ by: by(), ...open() });
  for (let i = 0; i < packets; i++) {
    ops.push({ by: "wire", op: "frame", frame: frame(), gap: random.chance(0.5) ? 0 : random.integer(0, slow) });
    for (let n = random.word() / 2 ** 32; n < busy; n++) ops.push({ by: by(), ...software() });
    if (random.chance(0.005)) ops.push({ by: 0, op: "settle" });
    if (random.chance(resets)) ops.push({ by: 0, op: "reset", after: random.integer(1, 8000) });
  }
  return { seed, surface, ops };
};
