/** Echo and sink between two rings: what goes in comes out, at any speed of the other side. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applications, echo, type HostSlot, type Pointers, sink } from "#sim/models/host/applications.ts";
import { arrayMemory, decodeDatagramHeader, encodeDatagramHeader, type Framing, Ring, recordLength } from "#sim/models/nic/index.ts";
import { Prng } from "#sim/models/packet/index.ts";

const peer = { address: "10.0.0.2", port: 50_000 };

/** A slot, and the hardware's side of it. */
function slot(framing: Framing, rxSize: number, txSize: number) {
  const memory = arrayMemory(new Uint8Array(1 << 14));
  const receive = new Ring(memory, { base: 0, size: rxSize });
  const transmit = new Ring(memory, { base: 1 << 13, size: txSize });
  const host: HostSlot = { framing, receive, transmit };
  const pointers = { rxHead: 0, rxTail: 0, txHead: 0, txTail: 0 };
  const deliver = (bytes: Uint8Array) => {
    if (bytes.length > receive.free(pointers.rxHead, pointers.rxTail)) return false;
    receive.write(pointers.rxTail, bytes);
    pointers.rxTail = receive.advance(pointers.rxTail, bytes.length);
    return true;
  };
  const send = (length: number) => {
    const bytes = transmit.read(pointers.txHead, length);
    pointers.txHead = transmit.advance(pointers.txHead, length);
    return bytes;
  };
  const run = (application = echo, route?: Parameters<typeof echo>[2]) => {
    const step = application(host, pointers as Pointers, route);
    Object.assign(pointers, { rxHead: step.rxHead, txTail: step.txTail });
    return step;
  };
  return { pointers, deliver, send, run, waiting: () => transmit.used(pointers.txHead, pointers.txTail) };
}

function record(payload: Uint8Array, from = peer): Uint8Array {
  const bytes = new Uint8Array(recordLength(payload.length));
  bytes.set(encodeDatagramHeader({ length: payload.length, peer: from, timestamp: 99n }));
  bytes.set(payload, 16);
  return bytes;
}

