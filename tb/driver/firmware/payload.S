/*
 * The first instructions of the supervisor-mode test payload: a stack per hart, a trap handler that counts, and C.
 */
  .section .text.start, "ax"
  .globl _start
_start: /* a0: hart, a1: device tree */
  la t0, bss_start
  la t1, bss_end
1:
  sd zero, 0(t0)
  addi t0, t0, 8
  bltu t0, t1, 1b
  call stack_of
  la t0, on_trap
  csrw stvec, t0
  call payload
2:
  wfi
  j 2b

  .globl second_start
second_start: /* a0: hart, a1: what hart_start was given */
  mv s0, a1
  call stack_of
  la t0, on_trap
  csrw stvec, t0
  mv a1, s0
  call second
3:
  wfi
  j 3b

stack_of: /* a0: hart; sets sp */
  la sp, stacks
  addi t0, a0, 1
  slli t0, t0, 12
  add sp, sp, t0
  ret

/*
 * An exception: its cause, address and pc are kept, and the instruction is left out (all that are used here have 4
 * bytes). An interrupt: counted and switched off at its source.
 */
  .balign 4
on_trap:
  addi sp, sp, -32
  sd t0, 0(sp)
  sd t1, 8(sp)
  sd t2, 16(sp)
  csrr t0, scause
  la t1, trapped
  bltz t0, 1f
  sd t0, 0(t1)
  csrr t2, stval
  sd t2, 8(t1)
  csrr t2, sepc
  sd t2, 16(t1)
  addi t2, t2, 4
  csrw sepc, t2
  j 2f
1:
  slli t0, t0, 1
  srli t0, t0, 1
  li t2, 1
  sll t2, t2, t0
  csrc sie, t2
  csrci sip, 2
  slli t0, t0, 3
  la t1, interrupts
  add t1, t1, t0
  li t2, 1
  amoadd.d zero, t2, (t1)
2:
  ld t0, 0(sp)
  ld t1, 8(sp)
  ld t2, 16(sp)
  addi sp, sp, 32
  sret

  .section .stacks, "aw", @nobits
  .balign 16
stacks:
  .space 8 * 4096
