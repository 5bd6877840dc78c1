// One port of a model as C++ sees it: Verilator's storage, and the slot in the buffer shared with TypeScript.
#pragma once
#include <cstdint>
#include <cstring>

namespace accio {

// How Verilator stores a port of `width` bits: 1, 2, 4 or 8 bytes, or words of four.
constexpr uint32_t storageBytes(uint32_t width) {
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : (width + 31) / 32 * 4;
}

// Copies a stored value. The compiler turns a copy of a known size into a move.
inline void copyStorage(void* to, const void* from, uint32_t bytes) {
  switch (bytes) {
    case 1: std::memcpy(to, from, 1); break;
    case 2: std::memcpy(to, from, 2); break;
    case 4: std::memcpy(to, from, 4); break;
    case 8: std::memcpy(to, from, 8); break;
    default: std::memcpy(to, from, bytes);
  }
}

struct Port {
  const char* name = nullptr;
  uint8_t* data = nullptr;
  // The slot with the value that TypeScript wrote; null for outputs.
  uint64_t* written = nullptr;
  uint32_t width = 0;
  uint32_t bytes = 0;
  uint32_t slot = 0;

  bool isInput() const { return written != nullptr; }
  bool bit() const { return *data != 0; }

  // The low 64 bits.
  uint64_t value() const {
    switch (bytes) {
      case 1: return *data;
      case 2: return load<uint16_t>();
      case 4: return load<uint32_t>();
      default: return load<uint64_t>();
    }
  }

  void copyTo(void* to) const { copy(to, data); }

  // For transactors. What is driven reaches the slot, which is copied over the port at each call from TypeScript, in `keep`.
  void drive(uint64_t value) const {
    switch (bytes) {
      case 1: *data = static_cast<uint8_t>(value); break;
      case 2: store(static_cast<uint16_t>(value)); break;
      case 4: store(static_cast<uint32_t>(value)); break;
      default: store(value);
    }
  }
  void driveFrom(const void* from) const { copy(data, from); }
  void keep() const { copy(written, data); }

 private:
  template <class T>
  T load() const {
    T value;
    std::memcpy(&value, data, sizeof value);
    return value;
  }
  template <class T>
  void store(T value) const {
    std::memcpy(data, &value, sizeof value);
  }
  void copy(void* to, const void* from) const { copyStorage(to, from, bytes); }
};

// One bit of a port, for transactors that look at it in every cycle. A missing one is 0.
class Bit {
 public:
  explicit Bit(const Port* port) : data_(port == nullptr ? &kMissing : port->data) {}
  operator bool() const { return *data_ != 0; }

 private:
  static constexpr uint8_t kMissing = 0;
  const uint8_t* data_;
};

// An output of a transactor of one bit: moves the port when it changes.
class Line {
 public:
  explicit Line(const Port* port) : data_(port == nullptr ? &missing_ : port->data) { *data_ = 0; }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void set(bool level) {
    if (level == level_) return;
    level_ = level;
    *data_ = level;
  }

 private:
  // Where the missing ones go.
  inline static uint8_t missing_ = 0;
  uint8_t* data_;
  bool level_ = false;
};

}  // namespace accio
