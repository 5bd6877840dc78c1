// A logic analyser beside the model: notes the cycle and the values of some pins whenever all pins of one of its
// conditions are high. It drives nothing. Ports: the pins to note.
#pragma once
#include "session.h"

namespace accio {

class Recorder final : public Transactor {
 public:
  explicit Recorder(const Attachment& a) : session_(a.session), clock_(a.clock), block_(a.as<RecorderBlock>()), ports_(a.ports) {
    a.session.addCounter(&block_.tail);
    entries_ = reinterpret_cast<uint32_t*>(a.block + block_.entries);
  }
  bool drives() const override { return false; }

  void sample() override {
    uint32_t high = 0;
    for (size_t i = 0; i < ports_.size(); ++i) high |= uint32_t{ports_[i]->value() != 0} << i;
    bool wanted = false;
    for (uint32_t i = 0; i < block_.conditions; ++i) wanted |= (high & block_.masks[i]) == block_.masks[i];
    if (!wanted) return;
    uint32_t* entry = entries_ + size_t{block_.tail & (block_.capacity - 1)} * (ports_.size() + 1);
    *entry++ = static_cast<uint32_t>(session_.cycles(clock_));
    for (const Port* port : ports_) *entry++ = static_cast<uint32_t>(port->value());
    ++block_.tail;
  }

 private:
  const Session& session_;
  const unsigned clock_;
  RecorderBlock& block_;
  const std::vector<const Port*> ports_;
  uint32_t* entries_;
};

}  // namespace accio
