// A queue in one piece of memory that grows as it must: what models keep between two cycles. Much less code than a deque,
// which counts: a model of real size evicts everybody else's instructions from the cache in each cycle.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

namespace accio {

template <class T>
class Fifo {
 public:
  bool empty() const { return head_ == tail_; }
  uint32_t size() const { return tail_ - head_; }
  T& front() { return slots_[head_ & mask_]; }
  const T& front() const { return slots_[head_ & mask_]; }
  // The oldest is 0.
  T& operator[](uint32_t at) { return slots_[(head_ + at) & mask_]; }
  void pop() { ++head_; }
  void push(T thing) {
    if (size() > mask_) [[unlikely]] grow();
    slots_[tail_++ & mask_] = std::move(thing);
  }
  // Takes out the one at a place; those behind it move up.
  void erase(uint32_t at) {
    for (uint32_t i = at + 1; i < size(); ++i) (*this)[i - 1] = std::move((*this)[i]);
    --tail_;
  }
  void clear() { head_ = tail_ = 0; }

 private:
  __attribute__((noinline, cold)) void grow() {
    std::vector<T> wider(2 * slots_.size());
    for (uint32_t i = 0; i < size(); ++i) wider[i] = std::move((*this)[i]);
    tail_ = size();
    head_ = 0;
    slots_ = std::move(wider);
    mask_ = static_cast<uint32_t>(slots_.size() - 1);
  }

  std::vector<T> slots_ = std::vector<T>(8);
  uint32_t mask_ = 7;
  uint32_t head_ = 0;
  uint32_t tail_ = 0;
};

}  // namespace accio