describe("echo", () => {
  it("sends a datagram back to its peer, without the time of its arrival", () => {
    const { deliver, run, send, waiting } = slot("datagram", 256, 256);
    const payload = new Prng(1).bytes(21);
    deliver(record(payload));
    expect(run()).toEqual({ rxHead: 48, txTail: 48, datagrams: 1, bytes: 21, blocked: false });
    const back = send(waiting());
    expect(decodeDatagramHeader(back)).toEqual({ length: 21, peer, timestamp: 0n });
    expect(back.subarray(16, 37)).toEqual(payload);
    expect(run()).toEqual({ rxHead: 48, txTail: 48, datagrams: 0, bytes: 0, blocked: false });
  });

  it("waits for room and says so", () => {
    const { deliver, run, send } = slot("datagram", 256, 64);
    for (const length of [16, 16, 0]) deliver(record(new Uint8Array(length)));
    expect(run()).toEqual({ rxHead: 32, txTail: 32, datagrams: 1, bytes: 16, blocked: true });
    expect(run()).toMatchObject({ datagrams: 0, blocked: true });
    send(32);
    expect(run()).toEqual({ rxHead: 80, txTail: 16, datagrams: 2, bytes: 16, blocked: false });
  });

  it("waits for a datagram's route, and lets go what has none", () => {
    const { deliver, run, send, waiting } = slot("datagram", 512, 512);
    const other = { address: "10.0.0.3", port: 1 };
    const lost = { address: "10.0.0.4", port: 2 };
    for (const [i, from] of [peer, lost, other, peer].entries()) deliver(record(new Uint8Array(16).fill(i), from));
    const asked: string[] = [];
    const route = (way: "now" | "later") => (to: typeof peer) => {
      asked.push(to.address);
      return to.address === lost.address ? "never" : to.address === other.address ? way : "now";
    };
    expect(run(echo, route("later"))).toEqual({ rxHead: 64, txTail: 32, datagrams: 2, bytes: 32, blocked: true });
    expect(run(echo, route("later"))).toMatchObject({ datagrams: 0, blocked: true });
    expect(run(echo, route("now"))).toEqual({ rxHead: 128, txTail: 96, datagrams: 2, bytes: 32, blocked: false });
    expect(asked).toEqual([peer, lost, other, other, other, peer].map(({ address }) => address));
    const sent = send(waiting());
    expect([0, 32, 64].map((at) => [decodeDatagramHeader(sent.subarray(at)).peer, sent[at + 16]])).toEqual([
      [peer, 0],
      [other, 2],
      [peer, 3],
    ]);
  });

  it("says when a record can never be answered", () => {
    const { deliver, run } = slot("datagram", 256, 64);
    deliver(record(new Uint8Array(33)));
    expect(() => run()).toThrow("a record of 64 bytes never fits in a transmit ring of 64: make the ring larger");
  });

  it("takes as much of a stream as there is room for", () => {
    const { deliver, run, send } = slot("stream", 256, 64);
    deliver(new Uint8Array(100));
    expect(run()).toEqual({ rxHead: 63, txTail: 63, datagrams: 0, bytes: 63, blocked: true });
    send(10);
    expect(run()).toEqual({ rxHead: 73, txTail: 9, datagrams: 0, bytes: 10, blocked: true });
  });

  it.each(["stream", "datagram"] as const)("loses, adds and reorders nothing (%s)", (framing) => {
    const sizes = fc.constantFrom(64, 128, 512);
    const events = fc.array(
      fc.oneof(
        fc.record({ arrives: fc.uint8Array({ maxLength: 32 }) }),
        fc.record({ leaves: fc.integer({ min: 1, max: 100 }) }),
        fc.constant({ runs: true }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(sizes, sizes, events, (rxSize, txSize, list) => {
        const { deliver, run, send, waiting } = slot(framing, rxSize, txSize);
        const sent: number[] = [];
        const got: number[] = [];
        const leave = (most: number) => {
          // Hardware takes whole records; a stream in any pieces.
          if (framing === "stream") got.push(...send(Math.min(most, waiting())));
          else {
            for (let left = most; left > 0 && waiting() > 0; left -= 16) {
              const header = send(16);
              const { length, peer: to } = decodeDatagramHeader(header);
              expect(to).toEqual(peer);
              got.push(length, ...send(recordLength(length) - 16).subarray(0, length));
            }
          }
        };
        for (const event of list) {
          if ("arrives" in event) {
            const isDatagram = framing === "datagram";
            const taken = deliver(isDatagram ? record(event.arrives) : event.arrives);
            if (taken) sent.push(...(isDatagram ? [event.arrives.length] : []), ...event.arrives);
          } else if ("leaves" in event) leave(event.leaves);
          else run();
        }
        // However small the transmit ring, it drains in the end.
        for (let idle = 0; idle < 2; ) {
          const step = run();
          if (step.datagrams === 0 && step.bytes === 0 && waiting() === 0) idle += 1;
          leave(Number.MAX_SAFE_INTEGER);
        }
        expect(run().blocked).toBe(false);
        expect(got).toEqual(sent);
      }),
    );
  });
});

describe("sink", () => {
  it("reads all and answers nothing", () => {
    const { deliver, run, waiting } = slot("datagram", 256, 64);
    for (const length of [0, 3, 33]) deliver(record(new Uint8Array(length)));
    expect(run(sink)).toEqual({ rxHead: 16 + 32 + 64, txTail: 0, datagrams: 3, bytes: 36, blocked: false });
    expect(waiting()).toBe(0);
    const stream = slot("stream", 64, 64);
    stream.deliver(new Uint8Array(60));
    expect(stream.run(applications.sink)).toEqual({ rxHead: 60, txTail: 0, datagrams: 0, bytes: 60, blocked: false });
  });
});

it("says where a ring holds no record", () => {
  const { deliver, run } = slot("datagram", 256, 256);
  deliver(record(new Uint8Array(40)).subarray(0, 48));
  expect(() => run()).toThrow("receive ring at offset 0: a record of 64 bytes where 48 lie before the tail 48");
  const short = slot("datagram", 256, 256);
  short.deliver(new Uint8Array(8));
  expect(() => short.run(sink)).toThrow("receive ring at offset 0: a record of 16 bytes where 8 lie before the tail 8");
});
