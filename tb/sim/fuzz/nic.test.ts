/** The NIC in random scenes beside its model: 20,000 frames agree; a fault that is put in is found, made small, and seen again. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, test } from "vitest";
import { accioTop } from "#rtl/accio-top.ts";
import { resolveConfig } from "#rtl/config/config.ts";
import { fieldNames, frameKinds, frameOf } from "#sim/fuzz/nic/frames.ts";
import { scenarioOf } from "#sim/fuzz/nic/generate.ts";
import { fuzzNic, nicFindingText, packetsPerScenario, readScenario, tryScenario } from "#sim/fuzz/nic/run.ts";
import { kindOf } from "#sim/fuzz/nic/shrink.ts";
import { mutantsOf } from "#sim/mutate/family.ts";
import { withInstance } from "../../rtl/with-instance.ts";

const config = resolveConfig("tiny", ["harts=4"]);
const folder = mkdtempSync(join(tmpdir(), "accio-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));
const first = Number(process.env.ACCIO_SEED ?? 70_000);

// In parts, so that each has its own time limit and says how far it is.
test.each([0, 17, 34, 51])("5,100 frames from seed %i on are what the model says", { timeout: 900_000 }, async (offset) => {
  const result = await fuzzNic({ count: 17 * packetsPerScenario, seed: first + offset, config, folder });
  if (result.findings.length > 0) expect.fail(result.findings.map(nicFindingText).join("\n"));
  expect(result.scenarios).toBe(17);
  expect(result.received).toBeGreaterThan(2500);
  expect(result.sent).toBeGreaterThan(100);
});

describe("a fault in the hardware", () => {
  /** The first mutant of a part deep in the NIC that changes what is told. */
  const faulty = (path: readonly string[], change: string) => {
    const place = (module: ReturnType<typeof accioTop>, [name = "", ...below]: readonly string[]): ReturnType<typeof accioTop> => {
      const part = module.instances.find((i) => i.name === name)?.of as typeof module;
      const mutant = mutantsOf({ block: part }).find((m) => m.name.endsWith(change));
      if (below.length === 0 && mutant === undefined) throw new Error(`${part.name} has no mutant "${change}"`);
      return withInstance(module, name, below.length === 0 ? (mutant?.module as typeof module) : place(part, below));
    };
    return place(accioTop(config), path);
  };
  it("is found, made small, kept, and seen again", { timeout: 900_000 }, async () => {
    const module = faulty(["nic", "core", "rx", "verdict"], "full: ge for gt");
    const result = await fuzzNic({ count: 6000, seed: 1, config, folder, module, failuresMost: 1, triesMost: 60 });
    const [finding] = result.findings;
    expect(finding?.what).toMatch(/ring_full|delivered/);
    expect(nicFindingText(finding as never)).toContain("--replay");
    const kept = readScenario(finding?.file ?? "");
    expect(kept.config).toEqual(config);
    expect(kept.scenario.ops.length).toBeLessThan(scenarioOf(finding?.seed ?? 0, { packets: 300, harts: 4, mtu: 1500 }).ops.length);
    const again = await tryScenario(kept.scenario, config, module);
    expect("failure" in again && kindOf(again.failure)).toBe(kindOf(finding?.what ?? ""));
    expect(await tryScenario(kept.scenario, config, accioTop(config))).toHaveProperty("played");
  });
});

describe("a scene", () => {
  it("is the same for the same seed, in whatever run", { timeout: 300_000 }, async () => {
    const scene = scenarioOf(7, { packets: 100, harts: 4, mtu: 1500 });
    expect(scenarioOf(7, { packets: 100, harts: 4, mtu: 1500 })).toEqual(scene);
    expect(JSON.parse(JSON.stringify(scene))).toEqual(scene);
    const module = accioTop(config);
    expect(await tryScenario(scene, config, module)).toEqual(await tryScenario(scene, config, module));
  });
  it("holds every kind of frame, and changes each field of each header", () => {
    const spec = { local: 0, peer: 0, length: 20 };
    for (const kind of frameKinds)
      for (let seed = 0; seed < 20; seed++) {
        const { data } = frameOf({ ...spec, seed, kind }, 1500);
        expect(data.length, kind).toBeGreaterThan(0);
        expect(frameOf({ ...spec, seed, kind }, 1500).data).toEqual(data);
      }
    for (const name of fieldNames) {
      const changed = Array.from({ length: 20 }, (_, seed) => {
        const plain = frameOf({ ...spec, seed, kind: "plain" }, 1500).data;
        return Buffer.compare(plain, frameOf({ ...spec, seed, kind: `field ${name}` }, 1500).data) !== 0;
      });
      expect(changed.filter(Boolean).length, name).toBeGreaterThan(10);
    }
  });
  it("is refused where a file holds none", () => {
    const file = join(folder, "none.json");
    expect(existsSync(file)).toBe(false);
    expect(() => readScenario(file)).toThrow(/no such file: .*none\.json/);
    writeFileSync(file, '{"config":{},"scenario":{}}');
    expect(() => readScenario(file)).toThrow(/holds no scenario: .*none\.json/);
  });
});
