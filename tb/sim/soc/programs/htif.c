/* Prints and ends through tohost and fromhost, as programs for Spike do. */
volatile unsigned long tohost __attribute__((aligned(64))), fromhost __attribute__((aligned(64)));
static volatile unsigned long call[8] __attribute__((aligned(64)));

static long system_call(long number, long a, long b, long c) {
  call[0] = (unsigned long)number, call[1] = (unsigned long)a, call[2] = (unsigned long)b, call[3] = (unsigned long)c;
  __sync_synchronize();
  tohost = (unsigned long)call;
  while (fromhost == 0) continue;
  fromhost = 0;
  __sync_synchronize();
  return (long)call[0];
}

int main(int hart) {
  static const char text[] = "The text of a system call lies across several lines of the cache, and starts and ends at any byte.\n";
  if (hart != 0) for (;;) __asm__ volatile("wfi");
  for (int i = 0; i < 3; i++) {
    static const char word[] = "ok\n";
    while (tohost != 0) continue;
    tohost = 0x0101000000000000 | (unsigned char)word[i];
  }
  while (tohost != 0) continue;
  long wrote = system_call(64, 1, (long)(text + 1), sizeof text - 2);
  long unknown = system_call(1234, 0, 0, 0);
  tohost = (unsigned long)(wrote == sizeof text - 2 && unknown == -38 ? 5 : 6) << 1 | 1;
  for (;;) continue;
}
