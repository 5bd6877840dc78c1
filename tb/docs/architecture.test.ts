/**
 * The numbers and names of docs/architecture.md come from the hardware: cycles are counted in the instant simulator, the
 * list of modules is the elaborated hierarchy. `./accio test docs/architecture -u` writes them into the page.
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { hierarchy, type Module } from "#hdl/core/ir.ts";
import { accioTop } from "#rtl/accio-top.ts";
import { namedConfigs, resolveConfig } from "#rtl/config/config.ts";
import { socConfigs } from "#rtl/soc/config.ts";
import { soc } from "#rtl/soc/soc.ts";
import { buildUdp } from "#sim/models/packet/index.ts";
import { CoreBench } from "../rtl/nic/core-bench.ts";
import { markdownTable, replacePart, root } from "./pages.ts";

const path = join(root, "docs/architecture.md");
const lengths = [18, 64, 1472];
const framings = { stream: 0, datagram: 4 } as const;
type Framing = keyof typeof framings;
const [rxBase, txBase, ring] = [0x10000, 0x20000, 0x10000];

const datagram = (length: number): Uint8Array =>
  buildUdp({
    ethernet: { destination: "02:00:00:00:00:01", source: "02:00:00:00:00:99" },
    ipv4: { source: "10.0.0.2", destination: "10.0.0.1" },
    udp: { sourcePort: 1234, destinationPort: 7777 },
    payload: Uint8Array.from({ length }, (_, i) => i & 255),
  });
const newBench = (name: string, framing: Framing): CoreBench => {
  const bench = new CoreBench(resolveConfig(name), { inOrder: true });
  const settings = {
    local: 0x1e61_0a00_0001n,
    rxBase,
    rxSize: ring,
    txBase,
    txSize: ring,
    control: 1 | framings[framing],
    suspend: 1,
  } as const;
  for (const [word, value] of Object.entries(settings)) bench.write(0, word as keyof typeof settings, value);
  return bench;
};
/** Steps the bench and notes the first and last cycle, and how often, each of some signals was 1. */
const watch = (bench: CoreBench, signals: Readonly<Record<string, () => bigint>>, first: number, until: () => boolean) => {
  const seen: Record<string, { first: number; last: number; times: number }> = {};
  for (let i = 0; !until(); i++) {
    if (i === 20_000) throw new Error(`nothing came within ${i} cycles; seen: ${JSON.stringify(seen)}`);
    for (const [name, value] of Object.entries(signals))
      if (value() !== 0n) {
        const at = bench.cycle - first;
        seen[name] = { first: seen[name]?.first ?? at, last: at, times: (seen[name]?.times ?? 0) + 1 };
      }
    bench.step();
  }
  return (name: string, which: "first" | "last" | "times" = "first"): number => {
    const found = seen[name];
    if (found === undefined) throw new Error(`${name} was never 1; seen: ${Object.keys(seen).join(", ")}`);
    return found[which];
  };
};

const receive = (name: string, framing: Framing, length: number): readonly (string | number)[] => {
  const bench = newBench(name, framing);
  const { io } = bench.sim;
  const frame = datagram(length);
  const start = bench.cycle;
  bench.arrive(frame);
  const one = watch(
    bench,
    {
      facts: () => io.events.rxFrames.value,
      verdict: () => io.events.rxAccepted.value,
      address: () => io.aw.valid.value,
      data: () => io.w.valid.value,
      tail: () => io.events.rxCommitted.value,
      irq: () => io.irq.value,
    },
    start,
    () => io.irq.value === 1n && bench.cycle > start + 1000,
  );
  // Back to back: the mean of the later half, when every queue has found its pace.
  const many = newBench(name, framing);
  const count = 40;
  many.arrive(...Array.from({ length: count }, () => frame));
  const accepted: number[] = [];
  while (accepted.length < count) {
    if (many.cycle > 20_000) throw new Error(`${accepted.length} of ${count} datagrams accepted`);
    if (many.sim.io.events.rxAccepted.value === 1n) accepted.push(many.cycle);
    many.step();
  }
  const rate = ((accepted.at(-1) as number) - (accepted[count / 2 - 1] as number)) / (count / 2);
  const beats = Math.ceil(frame.length / (resolveConfig(name).busBits / 8));
  return [
    name,
    framing,
    length,
    beats - 1,
    one("facts"),
    one("verdict"),
    one("address"),
    one("data"),
    one("data", "last"),
    one("tail"),
    one("irq"),
    rate.toFixed(1),
  ];
};

