// How a model runs: which clock moves when, what is copied when. `Glue` is generated for each design.
//
// At each rising edge: inputs written since the last stop take effect, everything settles, outputs are sampled (what a
// flip-flop sees), then the clock rises. What TypeScript or a transactor writes thereupon belongs to the next cycle.
//
// A falling edge that nobody waits for, in a design without one in its text, happens late: together with the next
// evaluation. That halves the evaluations and changes nothing that can be seen.
#pragma once
#include "session.h"
#include "verilated.h"

namespace accio {

template <class Glue>
class Engine final : public Session {
 public:
  explicit Engine(uint8_t* shared) : Session(shared) {
    enter();
    context_.threads(1);
    context_.fatalOnError(false);
    context_.randReset(2);
    context_.randSeed(static_cast<int>(header_.seed & 0x7fffffff));
    if (Glue::kTrace) context_.traceEverOn(true);
    if (Glue::kAssert) context_.assertOn(true);
    glue_ = std::make_unique<Glue>(&context_);
    glue_->ports([this](const char* name, void* data, uint32_t width, uint32_t slot, bool input) {
      addPort(name, data, width, slot, input);
    });
    startClocks();
    glue_->apply(written_);
    for (unsigned i = 0; i < Glue::kClocks; ++i) glue_->clock(i, false);
    glue_->firstEval();
    glue_->sample(sampled_);
  }

  ~Engine() override {
    enter();
    closeTrace();
    glue_->finish();
    glue_.reset();
  }

  int tick() override {
    enter();
    Glue& glue = *glue_;
    glue.apply(written_);
    glue.clock(0, false);
    glue.eval();
    sampleAll(0);
    glue.sample(sampled_);
    now_ = pins_[0].rise;
    context_.time(now_);
    glue.clock(0, true);
    glue.evalEdge();
    driveAll(0);
    keepDriven();
    rose(0);
    glue.sampleClocks(sampled_);
    header_.risen = 1;
    header_.fallen = 0;
    header_.now = static_cast<double>(now_);
    return StopReason_time | pendingReasons();
  }

  int run() override {
    enter();
    Glue& glue = *glue_;
    header_.risen = header_.fallen = 0;
    glue.apply(written_);
    bool dirty = true;
    const bool watching = armWaits();
    if (watching) {
      glue.eval();
      dirty = false;
      if (changes()) return StopReason_change | pendingReasons();
    }
    const auto stop = static_cast<int64_t>(header_.stopTime);
    const bool exact = header_.exactFalling != 0;
    if (Glue::kClocks == 1 && !Glue::kTrace && !watching && !exact) return runPlain(stop);
    for (;;) {
      const int64_t time = nextEvent(stop, exact);
      if (Glue::kTrace) dumpBefore(time, dirty);
      now_ = time;
      context_.time(now_);
      dirty |= lowerThoseBefore(time);
      if (dirty) glue.eval();
      dirty = false;

      uint32_t risen = 0;
      uint32_t fallen = 0;
      for (unsigned i = 0; i < Glue::kClocks; ++i) {
        if (pins_[i].rise == time) risen |= 1u << i;
        if (pins_[i].fall == time) fallen |= 1u << i;
      }
      for (unsigned i = 0; i < Glue::kClocks; ++i)
        if (risen >> i & 1)
          sampleAll(i);
      int reason = time == stop ? StopReason_time : 0;
      if (risen != 0 && conditional_ && conditions()) reason |= StopReason_condition;
      reason |= pendingReasons();
      if (reason != 0) glue.sample(sampled_);

      if ((risen | fallen) != 0) {
        for (unsigned i = 0; i < Glue::kClocks; ++i) {
          if (risen >> i & 1) glue.clock(i, true);
          if (fallen >> i & 1) glue.clock(i, false);
        }
        glue.evalEdge();
        for (unsigned i = 0; i < Glue::kClocks; ++i) {
          if (fallen >> i & 1) pins_[i].fall = kNever;
          if ((risen >> i & 1) == 0) continue;
          driveAll(i);
          dirty |= !drivers_[i].empty();
          rose(i);
        }
      }
      reason |= pendingReasons();
      if (watching) {
        if (dirty) glue.eval();
        dirty = false;
        if (changes()) reason |= StopReason_change;
      }
      if (reason == 0) continue;
      keepDriven();
      glue.sampleClocks(sampled_);
      header_.risen = risen;
      header_.fallen = fallen;
      header_.now = static_cast<double>(now_);
      return reason;
    }
  }

  int settle() override {
    enter();
    const bool watching = armWaits();
    glue_->apply(written_);
    glue_->eval();
    glue_->sample(sampled_);
    return pendingReasons() | (watching && changes() ? StopReason_change : 0);
  }

  void sample() override { glue_->sample(sampled_); }

  void openTrace(const char* path) override { glue_->openTrace(path); }
  void closeTrace() override {
    if (!Glue::kTrace || !glue_->tracing()) return;
    bool dirty = true;
    dumpBefore(now_ + 1, dirty);
    glue_->closeTrace();
  }
  void writeCoverage(const char* path) override { glue_->writeCoverage(&context_, path); }

 private:
  // The same for the plainest case, which is the most frequent one: one clock, no waveform, no watched port.
  int runPlain(const int64_t stop) {
    Glue& glue = *glue_;
    Pins& pins = pins_[0];
    for (;;) {
      const bool edge = pins.rise <= stop;
      now_ = edge ? pins.rise : stop;
      const bool falls = pins.fall == now_;
      context_.time(now_);
      if (pins.fall < now_) {
        pins.fall = kNever;
        glue.clock(0, false);
      }
      glue.eval();
      int reason = now_ == stop ? StopReason_time : 0;
      if (edge) {
        sampleAll(0);
        if (conditional_ && conditions()) reason |= StopReason_condition;
      }
      reason |= pendingReasons();
      if (reason != 0) glue.sample(sampled_);
      if (edge) {
        glue.clock(0, true);
        glue.evalEdge();
        driveAll(0);
        rose(0);
        reason |= pendingReasons();
      } else if (falls) {
        glue.clock(0, false);
        glue.evalEdge();
        pins.fall = kNever;
      }
      if (reason == 0) continue;
      keepDriven();
      glue.sampleClocks(sampled_);
      header_.risen = edge ? 1 : 0;
      header_.fallen = falls ? 1 : 0;
      header_.now = static_cast<double>(now_);
      return reason;
    }
  }

  int64_t nextEvent(int64_t stop, bool exact) const {
    int64_t time = stop;
    for (unsigned i = 0; i < Glue::kClocks; ++i) {
      if (pins_[i].rise < time) time = pins_[i].rise;
      if (exact && pins_[i].fall < time) time = pins_[i].fall;
    }
    return time;
  }

  bool lowerThoseBefore(int64_t time) {
    bool any = false;
    for (unsigned i = 0; i < Glue::kClocks; ++i) {
      if (pins_[i].fall >= time) continue;
      pins_[i].fall = kNever;
      glue_->clock(i, false);
      any = true;
    }
    return any;
  }

  // The picture of a moment is complete when time moves on: what was written after its edge is part of it.
  void dumpBefore(int64_t next, bool& dirty) {
    if (!glue_->tracing() || next == now_) return;
    if (dirty) glue_->eval();
    dirty = false;
    glue_->dump(now_);
  }

  void rose(unsigned clock) {
    Pins& pins = pins_[clock];
    pins.fall = pins.rise + pins.high;
    pins.rise += pins.period;
    clocks_[clock].cycles += 1;
  }

  VerilatedContext context_;
  std::unique_ptr<Glue> glue_;
};

}  // namespace accio
