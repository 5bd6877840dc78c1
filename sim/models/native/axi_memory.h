// An AXI4 slave with memory behind it; sim/models/axi/memory-twin.ts does the same, cycle by cycle.
//
// A write changes memory when its response is first offered, never earlier: a master that tells the world about its data
// before it has the response is found out.
#pragma once
#include "axi_ports.h"
#include "fifo.h"
#include "pause.h"

namespace accio {

class AxiMemory final : public Transactor {
 public:
  explicit AxiMemory(const Attachment& a)
      : block_(a.as<AxiMemoryBlock>()),
        ports_(a),
        bus_bytes_(ports_.busBytes()),
        bus_bits_(log2Of(bus_bytes_)),
        strobe_bytes_((bus_bytes_ + 7) / 8),
        all_strobes_(kWriteBeats * strobe_bytes_, bus_bytes_ < 8 ? (1u << bus_bytes_) - 1 : 0xff),
        refused_(bus_bytes_, 0xee) {
    beats_ = fresh();
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
    aw_line_.set(aw_ready_);
    w_line_.set(w_ready_);
    b_line_.set(b_ != nullptr);
    if (b_fresh_) driveResponse();
    ar_line_.set(ar_ready_);
    r_line_.set(r_valid_);
    if (!r_fresh_) return;
    r_fresh_ = false;
    if (r_beat_ == 0) driveRead();
    if (r_response_ != r_shown_) driveReadResponse();
    r_last_.set(r_beat_ == r_->request.len);
    copyStorage(r_data_, r_word_, bus_bytes_);
  }

 private:
  // Write beats that no request has been found for: room for two bursts of the longest kind.
  static constexpr uint32_t kWriteBeats = 512;
  struct Job {
    AxiRequest request;
    uint64_t due = 0;
    uint32_t response = 0;
    // Writes: data and strobe of each beat.
    std::vector<uint8_t> data;
    std::vector<uint8_t> strobe;
  };

  // Once a burst.
  [[gnu::noinline]] void driveResponse() {
    b_fresh_ = false;
    ports_[kBId].drive(b_->request.id);
    ports_[kBResp].drive(b_->response);
  }
  [[gnu::noinline]] void driveRead() { ports_[kRId].drive(r_->request.id); }
  [[gnu::noinline, gnu::cold]] void driveReadResponse() {
    r_shown_ = r_response_;
    ports_[kRResp].drive(r_response_);
  }

  // Under reset: forgets all requests; memory stays.
  [[gnu::noinline, gnu::cold]] void clear() {
    addresses_.clear();
    lookAtNext();
    waiting_writes_ = waiting_reads_ = 0;
    beat_count_ = 0;
    for (Fifo<Job*>* jobs : {&writes_, &reads_})
      for (; !jobs->empty(); jobs->pop()) spare_.push_back(jobs->front());
    release(b_);
    release(r_);
    aw_ready_ = w_ready_ = ar_ready_ = r_valid_ = b_fresh_ = r_fresh_ = false;
  }
  Job* fresh() {
    if (spare_.empty()) return another();
    Job* job = spare_.back();
    spare_.pop_back();
    return job;
  }
  [[gnu::noinline, gnu::cold]] Job* another() {
    all_.push_back(std::make_unique<Job>());
    Job* job = all_.back().get();
    if (!ports_.canWrite()) return job;
    job->data.resize(size_t{kWriteBeats} * bus_bytes_);
    job->strobe.resize(size_t{kWriteBeats} * strobe_bytes_, 0xff);
    return job;
  }
  void release(Job*& job) {
    if (job != nullptr) spare_.push_back(job);
    job = nullptr;
  }

  void sampleWrites() {
    if (aw_ready_ && aw_valid_) takeWriteRequest();
    if (w_ready_ && w_valid_) takeWriteBeat();
    if (b_ != nullptr && b_ready_) {
      release(b_);
      ++block_.writesDone;
    }
    while (beat_count_ > next_len_) joinWrite();
    const bool pause = pauses(block_.b);
    if (b_ == nullptr && !writes_.empty() && !pause) respond();
    aw_ready_ = !pauses(block_.aw) && waiting_writes_ < block_.outstanding;
    w_ready_ = !pauses(block_.w) && beat_count_ < kWriteBeats;
  }

  [[gnu::noinline]] void takeWriteRequest() {
    addresses_.push(ports_.writeRequest());
    ++waiting_writes_;
    ++block_.writes;
    lookAtNext();
  }
  void lookAtNext() { next_len_ = addresses_.empty() ? kNoBurst : addresses_.front().len; }
  [[gnu::noinline]] void respond() {
    b_ = choose(writes_, waiting_writes_);
    if (b_ == nullptr) return;
    b_->response = store(*b_);
    b_fresh_ = true;
  }

