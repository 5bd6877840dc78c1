/*
 * Saves and restores registers around handlers in C: for an interrupt those that a call may change, for an exception all,
 * since its handler may look at them. Floating-point registers are saved where they have been used since the hart started.
 */
#include "runtime.h"

  .macro each_caller_saved do
  .irp n, 1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
  \do x\n, \n*8(sp)
  .endr
  .endm
  .macro each_callee_saved do
  .irp n, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
  \do x\n, \n*8(sp)
  .endr
  .endm
  .macro each_float do
  .set .Lplace, TRAP_FLOATS + 8
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31
  \do f\n, .Lplace(sp)
  .set .Lplace, .Lplace + 8
  .endr
  .endm

  /* What both kinds of traps begin with: a stack, and what calls may change. */
  .macro save
  csrrw sp, mscratch, sp
  bnez sp, 1f
  csrr sp, mscratch /* a trap of a handler: on with its stack */
1:
  addi sp, sp, -TRAP_BYTES
  each_caller_saved sd
  csrrw t0, mscratch, zero
  sd t0, 2*8(sp)
  csrr t0, mepc
  sd t0, TRAP_PC(sp)
  csrr t1, mstatus
  sd t1, TRAP_STATUS(sp)
  bgez t1, 2f /* the summary bit: floating-point registers are dirty */
  each_float fsd
  csrr t0, fcsr
  sd t0, TRAP_FLOATS(sp)
2:
  .endm

/*
 * Vectored: exceptions go to the first entry, interrupt n to entry n. A hart with handlers for interrupts alone has the
 * first table. There the same instruction traps once more, now into nothing, with every register as it was, and few instructions
 * after what led to it: the simulator reports it.
 */
  .section .text.trap, "ax"
  .option push
  .option norvc
  .globl vectors_reporting
  .balign 512
vectors_reporting:
  j report
  .rept 15
  j interrupt
  .endr
  .globl vectors_handling
  .balign 512
vectors_handling:
  j exception
  .rept 15
  j interrupt
  .endr
  .option pop

report:
  csrwi mie, 0
  csrwi mtvec, 0
  mret

  .type interrupt, @function
interrupt:
  save
  csrr a0, mcause
  call take_interrupt
  j restore
  .size interrupt, . - interrupt

  .type exception, @function
exception:
  save
  each_callee_saved sd
  sd zero, 0(sp)
  csrr t0, mcause
  sd t0, TRAP_CAUSE(sp)
  csrr t0, mtval
  sd t0, TRAP_VALUE(sp)
  mv a0, sp
  call take_exception
  each_callee_saved ld
restore:
  ld t1, TRAP_STATUS(sp)
  csrw mstatus, t1
  bgez t1, 3f
  each_float fld
  ld t0, TRAP_FLOATS(sp)
  csrw fcsr, t0
3:
  ld t0, TRAP_PC(sp)
  csrw mepc, t0
  /* The trap stack is free again, unless this was a trap of a handler, whose frame is just below it. */
  ld t1, 2*8(sp)
  addi t0, sp, TRAP_BYTES
  beq t0, t1, 4f
  csrw mscratch, t0
4:
  each_caller_saved ld
  ld sp, 2*8(sp)
  mret
  .size exception, . - exception
