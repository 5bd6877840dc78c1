/** What random modules have found, made small by hand: simulators and the instant simulator agree on it now. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bool, constant, input, module, output, uint } from "#hdl";
import type { Module } from "#hdl/core/ir.ts";
import { compareAll } from "#sim/fuzz/compare.ts";
import { engineNames } from "#sim/fuzz/engines.ts";
import { projectRoot } from "../../../toolchain/tools.ts";

const two = uint(2);
const word = uint(16);

/** Yosys 0.18 to 0.38 divides by zero where a switch that tells every value has no effect. */
const hiddenSwitch = module("hidden_switch", { s: input(uint(3)), p: input(bool), y: output(two) }, (io, h) => {
  const { r } = h.registers({ r: two });
  h.switch(io.s)
    .case([0, 1], () => r.next(1))
    .case([2, 3, 4], () => r.next(2))
    .case(5, () => r.next(3))
    .case([6, 7], () => r.next(0));
  h.when(io.p, () => r.next(r.add(1))).otherwise(() => r.next(0));
  io.y.drive(r);
});

/** Verilator 5.048 to 5.050 adds the amounts of two shifts, in as many bits as one of them has. */
const shiftTwice = (name: string, shift: "shl" | "shr"): Module =>
  module(name, { a: input(word), n: input(two), m: input(two), x: output(word), y: output(word) }, (io, h) => {
    const { once, amount } = h.nets({ once: io.a[shift](io.n.xor(io.m)), amount: io.n.and(io.m) });
    io.x.drive(io.a[shift](io.n.xor(1))[shift](io.n.or(io.m)));
    io.y.drive(once[shift](amount.not()));
  });
const constantShiftFirst = module("constant_shift_first", { a: input(word), n: input(uint(3)), x: output(word) }, (io) =>
  io.x.drive(io.a.shl(7).shl(io.n)),
);

/** Icarus 11 writes a program that it cannot read where a word of constant number is shifted, or is how far to shift. */
const shiftedWord = module("shifted_word", { a: input(uint(8)), w: input(bool), x: output(uint(8)), y: output(uint(8)) }, (io, h) => {
  const words = h.memory("words", uint(8), 4, { style: "registers", init: [1, 2, 3, 200] });
  h.when(io.w, () => words.write(constant(2, 1), io.a));
  io.x.drive(words.read(constant(2, 3)).shr(io.a));
  io.y.drive(io.a.shl(words.read(constant(2, 1))));
});

/** Yosys 0.23 reads a constant amount of 32 bits as signed, and shifts the other way. */
const farShift = module("far_shift", { a: input(word), n: input(uint(32)), x: output(word), y: output(word), z: output(word) }, (io, h) => {
  const { far } = h.nets({ far: constant(32, 0xffff_fffc) });
  io.x.drive(io.a.shl(far));
  io.y.drive(io.a.shr(constant(32, 0xffff_ffff)));
  io.z.drive(io.a.shr(io.n));
});

/** Icarus 11 knows that this shift leaves nothing, so that the block waits for nothing and never runs. */
const shiftedAway = module("shifted_away", { a: input(bool), x: output(uint(6)) }, (io, h) => {
  const { n } = h.wires({ n: uint(6) });
  n.drive(io.a.repeat(6).shl(constant(3, 6)));
  n.slice(5, 4).drive(0);
  io.x.drive(n);
});

/** Verilator 5.049 breaks off at the parity of a wide value of which one bit alone is not known. */
const parityOfOne = module("parity_of_one", { a: input(bool), y: output(bool) }, (io, h) => {
  const { r } = h.registers({ r: bool });
  r.next(
    io.a
      .zext(65)
      .or(1n << 64n)
      .parity(),
  );
  io.y.drive(r);
});

const found: readonly Module[] = [
  parityOfOne,
  shiftedAway,
  farShift,
  shiftedWord,
  hiddenSwitch,
  shiftTwice("left_twice", "shl"),
  shiftTwice("right_twice", "shr"),
  constantShiftFirst,
];

test.each(engineNames)("%s", { timeout: 900_000 }, async (engine) => {
  const folder = join(projectRoot, "build/fuzz-found", engine);
  mkdirSync(folder, { recursive: true });
  const results = await compareAll(
    found.map((m, seed) => ({ module: m, seed })),
    { engines: [engine], folder },
  );
  expect(results).toEqual(found.map(() => []));
});