  void takeWriteBeat() {
    const size_t at = beat_count_++;
    copyStorage(beats_->data.data() + at * bus_bytes_, w_data_, bus_bytes_);
    if (w_strobe_ != nullptr) copyStorage(beats_->strobe.data() + at * strobe_bytes_, w_strobe_, strobe_bytes_);
  }

  // All beats of the oldest write are here. Most often there are no others.
  [[gnu::noinline]] void joinWrite() {
    Job* job = beats_;
    beats_ = fresh();
    job->request = addresses_.front();
    addresses_.pop();
    lookAtNext();
    const size_t count = job->request.len + 1;
    const size_t others = beat_count_ - count;
    if (others > 0) {
      std::memcpy(beats_->data.data(), &job->data[count * bus_bytes_], others * bus_bytes_);
      std::memcpy(beats_->strobe.data(), &job->strobe[count * strobe_bytes_], others * strobe_bytes_);
    }
    beat_count_ = others;
    job->due = cycle_ + latency(block_.writeLatency, block_.writeJitter);
    writes_.push(job);
  }

  void sampleReads() {
    if (ar_ready_ && ar_valid_) takeReadRequest();
    if (r_valid_ && r_ready_) {
      r_valid_ = false;
      if (r_beat_++ == r_->request.len) {
        release(r_);
        ++block_.readsDone;
      }
    }
    const bool pause = pauses(block_.r);
    if (!r_valid_ && !pause) {
      if (r_ == nullptr && !reads_.empty()) beginRead();
      if (r_ != nullptr) {
        if (r_plain_ && block_.errorRanges == 0) loadNext();
        else load(r_->request.beatAddress(r_beat_));
        __builtin_prefetch(r_word_);
        if (r_plain_) r_next_ += bus_bytes_;
        r_valid_ = r_fresh_ = true;
      }
    }
    ar_ready_ = !pauses(block_.ar) && waiting_reads_ + (r_ != nullptr ? 1 : 0) < block_.outstanding;
  }

  [[gnu::noinline]] void takeReadRequest() {
    Job* job = fresh();
    job->request = ports_.readRequest();
    job->due = cycle_ + latency(block_.readLatency, block_.readJitter);
    reads_.push(job);
    ++waiting_reads_;
    ++block_.reads;
  }
  [[gnu::noinline]] void beginRead() {
    r_ = choose(reads_, waiting_reads_);
    if (r_ == nullptr) return;
    r_beat_ = 0;
    r_plain_ = isPlain(r_->request);
    r_next_ = r_plain_ ? wordAt(r_->request.address) : nullptr;
  }
  void loadNext() {
    r_response_ = 0;
    r_word_ = r_next_;
  }

  uint64_t latency(uint32_t least, uint32_t jitter) {
    return least - 1 + (jitter == 0 ? 0 : nextRandom(block_.random) % (jitter + 1));
  }

  // Takes a job that is due: the oldest, or any that no older one of its ID stands before. Null when there is none.
  Job* choose(Fifo<Job*>& jobs, uint32_t& waiting) {
    if (block_.reorder != 0) return chooseAny(jobs, waiting);
    Job* first = jobs.front();
    if (first->due > cycle_) return nullptr;
    jobs.pop();
    --waiting;
    return first;
  }
  [[gnu::noinline, gnu::cold]] Job* chooseAny(Fifo<Job*>& jobs, uint32_t& waiting) {
    candidates_.clear();
    for (uint32_t i = 0; i < jobs.size(); ++i) {
      bool first = true;
      for (uint32_t j = 0; j < i; ++j) first &= jobs[j]->request.id != jobs[i]->request.id;
      if (first && jobs[i]->due <= cycle_) candidates_.push_back(i);
    }
    if (candidates_.empty()) return nullptr;
    const uint32_t at = candidates_[candidates_.size() == 1 ? 0 : nextRandom(block_.random) % candidates_.size()];
    Job* chosen = jobs[at];
    jobs.erase(at);
    --waiting;
    return chosen;
  }

  uint32_t responseAt(uint64_t address, uint32_t kind) const {
    for (uint32_t i = 0; i < block_.errorRanges; ++i) {
      const AxiErrorRange& range = block_.errors[i];
      if (address >= range.first && address <= range.last && (range.kinds & kind) != 0) return range.response;
    }
    return isInside(address, bus_bytes_) ? 0 : 3;
  }
  // So many bytes from an address's word on are memory.
  bool isInside(uint64_t address, uint64_t bytes) const {
    const uint64_t word = address & ~uint64_t{bus_bytes_ - 1};
    return word >= block_.base && word - block_.base + bytes <= block_.size;
  }
  uint8_t* wordAt(uint64_t address) const {
    return reinterpret_cast<uint8_t*>(block_.storage) + ((address & ~uint64_t{bus_bytes_ - 1}) - block_.base);
  }

