# Start of the test programs: every hart gets a stack and calls main(hart). Hart 0 ends the run with what that returns.
.option arch, rv64gc
.section .text.init, "ax"
.globl _start
_start:
  la sp, stacks
  slli t0, a0, 12
  add sp, sp, t0
  li t0, 4096
  add sp, sp, t0
  csrr s0, mhartid
  mv a0, s0
  call main
  bnez s0, sleep
  la t0, finish
  jr t0
.globl sleep
sleep:
  wfi
  j sleep
.size _start, . - _start
.bss
.align 12
stacks: .space 4 * 4096
