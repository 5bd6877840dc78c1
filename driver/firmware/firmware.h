/*
 * Accio's machine-mode firmware: the layer below Linux on the RISC-V systems. It implements the Supervisor Binary
 * Interface (SBI 2.0: BASE, TIME, IPI, RFENCE, HSM, SRST, DBCN and four legacy calls), and what Rocket leaves to
 * software: `rdtime` and misaligned loads and stores. Addresses come from the device tree that the boot ROM hands over.
 */
#ifndef ACCIO_FIRMWARE_H
#define ACCIO_FIRMWARE_H

/* Offsets that start.S shares. */
#define MAX_HARTS 8
#define STACK_BYTES 2048
#define FRAME_BYTES 256 /* struct frame: x0 to x31 */
/* The firmware's own memory, a power of two, which PMP hides from supervisor mode. */
#define RESIDENT_BYTES 0x10000
/* Behind it: struct handover, then the device tree. Reserved in the tree, and open to supervisor mode. */
#define HANDOVER_BYTES 0x10000
/* Where a kernel's first instruction is, from the firmware's first byte: what QEMU does with -kernel, too. */
#define KERNEL_OFFSET 0x200000
#define MSTATUS_MPRV (1 << 17)

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long ul;
#define csr_read(name) ({ ul value_; __asm__ volatile("csrr %0, " #name : "=r"(value_)::"memory"); value_; })
#define csr_write(name, value) __asm__ volatile("csrw " #name ", %0" ::"rK"((ul)(value)) : "memory")
#define csr_set(name, bits) __asm__ volatile("csrs " #name ", %0" ::"rK"((ul)(bits)) : "memory")
#define csr_clear(name, bits) __asm__ volatile("csrc " #name ", %0" ::"rK"((ul)(bits)) : "memory")

enum {
  MSTATUS_SIE = 1 << 1, MSTATUS_SPIE = 1 << 5, MSTATUS_SPP = 1 << 8, MSTATUS_MPP = 3 << 11, MSTATUS_MPP_S = 1 << 11,
  MSTATUS_FS_INITIAL = 1 << 13, MSTATUS_MXR = 1 << 19,
  INT_SSOFT = 1 << 1, INT_MSOFT = 1 << 3, INT_STIMER = 1 << 5, INT_MTIMER = 1 << 7, INT_SEXT = 1 << 9,
};
/* Causes of exceptions, and one of interrupts (privileged specification, table 3.6). */
enum { CAUSE_MISALIGNED_LOAD = 4, CAUSE_MISALIGNED_STORE = 6, CAUSE_SUPERVISOR_ECALL = 9, INTERRUPT_MTIMER = 7 };

struct frame { ul x[32]; }; /* registers of what trapped, as start.S saves them */

/* What the device tree says; 0 where it says nothing. */
extern struct machine {
  ul clint, memory, memory_bytes, harts; /* a bit per hart id */
  ul uart, uart_shift, uart_width;
  ul exit; /* device that ends the run: Accio's system device, or SiFive's test device */
  bool exit_is_accio;
} machine;

/* What the firmware says to software above, and what that may leave for it. */
struct handover {
  uint64_t magic;
  uint64_t exit_status; /* written by user space before it powers off: the status of the run */
  uint64_t entry_cycles, entry_instret; /* mcycle and minstret of the first hart as it enters the kernel */
};
#define HANDOVER_MAGIC 0x6f69636361ul /* "accio" */

/* tree.c */
void read_tree(const uint32_t *tree);
ul place_tree(const uint32_t *tree, uint64_t *to, ul reserved, ul reserved_bytes);
/* console.c */
void put_byte(unsigned char byte);
int get_byte(void); /* -1: none */
__attribute__((noreturn)) void end_run(ul status);
__attribute__((noreturn)) void fatal(const char *what, const struct frame *f);
/* hart.c */
struct sbi_result { long error; ul value; };
enum request { FENCE_INSTRUCTIONS, FENCE_TRANSLATIONS, INTERRUPT, REQUESTS };
__attribute__((noreturn)) void enter_supervisor(ul hart, ul opaque, ul address);
void hart_setup(void);
void hart_interrupted(void);
struct sbi_result hart_call(ul function, const ul *argument);
struct sbi_result ask_harts(enum request what, ul mask, ul base);
void set_timer(ul when);
/* sbi.c */
void sbi_call(struct frame *f);
bool supervisor_may_use(ul address, ul bytes);
enum { SBI_NOT_SUPPORTED = -2, SBI_INVALID_PARAM = -3, SBI_INVALID_ADDRESS = -5, SBI_ALREADY_AVAILABLE = -6 };
static inline struct sbi_result good(ul value) { return (struct sbi_result){0, value}; }
static inline struct sbi_result bad(long error) { return (struct sbi_result){error, 0}; }
/* trap.c */
void redirect(ul cause, ul value);
/* misaligned.c; returns false where the instruction is none that it knows */
bool emulate_misaligned(struct frame *f, ul address);
/* start.S */
struct access { ul value, cause; }; /* cause of the exception that the access raised, or 0 */
struct access guest_load(ul address, ul bytes, ul status_bits);
struct access guest_store(ul address, ul bytes, ul value);
ul read_float(ul index);
void write_float(ul index, ul bits);
extern char _start[];
extern ul mtime_register;
#endif
#endif
