// The wire between the system and its far end: a link rate, room between frames, and a propagation delay, both ways alike.
#pragma once
#include <cstdint>
#include <cstdio>

#include "frame.h"
#include "ring.h"

namespace soc {

// Ticks are 1/1024 of a cycle, so that rates need not divide the bits of a beat.
constexpr uint64_t kTicks = 1024;

struct WireTiming {
  // Ticks that a byte takes; 128 is eight bytes, one beat, per cycle.
  uint64_t byteTicks = 128;
  // Bytes between frames: preamble, check sequence and gap.
  uint32_t overhead = 0;
  // Cycles.
  uint64_t delay = 0;
};

struct WireState {
  // Frames on their way in, the oldest at the pins.
  Ring<Frame, 32> in;
  uint64_t inFree;
  uint32_t inBeat;
  bool offering;
  // The frame leaving, and those on their way to the far end.
  Ring<Frame, 32> out;
  Frame leaving;
  uint64_t outFree;
  bool ready;
  uint64_t framesIn;
  uint64_t bytesIn;
  uint64_t framesOut;
  uint64_t bytesOut;
  // Cycles in which the system did not take a beat that was there, and frames left to the kernel.
  uint64_t stalls;
  uint64_t ordinary;
  uint64_t lastMoved;
};

template <class Top>
class Wire {
 public:
  WireState state{};

  Wire(const WireTiming& timing, FILE* capture) : timing_(timing), capture_(capture) {}

  // The far end may put a frame on the link: fill it, then `send`.
  bool room() const { return !state.in.full(); }
  Frame& next() { return state.in.items[(state.in.head + state.in.count) & 31]; }
  // Its first bit leaves in this cycle, or when those before it have left. Returns the cycle.
  uint64_t send(uint64_t cycle) {
    Frame& f = state.in.push();
    f.start = cycle * kTicks;
    if (f.start < state.inFree) f.start = state.inFree;
    state.inFree = f.start + (f.length + timing_.overhead) * timing_.byteTicks;
    return f.start / kTicks;
  }
  // The frame that arrives at the far end in this cycle, or none; `drop` it then.
  const Frame* arrived(uint64_t cycle) const {
    return !state.out.empty() && state.out.front().last + timing_.delay <= cycle ? &state.out.front() : nullptr;
  }
  void drop() { state.out.pop(); }
  // A plug that sends back what arrives.
  void turn(uint64_t cycle) {
    while (const Frame* f = arrived(cycle)) {
      if (!room()) return;
      Frame& back = next();
      back.tag = 0;
      back.length = f->length;
      std::memcpy(back.bytes, f->bytes, f->length);
      send(cycle);
      drop();
    }
  }
  bool quiet() const { return state.in.empty() && state.out.empty() && state.leaving.length == 0; }

  // Calls `entered` with a frame whose last beat the system takes now.
  template <class Entered>
  void sample(Top& t, uint64_t cycle, Entered entered) {
    if (state.offering) {
      if (t.s_axis_rx_tready) taken(cycle, entered);
      else ++state.stalls;
    }
    if (t.m_axis_tx_tvalid & state.ready) leave(t, cycle);
    state.ordinary += t.to_kernel;
  }

  void drive(Top& t, uint64_t cycle) {
    state.ready = state.outFree <= (cycle + 1) * kTicks && !state.out.full();
    t.m_axis_tx_tready = state.ready;
    state.offering = false;
    if (!state.in.empty()) {
      const Frame& f = state.in.front();
      const uint32_t end = f.length < 8 * (state.inBeat + 1) ? f.length : 8 * (state.inBeat + 1);
      state.offering = f.start + timing_.delay * kTicks + end * timing_.byteTicks <= (cycle + 1) * kTicks;
      if (state.offering) {
        const uint32_t bytes = end - 8 * state.inBeat;
        uint64_t word = 0;
        std::memcpy(&word, f.bytes + 8 * state.inBeat, bytes);
        t.s_axis_rx_tdata = word;
        t.s_axis_rx_tkeep = static_cast<uint8_t>((1u << bytes) - 1);
        t.s_axis_rx_tlast = end == f.length;
        t.s_axis_rx_tuser = 0;
      }
    }
    t.s_axis_rx_tvalid = state.offering;
  }

 private:
  template <class Entered>
  void taken(uint64_t cycle, Entered entered) {
    Frame& f = state.in.front();
    if (state.inBeat == 0) f.first = cycle;
    if (8 * ++state.inBeat < f.length) return;
    f.last = cycle;
    state.inBeat = 0;
    ++state.framesIn;
    state.bytesIn += f.length;
    state.lastMoved = cycle;
    entered(f);
    state.in.pop();
  }

  void leave(Top& t, uint64_t cycle) {
    Frame& f = state.leaving;
    if (f.length == 0) f.first = cycle;
    const uint32_t bytes = static_cast<uint32_t>(__builtin_popcount(t.m_axis_tx_tkeep));
    if (f.length + 8 <= kFrameRoom) std::memcpy(f.bytes + f.length, &t.m_axis_tx_tdata, 8);
    f.length += bytes;
    const uint64_t now = cycle * kTicks;
    if (state.outFree < now) state.outFree = now;
    state.outFree += bytes * timing_.byteTicks;
    if (!t.m_axis_tx_tlast) return;
    state.outFree += timing_.overhead * timing_.byteTicks;
    f.last = cycle;
    ++state.framesOut;
    state.bytesOut += f.length;
    state.lastMoved = cycle;
    if (capture_ != nullptr) {
      std::fwrite(&f.first, sizeof f.first, 1, capture_);
      std::fwrite(&f.length, sizeof f.length, 1, capture_);
      std::fwrite(f.bytes, 1, f.length, capture_);
    }
    Frame& flying = state.out.push();
    flying.first = f.first;
    flying.last = f.last;
    flying.length = f.length;
    std::memcpy(flying.bytes, f.bytes, f.length);
    f.length = 0;
  }

  const WireTiming timing_;
  FILE* const capture_;
};

}  // namespace soc
