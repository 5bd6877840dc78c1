/**
 * A recording as a value change dump (IEEE 1364-2005, 18.2), which every waveform viewer reads. An edge takes 10 ns: the
 * inputs change at 0 with the clock low, the clock rises at 5 and registers change with it.
 */
import type { Recorder, Sample } from "./recorder.ts";

/** Identifier codes: printable characters, shortest first. */
const code = (n: number): string => {
  let text = "";
  for (let rest = n; ; rest = Math.floor(rest / 94) - 1) {
    text += String.fromCharCode(33 + (rest % 94));
    if (rest < 94) return text;
  }
};
const change = (id: string, width: number, value: Sample): string => (width === 1 ? `${value}${id}` : `b${value.toString(2)} ${id}`);

interface Scope {
  readonly vars: string[];
  readonly scopes: Map<string, Scope>;
}
const newScope = (): Scope => ({ vars: [], scopes: new Map() });
const print = (name: string, scope: Scope): readonly string[] => [
  `$scope module ${name} $end`,
  ...scope.vars,
  ...[...scope.scopes].flatMap(([child, inner]) => print(child, inner)),
  "$upscope $end",
];

export const vcd = (recorder: Recorder): string => {
  const { design, signals } = recorder;
  const root = newScope();
  const clockIds = design.domains.map((_, i) => code(signals.length + i));
  design.domains.forEach((d, i) => {
    root.vars.push(`$var wire 1 ${clockIds[i]} ${d.clock.name} $end`);
  });
  for (const { path, at } of recorder.paths) {
    const names = path.split(".");
    const leaf = names.pop() as string;
    let scope = root;
    for (const n of names) {
      let inner = scope.scopes.get(n);
      if (inner === undefined) {
        inner = newScope();
        scope.scopes.set(n, inner);
      }
      scope = inner;
    }
    const s = signals[at] as (typeof signals)[number];
    const range = s.width === 1 ? "" : ` [${s.width - 1}:0]`;
    scope.vars.push(`$var ${s.kind === "register" ? "reg" : "wire"} ${s.width} ${code(at)} ${leaf}${range} $end`);
  }
  const { frames, base, first } = recorder.kept();
  const show = ([at, value]: readonly [number, Sample]): string => change(code(at), signals[at]?.width ?? 1, value);
  const lines = ["$timescale 1ns $end", ...print(design.top.name, root), "$enddefinitions $end"];
  frames.forEach((f, i) => {
    lines.push(`#${(first + i) * 10}`);
    if (i === 0) {
      const start = [...base];
      for (const [at, value] of f.before) start[at] = value;
      lines.push("$dumpvars", ...start.map((value, at) => show([at, value])), ...clockIds.map((id) => `0${id}`), "$end");
    } else {
      for (const c of frames[i - 1]?.clocks ?? []) lines.push(`0${clockIds[c]}`);
      lines.push(...f.before.map(show));
    }
    lines.push(`#${(first + i) * 10 + 5}`, ...f.clocks.map((c) => `1${clockIds[c]}`), ...f.after.map(show));
  });
  lines.push(`#${(first + frames.length) * 10}`);
  return `${lines.join("\n")}\n`;
};
