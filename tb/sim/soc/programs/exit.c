/* Ends a run through the system device. */
void finish(int code) {
  *(volatile unsigned *)0x10010000 = (unsigned)code;
  for (;;) continue;
}
