// An AXI4 slave with memory behind it; sim/models/axi/memory-twin.ts does the same, cycle by cycle.
//
// A write changes memory when its response is first offered, never earlier: a master that tells the world about its data
// before it has the response is found out.
#pragma once
#include <deque>

#include "axi_ports.h"
#include "pause.h"

namespace accio {

class AxiMemory final : public Transactor {
 public:
  explicit AxiMemory(const Attachment& a) : block_(a.as<AxiMemoryBlock>()), ports_(a), data_(ports_.busBytes()) {
    a.session.addCounter(&block_.reads);
    a.session.addCounter(&block_.readsDone);
    a.session.addCounter(&block_.writes);
    a.session.addCounter(&block_.writesDone);
  }

  void sample() override {
    ++cycle_;
    if (ports_.inReset()) return clear();
    if (ports_.canWrite()) sampleWrites();
    if (ports_.canRead()) sampleReads();
  }

  void drive() override {
    if (ports_.canWrite()) {
      ports_[kAwReady].drive(aw_ready_);
      ports_[kWReady].drive(w_ready_);
      ports_[kBValid].drive(b_valid_);
      if (b_fresh_) {
        ports_[kBId].drive(b_.request.id);
        ports_[kBResp].drive(b_.response);
        b_fresh_ = false;
      }
    }
    if (ports_.canRead()) {
      ports_[kArReady].drive(ar_ready_);
      ports_[kRValid].drive(r_valid_);
      if (r_fresh_) {
        ports_[kRId].drive(r_.request.id);
        ports_[kRResp].drive(r_response_);
        ports_[kRLast].drive(r_beat_ == r_.request.len);
        ports_[kRData].port().driveFrom(data_.data());
        r_fresh_ = false;
      }
    }
  }

 private:
  struct Job {
    AxiRequest request;
    uint64_t due = 0;
    uint32_t response = 0;
    // Writes: data and strobe of each beat.
    std::vector<uint8_t> data;
    std::vector<uint8_t> strobe;
  };

  // Under reset: forgets all requests; memory stays.
  void clear() {
    addresses_.clear();
    w_data_.clear();
    w_strobe_.clear();
    beats_ = 0;
    writes_.clear();
    reads_.clear();
    reading_ = false;
    aw_ready_ = w_ready_ = ar_ready_ = b_valid_ = r_valid_ = b_fresh_ = r_fresh_ = false;
  }

  void sampleWrites() {
    if (aw_ready_ && ports_[kAwValid].bit()) {
      addresses_.push_back(ports_.writeRequest());
      ++block_.writes;
    }
    if (w_ready_ && ports_[kWValid].bit()) takeWriteBeat();
    if (b_valid_ && ports_[kBReady].bit()) {
      b_valid_ = false;
      ++block_.writesDone;
    }
    while (!addresses_.empty() && beats_ > addresses_.front().len) joinWrite();
    const bool pause = pauses(block_.b);
    if (!b_valid_ && !pause && choose(writes_, b_)) {
      b_.response = store(b_);
      b_valid_ = b_fresh_ = true;
    }
    aw_ready_ = !pauses(block_.aw) && addresses_.size() + writes_.size() < block_.outstanding;
    w_ready_ = !pauses(block_.w) && beats_ < 512;
  }

  void takeWriteBeat() {
    const size_t bytes = ports_.busBytes();
    const size_t at = w_data_.size();
    w_data_.resize(at + bytes);
    std::memcpy(&w_data_[at], ports_[kWData].port().data, bytes);
    const size_t strobes = (bytes + 7) / 8;
    const size_t strobeAt = w_strobe_.size();
    w_strobe_.resize(strobeAt + strobes, 0xff);
    if (ports_[kWStrb].present()) std::memcpy(&w_strobe_[strobeAt], ports_[kWStrb].port().data, strobes);
    ++beats_;
  }

  // All beats of the oldest write are here.
  void joinWrite() {
    Job job;
    job.request = addresses_.front();
    addresses_.pop_front();
    const size_t count = job.request.len + 1;
    const size_t bytes = count * ports_.busBytes();
    const size_t strobes = count * ((ports_.busBytes() + 7) / 8);
    job.data.assign(w_data_.begin(), w_data_.begin() + bytes);
    job.strobe.assign(w_strobe_.begin(), w_strobe_.begin() + strobes);
    w_data_.erase(w_data_.begin(), w_data_.begin() + bytes);
    w_strobe_.erase(w_strobe_.begin(), w_strobe_.begin() + strobes);
    beats_ -= count;
    job.due = cycle_ + latency(block_.writeLatency, block_.writeJitter);
    writes_.push_back(std::move(job));
  }

