// The simulator of a system: the Verilated model, the models at its edges, and the loop that turns the clock. Models look
// at the pins as they stand before the clock rises, and set them after it.
#include <sys/mman.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>

#include "checkpoint.h"
#include "client.h"
#include "console.h"
#include "harts.h"
#include "host.h"
#include "htif.h"
#include "job.h"
#include "memory.h"
#include "model.h"
#include "profile.h"
#include "replay.h"
#include "result.h"
#include "wire.h"

namespace soc {

volatile std::sig_atomic_t interrupted = 0;

FILE* openOrRefuse(const std::string& path, const char* mode) {
  if (path.empty()) return nullptr;
  FILE* file = std::fopen(path.c_str(), mode);
  if (file == nullptr) refuse("cannot open " + path);
  return file;
}

// Pages that nothing touches cost nothing.
uint8_t* makeMemory(const Job& job) {
  void* bytes = mmap(nullptr, job.memoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bytes == MAP_FAILED) refuse("no room for the memory");
  return static_cast<uint8_t*>(bytes);
}

void loadSegments(const Job& job, uint8_t* bytes) {
  for (const Segment& s : job.segments) {
    const uint64_t at = s.address - Memory<Top, kMemoryBytes>::kBase;
    if (at > job.memoryBytes || s.bytes > job.memoryBytes - at) refuse("a segment lies outside the memory");
    FILE* file = openOrRefuse(s.file, "rb");
    if (std::fseek(file, static_cast<long>(s.offset), SEEK_SET) != 0 || std::fread(bytes + at, 1, s.bytes, file) != s.bytes)
      refuse("cannot read " + s.file);
    std::fclose(file);
  }
}

FunctionTable readFunctions(const std::string& path) {
  FunctionTable table;
  FILE* file = openOrRefuse(path, "rb");
  FunctionTable::Range range;
  while (file != nullptr && std::fread(&range, sizeof range, 1, file) == 1) table.ranges.push_back(range);
  if (file != nullptr) std::fclose(file);
  return table;
}

class Simulator {
 public:
  explicit Simulator(const Job& job)
      : job_(job),
        bytes_(makeMemory(job)),
        memory_(job.memory, bytes_, job.memoryBytes),
        console_(job.input, !job.save.empty()),
        htif_(host_, console_),
        capture_(openOrRefuse(job.wireOut, "wb")),
        wire_(std::make_unique<Wire<Top>>(job.wire, capture_)),
        replay_(openOrRefuse(job.wireIn, "rb")),
        client_(job.client),
        functions_(readFunctions(job.functions)) {
    for (unsigned hart = 0; hart < kHarts; ++hart) {
      harts_[hart].begin(hartPins(model_.top, hart));
      if (!job.profile.empty()) profiles_.push_back(std::make_unique<Profile>(functions_));
    }
    if (job.tohost != 0) htif_.begin(job.tohost, job.fromhost);
  }

  void run() {
    if (job_.restore.empty()) reset();
    else restore();
    loadSegments(job_, bytes_);
    began_ = cycle_;
    const std::clock_t began = std::clock();
    const auto start = std::chrono::steady_clock::now();
    if (profiles_.empty()) loop<false>();
    else loop<true>();
    seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    processor_ = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    model_.finish();
    console_.flush();
    if (capture_ != nullptr) std::fclose(capture_);
    writeResult();
    writeProfile();
  }

 private:
  static constexpr uint64_t kResetCycles = 50;

  void reset() {
    Top& t = model_.top;
    t.clk = 0;
    t.rst = 1;
    t.mmio_latency = static_cast<uint8_t>(job_.mmioLatency);
    t.entry = job_.entry;
    t.device_tree = job_.deviceTree;
    t.console_tx_ready = 1;
    for (uint64_t i = 0; i < kResetCycles; ++i) {
      model_.low();
      t.clk = 1;
      model_.high();
      t.clk = 0;
    }
    t.rst = 0;
    drive(t, 0);
    model_.low();
  }

  template <bool kProfiling>
  void loop() {
    Top& t = model_.top;
    saveAt_ = job_.save.empty() ? UINT64_MAX : job_.saveAt;
    savesAtMark_ = !job_.save.empty() && job_.saveAt == UINT64_MAX;
    for (;; ++cycle_) {
      if (cycle_ == saveAt_) save();
      const bool ends = sample<kProfiling>(t);
      if (kWaves) waves();
      if (ends) return;
      t.clk = 1;
      model_.high();
      drive(t, cycle_);
      t.clk = 0;
      model_.low();
    }
  }

  // True: the run ends with this cycle.
  template <bool kProfiling>
  bool sample(Top& t) {
    bool lost = false;
    for (unsigned hart = 0; hart < kHarts; ++hart)
      lost |= harts_[hart].sample(
          cycle_,
          [&](const Retired& r) {
            if (r.instruction == kMark && savesAtMark_) saveAfterThis();
            if (kProfiling) profiles_[hart]->retired(r);
          },
          [&](uint64_t pc) { if (kProfiling) profiles_[hart]->trapped(pc); });
    memory_.sample(t, cycle_);
    wire_->sample(t, cycle_, [&](const Frame& f) { client_.entered(f); });
    console_.sample(t);
    host_.sample(t);
    if (htif_.state.on) htif_.step(cycle_);
    replay_.step(*wire_, cycle_);
    if (job_.loop) wire_->turn(cycle_);
    client_.step(*wire_, cycle_);
    if (t.exit_valid) return end("exit", t.exit_code);
    if (htif_.state.ended) return end("exit", htif_.state.code);
    if (lost) return end("trap", 0);
    if (t.unmapped_valid && job_.stopUnmapped) {
      strayWrite_ = t.unmapped_write;
      strayAddress_ = t.unmapped_address;
      strayId_ = t.unmapped_id;
      return end("unmapped", 0);
    }
    if (memory_.fault.found) return end("memory", 0);
    if (client_.done()) return end("client", 0);
    if (cycle_ >= job_.maxCycles) return end("limit", 0);
    if ((cycle_ & 0x3ff) == 0) {
      if (interrupted != 0) return end("interrupted", 0);
      if (job_.tellCycles && (cycle_ & 0x3ffff) == 0) std::fprintf(stderr, "at %llu\n", static_cast<unsigned long long>(cycle_));
      if (job_.quiet != 0 && replay_.finished() && wire_->quiet() && cycle_ > wire_->state.lastMoved + job_.quiet) return end("quiet", 0);
    }
    return false;
  }

