/**
 * The receive parser against the rules in `sim/models/nic`: every frame's facts are what its bytes say, one pulse a
 * frame, a fixed number of cycles after its last beat, at any spacing of beats and frames.
 */
import type { Config } from "#rtl/config/config.ts";
import type { rxParse } from "#rtl/udp/rx-parse.ts";
import { type Classification, classify } from "#sim/models/nic/index.ts";
import {
  breakFrame,
  build,
  defaults,
  defectNames,
  type FrameFields,
  ipv4Number,
  ipv4Text,
  macNumber,
  macText,
  ordinaryFrame,
  ordinaryKinds,
  type Prng,
  randomUdp,
} from "#sim/models/packet/index.ts";
import { BlockBench, ones, toBig } from "../nic/block-bench.ts";

/** Cycles from a frame's last beat to its facts. */
export const parseLatency = 6;

/** Anything that a wire may bring: sound, ordinary, broken, cut, or with random bytes changed in its headers. */
export const anyFrame = (prng: Prng): Uint8Array => {
  const anyone = () => ({ address: [1, 2, 3, 4].map(() => prng.integer(0, 255)).join("."), port: prng.integer(0, 0xffff) });
  const traffic = { tagged: 0.3, sockets: [anyone()], peers: [anyone()], ...(prng.chance(0.7) ? { maxPayload: 90 } : {}) };
  const udp = randomUdp(prng, traffic);
  const frame = prng.pick([
    () => build(udp),
    () => breakFrame(prng.pick(defectNames), udp, prng),
    () => ordinaryFrame(prng.pick(ordinaryKinds), prng, traffic),
    () => prng.bytes(prng.integer(1, 120)),
    // At the MTU, over it, and longer than any frame.
    () => build({ ...udp, payload: prng.bytes(prng.pick([1471, 1472, 1473, 1474, prng.integer(1475, 1500)])) }),
    // A datagram like any other, in a frame that is just short enough, or too long.
    () => build({ ...udp, trailer: prng.bytes(prng.pick([1517, 1518, 1519]) - build({ ...udp, trailer: new Uint8Array(0) }).length) }),
    // No byte behind the headers, or hardly one.
    () => build({ ...udp, payload: prng.bytes(prng.integer(0, 2)), trailer: new Uint8Array(0) }),
    // Lengths just at what a header needs.
    () => build({ ...udp, ipv4: { ...udp.ipv4, totalLength: prng.pick([19, 20, 21, 27, 28, 29]) } }),
    () => build({ ...udp, udp: { ...udp.udp, length: prng.pick([7, 8, 9]) } }),
    () => offByOne(build({ ...udp, udp: { ...udp.udp, checksum: "good" } }), prng),
    () => {
      const whole = build(udp);
      for (let n = prng.integer(1, 3); n > 0; n--) whole[prng.integer(0, Math.min(45, whole.length - 1))] = prng.integer(0, 255);
      return whole;
    },
    () => build({ ...udp, trailer: prng.bytes(prng.integer(0, 40)) }),
    () => build({ ...udp, ...toGroup(prng) }),
  ])();
  return prng.chance(0.05) ? frame.slice(0, prng.integer(1, frame.length)) : frame;
};

/** To a group, as it should be, or with one bit of either address turned. */
const toGroup = (prng: Prng): Pick<FrameFields, "ethernet" | "ipv4"> => {
  const multicast = prng.chance(0.5);
  let ip = multicast ? prng.integer(0xe000_0000, 0xefff_ffff) : prng.pick([0xffff_ffff, 0x0a00_00ff, 0x0a00_0003]);
  let mac = multicast ? 0x0100_5e00_0000n + BigInt(ip % 2 ** 23) : 0xffff_ffff_ffffn;
  const wrong = prng.pick(["neither", "ip", "mac"]);
  if (wrong === "ip") ip = (ip ^ (1 << prng.integer(0, 31))) >>> 0;
  if (wrong === "mac") mac ^= 1n << BigInt(prng.integer(0, 47));
  return {
    ethernet: { destination: macText(Number(mac)), source: defaults.peerMac, tags: prng.chance(0.3) ? [{ id: 7 }] : [] },
    ipv4: { source: defaults.peerAddress, destination: ipv4Text(ip) },
  };
};

/** Two datagrams, one behind a tag, with each bit of their headers turned, one at a time: a compare of too few bits takes it for right. */
export const oneBitOff = (prng: Prng): readonly Uint8Array[] => {
  const socket = { address: "10.1.2.3", port: 0x1234 };
  const turned = (good: Uint8Array, bits: readonly number[]): readonly Uint8Array[] =>
    bits.map((bit) => {
      const frame = good.slice();
      frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
      return frame;
    });
  const udp = (tagged: number) => randomUdp(prng, { tagged, sockets: [socket], peers: [socket], maxPayload: 20 });
  const bits = (bytes: number, from = 0): readonly number[] => Array.from({ length: 8 * bytes }, (_, bit) => 8 * from + bit);
  // To groups: only the addresses are compared otherwise.
  const groups = [
    ["01:00:5e:01:02:03", "239.1.2.3"],
    ["ff:ff:ff:ff:ff:ff", "10.1.2.255"],
  ].map(([destination, ip]) => {
    const { ethernet, ipv4, ...rest } = udp(0);
    return build({ ...rest, ethernet: { ...ethernet, destination: destination as string }, ipv4: { ...ipv4, destination: ip as string } });
  });
  return [
    ...[0, 1].flatMap((tagged) => turned(build(udp(tagged)), bits(42 + 4 * tagged))),
    ...groups.flatMap((good) => turned(good, [...bits(6), ...bits(4, 30)])),
  ];
};

