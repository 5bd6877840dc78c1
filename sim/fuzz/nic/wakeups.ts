/** Sleeping and waking: owners suspend, the kernel takes entries of the ready queues, slots move from hart to hart. */
import { causes, isAt, isQueued, Mismatch, mayBeAt, mayBeQueued, slack, type Tenant } from "#sim/models/nic/whole/index.ts";
import { ClockCycles } from "#sim/run/index.ts";
import { Actor, type OpOf } from "./actor.ts";
import { is } from "./desk.ts";

/** Bits of what TAKE and PEEK answer. */
const taken = { valid: 1n, more: 2n, rx: 4n, tx: 8n, task: 0xffff_ffff_ffc0n } as const;
interface Entry {
  readonly slot: number;
  readonly more: boolean;
  readonly rx: boolean;
  readonly tx: boolean;
  readonly task: bigint;
}
/** The task of a slot's owner, as the kernel names it: another one in each life. */
export const taskOf = (slot: number, from: number): bigint => 0xffff_ffd8_0000_0000n + BigInt(64 * (slot + 64 * (from & 0xffff)));

export class Wakeups extends Actor {
  async suspend({ slot, way, rx, tx }: OpOf<"suspend">): Promise<void> {
    const tenant = this.owner(slot);
    if (tenant === null) return;
    const { sleeps } = tenant.life;
    let ends: (at: number) => void = () => {};
    const access = await this.access(tenant.life, "SUSPEND", way, (rx ? 1 : 0) | (tx ? 2 : 0), () => {
      const spans = [sleeps.rx.change(rx, this.rig.now), sleeps.tx.change(tx, this.rig.now)];
      ends = (at) => {
        for (const span of spans) span.to = at;
      };
    });
    if (access !== null) ends(access.at);
  }
  async migrate({ slot, hart, priority }: OpOf<"migrate">): Promise<void> {
    const tenant = this.owner(slot);
    if (tenant === null) return;
    const { life } = tenant;
    const span = life.place.change({ hart, priority }, this.rig.now);
    const mode = (life.connected ? 2 : 0) | (life.isDatagram ? 4 : 0) | (life.settings.noChecksum === true ? 8 : 0);
    span.to = (await this.kernelWrite(slot, "CONTROL", 1 | mode | (hart << 8) | (priority << 16))).at;
  }
  async mask({ hart, enabled }: OpOf<"mask">): Promise<void> {
    this.office.masks[hart] = enabled;
    await this.office.access(this.hart, this.office.registers.WAKE_MASK.at(hart).address, enabled ? 1n : 0n);
  }

