/**
 * Checkpoints of bare-metal runs: a run that is saved in the middle of its traffic goes on as if nothing had been, and a file
 * that does not fit or is damaged is refused in words.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resolveProgram } from "#driver/baremetal/build.ts";
import { type SocName, socConfigs } from "#rtl/soc/config.ts";
import { buildFolder } from "#sim/bridge/toolset.ts";
import { buildUdp } from "#sim/models/packet/index.ts";
import { writeCapture } from "#sim/models/pcap/index.ts";
import {
  type CheckpointHeader,
  checkpointHeader,
  keepCheckpoint,
  removeCheckpoint,
  restoreCheckpoint,
  storedCheckpoints,
} from "#sim/soc/checkpoint.ts";
import { parseClient } from "#sim/soc/client-spec.ts";
import { type RunOptions, runProgram } from "#sim/soc/run.ts";
import { timingNamed } from "#sim/soc/timing.ts";
import { systems, testPrograms } from "./programs.ts";

const programs = testPrograms();
const folder = mkdtempSync(join(tmpdir(), "accio-checkpoint-"));
/** Names of this run alone: other tests may be at work. */
const own = (name: string): string => `test-${process.pid}-${name}`;
afterAll(() => {
  programs[Symbol.dispose]();
  rmSync(folder, { recursive: true });
  for (const { name } of storedCheckpoints("soc")) if (name.startsWith(own(""))) removeCheckpoint("soc", name);
});

const source = "tb/sim/soc/programs/traffic.c";
const traffic = async (config: SocName, settings: Record<string, number>, options: Partial<RunOptions>) => {
  let text = "";
  const run = await runProgram({
    program: await resolveProgram(source, socConfigs[config], { settings }),
    config,
    timing: timingNamed("raw"),
    maxCycles: 400_000,
    onConsole: (part) => {
      text += part;
    },
    ...options,
  });
  const { seconds: _, processorSeconds: __, began, ...result } = run.result;
  return { ...run, result, began, text };
};

