/** The NIC's RTL and its model side by side: the same frames and the same software, compared after every round. */
import { resolveConfig } from "#rtl/config/config.ts";
import {
  arrayMemory,
  datagramHeaderLength,
  decodeDatagramHeader,
  dropCauses,
  NicModel,
  Ring,
  recordLength,
  type SlotSettings,
} from "#sim/models/nic/index.ts";
import { defaults, dump, ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import { type BenchOptions, CoreBench } from "../../../rtl/nic/core-bench.ts";

const memoryBytes = 1 << 20;

export class Twin {
  readonly bench: CoreBench;
  readonly model: NicModel;
  readonly slots: readonly SlotSettings[];
  readonly #memory = arrayMemory(new Uint8Array(memoryBytes));
  readonly #ordinary: Uint8Array[] = [];
  #sent = 0;

  /** @param mtu  of the model only: to see that a difference is found */
  constructor(configuration: string, slots: readonly SlotSettings[], options: BenchOptions = {}, mtu = 1500) {
    this.bench = new CoreBench(resolveConfig(configuration), options);
    this.model = new NicModel({ mac: defaults.deviceMac, mtu, largest: 1472 }, this.#memory);
    this.slots = slots;
    for (const [index, slot] of slots.entries()) {
      const { local, remote, receive, transmit, nextHop = defaults.peerMac } = slot;
      const endpoint = ({ address, port }: typeof local) => BigInt(ipv4Number(address)) | (BigInt(port) << 32n);
      this.bench.write(index, "local", endpoint(local));
      if (remote !== undefined) this.bench.write(index, "remote", endpoint(remote));
      this.bench.write(index, "nextHop", macNumber(nextHop));
      this.bench.write(index, "rxBase", receive?.base ?? 0);
      this.bench.write(index, "rxSize", receive?.size ?? 0);
      this.bench.write(index, "txBase", transmit?.base ?? 0);
      this.bench.write(index, "txSize", transmit?.size ?? 0);
      this.bench.write(index, "control", 1 | (remote === undefined ? 0 : 2) | (slot.framing === "datagram" ? 4 : 0));
      this.model.enable(index, { ...slot, nextHop });
    }
  }

  /** Frames arrive one after the other; returns when both have done with them. */
  arrive(frames: readonly Uint8Array[]): void {
    this.bench.arrive(...frames);
    for (const frame of frames) {
      if (this.model.receive.receive(frame, 0n).class === "ordinary") this.#ordinary.push(frame);
    }
    this.#settle();
  }

  /** Software has read everything. */
  consume(index: number): void {
    const { tail } = this.model.receive.slot(index);
    this.model.receive.consume(index, tail);
    this.bench.write(index, "rxHead", tail);
  }

  /** Software writes bytes behind the transmit tail and rings the doorbell. */
  send(index: number, bytes: Uint8Array): void {
    const settings = this.slots[index]?.transmit;
    if (settings === undefined) throw new RangeError(`slot ${index} has no transmit ring`);
    const { tail } = this.model.transmit.slot(index);
    for (const memory of [this.#memory, arrayMemory(this.bench.memory)]) new Ring(memory, settings).write(tail, bytes);
    const next = (tail + bytes.length) % settings.size;
    this.model.transmit.doorbell(index, next);
    this.bench.write(index, "txTail", next);
  }

  /** Lets the RTL finish what it has. */
  #settle(): void {
    const state = () => {
      // Says that nothing waits; it changes in every quiet cycle.
      const { rxEmpty: _rxEmpty, ...events } = this.bench.events as Record<string, number>;
      return JSON.stringify([events, this.bench.ordinary.length, this.bench.sent.length, this.bench.arriving]);
    };
    for (let before = "", tries = 0; ; tries++) {
      this.bench.run(400);
      const now = state();
      if (now === before && this.bench.arriving === 0) return;
      if (tries > 1000) throw new Error(`the RTL has not come to rest: ${now}`);
      before = now;
    }
  }

  /** Everything in which the two differ, in words; empty when they agree. */
  differences(): string[] {
    this.#settle();
    const { receive } = this.model;
    const found: string[] = [];
    const compare = (what: string, rtl: unknown, model: unknown) => {
      if (JSON.stringify(rtl) !== JSON.stringify(model)) found.push(`${what}: RTL ${JSON.stringify(rtl)}, model ${JSON.stringify(model)}`);
    };
    const events = this.bench.events as Record<string, number>;
    compare("accepted", events.rxAccepted ?? 0, receive.counters.accepted);
    // Memory answers every write here, so all drops are verdicts.
    const drops = dropCauses.map((cause, bit) => [cause, events[`verdicts${1 << bit}`] ?? 0]);
    compare("drops", Object.fromEntries(drops), receive.counters.drops);
    compare("oversize", events.rxOversize ?? 0, receive.counters.losses.oversize);
    compare("ordinary frames", this.bench.ordinary.length, this.#ordinary.length);
    const other = this.#ordinary.findIndex((frame, index) => Buffer.compare(frame, this.bench.ordinary[index] ?? new Uint8Array(0)) !== 0);
    if (other >= 0) found.push(`ordinary frame ${other} differs:\n${dump(this.#ordinary[other] as Uint8Array)}`);
    for (const [index, slot] of this.slots.entries()) found.push(...this.#slotDifferences(index, slot));
    for (; this.#sent < this.bench.sent.length; this.#sent++) {
      const sent = this.model.transmit.sent(this.bench.sent[this.#sent] as Uint8Array);
      if (!sent.ok) found.push(`frame sent: ${sent.why}`);
    }
    compare("frames still to be sent", [], this.model.transmit.pending().map(dump));
    return found;
  }

  #slotDifferences(index: number, { framing, receive }: SlotSettings): string[] {
    if (receive === undefined) return [];
    const { head, tail, drops } = this.model.receive.slot(index);
    const seen = { tail: Number(this.bench.read(index, "rxTail")), drops: Number(this.bench.read(index, "rxDrops")) };
    if (seen.tail !== tail || seen.drops !== drops)
      return [`slot ${index}: RTL ${JSON.stringify(seen)}, model ${JSON.stringify({ tail, drops })}`];
    const rings = [arrayMemory(this.bench.memory), this.#memory].map((memory) => new Ring(memory, receive));
    const [rtl, model] = rings.map((ring) => (framing === "stream" ? [ring.read(head, ring.used(head, tail))] : records(ring, head, tail)));
    return JSON.stringify(rtl) === JSON.stringify(model) ? [] : [`slot ${index}: bytes between head ${head} and tail ${tail} differ`];
  }
}

/** Records without what is not specified: their times, which the model was not told, and the bytes after them. */
function records(ring: Ring, head: number, tail: number): unknown[] {
  const found: unknown[] = [];
  for (let at = head; at !== tail; ) {
    const { length, peer } = decodeDatagramHeader(ring.read(at, datagramHeaderLength));
    found.push({ length, peer, payload: Array.from(ring.read(ring.advance(at, datagramHeaderLength), length)) });
    at = ring.advance(at, Math.min(recordLength(length), ring.used(at, tail)));
  }
  return found;
}