  /** Takes the first entry of a hart's queue, or looks at it. */
  async take(hart: number, peek: boolean): Promise<Entry | null> {
    const { registers } = this.office;
    const address = (peek ? registers.PEEK : registers.TAKE).at(hart).address;
    const from = this.rig.now;
    // Who may be taken is asleep until the answer at the latest, and perhaps not any more from now on.
    const { value, at } = await this.office.access(this.hart, address, null);
    this.rig.look();
    const what = `${peek ? "PEEK" : "TAKE"} of hart ${hart} from ${from} to ${at}`;
    const others = this.#tenants().filter((t) => this.#isQueued(t, hart, from, at));
    if ((value & taken.valid) === 0n) {
      is(what, value, 0n);
      if (others[0] !== undefined) throw new Mismatch(`${what}: nobody; ${others[0].life} waits`);
      return null;
    }
    const slot = Number(value >> 48n);
    const entry = {
      slot,
      more: (value & taken.more) !== 0n,
      rx: (value & taken.rx) !== 0n,
      tx: (value & taken.tx) !== 0n,
      task: value & taken.task,
    };
    const tenant = this.#tenants().find((t) => t.life.slot === slot);
    if (tenant === undefined) throw new Mismatch(`${what}: slot ${slot}, which is not open`);
    this.#check(what, tenant, entry, hart, from, at);
    for (const other of others) if (other !== tenant) this.#checkOrder(what, tenant, other, from, at);
    if (!peek) for (const cause of causes) if (entry[cause]) tenant.life.sleeps[cause].change(false, from).to = at;
    return entry;
  }
  #tenants(): Tenant[] {
    return this.model.tenants.filter((t) => t !== null);
  }
  #isQueued(tenant: Tenant, hart: number, from: number, at: number): boolean {
    if (!isAt(tenant, from, at, (place) => place.hart === hart)) return false;
    return causes.some((cause) => isQueued(tenant, cause, from, at));
  }
  #check(what: string, tenant: Tenant, entry: Entry, hart: number, from: number, at: number): void {
    const { life } = tenant;
    if (!mayBeAt(tenant, from - slack, at, (place) => place.hart === hart)) throw new Mismatch(`${what}: ${life}, which is another hart's`);
    is(`${what}: task of ${life}`, entry.task, taskOf(life.slot, life.opened.from) & taken.task);
    if (!entry.rx && !entry.tx) throw new Mismatch(`${what}: ${life} for no cause`);
    for (const cause of causes) {
      if (entry[cause] && !mayBeQueued(tenant, cause, from - slack, at))
        throw new Mismatch(`${what}: ${life} for ${cause}, which it does not wait for`);
      if (!entry[cause] && isQueued(tenant, cause, from, at))
        throw new Mismatch(`${what}: ${life}, and not for ${cause}, which it waits for`);
    }
  }
  /** Of two that were queued, `first` came out. */
  #checkOrder(what: string, first: Tenant, other: Tenant, from: number, at: number): void {
    const priorities = first.life.place.possible(from - slack, at).map((place) => place.priority);
    if (isAt(other, from, at, (place) => priorities.every((p) => place.priority > p)))
      throw new Mismatch(`${what}: ${first.life}, and ${other.life} has a higher priority`);
    // It was queued before the first one's owner fell asleep, and neither has been moved since.
    const asleep = Math.max(...causes.map((cause) => first.life.sleeps[cause].since));
    const before = asleep - slack - 1;
    if (causes.some((cause) => mayBeQueued(first, cause, before, before))) return;
    const fixed = [first, other].every((t) => t.life.place.possible(asleep, at).length === 1);
    if (fixed && priorities[0] === other.life.place.latest.priority && this.#isQueued(other, other.life.place.latest.hart, asleep, at))
      throw new Mismatch(`${what}: ${first.life}, and ${other.life} was queued before it`);
  }

  // ---- when nothing is under way ----------------------------------------------------------------

  /** Lines are as defined, and the queues hold who sleeps on something that is there, and nobody else. Empties them. */
  async settle(): Promise<void> {
    const { harts } = this.rig.config;
    for (let hart = 0; hart < harts; hart++) {
      for (;;) {
        const waiting = this.#waiting(hart);
        const doubtful = this.#tenants().some((t) => this.#isDoubtful(t, hart));
        await ClockCycles(this.rig.nic.clk, 8);
        const top = Math.max(-1, ...waiting.map(({ life }) => life.place.latest.priority));
        const running = this.office.current[hart] as Office["current"][number];
        const line = top >= 0 && this.office.masks[hart] === true && !(running.accelerated && running.priority >= top);
        if (!doubtful)
          is(
            `irq_wake of hart ${hart} with ${waiting.length} slots waiting`,
            (Number(this.rig.nic.irq_wake.value) >> hart) & 1,
            line ? 1 : 0,
          );
        const peeked = await this.take(hart, true);
        const entry = await this.take(hart, false);
        is(`hart ${hart}: PEEK and TAKE`, text(peeked), text(entry));
        if (doubtful && entry !== null) continue;
        is(`hart ${hart}: somebody is queued`, entry !== null, waiting.length > 0);
        if (entry === null) break;
        is(`hart ${hart}: more are queued`, entry.more, waiting.length > 1);
        const tenant = waiting.find(({ life }) => life.slot === entry.slot);
        if (tenant === undefined) throw new Mismatch(`hart ${hart}: slot ${entry.slot} is queued, and does not wait for what is there`);
        is(`hart ${hart}: priority`, tenant.life.place.latest.priority, top);
      }
    }
  }
  /** Open slots of a hart whose owners wait. */
  #waiting(hart: number): Tenant[] {
    const { now } = this.rig;
    const isHere = ({ life }: Tenant) => life.closed === null && life.place.latest.hart === hart;
    return this.#tenants().filter((t) => isHere(t) && causes.some((cause) => isQueued(t, cause, now, now)));
  }
  /** Accesses to it have met, or its pointers are nonsense: nobody can say whether it waits, or where. */
  #isDoubtful({ life, sender }: Tenant, hart: number): boolean {
    const { now } = this.rig;
    const places = life.place.possible(now, now);
    if (life.closed !== null || !places.some((place) => place.hart === hart)) return false;
    if (places.length > 1 || (sender.outside && life.sleeps.tx.possible(now, now).includes(true))) return true;
    return causes.some((cause) => new Set(life.sleeps[cause].possible(now, now)).size > 1);
  }
}
type Office = Actor["office"];
const text = (entry: Entry | null): string => (entry === null ? "nobody" : `slot ${entry.slot}, ${entry.more}, ${entry.rx}, ${entry.tx}`);
