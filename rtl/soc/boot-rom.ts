/** What every hart runs first: Rocket's own ROM jumps to 0x1000_0000, and these instructions go on to the program. */
import { type Bits, bool, constant, input, module, mux, uint } from "#hdl";
import { registerBus } from "#hdl/lib/register-bus.ts";
import { regionOf, type SocMap } from "./map.ts";
import { systemMap } from "./system.ts";

/** Bits of an address: 4 KiB. */
export const bootRomBits = 12;

const [t0, a0, a1] = [5, 10, 11];
const mhartid = 0xf14;
// RISC-V encodings: unprivileged specification, RV64I and Zicsr.
const readCsr = (to: number, csr: number): number => ((csr << 20) | (0b010 << 12) | (to << 7) | 0x73) >>> 0;
const loadUpper = (to: number, value: number): number => (value | (to << 7) | 0x37) >>> 0;
const load = (to: number, offset: number, base: number): number => ((offset << 20) | (base << 15) | (0b011 << 12) | (to << 7) | 0x03) >>> 0;
const jump = (to: number): number => ((to << 15) | 0x67) >>> 0;

/** The instructions: a0 = hart, a1 = device tree, and a jump to the entry address, both from the system device. */
export const bootCode = (map: SocMap): readonly number[] => {
  const { ENTRY, DEVICE_TREE } = systemMap.nodes;
  return [
    readCsr(a0, mhartid),
    loadUpper(t0, regionOf(map, "system").base),
    load(a1, DEVICE_TREE.offset, t0),
    load(t0, ENTRY.offset, t0),
    jump(t0),
  ];
};

/** The ROM: zeros after its code; writes are refused. */
export const bootRom = (map: SocMap) =>
  module("boot_rom", { bus: input(registerBus({ addressBits: bootRomBits }), { unused: true }) }, ({ bus }, h) => {
    const code = bootCode(map);
    const words = Array.from(
      { length: Math.ceil(code.length / 2) },
      (_, i) => (BigInt(code[2 * i + 1] ?? 0) << 32n) | BigInt(code[2 * i] ?? 0),
    );
    const { answered, refused } = h.registers({ answered: bool, refused: bool });
    const { word } = h.registers({ word: uint(64).noReset() });
    bus.ready.drive(1);
    answered.next(bus.valid);
    refused.next(bus.write);
    word.next(words.reduceRight<Bits<64>>((rest, w, i) => mux(bus.word.eq(i), uint(64).of(w), rest), constant(64, 0)));
    bus.response.valid.drive(answered);
    bus.response.error.drive(refused);
    bus.response.data.drive(mux(refused, constant(64, 0), word));
  });
