/**
 * Places are read from the stack's frames where nobody else formats stacks, and from its text where somebody does, as
 * this test runner does. Both must name the same line of the user's file: so a design is also built by Node alone.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const build = join(import.meta.dirname, "../../../build");
mkdirSync(build, { recursive: true });
// Below the project, for its import names.
const folder = mkdtempSync(join(build, "places-"));
afterAll(() => rmSync(folder, { recursive: true }));

const design = `import { bool, input, module, output, struct, uint } from "#hdl";
import { fifo } from "#hdl/lib/fifo.ts";
import { stream } from "#hdl/lib/stream.ts";
const pair = struct({ a: uint(3), b: uint(5) }, "pair");
/** What it is. */
export const m = module("placed", { in: input(stream(pair)), out: output(stream(pair)), both: output(pair) }, (io, h) => {
  const { kept } = h.registers({
    /** Kept for later. */
    kept: pair,
  });
  h.when(io.in.fire, () => kept.next(io.in.payload));
  io.both.drive(kept);
  const queue = h.instance("queue", fifo(pair, 2), {});
  queue.push.connect(io.in.named("in"));
  const [left, right] = queue.pop.fork(h, 2);
  io.out.connect(left.register(h)); right.drain();
});
type Body = typeof m.body;
const lines = (body: Body): unknown[] => body.flatMap((s) => [[s.kind, s.at.line, s.at.file], ...(s.kind === "if" ? lines(s.then) : [])]);
export const places = JSON.stringify([m.at.line, m.doc, m.signals.map((s) => [s.name, s.at.line, s.doc]), lines(m.body)]);
if (process.argv[2] === "print") process.stdout.write(places);
`;

test("the same places from frames and from text", async () => {
  const file = join(folder, "design.ts");
  writeFileSync(file, design);
  const { places }: { readonly places: string } = await import(file);
  const node = (...flags: readonly string[]): string => execFileSync(process.execPath, [...flags, file, "print"], { encoding: "utf8" });
  expect(node()).toBe(places);
  expect(node("--enable-source-maps")).toBe(places);

  const [at, doc, signals, statements] = JSON.parse(places);
  expect([at, doc]).toEqual([6, "What it is."]);
  expect(signals).toContainEqual(["kept_a", 7, "Kept for later."]);
  const inside = statements
    .filter(([, , of]: [string, number, string]) => of === file)
    .map(([kind, line]: [string, number]) => [kind, line]);
  for (const wanted of [
    ["if", 11],
    ["assign", 11],
    ["assign", 12],
    ["assign", 14],
    ["assign", 15],
  ])
    expect(inside).toContainEqual(wanted);
  // Also what stream operators say in the user's module, which is on the user's line.
  expect(inside).toHaveLength(statements.length);
});
