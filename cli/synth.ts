/** Results of synthesis as text. */
import type { Goal } from "#sim/synth/goals.ts";
import type { Area, ClockPaths, ModuleArea, NamedPath, SynthesisResult } from "#sim/synth/index.ts";
import { table } from "./table.ts";

const block = (n: number): string => (n === 0 ? "" : Number.isInteger(n) ? `${n}` : n.toFixed(1));
const cells = (a: Area): readonly string[] => [`${a.lut}`, `${a.ff}`, block(a.bram), block(a.uram), block(a.dsp)];

/** One row per module: of one of it, with everything in it, and in the last columns without. */
export const areaTable = (areas: readonly ModuleArea[]): string =>
  table(
    ["block", "times", "LUT", "FF", "BRAM36", "URAM", "DSP", "own LUT", "own FF", "own BRAM36"],
    areas.map((m) => [
      `${"  ".repeat(m.depth)}${m.module}`,
      m.count === 1 ? "" : `${m.count}`,
      ...cells(m.total),
      `${m.own.lut}`,
      `${m.own.ff}`,
      block(m.own.bram),
    ]),
  );

const clocksOf = (c: ClockPaths): string => (c.from === c.to ? c.from : `${c.from} to ${c.to}`);
const row = (c: ClockPaths, p: NamedPath, first: string, mhz: number | undefined): readonly string[] => [
  first,
  `${p.luts}`,
  `${p.chains}`,
  p.delay.toFixed(2),
  mhz === undefined || c.from !== c.to ? "" : (1000 / mhz).toFixed(2),
  p.start.name,
  p.end.name,
];

/** For each pair of clocks the paths with the most levels, and the slowest by the model. */
export const pathTable = (clocks: readonly ClockPaths[], mhz: Readonly<Record<string, number>>): string =>
  table(
    ["clock", "LUT levels", "carry chains", "ns", "period", "from", "to"],
    clocks.flatMap((c) => [
      ...c.mostLevels.map((p, i) => row(c, p, i === 0 ? `${clocksOf(c)}: most levels` : "", mhz[c.from])),
      ...c.longest.map((p, i) => row(c, p, i === 0 ? `${clocksOf(c)}: slowest` : "", mhz[c.from])),
    ]),
  );

/** Every cell of a path, with the user's signal behind it where it is one. */
const pathText = (title: string, p: NamedPath): string => {
  const place = (at: string | null): string => (at === null ? "" : `  (${at})`);
  const lines = p.steps.map((s) => `  ${s.ns.toFixed(2).padStart(6)}  ${s.type.padEnd(8)}  ${s.signal ?? ""}`.trimEnd());
  return [
    `${title}: ${p.luts} LUTs, ${p.chains} carry chains, ${p.delay.toFixed(2)} ns`,
    `          from      ${p.start.name}${place(p.start.at)}`,
    ...lines,
    `  ${p.delay.toFixed(2).padStart(6)}  to        ${p.end.name}${place(p.end.at)}`,
    "",
  ].join("\n");
};

/** The worst path of each clock in full. */
export const worstPaths = (clocks: readonly ClockPaths[]): string =>
  clocks
    .filter((c) => c.from === c.to && c.from !== "(pins)")
    .flatMap((c) => {
      const [levels, slowest] = [c.mostLevels[0], c.longest[0]];
      return levels === undefined || slowest === undefined
        ? []
        : [
            pathText(`${c.from}, most levels`, levels),
            ...(slowest.end.name === levels.end.name ? [] : [pathText(`${c.from}, slowest`, slowest)]),
          ];
    })
    .join("\n");

export const goalText = (goals: readonly Goal[]): string =>
  goals.map((g) => `${g.reached ? "reached" : "missed "}  ${g.goal}: ${g.measured}\n`).join("");

/** Everything that `./accio synth` prints. */
export const synthesisText = (result: SynthesisResult, goals: readonly Goal[], mhz: Readonly<Record<string, number>>): string =>
  [areaTable(result.areas), pathTable(result.clocks, mhz), worstPaths(result.clocks), goalText(goals)].filter((t) => t !== "").join("\n");
