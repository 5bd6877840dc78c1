// The NIC of `./accio bench bridge` with everything around it in C++: frames on the wire, memory, the host's register
// accesses, two sinks. The same work as in nic.ts.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

static double seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

struct Beat {
  uint64_t data;
  uint8_t keep;
  bool last;
};

// Frames over and over, without a gap.
struct Wire {
  std::vector<Beat> beats;
  size_t next = 0;
  void drive(Vtop& top) const {
    const Beat& beat = beats[next];
    top.s_axis_rx_tvalid = 1;
    top.s_axis_rx_tdata = beat.data;
    top.s_axis_rx_tkeep = beat.keep;
    top.s_axis_rx_tlast = beat.last;
  }
  bool sample(const Vtop& top) {
    if (!top.s_axis_rx_tready) return false;
    next = next + 1 == beats.size() ? 0 : next + 1;
    return true;
  }
};

// Keeps what is sent, as packets, until the host looks at it.
struct Sink {
  std::vector<std::vector<uint8_t>> packets;
  std::vector<uint8_t> packet;
  uint64_t beats = 0;
  void sample(const Vtop& top) {
    if (!top.m_axis_tx_tvalid) return;
    ++beats;
    const auto* bytes = reinterpret_cast<const uint8_t*>(&top.m_axis_tx_tdata);
    packet.insert(packet.end(), bytes, bytes + __builtin_popcount(top.m_axis_tx_tkeep));
    if (!top.m_axis_tx_tlast) return;
    packets.push_back(std::move(packet));
    packet = {};
  }
};

// Answers in order, a cycle after it was asked.
struct Memory {
  uint64_t base;
  std::vector<uint64_t> words;
  struct Request {
    uint64_t address;
    uint32_t id, left;
  };
  std::deque<Request> writes, reads;
  std::deque<uint32_t> responses;

  void drive(Vtop& top) const {
    top.m_axi_awready = top.m_axi_wready = top.m_axi_arready = 1;
    top.m_axi_bvalid = !responses.empty();
    if (!responses.empty()) top.m_axi_bid = responses.front();
    top.m_axi_rvalid = !reads.empty();
    if (reads.empty()) return;
    const Request& read = reads.front();
    top.m_axi_rid = read.id;
    top.m_axi_rdata = words[(read.address - base) >> 3];
    top.m_axi_rlast = read.left == 0;
  }
  struct Sampled {
    bool aw, w, b, ar, r;
    Request write, read;
    uint64_t data;
    uint8_t strobe;
  };
  Sampled sample(const Vtop& top) const {
    return {top.m_axi_awvalid != 0, top.m_axi_wvalid != 0, top.m_axi_bready && !responses.empty(), top.m_axi_arvalid != 0,
            top.m_axi_rready && !reads.empty(), {top.m_axi_awaddr, top.m_axi_awid, top.m_axi_awlen},
            {top.m_axi_araddr, top.m_axi_arid, top.m_axi_arlen}, top.m_axi_wdata, top.m_axi_wstrb};
  }
  void step(const Sampled& s) {
    if (s.b) responses.pop_front();
    if (s.r) {
      reads.front().address += 8;
      if (reads.front().left-- == 0) reads.pop_front();
    }
    if (s.aw) writes.push_back(s.write);
    if (s.w) {
      Request& write = writes.front();
      uint64_t& word = words[(write.address - base) >> 3];
      for (int i = 0; i < 8; ++i)
        if (s.strobe >> i & 1) reinterpret_cast<uint8_t*>(&word)[i] = s.data >> (8 * i);
      write.address += 8;
      if (write.left-- == 0) {
        responses.push_back(write.id);
        writes.pop_front();
      }
    }
    if (s.ar) reads.push_back(s.read);
  }
};

// One register access at a time: what the host is about is told by `next`.
struct Registers {
  bool busy = false, write = false, done = false;
  uint64_t value = 0;
  void begin(Vtop& top, bool is_write, uint32_t address, uint64_t data) {
    busy = true;
    write = is_write;
    if (is_write) {
      top.s_axi_awvalid = top.s_axi_wvalid = 1;
      top.s_axi_awaddr = address;
      top.s_axi_awsize = 3;
      top.s_axi_wdata = data;
      top.s_axi_wstrb = 0xff;
      top.s_axi_wlast = 1;
    } else {
      top.s_axi_arvalid = 1;
      top.s_axi_araddr = address;
      top.s_axi_arsize = 3;
    }
  }
  struct Sampled {
    bool aw, w, b, ar, r;
    uint64_t data;
  };
  static Sampled sample(const Vtop& top) {
    return {top.s_axi_awvalid && top.s_axi_awready, top.s_axi_wvalid && top.s_axi_wready, top.s_axi_bvalid != 0,
            top.s_axi_arvalid && top.s_axi_arready, top.s_axi_rvalid != 0, top.s_axi_rdata};
  }
  void step(Vtop& top, const Sampled& s) {
    if (s.aw) top.s_axi_awvalid = 0;
    if (s.w) top.s_axi_wvalid = 0;
    if (s.ar) top.s_axi_arvalid = 0;
    if (!s.b && !s.r) return;
    value = s.data;
    busy = false;
    done = true;
  }
};

