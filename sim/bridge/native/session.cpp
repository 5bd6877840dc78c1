// See session.h. Also what Verilator calls when a model prints, stops or gives up.
#include "session.h"

#include <cstdarg>
#include <cstdio>
#include <map>

#include "verilated.h"

namespace accio {

Session* Session::current = nullptr;

Session::Session(uint8_t* shared)
    : header_(*reinterpret_cast<Header*>(shared)),
      clocks_(reinterpret_cast<ClockEntry*>(shared + kClocksOffset)),
      waits_(reinterpret_cast<WaitEntry*>(shared + kWaitsOffset)),
      written_(reinterpret_cast<uint64_t*>(shared + header_.writtenOffset)),
      sampled_(reinterpret_cast<uint64_t*>(shared + header_.sampledOffset)),
      lastSeen_(kMaxWaits) {}

Session::~Session() {
  if (current == this) current = nullptr;
}

void Session::addPort(const char* name, void* data, uint32_t width, uint32_t slot, bool input) {
  Port port;
  port.name = name;
  port.data = static_cast<uint8_t*>(data);
  port.written = input ? written_ + slot : nullptr;
  port.width = width;
  port.bytes = storageBytes(width);
  port.slot = slot;
  ports_.push_back(port);
}

void Session::startClocks() {
  for (uint32_t i = 0; i < header_.clockCount; ++i) {
    const auto period = static_cast<int64_t>(clocks_[i].period);
    pins_[i] = {static_cast<int64_t>(clocks_[i].firstRise), kNever, period, period / 2};
  }
}

bool Session::armWaits() {
  bool watching = false;
  counterWaits_.clear();
  portWaits_.clear();
  for (uint32_t i = 0; i < header_.waitsInUse; ++i) {
    WaitEntry& wait = waits_[i];
    if (wait.kind == WaitKind_counter) counterWaits_.push_back({counters_[wait.subject], wait.low, i});
    if (wait.kind == WaitKind_equal || wait.kind == WaitKind_notEqual) portWaits_.push_back(i);
    if (wait.kind < WaitKind_change) continue;
    watching = true;
    if (wait.state != WaitState_fresh) continue;
    // What TypeScript saw when it began to wait.
    const Port& port = ports_[wait.subject];
    const auto* seen = reinterpret_cast<const uint8_t*>(sampled_ + port.slot);
    lastSeen_[i].assign(seen, seen + port.bytes);
    wait.state = WaitState_armed;
  }
  conditional_ = !counterWaits_.empty() || !portWaits_.empty();
  return watching;
}

bool Session::conditions() {
  bool any = false;
  for (const CounterWait& wait : counterWaits_) {
    if (static_cast<int32_t>(*wait.counter - wait.atLeast) < 0) continue;
    waits_[wait.entry].state = WaitState_fired;
    any = true;
  }
  for (const uint32_t entry : portWaits_) {
    WaitEntry& wait = waits_[entry];
    const bool equal = ports_[wait.subject].value() == (uint64_t{wait.high} << 32 | wait.low);
    if (equal != (wait.kind == WaitKind_equal)) continue;
    wait.state = WaitState_fired;
    any = true;
  }
  return any;
}

bool Session::changes() {
  bool any = false;
  for (uint32_t i = 0; i < header_.waitsInUse; ++i) {
    WaitEntry& wait = waits_[i];
    if (wait.kind < WaitKind_change || wait.state != WaitState_armed) continue;
    const Port& port = ports_[wait.subject];
    auto& last = lastSeen_[i];
    if (std::memcmp(last.data(), port.data, port.bytes) == 0) continue;
    const bool wasSet = (last[0] & 1) != 0;
    last.assign(port.data, port.data + port.bytes);
    if (wait.kind == WaitKind_rise && wasSet) continue;
    if (wait.kind == WaitKind_fall && !wasSet) continue;
    wait.state = WaitState_fired;
    any = true;
  }
  return any;
}

int Session::attach(const char* kind, const char* name, const int32_t* ports, int count, int clock, int reset,
                    uint8_t* block) {
  const TransactorFactory factory = findTransactor(kind);
  if (factory == nullptr) return -1;
  Attachment attachment{*this, name, {}, block, static_cast<unsigned>(clock), reset < 0 ? nullptr : &ports_[reset]};
  for (int i = 0; i < count; ++i) attachment.ports.push_back(ports[i] < 0 ? nullptr : &ports_[ports[i]]);
  const int firstCounter = static_cast<int>(counters_.size());
  transactors_.push_back(factory(attachment));
  Transactor* made = transactors_.back().get();
  samplers_[clock].push_back(made);
  if (made->drives()) {
    drivers_[clock].push_back(made);
    for (const Port* port : attachment.ports)
      if (port != nullptr && port->isInput()) driven_.push_back(*port);
    made->drive();
    keepDriven();
  }
  return firstCounter;
}

void Session::log(const std::string& text) {
  messages_.push_back("L" + text);
  pending_ |= StopReason_message;
}

void Session::fail(const std::string& text) {
  messages_.push_back("E" + text);
  pending_ |= StopReason_message;
  failedSinceStop_ = true;
}

bool Session::nextMessage(std::string& out) {
  if (messages_.empty()) {
    failedSinceStop_ = false;
    return false;
  }
  out = messages_.front();
  messages_.pop_front();
  if (messages_.empty()) pending_ &= ~StopReason_message;
  return true;
}

void Session::stopped(const char* what, const char* file, int line) {
  // `$error` prints first and then stops; `$stop` only stops.
  if (failedSinceStop_) return;
  fail(std::string(what) + " at " + file + ":" + std::to_string(line));
}

// ---- kinds of transactors -------------------------------------------------------------------

static std::map<std::string, TransactorFactory>& kinds() {
  static std::map<std::string, TransactorFactory> table;
  return table;
}

void registerTransactor(const char* kind, TransactorFactory factory) { kinds().emplace(kind, factory); }

TransactorFactory findTransactor(const std::string& kind) {
  static const bool registered = (registerKinds(), true);
  (void)registered;
  const auto found = kinds().find(kind);
  return found == kinds().end() ? nullptr : found->second;
}

}  // namespace accio

// ---- Verilator's hooks ----------------------------------------------------------------------

extern "C" void accio_printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char* text = nullptr;
  const int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  std::string line(text, length);
  free(text);
  if (!line.empty() && line.back() == '\n') line.pop_back();
  accio::Session* session = accio::Session::current;
  if (session == nullptr) {
    std::fprintf(stderr, "%s\n", line.c_str());
  } else if (line.find("%Error") != std::string::npos || line.find("%Fatal") != std::string::npos) {
    session->fail(line);
  } else {
    session->log(line);
  }
}

void vl_finish(const char*, int, const char*) VL_MT_UNSAFE { accio::Session::current->finished(); }
void vl_stop(const char* file, int line, const char*) VL_MT_UNSAFE { accio::Session::current->stopped("$stop", file, line); }
void vl_fatal(const char* file, int line, const char*, const char* message) VL_MT_UNSAFE {
  throw accio::Fatal(std::string(file) + ":" + std::to_string(line) + ": " + message);
}
void vl_warn(const char* file, int line, const char*, const char* message) VL_MT_UNSAFE {
  accio::Session::current->log(std::string(file) + ":" + std::to_string(line) + ": " + message);
}
