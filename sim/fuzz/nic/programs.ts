/** What a hart's program does: opens and closes slots, reads what came, sends. The model is told of everything. */
import { encodeDatagramHeader, type RingSettings, recordLength, type SlotSettings } from "#sim/models/nic/index.ts";
import { type Life, Mismatch, slack, type Tenant } from "#sim/models/nic/whole/index.ts";
import { dump, ipv4Number, macNumber, Prng } from "#sim/models/packet/index.ts";
import { ClockCycles } from "#sim/run/index.ts";
import { is, type Office } from "./desk.ts";
import type { SoftwareOp, Way } from "./scenario.ts";
import { fills, layoutOf, locals, nextHop, ownHeaders, peers, ringAt, ringRoom } from "./scene.ts";

type OpOf<K extends SoftwareOp["op"]> = Extract<SoftwareOp, { readonly op: K }>;

export const endpointWord = ({ address, port }: { readonly address: string; readonly port: number }): bigint =>
  BigInt(ipv4Number(address)) | (BigInt(port) << 32n);

const ringOf = (slot: number, kind: "receive" | "transmit", log: number, shift: number): RingSettings => {
  const size = 2 ** log;
  return { base: ringAt(slot, kind) + 64 * Math.floor(((ringRoom - size) / 64) * shift), size };
};
const settingsOf = (op: OpOf<"open">) => {
  const remote = op.remote === null ? undefined : (peers[op.remote % peers.length] as (typeof peers)[number]);
  const local = locals[op.local % locals.length] as (typeof locals)[number];
  return {
    local,
    ...(remote === undefined ? {} : { remote, connected: !op.loose }),
    framing: op.datagram ? "datagram" : "stream",
    nextHop: nextHop(op.slot),
    receive: ringOf(op.slot, "receive", op.receive, op.shift),
    transmit: ringOf(op.slot, "transmit", op.transmit, op.shift),
    noChecksum: op.noChecksum,
    ...(op.own ? { policy: ownHeaders } : {}),
  } as const satisfies SlotSettings;
};
const controlWord = (op: OpOf<"open">, connected: boolean): number =>
  1 | (connected ? 2 : 0) | (op.datagram ? 4 : 0) | (op.noChecksum ? 8 : 0) | (op.hart << 8) | (op.priority << 16);
const results = ["none", "done", "no_space", "exists"] as const;

export class Program {
  readonly #office: Office;
  readonly #hart: number;

