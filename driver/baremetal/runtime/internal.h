/* What the files of the runtime have from each other. */
#ifndef ACCIO_INTERNAL_H
#define ACCIO_INTERNAL_H
#include "runtime.h"

__attribute__((noreturn)) void start_program(void);
__attribute__((noreturn)) void hart_sleep(void);
void take_interrupt(unsigned long cause);
void take_exception(struct trap *t);
/* This hart handles a trap now. */
bool handling_trap(void);
/* The runtime was called with what cannot be: says so and ends the program with 1. */
__attribute__((noreturn, format(printf, 1, 2))) void refuse(const char *format, ...);
/* Once, by hart 0, before anything is printed. */
void console_begin(void);
/* Writes what every hart has, and waits until the last character has left. */
void console_end(void);
#endif