/** Longer than any frame may be, and than half of what a position counts: nothing of it may be taken for a header again. */
export const endlessFrame = (prng: Prng): Uint8Array => {
  const socket = { address: "10.1.2.3", port: 0x1234 };
  return build({ ...randomUdp(prng, { tagged: 0, sockets: [socket], peers: [socket], maxPayload: 20 }), trailer: prng.bytes(33_000) });
};

/** One of the checksums is one too high or too low, which a sum that is folded wrongly may take for right. */
const offByOne = (frame: Uint8Array, prng: Prng): Uint8Array => {
  const view = new DataView(frame.buffer, frame.byteOffset);
  const at = (frame[12] === 0x81 ? 18 : 14) + prng.pick([10, 26]);
  view.setUint16(at, (view.getUint16(at) + prng.pick([1, 0xffff])) & 0xffff);
  return frame;
};

interface Facts {
  readonly length: bigint;
  readonly plain: bigint;
  readonly tagged: bigint;
  readonly fault: string;
  readonly tuple: { readonly localIp: bigint; readonly localPort: bigint; readonly remoteIp: bigint; readonly remotePort: bigint };
  readonly payload: bigint;
  readonly timestamp: bigint;
}

/** Sends `frames` with pauses before one beat in `1 / pause`; throws at the first frame whose facts are wrong. */
export const checkRxParse = (
  block: ReturnType<typeof rxParse>,
  config: Config,
  frames: readonly Uint8Array[],
  seed: number,
  pause: number,
): Record<string, number> => {
  const bench = new BlockBench(block, seed);
  const { io } = bench.sim;
  const bytes = config.busBits / 8;
  const due: { cycle: number; began: number; frame: number }[] = [];
  const seen: Record<string, number> = {};
  let now = 0;
  io.mac.value = macNumber(defaults.deviceMac);
  const tick = (): void => {
    io.now.value = now;
    const next = due[0]?.cycle === bench.cycle ? due.shift() : undefined;
    bench.check((io.done.value === 1n) === (next !== undefined), () => `done is ${io.done.value}`);
    if (next !== undefined) {
      const frame = frames[next.frame] as Uint8Array;
      const facts = io.facts.value as unknown as Facts;
      const verdict = compare(frame, facts, config);
      bench.check(
        verdict.wrong === "" && facts.timestamp === BigInt(next.began),
        () => `frame ${next.frame} (${Buffer.from(frame).toString("hex")}): ${verdict.wrong || "timestamp"}`,
      );
      seen[verdict.kind] = (seen[verdict.kind] ?? 0) + 1;
    }
    bench.step();
    now += 3;
  };
  for (const [i, frame] of frames.entries())
    for (let at = 0, began = -1; at < frame.length; at += bytes) {
      io.valid.value = 0;
      while (pause > 0 && bench.random.word() / 2 ** 32 < pause) tick();
      const part = frame.subarray(at, at + bytes);
      const last = at + bytes >= frame.length;
      if (began < 0) began = now;
      io.valid.value = 1;
      io.beat.value = { data: toBig(part), keep: ones(part.length), last: last ? 1 : 0 };
      if (last) due.push({ cycle: bench.cycle + parseLatency, began, frame: i });
      tick();
    }
  io.valid.value = 0;
  for (let i = 0; i < parseLatency + 3; i++) tick();
  return seen;
};

/** What the rules say of a frame whose four-tuple always finds a slot, beside what the parser says. */
const compare = (frame: Uint8Array, facts: Facts, { mtu }: Config): { readonly kind: string; readonly wrong: string } => {
  let tuple: Facts["tuple"] | undefined;
  const verdict: Classification = classify(frame, {
    mac: defaults.deviceMac,
    mtu,
    match: ({ local, remote }) => {
      tuple = {
        localIp: BigInt(ipv4Number(local.address)),
        localPort: BigInt(local.port),
        remoteIp: BigInt(ipv4Number(remote.address)),
        remotePort: BigInt(remote.port),
      };
      return 0;
    },
  });
  const kind =
    verdict.class === "dropped"
      ? verdict.cause
      : verdict.class === "ordinary"
        ? verdict.reason
        : verdict.class === "lost"
          ? verdict.cause
          : "candidate";
  const wrong: string[] = [];
  const want = (what: string, got: unknown, expected: unknown): void => {
    if (got !== expected) wrong.push(`${what} is ${String(got)}, ${String(expected)} expected of ${kind}`);
  };
  // What is far too long has a length that says so.
  if (frame.length < 0xf000) want("length", facts.length, BigInt(frame.length));
  else if (facts.length < 0xf000n) wrong.push(`length is ${facts.length} of a frame of ${frame.length} bytes`);
  // No slot may take what is ordinary or too long; the rest of its facts does not matter.
  want("plain", facts.plain, verdict.class === "ordinary" || verdict.class === "lost" ? 0n : 1n);
  if (verdict.class === "ordinary" || verdict.class === "lost") return { kind, wrong: wrong.join("; ") };
  want("fault", facts.fault, verdict.class === "dropped" ? verdict.cause.toUpperCase() : "NONE");
  want("tagged", facts.tagged, frame[12] === 0x81 && frame[13] === 0 ? 1n : 0n);
  for (const key of ["localIp", "localPort", "remoteIp", "remotePort"] as const) want(key, facts.tuple[key], tuple?.[key]);
  if (verdict.class === "candidate") want("payload", facts.payload, BigInt(verdict.payload.length));
  return { kind, wrong: wrong.join("; ") };
};
