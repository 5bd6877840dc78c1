// An AXI4 master that makes the transactions which TypeScript queues; sim/models/axi/master-twin.ts does the same.
//
// Operations start in order, a write's address and data at once; up to `outstanding` are under way. Requests of one
// direction stay in order; with `outstanding` 1 everything does.
#pragma once
#include <deque>

#include "axi_ports.h"
#include "pause.h"

namespace accio {

class AxiMaster final : public Transactor {
 public:
  explicit AxiMaster(const Attachment& a) : block_(a.as<AxiMasterBlock>()), memory_(a.block), ports_(a) {
    a.session.addCounter(&block_.finished);
    a.session.addCounter(&block_.started);
    const uint32_t bytes = ports_.busBytes();
    dataStride_ = storageBytes(bytes * 8);
    strobeStride_ = storageBytes(bytes);
  }

  void sample() override {
    if (ports_.inReset()) {
      has_moved = true;
      return clear();
    }
    if (still_ && block_.started == block_.queued && !mayPause()) {
      has_moved = !shown_;
      return;
    }
    has_moved = true;
    if (aw_valid_ && aw_taken_) aw_valid_ = false;
    if (ar_valid_ && ar_taken_) ar_valid_ = false;
    if (w_valid_ && w_taken_) {
      w_valid_ = false;
      --w_left_;
      ++block_.writeHead;
    }
    if (b_ready_ && b_offered_) takeResponse();
    if (r_ready_ && r_offered_) takeData();

    const bool pauseAw = pauses(block_.aw);
    const bool pauseAr = pauses(block_.ar);
    const bool pauseW = pauses(block_.w);
    // The operation being started has left when its address and all its data have been taken.
    if (starting_ && !aw_pending_ && !aw_valid_ && !ar_pending_ && !ar_valid_ && w_left_ == 0) starting_ = false;
    if (!starting_ && block_.started != block_.queued && block_.started - block_.finished < block_.outstanding) begin();
    if (aw_pending_ && !pauseAw) {
      aw_pending_ = false;
      aw_valid_ = aw_fresh_ = true;
    }
    if (ar_pending_ && !pauseAr) {
      ar_pending_ = false;
      ar_valid_ = ar_fresh_ = true;
    }
    if (w_left_ > 0 && !w_valid_ && !pauseW) w_valid_ = w_fresh_ = true;
    b_ready_ = !pauses(block_.b);
    r_ready_ = !pauses(block_.r);
    // Nothing is under way: unless a pause is to be counted, nothing will change until something is queued.
    still_ = !starting_ && writes_.empty() && reads_.empty() && b_ready_ && r_ready_;
  }

  void drive() override {
    shown_ = still_;
    if (ports_.canWrite()) {
      aw_line_.set(aw_valid_);
      w_line_.set(w_valid_);
      b_line_.set(b_ready_);
      if (aw_fresh_) driveRequest(kAwAddr);
      if (w_fresh_) {
        const uint32_t at = block_.writeHead & mask_;
        ports_[kWData].port().driveFrom(memory_ + block_.writeData + size_t{at} * dataStride_);
        if (ports_[kWStrb].present()) ports_[kWStrb].port().driveFrom(memory_ + block_.writeStrobe + size_t{at} * strobeStride_);
        ports_[kWLast].drive(w_left_ == 1);
      }
      aw_fresh_ = w_fresh_ = false;
    }
    if (ports_.canRead()) {
      ar_line_.set(ar_valid_);
      r_line_.set(r_ready_);
      if (ar_fresh_) driveRequest(kArAddr);
      ar_fresh_ = false;
    }
  }

 private:
  struct Flight {
    uint32_t number;
    uint32_t id;
    uint32_t response;
    std::vector<uint8_t> data;
  };
  static constexpr uint32_t mask_ = kMasterBeats - 1;

  // Under reset: what is under way ends with an error and without data; what is queued waits.
  void clear() {
    for (std::deque<Flight>* flights : {&writes_, &reads_}) {
      for (Flight& flight : *flights) {
        flight.response = 3;
        flight.data.clear();
        finish(flight);
      }
      flights->clear();
    }
    block_.writeHead += w_left_;
    w_left_ = 0;
    starting_ = aw_pending_ = ar_pending_ = aw_valid_ = ar_valid_ = w_valid_ = b_ready_ = r_ready_ = false;
    aw_fresh_ = ar_fresh_ = w_fresh_ = still_ = false;
  }
  bool mayPause() const {
    return (block_.aw.kind | block_.w.kind | block_.b.kind | block_.ar.kind | block_.r.kind) != 0;
  }

