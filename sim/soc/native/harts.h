// What each hart does, read from the trace signals that Rocket's CSR file has inside: instructions counted, the last ones
// kept, traps followed, so that a program that falls over its own handler is found.
#pragma once
#include <cstdint>

namespace soc {

// Where a hart's signals are: pins.h, which is generated, points here.
struct HartPins {
  // An instruction retires, or traps where `exception` is set too.
  const uint8_t* valid;
  const uint8_t* exception;
  const uint64_t* pc;
  const uint32_t* instruction;
  const uint64_t* mcause;
  const uint64_t* mepc;
  const uint64_t* mtval;
  const uint32_t* mtvec;
  const uint64_t* scause;
  const uint64_t* sepc;
  const uint64_t* stval;
  const uint64_t* stvec;
  // 0 user, 1 supervisor, 3 machine.
  const uint8_t* privilege;
  const uint8_t* sleeping;
};

struct Retired {
  uint64_t pc;
  uint64_t cycle;
  uint32_t instruction;
};

struct Trap {
  uint64_t cause;
  uint64_t pc;
  uint64_t value;
  uint64_t vector;
  uint64_t cycle;
  uint8_t privilege;
};

// Addresses have 40 bits in the trace, 39 of them virtual.
inline uint64_t signExtend40(uint64_t address) { return static_cast<uint64_t>(static_cast<int64_t>(address << 24) >> 24); }

struct HartState {
  static constexpr uint32_t kRecent = 128;
  uint64_t instructions;
  uint64_t traps;
  Retired recent[kRecent];
  // A trap was taken in the cycle before; its cause stands in the registers now.
  bool trapped;
  // Traps since an instruction retired, and the first of them.
  uint32_t trapsInARow;
  Trap first;
  Trap last;
};

class Hart {
 public:
  // So many traps without an instruction between them have no handler: the handler's first instruction traps itself.
  static constexpr uint32_t kNoHandler = 4;
  HartState state{};

  void begin(const HartPins& pins) { pins_ = pins; }
  const HartPins& pins() const { return pins_; }
  const Retired& recent(uint64_t back) const { return state.recent[(state.instructions - 1 - back) % HartState::kRecent]; }
  uint64_t kept() const { return state.instructions < HartState::kRecent ? state.instructions : HartState::kRecent; }

  // Pins as they stand before the clock rises. True: the hart is lost.
  template <class OnRetired, class OnTrap>
  bool sample(uint64_t cycle, OnRetired retired, OnTrap trapped) {
    if (state.trapped) noteTrap(cycle);
    if (*pins_.valid == 0) return state.trapsInARow >= kNoHandler;
    if (*pins_.exception != 0) {
      state.trapped = true;
      ++state.traps;
      trapped(signExtend40(*pins_.pc));
    } else {
      const Retired now = {signExtend40(*pins_.pc), cycle, *pins_.instruction};
      state.recent[state.instructions++ % HartState::kRecent] = now;
      state.trapsInARow = 0;
      retired(now);
    }
    return state.trapsInARow >= kNoHandler;
  }

 private:
  void noteTrap(uint64_t cycle) {
    state.trapped = false;
    const bool machine = *pins_.privilege == 3;
    state.last = machine ? Trap{*pins_.mcause, signExtend40(*pins_.mepc), signExtend40(*pins_.mtval), *pins_.mtvec, cycle, 3}
                         : Trap{*pins_.scause, signExtend40(*pins_.sepc), signExtend40(*pins_.stval), *pins_.stvec, cycle, 1};
    if (state.trapsInARow++ == 0) state.first = state.last;
  }

  HartPins pins_{};
};

}  // namespace soc
