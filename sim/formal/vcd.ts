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

/** Parses VCD text. Its last point in time is the end of the last step, and has nothing but the clocks' edges. */
export const parseVcd = (text: string): Waveform => {
  const ids = new Map<string, string>();
  const scopes: string[] = [];
  const history = new Map<string, (bigint | undefined)[]>();
  let first: number | null = null;
  let [step, end] = [0, 0];
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
    } else if (line.startsWith("#")) {
      const time = Number(line.slice(1));
      step = Math.floor(time / stepTime);
      // Between two steps only clocks fall.
      if (time % stepTime !== 0) continue;
      first ??= step;
      end = step;
    } else {
      const m = /^b([01xz]+) (\S+)$/.exec(line) ?? /^([01xz])(\S+)$/.exec(line);
      const [, bits, id] = m ?? [];
      const values = history.get(id ?? "");
      if (bits === undefined || values === undefined) continue;
      // The first value in a step counts: the clock falls later in it.
      values[step] ??= BigInt(`0b${bits.replaceAll(/[xz]/g, "0")}`);
    }
  }
  for (const values of history.values()) {
    for (let i = 0; i < end; i++) values[i] ??= values[i - 1];
    values.length = end;
  }
  return {
    first: first ?? 0,
    steps: end,
    paths: [...ids.keys()],
    value: (path, at) => history.get(ids.get(path) ?? "")?.[at],
  };
};
