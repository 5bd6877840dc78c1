// A queue of plain values with a fixed room: a model that keeps its state in these can be saved as bytes.
#pragma once
#include <cstdint>

namespace soc {

template <class T, uint32_t N>
struct Ring {
  static_assert((N & (N - 1)) == 0, "the room is a power of two");
  T items[N];
  uint32_t head;
  uint32_t count;

  bool empty() const { return count == 0; }
  bool full() const { return count == N; }
  uint32_t room() const { return N - count; }
  T& front() { return items[head]; }
  const T& front() const { return items[head]; }
  T& back() { return items[(head + count - 1) & (N - 1)]; }
  // The i-th from the oldest.
  const T& operator[](uint32_t i) const { return items[(head + i) & (N - 1)]; }
  T& push() { return items[(head + count++) & (N - 1)]; }
  void pop() {
    head = (head + 1) & (N - 1);
    --count;
  }
};

}  // namespace soc
