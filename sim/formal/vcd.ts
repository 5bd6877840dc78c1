/** Reads the waveforms that yosys-smtbmc writes: values of every signal at each step. */

export interface Waveform {
  /** First step recorded; later than 0 in the traces of an induction. */
  readonly first: number;
  /** Steps recorded, with those before `first`. */
  readonly steps: number;
  /** Paths of all signals from the top's scope down, without the top itself: "harness.dut.count". */
  readonly paths: readonly string[];
  /** Value of a signal in a step; undefined where there is no such signal or step. Undefined bits read 0. */
  value(path: string, step: number): bigint | undefined;
}

/** Time units of one step. */
const stepTime = 10;

/** Parses VCD text. */
export const parseVcd = (text: string): Waveform => {
  const ids = new Map<string, string>();
  const scopes: string[] = [];
  const history = new Map<string, (bigint | undefined)[]>();
  let [step, first, steps] = [0, Number.POSITIVE_INFINITY, 0];
  let header = true;
  for (const line of text.split("\n")) {
    if (header) {
      const [word, ...rest] = line.trim().split(/\s+/);
      if (word === "$scope") scopes.push(rest[1] as string);
      else if (word === "$upscope") scopes.pop();
      else if (word === "$var" && scopes.length > 0) {
        const [, , id, name] = rest as [string, string, string, string];
        ids.set([...scopes, name].slice(1).join("."), id);
        if (!history.has(id)) history.set(id, []);
      } else if (word === "$enddefinitions") header = false;
    } else if (line.startsWith("#")) step = Math.floor(Number(line.slice(1)) / stepTime);
    else {
      const m = /^b([01xz]+) (\S+)$/.exec(line) ?? /^([01xz])(\S+)$/.exec(line);
      const [, bits, id] = m ?? [];
      const values = history.get(id ?? "");
      if (bits === undefined || values === undefined) continue;
      first = Math.min(first, step);
      steps = Math.max(steps, step + 1);
      // The clock falls in the middle of a step: the first value of a step counts.
      values[step] ??= BigInt(`0b${bits.replaceAll(/[xz]/g, "0")}`);
    }
  }
  for (const values of history.values()) for (let i = 0; i < steps; i++) values[i] ??= values[i - 1];
  return {
    first: Math.min(first, steps),
    steps,
    paths: [...ids.keys()],
    value: (path, at) => history.get(ids.get(path) ?? "")?.[at],
  };
};
