// The Verilated model as the loop calls it: two evaluations per cycle, and waves where they were compiled in.
#pragma once
#include <memory>

#include "pins.h"
#include "verilated.h"
#if SOC_WAVES
#include "verilated_fst_c.h"
#else
// Verilator's wrapper around this takes a lock and asks whether the model was started, at each evaluation.
void Vsoc___024root___eval(Vsoc___024root* self);
#endif

namespace soc {

constexpr bool kWaves = SOC_WAVES != 0;

class Model {
 public:
  VerilatedContext context;
  Vsoc model{(prepare(context), &context), "TOP"};
  Top& top = *model.rootp;

  // The clock is low: what follows from new inputs.
  void low() { evaluate(); }
  // The clock has risen.
  void high() { evaluate(); }
  // Before a state is restored: what Verilator does once.
  void initialise() { evaluate(); }
  void finish() {
    closeWaves();
    model.final();
  }

#if SOC_WAVES
  void openWaves(const char* path, uint64_t cycle) {
    context.traceEverOn(true);
    waves_ = std::make_unique<VerilatedFstC>();
    model.trace(waves_.get(), 99);
    time_ = 2 * cycle;
    waves_->open(path);
  }
  void closeWaves() {
    if (waves_ != nullptr) waves_->close();
    waves_.reset();
  }
#else
  void openWaves(const char*, uint64_t) {}
  void closeWaves() {}
#endif

 private:
  static void prepare(VerilatedContext& context) {
    context.threads(SOC_THREADS);
    context.randReset(0);
#if SOC_WAVES
    context.traceEverOn(true);
#endif
  }

#if SOC_WAVES
  std::unique_ptr<VerilatedFstC> waves_;
  uint64_t time_ = 0;
  void evaluate() {
    model.eval();
    if (waves_ != nullptr) waves_->dump(++time_ * 5000);
  }
#else
  bool started_ = false;
  void evaluate() {
    if (started_) {
      Vsoc___024root___eval(&top);
    } else {
      model.eval();
      started_ = true;
    }
  }
#endif
};

}  // namespace soc