  constructor(office: Office, hart: number) {
    this.#office = office;
    this.#hart = hart;
  }
  get #rig() {
    return this.#office.rig;
  }
  async run(ops: readonly SoftwareOp[]): Promise<void> {
    for (const op of ops) await this.#do(op);
  }
  async #do(op: SoftwareOp): Promise<void> {
    switch (op.op) {
      case "pause":
        return ClockCycles(this.#rig.nic.clk, op.cycles);
      case "open":
        return this.#locked(op.slot, () => this.#open(op));
      case "close":
        return this.#locked(op.slot, () => this.#close(op.slot));
      case "consume":
        return this.#locked(op.slot, () => this.#consume(op));
      case "send":
        return this.#locked(op.slot, () => this.#send(op));
      default:
        throw new Error(`${op.op} is no operation of one hart`);
    }
  }
  async #locked(slot: number, body: () => Promise<void>): Promise<void> {
    const { lock } = this.#office.desks[slot] as { lock: import("#sim/run/index.ts").Lock };
    await lock.acquire();
    try {
      await body();
    } finally {
      lock.release();
    }
  }
  #tenant(slot: number): Tenant | null {
    return this.#rig.model.tenants[slot] ?? null;
  }
  /** The slot's life, if it is open. */
  #open_(slot: number): Tenant | null {
    const tenant = this.#tenant(slot);
    return tenant === null || tenant.life.closed !== null ? null : tenant;
  }

  // ---- opening and closing ------------------------------------------------------------------

  async #open(op: OpOf<"open">): Promise<void> {
    const { slot } = op;
    const office = this.#office;
    const before = this.#tenant(slot);
    if (before !== null && before.life.closed === null) return;
    if (before !== null && !op.hasty) await this.drain(slot);
    const settings = settingsOf(op);
    const hart = this.#hart;
    // The first of them waits for the drain, too.
    await office.write(hart, slot, "LOCAL", endpointWord(settings.local));
    this.#rig.look();
    this.#rig.model.end(slot);
    await office.write(hart, slot, "REMOTE", "remote" in settings ? endpointWord(settings.remote) : 0n);
    await office.write(hart, slot, "NEXT_HOP", BigInt(macNumber(settings.nextHop)));
    await office.write(hart, slot, "RX_BASE", settings.receive.base);
    await office.write(hart, slot, "RX_SIZE", settings.receive.size);
    await office.write(hart, slot, "TX_BASE", settings.transmit.base);
    await office.write(hart, slot, "TX_SIZE", settings.transmit.size);
    await office.write(hart, slot, "IDENTITY", op.asid);
    const own = ownHeaders;
    await office.write(hart, slot, "POLICY", op.own ? own.ttl | (((own.dscp << 2) | own.ecn) << 8) | (1 << 16) : 0);
    await office.table.acquire();
    try {
      const { model } = this.#rig;
      const life = model.opening(slot, settings, this.#rig.now);
      const twin = model.tenants.find(
        (t) => t !== null && t.life.closed === null && t.life.key === life.key && t.life.connected === life.connected,
      );
      const { at } = await office.write(hart, slot, "CONTROL", controlWord(op, life.connected));
      const status = Number((await office.read(hart, slot, "STATUS")).value);
      const result = results[(status >> 8) & 3] as (typeof results)[number];
      const expected = twin === undefined ? "done" : "exists";
      // There are as many cells as slots, in buckets of which some may be full.
      const others = model.tenants.filter((t) => t !== null && t.life.closed === null).length;
      if (result !== expected && !(result === "no_space" && twin === undefined && others >= 4))
        throw new Mismatch(`${life}: opening it says ${result}; the model says ${expected}`);
      model.opened(life, result === "done", at);
      Object.assign(office.desks[slot] as object, { rxHead: 0, txHead: 0, txTail: 0, lost: false });
    } finally {
      office.table.release();
    }
  }
  async #close(slot: number): Promise<void> {
    const tenant = this.#open_(slot);
    if (tenant === null) return;
    const office = this.#office;
    await office.table.acquire();
    try {
      const span = this.#rig.model.closing(tenant, this.#rig.now);
      span.to = (await office.write(this.#hart, slot, "CONTROL", 0)).at;
    } finally {
      office.table.release();
    }
  }
  /** Waits until nothing of a closed slot is on its way, and compares what is left of it. */
  async drain(slot: number): Promise<void> {
    const office = this.#office;
    for (let tries = 0; ; tries++) {
      const { value } = await office.read(this.#hart, slot, "STATUS");
      if ((Number(value) & 16) === 0) break;
      if (tries > 20_000) throw new Mismatch(`${this.#tenant(slot)?.life} has not drained in ${tries} looks`);
    }
    this.#rig.look();
    const tenant = this.#tenant(slot);
    if (tenant === null) return;
    this.#rig.model.end(slot, await this.compare(tenant));
  }
  /** A slot of which nothing is under way to memory: its registers are the model's. Returns its transmit head. */
  async compare({ life, sender }: Tenant): Promise<number> {
    const { slot } = life;
    const seen: Record<string, number> = {};
    for (const name of ["RX_TAIL", "RX_DROPS", "TX_HEAD", "RX_TIME", "TX_TIME"] as const)
      seen[name] = Number((await this.#office.read(this.#hart, slot, name)).value);
    // What is read may not be on the wire yet.
    const sent =
      life.closed === null ? { TX_HEAD: sender.head, TX_TIME: sender.times.includes(seen.TX_TIME ?? 0) ? seen.TX_TIME : sender.times } : {};
    is(`${life}`, seen, {
      ...seen,
      RX_TAIL: life.tail.latest,
      RX_DROPS: Math.min(Math.max(seen.RX_DROPS ?? 0, life.drops), life.drops + life.maybeDrops),
      RX_TIME: life.failed === Number.POSITIVE_INFINITY ? life.receivedAt : seen.RX_TIME,
      ...sent,
    });
    return seen.TX_HEAD ?? 0;
  }

  // ---- receiving ------------------------------------------------------------------------------

  /** A pointer as the program sees it, and when it was so at the latest and at the earliest. */
  async #pointer(
    life: Life,
    name: "RX_TAIL" | "TX_HEAD",
    way: Way,
  ): Promise<{ readonly value: number; readonly from: number; readonly at: number }> {
    if (way !== "line") {
      const { value, from, at } = await this.#office.read(this.#hart, life.slot, name, way);
      return { value: Number(value), from, at };
    }
    const line = layoutOf(this.#rig.config.slots).lines + 64 * life.slot;
    const at = this.#rig.now;
    return { value: this.#rig.memory.read32(line + (name === "RX_TAIL" ? 0 : 4)), from: life.opened.to, at };
  }
  async #consume({ slot, way, share }: OpOf<"consume">): Promise<void> {
    const tenant = this.#open_(slot);
    const desk = this.#office.desks[slot];
    if (tenant === null || desk === undefined || desk.lost) return;
    const { life } = tenant;
    const { value: tail, from, at } = await this.#pointer(life, "RX_TAIL", way === "line" ? "kernel" : way);
    this.#rig.look();
    const possible = life.tail.possible(from - slack, at + slack);
    if (!possible.includes(tail))
      throw new Mismatch(`${life}: its receive tail is read as ${tail} from ${from} to ${at}; the model says ${possible.join(" or ")}`);
    const { receive } = life;
    const bytes = receive.used(desk.rxHead, tail);
    this.#compareRing(life, desk.rxHead, bytes);
    const wanted = Math.floor(bytes * share);
    let head = receive.advance(desk.rxHead, wanted);
    if (life.isDatagram) {
      head = desk.rxHead;
      for (let taken = 0; taken < wanted; ) {
        const [low = 0, high = 0] = receive.read(head, 2);
        taken += recordLength(low + 256 * high);
        head = receive.advance(head, recordLength(low + 256 * high));
      }
    }
    if (head === desk.rxHead) return;
    this.#fill(receive, desk.rxHead, receive.used(desk.rxHead, head), fills.read);
    desk.rxHead = head;
    const span = life.head.change(head, this.#rig.now);
    span.to = (await this.#office.write(this.#hart, slot, "RX_HEAD", head, way === "line" ? "kernel" : way)).at;
  }
  /** What lies in memory before a tail is what was sent. */
  #compareRing({ receive, slot }: Life, from: number, bytes: number): void {
    const first = Math.min(bytes, receive.size - from);
    for (const [at, count] of [
      [from, first],
      [0, bytes - first],
    ] as const) {
      const seen = this.#rig.memory.read(receive.base + at, count);
      const expected = this.#rig.model.image.read(receive.base + at, count);
      if (Buffer.compare(seen, expected) !== 0)
        throw new Mismatch(`slot ${slot}: ${count} bytes at ${at} of its ring:\n${dump(seen)}the model says\n${dump(expected)}`);
    }
  }
  #fill(ring: { readonly base: number; readonly size: number }, from: number, bytes: number, value: number): void {
    const first = Math.min(bytes, ring.size - from);
    const { model } = this.#rig;
    model.write(ring.base + from, new Uint8Array(first).fill(value));
    if (first < bytes) model.write(ring.base, new Uint8Array(bytes - first).fill(value));
  }

  // ---- sending --------------------------------------------------------------------------------

  async #send({ slot, way, lengths, peer, seed }: OpOf<"send">): Promise<void> {
    const tenant = this.#open_(slot);
    const desk = this.#office.desks[slot];
    if (tenant === null || desk === undefined || desk.lost) return;
    const { life, sender } = tenant;
    const ring = life.transmit;
    const door = way === "line" ? "kernel" : way;
    const { value: head } = await this.#pointer(life, "TX_HEAD", door);
    const moved = ring.used(desk.txHead, head);
    if (head >= ring.size || moved > ring.used(desk.txHead, desk.txTail))
      throw new Mismatch(`${life}: its transmit head is read as ${head}, which is not from ${desk.txHead} to ${desk.txTail}`);
    // Bytes that were read are nobody's any more, on the wire or not.
    this.#fill(ring, desk.txHead, moved, fills.sent);
    desk.txHead = head;
    const random = new Prng(seed);
    let tail = desk.txTail;
    const put = (bytes: Uint8Array): void => {
      const first = Math.min(bytes.length, ring.size - tail);
      this.#rig.model.write(ring.base + tail, bytes.subarray(0, first));
      if (first < bytes.length) this.#rig.model.write(ring.base, bytes.subarray(first));
      tail = ring.advance(tail, bytes.length);
    };
    for (const [i, wanted] of lengths.entries()) {
      const free = ring.free(desk.txHead, tail);
      const length = Math.min(wanted, this.#rig.scenario.surface.largest);
      if (!life.isDatagram) {
        put(random.bytes(Math.min(wanted, free)));
        continue;
      }
      if (recordLength(length) > free) break;
      const to = peers[(peer + i) % peers.length] as (typeof peers)[number];
      put(encodeDatagramHeader({ length, peer: to, timestamp: BigInt(random.word()) }));
      put(random.bytes(recordLength(length) - 16));
    }
    if (tail === desk.txTail) return;
    desk.txTail = tail;
    sender.doorbell(tail);
    await this.#office.write(this.#hart, slot, "TX_TAIL", tail, door);
  }
}
