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
    for (size_t i = 2; i < a.ports.size(); ++i) payload_.push_back({a.ports[i]->data, a.block + block_.arrays[i - 2], a.ports[i]->bytes});
    mask_ = block_.capacity - 1;
  }
  // A payload pin's storage in the model, and the ring of its values.
  struct Pin {
    uint8_t* data;
    uint8_t* array;
    uint32_t bytes;
    uint8_t* at(uint32_t beat) const { return array + size_t{beat} * bytes; }
    void drive(uint32_t beat) const { copyStorage(data, at(beat), bytes); }
    void keep(uint32_t beat) const { copyStorage(at(beat), data, bytes); }
  };
  bool inReset() const { return reset_; }
  uint32_t cycle() const { return static_cast<uint32_t>(session_.cycles(clock_)); }
  // A beat moves now: counts packets and notes when they moved.
  void moved(uint32_t at) {
    if (block_.lastPin == kNoPin) return;
    if (starts_) firstCycles_[block_.packets & mask_] = cycle();
    starts_ = (*payload_[block_.lastPin].at(at) & 1) != 0;
    if (starts_) lastCycles_[block_.packets++ & mask_] = cycle();
  }

  StreamBlock& block_;
  // What the design shows; what it is shown is a `Line`.
  const Bit valid_;
  const Bit ready_;
  const Bit reset_;
  std::vector<Pin> payload_;
  uint32_t mask_;
  uint32_t* firstCycles_;
  uint32_t* lastCycles_;
  uint32_t* earliest_;

 private:
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
      moved(block_.head & mask_);
      ++block_.head;
      offering_ = false;
    }
    const bool pause = pauses(block_.pause);
    if (offering_ || pause || block_.head == block_.tail) return;
    if (block_.timed != 0 && static_cast<int32_t>(cycle() + 1 - earliest_[block_.head & mask_]) < 0) return;
    offering_ = true;
    fresh_ = true;
  }

  void drive() override {
    line_.set(offering_);
    if (!fresh_) return;
    fresh_ = false;
    for (const Pin& pin : payload_) pin.drive(block_.head & mask_);
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
    if (inReset()) return;
    if (ready_now_ && valid_) {
      const uint32_t at = block_.tail & mask_;
      for (const Pin& pin : payload_) pin.keep(at);
      moved(at);
      ++block_.tail;
    }
    ready_next_ = !pauses(block_.pause) && block_.tail - block_.head <= mask_;
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
