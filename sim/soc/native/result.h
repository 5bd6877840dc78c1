// Writes a run's result as JSON, for sim/soc/simulate.ts.
#pragma once
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <vector>

#include "client.h"
#include "harts.h"
#include "memory.h"
#include "wire.h"

namespace soc {

// JSON of numbers and words that need no escapes; 64-bit values are decimal strings where they may be large.
class Json {
 public:
  explicit Json(FILE* file) : file_(file) {}
  void open(const char* name = nullptr, char bracket = '{') {
    key(name);
    std::fputc(bracket, file_);
    first_ = true;
  }
  void close(char bracket = '}') {
    std::fputc(bracket, file_);
    first_ = false;
  }
  void number(const char* name, uint64_t value) {
    key(name);
    std::fprintf(file_, "%" PRIu64, value);
  }
  void big(const char* name, uint64_t value) {
    key(name);
    std::fprintf(file_, "\"%" PRIu64 "\"", value);
  }
  void real(const char* name, double value) {
    key(name);
    std::fprintf(file_, "%.9g", value);
  }
  void word(const char* name, const char* value) {
    key(name);
    std::fprintf(file_, "\"%s\"", value);
  }

 private:
  void key(const char* name) {
    if (!first_) std::fputc(',', file_);
    first_ = false;
    if (name != nullptr) std::fprintf(file_, "\"%s\":", name);
  }
  FILE* file_;
  bool first_ = true;
};

inline void writeTrap(Json& json, const char* name, const Trap& t) {
  json.open(name);
  json.big("cause", t.cause);
  json.big("pc", t.pc);
  json.big("value", t.value);
  json.big("vector", t.vector);
  json.number("cycle", t.cycle);
  json.number("privilege", t.privilege);
  json.close();
}

inline void writeHart(Json& json, const Hart& hart) {
  json.open();
  json.number("instructions", hart.state.instructions);
  json.number("traps", hart.state.traps);
  json.number("privilege", *hart.pins().privilege);
  json.number("sleeping", *hart.pins().sleeping);
  json.number("trapsInARow", hart.state.trapsInARow);
  if (hart.state.trapsInARow != 0) writeTrap(json, "firstTrap", hart.state.first);
  if (hart.state.traps != 0) writeTrap(json, "lastTrap", hart.state.last);
  json.open("recent", '[');
  for (uint64_t back = hart.kept(); back-- > 0;) {
    const Retired& r = hart.recent(back);
    json.open();
    json.big("pc", r.pc);
    json.number("cycle", r.cycle);
    json.number("instruction", r.instruction);
    json.close();
  }
  json.close(']');
  json.close();
}

inline void writeLatencies(Json& json, const char* name, std::vector<uint32_t> all) {
  std::sort(all.begin(), all.end());
  json.open(name, '[');
  // Value and how often, in order.
  for (size_t i = 0; i < all.size();) {
    size_t j = i;
    while (j < all.size() && all[j] == all[i]) ++j;
    json.number(nullptr, all[i]);
    json.number(nullptr, j - i);
    i = j;
  }
  json.close(']');
}

inline void writeClient(Json& json, const Client& client) {
  const ClientState& s = client.state;
  json.open("client");
  json.number("probes", s.probes);
  json.number("sent", s.sent);
  json.number("answered", s.answered);
  json.number("lost", s.lost + s.outstanding);
  json.number("late", s.late);
  json.number("wrong", s.wrong);
  json.number("stray", s.stray);
  json.number("firstSent", s.firstSent);
  json.number("lastAnswer", s.lastAnswer);
  writeLatencies(json, "roundTrips", client.roundTrips);
  writeLatencies(json, "inside", client.inside);
  json.close();
}

inline void writeWire(Json& json, const WireState& s) {
  json.open("wire");
  json.number("framesIn", s.framesIn);
  json.number("bytesIn", s.bytesIn);
  json.number("framesOut", s.framesOut);
  json.number("bytesOut", s.bytesOut);
  json.number("stalls", s.stalls);
  json.number("ordinary", s.ordinary);
  json.close();
}

inline void writeMemory(Json& json, const MemoryState& s) {
  json.open("memory");
  json.number("reads", s.readLines);
  json.number("writes", s.writeLines);
  json.number("rowHits", s.hits);
  json.number("rowMisses", s.misses);
  json.number("rowConflicts", s.conflicts);
  json.close();
}

}  // namespace soc
