/** The register map as one self-contained HTML page, with a drawing of the bits of each register. */
import { accessRules, type FieldText, groupTexts, offsetText, type RegisterText, registerTexts } from "./describe.ts";
import type { RegisterMap } from "./map.ts";
import { hex } from "./names.ts";

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const style = `
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --link: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --link: #7aa7ff; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
code, .bits { font-family: ui-monospace, monospace; font-size: 0.92em; }
table { border-collapse: collapse; margin: 0.6rem 0 1.2rem; }
th, td { border: 1px solid var(--line); padding: 0.25rem 0.6rem; text-align: left; vertical-align: top; }
th { background: var(--soft); font-weight: 600; }
h2 { margin: 2.2rem 0 0.2rem; border-bottom: 1px solid var(--line); }
.bits { width: 100%; table-layout: fixed; }
.bits td { text-align: center; padding: 0.3rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bits .number { border: none; font-size: 0.7em; padding: 0; color: #888; }
.bits .none { background: repeating-linear-gradient(135deg, var(--soft) 0 4px, transparent 4px 8px); }
.access { display: block; font-size: 0.75em; color: #888; }
#find { width: 20rem; font: inherit; padding: 0.2rem 0.5rem; }`;
const script = `
const find = document.getElementById("find");
find.addEventListener("input", () => {
  const wanted = find.value.toLowerCase();
  for (const s of document.querySelectorAll("section")) s.hidden = !s.textContent.toLowerCase().includes(wanted);
});`;

const cells = (row: readonly string[], tag: "td" | "th"): string => `<tr>${row.map((c) => `<${tag}>${c}</${tag}>`).join("")}</tr>`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? "" : `<table>${cells(head.map(escaped), "th")}${rows.map((r) => cells(r, "td")).join("\n")}</table>`;
const code = (text: string): string => `<code>${escaped(text)}</code>`;

const bounds = (f: FieldText): { readonly hi: number; readonly lo: number } => {
  const [hi, lo] = f.bits.split(":").map(Number) as [number, number?];
  return { hi, lo: lo ?? hi };
};
/** Bits in rows of 32, highest first; fields that cross a row are cut. */
const drawing = (r: RegisterText): string => {
  const rows: string[] = [];
  for (let top = r.width - 1; top >= 0; top -= 32) {
    const bottom = Math.max(0, top - 31);
    const numbers = Array.from({ length: top - bottom + 1 }, (_, i) => `<td class="number">${top - i}</td>`).join("");
    let drawn = "";
    for (let bit = top; bit >= bottom; ) {
      const at = bit;
      const f = r.fields.find((x) => bounds(x).hi >= at && bounds(x).lo <= at);
      const end = Math.max(
        bottom,
        f === undefined ? Math.max(bottom, ...r.fields.map((x) => bounds(x).hi + 1).filter((n) => n <= at)) : bounds(f).lo,
      );
      drawn += `<td colspan="${bit - end + 1}"${f === undefined ? ' class="none"' : ` title="${escaped(`${f.name}: ${f.doc}`)}"`}>${f === undefined ? "" : `${escaped(f.name)}<span class="access">${f.access}</span>`}</td>`;
      bit = end - 1;
    }
    rows.push(`<tr>${numbers}</tr><tr>${drawn}</tr>`);
  }
  return `<table class="bits">${rows.join("")}</table>`;
};
const section = (r: RegisterText): string =>
  `<section id="${r.anchor}"><h2>${escaped(r.title)}</h2>
<p>${escaped(r.doc)}. Offset ${code(r.offset)}, ${r.width} bits.${r.notes.map((n) => ` ${escaped(n)}`).join("")}</p>
${drawing(r)}
${table(
  ["bits", "field", "access", "type", "reset", "meaning"],
  r.fields.map((f) => [
    f.bits,
    code(f.name),
    `<abbr title="${escaped(f.meaning)}">${f.access}</abbr>`,
    escaped(f.type),
    code(f.reset),
    escaped(f.doc) + (f.members.length === 0 ? "" : `<br>${f.members.map((m) => `${code(m.value)} ${escaped(m.name)}`).join("<br>")}`),
  ]),
)}</section>`;

/** The page: no scripts, fonts or images from elsewhere. */
export const html = (map: RegisterMap): string => {
  const registers = registerTexts(map);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(map.name)}</title>
<style>${style}
</style></head><body>
<h1>${escaped(map.name)}</h1>
<p>${escaped(map.doc)}</p>
<p>${code(hex(map.size))} bytes. ${accessRules(map).map(escaped).join(" ")}</p>
<p><input id="find" type="search" placeholder="Find a register or field" aria-label="Find a register or field"></p>
${table(
  ["offset", "register", "bits", "meaning"],
  registers.map((r) => [code(r.offset), `<a href="#${r.anchor}">${escaped(r.title)}</a>`, `${r.width}`, escaped(r.doc)]),
)}
${table(
  ["group or array", "elements", "stride", "meaning"],
  groupTexts(map).map(([name, count, stride, doc]) => [code(name), count, stride, escaped(doc)]),
)}
${table(
  ["window", "offset", "bytes", "access", "meaning"],
  map.windows.map((w) => [
    code(w.title),
    code(offsetText({ offset: w.offset, arrays: [] })),
    code(hex(w.window.size)),
    w.window.access,
    escaped(w.window.doc),
  ]),
)}
${table(
  ["interrupt", "meaning"],
  Object.entries(map.interrupts).map(([n, doc]) => [code(n), escaped(doc)]),
)}
${registers.map(section).join("\n")}
<script>${script}
</script></body></html>
`;
};
