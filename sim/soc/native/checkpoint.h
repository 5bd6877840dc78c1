// The state of a run as a stream of bytes, both ways: one list of what there is (`Simulator::transfer`) saves and restores.
// Whether a file fits this simulator, and is whole, was found out before (sim/soc/checkpoint.ts).
#pragma once
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "job.h"
#include "verilated_save.h"

namespace soc {

// `slti x0, x0, 1` does nothing: a hint for custom use (unprivileged specification, "HINT instructions"). A program says
// with it that this is the moment to save.
constexpr uint32_t kMark = 0x00102013;

constexpr uint64_t kPage = 4096;
constexpr uint64_t kNoPage = UINT64_MAX;

class Save final : public VerilatedSerialize {
 public:
  explicit Save(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wb")) {
    if (file_ == nullptr) refuse("cannot open " + path_);
  }
  void flush() override {
    const auto bytes = static_cast<size_t>(m_cp - m_bufp);
    if (std::fwrite(m_bufp, 1, bytes, file_) != bytes) refuse("cannot write " + path_);
    m_cp = m_bufp;
  }
  void close() override {
    flush();
    if (std::fclose(file_) != 0) refuse("cannot write " + path_);
  }

  template <class T>
  void operator()(T& value) {
    static_assert(std::is_trivially_copyable<T>::value, "bytes are the whole of it");
    write(&value, sizeof value);
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    uint64_t count = values.size();
    (*this)(count);
    write(values.data(), count * sizeof(T));
  }
  template <class M>
  void model(M& model) { *this << model; }
  // Pages that are zero are left out.
  void memory(uint8_t* bytes, uint64_t size) {
    static const uint8_t zeros[kPage] = {};
    for (uint64_t at = 0; at < size; at += kPage) {
      const uint64_t length = size - at < kPage ? size - at : kPage;
      if (std::memcmp(bytes + at, zeros, length) == 0) continue;
      (*this)(at);
      write(bytes + at, length);
    }
    uint64_t end = kNoPage;
    (*this)(end);
  }

 private:
  const std::string path_;
  FILE* const file_;
};

class Restore final : public VerilatedDeserialize {
 public:
  explicit Restore(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "rb")) {
    if (file_ == nullptr) refuse("cannot open " + path_);
    m_cp = m_endp = m_bufp;
  }
  void close() override { std::fclose(file_); }
  // The base class asks for as much as its buffer holds, and must be given it.
  void fill() override {
    const auto left = static_cast<size_t>(m_endp - m_cp);
    std::memmove(m_bufp, m_cp, left);
    m_cp = m_bufp;
    const size_t room = bufferSize() - left;
    const size_t got = std::fread(m_bufp + left, 1, room, file_);
    if (got == 0 && ended_) refuse(path_ + " is cut off");
    ended_ = got == 0;
    std::memset(m_bufp + left + got, 0, room - got);
    m_endp = m_bufp + bufferSize();
  }

  template <class T>
  void operator()(T& value) {
    static_assert(std::is_trivially_copyable<T>::value, "bytes are the whole of it");
    read(&value, sizeof value);
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    uint64_t count = 0;
    (*this)(count);
    values.resize(count);
    read(values.data(), count * sizeof(T));
  }
  template <class M>
  void model(M& model) { *this >> model; }
  void memory(uint8_t* bytes, uint64_t size) {
    for (;;) {
      uint64_t at = 0;
      (*this)(at);
      if (at == kNoPage) return;
      if (at >= size) refuse("the checkpoint has more memory than this run");
      read(bytes + at, size - at < kPage ? size - at : kPage);
    }
  }

 private:
  const std::string path_;
  FILE* const file_;
  bool ended_ = false;
};

}  // namespace soc
