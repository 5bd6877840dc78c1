/*
 * What the prototype's bare-metal tests do, by its addresses and nothing else (prototype-interface.md): the order of the
 * ready queue, kicks, datagrams of several rings through a loop on the wire, a write longer than the MTU, and frames over
 * the packet pages. Nothing here knows of Accio's own registers. Ends through HTIF, with the line of the first check that
 * failed.
 */
#ifndef ROWS
#define ROWS 64
#endif
#ifndef CPUS
#define CPUS 4
#endif
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

volatile u64 tohost __attribute__((aligned(64))), fromhost __attribute__((aligned(64)));
static void end(u64 code) {
  for (;;) tohost = code << 1 | 1;
}
#define CHECK(condition) do { if (!(condition)) end(__LINE__); } while (0)
#define WAIT(condition) do { u32 left_ = 200000; while (!(condition)) CHECK(--left_ != 0); } while (0)

#define REG(bits, address) (*(volatile u##bits *)(address))
#define ICT 0x10030000UL
#define NIC 0x10040000UL
#define ROW(bits, r, field) REG(bits, ICT + 0x300 + 0x100UL * (r) + (field))
enum { ENABLED = 0x00, SRC_IP = 0x10, SRC_PORT = 0x18, DST_IP = 0x20, DST_PORT = 0x28, RX_AVAILABLE = 0x30, RX_SUSPENDED = 0x38,
       TX_SUSPENDED = 0x48, CONN_ID = 0x58, PROC_PTR = 0x60, PROC_CPU = 0x68, RX_ADDR = 0x70, RX_SIZE = 0x78, TX_ADDR = 0x80, TX_SIZE = 0x88 };
#define SCHED_READ(c) REG(64, ICT + 0x200 + 0x10 * (c))
#define SCHED_PEEK(c) REG(64, ICT + 0x208 + 0x10 * (c))
#define RX_HEAD(r) REG(32, NIC + 0x3000 + 0x20 * (r))
#define RX_TAIL(r) REG(32, NIC + 0x3004 + 0x20 * (r))
#define RX_DROP(r) REG(32, NIC + 0x3008 + 0x20 * (r))
#define RX_LAST(r) REG(64, NIC + 0x3010 + 0x20 * (r))
#define TX_HEAD(r) REG(32, NIC + 0x4000 + 0x10 * (r))
#define TX_TAIL(r) REG(32, NIC + 0x4004 + 0x10 * (r))
#define TX_LAST(r) REG(64, NIC + 0x4008 + 0x10 * (r))
#define MTU 0x4400
#define MAC_DST 0x4408
#define MAC_SRC 0x4410
static const u64 mac = 0x000a35064de2;