// The file that nic.ts writes: sizes, set-up writes, register addresses, beats.
static std::vector<uint64_t> load(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  std::fseek(file, 0, SEEK_END);
  std::vector<uint64_t> words(std::ftell(file) / 8);
  std::rewind(file);
  if (std::fread(words.data(), 8, words.size(), file) != words.size()) std::exit(2);
  std::fclose(file);
  return words;
}

int main(int, char** argv) {
  const uint64_t cycles = std::strtoull(argv[1], nullptr, 10);
  const std::vector<uint64_t> job = load(argv[2]);
  size_t at = 0;
  Memory memory;
  memory.base = job[at++];
  memory.words.resize(job[at++] / 8);
  const uint64_t ring = job[at++], pause = job[at++];
  const uint64_t rxHead = job[at++], rxTail = job[at++], txHead = job[at++], txTail = job[at++];
  std::vector<std::pair<uint64_t, uint64_t>> setUp(job[at++]);
  for (auto& [address, value] : setUp) {
    address = job[at++];
    value = job[at++];
  }
  Wire wire;
  wire.beats.resize(job[at++]);
  for (Beat& beat : wire.beats) {
    beat.data = job[at++];
    beat.keep = job[at] & 0xff;
    beat.last = job[at++] >> 8 & 1;
  }

  VerilatedContext context;
  context.threads(1);
  Vtop top(&context);
  Registers registers;
  top.s_axi_awburst = top.s_axi_arburst = 1;
  top.s_axi_bready = top.s_axi_rready = 1;
  top.m_axis_tx_tready = 1;
  top.rst = 1;
  for (int i = 0; i < 4; ++i) {
    top.clk = 0;
    top.eval();
    top.clk = 1;
    top.eval();
  }
  top.rst = 0;

  // The host: sets up, then asks for the tail every `pause` cycles, gives back what came and sends as much.
  enum { kSetUp, kWait, kTail, kHead, kTxHead, kTxTail } state = kSetUp;
  size_t written = 0;
  uint64_t waited = 0, head = 0, sent = 0, received = 0, moved = 0;
  Sink sink;
  const double from = seconds();
  for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
    if (!registers.busy) {
      const bool done = registers.done;
      const uint64_t value = registers.value;
      registers.done = false;
      if (state == kSetUp) {
        if (written < setUp.size()) {
          registers.begin(top, true, setUp[written].first, setUp[written].second);
          ++written;
        } else {
          state = kWait;
        }
      } else if (state == kWait) {
        if (++waited >= pause) {
          waited = 0;
          for (const std::vector<uint8_t>& packet : sink.packets) moved += (packet.size() + 7) / 8;
          sink.packets.clear();
          registers.begin(top, false, rxTail, 0);
          state = kTail;
        }
      } else if (state == kTail && done) {
        if (value == head) {
          state = kWait;
        } else {
          received = (value - head) & (ring - 1);
          head = value;
          registers.begin(top, true, rxHead, head);
          state = kHead;
        }
      } else if (state == kHead && done) {
        registers.begin(top, false, txHead, 0);
        state = kTxHead;
      } else if (state == kTxHead && done) {
        const uint64_t room = ring - 1 - ((sent - value) & (ring - 1));
        sent = (sent + (received < room ? received : room)) & (ring - 1);
        registers.begin(top, true, txTail, sent);
        state = kTxTail;
      } else if (state == kTxTail && done) {
        state = kWait;
      }
    }
    wire.drive(top);
    memory.drive(top);
    top.clk = 0;
    top.eval();
    if (wire.sample(top)) ++moved;
    sink.sample(top);
    const Memory::Sampled memorySampled = memory.sample(top);
    const Registers::Sampled registersSampled = Registers::sample(top);
    top.clk = 1;
    top.eval();
    memory.step(memorySampled);
    registers.step(top, registersSampled);
  }
  std::printf("{\"seconds\": %.9f, \"cycles\": %llu, \"moved\": %llu}\n", seconds() - from, static_cast<unsigned long long>(cycles),
              static_cast<unsigned long long>(moved));
  return 0;
}
