/** Coverage as a page: shares by module, holes by place with their reasons, points by name. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { uint } from "#hdl";
import { emitDesign } from "#hdl/emit/index.ts";
import { fifo } from "#hdl/lib/fifo.ts";
import { build } from "#sim/bridge/build.ts";
import { type CoveragePoint, readCoverage } from "#sim/bridge/coverage.ts";
import { dropPoints, fullQueues, lengthCorners, lengthPoints, linePoints } from "#sim/nic-coverage/functional.ts";
import { coveragePage, percent } from "#sim/nic-coverage/html.ts";
import { coverageByModule, grouped, totalOf } from "#sim/nic-coverage/modules.ts";
import { nicReasons, reasonFor } from "#sim/nic-coverage/reasons.ts";
import { applyReset } from "#sim/run/index.ts";
import { accio } from "../../cli/run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "accio-coverage-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const point = (what: string, count: number, more: Partial<CoveragePoint> = {}): CoveragePoint => ({
  file: "v/part.v",
  line: 3,
  kind: "toggle",
  what,
  scope: "TOP.top.part",
  count,
  ...more,
});
const verilog = [
  "module part (",
  "  input wire clk,",
  "  input wire [3:0] bits",
  ");",
  "  always @(posedge clk) begin",
  "    if (bits[0]) begin",
  "      q <= 1'd1; // part.ts:17",
];
const text = (file: string): string | undefined => (file === "part.v" ? verilog.join("\n") : undefined);

describe("modules", () => {
  it("a point is reached where any instance reached it", () => {
    const points = [point("bits[0]:0->1", 0), point("bits[0]:0->1", 4, { scope: "TOP.top.other" }), point("bits[1]:0->1", 0)];
    const [module] = coverageByModule(points, text, []);
    expect(module?.shares.toggle).toEqual({ points: 2, hit: 1, explained: 0 });
    expect(module?.holes).toEqual([{ kind: "toggle", line: 3, source: null, what: ["bits[1]"], reason: null }]);
  });
  it("a hole names the TypeScript that its statement names", () => {
    const [module] = coverageByModule([point("if", 0, { kind: "branch", line: 7 })], text, []);
    expect(module?.holes[0]).toMatchObject({ kind: "branch", source: "part.ts:17" });
  });
  it("what has a reason is told apart, and counts", () => {
    const points = [point("bits[0]:0->1", 1), point("bits[2]:0->1", 0), point("bits[3]:1->0", 0)];
    const modules = coverageByModule(points, text, [{ module: /^part$/, what: /bits\[3\]/, why: "never set" }]);
    expect(totalOf(modules, "toggle")).toEqual({ points: 3, hit: 1, explained: 1 });
    expect(percent(totalOf(modules, "toggle"))).toBe("66.6 %");
    expect(modules[0]?.holes.map((h) => [h.what, h.reason])).toEqual([
      [["bits[2]"], null],
      [["bits[3]"], "never set"],
    ]);
  });
  it("bits of a word are ranges", () => {
    expect(grouped(["w[3]:0->1", "w[4]:0->1", "w[3]:1->0", "w[9]:0->1", "single:1->0", "if"])).toEqual(["single", "if", "w[9, 4:3]"]);
  });
  it("every reason is for something, and none for what must happen", () => {
    const of = (what: string, module = "nic"): string | null => reasonFor(nicReasons, { module, kind: "toggle", what, line: "" });
    for (const what of ["now[40]:0->1", "core_aw_payload_address[47]:0->1", "s_axi_awqos[0]:0->1", "unused_ok:0->1"])
      expect(of(what), what).not.toBeNull();
    for (const what of ["now[3]:0->1", "trace_causes[1]:0->1", "core_aw_payload_address[12]:0->1", "push_ready:1->0"])
      expect(of(what), what).toBeNull();
  });
});

describe("points by name", () => {
  it("causes of drops by the trace port's bits, lines that rose, queues that were full", () => {
    const top = { file: "v/top.v", scope: "TOP.top" };
    const points = [
      point("trace_causes[0]:0->1", 5, top),
      point("trace_causes[1]:0->1", 0, top),
      point("irq_event:0->1", 2, top),
      point("push_ready:1->0", 7, { file: "v/fifo_u2x2.v", scope: "TOP.top.a.queue" }),
      point("push_ready:1->0", 0, { file: "v/fifo_u2x2.v", scope: "TOP.top.b" }),
    ];
    expect(dropPoints(points, "top", ["ttl", "ring_full"]).map((p) => [p.name, p.times])).toEqual([
      ["ttl", 5],
      ["ring_full", 0],
    ]);
    expect(linePoints(points, "top").map((p) => [p.name, p.times])).toEqual([["irq_event", 2]]);
    expect(fullQueues(points, "top").map((p) => [p.name, p.times])).toEqual([
      ["a.queue", 7],
      ["b", 0],
    ]);
  });
  it("length corners of bus and MTU", () => {
    expect(lengthCorners(8, 1500)).toEqual([0, 1, 7, 8, 9, 17, 18, 19, 63, 64, 65, 127, 128, 129, 1471, 1472]);
    expect(lengthPoints([0, 8], new Map([[8, 3]])).map((p) => p.times)).toEqual([0, 3]);
  });
});

it("a FIFO: full once, what never happened with its place, and the page", async () => {
  const queue = fifo(uint(2), 2);
  const dut = await build(queue, { seed: 1, coverage: true });
  applyReset(dut);
  dut.push.valid.value = 1;
  dut.sim.step(4);
  const file = join(folder, "fifo.dat");
  dut.sim.writeCoverage(file);
  dut.sim.close();
  const points = readCoverage([file]);
  expect(fullQueues(points, "none").map((p) => p.times)).toEqual([1]);
  const files = emitDesign(queue);
  const modules = coverageByModule(points, (name) => files.get(name), []);
  expect(modules.map((m) => m.module)).toEqual(["fifo_u2x2"]);
  const taken = modules[0]?.holes.find((h) => h.kind === "branch");
  expect(taken).toMatchObject({ what: ["if"], source: expect.stringMatching(/^fifo\.ts:\d+$/) });
  const page = coveragePage({
    format: "accio-coverage",
    config: "<fifo>",
    seed: 1,
    scenes: 1,
    frames: 0,
    cycles: 4,
    modules,
    functional: fullQueues(points, "none"),
  });
  expect(page).toContain("What the tests reach in &#60;fifo&#62;");
  expect(page).toContain("<b>open</b>");
});

it("a configuration with a second clock is refused in one line", () => {
  const { status, stderr } = accio(["coverage", "--config", "prototype"]);
  expect(status).toBe(2);
  expect(stderr).toMatch(/^accio: the wire has a clock of its own: --config prototype: .*\n$/);
});