  void begin() {
    const uint32_t number = block_.started++;
    current_ = block_.operations[number % kMaxOperations];
    starting_ = true;
    (current_.write != 0 ? writes_ : reads_).push_back({number, current_.id, 0, {}});
    aw_pending_ = current_.write != 0;
    ar_pending_ = !aw_pending_;
    w_left_ = aw_pending_ ? current_.len + 1 : 0;
  }

  // Address, ID, length, size, burst and protection stand in a row for both directions.
  void driveRequest(size_t first) {
    ports_[static_cast<AxiPin>(first)].drive(current_.address);
    ports_[static_cast<AxiPin>(first + 1)].drive(current_.id);
    ports_[static_cast<AxiPin>(first + 2)].drive(current_.len);
    ports_[static_cast<AxiPin>(first + 3)].drive(current_.size);
    ports_[static_cast<AxiPin>(first + 4)].drive(current_.burst);
    ports_[static_cast<AxiPin>(first + 5)].drive(current_.prot);
  }

  // The oldest operation under way with an ID; the list's end where there is none (the checker complains).
  static std::deque<Flight>::iterator find(std::deque<Flight>& flights, uint32_t id) {
    auto at = flights.begin();
    while (at != flights.end() && at->id != id) ++at;
    return at;
  }
  void finish(const Flight& flight) {
    const size_t beats = flight.data.size() / dataStride_;
    for (size_t beat = 0; beat < beats; ++beat)
      std::memcpy(memory_ + block_.readData + size_t{block_.readTail++ & mask_} * dataStride_, &flight.data[beat * dataStride_], dataStride_);
    AxiResult& result = block_.results[block_.finished % kMaxOperations];
    result.operation = flight.number;
    result.response = flight.response;
    result.beats = static_cast<uint32_t>(beats);
    ++block_.finished;
  }
  void takeResponse() {
    const auto at = find(writes_, static_cast<uint32_t>(ports_[kBId].value()));
    if (at == writes_.end()) return;
    at->response = static_cast<uint32_t>(ports_[kBResp].value());
    const Flight flight = std::move(*at);
    writes_.erase(at);
    finish(flight);
  }
  void takeData() {
    const auto at = find(reads_, static_cast<uint32_t>(ports_[kRId].value()));
    if (at == reads_.end()) return;
    const Port& port = ports_[kRData].port();
    at->data.insert(at->data.end(), port.data, port.data + port.bytes);
    const auto response = static_cast<uint32_t>(ports_[kRResp].value());
    if (response > at->response) at->response = response;
    if (ports_[kRLast].present() && !ports_[kRLast].bit()) return;
    const Flight flight = std::move(*at);
    reads_.erase(at);
    finish(flight);
  }

  AxiMasterBlock& block_;
  uint8_t* const memory_;
  const AxiPorts ports_;
  const Bit aw_taken_{ports_.pin(kAwReady)};
  const Bit w_taken_{ports_.pin(kWReady)};
  const Bit ar_taken_{ports_.pin(kArReady)};
  const Bit b_offered_{ports_.pin(kBValid)};
  const Bit r_offered_{ports_.pin(kRValid)};
  Line aw_line_{ports_.pin(kAwValid)};
  Line w_line_{ports_.pin(kWValid)};
  Line b_line_{ports_.pin(kBReady)};
  Line ar_line_{ports_.pin(kArValid)};
  Line r_line_{ports_.pin(kRReady)};
  uint32_t dataStride_;
  uint32_t strobeStride_;

  AxiOperation current_{};
  bool still_ = false;
  // The lines show that nothing is under way.
  bool shown_ = false;
  bool starting_ = false;
  bool aw_pending_ = false;
  bool ar_pending_ = false;
  uint32_t w_left_ = 0;
  bool aw_valid_ = false, aw_fresh_ = false;
  bool ar_valid_ = false, ar_fresh_ = false;
  bool w_valid_ = false, w_fresh_ = false;
  bool b_ready_ = false, r_ready_ = false;
  std::deque<Flight> writes_;
  std::deque<Flight> reads_;
};

}  // namespace accio
