/** What the hardware says of itself in a run: every counter that it has, and the control events in their ring. */
import { readMemory } from "#hdl/regmap/index.ts";
import { dropCauses } from "#rtl/common.ts";
import { eventBytes, eventRecord, missRecord } from "#rtl/nic/control-event-formats.ts";
import type { Memory } from "#sim/models/axi/index.ts";
import { endpointText, ipv4Text } from "#sim/models/packet/index.ts";
import type { NicRegisters } from "./host.ts";

/** A control event: when, in cycles of the bus since reset, and what. */
export interface EventText {
  readonly cycle: number;
  readonly text: string;
}
/** Records of the ring, as a power of two: more than come while nobody looks. */
const logSize = 11;
const records = 2 ** logSize;
/** Bytes of memory that events need. */
export const eventRingBytes = records * eventBytes;

export class EventLog {
  readonly events: EventText[] = [];
  readonly #memory: Memory;
  readonly #registers: NicRegisters;
  readonly #base: number;
  #read = 0;

  /** `base`: a multiple of 64 from which on `eventRingBytes` of memory are its own. */
  constructor(memory: Memory, registers: NicRegisters, base: number) {
    this.#memory = memory;
    this.#registers = registers;
    this.#base = base;
  }
  /** Everything that can be an event is one from now on. */
  async open(): Promise<void> {
    const { EVENT_QUEUE } = this.#registers;
    await EVENT_QUEUE.RING.write({ address: BigInt(this.#base) });
    await EVENT_QUEUE.CONTROL.write({ enable: true, logSize, kinds: 0xffff });
  }
  /** Takes those that are there: memory alone says so, by the phase of the next record. */
  async read(): Promise<void> {
    const before = this.#read;
    for (; this.#isThere; this.#read = (this.#read + 1) & 0xffff) this.events.push(this.#at(this.#read));
    if (this.#read !== before) await this.#registers.EVENT_QUEUE.HEAD.write({ index: this.#read });
  }
  get #isThere(): boolean {
    const { HEAD } = readMemory(eventRecord, this.#memory.bytes, this.#offset(this.#read));
    return HEAD.phase === (Math.floor(this.#read / records) % 2 === 0);
  }
  /** Where a record lies in memory's bytes. */
  #offset(index: number): number {
    return this.#base + eventBytes * (index % records) - this.#memory.base;
  }
  #at(index: number): EventText {
    const at = this.#offset(index);
    const { FACTS, HEAD } = readMemory(eventRecord, this.#memory.bytes, at);
    const kind = HEAD.kind.toLowerCase().replaceAll("_", " ");
    const told = (): string => {
      if (HEAD.kind === "TABLE_MISS") {
        const { TUPLE } = readMemory(missRecord, this.#memory.bytes, at);
        return ` from ${endpointText({ address: ipv4Text(TUPLE.remoteIp), port: TUPLE.remotePort })} to port ${TUPLE.localPort}`;
      }
      if (HEAD.kind === "PROTECTION_FAULT") return ` in page ${FACTS.slot}, byte ${FACTS.pageOffset}`;
      if (HEAD.kind.startsWith("LINK") || HEAD.kind.startsWith("ORDINARY")) return "";
      return ` of slot ${FACTS.slot}`;
    };
    return { cycle: Number(HEAD.time), text: `${kind}${told()}` };
  }
}

type Counter = { read(): Promise<{ readonly count: bigint | number }> };

/** Every counter by its name in the register map; those of the first `slots` slots, too. */
export const readCounters = async (registers: NicRegisters, slots: number): Promise<Record<string, number>> => {
  const counters: Record<string, number> = {};
  const add = async (name: string, register: Counter): Promise<void> => {
    counters[name] = Number((await register.read()).count);
  };
  for (const name of ["RX_FRAMES", "RX_ACCEPTED", "RX_ORDINARY", "RX_OVERFLOW", "RX_OVERSIZE", "RX_SPOILED"] as const)
    await add(name, registers[name]);
  for (const cause of dropCauses) {
    const name = cause.toUpperCase() as Uppercase<typeof cause>;
    await add(`RX_DROP.${name}`, registers.RX_DROP[name]);
  }
  for (const name of ["TX_FRAMES", "TX_MALFORMED", "TX_FAILED"] as const) await add(name, registers[name]);
  const { ORDINARY_RX, ORDINARY_TX, PROTECTION, STATUS_LINES, EVENT_QUEUE } = registers;
  for (const name of ["FRAMES", "DROPPED"] as const) await add(`ORDINARY_RX.${name}`, ORDINARY_RX[name]);
  for (const name of ["FRAMES", "REFUSED"] as const) await add(`ORDINARY_TX.${name}`, ORDINARY_TX[name]);
  for (const name of ["FOREIGN", "NO_DOORBELL", "NO_HART"] as const) await add(`PROTECTION.${name}`, PROTECTION[name]);
  for (const name of ["WRITTEN", "FAILED"] as const) await add(`STATUS_LINES.${name}`, STATUS_LINES[name]);
  for (const name of ["RECORDED", "LOST"] as const) await add(`EVENT_QUEUE.${name}`, EVENT_QUEUE[name]);
  for (let slot = 0; slot < slots; slot++) await add(`SLOT[${slot}].RX_DROPS`, registers.SLOT.at(slot).RX_DROPS);
  return counters;
};
