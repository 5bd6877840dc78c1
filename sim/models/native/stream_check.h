// Watches a stream: valid stays, and the payload with it, until the beat has moved. Packet streams: keep is contiguous
// from bit 0, never empty, and full but in a last beat. Ports: valid, ready, then the payload's pins.
#pragma once
#include "session.h"

namespace accio {

class StreamCheck final : public Transactor {
 public:
  explicit StreamCheck(const Attachment& a)
      : session_(a.session), name_(a.name), block_(a.as<StreamCheckBlock>()), valid_(a.port(0)), ready_(a.port(1)), reset_(a.reset) {
    size_t bytes = 0;
    for (size_t i = 2; i < a.ports.size(); ++i) {
      payload_.push_back(*a.ports[i]);
      bytes += a.ports[i]->bytes;
    }
    waiting_bytes_.resize(bytes);
  }
  bool drives() const override { return false; }

  void sample() override {
    if (reset_ != nullptr && reset_->bit()) {
      if (block_.quietInReset != 0 && in_reset_ && valid_.bit()) fail("valid is high under reset");
      in_reset_ = true;
      waiting_ = false;
      return;
    }
    in_reset_ = false;
    const bool valid = valid_.bit();
    if (waiting_) {
      if (!valid) return fail("valid fell before the beat was taken");
      size_t at = 0;
      for (const Port& pin : payload_) {
        if (std::memcmp(&waiting_bytes_[at], pin.data, pin.bytes) != 0) return fail(std::string(pin.name) + " changed while the beat waited");
        at += pin.bytes;
      }
    }
    if (!valid) return;
    if (!waiting_ && block_.keepPin != kNoPin) checkKeep(payload_[block_.keepPin]);
    if (ready_.bit()) {
      ++block_.beats;
      if (block_.lastPin != kNoPin && payload_[block_.lastPin].bit()) ++block_.packets;
      waiting_ = false;
    } else if (!waiting_) {
      size_t at = 0;
      for (const Port& pin : payload_) {
        pin.copyTo(&waiting_bytes_[at]);
        at += pin.bytes;
      }
      waiting_ = true;
    }
  }

 private:
  void checkKeep(const Port& keep) {
    uint32_t ones = 0;
    bool ended = false;
    for (uint32_t i = 0; i < keep.width; ++i) {
      const bool bit = (keep.data[i >> 3] >> (i & 7) & 1) != 0;
      if (bit && ended) return fail("keep has a hole");
      if (bit) ++ones;
      else ended = true;
    }
    if (ones == 0) return fail("keep is empty");
    if (ones != keep.width && (block_.lastPin == kNoPin || !payload_[block_.lastPin].bit()))
      fail("keep is not full in a beat that is not the last");
  }
  void fail(const std::string& what) {
    std::string where = "beat " + std::to_string(block_.beats);
    if (block_.lastPin != kNoPin) where = "packet " + std::to_string(block_.packets) + ", " + where;
    session_.fail(name_ + ": " + what + " (" + where + ")");
    waiting_ = false;
  }

  Session& session_;
  const std::string name_;
  StreamCheckBlock& block_;
  const Port valid_;
  const Port ready_;
  const Port* const reset_;
  std::vector<Port> payload_;
  std::vector<uint8_t> waiting_bytes_;
  bool waiting_ = false;
  bool in_reset_ = false;
};

}  // namespace accio
