/*
 * Machine-mode test of misaligned accesses, since QEMU never traps on them: the firmware is linked with this in place of
 * its start (ld --wrap), and its emulation is called for every instruction, size, offset and register. Ends with the
 * number of failures, or 42 where there are none.
 */
#include "firmware.h"

/* Outside of the firmware, where supervisor mode may go. */
static unsigned char *const data = (unsigned char *)0x80100000;
static uint32_t *const code = (uint32_t *)0x80110000;
static struct frame f;
static int failures, checks;

static void fail(const char *what, ul a, ul b) {
  static const char digits[] = "0123456789abcdef";
  failures++;
  put_byte('!');
  for (; *what; what++) put_byte(*what);
  for (int k = 0; k < 2; k++) {
    put_byte(' ');
    for (int shift = 60; shift >= 0; shift -= 4) put_byte(digits[(k ? b : a) >> shift & 15]);
  }
  put_byte('\n');
}

static void same(const char *what, ul got, ul expected) {
  checks++;
  if (got != expected) fail(what, got, expected);
}

static ul pattern(ul i) { return (i * 0x9e3779b97f4a7c15ul) >> 56; }
static ul marker(ul reg) { return 0x1111111111111111ul * (reg & 15) ^ reg << 56; }
static ul float_marker(ul reg) { return ~marker(reg); }

/* Everything as it should be before an access. */
static void prepare(ul instruction, bool compressed) {
  for (ul i = 0; i < 64; i++) data[i] = pattern(i);
  for (ul r = 0; r < 32; r++) f.x[r] = r ? marker(r) : 0, write_float(r, float_marker(r));
  /* A compressed one is followed by bits of which nothing may come. */
  *code = compressed ? instruction | 0xffff0000 : instruction;
  csr_write(mepc, code);
  csr_clear(mstatus, MSTATUS_MPP);
  csr_set(mstatus, MSTATUS_MPP_S);
}

static ul bytes_at(ul offset, ul bytes) {
  ul value = 0;
  for (ul i = bytes; i-- > 0;) value = value << 8 | pattern(offset + i);
  return value;
}

/* One instruction at one offset: what must have changed, and that nothing else has. */
static void access(ul instruction, bool compressed, bool store, bool floating, ul bytes, bool sign, ul reg, ul offset) {
  prepare(instruction, compressed);
  same("known", emulate_misaligned(&f, (ul)data + offset), true);
  same("next instruction", csr_read(mepc), (ul)code + (compressed ? 2 : 4));
  ul loaded = bytes_at(offset, bytes);
  if (floating && bytes == 4) loaded |= 0xffffffff00000000;
  else if (sign && bytes < 8 && loaded >> (8 * bytes - 1)) loaded |= -1ul << 8 * bytes;
  for (ul r = 0; r < 32; r++) {
    same("integer register", f.x[r], !store && !floating && r == reg && r != 0 ? loaded : r ? marker(r) : 0);
    same("floating-point register", read_float(r), !store && floating && r == reg ? loaded : float_marker(r));
  }
  ul value = floating ? float_marker(reg) : reg ? marker(reg) : 0;
  for (ul i = 0; i < 64; i++) {
    bool written = store && i >= offset && i < offset + bytes;
    same("memory", data[i], written ? (value >> 8 * (i - offset)) & 255 : pattern(i));
  }
}

static void every(bool store, bool floating, ul funct3) {
  ul bytes = 1 << (funct3 & 3), opcode = (store ? 0x23 : 0x03) | (floating ? 4 : 0);
  for (ul reg = 0; reg < 32; reg++)
    for (ul offset = reg == 10 ? 0 : 3; offset < (reg == 10 ? 17 : 4); offset++)
      /* Addresses come from mtval: base register and immediate are there to be left alone. */
      access(opcode | funct3 << 12 | 11 << 15 | (store ? reg << 20 | 0x15 << 7 : reg << 7 | 0x7ff << 20), false, store, floating, bytes,
             !(funct3 & 4), reg, offset);
}