describe.each(systems)("%s", (config) => {
  const client = parseClient("open,connections=3,size=200,count=40,interval=1500,arrivals=poisson", 100);

  it.each(["raw", "paper"])("saved in the middle of traffic and restored, timing %s: the same to the cycle", async (name) => {
    const options = { client, profile: true, timing: timingNamed(name), maxCycles: 1_000_000 };
    const plain = await traffic(config, {}, options);
    expect(plain.result).toMatchObject({ end: "client", client: { sent: 40, answered: 40, lost: 0 } });
    expect(plain.text).toMatch(/^4 echoed, \d+ interrupts\n/);
    expect(plain.result.harts[0]?.traps).toBeGreaterThan(10);

    // Requests are on their way and answered at any time between the first and the last.
    const first = plain.result.client?.firstSent ?? 0;
    const last = plain.result.client?.lastAnswer ?? 0;
    for (const part of [0.3, 0.7]) {
      const at = Math.round(first + part * (last - first));
      const checkpoint = own(`${config}-${name}-${part}`);
      const saved = await traffic(config, {}, { ...options, checkpoints: { save: { name: checkpoint, at } } });
      expect(saved.checkpoint).toMatchObject({ name: checkpoint, cycle: at });
      const restored = await traffic(config, {}, { ...options, checkpoints: { from: checkpoint } });
      expect({ saved: saved.began, restored: restored.began }).toEqual({ saved: 0, restored: at });
      for (const other of [saved, restored]) {
        expect(other.result).toEqual(plain.result);
        expect(other.text).toBe(plain.text);
        expect(other.profiles).toEqual(plain.profiles);
      }
    }
  });

  it("a capture goes on where it was, and what is captured begins there", async () => {
    const capture = join(folder, `${config}.pcap`);
    const frame = (size: number) => buildUdp({ payload: Uint8Array.from({ length: size }, (_, i) => i & 0xff) });
    writeCapture(
      capture,
      Array.from({ length: 12 }, (_, i) => ({ timestamp: BigInt(i) * 30_000n, data: frame(20 + 70 * i) })),
    );
    const wireIn = { capture, timing: "capture", from: 60_000 } as const;
    const run = (options: Partial<RunOptions>) => traffic(config, {}, { wireIn, quiet: 5000, ...options });
    const plain = await run({});
    expect(plain.result).toMatchObject({ end: "quiet", wire: { framesIn: 12, framesOut: 12 } });
    const name = own(`${config}-capture`);
    const saved = await run({ checkpoints: { save: { name, at: 75_000 } } });
    const restored = await run({ checkpoints: { from: name }, wireOut: join(folder, "out.pcap") });
    expect(saved.result).toEqual(plain.result);
    expect(restored.result).toEqual(plain.result);
    const { out = 0 } = restored.frames ?? {};
    expect(out).toBeGreaterThan(0);
    expect(out).toBeLessThan(12);
  });

  it("a program says when, and a checkpoint of a restored run is as good", async () => {
    const [one, two] = [own(`${config}-mark`), own(`${config}-second`)];
    const plain = await traffic(config, { MARK: 10 }, { client });
    const saved = await traffic(config, { MARK: 10 }, { client, checkpoints: { save: { name: one } } });
    const cycle = saved.checkpoint?.cycle ?? 0;
    expect(cycle).toBeGreaterThan(plain.result.client?.firstSent ?? 0);
    const again = await traffic(config, { MARK: 10 }, { client, checkpoints: { from: one, save: { name: two, at: cycle + 5000 } } });
    const last = await traffic(config, { MARK: 10 }, { client, checkpoints: { from: two } });
    for (const run of [saved, again, last]) {
      expect(run.result).toEqual(plain.result);
      expect(run.text).toBe(plain.text);
    }
    expect(last.began).toBe(cycle + 5000);
    // From here on a profile can be counted that the first run did not count.
    const { profiles, result } = await traffic(config, { MARK: 10 }, { client, profile: true, checkpoints: { from: one } });
    const total = profiles?.[0]?.root.total ?? 0;
    expect(total).toBeGreaterThan(0.9 * (result.cycles - cycle));
    expect(total).toBeLessThanOrEqual(result.cycles - cycle);
  });
});

it("prints through HTIF as if nothing had been, whatever step it was in", async () => {
  const run = (checkpoints: RunOptions["checkpoints"]) => {
    let text = "";
    return runProgram({
      program,
      config: "soc1",
      timing: timingNamed("raw"),
      maxCycles: 200_000,
      onConsole: (part) => {
        text += part;
      },
      ...(checkpoints === undefined ? {} : { checkpoints }),
    }).then(({ result: { seconds: _, processorSeconds: __, began: ___, ...result } }) => ({ result, text }));
  };
  const program = programs.elf("htif");
  const plain = await run(undefined);
  expect(plain.text).toMatch(/^ok\n/);
  for (const part of [0.3, 0.45, 0.6, 0.75, 0.9]) {
    const at = Math.round(part * plain.result.cycles);
    const name = own(`htif-${part}`);
    expect(await run({ save: { name, at } })).toEqual(plain);
    expect(await run({ from: name })).toEqual(plain);
  }
});

