// A master on the port `host`: reads and writes of memory that see what the harts' caches hold. One access at a time.
#pragma once
#include <cstdint>
#include <cstring>

namespace soc {

struct HostState {
  enum Phase : uint8_t { kIdle, kAddress, kData, kAnswer };
  Phase phase;
  bool writing;
  bool addressed;
  bool done;
  bool failed;
  uint8_t beats;
  uint8_t beat;
  uint64_t address;
  uint64_t words[8];
};

template <class Top>
class Host {
 public:
  HostState state{};

  bool busy() const { return state.phase != HostState::kIdle; }
  // Up to eight words from an address that is a multiple of eight, within a line of 64 bytes. `done` is set when they are
  // in `words`.
  void read(uint64_t address, unsigned words) { begin(address, words, false); }
  void write(uint64_t address, uint64_t word) {
    begin(address, 1, true);
    state.words[0] = word;
  }

  void sample(Top& t) {
    switch (state.phase) {
      case HostState::kIdle: return;
      case HostState::kAddress:
        if (state.writing) {
          if (t.host_awvalid & t.host_awready) state.addressed = true;
          if (t.host_wvalid & t.host_wready) state.beat = 1;
          if (state.addressed && state.beat == 1) state.phase = HostState::kAnswer;
        } else if (t.host_arvalid & t.host_arready) {
          state.phase = HostState::kData;
        }
        return;
      case HostState::kData:
        if (!t.host_rvalid) return;
        state.failed |= t.host_rresp != 0;
        state.words[state.beat++] = t.host_rdata;
        if (t.host_rlast) end();
        return;
      case HostState::kAnswer:
        if (!t.host_bvalid) return;
        state.failed |= t.host_bresp != 0;
        end();
        return;
    }
  }

  void drive(Top& t) {
    const bool asking = state.phase == HostState::kAddress;
    t.host_arvalid = asking && !state.writing;
    t.host_awvalid = asking && state.writing && !state.addressed;
    t.host_wvalid = asking && state.writing && state.beat == 0;
    t.host_rready = 1;
    t.host_bready = 1;
    if (!asking) return;
    t.host_araddr = t.host_awaddr = static_cast<uint32_t>(state.address);
    t.host_arlen = t.host_awlen = state.beats - 1;
    t.host_arsize = t.host_awsize = 3;
    t.host_arburst = t.host_awburst = 1;
    t.host_wdata = state.words[0];
    t.host_wstrb = 0xff;
    t.host_wlast = 1;
  }

 private:
  void begin(uint64_t address, unsigned words, bool writing) {
    state.phase = HostState::kAddress;
    state.writing = writing;
    state.addressed = state.done = state.failed = false;
    state.beats = static_cast<uint8_t>(words);
    state.beat = 0;
    state.address = address;
  }
  void end() {
    state.phase = HostState::kIdle;
    state.done = true;
  }
};

}  // namespace soc
