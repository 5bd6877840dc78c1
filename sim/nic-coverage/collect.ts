/** Plays scenes of the NIC's fuzz on a model that counts, and puts the counts together. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emitDesign } from "#hdl/emit/index.ts";
import { accioTop } from "#rtl/accio-top.ts";
import { type Config, dropCauses } from "#rtl/common.ts";
import { readCoverage } from "#sim/bridge/coverage.ts";
import { scenarioOf } from "#sim/fuzz/nic/generate.ts";
import { play } from "#sim/fuzz/nic/play.ts";
import { packetsPerScenario } from "#sim/fuzz/nic/run.ts";
import { buildNic } from "#sim/nic/nic.ts";
import { dropPoints, fullQueues, lengthCorners, lengthPoints, linePoints } from "./functional.ts";
import type { CoverageResult } from "./html.ts";
import { coverageByModule } from "./modules.ts";
import { nicReasons } from "./reasons.ts";

/**
 * Coverage of `config`'s top by scenes of `count` frames in all, from `seed` on. Compiling the model that counts takes some
 * minutes the first time. Throws what a scene throws where the hardware is wrong.
 */
export const collectCoverage = async (
  config: Config,
  { count, seed, progress }: { readonly count: number; readonly seed: number; readonly progress?: (frames: number) => void },
): Promise<CoverageResult> => {
  const module = accioTop(config);
  const folder = mkdtempSync(join(tmpdir(), "accio-coverage-"));
  const lengths = new Map<number, number>();
  const total = { scenes: 0, frames: 0, cycles: 0 };
  const files: string[] = [];
  try {
    for (let done = 0; done < count; ) {
      const packets = Math.min(packetsPerScenario, count - done);
      const own = seed + total.scenes;
      const scenario = scenarioOf(own, { packets, harts: config.harts, mtu: config.mtu });
      const nic = await buildNic(config, { seed: own, module, coverage: true });
      try {
        const played = await play(nic, config, scenario);
        const file = join(folder, `${own}.dat`);
        nic.sim.writeCoverage(file);
        files.push(file);
        total.frames += played.received;
        total.cycles += played.cycles;
      } finally {
        nic.sim.close();
      }
      for (const op of scenario.ops)
        if (op.by === "wire" && op.op === "frame") lengths.set(op.frame.length, (lengths.get(op.frame.length) ?? 0) + 1);
      total.scenes++;
      done += packets;
      progress?.(done);
    }
    const points = readCoverage(files);
    const verilog = emitDesign(module);
    return {
      format: "accio-coverage",
      config: config.name,
      seed,
      ...total,
      modules: coverageByModule(points, (file) => verilog.get(file), nicReasons),
      functional: [
        ...dropPoints(points, module.name, dropCauses),
        ...lengthPoints(lengthCorners(config.busBits / 8, config.mtu), lengths),
        ...linePoints(points, module.name),
        ...fullQueues(points, module.name),
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};
