// Source and sink of a valid/ready stream. Ports: valid, ready, then the payload's pins.
#pragma once
#include "pause.h"
#include "session.h"

namespace accio {

class StreamEnd : public Transactor {
 protected:
  explicit StreamEnd(const Attachment& a)
      : block_(a.as<StreamBlock>()), valid_(a.ports[0]), ready_(a.ports[1]), reset_(a.reset), session_(a.session), clock_(a.clock) {
    firstCycles_ = reinterpret_cast<uint32_t*>(a.block + block_.firstCycles);
    lastCycles_ = reinterpret_cast<uint32_t*>(a.block + block_.lastCycles);
    earliest_ = reinterpret_cast<uint32_t*>(a.block + block_.earliest);
    for (size_t i = 2; i < a.ports.size(); ++i) {
      const Pin pin{a.ports[i]->data, a.block + block_.arrays[i - 2], a.ports[i]->bytes};
      if (pin.bytes == 8 && first_.bytes == 0) first_ = pin;
      else (pin.bytes == 1 ? small_ : others_).push_back(pin);
      if (block_.lastPin == i - 2) last_ = pin;
    }
    mask_ = block_.capacity - 1;
  }
  // A payload pin's storage in the model, and the ring of its values.
  struct Pin {
    uint8_t* data;
    uint8_t* array;
    uint32_t bytes;
  };
  // Copies a beat between the ring and the pins, each pin by `copy(pin, bytes)`; bytes are constants for the usual ones.
  template <class Copy>
  void forPins(Copy copy) const {
    if (first_.bytes != 0) copy(first_, 8);
    for (const Pin& pin : small_) copy(pin, 1);
    for (const Pin& pin : others_) copy(pin, pin.bytes);
  }
  // What the model needs after its edge is on its way while it evaluates.
  void fetch(uint32_t beat) const {
    const size_t at = beat & mask_;
    __builtin_prefetch(first_.array + at * 8);
    for (const Pin& pin : small_) __builtin_prefetch(pin.array + at);
  }
  bool inReset() const { return reset_; }
  uint32_t cycle() const { return static_cast<uint32_t>(session_.cycles(clock_)); }
  // The beat on the pins moves now: counts packets and notes when they moved.
  void moved() {
    if (last_.data == nullptr) return;
    const bool ends = (*last_.data & 1) != 0;
    if (starts_ || ends) note(ends);
  }

  StreamBlock& block_;
  // What the design shows; what it is shown is a `Line`.
  const Bit valid_;
  const Bit ready_;
  const Bit reset_;
  // The first of 64 bits (data, most often), those of at most 8, all others.
  Pin first_{};
  std::vector<Pin> small_;
  std::vector<Pin> others_;
  // No data where the stream has no last.
  Pin last_{};
  uint32_t mask_;
  uint32_t* firstCycles_;
  uint32_t* lastCycles_;
  uint32_t* earliest_;

 private:
  [[gnu::noinline]] void note(bool ends) {
    if (starts_) firstCycles_[block_.packets & mask_] = cycle();
    starts_ = ends;
    if (ends) lastCycles_[block_.packets++ & mask_] = cycle();
  }

  const Session& session_;
  const unsigned clock_;
  // The next beat begins a packet.
  bool starts_ = true;
};

// Sends queued beats in order. A beat is offered in the cycle after it was queued at the earliest. Under reset nothing is
// offered, and what was being offered is offered again.
class StreamSource final : public StreamEnd {
 public:
  explicit StreamSource(const Attachment& a) : StreamEnd(a), line_(a.ports[0]) {
    a.session.addCounter(&block_.head);
    a.session.addCounter(&block_.packets);
  }

  void sample() override {
    if (inReset()) {
      offering_ = false;
      return;
    }
    if (offering_ && ready_) {
      moved();
      ++block_.head;
      offering_ = false;
    }
    const bool pause = pauses(block_.pause);
    if (offering_ || pause || block_.head == block_.tail) return;
    if (block_.timed != 0 && static_cast<int32_t>(cycle() + 1 - earliest_[block_.head & mask_]) < 0) return;
    offering_ = true;
    fresh_ = true;
    fetch(block_.head);
  }

  void drive() override {
    line_.set(offering_);
    if (!fresh_) return;
    fresh_ = false;
    const uint32_t at = block_.head & mask_;
    forPins([at](const Pin& pin, uint32_t bytes) { copyStorage(pin.data, pin.array + size_t{at} * bytes, bytes); });
  }

 private:
  Line line_;
  // A beat is on the port; it has just been put there.
  bool offering_ = false;
  bool fresh_ = false;
};

// Takes beats and keeps them for TypeScript.
class StreamSink final : public StreamEnd {
 public:
  explicit StreamSink(const Attachment& a) : StreamEnd(a), line_(a.ports[1]) {
    a.session.addCounter(&block_.tail);
    a.session.addCounter(&block_.packets);
  }

  void sample() override {
    ready_next_ = false;
    has_moved = ready_now_;
    if (inReset()) return;
    if (ready_now_ && valid_) {
      const uint32_t at = block_.tail & mask_;
      forPins([at](const Pin& pin, uint32_t bytes) { copyStorage(pin.array + size_t{at} * bytes, pin.data, bytes); });
      moved();
      ++block_.tail;
    }
    ready_next_ = !pauses(block_.pause) && block_.tail - block_.head <= mask_;
    has_moved = ready_next_ != ready_now_;
  }

  void drive() override {
    ready_now_ = ready_next_;
    line_.set(ready_now_);
  }

 private:
  Line line_;
  bool ready_now_ = false;
  bool ready_next_ = false;
};

}  // namespace accio
