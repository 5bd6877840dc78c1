// One running model: the part that does not depend on the design. `engine.h` adds the part that does.
#pragma once
#include <deque>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "layout.h"
#include "transactor.h"

namespace accio {

// Verilator could not go on: a loop that does not settle, a range error.
struct Fatal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

class Session {
 public:
  explicit Session(uint8_t* shared);
  virtual ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // One cycle of a model with one clock.
  virtual int tick() = 0;
  // Until header.stopTime, a wait, a message.
  virtual int run() = 0;
  // Lets written inputs take effect without moving time, and samples.
  virtual int settle() = 0;
  // Samples as it is.
  virtual void sample() = 0;
  virtual void openTrace(const char* path) = 0;
  virtual void closeTrace() = 0;
  virtual void writeCoverage(const char* path) = 0;

  // Returns the number of the transactor's first counter, or -1 for an unknown kind.
  int attach(const char* kind, const char* name, const int32_t* ports, int count, int clock, int reset, uint8_t* block);

  // For transactors: a number that waits can be put on. Call only while being made.
  void addCounter(uint32_t* counter) { counters_.push_back(counter); }
  // A line for the user; a failure ends the test.
  void log(const std::string& text);
  void fail(const std::string& text);
  // Rising edges of a clock so far, not counting the one under way.
  uint64_t cycles(unsigned clock = 0) const { return static_cast<uint64_t>(clocks_[clock].cycles); }
  bool nextMessage(std::string& out);
  void stopped(const char* what, const char* file, int line);
  void finished() { pending_ |= StopReason_finish; }

  const std::vector<Port>& ports() const { return ports_; }

 protected:
  struct Pins {
    int64_t rise;
    int64_t fall;
    int64_t period;
    int64_t high;
  };
  void addPort(const char* name, void* data, uint32_t width, uint32_t slot, bool input);
  // Reads the clocks' periods and phases.
  void startClocks();
  // True when a condition holds now, before the edge.
  bool conditions();
  // True when a watched port differs from what was last seen of it.
  bool changes();
  // Takes note of what is waited for until the next stop; says whether ports are watched.
  bool armWaits();
  // A condition is waited for: `conditions` has something to look at.
  bool conditional_ = false;
  // What transactors have driven becomes what was written: before TypeScript has its turn.
  void keepDriven() const {
    for (const Port& port : driven_) port.keep();
  }
  int pendingReasons() const { return pending_; }
  void enter() { current = this; }
  // Transactors of a clock do their work before and after its edge. The first eight have a call instruction each: one for
  // all of them has another target each time, and what the processor goes by to guess it, the branches before, is the
  // model's noise.
  void sampleAll(unsigned clock) {
    Transactor* const* at = samplers_[clock].data();
    Transactor* const* const end = at + samplers_[clock].size();
#define ACCIO_NEXT(work) \
  if (at == end) return; \
  work(*at++);
#define ACCIO_ALL(work)                                                                \
  ACCIO_NEXT(work) ACCIO_NEXT(work) ACCIO_NEXT(work) ACCIO_NEXT(work) ACCIO_NEXT(work) \
  ACCIO_NEXT(work) ACCIO_NEXT(work) ACCIO_NEXT(work)                                   \
  while (at != end) work(*at++);
    const auto sample = [](Transactor* t) { t->sample(); };
    ACCIO_ALL(sample)
  }
  void driveAll(unsigned clock) {
    Transactor* const* at = drivers_[clock].data();
    Transactor* const* const end = at + drivers_[clock].size();
    const auto drive = [](Transactor* t) {
      if (t->has_moved) t->drive();
    };
    ACCIO_ALL(drive)
#undef ACCIO_ALL
#undef ACCIO_NEXT
  }

  Header& header_;
  ClockEntry* clocks_;
  WaitEntry* waits_;
  uint64_t* written_;
  uint64_t* sampled_;
  std::vector<Port> ports_;
  Pins pins_[kMaxClocks];
  int64_t now_ = 0;
  std::vector<std::unique_ptr<Transactor>> transactors_;
  // Those that look at a clock, and those of them that drive, in order.
  std::vector<Transactor*> samplers_[kMaxClocks];
  std::vector<Transactor*> drivers_[kMaxClocks];
  // Inputs that transactors drive.
  std::vector<Port> driven_;

 private:
  struct CounterWait {
    const uint32_t* counter;
    uint32_t atLeast;
    uint32_t entry;
  };
  std::vector<CounterWait> counterWaits_;
  // Entries that wait for a port's value.
  std::vector<uint32_t> portWaits_;
  std::vector<uint32_t*> counters_;
  std::vector<std::vector<uint8_t>> lastSeen_;
  std::deque<std::string> messages_;
  bool failedSinceStop_ = false;
  // Reasons to stop that have come up and were not dealt with.
  int pending_ = 0;

 public:
  // The session whose model is being evaluated: Verilator's hooks carry no context.
  static Session* current;
};

}  // namespace accio
