// The pins of an AXI4 port by channel, in the order in which TypeScript lists them; missing ones are null.
#pragma once
#include <array>
#include <cstdint>

#include "transactor.h"

namespace accio {

// Index of each pin in an attachment; sim/models/axi/pins.ts has the same order.
enum AxiPin : size_t {
  kAwValid, kAwReady, kAwAddr, kAwId, kAwLen, kAwSize, kAwBurst, kAwProt, kAwLock, kAwCache, kAwQos, kAwRegion,
  kWValid, kWReady, kWData, kWStrb, kWLast,
  kBValid, kBReady, kBId, kBResp,
  kArValid, kArReady, kArAddr, kArId, kArLen, kArSize, kArBurst, kArProt, kArLock, kArCache, kArQos, kArRegion,
  kRValid, kRReady, kRData, kRId, kRResp, kRLast,
  kAxiPins
};

// A pin that may be missing: reads as zero then, and writes go nowhere.
class AxiWire {
 public:
  AxiWire() { port_.data = missing_; }
  explicit AxiWire(const Port* port) : AxiWire() {
    if (port == nullptr) return;
    port_ = *port;
    present_ = true;
  }
  bool present() const { return present_; }
  uint64_t value(uint64_t missing = 0) const { return present_ ? port_.value() : missing; }
  bool bit() const { return port_.bit(); }
  void drive(uint64_t value) const {
    if (present_) port_.drive(value);
  }
  const Port& port() const { return port_; }

 private:
  inline static uint8_t missing_[1] = {0};
  Port port_;
  bool present_ = false;
};

struct AxiRequest {
  uint64_t address = 0;
  uint32_t id = 0;
  uint32_t len = 0;
  uint32_t size = 0;
  uint32_t burst = 1;

  uint64_t beatBytes() const { return uint64_t{1} << size; }
  uint64_t bytes() const { return beatBytes() * (len + 1); }
  // Address of a beat (ARM IHI 0022, section A3.4.1).
  uint64_t beatAddress(uint32_t beat) const {
    const uint64_t aligned = address & ~(beatBytes() - 1);
    if (burst == 0 || beat == 0) return address;
    const uint64_t next = aligned + beat * beatBytes();
    if (burst != 2) return next;
    const uint64_t lower = address & ~(bytes() - 1);
    return lower + ((next - lower) & (bytes() - 1));
  }
};

inline uint32_t log2Of(uint32_t value) {
  uint32_t bits = 0;
  while ((1u << bits) < value) ++bits;
  return bits;
}

class AxiPorts {
 public:
  explicit AxiPorts(const Attachment& a)
      : reset_(a.reset),
        canRead_(a.ports[kArValid] != nullptr),
        canWrite_(a.ports[kAwValid] != nullptr),
        wires_(std::make_unique<std::array<AxiWire, kAxiPins>>()) {
    for (size_t i = 0; i < kAxiPins; ++i) (*wires_)[i] = AxiWire(a.ports[i]);
    const AxiWire& data = (*this)[kWData].present() ? (*this)[kWData] : (*this)[kRData];
    busBytes_ = data.port().width / 8;
  }
  const AxiWire& operator[](AxiPin pin) const { return (*wires_)[pin]; }
  // For `Bit` and `Line`: null where the design has no such pin.
  const Port* pin(AxiPin pin) const { return (*this)[pin].present() ? &(*this)[pin].port() : nullptr; }
  uint32_t busBytes() const { return busBytes_; }
  bool canRead() const { return canRead_; }
  bool canWrite() const { return canWrite_; }
  bool inReset() const { return reset_; }
  AxiRequest writeRequest() const { return request(kAwAddr); }
  AxiRequest readRequest() const { return request(kArAddr); }

 private:
  // Address, ID, length, size and burst stand in a row for both directions.
  AxiRequest request(size_t first) const {
    const std::array<AxiWire, kAxiPins>& wires = *wires_;
    AxiRequest r;
    r.address = wires[first].value();
    r.id = static_cast<uint32_t>(wires[first + 1].value());
    r.len = static_cast<uint32_t>(wires[first + 2].value());
    r.size = static_cast<uint32_t>(wires[first + 3].value(log2Of(busBytes_)));
    r.burst = static_cast<uint32_t>(wires[first + 4].value(1));
    return r;
  }
  const Bit reset_;
  const bool canRead_;
  const bool canWrite_;
  uint32_t busBytes_;
  // Elsewhere: what models look at in each cycle then lies close together.
  std::unique_ptr<std::array<AxiWire, kAxiPins>> wires_;
};

}  // namespace accio
