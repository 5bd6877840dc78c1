/** An entry of the connection table as hardware: is it what was looked for, can it be a slot, and the slot it becomes. */
import { type Bits, type Bool, bool, cat, constant, mux, type SignalOf, struct, uint } from "#hdl";
import { fromBits, resize } from "#hdl/lib/bits.ts";
import { memoryFields } from "#hdl/regmap/index.ts";
import type { Config, tuple } from "#rtl/common.ts";
import { derived } from "#rtl/config/config.ts";
import { type slotImage, type slotState, stopBits } from "./slot-image.ts";
import { entryBytes, entryMagic, entryReserved, entryVersion, leastRingLog, tableEntry } from "./table-format.ts";

type Tuple = SignalOf<typeof tuple>;
/** An entry's fields. */
const fieldsOf = (bits: Bits) => memoryFields(tableEntry, bits);
type Fields = ReturnType<typeof fieldsOf>;

/** What an entry is to a walk. `malformed` goes before the others. */
export const entryVerdict = struct(
  {
    /** It cannot be an entry that the kernel has finished. */
    malformed: bool,
    /** It is in use, and has the key that was asked for. */
    mine: bool,
    /** It may not have a slot, because it has stopped. */
    stopped: bool,
  },
  "entry_verdict",
);

/** A ring's offsets are below this mask; each of its bits is one compare, and not a shift and a borrow. */
const maskOf = (log: Bits, width: number): Bits => fromBits(Array.from({ length: width }, (_, i) => log.trunc(5).gt(i)));
const stopsOf = ({ STATE }: Fields): Bits => cat(STATE.outside, STATE.torn, STATE.malformed, STATE.rxStopped);
const localKey = ({ LOCAL }: Fields, key: Tuple): Bool => LOCAL.ip.eq(key.localIp).and(LOCAL.port.eq(key.localPort));
const remoteKey = ({ LOCAL, REMOTE }: Fields, key: Tuple): Bool => REMOTE.ip.eq(key.remoteIp).and(LOCAL.remotePort.eq(key.remotePort));

/** The verdict on an entry, `bits`, for a walk that looks for `key`. Combinational. */
export const judgeEntry = (c: Config, bits: Bits, key: Tuple) => {
  const f = fieldsOf(bits);
  const { pointerBits } = derived(c);
  const { HEAD, LOCAL, REMOTE, RX, TX } = f;
  const reserved = bits.and(constant(entryBytes * 8, entryReserved)).any();
  const badLog = (log: Bits): Bool => log.lt(leastRingLog).or(log.gt(Math.log2(c.ringLimit)));
  const outside = (p: Bits, log: Bits): Bool => p.and(maskOf(log, pointerBits).zext(32).not()).any();
  const unaligned = (...pointers: readonly Bits[]): Bool => pointers.reduce<Bits>((any, p) => any.or(p.trunc(4)), constant(4, 0)).any();
  const head = HEAD.magic.ne(entryMagic).or(HEAD.version.ne(entryVersion));
  const key_ = HEAD.connected.not().and(REMOTE.ip.any().or(LOCAL.remotePort.any()));
  const rx = badLog(HEAD.rxLog)
    .or(f.RX_BASE.address.trunc(leastRingLog).any())
    .or(outside(RX.head, HEAD.rxLog))
    .or(outside(RX.tail, HEAD.rxLog));
  const tx = HEAD.txLog
    .any()
    .and(badLog(HEAD.txLog))
    .or(f.TX_BASE.address.trunc(leastRingLog).any())
    .or(outside(TX.head, HEAD.txLog))
    .or(outside(TX.tail, HEAD.txLog));
  const records = HEAD.datagram.and(unaligned(RX.head, RX.tail, TX.head, TX.tail));
  const owner = HEAD.hart.gt(c.harts - 1).or(REMOTE.room.shr(pointerBits).any());
  const faulty = reserved.or(key_).or(rx).or(tx).or(records).or(owner);
  return {
    malformed: head.or(HEAD.valid.and(faulty)),
    mine: HEAD.valid.and(localKey(f, key)).and(HEAD.connected.not().or(remoteKey(f, key))),
    stopped: stopsOf(f).any(),
  };
};

/** The slot that an entry becomes. */
export const imageOfEntry = (c: Config, bits: Bits, slot: Bits): Record<keyof SignalOf<ReturnType<typeof slotImage>>, unknown> => {
  const f = fieldsOf(bits);
  const { pointerBits, hartBits } = derived(c);
  const { HEAD, LOCAL, REMOTE, NEXT_HOP, OWNER, STATE, RX, TX } = f;
  const ring = (base: Bits, log: Bits) => ({ base: base.slice(63, 6), mask: maskOf(log, pointerBits), sound: log.any() });
  const pointer = (p: Bits): Bits => p.trunc(pointerBits);
  return {
    slot,
    connected: HEAD.connected,
    datagram: HEAD.datagram,
    noChecksum: HEAD.noChecksum,
    hart: resize(HEAD.hart, hartBits),
    priority: HEAD.priority,
    task: f.TASK.pointer,
    asid: OWNER.asid,
    socket: OWNER.socket,
    tuple: { localIp: LOCAL.ip, localPort: LOCAL.port, remoteIp: REMOTE.ip, remotePort: LOCAL.remotePort },
    nextHop: NEXT_HOP.mac,
    own: HEAD.own,
    ttl: NEXT_HOP.ttl,
    tos: NEXT_HOP.tos,
    room: pointer(REMOTE.room),
    rx: ring(f.RX_BASE.address, HEAD.rxLog),
    tx: ring(f.TX_BASE.address, HEAD.txLog),
    rxHead: pointer(RX.head),
    rxTail: pointer(RX.tail),
    txHead: pointer(TX.head),
    txTail: pointer(TX.tail),
    drops: STATE.drops,
    rxTime: f.RX_TIME.cycles,
    txTime: f.TX_TIME.cycles,
    suspended: cat(STATE.txSuspended, STATE.rxSuspended),
    stops: uint(4).of(0),
  } as never;
};
/** The generation of an entry's connection. */
export const generationOf = (bits: Bits): Bits => fieldsOf(bits).OWNER.generation;

/** The entry's second line: with `resident`, of which only the first word is written, the slot that has it, else the state. */
export const stateLine = (of: {
  readonly state: SignalOf<ReturnType<typeof slotState>>;
  readonly slot: Bits;
  readonly generation: Bits;
  readonly resident: Bool;
}): Bits => {
  const { state } = of;
  const word = (low: Bits, high: Bits): Bits => cat(high.zext(32), low.zext(32));
  const stops = (name: keyof typeof stopBits): Bits => state.stops.bit(stopBits[name]);
  const flags = cat(stops("outside"), stops("torn"), stops("malformed"), stops("rx"), constant(6, 0), state.suspended);
  const place = cat(constant(31, 0), of.resident, of.generation, mux(of.resident, of.slot.zext(16), uint(16).of(0)));
  return cat(
    constant(128, 0),
    state.txTime,
    state.rxTime,
    word(state.drops, flags),
    word(state.txHead, state.txTail),
    word(state.rxHead, state.rxTail),
    place,
  ) as Bits;
};
