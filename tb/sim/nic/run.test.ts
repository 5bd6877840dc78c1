/** What a run does beside the hardware: times of frames, next hops, parts of a capture, and saying when nothing moves. */
import { describe, expect, it } from "vitest";
import { resolveConfig } from "#rtl/config/config.ts";
import { AxiError } from "#sim/models/axi/index.ts";
import { buildUdp, parse } from "#sim/models/packet/index.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { type InputFrame, type RunOptions, runNic } from "#sim/nic/run.ts";
import { HangError } from "#sim/run/index.ts";

const socket = { address: "10.0.0.1", port: 7 };
const ourMac = "02:00:00:00:00:01";
/** A datagram of peer 10.0.1.`peer`, which is reached at MAC address ...:`hop`. */
const datagram = (peer: number, hop: number, timestamp = 0n): InputFrame => ({
  timestamp,
  data: buildUdp({
    ethernet: { destination: ourMac, source: `02:00:00:00:01:0${hop}` },
    ipv4: { destination: socket.address, source: `10.0.1.${peer}` },
    udp: { destinationPort: socket.port, sourcePort: 1000 + peer },
    payload: new Uint8Array(100).fill(peer),
  }),
});

const execute = async (frames: readonly InputFrame[], options: Partial<RunOptions> = {}, name = "tiny") => {
  const chosen = resolveConfig(name);
  const nic = await buildNic(chosen, { seed: 1 });
  const out: Uint8Array[] = [];
  try {
    const settled = { config: chosen, binds: [socket], app: "echo", timing: "line", ordinary: () => {}, ...options } as const;
    const outcome = await runNic(nic, frames, { out: (frame) => out.push(frame), ...settled });
    return { ...outcome, out };
  } finally {
    nic.sim.close();
  }
};

describe("a run", () => {
  it("gives each answer to the hop that its datagram came from, though a slot has one next hop at a time", async () => {
    const senders = [1, 1, 2, 3, 2, 1, 1, 3, 3, 2];
    const { out } = await execute(senders.map((peer) => datagram(peer, peer)));
    expect(out.map((frame) => [parse(frame).ethernet.destination, parse(frame).ipv4?.destination])).toEqual(
      senders.map((peer) => [`02:00:00:00:01:0${peer}`, `10.0.1.${peer}`]),
    );
  });
  it("answers to where a peer was last seen", async () => {
    const { out } = await execute([datagram(1, 1, 0n), datagram(1, 2, 100_000n)], { timing: "capture" });
    expect(out.map((frame) => parse(frame).ethernet.destination)).toEqual(["02:00:00:00:01:01", "02:00:00:00:01:02"]);
  });
  it("counts what it cannot answer, and answers the rest", async () => {
    const nobody = {
      ...datagram(1, 1),
      data: buildUdp({
        ethernet: { destination: ourMac },
        ipv4: { destination: socket.address, source: "0.0.0.0" },
        udp: { destinationPort: 7 },
      }),
    };
    const { out, unreachable, frames } = await execute([nobody, datagram(2, 2)]);
    expect([unreachable, out.length]).toEqual([1, 1]);
    expect(frames.map((frame) => frame.verdict)).toEqual(["accepted", "accepted"]);
    expect(frames.map((frame) => frame.at.doorbell !== undefined)).toEqual([false, true]);
  });
  it("brings frames at their times, on the wire's clock", async () => {
    for (const name of ["tiny", "prototype"]) {
      const { coreMhz } = resolveConfig(name);
      const times = [0n, 3_000n, 3_050n, 90_000n];
      const { frames } = await execute(
        times.map((time) => datagram(1, 1, time)),
        { timing: "capture" },
        name,
      );
      for (const [i, { at }] of frames.entries()) {
        const due = (Number(times[i]) * coreMhz) / 1000;
        expect(at.wireFirst - due, `${name}, frame ${i + 1}`).toBeLessThanOrEqual(i === 2 ? 15 : 2);
        expect(at.wireFirst - due, `${name}, frame ${i + 1}`).toBeGreaterThanOrEqual(-1);
      }
    }
  });
  it("ends with the last thing that happened", async () => {
    const { frames, sent, cycles } = await execute([datagram(1, 1)]);
    const at = frames[0]?.at;
    expect([sent[0]?.last, at?.txLast]).toEqual([cycles - 1, cycles - 1]);
    expect((at?.wireLast ?? 0) - (at?.wireFirst ?? 0)).toBe(Math.ceil(142 / 8) - 1);
  });
  it("lets a program have frames in parts", async () => {
    const seen: number[] = [];
    let arrived = 0;
    await execute(
      [1, 2, 3].map((peer) => datagram(peer, peer)),
      {
        onFrame: (n) => {
          arrived = n;
        },
        program: async (host) => {
          await host.registers.CONTROL.write({ enable: true });
          for (const count of [1, 1, 3]) {
            host.begin(count);
            do await host.pause(50);
            while (!host.finished());
            seen.push(arrived);
          }
        },
      },
    );
    expect(seen).toEqual([1, 1, 3]);
  });
  it("says what it waits for when nothing moves", async () => {
    const stuck = execute([datagram(1, 1)], {
      patience: 3000,
      program: async (host) => {
        host.begin();
        for (;;) await host.pause(100);
      },
    });
    await expect(stuck).rejects.toThrow(HangError);
    await expect(stuck).rejects.toThrow(/^nothing has moved since cycle \d+: 1 frames arrived, 1 not yet parsed, .* of 1$/);
  });
  it("fails where the host is refused", async () => {
    const refused = execute([], { program: async (host) => void (await host.bus.read(0x3ff8)) });
    await expect(refused).rejects.toThrow(AxiError);
  });
});