static void every_compressed(ul quadrant, ul funct3) {
  bool store = funct3 & 4, floating = (funct3 & 3) == 1;
  ul bytes = (funct3 & 3) == 2 ? 4 : 8;
  for (ul reg = quadrant == 0 ? 8 : 0; reg < (quadrant == 0 ? 16 : 32); reg++)
    for (ul offset = 0; offset < (reg == 10 ? 17 : 1); offset++) {
      ul field = quadrant == 0 ? (reg - 8) << 2 | 3 << 7 | 1 << 10 : store ? reg << 2 | 5 << 7 : reg << 7 | 5 << 2;
      access(funct3 << 13 | field | quadrant, true, store, floating, bytes, true, reg, offset + 1);
    }
}

static void unknown(ul instruction, bool compressed) {
  prepare(instruction, compressed);
  same("not its business", emulate_misaligned(&f, (ul)data + 1), false);
  same("stays", csr_read(mepc), (ul)code);
}

/* An access that reaches into the firmware, which supervisor mode may not touch. */
static void faults(ul instruction, ul address, ul cause, ul value) {
  prepare(instruction, false);
  csr_write(stvec, 0x80120000);
  same("handled", emulate_misaligned(&f, address), true);
  same("cause", csr_read(scause), cause);
  same("address", csr_read(stval), value);
  same("instruction", csr_read(sepc), (ul)code);
  same("goes on at", csr_read(mepc), 0x80120000);
  same("came from supervisor mode", csr_read(mstatus) & MSTATUS_SPP, MSTATUS_SPP);
  for (ul r = 0; r < 32; r++) same("register", f.x[r], r ? marker(r) : 0);
}

void __wrap_start_first(ul hart, const uint32_t *tree) {
  read_tree(tree);
  hart_setup();
  csr_set(mstatus, MSTATUS_FS_INITIAL);
  same("hart", hart, 0);
  for (ul funct3 = 1; funct3 < 7; funct3++)
    if (funct3 != 4) every(false, false, funct3);
  for (ul funct3 = 1; funct3 < 4; funct3++) every(true, false, funct3);
  for (ul funct3 = 2; funct3 < 4; funct3++) every(false, true, funct3), every(true, true, funct3);
  for (ul funct3 = 1; funct3 < 8; funct3++)
    if (funct3 != 4) every_compressed(0, funct3), every_compressed(2, funct3);
  unknown(0x1005a52f, false); /* lr.w a0, (a1) */
  unknown(0x00a5a52f, false); /* amoadd.w a0, a0, (a1) */
  unknown(0x00058503, false); /* lb: never misaligned */
  unknown(0x0005f503, false); /* a load of no size */
  unknown(0x0005c023, false); /* a store of none */
  unknown(0x00059507, false); /* flh: of an extension that Rocket has not */
  unknown(0x00050513, false); /* addi */
  unknown(0x0001, true);      /* c.nop */
  unknown(0x8082, true);      /* c.jr */
  /* Not in a page with code: there QEMU's TLB holds the firmware's own rights. */
  faults(0x0005b503, 0x8000e003, 5, 0x8000e003); /* ld */
  faults(0x00a5b023, 0x8000e003, 7, 0x8000e003); /* sd */
  faults(0x0005b507, 0x8000effd, 5, 0x8000effd); /* fld, across two pages */
  faults(0x00b5a027, 0x8000ffff, 7, 0x8000ffff); /* fsw: ends outside */
  prepare(0x0005b503, false);
  csr_write(mepc, 0x8000e000);
  same("a fetch that fails is tried again", emulate_misaligned(&f, (ul)data + 1), true);
  same("at the same place", csr_read(mepc), 0x8000e000);
  if (checks < 100000) fail("too few checks", checks, 0);
  end_run(failures ? failures > 40 ? 41 : failures : 42);
}