  void drive(Top& t, uint64_t cycle) {
    memory_.drive(t, cycle);
    wire_->drive(t, cycle);
    console_.drive(t, cycle);
    host_.drive(t);
  }

  // All that the next cycle depends on, and what the result counts, as it is before a cycle.
  template <class Archive>
  void transfer(Archive& archive) {
    archive(cycle_);
    archive.model(model_.model);
    memory_.transfer(archive);
    console_.transfer(archive);
    archive(host_.state);
    archive(htif_.state);
    archive(wire_->state);
    replay_.transfer(archive);
    client_.transfer(archive);
    for (Hart& hart : harts_) archive(hart.state);
  }
  void transferProfile(Save& archive) {
    uint64_t profiles = profiles_.size();
    archive(profiles);
    for (auto& profile : profiles_) profile->transfer(archive);
  }
  // One that was not counted before begins here.
  void transferProfile(Restore& archive) {
    uint64_t profiles = 0;
    archive(profiles);
    if (profiles != profiles_.size()) {
      for (auto& profile : profiles_) profile->beginAt(cycle_);
      return;
    }
    for (auto& profile : profiles_) profile->transfer(archive);
  }

  void saveAfterThis() {
    savesAtMark_ = false;
    saveAt_ = cycle_ + 1;
  }
  // Says so on standard error when the file is whole.
  void save() {
    Save archive(job_.save);
    transfer(archive);
    archive.memory(bytes_, job_.saveBytes);
    transferProfile(archive);
    archive.close();
    std::fprintf(stderr, "saved %" PRIu64 "\n", cycle_);
    std::fflush(stderr);
  }
  void restore() {
    model_.initialise();
    Restore archive(job_.restore);
    transfer(archive);
    archive.memory(bytes_, job_.memoryBytes);
    transferProfile(archive);
    archive.close();
    console_.restored();
  }

  bool end(const char* how, uint64_t code) {
    how_ = how;
    code_ = code;
    return true;
  }

  void waves() {
    if (cycle_ == job_.wavesFrom) model_.openWaves(job_.waves.c_str(), cycle_);
    if (cycle_ == job_.wavesTo) model_.closeWaves();
  }

  void writeResult() const {
    FILE* file = openOrRefuse(job_.result, "wb");
    Json json(file);
    json.open();
    json.word("end", how_);
    json.big("code", code_);
    json.number("began", began_);
    json.number("cycles", cycle_);
    json.real("seconds", seconds_);
    json.real("processorSeconds", processor_);
    json.number("printed", console_.printed);
    json.number("htifLooks", htif_.state.looks);
    json.big("htifUnknown", htif_.state.lastUnknown);
    if (memory_.fault.found) stray(json, memory_.fault.write, memory_.fault.address, 0);
    else stray(json, strayWrite_, strayAddress_, strayId_);
    json.open("harts", '[');
    for (const Hart& hart : harts_) writeHart(json, hart);
    json.close(']');
    writeWire(json, wire_->state);
    writeMemory(json, memory_.state);
    if (job_.client.on) writeClient(json, client_);
    json.close();
    std::fclose(file);
  }
  static void stray(Json& json, bool write, uint64_t address, unsigned id) {
    json.open("stray");
    json.number("write", write);
    json.big("address", address);
    json.number("id", id);
    json.close();
  }
  void writeProfile() const {
    if (profiles_.empty()) return;
    FILE* file = openOrRefuse(job_.profile, "wb");
    for (unsigned hart = 0; hart < kHarts; ++hart) profiles_[hart]->write(file, hart);
    std::fclose(file);
  }

  const Job& job_;
  Model model_;
  uint8_t* const bytes_;
  Memory<Top, kMemoryBytes> memory_;
  Console console_;
  Host<Top> host_;
  Htif<Top> htif_;
  FILE* const capture_;
  std::unique_ptr<Wire<Top>> wire_;
  Replay replay_;
  Client client_;
  const FunctionTable functions_;
  Hart harts_[kHarts];
  std::vector<std::unique_ptr<Profile>> profiles_;
  uint64_t cycle_ = 0;
  uint64_t began_ = 0;
  uint64_t saveAt_ = UINT64_MAX;
  bool savesAtMark_ = false;
  double seconds_ = 0;
  double processor_ = 0;
  const char* how_ = "limit";
  uint64_t code_ = 0;
  bool strayWrite_ = false;
  uint64_t strayAddress_ = 0;
  unsigned strayId_ = 0;
};

}  // namespace soc

int main(int argc, char** argv) {
  if (argc != 2) soc::refuse("one argument: the job");
  const soc::Job job = soc::readJob(argv[1]);
  std::signal(SIGINT, [](int) { soc::interrupted = 1; });
  std::signal(SIGTERM, [](int) { soc::interrupted = 1; });
  auto simulator = std::make_unique<soc::Simulator>(job);
  simulator->run();
  std::fflush(nullptr);
  // Verilator's threads need not be joined.
  std::_Exit(0);
}