static void fence(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

static u64 task(int row) { return 0x80200000UL + 0x1000UL * (u64)row; }
static void managed(int row, u32 cpu, u8 available, u8 suspended) {
  ROW(64, row, ENABLED) = 0;
  ROW(32, row, PROC_PTR) = (u32)task(row);
  ROW(32, row, PROC_PTR + 4) = (u32)(task(row) >> 32);
  ROW(32, row, PROC_CPU) = cpu;
  ROW(16, row, CONN_ID) = (u16)(7000 + row);
  ROW(8, row, RX_AVAILABLE) = available;
  ROW(32, row, RX_SUSPENDED) = suspended;
  ROW(8, row, TX_SUSPENDED) = 0;
  ROW(8, row, ENABLED) = 1;
}
static void without(const int *rows, int count) {
  for (int i = 0; i < count; i++) ROW(32, rows[i], ENABLED) = 0, ROW(8, rows[i], RX_SUSPENDED) = 0, ROW(8, rows[i], RX_AVAILABLE) = 0;
}

static void ready_queue(void) {
  static const int rows[] = {0, 5, 9}, all[] = {0, 5, 9, 0, 5, 9}, two[] = {0, 9, 0, 9};
  CHECK(SCHED_READ(0) == 0);
  for (int i = 0; i < 3; i++) managed(rows[i], 0, 0, 0);
  CHECK(REG(32, ICT + 0x80) == 1);
  for (int i = 0; i < 6; i++) {
    CHECK(SCHED_PEEK(0) == task(all[i]));
    CHECK(SCHED_READ(0) == task(all[i]));
  }
  ROW(8, 5, RX_SUSPENDED) = 1;
  for (int i = 0; i < 4; i++) CHECK(SCHED_READ(0) == task(two[i]));
  ROW(8, 0, RX_SUSPENDED) = 1;
  for (int i = 0; i < 3; i++) CHECK(SCHED_READ(0) == task(9));
  CHECK(SCHED_READ(CPUS - 1) == (CPUS == 1 ? task(9) : 0));
  without(rows, 3);
  CHECK(SCHED_READ(0) == 0);
}

static void kick(void) {
  static const int rows[] = {2, 7, 11, 4};
  for (int i = 0; i < 3; i++) managed(rows[i], 0, 1, 1);
  if (CPUS > 1) managed(4, 1, 1, 1);
  REG(32, ICT + 0x100) = 0;
  CHECK(REG(8, ICT + 0x108) == 3);
  CHECK(REG(32, ICT + 0x108) == 3);
  CHECK(REG(64, ICT + 0x110) == (1UL << 2 | 1UL << 7 | 1UL << 11));
  for (int i = 0; i < 3; i++) CHECK(ROW(32, rows[i], RX_SUSPENDED) == 0);
  if (CPUS > 1) CHECK(ROW(32, 4, RX_SUSPENDED) == 1);
  /* Row 9 was the last to be read. */
  for (int i = 0; i < 3; i++) CHECK(SCHED_READ(0) == task(rows[(i + 2) % 3]));
  without(rows, 4);
}

static u8 receive[5][1024] __attribute__((aligned(64))), transmit[5][1024] __attribute__((aligned(64)));
static u8 long_receive[8192] __attribute__((aligned(64))), long_transmit[8192] __attribute__((aligned(64)));
static void socket(int row, u8 *rx, u8 *tx, u32 size) {
  ROW(8, row, ENABLED) = 0;
  ROW(32, row, SRC_IP) = 0x0a000001;
  ROW(16, row, SRC_PORT) = (u16)(5000 + row);
  ROW(32, row, DST_IP) = 0x0a000001;
  ROW(16, row, DST_PORT) = (u16)(5000 + row);
  ROW(64, row, RX_ADDR) = (u64)rx;
  ROW(64, row, TX_ADDR) = (u64)tx;
  ROW(32, row, RX_SIZE) = ROW(32, row, TX_SIZE) = 0;
  RX_HEAD(row) = RX_TAIL(row) = TX_HEAD(row) = TX_TAIL(row) = 0;
  ROW(32, row, RX_SIZE) = ROW(32, row, TX_SIZE) = size;
  CHECK(RX_TAIL(row) == 0 && TX_TAIL(row) == 0);
  ROW(64, row, ENABLED) = 1;
}
static u8 pattern(int row, int round, int at) { return (u8)(at * 7 + round * 31 + row * 13 + 1); }

static void datagrams(void) {
  const int rows[] = {3, ROWS / 4, 29 % ROWS, 42 % ROWS, 55 % ROWS};
  REG(16, NIC + MTU) = 1472;
  REG(64, NIC + MAC_DST) = mac;
  REG(64, NIC + MAC_SRC) = mac;
  for (int i = 0; i < 5; i++) socket(rows[i], receive[i], transmit[i], 1024);
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < 5; i++) {
      const int row = rows[i];
      const u32 from = 64u * (u32)round, to = from + 64;
      for (int at = 0; at < 64; at++) transmit[i][from + (u32)at] = pattern(row, round, at);
      fence();
      TX_TAIL(row) = to;
      WAIT(ROW(8, row, RX_AVAILABLE) == 1);
      CHECK(RX_TAIL(row) == to && RX_HEAD(row) == from);
      fence();
      for (int at = 0; at < 64; at++) CHECK(receive[i][from + (u32)at] == pattern(row, round, at));
      RX_HEAD(row) = to;
      CHECK(ROW(32, row, RX_AVAILABLE) == 0);
      CHECK(TX_HEAD(row) == to && RX_DROP(row) == 0);
      CHECK(RX_LAST(row) >= TX_LAST(row) && TX_LAST(row) != 0 && RX_LAST(row) <= REG(64, NIC + 0x10));
    }
  for (int i = 0; i < 5; i++) ROW(8, rows[i], ENABLED) = 0;
}