const transmit = (name: string, framing: Framing, length: number): readonly (string | number)[] => {
  const bench = newBench(name, framing);
  const { io } = bench.sim;
  const record = framing === "stream" ? length : 16 + Math.ceil(length / 16) * 16;
  const count = 20;
  for (let i = 0; i < count; i++) Buffer.from(bench.memory.buffer).writeUInt16LE(framing === "stream" ? 0 : length, txBase + i * record);
  io.control.largest.value = length;
  const start = bench.cycle;
  bench.write(0, "txTail", count * record);
  const starts: number[] = [];
  let inside = false;
  const seen = watch(
    bench,
    {
      address: () => io.ar.valid.value,
      wire: () => {
        if (io.tx.valid.value === 0n) return 0n;
        if (!inside) starts.push(bench.cycle);
        inside = io.tx.payload.last.value === 0n;
        return 1n;
      },
    },
    start,
    () => starts.length === count,
  );
  const rate = ((starts.at(-1) as number) - (starts[count / 2 - 1] as number)) / (count / 2);
  return [name, framing, length, seen("address"), seen("wire"), rate.toFixed(1)];
};

const rows = (measure: (name: string, framing: Framing, length: number) => readonly (string | number)[]) =>
  ["tiny", "line-rate"].flatMap((name) =>
    lengths.flatMap((length) => (["stream", "datagram"] as const).map((framing) => measure(name, framing, length))),
  );

/** First sentence of a file's first comment. */
const aboutFile = (file: string): string => {
  const text = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  const words = text.replaceAll(/\s*\n \* ?|\s+/g, " ").trim();
  return words.slice(0, words.search(/[.:](?: |$)/));
};
/** The NIC's own modules, outermost first; those of the library that they use, by file. */
const modules = (): { readonly own: readonly (readonly string[])[]; readonly library: readonly string[] } => {
  const of = (name: string): readonly Module[] => [...hierarchy(accioTop(resolveConfig(name)))].reverse();
  const tiny = of("tiny");
  // Of `prototype` what `tiny` has nothing of: the wire's own clock.
  const all = [...tiny, ...of("prototype").filter((m) => !tiny.some((t) => t.at.file === m.at.file))];
  const own = all.filter((m) => m.at.file.startsWith(join(root, "rtl")));
  const library = all.flatMap((m) => m.instances.map((i) => relative(root, i.of.at.file))).filter((file) => file.startsWith("hdl-gen"));
  const inside = (m: Module): string => m.instances.map((i) => `\`${i.name}\``).join(", ");
  return {
    own: own.map((m) => [`\`${m.name}\``, `\`${relative(root, m.at.file)}\``, aboutFile(m.at.file), inside(m)]),
    library: [...new Set(library)].toSorted(),
  };
};

test("cycles and modules are those of the hardware", async () => {
  let page = readFileSync(path, "utf8");
  const receiveHead = [
    "configuration",
    "framing",
    "payload, bytes",
    "last beat in",
    "facts",
    "verdict",
    "first address",
    "first word",
    "last word",
    "tail moves",
    "line rises",
    "cycles per datagram",
  ];
  const received = rows(receive);
  page = replacePart(page, "receive", markdownTable(receiveHead, received));
  const constant = /is always (\d+) cycles/.exec(page)?.[1];
  expect(new Set(received.map((row) => String(Number(row[7]) - Number(row[3]))))).toEqual(new Set([constant]));
  page = replacePart(
    page,
    "transmit",
    markdownTable(["configuration", "framing", "payload, bytes", "first read", "first beat out", "cycles per datagram"], rows(transmit)),
  );
  const { own, library } = modules();
  const more = `From the library: ${library.map((file) => `\`${file}\``).join(", ")}.`;
  page = replacePart(page, "modules", `${markdownTable(["module", "file", "what it is", "instances in it"], own)}\n${more}`);
  await expect(page).toMatchFileSnapshot(path);
});

test("what the page names is there", () => {
  const page = readFileSync(path, "utf8");
  const tops = [...Object.keys(namedConfigs).map((name) => accioTop(resolveConfig(name))), soc(socConfigs.soc1)];
  // Parameters stand behind a module's name.
  const elaborated = tops.flatMap((top) => hierarchy(top).map((m) => `${m.name}_`));
  const bold = [...page.matchAll(/\*\*`(\w+)`\*\*/g)].map((m) => m[1] as string);
  expect(bold.length).toBeGreaterThan(9);
  expect(bold.filter((name) => !elaborated.some((module) => module.startsWith(`${name}_`)))).toEqual([]);
});
