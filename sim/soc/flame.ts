/** A flame graph as one HTML file that needs nothing else: width is cycles, a box stands on its caller, a click zooms. */
import { escaped } from "#sim/report/svg.ts";
import type { HartProfile, ProfileNode } from "./profile.ts";

export interface FlameOptions {
  readonly title: string;
  /** Under the title: "soc1, timing paper, 120394 cycles". */
  readonly subtitle: string;
}

/** [name, own cycles, instructions, children]: what the page draws from. */
type Packed = readonly [string, number, number, readonly Packed[]];
const pack = ({ name, cycles, instructions, children }: ProfileNode): Packed => [name, cycles, instructions, children.map(pack)];

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --quiet: #667; --line: #ccd; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ef; --paper: #15181d; --quiet: #99a; --line: #333a45; } }
body { font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 1.5rem; }
h1 { font-size: 1.2rem; margin: 0; } p { color: var(--quiet); margin: .2rem 0 1rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
input { font: inherit; padding: .1rem .4rem; border: 1px solid var(--line); background: transparent; color: inherit; }
.graph { position: relative; margin: .3rem 0 1.2rem; overflow: hidden; }
.graph button { position: absolute; height: 17px; border: 0; padding: 0 3px; font: 11px/17px ui-monospace, monospace; color: #221;
  text-align: left; overflow: hidden; white-space: nowrap; border-radius: 2px; cursor: pointer; }
.graph button.dim { opacity: .35; } .graph button:hover, .graph button:focus-visible { outline: 2px solid var(--ink); z-index: 1; }
output { display: block; min-height: 1.4em; font-family: ui-monospace, monospace; font-size: 12px; }
`;

// The page's own program. Boxes under half a pixel are not drawn.
const script = `
const rowHeight = 18, info = document.querySelector("output"), search = document.querySelector("input");
const total = (n) => n[4] ??= n[1] + n[3].reduce((sum, c) => sum + total(c), 0);
const colour = (name) => { let h = 0; for (const c of name) h = (h * 31 + c.charCodeAt(0)) % 997; return "hsl(" + (18 + h % 42) + " " + (62 + h % 25) + "% " + (62 + h % 16) + "%)"; };
const number = (n) => n.toLocaleString("en");
for (const { hart, root } of data) {
  const graph = document.getElementById("hart" + hart);
  let top = root;
  const path = (of, from = root) => from === of ? [from] : from[3].reduce((found, c) => found ?? (path(of, c) && [from, ...path(of, c)]), undefined);
  const draw = () => {
    graph.replaceChildren();
    const width = graph.clientWidth, boxes = [];
    const place = (node, x, w, depth) => {
      if (w < .5) return;
      boxes.push([node, x, w, depth]);
      let at = x;
      for (const child of node[3]) { const share = w * total(child) / total(node); place(child, at, share, depth + 1); at += share; }
    };
    const above = path(top);
    above.slice(0, -1).forEach((node, depth) => boxes.push([node, 0, width, depth]));
    place(top, 0, width, above.length - 1);
    const deepest = Math.max(...boxes.map((b) => b[3]));
    graph.style.height = (deepest + 1) * rowHeight + "px";
    for (const [node, x, w, depth] of boxes) {
      const box = document.createElement("button");
      const text = node[0] + ": " + number(total(node)) + " cycles (" + (100 * total(node) / total(root)).toFixed(2) + " % of hart " + hart + "), " + number(node[1]) + " its own, " + number(node[2]) + " instructions";
      box.style.cssText = "left:" + x + "px;width:" + Math.max(w - 1, .5) + "px;top:" + (deepest - depth) * rowHeight + "px;background:" + colour(node[0]);
      if (w > 24) box.textContent = node[0];
      box.title = text;
      box.setAttribute("aria-label", text);
      if (depth < above.length - 1 || (search.value !== "" && !node[0].includes(search.value))) box.className = "dim";
      box.onclick = () => { top = node; draw(); };
      box.onmouseenter = box.onfocus = () => { info.textContent = text; };
      graph.append(box);
    }
  };
  addEventListener("resize", draw);
  search.addEventListener("input", draw);
  draw();
}
`;

/** The page. */
export const flameHtml = (profiles: readonly HartProfile[], { title, subtitle }: FlameOptions): string => {
  const data = JSON.stringify(profiles.map(({ hart, root }) => ({ hart, root: pack(root) }))).replaceAll("<", "\\u003c");
  const graphs = profiles.map(
    ({ hart, root, stacks }) =>
      `<h2 style="font-size:1rem;margin:0">hart ${hart}: ${root.total} cycles${stacks === "flat" ? "; no calls were seen, so functions stand beside each other" : ""}</h2>\n<div class="graph" id="hart${hart}"></div>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>${style}</style></head>
<body><header><h1>${escaped(title)}</h1><label>find <input placeholder="function"></label></header>
<p>${escaped(subtitle)}. Width is cycles; a function stands on its caller; click to zoom, click below to zoom out.</p>
<output></output>
${graphs.join("\n")}
<script>const data = ${data};
${script}</script>
</body></html>
`;
};
