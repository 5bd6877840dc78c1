// One port of a model as C++ sees it: Verilator's storage, and the slot in the buffer shared with TypeScript.
#pragma once
#include <cstdint>
#include <cstring>

namespace accio {

// How Verilator stores a port of `width` bits: 1, 2, 4 or 8 bytes, or words of four.
constexpr uint32_t storageBytes(uint32_t width) {
  return width <= 8 ? 1 : width <= 16 ? 2 : width <= 32 ? 4 : width <= 64 ? 8 : (width + 31) / 32 * 4;
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

  void copyTo(void* to) const { std::memcpy(to, data, bytes); }

  // Writes go to the slot too: it is copied over the port at each call from TypeScript.
  void drive(uint64_t value) const {
    *written = value;
    std::memcpy(data, &value, bytes < 8 ? bytes : 8);
  }
  void driveFrom(const void* from) const {
    std::memcpy(written, from, bytes);
    std::memcpy(data, from, bytes);
  }

 private:
  template <class T>
  T load() const {
    T value;
    std::memcpy(&value, data, sizeof value);
    return value;
  }
};

}  // namespace accio