/* A write of more than the MTU leaves as 1472 and 576 bytes, and comes back as 2048. */
static void cut(void) {
  socket(1, long_receive, long_transmit, sizeof long_receive);
  for (int at = 0; at < 2048; at++) long_transmit[at] = (u8)(at * 5 + (at >> 8));
  fence();
  TX_TAIL(1) = 2048;
  WAIT(RX_TAIL(1) == 2048);
  fence();
  for (int at = 0; at < 2048; at++) CHECK(long_receive[at] == (u8)(at * 5 + (at >> 8)));
  CHECK(TX_HEAD(1) == 2048);
  ROW(8, 1, ENABLED) = 0;
}

/* A frame in two fragments, which begin and end at any byte. */
static u8 frame[512] __attribute__((aligned(64))), buffers[2][2048] __attribute__((aligned(64)));
static void packets(void) {
  const u64 rx = NIC + 0x1000, tx = NIC + 0x2000;
  const u32 length = 201, first = 35;
  for (u32 at = 0; at < length; at++) frame[3 + at] = (u8)(at * 11 + 7);
  for (u32 at = 0; at < 6; at++) frame[3 + at] = frame[9 + at] = (u8)(mac >> (40 - 8 * at));
  frame[15] = 0x88, frame[16] = 0xb5;
  fence();
  REG(32, NIC) = 3;
  CHECK(REG(16, rx + 0x04) == 0 && REG(16, rx + 0x18) == 0 && REG(16, tx) == 0 && REG(16, tx + 0x10) == 0);
  REG(64, rx + 0x08) = (u64)buffers[0];
  REG(64, rx + 0x08) = (u64)buffers[1];
  WAIT(REG(16, rx + 0x04) <= 2);
  REG(64, tx + 0x08) = 1UL << 63 | (u64)first << 48 | (u64)(frame + 3);
  REG(64, tx + 0x08) = (u64)(length - first) << 48 | (u64)(frame + 3 + first);
  WAIT(REG(16, rx + 0x18) == 1);
  CHECK(REG(32, rx + 0x20) == 1);
  const u64 done = REG(64, rx + 0x10);
  CHECK(done == ((u64)buffers[0] << 16 | length));
  CHECK(REG(16, rx + 0x18) == 0);
  REG(32, rx + 0x24) = 1;
  CHECK(REG(32, rx + 0x20) == 0);
  fence();
  for (u32 at = 0; at < length; at++) CHECK(buffers[0][at] == frame[3 + at]);
  WAIT(REG(16, tx + 0x10) == 2);
  CHECK(REG(8, tx + 0x12) == 1 && REG(8, tx + 0x12) == 1 && REG(8, tx + 0x12) == 0);
  CHECK(REG(32, tx + 0x18) == 1);
  REG(32, tx + 0x1c) = 1;
  CHECK(REG(32, tx + 0x18) == 0);
}

int main(int hart) {
  if (hart != 0) for (;;) __asm__ volatile("wfi");
  ready_queue();
  kick();
  datagrams();
  cut();
  packets();
  end(0);
  return 0;
}
