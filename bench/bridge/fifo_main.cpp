// The FIFO of `./accio bench bridge` as a C++ main drives and checks it, every cycle: what Verilator alone can do.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <deque>

#include "Vtop.h"
#include "verilated.h"

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void cycle(Vtop& top) {
  top.clk = 0;
  top.eval();
}
static void edge(Vtop& top) {
  top.clk = 1;
  top.eval();
}

int main(int, char** argv) {
  const uint64_t cycles = std::strtoull(argv[1], nullptr, 10);
  uint32_t random = 0x9e3779b9;
  VerilatedContext context;
  context.threads(1);
  Vtop top(&context);
  top.rst = 1;
  for (int i = 0; i < 3; ++i) {
    cycle(top);
    edge(top);
  }
  top.rst = 0;
  std::deque<uint32_t> model;
  uint64_t moved = 0;
  const double from = seconds();
  for (uint64_t i = 0; i < cycles; ++i) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    const bool push = random & 1;
    const bool pop = random >> 1 & 1;
    top.push_valid = push;
    top.push_payload = random;
    top.pop_ready = pop;
    cycle(top);
    if (pop && top.pop_valid) {
      if (top.pop_payload != model.front()) return 1;
      model.pop_front();
      ++moved;
    }
    if (push && top.push_ready) model.push_back(random);
    edge(top);
  }
  std::printf("{\"seconds\": %.9f, \"cycles\": %llu, \"moved\": %llu}\n", seconds() - from, static_cast<unsigned long long>(cycles),
              static_cast<unsigned long long>(moved));
  return 0;
}
