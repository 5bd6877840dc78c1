// Memory behind Rocket's memory port: bytes, and when they come. A latency, or the open rows of DRAM banks.
#pragma once
#include <cstdint>
#include <cstring>

#include "ring.h"

namespace soc {

// Cycles are of the system's clock. A read's latency is from its address to its first beat, a write's from its last beat to
// its response; further beats follow one per cycle.
struct MemoryTiming {
  uint32_t read = 1;
  uint32_t write = 1;
  // Rows stay open: a read's latency is then one of these three.
  uint32_t openPage = 0;
  uint32_t rowHit = 0;
  uint32_t rowMiss = 0;
  uint32_t rowConflict = 0;
  uint32_t rowBytes = 8192;
  uint32_t banks = 16;
};

struct MemoryFault {
  bool found = false;
  bool write = false;
  uint64_t address = 0;
};

// Everything of a memory port but the bytes: a plain value.
struct MemoryState {
  struct Read {
    uint64_t address;
    uint64_t due;
    uint8_t beats;
    uint8_t size;
    uint8_t id;
  };
  struct Write {
    uint64_t address;
    uint8_t size;
    uint8_t id;
  };
  struct Answer {
    uint64_t due;
    uint8_t id;
    bool refused;
  };
  Ring<Read, 16> reads;
  Ring<Write, 16> writes;
  Ring<Answer, 16> answers;
  bool refused;
  // What the port shows.
  bool rValid;
  bool bValid;
  // Open rows by bank, plus one; 0: closed.
  uint64_t rows[64];
  // What happened, for the report.
  uint64_t readLines;
  uint64_t writeLines;
  uint64_t hits;
  uint64_t misses;
  uint64_t conflicts;
};

// `Top` has the pins mem_*; `Bytes` is the width of its data.
template <class Top, unsigned Bytes>
class Memory {
 public:
  static constexpr uint64_t kBase = 0x80000000;
  MemoryState state{};
  MemoryFault fault;

  Memory(const MemoryTiming& timing, uint8_t* bytes, uint64_t size) : timing_(timing), bytes_(bytes), size_(size) {}

  // All but the bytes.
  template <class Archive>
  void transfer(Archive& archive) {
    archive(state);
    archive(fault);
  }

  // Pins as they stand before the clock rises.
  void sample(Top& t, uint64_t cycle) {
    if (t.mem_arvalid & t.mem_arready) takeRead(t, cycle);
    if (t.mem_awvalid & t.mem_awready) {
      state.writes.push() = {t.mem_awaddr, t.mem_awsize, t.mem_awid};
      ++state.writeLines;
      if (timing_.openPage != 0) rowLatency(t.mem_awaddr);
    }
    if (t.mem_wvalid & t.mem_wready) takeBeat(t, cycle);
    if (state.rValid & t.mem_rready) {
      auto& r = state.reads.front();
      r.address = (r.address & ~((uint64_t{1} << r.size) - 1)) + (uint64_t{1} << r.size);
      if (--r.beats == 0) state.reads.pop();
    }
    if (state.bValid & t.mem_bready) state.answers.pop();
  }

  // Pins for the cycle after this one.
  void drive(Top& t, uint64_t cycle) {
    state.rValid = !state.reads.empty() && state.reads.front().due <= cycle + 1;
    t.mem_rvalid = state.rValid;
    if (state.rValid) {
      const auto& r = state.reads.front();
      const uint8_t* word = at(r.address);
      t.mem_rid = r.id;
      t.mem_rlast = r.beats == 1;
      t.mem_rresp = word == nullptr ? 3 : 0;
      if (word != nullptr) std::memcpy(&t.mem_rdata, word, Bytes);
      else std::memset(&t.mem_rdata, 0, Bytes);
    }
    state.bValid = !state.answers.empty() && state.answers.front().due <= cycle + 1;
    t.mem_bvalid = state.bValid;
    if (state.bValid) {
      t.mem_bid = state.answers.front().id;
      t.mem_bresp = state.answers.front().refused ? 3 : 0;
    }
    t.mem_arready = !state.reads.full();
    t.mem_awready = !state.writes.full() && state.answers.count + state.writes.count < 15;
    t.mem_wready = !state.writes.empty();
  }

 private:
  uint8_t* at(uint64_t address) const {
    const uint64_t offset = (address - kBase) & ~uint64_t{Bytes - 1};
    return offset < size_ ? bytes_ + offset : nullptr;
  }
  void miss(uint64_t address, bool write) {
    if (!fault.found) fault = {true, write, address};
  }

  void takeRead(Top& t, uint64_t cycle) {
    ++state.readLines;
    const uint64_t address = t.mem_araddr;
    if (at(address) == nullptr) miss(address, false);
    const uint32_t latency = timing_.openPage != 0 ? rowLatency(address) : timing_.read;
    state.reads.push() = {address, cycle + latency, static_cast<uint8_t>(t.mem_arlen + 1), t.mem_arsize, t.mem_arid};
  }

  void takeBeat(Top& t, uint64_t cycle) {
    auto& w = state.writes.front();
    uint8_t* word = at(w.address);
    const uint32_t strobe = t.mem_wstrb;
    if (word == nullptr) {
      miss(w.address, true);
      state.refused = true;
    } else if (strobe == (uint64_t{1} << Bytes) - 1) {
      std::memcpy(word, &t.mem_wdata, Bytes);
    } else {
      const auto* data = reinterpret_cast<const uint8_t*>(&t.mem_wdata);
      for (unsigned i = 0; i < Bytes; ++i)
        if ((strobe >> i & 1) != 0) word[i] = data[i];
    }
    w.address = (w.address & ~((uint64_t{1} << w.size) - 1)) + (uint64_t{1} << w.size);
    if (!t.mem_wlast) return;
    state.answers.push() = {cycle + timing_.write, w.id, state.refused};
    state.writes.pop();
    state.refused = false;
  }

  // Rows are interleaved over the banks, so that neighbours lie in different ones.
  uint32_t rowLatency(uint64_t address) {
    const uint64_t row = (address - kBase) / timing_.rowBytes;
    uint64_t& open = state.rows[row % timing_.banks];
    const uint64_t before = open;
    open = row + 1;
    if (before == row + 1) return ++state.hits, timing_.rowHit;
    if (before == 0) return ++state.misses, timing_.rowMiss;
    return ++state.conflicts, timing_.rowConflict;
  }

  const MemoryTiming timing_;
  uint8_t* const bytes_;
  const uint64_t size_;
};

}  // namespace soc