describe("refused is", () => {
  const base = own("base");
  const run = (settings: Record<string, number>, options: Partial<RunOptions>) =>
    traffic("soc1", settings, { maxCycles: 5000, ...options, checkpoints: { from: base, ...options.checkpoints } });
  beforeAll(async () => {
    await traffic("soc1", {}, { maxCycles: 5000, checkpoints: { save: { name: base, at: 4000 } } });
  });

  it.each<[string, Record<string, number>, Partial<RunOptions>, RegExp]>([
    [
      "another timing",
      {},
      { timing: timingNamed("paper") },
      /^the checkpoint does not fit: .*, timing is raw in it, not paper: give what it was/,
    ],
    ["other memory", {}, { memoryBytes: 2 ** 25 }, /memory is 64 MiB in it, not 32 MiB: /],
    ["other load", {}, { client: parseClient("closed,count=1", 100) }, /client is none in it, not /],
    [
      "another program",
      { MARK: 3 },
      {},
      /^the checkpoint is of something else: .*, another is now the program: save it again: \.\/accio soc run /,
    ],
    ["a timing of the same name", {}, { timing: { ...timingNamed("raw"), mmioLatency: 3 } }, /another is now the timing: /],
    ["a name that there is not", {}, { checkpoints: { from: "nowhere" } }, /^no such checkpoint: nowhere: there is .*test-\d+-base/],
    ["a name that cannot be", {}, { checkpoints: { from: "../up" } }, /^no name for a checkpoint: \.\.\/up: letters, digits/],
    ["a name to save under that cannot be", {}, { checkpoints: { save: { name: "a b" } } }, /^no name for a checkpoint: a b: /],
  ])("%s", async (_, settings, options, message) => {
    await expect(run(settings, options)).rejects.toThrow(message);
  });

  const path = join(buildFolder(), "checkpoints/soc", `${base}.checkpoint`);
  it.each<[string, (file: Buffer) => Uint8Array, RegExp]>([
    ["a file that is cut off", (file) => file.subarray(0, file.length >> 1), /^the checkpoint is damaged: .*\.checkpoint: save it again/],
    ["an empty file", () => new Uint8Array(), /^no checkpoint, or one of another version/],
    [
      "a file with one bit changed in its state",
      (file) => {
        const changed = Buffer.from(file);
        changed[file.length - 1000] = (file[file.length - 1000] ?? 0) ^ 1;
        return changed;
      },
      /^the checkpoint is damaged: /,
    ],
    [
      "a file with a letter changed in its header",
      (file) => {
        const changed = Buffer.from(file);
        changed[changed.indexOf("raw")] = 0x52;
        return changed;
      },
      /^the checkpoint is damaged: /,
    ],
    [
      "a file of another version",
      (file) => Buffer.from(file.toString("latin1").replace("checkpoint 1", "checkpoint 0"), "latin1"),
      /another version/,
    ],
  ])("%s", async (_, change, message) => {
    const file = readFileSync(path);
    try {
      writeFileSync(path, change(file));
      await expect(run({}, {})).rejects.toThrow(message);
      expect(storedCheckpoints("soc").find((c) => c.name === base)?.header).toBeNull();
    } finally {
      writeFileSync(path, file);
    }
  });

  it("nothing that fits", async () => expect((await run({}, {})).began).toBe(4000));
});

describe("the shelf", () => {
  const header: CheckpointHeader = { settings: { timing: "raw" }, parts: { simulator: "1" }, cycle: 5, command: "again" };
  const state = join(folder, "state");

  it("gives back the bytes that were kept, lists and forgets them", async () => {
    const name = own("shelf");
    const bytes = Buffer.alloc(100_000, "some state ");
    writeFileSync(state, bytes);
    const size = await keepCheckpoint("soc", name, header, state);
    expect(size).toBeLessThan(bytes.length / 10);
    expect(checkpointHeader("soc", name)).toEqual(header);
    expect(storedCheckpoints("soc").find((c) => c.name === name)).toMatchObject({ bytes: size, header });
    const back = join(folder, "back");
    expect(await restoreCheckpoint("soc", name, header, back)).toEqual(header);
    expect(readFileSync(back).equals(bytes)).toBe(true);
    // Another kind of run has others.
    expect(() => checkpointHeader("linux", name)).toThrow(/^no such checkpoint: /);
    const both = { settings: {}, parts: { simulator: "2", kernel: "1" } };
    await expect(restoreCheckpoint("soc", name, { ...header, ...both }, back)).rejects.toThrow(/timing is raw in it, not none/);
    await expect(restoreCheckpoint("soc", name, { ...header, parts: both.parts }, back)).rejects.toThrow(
      /another is now the simulator \(the hardware, or what simulates it\), the kernel: save it again: again$/,
    );
    removeCheckpoint("soc", name);
    expect(() => removeCheckpoint("soc", name)).toThrow(/^no such checkpoint: /);
  });
});
