// The least that runs a program on the system's model: memory that answers in the next cycle, the exit device, nothing
// else. `npm run bench -- soc` holds the simulator against it.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <vector>

#include "pins.h"
#include "verilated.h"

namespace {

constexpr uint64_t kBase = 0x80000000;
constexpr unsigned kBytes = soc::kMemoryBytes;

struct Request {
  uint64_t address;
  unsigned beats, id, size;
};

}  // namespace

// Arguments: a binary for the start of memory, the most cycles, where the harts begin. Prints cycles, seconds of the wall
// clock, seconds of the processor.
int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const uint64_t most = std::strtoull(argv[2], nullptr, 0);
  std::vector<uint8_t> memory(64u << 20);
  FILE* file = std::fopen(argv[1], "rb");
  if (file == nullptr || std::fread(memory.data(), 1, memory.size(), file) == 0) return 2;
  VerilatedContext context;
  context.threads(SOC_THREADS);
  context.randReset(0);
  Vsoc model{&context};
  Vsoc* t = &model;
  std::deque<Request> reads, writes;
  std::deque<unsigned> answers;
  t->entry = std::strtoull(argv[3], nullptr, 0);
  t->device_tree = 0;
  t->mmio_latency = 0;
  t->console_tx_ready = 1;
  t->m_axis_tx_tready = 1;
  t->mem_arready = t->mem_awready = 1;
  t->rst = 1;
  t->clk = 0;
  t->eval();
  const std::clock_t began = std::clock();
  const auto start = std::chrono::steady_clock::now();
  uint64_t cycle = 0;
  for (; cycle < most && !t->exit_valid; ++cycle) {
    if (cycle == 50) t->rst = 0;
    const bool running = !t->rst;
    const bool ar = running && t->mem_arvalid, aw = running && t->mem_awvalid, w = running && t->mem_wvalid && t->mem_wready;
    const bool r = t->mem_rvalid && t->mem_rready, b = t->mem_bvalid && t->mem_bready;
    if (ar) reads.push_back({t->mem_araddr, t->mem_arlen + 1u, t->mem_arid, t->mem_arsize});
    if (aw) writes.push_back({t->mem_awaddr, t->mem_awlen + 1u, t->mem_awid, t->mem_awsize});
    if (w) {
      Request& q = writes.front();
      const uint64_t at = (q.address - kBase) & ~uint64_t{kBytes - 1};
      const auto* data = reinterpret_cast<const uint8_t*>(&t->mem_wdata);
      for (unsigned i = 0; i < kBytes; ++i)
        if ((t->mem_wstrb >> i & 1) != 0 && at + i < memory.size()) memory[at + i] = data[i];
      q.address += uint64_t{1} << q.size;
      if (t->mem_wlast) {
        answers.push_back(q.id);
        writes.pop_front();
      }
    }
    if (r) {
      Request& q = reads.front();
      q.address += uint64_t{1} << q.size;
      if (--q.beats == 0) reads.pop_front();
    }
    if (b) answers.pop_front();
    t->clk = 1;
    t->eval();
    t->mem_rvalid = !reads.empty();
    if (!reads.empty()) {
      const Request& q = reads.front();
      const uint64_t at = (q.address - kBase) & ~uint64_t{kBytes - 1};
      if (at < memory.size()) std::memcpy(&t->mem_rdata, &memory[at], kBytes);
      t->mem_rid = q.id;
      t->mem_rlast = q.beats == 1;
    }
    t->mem_bvalid = !answers.empty();
    if (!answers.empty()) t->mem_bid = answers.front();
    t->mem_wready = !writes.empty();
    t->clk = 0;
    t->eval();
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double processor = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
  std::printf("%llu %.6f %.6f\n", static_cast<unsigned long long>(cycle), seconds, processor);
  std::fflush(stdout);
  std::_Exit(0);
}
