/* Traps into machine mode, as far as start.S has not dealt with them, and the start of the first hart. */
#include "firmware.h"

/* Lets supervisor mode handle the trap that brought us here, as if it had been delegated. */
void redirect(ul cause, ul value) {
  csr_write(sepc, csr_read(mepc));
  csr_write(scause, cause);
  csr_write(stval, value);
  csr_write(mepc, csr_read(stvec) & ~3ul);
  ul status = csr_read(mstatus);
  ul next = status & ~(ul)(MSTATUS_SPP | MSTATUS_SPIE | MSTATUS_SIE | MSTATUS_MPP);
  if (status & MSTATUS_MPP_S) next |= MSTATUS_SPP;
  if (status & MSTATUS_SIE) next |= MSTATUS_SPIE;
  csr_write(mstatus, next | MSTATUS_MPP_S);
}

void trap(struct frame *f) {
  long cause = csr_read(mcause);
  if ((csr_read(mstatus) & MSTATUS_MPP) == MSTATUS_MPP) fatal("it trapped itself", f);
  if (cause < 0) {
    if ((cause & 63) != INTERRUPT_MTIMER) return hart_interrupted();
    csr_clear(mie, INT_MTIMER);
    csr_set(mip, INT_STIMER);
    return;
  }
  ul value = csr_read(mtval);
  if (cause == CAUSE_SUPERVISOR_ECALL) sbi_call(f);
  else if ((cause != CAUSE_MISALIGNED_LOAD && cause != CAUSE_MISALIGNED_STORE) || !emulate_misaligned(f, value)) redirect(cause, value);
}

/* The first hart, from start.S. */
void start_first(ul hart, const uint32_t *tree) {
  struct handover *handover = (void *)((ul)_start + RESIDENT_BYTES);
  read_tree(tree);
  if (!machine.clint) fatal("the device tree has no CLINT", NULL);
  ul end = place_tree(tree, (void *)(handover + 1), (ul)_start, RESIDENT_BYTES + HANDOVER_BYTES);
  if (end > (ul)handover + HANDOVER_BYTES) fatal("the device tree is too large", NULL);
  hart_setup();
  handover->magic = HANDOVER_MAGIC;
  handover->exit_status = 0;
  handover->entry_cycles = csr_read(mcycle);
  handover->entry_instret = csr_read(minstret);
  enter_supervisor(hart, (ul)(handover + 1), (ul)_start + KERNEL_OFFSET);
}
