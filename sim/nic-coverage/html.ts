/** The coverage of a run as one HTML file, in the look of a run's report. */
import { style } from "#sim/report/style.ts";
import { escaped } from "#sim/report/svg.ts";
import type { FunctionalPoint } from "./functional.ts";
import { kinds, type ModuleCoverage, type Share, totalOf } from "./modules.ts";

export interface CoverageResult {
  readonly format: "accio-coverage";
  readonly config: string;
  readonly seed: number;
  readonly scenes: number;
  readonly frames: number;
  readonly cycles: number;
  readonly modules: readonly ModuleCoverage[];
  readonly functional: readonly FunctionalPoint[];
}

/** Per cent, rounded down: 100 is all. */
export const percent = ({ points, hit, explained }: Share): string =>
  points === 0 ? "" : `${Math.floor((1000 * (hit + explained)) / points) / 10} %`;
const cell = (s: Share): string =>
  s.points === 0
    ? `<td class="right"></td>`
    : `<td class="right" title="${s.hit} of ${s.points} reached, ${s.explained} explained">${percent(s)}</td>`;

const holesOf = ({ module, holes }: ModuleCoverage): string => {
  if (holes.length === 0) return "";
  const rows = holes.map(
    (h) =>
      `<tr><td>${escaped(h.source ?? `${module}.v:${h.line}`)}</td><td>${h.kind}</td><td style="white-space:normal"><code>${escaped(h.what.join(", "))}</code></td><td style="white-space:normal">${h.reason === null ? `<b>open</b>` : escaped(h.reason)}</td></tr>`,
  );
  const open = holes.filter((h) => h.reason === null).length;
  return `<details><summary><code>${escaped(module)}</code>: ${open} open, ${holes.length - open} explained</summary><div class="wide"><table><tr><th>where</th><th>what</th><th>never</th><th>because</th></tr>${rows.join("\n")}</table></div></details>`;
};

/** The whole page. */
export const coveragePage = (result: CoverageResult): string => {
  const { config, seed, scenes, frames, cycles, modules, functional } = result;
  const groups = [...new Set(functional.map((f) => f.group))];
  const tiles = [
    ...kinds.map((k) => [percent(totalOf(modules, k)), k, `${totalOf(modules, k).points} points`] as const),
    [`${functional.filter((f) => f.times > 0).length} of ${functional.length}`, "functional", "points by name"] as const,
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Coverage of ${escaped(config)}</title>
<style>${style}</style>
<main>
<header><h1>What the tests reach in ${escaped(config)}</h1>
<p>${scenes} scenes of <code>./accio fuzz nic</code> from seed ${seed}: ${frames} frames in ${cycles} cycles. A point counts where any instance of its module reached it; what is explained counts as reached in the shares.</p></header>
<div class="tiles">${tiles.map(([number, what, small]) => `<div class="tile"><b>${number}</b><span>${what}</span><small>${small}</small></div>`).join("")}</div>
<section><h2>By name</h2><div class="wide"><table>
${groups.map((g) => `<tr><th colspan="2">${escaped(g)}</th></tr>${functional.map((f) => (f.group === g ? `<tr><td class="indent"><code>${escaped(f.name)}</code></td><td class="right">${f.times === 0 ? "<b>never</b>" : f.times}</td></tr>` : "")).join("\n")}`).join("\n")}
</table></div></section>
<section><h2>Modules</h2><div class="wide"><table><tr><th>module</th>${kinds.map((k) => `<th class="right">${k}</th>`).join("")}</tr>
${modules.map((m) => `<tr><td><code>${escaped(m.module)}</code></td>${kinds.map((k) => cell(m.shares[k])).join("")}</tr>`).join("\n")}
</table></div></section>
<section><h2>Never reached</h2>
${modules
  .map(holesOf)
  .filter((t) => t !== "")
  .join("\n")}
</section>
<footer>The same seed and count give the same page.</footer>
</main>
</html>
`;
};