  void sampleReads() {
    if (ar_ready_ && ports_[kArValid].bit()) {
      Job job;
      job.request = ports_.readRequest();
      job.due = cycle_ + latency(block_.readLatency, block_.readJitter);
      reads_.push_back(std::move(job));
      ++block_.reads;
    }
    if (r_valid_ && ports_[kRReady].bit()) {
      r_valid_ = false;
      if (r_beat_++ == r_.request.len) {
        reading_ = false;
        ++block_.readsDone;
      }
    }
    const bool pause = pauses(block_.r);
    if (!r_valid_ && !pause) {
      if (!reading_ && choose(reads_, r_)) {
        reading_ = true;
        r_beat_ = 0;
      }
      if (reading_) {
        r_response_ = load(r_.request.beatAddress(r_beat_));
        r_valid_ = r_fresh_ = true;
      }
    }
    ar_ready_ = !pauses(block_.ar) && reads_.size() + (reading_ ? 1 : 0) < block_.outstanding;
  }

  uint64_t latency(uint32_t least, uint32_t jitter) {
    return least - 1 + (jitter == 0 ? 0 : nextRandom(block_.random) % (jitter + 1));
  }

  // Takes a job that is due: the oldest, or any that no older one of its ID stands before.
  bool choose(std::deque<Job>& jobs, Job& chosen) {
    candidates_.clear();
    for (size_t i = 0; i < jobs.size(); ++i) {
      bool first = true;
      for (size_t j = 0; j < i; ++j) first &= jobs[j].request.id != jobs[i].request.id;
      if (first && jobs[i].due <= cycle_) candidates_.push_back(i);
      if (block_.reorder == 0) break;
    }
    if (candidates_.empty()) return false;
    const size_t pick = candidates_.size() == 1 ? 0 : nextRandom(block_.random) % candidates_.size();
    const size_t at = candidates_[pick];
    chosen = std::move(jobs[at]);
    jobs.erase(jobs.begin() + at);
    return true;
  }

  uint32_t responseAt(uint64_t address, uint32_t kind) const {
    for (uint32_t i = 0; i < block_.errorRanges; ++i) {
      const AxiErrorRange& range = block_.errors[i];
      if (address >= range.first && address <= range.last && (range.kinds & kind) != 0) return range.response;
    }
    const uint64_t word = address & ~uint64_t{ports_.busBytes() - 1};
    return word >= block_.base && word - block_.base + ports_.busBytes() <= block_.size ? 0 : 3;
  }
  uint8_t* wordAt(uint64_t address) const {
    return reinterpret_cast<uint8_t*>(block_.storage) + ((address & ~uint64_t{ports_.busBytes() - 1}) - block_.base);
  }

  // Reads a word into `data_`; bytes of a refused one are 0xee.
  uint32_t load(uint64_t address) {
    const uint32_t response = responseAt(address, 1);
    if (response == 0) std::memcpy(data_.data(), wordAt(address), data_.size());
    else std::memset(data_.data(), 0xee, data_.size());
    return response;
  }

  // Writes what is allowed; the response is the worst of all beats.
  uint32_t store(const Job& job) {
    uint32_t worst = 0;
    const size_t strobes = (ports_.busBytes() + 7) / 8;
    for (uint32_t beat = 0; beat <= job.request.len; ++beat) {
      const uint64_t address = job.request.beatAddress(beat);
      const uint32_t response = responseAt(address, 2);
      if (response > worst) worst = response;
      if (response != 0) continue;
      uint8_t* word = wordAt(address);
      for (uint32_t i = 0; i < ports_.busBytes(); ++i)
        if ((job.strobe[beat * strobes + (i >> 3)] >> (i & 7) & 1) != 0) word[i] = job.data[beat * ports_.busBytes() + i];
    }
    return worst;
  }

  AxiMemoryBlock& block_;
  const AxiPorts ports_;
  uint64_t cycle_ = 0;
  std::vector<size_t> candidates_;

  std::deque<AxiRequest> addresses_;
  std::vector<uint8_t> w_data_;
  std::vector<uint8_t> w_strobe_;
  uint32_t beats_ = 0;
  std::deque<Job> writes_;
  Job b_;
  bool aw_ready_ = false;
  bool w_ready_ = false;
  bool b_valid_ = false;
  bool b_fresh_ = false;

  std::deque<Job> reads_;
  Job r_;
  bool reading_ = false;
  uint32_t r_beat_ = 0;
  uint32_t r_response_ = 0;
  std::vector<uint8_t> data_;
  bool ar_ready_ = false;
  bool r_valid_ = false;
  bool r_fresh_ = false;
};

}  // namespace accio
