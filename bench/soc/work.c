/* What the systems' speed is measured with: every hart computes, and misses its caches now and then, without end. */
static unsigned table[4][32768];

__asm__(".section .text.init, \"ax\"\n.globl _start\n_start:\n la sp, stacks\n slli t0, a0, 12\n add sp, sp, t0\n li t0, 4096\n add sp, sp, t0\n call work\n"
        ".bss\n.align 12\nstacks: .space 16384\n.text\n");

void work(unsigned long hart) {
  unsigned x = (unsigned)hart + 1, *own = table[hart & 3];
  for (;;) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    own[x & 4095] += x;
    if ((x & 63) == 0) own[x >> 17] ^= x;
  }
}
