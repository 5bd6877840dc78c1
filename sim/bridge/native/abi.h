// The functions that TypeScript calls, one set in each model's library. Included once, by the generated glue, which
// defines `accio_glue`. No exception leaves a library: they become messages.
#pragma once
#include <string>
#include <vector>

#include "engine.h"

#define ACCIO_EXPORT extern "C" __attribute__((visibility("default")))

namespace {
using AccioEngine = accio::Engine<accio_glue>;

std::vector<std::unique_ptr<AccioEngine>> accio_sessions;
AccioEngine* accio_selected = nullptr;
std::string accio_text;

template <class Body>
int accio_guarded(Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    if (accio_selected == nullptr) return -1;
    accio_selected->fail(error.what());
    return accio::StopReason_message | accio::StopReason_finish;
  }
}
}  // namespace

// Returns the session's number and selects it, or -1 with the reason in `accio_message`.
ACCIO_EXPORT int accio_open(uint8_t* shared) {
  try {
    accio_sessions.push_back(std::make_unique<AccioEngine>(shared));
    accio_selected = accio_sessions.back().get();
    return static_cast<int>(accio_sessions.size()) - 1;
  } catch (const std::exception& error) {
    accio_text = std::string("E") + error.what();
    return -1;
  }
}
ACCIO_EXPORT void accio_select(int session) { accio_selected = accio_sessions[session].get(); }
ACCIO_EXPORT void accio_close(int session) {
  if (accio_selected == accio_sessions[session].get()) accio_selected = nullptr;
  accio_sessions[session].reset();
}

ACCIO_EXPORT int accio_tick() {
  return accio_guarded([] { return accio_selected->tick(); });
}
ACCIO_EXPORT int accio_run() {
  return accio_guarded([] { return accio_selected->run(); });
}
ACCIO_EXPORT int accio_settle() {
  return accio_guarded([] { return accio_selected->settle(); });
}
ACCIO_EXPORT void accio_sample() { accio_selected->sample(); }

ACCIO_EXPORT int accio_attach(const char* kind, const char* name, const int32_t* ports, int count, int clock, int reset,
                              uint8_t* block) {
  return accio_guarded([&] { return accio_selected->attach(kind, name, ports, count, clock, reset, block); });
}
// Where memory of TypeScript lies; TypeScript keeps it alive.
ACCIO_EXPORT uint64_t accio_address(const uint8_t* memory) { return reinterpret_cast<uint64_t>(memory); }

// The next message with its kind as first letter (E: failure, L: log), or null.
ACCIO_EXPORT const char* accio_message() {
  if (accio_selected == nullptr) return accio_text.empty() ? nullptr : accio_text.c_str();
  return accio_selected->nextMessage(accio_text) ? accio_text.c_str() : nullptr;
}
ACCIO_EXPORT void accio_trace(const char* path) {
  if (path == nullptr) accio_selected->closeTrace();
  else accio_selected->openTrace(path);
}
ACCIO_EXPORT void accio_coverage(const char* path) { accio_selected->writeCoverage(path); }
