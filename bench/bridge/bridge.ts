/** `./accio bench bridge`: how fast each style of the bridge is, as ratios to a C++ main and to cocotb in the same run. */
import type { VerilatorName } from "#toolchain/tools.ts";
import { verilators } from "#toolchain/tools.ts";
import { fifoContenders } from "./fifo.ts";
import { type Contender, compare, type Speed } from "./measure.ts";
import { nicContenders, nicTitle } from "./nic.ts";

/** Contenders on one design and one Verilator. */
export interface BridgeResult {
  readonly design: "nic" | "fifo";
  readonly verilator: VerilatorName;
  /** As it numbers itself. */
  readonly version: string;
  /** What the ratios are to, where it ran. */
  readonly peers: readonly string[];
  readonly speeds: readonly Speed[];
  readonly goals: readonly GoalResult[];
}
/** A ratio that is to be reached, whichever the machine. */
export interface GoalResult {
  readonly style: string;
  readonly peer: string;
  readonly least: number;
  readonly ratio: number;
  readonly reached: boolean;
}
export interface BridgeOptions {
  /** Rounds in which every contender runs once, after one that is not counted. */
  readonly rounds: number;
  /** Called before each round with a sentence of what runs. */
  readonly onRound?: (what: string) => void;
}

const designs = {
  nic: {
    title: nicTitle,
    contenders: nicContenders,
    peers: ["C++ main"],
    goals: [
      { style: "asynchronous", peer: "C++ main", least: 0.3 },
      { style: "transactors", peer: "C++ main", least: 0.9 },
    ],
  },
  fifo: {
    title: "FIFO of 16 words of 32 bits, driven and checked in every cycle",
    contenders: fifoContenders,
    peers: ["cocotb", "C++ main"],
    goals: [
      { style: "asynchronous", peer: "cocotb", least: 25 },
      { style: "synchronous", peer: "cocotb", least: 60 },
    ],
  },
} as const satisfies Record<BridgeResult["design"], unknown>;

/** Measures every design on every Verilator of this machine: minutes. Simulators and cocotb are built first where they are not there. */
export const measureBridge = async ({ rounds, onRound = () => undefined }: BridgeOptions): Promise<readonly BridgeResult[]> => {
  const results: BridgeResult[] = [];
  for (const design of ["nic", "fifo"] as const) {
    const { contenders, goals, peers } = designs[design];
    for (const { name: verilator, version } of verilators()) {
      onRound(`${design}, ${verilator}: building`);
      const all: readonly Contender[] = await contenders(verilator);
      const present = peers.filter((peer) => all.some(({ name }) => name === peer));
      const speeds = await compare(all, present, rounds, (round) =>
        onRound(`${design}, ${verilator}: ${round === 0 ? "warming up" : `round ${round} of ${rounds}`}`),
      );
      results.push({ design, verilator, version, peers: present, speeds, goals: goals.flatMap((goal) => judged(goal, speeds)) });
    }
  }
  return results;
};
const judged = (
  goal: { readonly style: string; readonly peer: string; readonly least: number },
  speeds: readonly Speed[],
): GoalResult[] => {
  const ratio = speeds.find(({ name }) => name === goal.style)?.ratios[goal.peer];
  return ratio === undefined ? [] : [{ ...goal, ratio, reached: ratio >= goal.least }];
};

const shown = (value: number): string => (value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3));
const thousands = (value: number): string => String(Math.round(value / 1000)).replace(/\B(?=(\d{3})+$)/g, " ");

export interface BridgeTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
/** One table per design, both Verilators in it. */
export const bridgeTables = (results: readonly BridgeResult[]): readonly BridgeTable[] =>
  (["nic", "fifo"] as const).map((design) => {
    const { title, peers } = designs[design];
    const head = ["Verilator", "style", "thousand cycles/s", ...peers.map((peer) => `x ${peer}`), "goal"];
    const rows = results
      .filter((result) => result.design === design)
      .flatMap(({ version, speeds, goals }) =>
        speeds.map(({ name, cyclesPerSecond, ratios }) => {
          const goal = goals.find(({ style }) => style === name);
          const verdict = goal === undefined ? "" : `>= ${goal.least} x ${goal.peer}: ${goal.reached ? "reached" : "missed"}`;
          const numbers = peers.map((peer) => (ratios[peer] === undefined ? "" : shown(ratios[peer])));
          return [version, name, thousands(cyclesPerSecond), ...numbers, verdict];
        }),
      );
    return { title, head, rows };
  });
