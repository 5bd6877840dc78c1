/*
 * The first instructions of every hart: its stack with a guard below, its thread-local storage, its trap vector. Hart 0
 * goes on to main(), the others sleep until they are sent somewhere.
 */
#include "accio_soc.h"
#include "runtime.h"

  /* Small numbers that the linker script defines: too far away for `la`. */
  .macro load_number to, symbol
  lui \to, %hi(\symbol)
  addi \to, \to, %lo(\symbol)
  .endm

  .section .text.init, "ax"
  .globl _start
  .type _start, @function
_start: /* a0: hart, a1: device tree */
  csrw mie, zero
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  csrw mtvec, zero /* until there is a handler: the simulator sees a trap at once */
  li t0, MSTATUS_FS_INITIAL
  csrw mstatus, t0
  csrw fcsr, zero
  csrw mstatus, t0 /* the write has made them dirty */
  li t0, SOC_HARTS
  bgeu a0, t0, sleep_for_ever

  /*
   * What is hart h's lies below __stack_top - h * __stack_size: its stack, a page that is closed even for machine mode,
   * and the stack of its trap handlers.
   */
  la sp, __stack_top
  load_number t1, __stack_size
  mul t2, t1, a0
  sub sp, sp, t2
  sub t1, sp, t1
  li t0, TRAP_STACK_BYTES
  add t1, t1, t0
  csrw mscratch, t1 /* 0 while a trap is handled */
  srli t1, t1, 2
  ori t1, t1, GUARD_BYTES / 8 - 1
  csrw pmpaddr0, t1
  li t1, 0x98 /* locked, a naturally aligned power of two, no access */
  csrw pmpcfg0, t1

  /* Thread-local storage at its top; 64 bytes more than the sizes, for what the linker leaves between its parts. */
  load_number t0, __tls_size
  addi t0, t0, 127
  andi t0, t0, -64
  sub sp, sp, t0
  mv tp, sp
  add t0, sp, t0
  mv t1, sp
1:
  sd zero, 0(t1)
  addi t1, t1, 8
  bltu t1, t0, 1b
  la t0, __tls_base
  load_number t1, __tdata_size
  add t1, t0, t1
  mv t2, sp
  j 3f
2:
  lbu t3, 0(t0)
  sb t3, 0(t2)
  addi t0, t0, 1
  addi t2, t2, 1
3:
  bltu t0, t1, 2b

  bnez a0, hart_sleep
  la t0, __bss_start
  la t1, __bss_end
4:
  bgeu t0, t1, 5f
  sd zero, 0(t0)
  addi t0, t0, 8
  j 4b
5:
  call start_program
sleep_for_ever:
  wfi
  j sleep_for_ever
  .size _start, . - _start
