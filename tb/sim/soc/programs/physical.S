# As tests of the instruction set do it for a bare machine: hart 0 alone goes on, what it cannot do is skipped by a trap to
# the next line, a failure or the end is an `ecall` from user mode, and `tohost` is written as two words, again and again.
.section .text.init, "ax"
.globl _start
_start:
  j reset
.align 2
trap:
  csrr t5, mcause
  li t6, 8 # ecall from user mode
  beq t5, t6, report
  ori gp, gp, 1337
report:
  la t5, tohost
  sw gp, 0(t5)
  sw zero, 4(t5)
  j report

.macro skip instruction:vararg
  la t1, 1f
  csrw mtvec, t1
  \instruction
.align 2
1:
.endm
reset:
  csrr a0, mhartid
1: bnez a0, 1b
  skip csrwi 0x744, 8 # mnstatus, which this Rocket has or not
  skip csrwi satp, 0
  skip .word 0xffffffff # never an instruction
  li t0, -1
  skip csrw pmpaddr0, t0
  li t0, 0x1f
  skip csrw pmpcfg0, t0
  la t0, trap
  csrw mtvec, t0
  csrwi mstatus, 0
  la t0, 1f
  csrw mepc, t0
  mret # to user mode
1:
  li gp, 2
  li a0, 20
  li a1, 22
  add a0, a0, a1
  li a1, EXPECTED
  bne a0, a1, fail
  fence
  li gp, 1
  ecall
fail:
  slli gp, gp, 1
  ori gp, gp, 1
  ecall

.section .tohost, "aw", @progbits
.align 6
.globl tohost
tohost: .dword 0
.align 6
.globl fromhost
fromhost: .dword 0
