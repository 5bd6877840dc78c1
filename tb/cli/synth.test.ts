/** `./accio synth` as a user starts it, on one small block. */
import { expect, test } from "vitest";
import { accio } from "./run-cli.ts";

test("prints a block's size and paths", () => {
  const { status, stdout, stderr } = accio(["synth", "fifo_run_9x2", "--paths", "1"]);
  expect(stderr).toMatch(
    /^Synthesising fifo_run_9x2 of tiny \.\.\.\nSynthesising fifo_run_9x2 of tiny: (\d+ s of Yosys|there already) \(\d+\.\d s\)\n$/,
  );
  expect(stdout).toMatch(/^block +times +LUT +FF +BRAM36 +URAM +DSP +own LUT +own FF +own BRAM36\nfifo_run_9x2 +\d+ +\d+ /);
  expect(stdout).toMatch(/^clk: most levels +\d+ +\d+ +\d\.\d\d +10\.00 +\S+ +\S+$/m);
  expect(stdout).toMatch(/^clk, most levels: \d+ LUTs, \d+ carry chains, \d\.\d\d ns\n +from +\S+ {2}\(hdl-gen\/lib\/fifo\.ts:\d+\)\n/m);
  expect(status).toBe(0);
  // The netlists are there now.
  const again = accio(["synth", "fifo_run_9", "--paths", "1", "--json"]);
  expect([again.status, again.stderr]).toEqual([0, ""]);
  expect(JSON.parse(again.stdout)).toMatchObject({
    config: "tiny",
    top: "fifo_run_9x2",
    found: true,
    areas: [{ module: "fifo_run_9x2" }],
    goals: [],
  });
});
test("says which blocks there are", () => {
  const none = accio(["synth", "nothing"]);
  expect(none.status).toBe(2);
  expect(none.stderr).toMatch(/^accio: no block of that name: nothing: there are accio_registers, accio_top, .*tx_plan, .*\n$/);
  const several = accio(["synth", "buffer_reader", "-c", "prototype"]);
  expect(several.stderr).toMatch(
    /^accio: several blocks of that name: buffer_reader: there are buffer_reader_\d+x\d+(, buffer_reader_\d+x\d+)+\n$/,
  );
});
