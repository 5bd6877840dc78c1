/*
 * What C cannot say: the first instructions, saving and restoring registers around traps, accesses with the trapped
 * program's rights, floating-point registers by number. `rdtime` is answered here: kernels read it all the time.
 */
#include "firmware.h"

  .section .text.start, "ax"
  .globl _start
_start: /* a0: hart, a1: device tree */
  li t0, MAX_HARTS
  bgeu a0, t0, sleep
  la sp, stacks
  li t0, STACK_BYTES
  addi t1, a0, 1
  mul t0, t0, t1
  add sp, sp, t0
  csrw mscratch, sp
  la t0, trap_entry
  csrw mtvec, t0
  csrw mie, zero
  bnez a0, wait_for_start
  la t0, bss_start
  la t1, bss_end
1:
  sd zero, 0(t0)
  addi t0, t0, 8
  bltu t0, t1, 1b
  j start_first
sleep:
  wfi
  j sleep

/* mscratch holds the top of the hart's stack, always; a trap out of the firmware itself finds it there, too. */
  .text
  .balign 4
trap_entry:
  csrrw sp, mscratch, sp
  addi sp, sp, -FRAME_BYTES
  sd t0, 5*8(sp)
  sd t1, 6*8(sp)
  sd t2, 7*8(sp)
  csrr t0, mscratch
  sd t0, 2*8(sp)
  addi t0, sp, FRAME_BYTES
  csrw mscratch, t0
  csrr t0, mcause
  li t1, 2 /* illegal instruction */
  bne t0, t1, slow
  /* csrrs rd, time, x0 with any rd? */
  csrr t0, mtval
  srli t1, t0, 7
  andi t1, t1, 31
  li t2, ~(31 << 7)
  and t0, t0, t2
  li t2, 0xc0102073
  bne t0, t2, slow
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  ld t2, mtime_register
  ld t2, 0(t2)
  /* The value goes into rd's place in the frame, and an entry of eight bytes per rd loads it from there. */
  slli t1, t1, 3
  add t0, sp, t1
  sd t2, 0(t0)
  la t0, load_rd
  add t0, t0, t1
  jr t0
  .option push
  .option norvc
load_rd:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  .if (\n == 0) || (\n == 2) || (\n == 5) || (\n == 6) || (\n == 7)
  nop /* loaded below, or x0 */
  .else
  ld x\n, \n*8(sp)
  .endif
  j loaded_rd
  .endr
  .option pop
loaded_rd:
  ld t0, 5*8(sp)
  ld t1, 6*8(sp)
  ld t2, 7*8(sp)
  ld sp, 2*8(sp)
  mret

slow:
  .irp n, 1, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sd x\n, \n*8(sp)
  .endr
  sd zero, 0(sp)
  mv a0, sp
  call trap
  .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  ld x\n, \n*8(sp)
  .endr
  ld sp, 2*8(sp)
  mret

/*
 * Loads and stores of up to eight bytes as the program that trapped would do them (mstatus.MPRV), byte by byte. An
 * exception on the way comes back as its cause; mtval then holds its address.
 */
  .globl guest_load
guest_load: /* a0: address, a1: bytes, a2: bits of mstatus beside MPRV; returns a0: value, a1: cause */
  li t0, MSTATUS_MPRV
  or a2, a2, t0
  csrr a5, mstatus
  la t0, guest_fault
  csrrw t0, mtvec, t0
  slli a1, a1, 3
  li a3, 0
  li a4, 0
  csrs mstatus, a2
1:
  lbu t1, 0(a0)
  sll t1, t1, a4
  or a3, a3, t1
  addi a4, a4, 8
  addi a0, a0, 1
  bltu a4, a1, 1b
guest_done:
  csrw mstatus, a5
  csrw mtvec, t0
  mv a0, a3
  li a1, 0
  ret
  .globl guest_store
guest_store: /* a0: address, a1: bytes, a2: value; returns a1: cause */
  csrr a5, mstatus
  la t0, guest_fault
  csrrw t0, mtvec, t0
  li t1, MSTATUS_MPRV
  csrs mstatus, t1
1:
  sb a2, 0(a0)
  srli a2, a2, 8
  addi a0, a0, 1
  addi a1, a1, -1
  bnez a1, 1b
  j guest_done
  .balign 4
guest_fault:
  csrw mstatus, a5
  csrw mtvec, t0
  csrr a1, mcause
  ret

  .globl memset /* the compiler calls it */
memset:
  mv t0, a0
1:
  beqz a2, 2f
  sb a1, 0(t0)
  addi t0, t0, 1
  addi a2, a2, -1
  j 1b
2:
  ret

/* Floating-point registers by number: a table of eight bytes per register. */
  .option push
  .option arch, +d
  .option norvc
  .globl read_float
read_float:
  slli a0, a0, 3
  la t0, 1f
  add t0, t0, a0
  jr t0
1:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  fmv.x.d a0, f\n
  ret
  .endr
  .globl write_float
write_float:
  slli a0, a0, 3
  la t0, 1f
  add t0, t0, a0
  jr t0
1:
  .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  fmv.d.x f\n, a1
  ret
  .endr
  .option pop

  .section .stacks, "aw", @nobits
  .balign 16
stacks:
  .space MAX_HARTS * STACK_BYTES
