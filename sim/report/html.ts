/** The report of a run as one HTML file: no script, nothing fetched, readable in light, dark and on paper. */
import { latencyChart, throughputChart } from "./charts.ts";
import type { Latency } from "./percentiles.ts";
import { type FrameRecord, type RunConfiguration, type RunResult, spans, wireCapacity } from "./result.ts";
import { style } from "./style.ts";
import { escaped } from "./svg.ts";
import { causeText, count, plural, rate, share, time } from "./text.ts";
import { slowest } from "./way.ts";
import { wayChart } from "./way-chart.ts";

/** The whole page. */
export function htmlOf(result: RunResult): string {
  const { configuration } = result;
  const title = `${configuration.input} through Accio`;
  const parts = [
    heading(result),
    tiles(result),
    outcome(result),
    latency(result),
    way(result),
    throughput(result),
    sockets(result),
    counters(result),
    events(result),
    setup(result),
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
<main>
${parts.filter((part) => part !== "").join("\n")}
<footer>Cycles are those of the simulated hardware: the same input gives the same report.</footer>
</main>
</html>
`;
}

function heading({ configuration, in: received, accepted, cycles }: RunResult): string {
  const { name, application, timing, pauseSeed, clockMhz, input } = configuration;
  const what =
    received.frames === 0
      ? "No frame came in"
      : accepted.frames === 0
        ? `None of ${plural(received.frames, "frame")} took the fast path`
        : accepted.frames === received.frames
          ? `All ${plural(received.frames, "frame")} took the fast path`
          : `${count(accepted.frames)} of ${plural(received.frames, "frame")} took the fast path`;
  const how = [
    timing === "line" ? "back to back" : "at their capture times",
    ...(pauseSeed === undefined ? [] : [`with pauses from seed ${pauseSeed}`]),
    application === "echo" ? "echoed" : "read and dropped by the application",
  ].join(", ");
  return `<header>
<h1>${what}</h1>
<p><code>${escaped(input)}</code> through configuration <code>${escaped(name)}</code>: ${how}, in ${plural(cycles, "cycle")}, which is ${time(cycles, clockMhz)} at ${count(clockMhz, 3)} MHz.</p>
</header>`;
}

function tiles({ configuration, accepted, in: received, out, latency: { wireToTail }, bytesPerCycle }: RunResult): string {
  const { clockMhz } = configuration;
  const capacity = wireCapacity(configuration);
  const tile = (value: string, name: string, detail: string) =>
    `<div class="tile"><span>${name}</span><b>${value}</b><small>${detail}</small></div>`;
  return `<div class="tiles">
${[
  tile(share(accepted.frames, received.frames), "Fast path", `${plural(accepted.payloadBytes, "byte")} delivered`),
  ...(wireToTail === null
    ? []
    : [
        tile(count(wireToTail.p50), "Median wire to tail", `cycles, ${time(wireToTail.p50, clockMhz)}`),
        tile(count(wireToTail.p99), "99th percentile", `cycles, ${time(wireToTail.p99, clockMhz)}`),
      ]),
  tile(
    bytesPerCycle.in.toFixed(2),
    "Bytes in per cycle",
    `${rate(bytesPerCycle.in, clockMhz)}, ${share(bytesPerCycle.in, capacity)} of the wire`,
  ),
  tile(bytesPerCycle.out.toFixed(2), "Bytes out per cycle", `${plural(out.frames, "frame")} sent`),
].join("\n")}
</div>`;
}

const verdictText = { accepted: "Fast path", ordinary: "Ordinary path", dropped: "Dropped", lost: "Lost before judgement" } as const;

function outcome(result: RunResult): string {
  const { in: received, out } = result;
  const kinds = (["accepted", "ordinary", "dropped", "lost"] as const).filter((kind) => kind !== "lost" || result.lost.frames > 0);
  const bar = kinds
    .filter((kind) => result[kind].frames > 0)
    .map(
      (kind) =>
        `<i class="${kind}" style="flex-grow:${result[kind].frames}" title="${verdictText[kind]}: ${count(result[kind].frames)}"></i>`,
    );
  const row = (cells: readonly [string, string, string, string], className = "") =>
    `<tr><td${className === "" ? "" : ` class="${className}"`}>${cells[0]}</td>${cells
      .slice(1)
      .map((cell) => `<td class="right">${cell}</td>`)
      .join("")}</tr>`;
  const causes = (kind: "dropped" | "lost") =>
    Object.entries(result[kind].causes)
      .filter(([, frames]) => frames > 0)
      .map(([cause, frames]) => row([escaped(causeText(cause)), count(frames), share(frames, received.frames), ""], "indent"));
  const rows = kinds.flatMap((kind) => [
    row([
      `<span class="key ${kind}"></span>${verdictText[kind]}`,
      count(result[kind].frames),
      share(result[kind].frames, received.frames),
      count(result[kind].bytes),
    ]),
    ...(kind === "dropped" || kind === "lost" ? causes(kind) : []),
  ]);
  return section(
    "Where the frames went",
    received.frames === 0
      ? "The capture holds no frame."
      : `${plural(received.frames, "frame")} came in; ${plural(out.frames, "frame")} went out.`,
    `${bar.length === 0 ? "" : `<div class="outcome" role="img" aria-label="Share of each outcome">${bar.join("")}</div>`}
<div class="wide"><table><tr><th>Outcome</th><th class="right">Frames</th><th class="right">Share</th><th class="right">Bytes</th></tr>${rows.join("")}</table></div>`,
  );
}

function latency({ frames, latency: found, configuration: { clockMhz } }: RunResult): string {
  const { wireToTail } = found;
  if (wireToTail === null) return "";
  const rows = (
    [
      ["First beat on the wire to tail", found.wireToTail],
      ["Last beat on the wire to tail", found.lastToTail],
      ["First beat in to first beat out", found.wireToWire],
    ] as const
  ).flatMap(([name, figures]) => (figures === null ? [] : [latencyRow(name, figures)]));
  const columns = ["min", "p50", "p90", "p99", "p99.9", "max", "mean", "samples"].map((name) => `<th class="right">${name}</th>`).join("");
  const accepted = frames.filter(({ verdict }) => verdict === "accepted");
  return section(
    "How long it took",
    `Every accepted datagram, exact; one cycle is ${time(1, clockMhz)}. The first beat is when a datagram begins to arrive; the tail is when its owner sees it.`,
    `<div class="wide">${latencyChart(spans(accepted, "wireFirst", "tailMoved"), wireToTail)}</div>
<div class="wide"><table><tr><th>Cycles</th>${columns}</tr>${rows.join("")}</table></div>`,
  );
}

function latencyRow(name: string, { min, p50, p90, p99, p999, max, mean, samples }: Latency): string {
  const cells = [...[min, p50, p90, p99, p999, max].map((cycles) => count(cycles)), mean.toFixed(1), count(samples)];
  return `<tr><td>${name}</td>${cells.map((cell) => `<td class="right">${cell}</td>`).join("")}</tr>`;
}

const legend = (...keys: readonly (readonly [string, string])[]) =>
  `<div class="legend">${keys.map(([key, name]) => `<span><span class="key ${key}"></span>${name}</span>`).join("")}</div>`;

function way({ frames, configuration: { clockMhz, sockets: list } }: RunResult): string {
  const [frame] = slowest(frames, 1);
  if (frame === undefined) return "";
  const took = (frame.at.tailMoved ?? 0) - frame.at.wireFirst;
  const keys: (readonly [string, string])[] = [["receiving", "receiving"]];
  if (frame.at.doorbell !== undefined) keys.push(["host", "application"]);
  if (frame.at.txFirst !== undefined) keys.push(["sending", "sending"]);
  const rows = slowest(frames, 8).map((other) => slowRow(other, list));
  return section(
    "The way of the slowest datagram",
    `Frame ${count(frame.number)}, ${plural(frame.payload ?? 0, "byte")} of payload: ${plural(took, "cycle")} from its first beat to the tail (${time(took, clockMhz)}). The thin bars are the median of every accepted datagram.`,
    `${legend(...keys)}<div class="wide">${wayChart(frame, frames)}</div>
<div class="wide"><table><tr><th>Slowest frames</th><th>Socket</th><th class="right">Payload</th><th class="right">Arrived at cycle</th><th class="right">Wire to tail</th></tr>${rows.join("")}</table></div>`,
  );
}

function slowRow({ number, slot = -1, payload = 0, at }: FrameRecord, list: RunConfiguration["sockets"]): string {
  const socket = list[slot];
  const where = socket === undefined ? "" : `${socket.address}:${socket.port}`;
  return `<tr><td>${count(number)}</td><td>${escaped(where)}</td>${[payload, at.wireFirst, (at.tailMoved ?? 0) - at.wireFirst].map((value) => `<td class="right">${count(value)}</td>`).join("")}</tr>`;
}

function throughput({ throughput: found, configuration, cycles, in: received }: RunResult): string {
  if (received.frames === 0 || cycles === 0) return "";
  const capacity = wireCapacity(configuration);
  return section(
    "Throughput over time",
    `Whole frames on the wire, in bins of ${plural(found.binCycles, "cycle")}. The wire carries ${count(capacity, 1)} bytes a cycle each way: ${rate(capacity, configuration.clockMhz)}.`,
    `${legend(["in", "in"], ["out", "out"])}<div class="wide">${throughputChart(found, capacity)}</div>`,
  );
}

function sockets({ sockets: list }: RunResult): string {
  const rows = list.map(
    ({ slot, address, port, accepted, payloadBytes, dropped }) =>
      `<tr><td>${escaped(address)}:${port}</td>${[slot, accepted, payloadBytes, dropped].map((value) => `<td class="right">${count(value)}</td>`).join("")}</tr>`,
  );
  return section(
    "Accelerated sockets",
    "",
    `<div class="wide"><table><tr><th>Socket</th><th class="right">Slot</th><th class="right">Datagrams</th><th class="right">Payload bytes</th><th class="right">Dropped</th></tr>${rows.join("")}</table></div>`,
  );
}

function counters({ counters: all }: RunResult): string {
  const list = Object.entries(all);
  if (list.length === 0) return "";
  const rows = list.map(([name, value]) => `<tr><td><code>${escaped(name)}</code></td><td class="right">${count(value)}</td></tr>`);
  return section(
    "Counters",
    "What the hardware's own registers say at the end.",
    `<div class="wide"><table><tr><th>Register</th><th class="right">Count</th></tr>${rows.join("")}</table></div>`,
  );
}

/** Rows of events, at most: more would make the page slow. */
const eventsShown = 1000;

function events({ events: all, counters: known }: RunResult): string {
  if (Object.keys(known).length === 0) return "";
  const more = all.length > eventsShown ? ` The first ${count(eventsShown)} of ${count(all.length)}.` : "";
  const rows = all
    .slice(0, eventsShown)
    .map(({ cycle, text }) => `<tr><td class="right">${count(cycle)}</td><td>${escaped(text)}</td></tr>`);
  return section(
    "Control events",
    all.length === 0 ? "There was none." : `What the hardware told the kernel, in its ring.${more}`,
    all.length === 0 ? "" : `<div class="wide"><table><tr><th class="right">Cycle</th><th>Event</th></tr>${rows.join("")}</table></div>`,
  );
}

function setup({ configuration }: RunResult): string {
  const { name, busBits, wireBits, clockMhz, wireMhz, mtu, slots, harts, framing, memoryLatency, simulator, input, output, ordinary } =
    configuration;
  const facts: readonly (readonly [string, string])[] = [
    ["Configuration", name],
    ["Connection table", plural(slots, "slot")],
    ...(harts === undefined ? [] : [["Harts", count(harts)] as const]),
    ...(framing === undefined ? [] : [["Framing", framing] as const]),
    ...(memoryLatency === undefined ? [] : [["Memory", `answers after ${plural(memoryLatency, "cycle")}`] as const]),
    ["Bus", `${busBits} bits at ${count(clockMhz, 3)} MHz`],
    ["Wire", `${wireBits} bits at ${count(wireMhz, 3)} MHz`],
    ["MTU", `${count(mtu)} bytes`],
    ["Input", input],
    ["Sent frames", output],
    ...(ordinary === undefined ? [] : [["Ordinary path", ordinary] as const]),
    ...(simulator === undefined ? [] : [["Simulator", simulator] as const]),
  ];
  const rows = facts.map(([key, value]) => `<tr><td>${key}</td><td>${escaped(value)}</td></tr>`);
  return section(
    "Setup",
    "",
    `<div class="wide"><table class="facts">${rows.join("")}</table></div><p class="command"><code>${escaped(commandOf(configuration))}</code></p>`,
  );
}

/** The command that makes the same run. */
export function commandOf(configuration: RunConfiguration): string {
  const { name, application, timing, pauseSeed, sockets: list, input, output, ordinary } = configuration;
  const { framing = "datagram", memoryLatency, peers = [], settings = [] } = configuration;
  const quoted = (path: string) => (/^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
  return [
    `./accio run ${quoted(input)} ${quoted(output)}`,
    `--bind ${list.map(({ address, port }) => `${address}:${port}`).join(",")}`,
    `--app ${application} --config ${name} --timing ${timing}`,
    ...settings.map((setting) => `--set ${quoted(setting)}`),
    ...(peers.every((peer) => peer === null)
      ? []
      : [`--connect ${peers.map((peer) => (peer === null ? "any" : `${peer.address}:${peer.port}`)).join(",")}`]),
    ...(framing === "datagram" ? [] : [`--framing ${framing}`]),
    ...(memoryLatency === undefined ? [] : [`--memory-latency ${memoryLatency}`]),
    ...(ordinary === undefined ? [] : [`--ordinary ${quoted(ordinary)}`]),
    ...(pauseSeed === undefined ? [] : [`--pause ${pauseSeed}`]),
  ].join(" ");
}

const section = (title: string, lead: string, content: string) =>
  `<section><h2>${title}</h2>${lead === "" ? "" : `<p>${lead}</p>`}\n${content}\n</section>`;
