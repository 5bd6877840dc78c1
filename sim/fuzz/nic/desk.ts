/**
 * What the programs of all harts share: registers by address, a lock for each slot, and where its owner stands in the rings.
 * Every access says when it began and when it was answered, which is all that software knows of when it took effect.
 */
import { nicMap } from "#rtl/nic/registers.ts";
import type { AxiResponse } from "#sim/models/axi/master.ts";
import { Mismatch } from "#sim/models/nic/whole/index.ts";
import { type AccessesOf, registerAccess } from "#sim/regmap/access.ts";
import { Lock } from "#sim/run/index.ts";
import { OrdinaryState } from "./ordinary.ts";
import type { Rig } from "./rig.ts";

export type Registers = AccessesOf<ReturnType<typeof nicMap>["nodes"]>;
type SlotRegisters = Registers["SLOT"][number];
export type SlotRegister = {
  readonly [K in keyof SlotRegisters]: SlotRegisters[K] extends { readonly address: number } ? K : never;
}[keyof SlotRegisters];

/** Where a slot's owner stands. */
export class Desk {
  readonly lock: Lock;
  rxHead = 0;
  txHead = 0;
  /** The line in memory says so, too: only then is what it says next no older. */
  txLine = true;
  txTail = 0;
  /** A ring's pointers are nonsense, or it has stopped: nothing sensible can be done with it. */
  rxLost = false;
  txLost = false;

  constructor(slot: number) {
    this.lock = new Lock(`slot ${slot}`);
  }
}

/** An answered access. */
export interface Access {
  readonly response: AxiResponse;
  readonly value: bigint;
  readonly from: number;
  readonly at: number;
}

export class Office {
  readonly rig: Rig;
  readonly registers: Registers;
  readonly #desks: readonly Desk[];
  /** The thread that runs on each hart, as its last switch said. */
  readonly current: { asid: number; accelerated: boolean; priority: number }[];
  /** Harts whose wake-up line may rise. */
  readonly masks: boolean[];
  /** The cable is in. */
  link = false;
  /** Refused accesses by cause. */
  readonly faults = { FOREIGN: 0, NO_DOORBELL: 0, NO_HART: 0 };
  /** Held while slots are opened or closed: the kernel does so one at a time. */
  readonly table = new Lock("table");
  readonly eventLock = new Lock("events");
  readonly ordinaryLock = new Lock("ordinary path");
  readonly ordinary = new OrdinaryState();
  /** Events that were read, modulo 2^16. */
  eventsRead = 0;
  /** AXI ID of each hart. */
  readonly #ids: readonly number[];
  readonly #slots: number;
  readonly #pages: number;
  readonly #stride: number;

  constructor(rig: Rig) {
    const { config, bus } = rig;
    this.rig = rig;
    this.#ids = config.hartIds === "none" ? Array.from({ length: config.harts }, () => 0) : config.hartIds;
    const id = this.#ids[0] as number;
    this.registers = registerAccess(nicMap(config), {
      read: (address, bytes) => bus.read(address, { bytes, id }),
      write: (address, value, bytes) => bus.write(address, value, { bytes, id }),
    });
    this.#desks = Array.from({ length: config.slots }, (_, slot) => new Desk(slot));
    this.masks = Array.from({ length: config.harts }, () => false);
    this.current = Array.from({ length: config.harts }, () => ({ asid: 0, accelerated: false, priority: 0 }));
    this.#slots = this.registers.SLOT.at(0).CONTROL.address;
    this.#stride = this.registers.SLOT.at(1).CONTROL.address - this.#slots;
    this.#pages = this.registers.DOORBELLS.address;
  }
  /** AXI ID of a hart. */
  idOf(hart: number): number {
    return this.#ids[hart % this.#ids.length] as number;
  }
  /** An AXI ID that is no hart's. */
  get strangerId(): number {
    return Array.from({ length: 16 }, (_, id) => id).find((id) => !this.#ids.slice(0, this.rig.config.harts).includes(id)) ?? 0;
  }
  desk(slot: number): Desk {
    return this.#desks[slot] as Desk;
  }
  /** Byte of a register in a slot's window, and in its page. */
  offsetOf(name: SlotRegister): number {
    return this.registers.SLOT.at(0)[name].address - this.#slots;
  }
  /** An access to a doorbell page was refused: counted, and an event. `hart`: null if none made it. */
  refused(cause: keyof Office["faults"], page: number, hart: number | null, offset: number, write: boolean): void {
    this.faults[cause]++;
    const who = hart === null ? "no hart" : `hart ${hart}`;
    this.rig.model.events.must(`PROTECTION_FAULT of page ${page}, byte ${offset}, ${write ? "write" : "read"} by ${who}`);
  }
  /** Address of a slot's register in the kernel's window, or in its page. */
  addressOf(slot: number, name: SlotRegister, way: "kernel" | "page"): number {
    const offset = this.offsetOf(name);
    return way === "kernel" ? this.#slots + slot * this.#stride + offset : this.#pages + slot * 0x1000 + offset;
  }
  /** One access, whatever the answer. */
  async access(hart: number, address: number, write: bigint | null, bytes = 8, id = this.idOf(hart)): Promise<Access> {
    const { rig } = this;
    const from = rig.now;
    const lane = address % 8;
    const data = new Uint8Array(8);
    if (write !== null) new DataView(data.buffer).setBigUint64(0, BigInt.asUintN(64, write << BigInt(8 * lane)), true);
    const strobe = ((1n << BigInt(bytes)) - 1n) << BigInt(lane);
    const shared = { address: BigInt(address), id, len: 0, size: Math.log2(bytes), burst: 1 };
    const { response, beats } = await rig.bus.transact(
      write === null ? { ...shared, write: false } : { ...shared, write: true, beats: [{ data, strobe }] },
    );
    rig.progress();
    const word = beats[0];
    const value =
      word === undefined
        ? 0n
        : (new DataView(word.buffer, word.byteOffset).getBigUint64(0, true) >> BigInt(8 * lane)) & ((1n << BigInt(8 * bytes)) - 1n);
    return { response, value, from, at: rig.now };
  }
  async read(hart: number, slot: number, name: SlotRegister): Promise<Access> {
    return this.#fine(await this.access(hart, this.addressOf(slot, name, "kernel"), null), `read of slot ${slot}'s ${name}`);
  }
  async write(hart: number, slot: number, name: SlotRegister, value: bigint | number): Promise<Access> {
    return this.#fine(await this.access(hart, this.addressOf(slot, name, "kernel"), BigInt(value)), `write of slot ${slot}'s ${name}`);
  }
  #fine(access: Access, what: string): Access {
    if (access.response !== "OKAY") throw new Mismatch(`${what} from cycle ${access.from} on: ${access.response}, and it is allowed`);
    return access;
  }
}

/** Compares, and says what differs. */
export const is = (what: string, seen: unknown, expected: unknown): void => {
  const text = (value: unknown): string => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? `${v}` : v));
  if (text(seen) !== text(expected)) throw new Mismatch(`${what}: ${text(seen)}; the model says ${text(expected)}`);
};
