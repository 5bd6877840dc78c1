/* The console (a 16550) and the device that ends a run; also where the firmware gives up. */
#include "firmware.h"

#include "accio_system.h"

enum { UART_DATA = 0, UART_LINE_STATUS = 5, LINE_HAS_DATA = 1 << 0, LINE_CAN_TAKE = 1 << 5 };

static unsigned uart_read(ul number) {
  ul at = machine.uart + (number << machine.uart_shift);
  return machine.uart_width == 4 ? *(volatile uint32_t *)at : *(volatile uint8_t *)at;
}

void put_byte(unsigned char byte) {
  if (!machine.uart) return;
  while (!(uart_read(UART_LINE_STATUS) & LINE_CAN_TAKE)) continue;
  if (machine.uart_width == 4) *(volatile uint32_t *)machine.uart = byte;
  else *(volatile uint8_t *)machine.uart = byte;
}

int get_byte(void) {
  if (!machine.uart || !(uart_read(UART_LINE_STATUS) & LINE_HAS_DATA)) return -1;
  return uart_read(UART_DATA) & 0xff;
}

/* Ends the run; `status` is the simulator's exit status. SiFive's test device takes 0x5555 for good, 0x3333 for bad. */
void end_run(ul status) {
  if (machine.exit && machine.exit_is_accio) accio_system_exit_write((void *)machine.exit, status);
  else if (machine.exit) *(volatile uint32_t *)machine.exit = status ? status << 16 | 0x3333 : 0x5555;
  for (;;) __asm__ volatile("wfi");
}

static void put_text(const char *text) {
  while (*text) put_byte(*text++);
}

static void put_hex(const char *name, ul value) {
  put_text(name);
  for (int shift = 60; shift >= 0; shift -= 4) put_byte("0123456789abcdef"[value >> shift & 15]);
}

/* A fault of the firmware itself, or a machine that it cannot run on. */
void fatal(const char *what, const struct frame *f) {
  put_text("\nfirmware: ");
  put_text(what);
  put_hex(": hart 0x", csr_read(mhartid));
  put_hex(" mcause 0x", csr_read(mcause));
  put_hex(" mepc 0x", csr_read(mepc));
  put_hex(" mtval 0x", csr_read(mtval));
  if (f) put_hex(" ra 0x", f->x[1]);
  put_text("\n");
  end_run(70);
}
