/** An owner at work: reads what has come, sends, and now and then writes pointers and records that cannot be. */
import { encodeDatagramHeader, recordLength } from "#sim/models/nic/index.ts";
import { type Life, Mismatch, slack, type Tenant } from "#sim/models/nic/whole/index.ts";
import { dump, Prng } from "#sim/models/packet/index.ts";
import { Actor, type OpOf } from "./actor.ts";
import type { Way } from "./scenario.ts";
import { fills, layoutOf, peers } from "./scene.ts";

interface RingPlace {
  readonly base: number;
  readonly size: number;
}
/** Cycles after which the line of a slot that was opened is written. */
const lineDelay = 2000;

export class Traffic extends Actor {
  /** A pointer as the program sees it, and from when to when it may have been so; null: it was not allowed to look. */
  async #pointer(
    life: Life,
    name: "RX_TAIL" | "TX_HEAD",
    way: Way,
  ): Promise<{ readonly value: number; readonly from: number; readonly at: number } | null> {
    if (way !== "line") {
      const access = await this.access(life, name, way, null);
      return access === null ? null : { value: Number(access.value), from: access.from, at: access.at };
    }
    const at = this.rig.now;
    // Memory may be slow, and the line late; it may also be the one of the life before.
    if (at < life.opened.to + lineDelay) return null;
    const line = layoutOf(this.rig.config.slots).lines + 64 * life.slot;
    return { value: this.rig.memory.read32(line + (name === "RX_TAIL" ? 0 : 4)), from: life.opened.to, at };
  }

  async consume({ slot, way, share }: OpOf<"consume">): Promise<void> {
    const tenant = this.owner(slot);
    const desk = this.office.desk(slot);
    if (tenant === null || desk.rxLost) return;
    const { life } = tenant;
    const pointer = await this.#pointer(life, "RX_TAIL", way);
    if (pointer === null) return;
    const { value: tail, from, at } = pointer;
    this.rig.look();
    const possible = life.tail.possible(from - slack, at + slack);
    if (!possible.includes(tail))
      throw new Mismatch(`${life}: its receive tail (${way}) is ${tail} from ${from} to ${at}; the model says ${possible.join(" or ")}`);
    const { receive } = life;
    const bytes = receive.used(desk.rxHead, tail);
    // A line may be older than what was read before.
    if (bytes > receive.used(desk.rxHead, life.tail.latest)) return;
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
    const door = way === "line" ? "kernel" : way;
    if (door === "page" && this.office.current[this.hart]?.asid !== life.asid) return;
    this.#fill(receive, desk.rxHead, receive.used(desk.rxHead, head), fills.read);
    desk.rxHead = head;
    await this.#writeHead(life, door, head);
  }
  async #writeHead(life: Life, door: "kernel" | "page", head: number): Promise<void> {
    let end = (_at: number): void => {};
    const access = await this.access(life, "RX_HEAD", door, head, () => {
      const span = life.head.change(head, this.rig.now);
      end = (at) => {
        span.to = at;
      };
    });
    if (access !== null) end(access.at);
  }
  /** What lies in memory before a tail is what was sent. */
  #compareRing({ receive, slot }: Life, from: number, bytes: number): void {
    const first = Math.min(bytes, receive.size - from);
    for (const [at, count] of [
      [from, first],
      [0, bytes - first],
    ] as const) {
      const seen = this.rig.memory.read(receive.base + at, count);
      const expected = this.model.image.read(receive.base + at, count);
      if (Buffer.compare(seen, expected) !== 0)
        throw new Mismatch(`slot ${slot}: ${count} bytes at ${at} of its ring:\n${dump(seen)}the model says\n${dump(expected)}`);
    }
  }
  #fill(ring: RingPlace, from: number, bytes: number, value: number): void {
    this.#put(ring, from, new Uint8Array(bytes).fill(value));
  }
  /** Writes a ring from an offset on; the model's memory, too. */
  #put(ring: RingPlace, at: number, bytes: Uint8Array): void {
    const first = Math.min(bytes.length, ring.size - at);
    this.model.write(ring.base + at, bytes.subarray(0, first));
    if (first < bytes.length) this.model.write(ring.base, bytes.subarray(first));
  }

  async send({ slot, way, lengths, peer, seed, broken }: OpOf<"send">): Promise<void> {
    const tenant = this.owner(slot);
    const desk = this.office.desk(slot);
    if (tenant === null || desk.txLost) return;
    const { life } = tenant;
    const ring = life.transmit;
    const pointer = await this.#pointer(life, "TX_HEAD", way);
    if (pointer === null) return;
    const { value: head } = pointer;
    // A line may be older than what a register said, and then cannot be told from one that is a turn of the ring ahead.
    if (way === "line" && (ring.size < 1024 || !(desk.txLine || head === desk.txHead))) return;
    desk.txLine = way === "line" || (desk.txLine && head === desk.txHead);
    const moved = ring.used(desk.txHead, head);
    const possible = head < ring.size && moved <= ring.used(desk.txHead, desk.txTail);
    if (!possible && way === "line") return;
    if (!possible) throw new Mismatch(`${life}: its transmit head (${way}) is ${head}, which is not from ${desk.txHead} to ${desk.txTail}`);
    // Bytes that were read are nobody's any more, on the wire or not.
    this.#fill(ring, desk.txHead, moved, fills.sent);
    desk.txHead = head;
    const random = new Prng(seed);
    const { largest } = this.rig.scenario.surface;
    let tail = desk.txTail;
    const put = (bytes: Uint8Array): void => {
      this.#put(ring, tail, bytes);
      tail = ring.advance(tail, bytes.length);
    };
    const header = (length: number, i: number): void => {
      const to = peers[(peer + i) % peers.length] as (typeof peers)[number];
      put(encodeDatagramHeader({ length, peer: to, timestamp: BigInt(random.word()) }));
    };
    for (const [i, wanted] of lengths.entries()) {
      const free = ring.free(desk.txHead, tail);
      const length = Math.min(wanted, largest);
      if (!life.isDatagram) {
        put(random.bytes(Math.min(wanted, free)));
        continue;
      }
      const isLast = i === lengths.length - 1;
      if (isLast && broken && free >= 16) {
        // Longer than may be, longer than the bytes in front of the tail, or not even a header.
        const kind = random.integer(0, 2);
        if (kind === 0) header(random.integer(largest + 1, 0xffff), i);
        else if (kind === 1) header(random.integer(1, largest), i);
        else put(random.bytes(random.integer(1, 15)));
        desk.txLost = true;
        continue;
      }
      if (recordLength(length) > free) break;
      header(length, i);
      put(random.bytes(recordLength(length) - 16));
    }
    if (tail === desk.txTail) return;
    const door = way === "line" ? "kernel" : way;
    if (await this.#ring(tenant, door, tail)) desk.txTail = tail;
    else desk.txLost = false;
  }
  /** False: the thread that runs here may not. */
  async #ring({ life, sender }: Tenant, way: "kernel" | "page", tail: number): Promise<boolean> {
    let end = (_at: number): void => {};
    const access = await this.access(life, "TX_TAIL", way, tail, () => {
      const span = sender.doorbell(tail, this.rig.now);
      end = (at) => {
        span.to = at;
      };
    });
    if (access !== null) end(access.at);
    return access !== null;
  }

  /** Pointers that cannot be: a receive head that is no record's end, or a transmit tail outside of the ring. */
  async misuse({ slot, way, what, value }: OpOf<"misuse">): Promise<void> {
    const tenant = this.owner(slot);
    if (tenant === null) return;
    const { life } = tenant;
    const desk = this.office.desk(slot);
    if (what === "head") {
      const access = this.office.current[this.hart]?.asid === life.asid || way === "kernel";
      desk.rxLost ||= access;
      await this.#writeHead(life, way, value % this.rig.config.ringLimit);
      return;
    }
    const tail = life.transmit.size + value;
    if (!(await this.#ring(tenant, way, tail))) return;
    desk.txLost = true;
    this.model.events.must(`MALFORMED_DOORBELL of slot ${slot}`);
  }
}
