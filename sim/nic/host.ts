/**
 * The software side of a run: a driver that sets up a slot per bound socket, and a loop that polls their rings as user space
 * does and lets the application (`echo`, `sink`) work on them. Registers are accessed over the bus, memory is shared.
 */
import type { Config } from "#rtl/common.ts";
import { nicMap } from "#rtl/nic/registers.ts";
import type { AxiMaster, Memory } from "#sim/models/axi/index.ts";
import { type ApplicationName, applications, type HostSlot, type Route } from "#sim/models/host/applications.ts";
import { type Framing, Ring } from "#sim/models/nic/index.ts";
import { type Endpoint, ipv4Number } from "#sim/models/packet/index.ts";
import { type AccessesOf, registerAccess } from "#sim/regmap/access.ts";

/** Cycles between two rounds of polling that found nothing. */
const pollPause = 16;

export type NicRegisters = AccessesOf<ReturnType<typeof nicMap>["nodes"]>;

/** What host software has to work with; it runs as a task. */
export interface Host {
  /** The register port itself, for accesses of other sizes and kinds. */
  readonly bus: AxiMaster;
  readonly registers: NicRegisters;
  readonly memory: Memory;
  /** Frames may come from now on: all, or the first so many. The NIC must be switched on. */
  begin(frames?: number): void;
  /** Every frame that may come has come, and its verdict has been carried out. */
  finished(): boolean;
  /** Lets so many cycles of the bus pass. */
  pause(cycles: number): Promise<void>;
}
/** Host software: ends when there is nothing more to do. */
export type HostProgram = (host: Host) => Promise<void>;

/** Typed access to the NIC's registers over its register port. */
export const registersOf = (config: Config, bus: AxiMaster): NicRegisters =>
  registerAccess(nicMap(config), {
    read: (address, bytes) => bus.read(address, { bytes }),
    write: (address, value, bytes) => bus.write(address, value, { bytes }),
  });

/** The rings of slot `n`: receive, then transmit, one after the other from the start of memory. */
export const ringsOf = (config: Config, memoryBase: number, slot: number) => ({
  receive: { base: memoryBase + 2 * slot * config.ringLimit, size: config.ringLimit },
  transmit: { base: memoryBase + (2 * slot + 1) * config.ringLimit, size: config.ringLimit },
});

export interface ApplicationOptions {
  readonly config: Config;
  /** One slot each, in this order. */
  readonly binds: readonly Endpoint[];
  /** Of the sockets in their order: the one peer that each talks with, or null for any. */
  readonly peers?: readonly (Endpoint | null)[];
  readonly framing?: Framing;
  readonly app: ApplicationName;
  /** Our Ethernet address as a number. */
  readonly mac: bigint;
  /** Where an IPv4 address is reached: the kernel's neighbour table. */
  readonly neighbour: (ip: string) => bigint | undefined;
  /** Datagrams of a slot were read, in order: given to the hardware to send (true), or not, for want of a neighbour. Streams have none. */
  readonly onAnswers: (slot: number, answered: readonly boolean[]) => void;
}

/** Everything from switching the NIC on to the last datagram. */
export const applicationHost =
  (options: ApplicationOptions): HostProgram =>
  async (host) => {
    const { registers } = host;
    await registers.MAC.write({ address: options.mac });
    const sockets: Socket[] = [];
    for (const [slot, endpoint] of options.binds.entries()) {
      const socket = new Socket(host, options, slot);
      await socket.open(endpoint);
      sockets.push(socket);
    }
    await registers.CONTROL.write({ enable: true });
    host.begin();
    while (true) {
      const last = host.finished();
      let worked = false;
      for (const socket of sockets) worked = (await socket.serve()) || worked;
      if (last && !worked) return;
      if (!worked) await host.pause(pollPause);
    }
  };

