/** The look of a report, in light and dark. */

const light = `
  --page: #f6f7f9; --card: #ffffff; --ink: #1b1f27; --soft: #5d6676; --faint: #8b94a3; --rule: #e3e6eb;
  --accepted: #1f7a8c; --ordinary: #8f9bb3; --dropped: #d1495b; --lost: #b5651d;
  --in: #2f6fde; --in-fill: #2f6fde22; --out: #1f9d6b; --host: #b9770e; --usual: #aab2bf; --mark: #d1495b;`;

const dark = `
  --page: #12151b; --card: #1b2028; --ink: #e8ebf0; --soft: #a3adbd; --faint: #7b8597; --rule: #2c333f;
  --accepted: #4bb3c6; --ordinary: #6b7890; --dropped: #ef7a89; --lost: #e0a15f;
  --in: #7aa5f5; --in-fill: #7aa5f526; --out: #4fcf9c; --host: #e5b254; --usual: #5a6577; --mark: #ef7a89;`;

export const style = `
:root { color-scheme: light dark; ${light} }
@media (prefers-color-scheme: dark) { :root { ${dark} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -0.02em; margin: 0 0 8px; font-weight: 650; }
h2 { font-size: 18px; margin: 0 0 2px; font-weight: 620; letter-spacing: -0.01em; }
p { margin: 0 0 14px; color: var(--soft); max-width: 74ch; }
header p { font-size: 16px; margin-bottom: 28px; }
code { font: 13px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 22px 24px; margin: 0 0 20px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0 0 20px; padding: 0; }
.tile { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 14px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; font-weight: 620; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.tile span { color: var(--soft); font-size: 13px; }
.tile small { display: block; color: var(--faint); font-size: 12.5px; }
.outcome { display: flex; gap: 2px; height: 26px; border-radius: 7px; overflow: hidden; margin: 10px 0 14px; }
.outcome i { display: block; min-width: 3px; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-right: 8px; vertical-align: -1px; }
.accepted { background: var(--accepted); } .ordinary { background: var(--ordinary); } .dropped { background: var(--dropped); } .lost { background: var(--lost); }
.key.in { background: var(--in); } .key.out { background: var(--out); } .key.receiving { background: var(--in); } .key.host { background: var(--host); } .key.sending { background: var(--out); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; color: var(--soft); font-size: 13.5px; margin: 0 0 8px; }
.wide { overflow-x: auto; } .wide + .wide { margin-top: 18px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th { text-align: left; font-weight: 550; color: var(--soft); font-size: 13px; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--rule); white-space: nowrap; }
tr:last-child td { border-bottom: 0; }
.right { text-align: right; padding-right: 0; padding-left: 14px; }
.facts td:first-child { width: 200px; color: var(--soft); } .command { margin: 14px 0 0; max-width: none; }
td.indent { padding-left: 22px; color: var(--soft); }
svg { display: block; width: 100%; height: auto; min-width: 640px; font: 12px system-ui, "Segoe UI", Arial, sans-serif; fill: var(--ink); }
svg .grid { stroke: var(--rule); } svg .axis { stroke: var(--faint); }
svg .tick { fill: var(--faint); font-variant-numeric: tabular-nums; } svg .title { fill: var(--soft); }
svg .bar { fill: var(--in); } svg .bar:hover { fill: var(--accepted); }
svg .mark { stroke: var(--mark); stroke-dasharray: 4 3; } svg .marked { fill: var(--mark); font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 3px; }
svg .area-in { fill: var(--in-fill); } svg .line-in { fill: none; stroke: var(--in); stroke-width: 1.8; } svg .line-out { fill: none; stroke: var(--out); stroke-width: 1.8; }
svg .hover { fill: transparent; } svg .hover:hover { fill: var(--in-fill); }
svg .block { font-weight: 600; font-size: 13px; } svg .what { fill: var(--soft); font-size: 13px; }
svg .step { rx: 3px; } svg .receiving { fill: var(--in); } svg .host { fill: var(--host); } svg .sending { fill: var(--out); }
svg .usual { fill: var(--usual); } svg .number { font-size: 13px; font-variant-numeric: tabular-nums; font-weight: 600; } svg .usual-number { font-size: 13px; fill: var(--faint); font-variant-numeric: tabular-nums; }
footer { color: var(--faint); font-size: 13px; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
`;
