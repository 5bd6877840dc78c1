// Seeded pauses, the same numbers as in sim/models/stream/pause.ts.
#pragma once
#include "layout.h"

namespace accio {

// Marsaglia's xorshift with 32 bits of state.
inline uint32_t nextRandom(uint32_t& state) {
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

// The step of one that pauses at all.
__attribute__((noinline, cold)) inline bool pausesNow(PauseBlock& pause) {
  if (pause.kind == 1) return nextRandom(pause.state) < pause.threshold;
  const uint32_t at = pause.position;
  pause.position = at + 1 == pause.length ? 0 : at + 1;
  return (pause.pattern[at >> 5] >> (at & 31) & 1) != 0;
}
// Takes one step; true: pause.
inline bool pauses(PauseBlock& pause) { return pause.kind != 0 && pausesNow(pause); }

}  // namespace accio