/** A slot as its owner sees it. Pointers are registers of their own: they are read and written as they are, many times. */
class Socket {
  readonly #options: ApplicationOptions;
  readonly #slot: number;
  readonly #registers: NicRegisters["SLOT"][number];
  readonly #rings: ReturnType<typeof ringsOf>;
  readonly #view: HostSlot;
  readonly #framing: Framing;
  readonly #peer: Endpoint | null;
  readonly #pointers = { rxHead: 0, rxTail: 0, txHead: 0, txTail: 0 };
  #nextHop = 0n;

  constructor(host: Host, options: ApplicationOptions, slot: number) {
    this.#options = options;
    this.#slot = slot;
    this.#registers = host.registers.SLOT.at(slot);
    this.#rings = ringsOf(options.config, host.memory.base, slot);
    const ring = (settings: { readonly base: number; readonly size: number }) => new Ring(host.memory, settings);
    this.#peer = options.peers?.[slot] ?? null;
    this.#framing = options.framing ?? "datagram";
    this.#view = { framing: this.#framing, receive: ring(this.#rings.receive), transmit: ring(this.#rings.transmit) };
  }
  /** Everything that the slot is for; enabled last. Its wake-ups are for one hart after the other. */
  async open({ address, port }: Endpoint): Promise<void> {
    const { LOCAL, REMOTE, RX_BASE, RX_SIZE, TX_BASE, TX_SIZE, CONTROL } = this.#registers;
    const { receive, transmit } = this.#rings;
    await LOCAL.write({ ip: ipv4Number(address), port });
    if (this.#peer !== null) await REMOTE.write({ ip: ipv4Number(this.#peer.address), port: this.#peer.port });
    await RX_BASE.write({ address: BigInt(receive.base) });
    await RX_SIZE.write({ bytes: receive.size });
    await TX_BASE.write({ address: BigInt(transmit.base) });
    await TX_SIZE.write({ bytes: transmit.size });
    const hart = this.#slot % this.#options.config.harts;
    await CONTROL.write({ enable: true, connected: this.#peer !== null, datagram: this.#framing === "datagram", hart });
  }
  /** Lets the application take what the ring holds; false where there was nothing. */
  async serve(): Promise<boolean> {
    const pointers = this.#pointers;
    const { RX_TAIL, RX_HEAD, TX_HEAD, TX_TAIL, NEXT_HOP } = this.#registers;
    pointers.rxTail = Number(await RX_TAIL.readRaw());
    if (pointers.rxTail === pointers.rxHead) return this.#isSending();
    for (;;) {
      const answered: boolean[] = [];
      const hop = this.#nextHop;
      // A stream goes to its one peer, from which it has come.
      if (this.#framing === "stream" && this.#peer !== null) this.#nextHop = this.#options.neighbour(this.#peer.address) ?? hop;
      const { rxHead, txTail, blocked } = applications[this.#options.app](this.#view, pointers, (peer) => this.#route(peer, answered));
      if (this.#nextHop !== hop) await NEXT_HOP.write({ mac: this.#nextHop });
      if (txTail !== pointers.txTail) await TX_TAIL.writeRaw(txTail);
      if (answered.length > 0) this.#options.onAnswers(this.#slot, answered);
      if (rxHead !== pointers.rxHead) await RX_HEAD.writeRaw(rxHead);
      Object.assign(pointers, { rxHead, txTail });
      if (!blocked) return true;
      pointers.txHead = Number(await TX_HEAD.readRaw());
    }
  }
  /** What a stream has sent is in no journal: it is over when the hardware has read all of it. */
  async #isSending(): Promise<boolean> {
    const pointers = this.#pointers;
    if (this.#framing === "datagram" || pointers.txHead === pointers.txTail) return false;
    pointers.txHead = Number(await this.#registers.TX_HEAD.readRaw());
    return true;
  }
  /** What is on its way still goes to the hop before, so a datagram for another hop waits for it. */
  #route(peer: Endpoint, answered: boolean[]): Route {
    const hop = this.#options.neighbour(peer.address);
    if (hop !== undefined && hop !== this.#nextHop) {
      if (this.#pointers.txHead !== this.#pointers.txTail || answered.includes(true)) return "later";
      this.#nextHop = hop;
    }
    answered.push(hop !== undefined);
    return hop === undefined ? "never" : "now";
  }
}
