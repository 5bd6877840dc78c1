/** Opening and closing slots, and what must be left of them when nothing is under way. */
import type { RingSettings, SlotSettings } from "#sim/models/nic/index.ts";
import { Mismatch, never, type Tenant } from "#sim/models/nic/whole/index.ts";
import { ipv4Number, macNumber } from "#sim/models/packet/index.ts";
import { Actor, type OpOf } from "./actor.ts";
import { is } from "./desk.ts";
import { locals, nextHop, ownHeaders, peers, ringAt, ringRoom } from "./scene.ts";
import { taskOf } from "./wakeups.ts";

const endpointWord = ({ address, port }: { readonly address: string; readonly port: number }): bigint =>
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
const results = ["none", "done", "no_space", "exists"] as const;
/** Bits of STATUS. */
const status = { rxError: 1 << 1, txError: 1 << 2, draining: 1 << 4, malformed: 1 << 12, torn: 1 << 13, outside: 1 << 14 } as const;
/** Looks at STATUS after which a slot that still drains never will be done. */
const patience = 20_000;
/** Open slots from which on a bucket of the lookup may be full. */
const crowd = 4;

export class Lifecycle extends Actor {
  async open(op: OpOf<"open">): Promise<void> {
    const { slot } = op;
    const before = this.tenant(slot);
    if (before !== null && before.life.closed === null) return;
    if (before !== null && !op.hasty) await this.drain(slot);
    const settings = settingsOf(op);
    // The first of them waits for the drain, too.
    await this.kernelWrite(slot, "LOCAL", endpointWord(settings.local));
    this.rig.look();
    this.model.end(slot);
    await this.kernelWrite(slot, "REMOTE", "remote" in settings ? endpointWord(settings.remote) : 0n);
    await this.kernelWrite(slot, "NEXT_HOP", BigInt(macNumber(settings.nextHop)));
    for (const [base, size, ring] of [
      ["RX_BASE", "RX_SIZE", settings.receive],
      ["TX_BASE", "TX_SIZE", settings.transmit],
    ] as const) {
      await this.kernelWrite(slot, base, ring.base);
      await this.kernelWrite(slot, size, ring.size);
    }
    await this.kernelWrite(slot, "IDENTITY", op.asid);
    const { ttl, dscp, ecn } = ownHeaders;
    await this.kernelWrite(slot, "POLICY", BigInt(op.own ? ttl | (((dscp << 2) | ecn) << 8) | (1 << 16) : 0) | (BigInt(op.room) << 32n));
    await this.#table(async () => {
      const { model, office } = this;
      const { now } = this.rig;
      await this.kernelWrite(slot, "TASK", taskOf(slot, now));
      const life = model.opening(slot, settings, op, now);
      const open = model.tenants.filter((t) => t !== null && t.life.closed === null);
      const exists = open.some((t) => t?.life.key === life.key && t.life.connected === life.connected);
      const word = 1 | (life.connected ? 2 : 0) | (op.datagram ? 4 : 0) | (op.noChecksum ? 8 : 0) | (op.hart << 8) | (op.priority << 16);
      const { at } = await this.kernelWrite(slot, "CONTROL", word);
      const result = results[((await this.kernelRead(slot, "STATUS")) >> 8) & 3];
      const expected = exists ? "exists" : "done";
      // There are as many cells as slots, in buckets of which some may be full.
      if (result !== expected && !(result === "no_space" && !exists && open.length >= crowd))
        throw new Mismatch(`${life}: opening it says ${result}; the model says ${expected}`);
      model.opened(life, result === "done", at);
      Object.assign(office.desk(slot), { rxHead: 0, txHead: 0, txLine: true, txTail: 0, rxLost: false, txLost: false });
    });
  }
  /** Refused while a slot is open, and then without effect; else all lookups go by another hash. */
  async rekey(key: number): Promise<void> {
    await this.#table(async () => {
      const { HASH_KEY, REKEY } = this.office.registers;
      await this.office.access(this.hart, HASH_KEY.address, BigInt(key) * 0x1_0000_0001n);
      const isOpen = this.model.tenants.some((t) => t !== null && t.life.closed === null);
      const { response, from } = await this.office.access(this.hart, REKEY.address, 1n);
      is(`REKEY from cycle ${from} on`, response, isOpen ? "SLVERR" : "OKAY");
    });
  }
  async close(slot: number): Promise<void> {
    const tenant = this.owner(slot);
    if (tenant === null) return;
    await this.#table(async () => {
      const span = this.model.closing(tenant, this.rig.now);
      span.to = (await this.kernelWrite(slot, "CONTROL", 0)).at;
    });
  }
  /** The kernel opens and closes one slot at a time. */
  async #table(body: () => Promise<void>): Promise<void> {
    await this.office.table.acquire();
    try {
      await body();
    } finally {
      this.office.table.release();
    }
  }
  /** Waits until nothing of a closed slot is on its way, and compares what is left of it. */
  async drain(slot: number): Promise<void> {
    for (let tries = 0; ((await this.kernelRead(slot, "STATUS")) & status.draining) !== 0; tries++)
      if (tries > patience) throw new Mismatch(`${this.tenant(slot)?.life} has not drained in ${tries} looks`);
    this.rig.look();
    const tenant = this.tenant(slot);
    if (tenant !== null) this.model.end(slot, await this.compare(tenant));
  }
  /** A slot of which nothing is under way to memory: its registers are the model's. Returns its transmit head. */
  async compare({ life, sender }: Tenant): Promise<number> {
    const { slot } = life;
    const seen: Record<string, number> = {};
    for (const name of ["RX_TAIL", "RX_DROPS", "TX_HEAD", "RX_TIME", "TX_TIME", "STATUS"] as const)
      seen[name] = await this.kernelRead(slot, name);
    const { TX_HEAD = 0, TX_TIME = 0, RX_TIME = 0, RX_DROPS = 0, STATUS = 0 } = seen;
    is(`${life}`, seen, {
      ...seen,
      RX_TAIL: life.tail.latest,
      RX_DROPS: Math.min(Math.max(RX_DROPS, life.drops), life.drops + life.maybeDrops),
      RX_TIME: life.failed === never ? life.receivedAt : RX_TIME,
      STATUS: life.failed === never ? STATUS & ~status.rxError : STATUS | status.rxError,
    });
    // Of a closed one what is read may not be on the wire yet.
    if (life.closed !== null) return TX_HEAD;
    const reasons = status.malformed | status.torn | status.outside | status.txError;
    const reason = sender.outside ? null : sender.reason;
    const expected = reason === null ? 0 : status[reason] | status.txError;
    is(
      `${life}`,
      { TX_HEAD, TX_TIME, STATUS: sender.outside ? STATUS & (status.outside | status.txError) : STATUS & reasons },
      {
        TX_HEAD: sender.outside ? TX_HEAD : sender.head,
        TX_TIME: sender.times.includes(TX_TIME) ? TX_TIME : sender.times,
        STATUS: sender.outside ? status.outside | status.txError : expected,
      },
    );
    return TX_HEAD;
  }
}
