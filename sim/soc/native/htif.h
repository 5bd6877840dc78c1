// The Berkeley host-target interface over memory: a program writes `tohost`, we answer in `fromhost`. What riscv-tests,
// Spike and Chipyard programs use to print and to end. System calls: write and exit; others answer -ENOSYS.
#pragma once
#include <cstdint>
#include <cstring>

#include "console.h"
#include "host.h"

namespace soc {

struct HtifState {
  enum Step : uint8_t { kWait, kLook, kCall, kText, kResult, kClear, kReply };
  Step step;
  bool on;
  bool ended;
  bool fetching;
  uint64_t tohost;
  uint64_t fromhost;
  uint64_t nextLook;
  // Where the call's block is, its eight words, and how far reading has come.
  uint64_t block;
  uint64_t call[8];
  uint64_t at;
  uint64_t end;
  uint64_t reply;
  uint64_t code;
  uint64_t looks;
  uint64_t lastUnknown;
};

template <class Top>
class Htif {
 public:
  // Cycles between looks, and soon after something was found: a program that prints asks again at once.
  static constexpr uint64_t kInterval = 2000;
  static constexpr uint64_t kSoon = 100;
  HtifState state{};

  Htif(Host<Top>& host, Console& console) : host_(host), console_(console) {}
  void begin(uint64_t tohost, uint64_t fromhost) {
    state.on = true;
    state.tohost = tohost;
    state.fromhost = fromhost;
  }

  // Once per cycle, after the port was sampled.
  void step(uint64_t cycle) {
    if (!state.on || state.ended || host_.busy()) return;
    switch (state.step) {
      case HtifState::kWait:
        if (cycle < state.nextLook) return;
        ++state.looks;
        host_.read(state.tohost, 1);
        state.step = HtifState::kLook;
        return;
      case HtifState::kLook: return look(cycle, host_.state.words[0]);
      case HtifState::kCall: return readCall();
      case HtifState::kText: return readText();
      case HtifState::kResult:
        host_.write(state.block, state.call[0]);
        state.step = HtifState::kClear;
        return;
      case HtifState::kClear:
        host_.write(state.tohost, 0);
        state.step = HtifState::kReply;
        return;
      case HtifState::kReply:
        if (state.reply != 0) host_.write(state.fromhost, state.reply);
        state.reply = 0;
        wait(cycle + kSoon);
        return;
    }
  }

 private:
  void wait(uint64_t until) {
    state.step = HtifState::kWait;
    state.nextLook = until;
  }

  void look(uint64_t cycle, uint64_t command) {
    if (command == 0) return wait(cycle + kInterval);
    const uint64_t device = command >> 56, order = command >> 48 & 0xff, payload = command & 0xffffffffffff;
    if (device == 0 && (payload & 1) != 0) {
      state.ended = true;
      state.code = payload >> 1;
      return;
    }
    state.reply = 0;
    state.step = HtifState::kClear;
    if (device == 0 && order == 0) {
      state.block = payload;
      state.at = payload;
      state.step = HtifState::kCall;
      state.fetching = false;
    } else if (device == 1 && order == 1) {
      console_.put(static_cast<uint8_t>(payload));
    } else {
      state.lastUnknown = command;
    }
  }

  // Reads the eight words of a call.
  void readCall() {
    const uint64_t end = state.block + 64;
    if (state.fetching) {
      std::memcpy(state.call + (state.at - state.block) / 8, host_.state.words, host_.state.beats * 8);
      state.at += host_.state.beats * 8;
      state.fetching = false;
    }
    if (state.at < end) return fetch(end);
    constexpr uint64_t kWrite = 64, kExit = 93;
    const uint64_t number = state.call[0];
    state.reply = 1;
    if (number == kExit) {
      state.ended = true;
      state.code = state.call[1];
    } else if (number == kWrite) {
      state.at = state.call[2];
      state.end = state.call[2] + state.call[3];
      state.call[0] = state.call[3];
      state.step = HtifState::kText;
    } else {
      state.lastUnknown = number;
      state.call[0] = static_cast<uint64_t>(-38);
      state.step = HtifState::kResult;
    }
  }

  // Prints `at` to `end`.
  void readText() {
    if (state.fetching) {
      state.fetching = false;
      const uint64_t first = state.at & ~uint64_t{7};
      const uint64_t end = first + host_.state.beats * 8;
      const auto* bytes = reinterpret_cast<const uint8_t*>(host_.state.words);
      for (; state.at < end && state.at < state.end; ++state.at) console_.put(bytes[state.at - first]);
    }
    if (state.at < state.end) return fetch(state.end);
    state.step = HtifState::kResult;
  }

  // Reads on from `at`, within its line.
  void fetch(uint64_t end) {
    const uint64_t first = state.at & ~uint64_t{7};
    const uint64_t line = (first & ~uint64_t{63}) + 64;
    const uint64_t last = line < end ? line : end;
    host_.read(first, static_cast<unsigned>((last - first + 7) / 8));
    state.fetching = true;
  }

  Host<Top>& host_;
  Console& console_;
};

}  // namespace soc
