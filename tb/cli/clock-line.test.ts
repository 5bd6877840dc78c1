/** The line that says how far a silent simulation is. */
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { clockLine } from "#cli/clock-line.ts";

const sink = (isTTY: boolean) => {
  const stream = new PassThrough();
  return {
    stream: Object.assign(stream, { isTTY }) as unknown as NodeJS.WriteStream,
    text: () => String(stream.read() ?? "").replaceAll("\r\x1b[K", "<clear>"),
  };
};

it("is drawn anew on a terminal, and gone before the guest's first word", () => {
  const { stream, text } = sink(true);
  const line = clockLine("Booting", stream);
  expect(text()).toBe("<clear>Booting ...");
  line.at(2_359_296);
  expect(text()).toBe("<clear>Booting: 2.4 M cycles");
  line.at(2_621_440);
  expect(text()).toMatch(/^<clear>Booting: 2\.6 M cycles, \d+ k cycles\/s$/);
  line.end();
  expect(text()).toBe("<clear>");
  line.at(3_000_000);
  line.end();
  expect(text()).toBe("");
});

it("is one line where nobody watches", () => {
  const { stream, text } = sink(false);
  const line = clockLine("Booting", stream);
  line.at(1_000_000);
  line.end();
  expect(text()).toBe("Booting ...\n");
});
