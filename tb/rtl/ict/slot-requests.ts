/** What may be asked of the connection table's register port: at random, and such that rings fill, wrap and run empty. */
import type { Random } from "#hdl/simulate/index.ts";
import type { Config } from "#rtl/config/config.ts";
import { type SlotWord, slotWords } from "#rtl/ict/slot-words.ts";
import type { SlotModel } from "./slot-model.ts";

export interface Request {
  readonly operation: "READ" | "WRITE" | "TAKE" | "PEEK" | "REKEY";
  readonly slot: number;
  readonly hart: number;
  readonly word: number;
  readonly data: bigint;
  readonly strobe: number;
  readonly kernel: number;
  readonly askers: number;
}
/** The addresses that slots and frames have: few, so that they meet. */
export const ips = [1, 2],
  ports = [7, 8];

/** Words of which a write changes nothing. */
const readOnly: readonly SlotWord[] = ["status", "rxTail", "txHead", "rxDrops", "rxTime", "txTime"];

/** `was` with the bytes that a request writes. */
export const merged = ({ data, strobe }: Request, was: bigint): bigint => {
  let mask = 0n;
  for (let i = 0; i < 8; i++) if ((strobe >> i) & 1) mask |= 0xffn << BigInt(8 * i);
  return (was & ~mask) | (data & mask);
};

/**
 * A request of `slot`, which is now as `s` says. Owners keep to the rules of their rings, but for a tail that lies outside.
 * Open slots are set up anew, or closed, once in `calm` requests.
 */
export const aRequest = (random: Random, config: Config, slot: number, s: SlotModel, calm: number): Request => {
  const { harts, ringLimit } = config;
  const names = Object.keys(slotWords) as SlotWord[];
  const live: readonly SlotWord[] = ["txTail", "txTail", "rxHead", "rxHead", "suspend", "status", "rxTail", "txHead", "nextHop"];
  const setUp: readonly SlotWord[] = [
    "control",
    "control",
    "control",
    "local",
    "remote",
    "rxSize",
    "txSize",
    "identity",
    "rxBase",
    "policy",
  ];
  const name = random.oneIn(s.open ? 40 : 4) ? random.pick(names) : random.pick(!s.open || random.oneIn(calm) ? setUp : live);
  const word = random.oneIn(30) ? random.below(32) : slotWords[name] / 8;
  const used = (s.txTail - s.txHead) & s.tx.mask;
  const free = Math.max(0, s.tx.mask - used);
  // Now and then as much is left free as a sleeping sender waits for, or a byte less.
  const edge = Math.min(free, Math.max(0, free - s.room + random.below(2)));
  const step = random.oneIn(5)
    ? edge
    : random.oneIn(4)
      ? Math.min(free, random.below(64))
      : random.oneIn(3)
        ? free
        : random.below(free + 1);
  const outside = random.oneIn(2) ? BigInt(random.below(2 * ringLimit)) : 1n << BigInt(random.below(64));
  const tail = random.oneIn(50) ? outside : BigInt((s.txTail + step) & s.tx.mask);
  const waiting = (s.rxTail - s.rxHead) & s.rx.mask;
  const head = random.oneIn(3) ? s.rxTail : (s.rxHead + random.below(waiting + 1)) & s.rx.mask;
  const size = BigInt(random.oneIn(8) ? random.pick([0, 96, 32, 2 * ringLimit]) : random.pick([64, 128, 128, 256, 4096, ringLimit]));
  const bit = (): number => random.below(2);
  const modes =
    s.open && random.oneIn(3)
      ? Number(s.control.connected) | (Number(s.control.datagram) << 1) | (Number(s.control.noChecksum) << 2)
      : random.pick([1, 3, 5, 7, random.below(8)]);
  const control = (random.oneIn(s.open ? 3 : 6) ? 0 : 1) | (modes << 1);
  const values: Partial<Record<SlotWord, bigint>> = {
    control: BigInt(control) | (BigInt(random.below(harts)) << 8n) | (BigInt(random.below(8)) << 16n),
    local: BigInt(random.pick(ips)) | (BigInt(random.pick(ports)) << 32n),
    remote: BigInt(random.pick(ips)) | (BigInt(random.pick(ports)) << 32n),
    rxSize: size,
    txSize: size,
    rxHead: BigInt(head),
    txTail: tail,
    suspend: BigInt(random.below(4)),
    identity: BigInt(random.below(3)) | (random.bits(32) << 32n),
    policy: (random.bits(64) & 0x1_ffffn) | (BigInt(random.oneIn(3) ? 0 : random.below(random.pick([64, 128, 4096]))) << 32n),
    available: BigInt(random.below(4)),
  };
  const kernel = random.oneIn(setUp.includes(name) ? 9 : 3) ? 0 : 1;
  const write = readOnly.includes(name) ? random.oneIn(8) : name === "available" ? random.oneIn(4) : !random.oneIn(3);
  const data = values[name] ?? random.bits(64);
  // Of a pointer, a size and control the upper half is written or is not, and means nothing then.
  const whole = ["txTail", "rxHead", "control", "rxSize", "txSize"].includes(name);
  const half = whole && data < 1n << 32n && random.oneIn(10);
  const partly = random.oneIn(10) && !whole;
  return {
    operation: random.oneIn(80) ? random.pick(["TAKE", "PEEK", "REKEY"]) : write ? "WRITE" : "READ",
    slot,
    hart: random.below(harts),
    word,
    data: half ? data | (random.bits(32) << 32n) : data,
    strobe: half ? 0x0f : partly ? random.below(256) : 0xff,
    kernel,
    askers: kernel === 1 ? 0 : bit() === 1 ? 1 << random.below(harts) : random.below(1 << harts),
  };
};
