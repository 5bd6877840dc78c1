/*
 * Standard input and output on the 16550. Each hart collects a line of its own, and the console belongs to a hart from a
 * line's first character to its end, so that lines of several harts do not mix.
 */
#include "internal.h"

#include <stddef.h>
#include <stdio.h>

#include "accio_uart.h"

enum { LINE = 248 };
/* A hart's line, and that of the handler which interrupts it. */
static struct line { unsigned length; char text[LINE]; } lines[SOC_HARTS][2];
static struct lock console;
/* Characters that the transmitter takes before it must be asked again. */
static unsigned room;

/* What was typed before the program ran. */
static struct { uint8_t text[2 * UART_FIFO_DEPTH]; unsigned length, at; } early;

/* Turning the FIFOs on empties them: what is in them is taken before, and in loop mode nothing more comes meanwhile. */
void console_begin(void) {
  write8(SOC_UART_BASE + UART_MCR, UART_MCR_LOOP);
  while (read8(SOC_UART_BASE + UART_LSR) & UART_LSR_DATA_READY && early.length < sizeof early.text)
    early.text[early.length++] = read8(SOC_UART_BASE + UART_RBR);
  write8(SOC_UART_BASE + UART_FCR, UART_FCR_ENABLE);
  write8(SOC_UART_BASE + UART_MCR, 0);
}

static void put_out(char c) {
  while (room == 0)
    if (read8(SOC_UART_BASE + UART_LSR) & UART_LSR_THR_EMPTY) room = UART_FIFO_DEPTH;
  write8(SOC_UART_BASE + UART_THR, c);
  room--;
}

/* Sends a line or its beginning. The console is kept until the line's end, unless the hart gives it up. */
static void send(struct line *l, bool give_up) {
  unsigned long before = interrupts_off();
  if (l->length != 0) lock_take(&console);
  for (unsigned i = 0; i < l->length; i++) put_out(l->text[i]);
  if (l->length != 0 && l->text[l->length - 1] == '\n') give_up = true;
  l->length = 0;
  if (give_up)
    while (console.owner == hart_id() + 1) lock_release(&console);
  interrupts_restore(before);
}
static struct line *own_line(void) { return &lines[hart_id()][handling_trap()]; }

static int put(char c, FILE *file) {
  (void)file;
  struct line *l = own_line();
  l->text[l->length++] = c;
  if (c == '\n' || l->length == LINE) send(l, false);
  return (unsigned char)c;
}
static int flush(FILE *file) {
  (void)file;
  send(own_line(), true);
  return 0;
}
/* Waits for a character. What has been asked for in an unfinished line is shown before. */
static int get(FILE *file) {
  flush(file);
  if (early.at < early.length) return early.text[early.at++];
  while (!(read8(SOC_UART_BASE + UART_LSR) & UART_LSR_DATA_READY)) continue;
  return read8(SOC_UART_BASE + UART_RBR);
}
void console_flush(void) { flush(NULL); }

static FILE stream = FDEV_SETUP_STREAM(put, get, flush, _FDEV_SETUP_RW);
FILE *const stdin = &stream;
FILE *const stdout = &stream;
FILE *const stderr = &stream;

void console_end(void) {
  interrupts_off();
  /* A hart that has the console and does not give it up cannot keep the program from ending. */
  for (unsigned tries = 0; tries < 10000 && !lock_try(&console); tries++) continue;
  for (unsigned hart = 0; hart < SOC_HARTS; hart++)
    for (unsigned i = 0; i < 2; i++) {
      for (unsigned at = 0; at < lines[hart][i].length; at++) put_out(lines[hart][i].text[at]);
      lines[hart][i].length = 0;
    }
  while (!(read8(SOC_UART_BASE + UART_LSR) & UART_LSR_IDLE)) continue;
}