  // Finds a word; bytes of a refused one are 0xee.
  [[gnu::noinline, gnu::cold]] void load(uint64_t address) {
    r_response_ = responseAt(address, 1);
    r_word_ = r_response_ == 0 ? wordAt(address) : refused_.data();
  }

  // Consecutive words, and nothing is refused: what a burst most often is.
  bool isPlain(const AxiRequest& request) const {
    return block_.errorRanges == 0 && request.burst == 1 && request.size == bus_bits_ &&
           isInside(request.address, (uint64_t{request.len} + 1) * bus_bytes_);
  }
  bool isFull(const Job& job, size_t beats) const {
    return std::memcmp(job.strobe.data(), all_strobes_.data(), beats * strobe_bytes_) == 0;
  }
  // Writes what is allowed; the response is the worst of all beats.
  uint32_t store(const Job& job) {
    const size_t beats = size_t{job.request.len} + 1;
    if (!isPlain(job.request) || !isFull(job, beats)) return storeByByte(job);
    std::memcpy(wordAt(job.request.address), job.data.data(), beats * bus_bytes_);
    return 0;
  }
  [[gnu::noinline, gnu::cold]] uint32_t storeByByte(const Job& job) {
    uint32_t worst = 0;
    for (uint32_t beat = 0; beat <= job.request.len; ++beat) {
      const uint64_t address = job.request.beatAddress(beat);
      const uint32_t response = responseAt(address, 2);
      if (response > worst) worst = response;
      if (response != 0) continue;
      uint8_t* word = wordAt(address);
      const uint8_t* data = &job.data[beat * bus_bytes_];
      const uint8_t* strobe = &job.strobe[beat * strobe_bytes_];
      for (uint32_t i = 0; i < bus_bytes_; ++i)
        if ((strobe[i >> 3] >> (i & 7) & 1) != 0) word[i] = data[i];
    }
    return worst;
  }

  AxiMemoryBlock& block_;
  const AxiPorts ports_;
  // Of one beat's data, its binary logarithm, and of one beat's strobe.
  const uint32_t bus_bytes_;
  const uint32_t bus_bits_;
  const size_t strobe_bytes_;
  // Strobes of full beats.
  const std::vector<uint8_t> all_strobes_;
  uint64_t cycle_ = 0;
  const Bit aw_valid_{ports_.pin(kAwValid)};
  const Bit w_valid_{ports_.pin(kWValid)};
  const Bit b_ready_{ports_.pin(kBReady)};
  const Bit ar_valid_{ports_.pin(kArValid)};
  const Bit r_ready_{ports_.pin(kRReady)};
  const uint8_t* const w_data_ = ports_[kWData].port().data;
  const uint8_t* const w_strobe_ = ports_[kWStrb].present() ? ports_[kWStrb].port().data : nullptr;
  uint8_t* const r_data_ = ports_[kRData].port().data;
  Line aw_line_{ports_.pin(kAwReady)};
  Line w_line_{ports_.pin(kWReady)};
  Line b_line_{ports_.pin(kBValid)};
  Line ar_line_{ports_.pin(kArReady)};
  Line r_line_{ports_.pin(kRValid)};
  Line r_last_{ports_.pin(kRLast)};
  std::vector<uint32_t> candidates_;

  // Every job there is, those that are free, and the one whose beats are coming in.
  std::vector<std::unique_ptr<Job>> all_;
  std::vector<Job*> spare_;
  Job* beats_ = nullptr;
  size_t beat_count_ = 0;

  // Requests whose response is not offered yet.
  uint32_t waiting_writes_ = 0;
  uint32_t waiting_reads_ = 0;
  Fifo<AxiRequest> addresses_;
  // Length less one of the oldest of them; more than there is room for when there is none.
  static constexpr size_t kNoBurst = kWriteBeats;
  size_t next_len_ = kNoBurst;
  Fifo<Job*> writes_;
  // The write whose response is offered.
  Job* b_ = nullptr;
  bool aw_ready_ = false;
  bool w_ready_ = false;
  bool b_fresh_ = false;

  Fifo<Job*> reads_;
  // The read whose beats are offered.
  Job* r_ = nullptr;
  uint32_t r_beat_ = 0;
  uint32_t r_response_ = 0;
  // What the port shows; the port is what it was before the first.
  uint32_t r_shown_ = ~0u;
  // A burst of consecutive words of which none is refused: the next of them.
  bool r_plain_ = false;
  const uint8_t* r_next_ = nullptr;
  const uint8_t* r_word_ = nullptr;
  const std::vector<uint8_t> refused_;
  bool ar_ready_ = false;
  bool r_valid_ = false;
  bool r_fresh_ = false;
};

}  // namespace accio
