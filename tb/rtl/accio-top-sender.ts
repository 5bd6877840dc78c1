/** The sending host of `accio_top`'s test: random bytes and datagrams into the rings of several slots, now and then a doorbell. */
import { arrayMemory, encodeDatagramHeader, Ring, recordLength, type TransmitModel } from "#sim/models/nic/index.ts";
import { type Prng, randomLength } from "#sim/models/packet/index.ts";
import type { Host } from "#sim/nic/host.ts";
import { memoryBase } from "#sim/nic/run.ts";
import { goodBytes, peers, refusingReads, slots } from "./accio-top-scene.ts";

type Compare = (what: string, seen: unknown, expected: unknown) => void;

/** @param bytes the model's memory, which is written as the hardware's is */
export const sender = (host: Host, model: TransmitModel, bytes: Uint8Array, random: Prng) => {
  const memories = [host.memory, arrayMemory(bytes, memoryBase)];
  const tails = slots.map(() => 0);
  const put = (slot: number, data: Uint8Array): void => {
    const settings = slots[slot]?.transmit;
    if (settings === undefined) return;
    for (const memory of memories) new Ring(memory, settings).write(tails[slot] ?? 0, data);
    tails[slot] = ((tails[slot] ?? 0) + data.length) % settings.size;
  };
  const doorbell = async (slot: number): Promise<void> => host.registers.SLOT.at(slot).TX_TAIL.write({ offset: BigInt(tails[slot] ?? 0) });
  const record = (payload: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(recordLength(payload.length)).fill(0xa5);
    whole.set(encodeDatagramHeader({ length: payload.length, peer: random.pick(peers), timestamp: 0n }));
    whole.set(payload, 16);
    return whole;
  };
  /** Something for one slot, if there is room, and its doorbell. */
  const one = async (slot: number): Promise<void> => {
    const { framing, transmit } = slots[slot] as (typeof slots)[number];
    if (transmit === undefined) return;
    for (let left = random.integer(1, 3); left > 0; left--) {
      const used = (tails[slot] ?? 0) - model.slot(slot).head + transmit.size;
      const free = transmit.size - 1 - (used % transmit.size);
      const payload = random.bytes(randomLength(random));
      const data = framing === "stream" ? payload.subarray(0, free) : record(payload);
      if (data.length <= free) put(slot, data);
    }
    model.doorbell(slot, tails[slot] ?? 0);
    await doorbell(slot);
  };

  return {
    /** A phase's sending. In the first one a slot runs into memory that refuses to be read. */
    some: async (phase: number): Promise<void> => {
      if (phase === 0) {
        put(refusingReads, record(random.bytes(goodBytes - 16 - random.integer(16, 100))));
        model.doorbell(refusingReads, tails[refusingReads] ?? 0);
        await doorbell(refusingReads);
        // The model is not told: nothing of it may leave.
        put(refusingReads, record(random.bytes(goodBytes + 64)));
        await doorbell(refusingReads);
      }
      for (let i = 0; i < 12; i++) {
        await one(random.integer(0, refusingReads - 1));
        await host.pause(random.integer(1, 200));
      }
    },
    /** Heads stand where everything has been sent; the slot that met refusal has stopped, and the others have not. */
    compare: async (is: Compare): Promise<void> => {
      for (const [i, { transmit }] of slots.entries()) {
        const { TX_HEAD, STATUS } = host.registers.SLOT.at(i);
        if (transmit !== undefined) is(`slot ${i}'s transmit head`, Number((await TX_HEAD.read()).offset), model.slot(i).head);
        is(`slot ${i}: transmit error`, (await STATUS.read()).txError, i === refusingReads);
      }
    },
  };
};
