/** A few RISC-V instructions as words, for programs of a handful of them: no compiler is needed to see a hart run. */
export const [zero, sp, t0, t1, t2, a0, a1, a2, a3] = [0, 2, 5, 6, 7, 10, 11, 12, 13] as const;

const word = (...parts: readonly (readonly [value: number, at: number])[]): number =>
  parts.reduce((all, [value, at]) => all + value * 2 ** at, 0) >>> 0;
const immediate = (value: number): number => value & 0xfff;
const load = (funct3: number) => (to: number, offset: number, base: number) =>
  word([0x03, 0], [to, 7], [funct3, 12], [base, 15], [immediate(offset), 20]);
const store = (funct3: number) => (from: number, offset: number, base: number) =>
  word([0x23, 0], [offset & 31, 7], [funct3, 12], [base, 15], [from, 20], [immediate(offset) >> 5, 25]);
const branch = (funct3: number) => (a: number, b: number, by: number) =>
  word([0x63, 0], [(by >> 11) & 1, 7], [(by >> 1) & 15, 8], [funct3, 12], [a, 15], [b, 20], [(by >> 5) & 63, 25], [(by >> 12) & 1, 31]);

export const lw = load(0b010);
export const ld = load(0b011);
export const lbu = load(0b100);
export const sb = store(0b000);
export const sw = store(0b010);
export const sd = store(0b011);
/** Branches by bytes from here. */
export const beq = branch(0b000);
export const bne = branch(0b001);
export const addi = (to: number, from: number, value: number): number => word([0x13, 0], [to, 7], [from, 15], [immediate(value), 20]);
export const andi = (to: number, from: number, value: number): number =>
  word([0x13, 0], [to, 7], [0b111, 12], [from, 15], [immediate(value), 20]);
export const slli = (to: number, from: number, by: number): number => word([0x13, 0], [to, 7], [0b001, 12], [from, 15], [by, 20]);
export const add = (to: number, a: number, b: number): number => word([0x33, 0], [to, 7], [a, 15], [b, 20]);
export const sub = (to: number, a: number, b: number): number => word([0x33, 0], [to, 7], [a, 15], [b, 20], [0x20, 25]);
/** `value` is a multiple of 4096, below 2^31. */
export const lui = (to: number, value: number): number => word([0x37, 0], [to, 7], [value / 4096, 12]);
export const auipc = (to: number, value: number): number => word([0x17, 0], [to, 7], [value / 4096, 12]);
export const fence = 0x0ff0_000f;
/** For ever. */
export const stay = 0x0000_006f;
