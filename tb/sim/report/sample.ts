/** A run that never was: the way of frames through a queue as deep as seems real, from a seed. */
import { dropCauses } from "#sim/models/nic/index.ts";
import { Prng, randomLength } from "#sim/models/packet/index.ts";
import type { FrameRecord, RunConfiguration, RunRecord, SentRecord } from "#sim/report/index.ts";

export const configuration: RunConfiguration = {
  name: "tiny",
  application: "echo",
  timing: "line",
  clockMhz: 100,
  busBits: 64,
  wireBits: 64,
  wireMhz: 100,
  mtu: 1500,
  slots: 16,
  sockets: [
    { address: "10.0.0.1", port: 7 },
    { address: "10.0.0.1", port: 8 },
  ],
  input: "in.pcap",
  output: "out.pcap",
  ordinary: "ordinary.pcap",
  simulator: "Verilator 5.006",
};

export interface SampleOptions {
  readonly seed?: number;
  /** Shares of frames. */
  readonly ordinary?: number;
  readonly dropped?: number;
  readonly lost?: number;
  /** Whether answers are sent. */
  readonly echo?: boolean;
}

/** A record of `count` frames, one after the other on a wire of 8 bytes a cycle. */
export function sampleRun(
  count: number,
  { seed = 1, ordinary = 0.1, dropped = 0.04, lost = 0, echo = true }: SampleOptions = {},
): RunRecord {
  const prng = new Prng(seed);
  const frames: FrameRecord[] = [];
  const sent: SentRecord[] = [];
  let wire = 0;
  let memory = 0;
  let out = 0;
  for (let number = 1; number <= count; number++) {
    const payload = randomLength(prng);
    const bytes = Math.max(60, 42 + payload);
    const wireFirst = wire + (prng.chance(0.2) ? prng.integer(0, 40) : 0);
    const wireLast = wireFirst + Math.ceil(bytes / 8) - 1;
    wire = wireLast + 1;
    const at = { wireFirst, wireLast, parsed: wireLast + 6 };
    const kind = prng.word() / 2 ** 32;
    if (kind < lost) frames.push({ number, bytes, verdict: "lost", cause: "overflow", at: { wireFirst, wireLast } });
    else if (kind < lost + ordinary) frames.push({ number, bytes, verdict: "ordinary", at: { ...at, matched: at.parsed + 4 } });
    else if (kind < lost + ordinary + dropped) {
      frames.push({
        number,
        bytes,
        verdict: "dropped",
        cause: prng.pick(dropCauses),
        slot: prng.integer(0, 1),
        at: { ...at, matched: at.parsed + 4 },
      });
    } else {
      const matched = at.parsed + 4;
      const dmaFirst = Math.max(matched + 3, memory);
      memory = dmaFirst + Math.ceil(payload / 7) + prng.integer(0, 6);
      const dmaLast = memory + prng.integer(12, 30);
      const tailMoved = dmaLast + 3;
      const record = { number, bytes, verdict: "accepted", slot: prng.integer(0, 1), payload } as const;
      const stages = { ...at, matched, dmaFirst, dmaLast, tailMoved };
      if (echo) {
        const doorbell = tailMoved + prng.integer(40, 160);
        const txFirst = Math.max(doorbell + 30 + Math.ceil(payload / 8), out);
        const txLast = txFirst + Math.ceil(bytes / 8) - 1;
        out = txLast + 1;
        sent.push({ bytes, first: txFirst, last: txLast });
        frames.push({ ...record, at: { ...stages, doorbell, txFirst, txLast } });
      } else frames.push({ ...record, at: stages });
    }
  }
  return {
    configuration: { ...configuration, application: echo ? "echo" : "sink" },
    cycles: Math.max(wire, out, memory) + 100,
    frames,
    sent,
  };
}
