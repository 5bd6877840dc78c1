/**
 * How far a simulation is that says nothing for minutes: a line on stderr, drawn again and again on a terminal until the
 * guest's first word takes its place; elsewhere one line at the beginning.
 */
export interface ClockLine {
  /** So many cycles have gone by. */
  readonly at: (cycle: number) => void;
  /** The guest prints: the line goes, and does not come again. */
  readonly end: () => void;
}

/** @param title  what is being done, and how many cycles it takes */
export const clockLine = (title: string, stream: NodeJS.WriteStream = process.stderr): ClockLine => {
  const { isTTY } = stream;
  let first: { readonly cycle: number; readonly time: number } | undefined;
  let over = false;
  const draw = (text: string): void => void stream.write(isTTY ? `\r\x1b[K${text}` : `${text}\n`);
  draw(`${title} ...`);
  return {
    at: (cycle) => {
      if (over || !isTTY) return;
      const time = performance.now();
      const speed = first === undefined ? "" : `, ${((cycle - first.cycle) / Math.max(1, time - first.time)).toFixed(0)} k cycles/s`;
      first ??= { cycle, time };
      draw(`${title}: ${(cycle / 1e6).toFixed(1)} M cycles${speed}`);
    },
    end: () => {
      if (!over && isTTY) stream.write("\r\x1b[K");
      over = true;
    },
  };
};
